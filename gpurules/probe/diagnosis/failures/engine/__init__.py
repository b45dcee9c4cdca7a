"""The host engine and the driver below it."""
