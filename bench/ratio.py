"""A measured ratio, and the limit that it should keep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """``measured`` of ``what`` against ``against`` of ``whereby``, both in ``unit``; the ratio should keep a limit."""

    what: str
    measured: float
    whereby: str
    against: float
    limit: float | None
    unit: str = "s"

    @property
    def value(self) -> float:
        """The ratio."""
        return self.measured / self.against

    @property
    def holds(self) -> bool:
        """Whether the limit is kept; true where there is none."""
        return self.limit is None or self.value <= self.limit


HEADING = f"{'ratio':>7}  {'limit':>6}        what"


def line(ratio: Ratio) -> str:
    """One line of the table, seconds of both sides included."""
    limit = "" if ratio.limit is None else f"{ratio.limit:g}"
    verdict = "" if ratio.limit is None else "ok" if ratio.holds else "OVER"
    sides = f"{ratio.what} {ratio.measured:.3f} {ratio.unit} : {ratio.whereby} {ratio.against:.3f} {ratio.unit}"
    return f"{ratio.value:7.2f}  {limit:>6}  {verdict:<4}  {sides}"


def show(ratios: Iterable[Ratio]) -> None:
    """Print each as soon as it is there."""
    for ratio in ratios:
        print(line(ratio), flush=True)
