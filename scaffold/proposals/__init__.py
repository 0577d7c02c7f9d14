"""What is new since the last run, why, and what a person may refuse of it."""
