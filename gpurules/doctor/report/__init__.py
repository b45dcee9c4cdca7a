"""The forms of a report: one module each."""
