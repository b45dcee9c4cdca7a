"""Words and numbers for the page: what others wrote is made harmless and cut; escaping is the template's."""

from __future__ import annotations

from gpurules.doctor.model import Labels
from gpurules.text.terminal import safe

LONGEST = 400
CELL = 120


def said(text: str, longest: int = LONGEST) -> str:
    """What others wrote: one line, no character that steers anything, at most so long."""
    return safe(text, longest)


def share(part: int, whole: int) -> str:
    """``99.8 %``, rounded down so that only all is 100 %; a dash where there is nothing."""
    if not whole:
        return "–"
    tenths = 1000 * part // whole
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10:.1f} %"


def number(value: float) -> str:
    """With commas; whole where it is, else two digits."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def counted(count: int, word: str) -> str:
    """``1 VM``, ``2 VMs``."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def pairs(labels: Labels) -> list[tuple[str, str]]:
    """Label pairs; the metric's name is the first, called ``metric``."""
    named = sorted(labels, key=lambda pair: pair[0] != "__name__")
    return [("metric" if name == "__name__" else said(name, CELL), said(value, CELL)) for name, value in named]
