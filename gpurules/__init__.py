"""Recording rules that tie NVIDIA DCGM metrics to KubeVirt virtual machines."""
