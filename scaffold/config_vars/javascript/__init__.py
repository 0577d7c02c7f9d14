"""How JavaScript and TypeScript reads the environment, form by form; `reader` yields every read."""
