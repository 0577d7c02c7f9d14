"""What the stacks of Ruby share, part by part; `apps` finds the apps of a repository."""
