"""Reading and writing the PNGs that Chromium makes: 8 bits a channel, not interlaced (PNG, third edition)."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 6: 4}
"""Colour type -> bytes of a pixel."""


@dataclass(frozen=True)
class Picture:
    """Rows of pixels, each pixel three or four bytes."""

    width: int
    height: int
    channels: int
    rows: tuple[bytes, ...]

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """Red, green and blue at a place."""
        start = x * self.channels
        red, green, blue = self.rows[y][start : start + 3]
        return red, green, blue

    def colours(self) -> set[tuple[int, int, int]]:
        """Every colour there is."""
        step = self.channels
        return {tuple(row[at : at + 3]) for row in self.rows for at in range(0, len(row), step)}  # type: ignore[misc]


def read(data: bytes) -> Picture:
    """The picture."""
    assert data.startswith(SIGNATURE)
    position, packed = len(SIGNATURE), b""
    width = height = colour = 0
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        kind, content = data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", content)
            assert (depth, interlaced) == (8, 0)
        if kind == b"IDAT":
            packed += content
        position += length + 12
    channels = CHANNELS[colour]
    raw, size = zlib.decompress(packed), width * channels
    rows: list[bytes] = []
    before = bytes(size)
    for number in range(height):
        start = number * (size + 1)
        before = _unfiltered(raw[start], raw[start + 1 : start + 1 + size], before, channels)
        rows.append(before)
    return Picture(width, height, channels, tuple(rows))


def _unfiltered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    if kind == 0:
        return line
    if kind == 2:
        return bytes((value + up) & 255 for value, up in zip(line, above, strict=True))
    found = bytearray(line)
    for at in range(len(found)):
        left = found[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + above[at]) // 2
        else:
            guess = _nearest(left, above[at], corner)
        found[at] = (found[at] + guess) & 255
    return bytes(found)


def _nearest(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))
