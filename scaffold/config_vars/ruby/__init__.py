"""How Ruby reads the environment, form by form; `reader` yields every read."""
