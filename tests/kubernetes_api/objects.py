"""Objects that the API holds."""

from __future__ import annotations

from typing import Any

POD = "7a0f3ac4-11e5-4c43-8f0b-6b3a4c5d2e1f"
OTHER_POD = "11111111-11e5-4c43-8f0b-6b3a4c5d2e1f"
DEVICES = "spec__domain__devices__"
"""How a keyword of ``vmi`` begins that changes a device."""


def vmi(name: str = "train-1", /, **changes: Any) -> dict[str, Any]:
    """A VMI with two NVIDIA GPUs that runs on node-1; ``changes`` are values at paths such as ``status__phase``."""
    item: dict[str, Any] = {
        "metadata": {"namespace": "tenant-a", "name": name, "labels": {"kubevirt.io/nodeName": "node-1"}},
        "spec": {
            "domain": {
                "devices": {
                    "autoattachVSOCK": True,
                    "gpus": [{"name": name, "deviceName": "nvidia.com/H100"} for name in ("a", "b")],
                }
            }
        },
        "status": {
            "phase": "Running",
            "nodeName": "node-1",
            "VSOCKCID": 42,
            "activePods": {POD: "node-1", OTHER_POD: "node-2"},
            "phaseTransitionTimestamps": [{"phase": "Running", "phaseTransitionTimestamp": "2026-01-01T00:00:00Z"}],
        },
    }
    for path, value in changes.items():
        *folders, last = path.split("__")
        inside = item
        for folder in folders:
            inside = inside.setdefault(folder, {})
        inside[last] = value
    return item
