"""What the stacks of Rust share, part by part; `apps` finds the apps of a repository."""
