"""What the stacks of Dart share, part by part; `apps` finds the apps of a repository."""
