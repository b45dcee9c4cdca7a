"""Reading a file or standard input as text, bounded."""

from __future__ import annotations

import os
import stat
import sys
from itertools import islice
from typing import IO

from gpurules.text.errors import EnvironmentFault, InputError, Problem
from gpurules.text.nearest import did_you_mean
from gpurules.text.span import Location, SourceText

DEFAULT_LIMIT = 16 * 1024 * 1024
STDIN_NAME = "<stdin>"

_FOREIGN_ENCODINGS = (
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)


def read_text(path: str, limit: int = DEFAULT_LIMIT) -> SourceText:
    """The text of the file at ``path``, or of standard input for ``-``; a byte order mark is dropped.

    InputError where there is no such file, it is a folder, holds more than ``limit`` bytes, or is not UTF-8 text;
    EnvironmentFault where it may not or cannot be read.
    """
    if path == "-":
        return decode_utf8(STDIN_NAME, _read_stdin(limit), limit)
    place = Location(path)
    try:
        with open(path, "rb") as file:
            if stat.S_ISBLK(os.fstat(file.fileno()).st_mode):
                raise InputError(Problem("this is a disk, not a text file", place))
            content = _bounded(file, limit)
    except (FileNotFoundError, NotADirectoryError):
        if os.path.islink(path):
            raise InputError(Problem("this symbolic link leads to no file", place)) from None
        raise InputError(Problem("there is no such file", place, _similar_file(path))) from None
    except IsADirectoryError:
        raise InputError(Problem("this is a folder, not a file", place)) from None
    except ValueError:
        raise InputError(Problem("this cannot be the name of a file", place)) from None
    except OSError as error:
        raise EnvironmentFault(Problem(f"cannot read the file: {error.strerror or error}", place)) from None
    return decode_utf8(path, content, limit)


def decode_utf8(name: str, content: bytes, limit: int = DEFAULT_LIMIT) -> SourceText:
    """``content`` as the text of the file ``name``; InputError with the place where it is no UTF-8 text."""
    if len(content) > limit:
        raise InputError(Problem(f"there are more than {limit:,} bytes", Location(name), "gpurules reads no more"))
    for beginning, what in _FOREIGN_ENCODINGS:
        if content.startswith(beginning):
            raise InputError(Problem(f"this is {what}, not UTF-8 text", Location(name), "convert it to plain UTF-8"))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = SourceText(name, content[: error.start].decode("utf-8"))
        wrong = content[error.start]
        raise InputError(
            Problem(f"the byte 0x{wrong:02x} is not UTF-8", before.locate(len(before.text)), "save the file as UTF-8")
        ) from None
    source = SourceText(name, text.removeprefix("\ufeff"))
    nul = source.text.find("\0")
    if nul >= 0:
        raise InputError(Problem("there is a NUL byte: this is not a text file", source.locate(nul)))
    return source


def _read_stdin(limit: int) -> bytes:
    place = Location(STDIN_NAME)
    if sys.stdin is None:
        raise InputError(Problem("standard input is closed", place))
    try:
        return _bounded(sys.stdin.buffer, limit)
    except (OSError, ValueError) as error:
        raise EnvironmentFault(Problem(f"cannot read: {error}", place)) from None


def _bounded(file: IO[bytes], limit: int) -> bytes:
    """At most one byte more than ``limit``, so that a device without end is not read for ever."""
    parts, missing = [], limit + 1
    while missing > 0:
        part = file.read(min(missing, 1 << 20))
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _similar_file(path: str) -> str:
    """A file of nearly the same name in the same folder."""
    folder, name = os.path.split(path)
    try:
        with os.scandir(folder or ".") as entries:
            names = [entry.name for entry in islice(entries, 1000) if entry.name != name]
    except (OSError, ValueError):
        return ""
    return did_you_mean(name, names)
