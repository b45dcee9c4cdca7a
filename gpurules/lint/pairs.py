"""Findings about one rule that name another one as the reason."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.lint.finding import Draft, Reason, place_of
from gpurules.lint.sources.model import Rule


def about_another(rule: Rule, other: Rule, message: str, advice: str, what: str = "the other rule") -> Iterator[Draft]:
    """A finding at the name of ``rule`` with that of ``other`` as the reason; none where one has no name."""
    here, there = rule.name_node, other.name_node
    if here is not None and there is not None:
        yield Draft(message, place_of(here), advice, (Reason(place_of(there), what),), rule=rule)
