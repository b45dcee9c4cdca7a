"""Is the correlation true on a cluster, and if not, why: questions to a Prometheus, and what follows from the answers."""
