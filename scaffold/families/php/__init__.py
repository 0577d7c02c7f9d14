"""What the stacks of PHP share, part by part; `apps` finds the apps of a repository."""
