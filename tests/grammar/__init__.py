"""Our parser against Prometheus' own editor grammar, in the long run."""
