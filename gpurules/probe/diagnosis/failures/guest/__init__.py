"""The guest, and what answers in it in place of a host engine."""
