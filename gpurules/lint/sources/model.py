"""Rule files as they were read: documents, groups and rules, each with its YAML nodes.

Reading is tolerant: what has the wrong shape is left out here and found by the checks of structure, which look at the
nodes themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from gpurules.text.node import MappingNode, ScalarNode
from gpurules.text.span import SourceText

Pairs = tuple[tuple[ScalarNode, ScalarNode], ...]


class Envelope(Enum):
    """What the groups of a document are wrapped in; the value is its ``kind``."""

    PLAIN = ""
    PROMETHEUS_RULE = "PrometheusRule"
    VM_RULE = "VMRule"


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule. ``record`` and ``alert``: the nodes of the names, None where there is none; ``expression``: of expr."""

    node: MappingNode
    record: ScalarNode | None
    alert: ScalarNode | None
    expression: ScalarNode | None
    labels: Pairs
    annotations: Pairs

    @property
    def name_node(self) -> ScalarNode | None:
        """The node of the name."""
        return self.record or self.alert

    @property
    def name(self) -> str:
        """The record's or alert's name; empty where there is none."""
        node = self.record or self.alert
        return node.text if node else ""

    @property
    def text(self) -> str:
        """The text of the expression; empty where there is none."""
        return self.expression.text if self.expression else ""

    @property
    def own_labels(self) -> dict[str, str]:
        """The labels that the rule sets."""
        return {key.text: value.text for key, value in self.labels}


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One group of rules."""

    node: MappingNode
    name: ScalarNode | None
    labels: Pairs
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One object or rule file. ``holder``: the mapping that has the groups (``spec``, or the document itself)."""

    source: SourceText
    node: MappingNode
    envelope: Envelope
    holder: MappingNode | None
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RuleFile:
    """A file with at least one document of rules."""

    source: SourceText
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Workspace:
    """Everything that is linted together: records of one file are known in all others."""

    files: tuple[RuleFile, ...]
    _rules: tuple[Rule, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rules = (
            rule
            for file in self.files
            for document in file.documents
            for group in document.groups
            for rule in group.rules
        )
        object.__setattr__(self, "_rules", tuple(rules))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the order of files, documents and groups."""
        return self._rules

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document."""
        return tuple(document for file in self.files for document in file.documents)
