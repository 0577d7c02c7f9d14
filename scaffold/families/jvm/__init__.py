"""What the stacks of the JVM share, part by part; `apps` finds the apps of a repository."""
