"""What the stacks of Django share, part by part."""
