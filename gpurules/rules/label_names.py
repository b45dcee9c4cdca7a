"""The labels that the rules use, by what they mean; and how launcher pods are called."""

from __future__ import annotations

NAMESPACE = "namespace"
POD = "pod"
NAME = "name"
NODE = "node"
UUID = "UUID"
INSTANCE = "GPU_I_ID"
GPU = "gpu"
ADDRESS = "address"
SCRAPE_INSTANCE = "instance"

LAUNCHER_PATTERN = "virt-launcher-.+"
"""Launcher pods are named by generateName ``virt-launcher-<VM>-`` in every KubeVirt release."""
