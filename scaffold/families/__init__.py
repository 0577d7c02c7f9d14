"""What the stacks of one language share: dependencies, package manager, runtime, entry points."""
