"""A scenario as it is told for a configuration, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from gpurules.scenario.promtool import Check, RuleTest


@dataclass(frozen=True, slots=True)
class Case:
    """``scenario``, told in one ``variant`` (such as ``honored``; empty where there is one only): the ``test``."""

    scenario: str
    variant: str
    test: RuleTest

    @property
    def name(self) -> str:
        """Both words."""
        return f"{self.scenario}-{self.variant}" if self.variant else self.scenario


@dataclass(frozen=True, slots=True)
class Failure:
    """What was not as expected: of which ``record``, at which ``moment`` (seconds; -1 for none). ``expected`` and
    ``got`` are lines of text, cut where they are long."""

    record: str
    moment: int
    expected: tuple[str, ...]
    got: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge says of a case, and how long it took."""

    failures: tuple[Failure, ...]
    seconds: float
    by_check: tuple[tuple[Check, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Records that no story can tell, and the reason."""

    records: tuple[str, ...]
    reason: str
