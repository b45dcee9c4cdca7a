"""What ``make mutation`` may find at most: the rules of most paths are proved whole, the others are on the way.

Lower a number where a story or a type kills more.
"""

from __future__ import annotations

UNNOTICED: dict[str, int] = {
    "default": 0,
    "old label names": 0,
    "several clusters": 0,
    "owners of pods": 5,
    "vsock-sidecar": 0,
    "vsock-exporter": 0,
    "remote": 0,
    "host": 1,
    "several paths": 0,
    "inline": 2,
    "both emitters": 162,
    "single-vm-node": 168,
}
"""Complaints about the mutants of a subject: nobody notices one, or a type lets pass one that it should refuse."""
