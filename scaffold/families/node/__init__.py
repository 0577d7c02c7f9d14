"""What the stacks of Node.js share, part by part; `apps` finds the apps of a repository."""
