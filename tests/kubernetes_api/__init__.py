"""A double of the Kubernetes API with KubeVirt, over TLS, as far as gpurules asks it; and a proxy."""
