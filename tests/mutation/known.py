"""Committed tables of mutants that need not be noticed, each with the reason.

``equivalent.tsv``: no data can tell them from the rule. ``untyped.tsv``: they are mistakes in a de-duplication or key
that no type can show, and a story must. A row names a mutator and mutants by their label, with ``*`` for anything, and
may name a text that the part of the rule must hold in which the mistake is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gpurules.promql.syntax.printer import to_text
from mutation.mutants import Mutant

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """Mutants of ``mutator`` whose label is like ``pattern``, made in a part that holds ``part``; with ``^`` before it,
    in one that begins with it."""

    mutator: str
    pattern: str
    reason: str
    part: str = ""

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        return _like(self.pattern)

    @cached_property
    def _part(self) -> re.Pattern[str]:
        return _like(self.part.removeprefix("^") if self.part.startswith("^") else f"*{self.part}")

    def names(self, mutant: Mutant) -> bool:
        """Whether ``mutant`` is one of them."""
        like = mutant.mutator == self.mutator and self._expression.fullmatch(mutant.label) is not None
        return like and (not self.part or self._part.match(to_text(mutant.original)) is not None)


def _like(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split("*"))))


def _table(name: str) -> tuple[Row, ...]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return tuple(Row(*line.split("\t")) for line in lines if line and not line.startswith("#"))


EQUIVALENT = _table("equivalent.tsv")
UNTYPED = _table("untyped.tsv")


def named(rows: Iterable[Row], mutant: Mutant) -> bool:
    """Whether a row names ``mutant``."""
    return any(row.names(mutant) for row in rows)
