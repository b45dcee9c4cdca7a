"""What to record for a purpose, by name."""
