"""How Python reads the environment, form by form; `reader` yields every read."""
