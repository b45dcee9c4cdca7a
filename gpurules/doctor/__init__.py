"""Is the correlation true on a cluster, and if not, why: questions to a Prometheus, and their answers."""
