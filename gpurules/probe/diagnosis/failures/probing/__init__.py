"""The probing side, and what lies between it and the guest."""
