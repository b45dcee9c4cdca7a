"""``mimir``: a rule file with a namespace, as ``mimirtool rules load`` and ``sync`` take it.

Source: mimirtool's rule namespace (``namespace`` beside ``groups``); Mimir's configuration reference for the limits of
a tenant (``ruler_max_rules_per_rule_group`` 20, ``ruler_max_rule_groups_per_tenant`` 70).
"""

from __future__ import annotations

from collections.abc import Sequence

from gpurules.conventions.operator import check_groups
from gpurules.conventions.plain import PlainGroup
from gpurules.conventions.violation import Violation
from gpurules.output.document import Document
from gpurules.output.formats.format import Format
from gpurules.output.formats.rules import lost_metadata

NAME_RULE = "mimir-namespace"
GROUP_SIZE = 20
"""Rules of one group that Mimir takes by default."""


def check(document: Document, groups: Sequence[PlainGroup]) -> tuple[Violation, ...]:
    """What mimirtool or Mimir would refuse, and metadata that the file has no place for."""
    nameless = (Violation(NAME_RULE, "the groups have no namespace; give it with --name"),) if not document.name else ()
    return (*nameless, *lost_metadata(document), *check_groups(groups))


FORMAT = Format(
    name="mimir",
    summary="rule file with a namespace for mimirtool",
    template="mimir.yaml.j2",
    constants=(),
    path=(),
    metadata=False,
    check=check,
    servers=(),
    name_key="namespace",
    group_size=GROUP_SIZE,
)
