"""What a convention finds, as data."""

from __future__ import annotations

from typing import NamedTuple


class Violation(NamedTuple):
    """One breach: ``rule`` identifies the convention, ``message`` says in one line what is wrong and what to do."""

    rule: str
    message: str
