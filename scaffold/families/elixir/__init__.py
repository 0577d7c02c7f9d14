"""What the stacks of Elixir share, part by part; `apps` finds the apps of a repository."""
