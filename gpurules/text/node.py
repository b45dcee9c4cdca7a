"""A YAML document as a tree of frozen nodes with their places; knows nothing of the library that read it."""

from __future__ import annotations

from dataclasses import dataclass

from gpurules.text.span import Location, SourceText, Span

Plain = dict[str, "Plain"] | list["Plain"] | str | int | float | bool | None
"""The data of JSON, which is all that a node can stand for."""

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class ScalarNode:
    """One value. ``tag`` is str, int, float, bool or null; ``text`` the characters after quotes, escapes and folding.

    ``style`` is ``""`` (plain), ``'``, ``"``, ``|`` or ``>``. Offsets count characters of ``source.text``.
    """

    source: SourceText
    start: int
    end: int
    tag: str
    text: str
    style: str = ""

    @property
    def location(self) -> Location:
        """Where it begins."""
        return self.source.locate(self.start)

    @property
    def span(self) -> Span:
        """The characters it occupies, quotes included."""
        return Span(self.start, self.end)

    @property
    def value(self) -> Scalar:
        """The text as the value that its tag says."""
        return scalar_value(self.tag, self.text)


@dataclass(frozen=True, slots=True, eq=False)
class SequenceNode:
    """A list."""

    source: SourceText
    start: int
    end: int
    items: tuple[Node, ...]

    @property
    def location(self) -> Location:
        """Where it begins."""
        return self.source.locate(self.start)

    @property
    def span(self) -> Span:
        """The characters it occupies."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True, eq=False)
class MappingNode:
    """Keys and values in the order of the file; no key occurs twice."""

    source: SourceText
    start: int
    end: int
    entries: tuple[tuple[ScalarNode, Node], ...]

    @property
    def location(self) -> Location:
        """Where it begins."""
        return self.source.locate(self.start)

    @property
    def span(self) -> Span:
        """The characters it occupies."""
        return Span(self.start, self.end)

    def get(self, key: str) -> Node | None:
        """The value under ``key``, or None where there is no such key."""
        for known, value in self.entries:
            if key_text(known) == key:
                return value
        return None


Node = ScalarNode | SequenceNode | MappingNode


def describe(node: Node) -> str:
    """What a node is, in the words of an error message: ``a list``, ``the number 3``, ``nothing``..."""
    if isinstance(node, SequenceNode):
        return "a list"
    if isinstance(node, MappingNode):
        return "a mapping"
    if node.tag == "null":
        return "nothing"
    shown = node.text if len(node.text) <= 60 else node.text[:57] + "..."
    match node.tag:
        case "bool":
            return f"the boolean {shown}"
        case "int" | "float":
            return f"the number {shown}"
    return f'the text "{shown}"'


def key_text(key: ScalarNode) -> str:
    """The key as JSON, hence Kubernetes, spells it: a boolean key ``on`` is ``true``, the number ``0x10`` is ``16``."""
    if key.tag == "str":
        return key.text
    value = key.value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def to_plain(node: Node) -> Plain:
    """The node as plain data. Keys become strings, as in JSON. Bounded because a tree's depth and size are."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [to_plain(item) for item in node.items]
    return {key_text(key): to_plain(value) for key, value in node.entries}


_TRUE = frozenset(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"))
_FALSE = frozenset(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"))
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_SPECIAL = {
    **dict.fromkeys((".nan", ".NaN", ".NAN"), "nan"),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), "inf"),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), "-inf"),
}


def resolve_plain(text: str) -> str:
    """The tag of an unquoted scalar, as kubectl decides it (YAML 1.1 words and numbers; times stay text).

    Unlike YAML 1.1 there are no numbers of base 60 (``12:30`` is text), and ``1e3`` is a number without a dot or sign.
    """
    if text in _NULL:
        return "null"
    first = text[0]
    if first in "yYnNtTfFoO":
        return "bool" if text in _TRUE or text in _FALSE else "str"
    if first not in "+-.0123456789":
        return "str"
    if text in _SPECIAL:
        return "float"
    if first != "." and _integer(text) is not None:
        return "int"
    return "float" if _is_float(text) else "str"


def scalar_value(tag: str, text: str) -> Scalar:
    """``text`` as the value of ``tag``; ValueError where it is none."""
    match tag:
        case "str":
            return text
        case "null":
            if text in _NULL:
                return None
        case "bool":
            if text in _TRUE or text in _FALSE:
                return text in _TRUE
        case "int":
            number = _integer(text)
            if number is not None:
                return number
        case "float":
            if text in _SPECIAL:
                return float(_SPECIAL[text])
            if _is_float(text):
                return float(text.replace("_", ""))
    raise ValueError(f"not a value of type {tag}")


_DIGITS = {"0x": (16, "0123456789abcdef"), "0o": (8, "01234567"), "0b": (2, "01")}
_LONGEST_NUMBER = 400


def _integer(text: str) -> int | None:
    """The whole number that ``text`` spells (decimal, 0x, 0o, 0b, a leading 0 for octal; ``_`` between digits)."""
    digits = text.replace("_", "").lower()
    sign = -1 if digits.startswith("-") else 1
    digits = digits[1:] if digits[:1] in ("+", "-") else digits
    if not digits or len(digits) > _LONGEST_NUMBER or not digits.isascii():
        return None
    base, known = 10, "0123456789"
    if digits[:2] in _DIGITS:
        base, known = _DIGITS[digits[:2]]
        digits = digits[2:]
    elif digits[0] == "0" and len(digits) > 1:
        base, known = 8, "01234567"
    if not digits or digits.strip(known):
        return None
    return sign * int(digits, base)


def _is_float(text: str) -> bool:
    """Whether ``text`` is a decimal fraction, with or without an exponent."""
    digits = text.replace("_", "").lower()
    if len(digits) > _LONGEST_NUMBER:
        return False
    mantissa, mark, exponent = digits.partition("e")
    if mark and not _all_digits(exponent[1:] if exponent[:1] in ("+", "-") else exponent):
        return False
    mantissa = mantissa[1:] if mantissa[:1] in ("+", "-") else mantissa
    whole, _, fraction = mantissa.partition(".")
    return (_all_digits(whole) and (not fraction or _all_digits(fraction))) or (not whole and _all_digits(fraction))


def _all_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
