"""Rule groups as data, the product of ``rules/``."""

from __future__ import annotations

from dataclasses import dataclass

from gpurules.promql.syntax.tree import Expression
from gpurules.rules.spec import RecordSpec, Refusal


@dataclass(frozen=True, slots=True)
class RecordingRule:
    """A record and the expression that computes it."""

    spec: RecordSpec
    expression: Expression


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules that Prometheus evaluates one after the other; ``interval`` is empty for the server's default.

    ``query_offset``: how far in the past they read, a duration; empty for the server's default. ``partial_response``:
    Thanos Ruler's strategy, ``abort`` or ``warn``; empty for its default.
    """

    name: str
    rules: tuple[RecordingRule, ...]
    interval: str = ""
    query_offset: str = ""
    partial_response: str = ""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All groups of one rendering, and what was refused with the reason."""

    groups: tuple[RuleGroup, ...]
    refusals: tuple[Refusal, ...] = ()
