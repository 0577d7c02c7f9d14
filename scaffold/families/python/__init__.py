"""What the stacks of Python share, part by part; `apps` finds the apps of a repository."""
