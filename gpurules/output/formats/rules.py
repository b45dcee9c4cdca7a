"""``rules``: a plain rule file for Prometheus, Thanos Ruler, Mimir or vmalert."""

from __future__ import annotations

from collections.abc import Sequence

from gpurules.conventions.operator import check_groups
from gpurules.conventions.plain import PlainGroup
from gpurules.conventions.servers import Server
from gpurules.conventions.violation import Violation
from gpurules.output.document import Document
from gpurules.output.formats.format import Format

METADATA_RULE = "rules-metadata"


def check(document: Document, groups: Sequence[PlainGroup]) -> tuple[Violation, ...]:
    """What Prometheus would refuse, and metadata that a rule file has no place for."""
    return (*lost_metadata(document), *check_groups(groups))


def lost_metadata(document: Document) -> tuple[Violation, ...]:
    """Metadata of an object, in a file that is none."""
    given = {"namespace": document.namespace, "labels": document.labels, "annotations": document.annotations}
    return tuple(
        Violation(METADATA_RULE, f"a plain rule file has no {what}; leave it out or use --format prometheusrule")
        for what, value in given.items()
        if value
    )


FORMAT = Format(
    name="rules",
    summary="plain rule file for Prometheus, Thanos Ruler, Mimir or vmalert",
    template="rules.yaml.j2",
    constants=(),
    path=(),
    metadata=False,
    check=check,
    servers=(Server.PROMETHEUS, Server.THANOS, Server.VICTORIAMETRICS),
)
