"""Rules on a cluster: what must be so before they are written, what would change, and whether they are loaded."""
