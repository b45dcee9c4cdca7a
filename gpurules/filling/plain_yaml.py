"""Plain data as YAML that people read and compare: the same data gives the same lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gpurules.filling.scalar import block, scalar

DEEPEST = 60


def yaml_text(value: object, *, sort: bool = False) -> str:
    """``value`` (JSON data) as a YAML document; keys in their order, texts of several lines as literal blocks.

    ``sort``: the keys of all mappings but the outermost in alphabetical order.

    Raises ValueError for data that is nested deeper than 60 levels, TypeError for what is no JSON.
    """
    return "".join(f"{line}\n" for line in _lines(value, 0, sort))


def _lines(value: object, indent: int, sort: bool) -> Iterable[str]:
    if indent > 2 * DEEPEST:
        raise ValueError(f"the data is nested deeper than {DEEPEST} levels")
    margin = " " * indent
    match value:
        case Mapping() if value:
            for key, each in sorted(value.items()) if sort and indent else value.items():
                yield from _entry(f"{margin}{scalar(str(key))}:", each, indent + 2, sort)
        case list() | tuple() if value:
            for each in value:
                yield from _item(margin, each, indent, sort)
        case _:
            yield margin + _leaf(value, indent)


def _entry(start: str, value: object, indent: int, sort: bool) -> Iterable[str]:
    if isinstance(value, (Mapping, list, tuple)) and value:
        yield start
        yield from _lines(value, indent, sort)
    else:
        yield from f"{start} {_leaf(value, indent)}".split("\n")


def _item(margin: str, value: object, indent: int, sort: bool) -> Iterable[str]:
    lines = iter(_lines(value, indent + 2, sort))
    first = next(lines)
    yield from f"{margin}- {first[indent + 2 :]}".split("\n")
    yield from lines


def _leaf(value: object, indent: int) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return block(value, indent) if "\n" in value else scalar(value)
        case Mapping():
            return "{}"
        case list() | tuple():
            return "[]"
    raise TypeError(f"a {type(value).__name__} is no JSON")
