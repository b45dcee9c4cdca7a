"""A long JSON answer, read while it comes: its list is handed over element by element, and never held whole."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable
from typing import Any

LARGEST_ELEMENT = 16 * 1024 * 1024
"""Characters of one element."""
LARGEST_REST = 16 * 1024 * 1024
"""Characters of everything around the list."""

_SPACE = re.compile(r"[ \t\r\n]*")


class Malformed(Exception):
    """This is no JSON object with the list; the text says why."""


class Elements:
    """Reads a JSON object in pieces. Each element of the list under ``key``, at whatever depth, goes to ``take``.

    The list is found by its opening, ``"key": [``. No string can hold that, since a quote within a string is escaped,
    and labels, the only keys that others choose, have strings as values.
    """

    def __init__(self, key: str, take: Callable[[Any], None]) -> None:
        self._opening = re.compile(rf'"{re.escape(key)}"[ \t\r\n]*:[ \t\r\n]*\[')
        self._take = take
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._json = json.JSONDecoder()
        self._text = ""
        """What has come and is not read: of the head, of the list, or of the tail."""
        self._head = ""
        self._read: Callable[[], None] = self._read_head
        self._enough = 0
        """How long the text must be until it is worth to try the element again."""

    def feed(self, data: bytes) -> None:
        """Read on. Raises Malformed, and what ``take`` raises."""
        self._text += self._decoder.decode(data)
        self._read()

    def end(self) -> dict[str, Any]:
        """The object, with the list empty. Raises Malformed where it is not complete."""
        self._text += self._decoder.decode(b"", final=True)
        if self._read == self._read_list:
            self._enough = 0
            self._read_list()
        if self._read == self._read_list:
            raise Malformed("the answer breaks off")
        text = (self._head + self._text).rstrip()
        try:
            found = json.loads(text)
        except json.JSONDecodeError as error:
            ends = error.pos >= len(text) or error.msg.startswith("Unterminated")
            raise Malformed("the answer breaks off" if ends else "the answer is no JSON") from None
        except (ValueError, RecursionError):
            raise Malformed("the answer is no JSON") from None
        if not isinstance(found, dict):
            raise Malformed("the answer is no object")
        return found

    def _read_head(self) -> None:
        start = _after_space(self._text, 0)
        if start < len(self._text) and self._text[start] != "{":
            raise Malformed("the answer is no JSON object")
        opening = self._opening.search(self._text)
        if opening is None:
            self._bound_rest()
            return
        self._head, self._text = self._text[: opening.end()], self._text[opening.end() :]
        self._read = self._read_list
        self._read_list()

    def _read_list(self) -> None:
        if len(self._text) < self._enough:
            return
        position = self._enough = 0
        while (position := _after_space(self._text, position)) < len(self._text):
            if self._text[position] == "]":
                self._read, self._text = self._read_tail, self._text[position:]
                self._read_tail()
                return
            found = self._element(position)
            if found is None:
                break
            element, position = found
            self._take(element)
        self._text = self._text[position:]
        if len(self._text) > LARGEST_ELEMENT:
            raise Malformed("the answer holds something that is far too long")
        self._enough = min(2 * len(self._text), LARGEST_ELEMENT + 1)

    def _element(self, position: int) -> tuple[Any, int] | None:
        """The element at ``position`` and where the next begins; None where it has not come whole."""
        try:
            element, end = self._json.raw_decode(self._text, position)
        except RecursionError:
            raise Malformed("the answer is nested too deeply") from None
        except ValueError:
            return None
        end = _after_space(self._text, end)
        if end == len(self._text) or self._text[end] not in ",]":
            return None
        return element, end + (self._text[end] == ",")

    def _read_tail(self) -> None:
        self._bound_rest()

    def _bound_rest(self) -> None:
        if len(self._text) > LARGEST_REST:
            raise Malformed("the answer is far too long")


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position
