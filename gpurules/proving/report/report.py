"""What every form of the report is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gpurules.proving.case import Case, Failure, Gap, Verdict
from gpurules.proving.record_groups import EVERY, GROUPS
from gpurules.scenario.promtool import NO_ERROR


@dataclass(frozen=True, slots=True)
class Told:
    """One variant of a scenario: how long it took, its checks as (held, all) by group of records, and what failed."""

    variant: str
    seconds: float
    checks: Mapping[str, tuple[int, int]]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A scenario: its ``summary`` in a sentence and its variants."""

    scenario: str
    summary: str
    told: tuple[Told, ...]

    @property
    def seconds(self) -> float:
        """How long all variants took."""
        return sum(told.seconds for told in self.told)

    @property
    def checks(self) -> Mapping[str, tuple[int, int]]:
        """Checks that held, and all, of all variants by group."""
        found: dict[str, tuple[int, int]] = {}
        for told in self.told:
            for group, (held, every) in told.checks.items():
                before = found.get(group, (0, 0))
                found[group] = (before[0] + held, before[1] + every)
        return found

    @property
    def failed(self) -> bool:
        """Whether anything did."""
        return any(told.failures for told in self.told)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run: ``judge`` and its ``version``, the ``seed``, how many ``records`` were tested, and what was not.
    ``colour``: for a terminal; ``columns``: its width, 0 where there is none."""

    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]
    judge: str
    version: str
    seed: int
    records: int
    colour: bool = False
    columns: int = 0

    @property
    def failed(self) -> bool:
        """Whether any scenario did."""
        return any(row.failed for row in self.rows)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of records that any row has checks of, in order."""
        there = {group for row in self.rows for group in row.checks}
        return tuple(group for group in GROUPS if group in there)


def told(case: Case, verdict: Verdict, groups: Mapping[str, str]) -> Told:
    """What is reported of a case; ``groups``: of each record."""
    counted: dict[str, list[bool]] = {}
    for check, held in verdict.by_check:
        if check.record or check.meaning == NO_ERROR:
            counted.setdefault(groups.get(check.record, EVERY), []).append(held)
    checks = {group: (sum(held), len(held)) for group, held in counted.items()}
    return Told(case.variant, verdict.seconds, checks, verdict.failures)


def count(number: int, one: str, many: str = "") -> str:
    """A number with its word."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shortened(names: Iterable[str], most: int) -> str:
    """Some names, and how many more there are."""
    listed: Sequence[str] = tuple(names)
    rest = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest
