"""Templates of an organisation: where they come from (source, git), what they say, how they render."""
