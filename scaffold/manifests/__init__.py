"""One parser per file format: `parse(text, path)` gives a frozen value that knows its lines, or raises ManifestError."""
