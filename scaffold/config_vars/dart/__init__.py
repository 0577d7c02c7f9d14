"""How Dart reads the environment, form by form; `reader` yields every read."""
