"""What a document format is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gpurules.conventions.plain import PlainGroup
from gpurules.conventions.violation import Violation
from gpurules.output.document import Document


@dataclass(frozen=True, slots=True)
class Format:
    """One document format.

    ``summary`` is one line for help texts. ``template`` is the file that lays it out. ``constants`` are the top-level
    entries that a document of the format must have. ``path`` are the keys that lead to the entry ``groups``.
    ``metadata`` says whether the document has an object's metadata. ``check`` finds what the readers of the format
    would refuse.
    """

    name: str
    summary: str
    template: str
    constants: tuple[tuple[str, str], ...]
    path: tuple[str, ...]
    metadata: bool
    check: Callable[[Document, Sequence[PlainGroup]], tuple[Violation, ...]]
