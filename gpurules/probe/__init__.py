"""Asks the DCGM host engine of a guest whether it is reachable and healthy, and says why where it is not."""
