"""The forms of the report of a test run."""
