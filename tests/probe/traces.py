"""Recorded exchanges with a real host engine, from files of hex dumps."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared import SHARED

FOLDER = SHARED / "data" / "traces" if SHARED else None

_EVENT = re.compile(r"(C->S|S->C) t=\+[0-9.]+s ([0-9]+) bytes")
_DUMP = re.compile(r"([0-9a-f]{8}) {1,2}((?:[0-9a-f]{2} {1,2})*[0-9a-f]{2}) *\|?")
_END = re.compile(r"([0-9a-f]{8})")


@dataclass(frozen=True)
class Trace:
    """``sent`` and ``received`` are the chunks in order; ``closed``: the engine closed the connection."""

    name: str
    chunks: tuple[tuple[str, bytes], ...]
    closed: bool

    @property
    def sent(self) -> list[bytes]:
        """What the client sent."""
        return [data for way, data in self.chunks if way == "C->S"]

    @property
    def received(self) -> bytes:
        """What the engine sent, in one piece."""
        return b"".join(data for way, data in self.chunks if way == "S->C")


def names() -> list[str]:
    """The traces there are; none where the folder is missing."""
    if FOLDER is None or not FOLDER.is_dir():
        return []
    return sorted(path.stem for path in FOLDER.glob("[0-9n]*.txt"))


def load(name: str) -> Trace:
    """One trace. A line ``*`` of the dump repeats the line before it up to the next offset."""
    assert FOLDER is not None
    chunks: list[tuple[str, bytes]] = []
    closed = False
    way, size, data = "", 0, bytearray()
    starred = False
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        closed = closed or "engine closed the connection" in line
        if event := _EVENT.match(line):
            way, size, data, starred = event[1], int(event[2]), bytearray(), False
        elif line == "*":
            starred = True
        elif way and (dump := _DUMP.match(line)):
            _repeat(data, int(dump[1], 16), starred)
            data += bytes.fromhex(dump[2])
            starred = False
        elif way and (end := _END.fullmatch(line)):
            _repeat(data, int(end[1], 16), starred)
            assert len(data) == size, f"{name}: {len(data)} bytes of {size}"
            chunks.append((way, bytes(data)))
            way = ""
    return Trace(name, tuple(chunks), closed)


def _repeat(data: bytearray, offset: int, starred: bool) -> None:
    while starred and len(data) < offset:
        data += data[-16:]
    assert len(data) == offset
