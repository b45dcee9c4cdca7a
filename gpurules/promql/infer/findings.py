"""What the inference says about an expression besides its type."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from gpurules.promql.infer.keys import unproved_labels
from gpurules.promql.infer.labelset import LabelSet
from gpurules.promql.syntax.tree import Expression
from gpurules.promql.types import ExpressionType, Kind, SeriesType, Unit
from gpurules.text.span import NOWHERE, Span

MESSAGES = {
    "E1": "vector cannot contain metrics with the same labelset",
    "E2": "found duplicate series for the match group, many-to-many matching not allowed",
    "E3": "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
    "E4": "multiple matches for labels: grouping labels must ensure unique matches",
    "E5": "vector contains metrics with the same labelset after applying rule labels",
}
"""What Prometheus says when it refuses an evaluation."""


class Environment(Protocol):
    """Where the types of metrics come from."""

    def type_of(self, metric: str) -> SeriesType | None:
        """The type of the series of ``metric``, or None where the metric is unknown."""


class Failure(NamedTuple):
    """Something that Prometheus may refuse at run time, because uniqueness could not be proved.

    ``code`` is one of
    E1 vector cannot contain metrics with the same labelset;
    E2 found duplicate series for the match group, many-to-many matching not allowed;
    E3 multiple matches for labels: many-to-one matching must be explicit;
    E4 multiple matches for labels: grouping labels must ensure unique matches;
    E5 vector contains metrics with the same labelset after applying rule labels.
    ``span`` is the word that fails, ``reason_span`` the part that is not unique or that lost the label.
    ``key`` is the label set that is not proved to be a key: the labels themselves, or, when ``all_but`` is set, all
    labels but those. ``varying`` are known labels that may differ between two series that agree on the key; it is empty
    where any label may.
    ``reason`` says in a few words what ``reason_span`` did ("`pod` was dropped here"). ``unknown`` are metrics among
    those that may not be unique of which nothing is declared (``*``: metrics that the selector does not name); where it
    is empty, declared keys and dependencies allow the failure.
    """

    code: str
    message: str
    span: Span = NOWHERE
    reason_span: Span = NOWHERE
    key: frozenset[str] = frozenset()
    varying: frozenset[str] = frozenset()
    all_but: bool = False
    reason: str = ""
    unknown: frozenset[str] = frozenset()


class Unproved(NamedTuple):
    """A construct that cannot be judged from types, and why: what is not modelled claims nothing about its series; what
    fails or not by a number keeps its type."""

    construct: str
    span: Span
    why: str


class Mismatch(NamedTuple):
    """Series are matched on a label whose values name different things on both sides: they can never match."""

    label: str
    left: str
    right: str
    span: Span = NOWHERE

    @property
    def message(self) -> str:
        """What is wrong, in one line."""
        return f"matches on {self.label}, which is {self.left} on the left and {self.right} on the right"


class UnitMismatch(NamedTuple):
    """Numbers of different units are added, subtracted, compared or united."""

    operator: str
    left: Unit
    right: Unit
    span: Span = NOWHERE

    @property
    def message(self) -> str:
        """What is wrong, in one line."""
        return f"brings together different units with {self.operator}: {self.left} and {self.right}"


class KindMisuse(NamedTuple):
    """A function or aggregation is applied to numbers for which it means nothing, such as the rate of a gauge."""

    operation: str
    kind: Kind
    span: Span = NOWHERE

    @property
    def message(self) -> str:
        """What is wrong, in one line."""
        return f"applies {self.operation} to a {self.kind.value}"


Finding = Mismatch | UnitMismatch | KindMisuse


class NodeType(NamedTuple):
    """The type of one node of the tree."""

    expression: Expression
    type: ExpressionType


class Inference(NamedTuple):
    """The type of an expression and all that was noticed on the way; ``nodes`` are in evaluation order."""

    type: ExpressionType
    failures: tuple[Failure, ...] = ()
    unproved: tuple[Unproved, ...] = ()
    findings: tuple[Finding, ...] = ()
    nodes: tuple[NodeType, ...] = ()

    @property
    def safe(self) -> bool:
        """Whether Prometheus never refuses the expression on data that respects the declared keys."""
        return not self.failures and not self.unproved


class Subject(NamedTuple):
    """What a failure is about: the labels in ``labels`` are no key of ``operand``, whose type is ``series``."""

    operand: Expression
    series: SeriesType
    labels: LabelSet


@dataclass(slots=True)
class Notes:
    """Collects failures and findings while a tree is walked; ``subjects`` holds one for each failure.

    ``windowed``: the node under way is evaluated over the range of a subquery. There ``label_replace``, ``label_join``
    (in releases after 2.42) and the minus work on the series of the whole range at once, which must stay distinct.
    """

    failures: list[Failure] = field(default_factory=list)
    unproved: list[Unproved] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    subjects: list[Subject] = field(default_factory=list)
    windowed: bool = False

    def add(self, others: Notes) -> None:
        """Takes over what others noted."""
        self.failures += others.failures
        self.subjects += others.subjects
        self.unproved += others.unproved
        self.findings += others.findings

    def fail(self, code: str, what: str, span: Span, operand: Expression, series: SeriesType, labels: LabelSet) -> None:
        """Notes a failure at ``span``: ``labels`` are not proved to be a key of ``series``, the type of ``operand``."""
        message = f"{what}: {MESSAGES[code]}"
        varying = unproved_labels(series, labels)
        self.failures.append(Failure(code, message, span, operand.span, labels.labels, varying, labels.complement))
        self.subjects.append(Subject(operand, series, labels))
