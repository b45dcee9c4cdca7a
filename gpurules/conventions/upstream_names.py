"""Names that KubeVirt ships or VEP 254 claims, and that no record of ours may take.

Source of the list: KubeVirt's docs/observability/metrics.md (main, 2026), its GPU recording rules (#18962, #19144), and
the metric table of VEP 254.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from gpurules.conventions.violation import Violation
from gpurules.text.shipped import shipped_text

RULE = "upstream-name"


class UpstreamName(NamedTuple):
    """``origin`` says who has the name: ``kubevirt`` (shipped), ``kubevirt-gpu`` (merged or proposed), ``vep254``."""

    name: str
    origin: str


@cache
def upstream_names() -> Mapping[str, UpstreamName]:
    """All names that are taken, by name."""
    rows = (
        line.split("\t")
        for line in shipped_text("upstream_names.tsv").splitlines()
        if line and not line.startswith("#")
    )
    return {name: UpstreamName(name, origin) for name, origin in rows}


def check_upstream_name(record: str) -> tuple[Violation, ...]:
    """Whether ``record`` as a whole is a name of somebody else's series."""
    taken = upstream_names().get(record)
    if taken is None:
        return ()
    return (Violation(RULE, f"record {record!a} is a name of {_ORIGINS[taken.origin]}; choose another"),)


def same_metric(record: str) -> UpstreamName | None:
    """The upstream metric whose name is the metric part of ``record``, so that a reader takes it for its aggregate.

    That is right where both mean the same in the same unit, and misleading otherwise; the caller knows which.
    """
    parts = record.split(":")
    return upstream_names().get(parts[1]) if len(parts) == 3 else None


_ORIGINS = {
    "kubevirt": "a series that KubeVirt ships",
    "kubevirt-gpu": "one of KubeVirt's own GPU recording rules",
    "vep254": "a metric that VEP 254 claims",
}
