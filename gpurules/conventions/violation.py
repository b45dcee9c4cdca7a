"""What a convention finds, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach: ``rule`` identifies the convention, ``message`` says in one line what is wrong and what to do."""

    rule: str
    message: str
