"""What a form of the report is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gpurules.doctor.model import Report


@dataclass(frozen=True, slots=True)
class Form:
    """One form: ``summary`` is a line for help texts, ``write`` makes the document, ended by a line break."""

    name: str
    summary: str
    write: Callable[[Report], str]
