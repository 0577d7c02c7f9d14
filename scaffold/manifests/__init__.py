"""One parser per file format: `parse(text, path)` gives a value that knows its lines, or ManifestError."""
