"""What the stacks of Go share, part by part; `apps` finds the apps of a repository."""
