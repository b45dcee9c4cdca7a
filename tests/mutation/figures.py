"""The result as a table: killed and total for each mutator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mutation.judging import Verdict
from mutation.known import EQUIVALENT, UNTYPED, named
from mutation.registry import MUTATORS


@dataclass(frozen=True, slots=True)
class Figures:
    """How many mutants of a mutator there were, and what became of them. ``failed``: of those that were ``played``."""

    mutator: str
    total: int
    refused: int
    played: int
    failed: int
    killed: int
    equivalent: int

    @property
    def survived(self) -> int:
        """How many nobody noticed that are not equivalent."""
        return self.total - self.killed - self.equivalent


def figures(verdicts: Sequence[Verdict]) -> Iterator[Figures]:
    """One for each mutator that made a mistake."""
    for name in MUTATORS:
        mine = [one for one in verdicts if one.mutant.mutator == name]
        if mine:
            yield Figures(
                name,
                len(mine),
                sum(bool(one.refused) for one in mine),
                sum(one.played for one in mine),
                sum(bool(one.failed) for one in mine),
                sum(one.killed for one in mine),
                sum(not one.killed and named(EQUIVALENT, one.mutant) for one in mine),
            )


def table(rows: Iterable[Figures]) -> str:
    """The figures, a line for each mutator and the sum."""
    listed = list(rows)
    numbers = [
        (one.total, one.refused, one.played, one.failed, one.killed, one.equivalent, one.survived) for one in listed
    ]
    whole = tuple(map(sum, zip(*numbers, strict=True))) if numbers else ()
    heading = ("total", "by types", "played", "by stories", "killed", "equivalent", "survived")
    lines = [f"{'':20}" + "".join(f"{word:>12}" for word in heading)]
    for name, row in zip((*(one.mutator for one in listed), "all"), (*numbers, whole), strict=True):
        lines.append(f"{name:20}" + "".join(f"{number:>12}" for number in row))
    return "\n".join(lines)


def complaints(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """What must not be: a mutant that nobody notices, one of a key that the types let pass, a row that is not true."""
    for one in verdicts:
        name = f"{one.mutant.mutator}: {one.mutant.label}"
        equivalent = named(EQUIVALENT, one.mutant)
        if not one.killed and not equivalent:
            yield f"nobody notices {name}"
        if one.failed and equivalent:
            yield f"called equivalent, but noticed ({one.failed}): {name}"
        excused = equivalent or named(UNTYPED, one.mutant)
        if MUTATORS[one.mutant.mutator].typed and not one.refused and not excused:
            yield f"the type checker lets pass {name}"
