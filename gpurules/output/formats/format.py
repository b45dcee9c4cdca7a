"""What a document format is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from gpurules.conventions.plain import PlainGroup
from gpurules.conventions.servers import Server
from gpurules.conventions.violation import Violation
from gpurules.output.document import Document


class Format(NamedTuple):
    """One document format.

    ``summary`` is one line for help texts. ``template`` is the file that lays it out. ``constants`` are the top-level
    entries that a document of the format must have. ``path`` are the keys that lead to the entry ``groups``.
    ``metadata`` says whether the document has an object's metadata; ``name_key`` is the top-level entry that holds the
    document's name where it has none. ``servers`` are the programs that read it and that a target can name.
    ``group_size`` is how many rules a group may have where its reader limits them by default, ``spec_limit`` how many
    bytes of rules one object holds; 0: no limit. ``offset_key`` is the entry of a group that says how far in the past
    its rules read. ``check`` finds what the readers of the format would refuse.
    """

    name: str
    summary: str
    template: str
    constants: tuple[tuple[str, str], ...]
    path: tuple[str, ...]
    metadata: bool
    check: Callable[[Document, Sequence[PlainGroup]], tuple[Violation, ...]]
    servers: tuple[Server, ...]
    name_key: str = ""
    group_size: int = 0
    spec_limit: int = 0
    offset_key: str = "query_offset"
