"""What the stacks of Docker share, part by part; `apps` finds the apps of a repository."""
