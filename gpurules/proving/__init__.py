"""Rules held against scenarios: what is told for a configuration, what judges it, and what comes out."""
