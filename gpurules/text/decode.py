"""From YAML nodes to frozen dataclasses, by declaration, with all errors at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from gpurules.text.declare import Description, Form, Member, Shape, matches, members_of
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean
from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode, describe
from gpurules.text.span import Location
from gpurules.text.terminal import safe

T = TypeVar("T")

Path = tuple[str, ...]
"""Where a value stands in a dataclass: field names, keys and the positions of items."""

MAXIMUM_PROBLEMS = 100
"""No more are said of one file."""


def decode(node: Node, cls: type[T], places: dict[Path, Location] | None = None) -> T:
    """The node as an instance of the dataclass ``cls``.

    Keys are the field names. A key with nothing after it stands for the default where that is a list, a mapping or a
    section. InputError holds every problem in the order of the file: unknown keys with the nearest known one, missing
    keys, wrong types, values that break the declaration. ``places`` is filled with the location of every value.
    """
    decoder = _Decoder({} if places is None else places)
    value = decoder.section(node, cls, ())
    if decoder.problems:
        raise InputError(decoder.problems)
    assert isinstance(value, cls)
    return value


def problems_in(value: object, places: Mapping[Path, Location]) -> list[Problem]:
    """What the declaration finds wrong with an instance that was built or changed by code."""
    return list(_walk_section(value, (), places))


def name_of(path: Path) -> str:
    """Such as ``rules.levels[1]``."""
    name = ""
    for part in path:
        name += f"[{part}]" if part.isdecimal() else f".{safe(part, 60)}" if name else safe(part, 60)
    return name


class _Wrong:
    """Stands for a value of which a problem has been noted."""


_WRONG = _Wrong()


class _Decoder:
    def __init__(self, places: dict[Path, Location]) -> None:
        self.problems: list[Problem] = []
        self._places = places

    def section(self, node: Node, cls: type, path: Path) -> object:
        """A dataclass."""
        if not isinstance(node, MappingNode):
            return self._mistyped(node, path, "keys and values")
        self._places[path] = node.location
        members = {member.name: member for member in members_of(cls)}
        values: dict[str, object] = {}
        written = set()
        for key, value in node.entries:
            member = members.get(key.text)
            if member is None:
                self._unknown(key, path, members)
                continue
            written.add(member.name)
            if not _stands_for_default(value, member):
                values[member.name] = self._value(value, member.shape, member.description, (*path, member.name))
        for member in members.values():
            if member.required and member.name not in written:
                example = f"write {member.name}: {member.description.example}" if member.description.example else ""
                self._note(f'the key "{name_of((*path, member.name))}" is missing', node.location, example)
                values[member.name] = _WRONG
        if any(isinstance(value, _Wrong) for value in values.values()):
            return _WRONG
        try:
            return cls(**values)
        except ValueError as error:
            self._note(_about(path, str(error)), node.location)
            return _WRONG

    def _value(self, node: Node, shape: Shape, description: Description, path: Path) -> object:
        self._places[path] = node.location
        if shape.optional and isinstance(node, ScalarNode) and node.tag == "null":
            return None
        match shape.form:
            case Form.SECTION:
                return self.section(node, shape.of, path)
            case Form.LIST:
                return self._list(node, shape.of, description, path)
            case Form.MAPPING:
                return self._mapping(node, shape.of, description, path)
        return self._scalar(node, shape, description, path)

    def _list(self, node: Node, item: Shape, description: Description, path: Path) -> object:
        if not isinstance(node, SequenceNode):
            advice = ""
            if isinstance(node, ScalarNode) and node.tag != "null":
                advice = f"write [{_shown(node)}]"
            return self._mistyped(node, path, "a list", advice)
        values = [
            self._value(entry, item, description, (*path, str(position))) for position, entry in enumerate(node.items)
        ]
        return _WRONG if any(isinstance(value, _Wrong) for value in values) else tuple(values)

    def _mapping(self, node: Node, item: Shape, description: Description, path: Path) -> object:
        if not isinstance(node, MappingNode):
            return self._mistyped(node, path, "keys and values")
        values: dict[str, object] = {}
        for key, value in node.entries:
            inner = (*path, key.text)
            if key.tag != "str":
                self._note(f"{name_of(path)}: YAML reads this key as {describe(key)}", key.location, _in_quotes(key))
                continue
            problem = key_problem(key.text, description, path, key.location)
            if problem:
                self._add(problem)
                continue
            values[key.text] = self._value(value, item, description, inner)
        return _WRONG if any(isinstance(value, _Wrong) for value in values.values()) else values

    def _scalar(self, node: Node, shape: Shape, description: Description, path: Path) -> object:
        wanted = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}[shape.of]
        if not isinstance(node, ScalarNode):
            return self._mistyped(node, path, wanted)
        value = node.value
        choices = shape.choices or description.choices
        if shape.of is str and isinstance(value, bool) and ("true" if value else "false") in choices:
            value = "true" if value else "false"
        if shape.of is float and type(value) is int:
            value = float(value)
        if type(value) is not shape.of:
            advice = description.advice
            if shape.of is str and node.tag != "null" and matches(description.pattern, node.text):
                advice = _in_quotes(node)
            return self._mistyped(node, path, wanted, advice)
        problem = scalar_problem(value, shape, description, path, node.location)
        if problem:
            self._add(problem)
            return _WRONG
        return value

    def _mistyped(self, node: Node, path: Path, wanted: str, advice: str = "") -> _Wrong:
        self._note(_about(path, f"expected {wanted}, found {safe(describe(node))}"), node.location, advice)
        return _WRONG

    def _unknown(self, key: ScalarNode, path: Path, members: Mapping[str, Member]) -> None:
        advice = did_you_mean(key.text, members) or f"known here: {', '.join(members)}"
        self._note(f'unknown key "{name_of((*path, key.text))}"', key.location, advice)

    def _note(self, message: str, location: Location, advice: str = "") -> None:
        self._add(Problem(message, location, advice))

    def _add(self, problem: Problem) -> None:
        if len(self.problems) == MAXIMUM_PROBLEMS:
            self.problems.append(Problem(f"more than {MAXIMUM_PROBLEMS} problems; the rest is not shown"))
        elif len(self.problems) < MAXIMUM_PROBLEMS:
            self.problems.append(problem)


def _stands_for_default(node: Node, member: Member) -> bool:
    """Whether nothing is written after the key of a list, mapping or section that has a default."""
    if not isinstance(node, ScalarNode) or node.tag != "null" or member.shape.optional:
        return False
    return member.shape.form is not Form.SCALAR and member.default is not dataclasses.MISSING


def _about(path: Path, message: str) -> str:
    return f"{name_of(path)}: {message}" if path else message


def _shown(node: ScalarNode) -> str:
    return f'"{safe(node.text, 60)}"' if node.style else safe(node.text, 60)


def _in_quotes(node: ScalarNode) -> str:
    return f'write "{safe(node.text, 60)}" in quotes'


def scalar_problem(
    value: Any, shape: Shape, description: Description, path: Path, location: Location | None
) -> Problem | None:
    """What the declaration finds wrong with one value, its type being right."""
    choices = shape.choices or description.choices
    if choices and value not in choices:
        known = [str(choice) for choice in choices]
        # The empty choice stands for the default and is not worth naming.
        one_of = f"one of {', '.join(choice for choice in known if choice)}"
        advice = did_you_mean(str(value), known)
        shown = safe(str(value), 60)
        return Problem(_about(path, f'"{shown}" is not known, it is {one_of}'), location, advice)
    if isinstance(value, str):
        wrong = ""
        if not matches(description.pattern, value):
            wrong = f'"{safe(value, 60)}" is not {description.kind or "of the right form"}'
        elif description.check:
            wrong = description.check(value)
        return Problem(_about(path, wrong), location, description.advice) if wrong else None
    if description.minimum is not None and not value >= description.minimum:
        return Problem(_about(path, f"{value} is less than {description.minimum:g}"), location, description.advice)
    if description.maximum is not None and not value <= description.maximum:
        return Problem(_about(path, f"{value} is more than {description.maximum:g}"), location, description.advice)
    return None


def key_problem(key: str, description: Description, path: Path, location: Location | None) -> Problem | None:
    """What the declaration finds wrong with a key of a mapping."""
    if matches(description.key_pattern, key):
        return None
    kind = description.key_kind or "a key of the right form"
    return Problem(_about(path, f'the key "{safe(key, 60)}" is not {kind}'), location)


def _walk_section(value: Any, path: Path, places: Mapping[Path, Location]) -> Iterable[Problem]:
    for member in members_of(type(value)):
        inner = (*path, member.name)
        yield from _walk(getattr(value, member.name), member.shape, member.description, inner, places)


def _walk(
    value: Any, shape: Shape, description: Description, path: Path, places: Mapping[Path, Location]
) -> Iterable[Problem]:
    if value is None and shape.optional:
        return
    match shape.form:
        case Form.SECTION:
            yield from _walk_section(value, path, places)
        case Form.LIST:
            for position, item in enumerate(value):
                yield from _walk(item, shape.of, description, (*path, str(position)), places)
        case Form.MAPPING:
            for key, item in value.items():
                problem = key_problem(key, description, path, place_of((*path, key), places))
                if problem:
                    yield problem
                yield from _walk(item, shape.of, description, (*path, key), places)
        case Form.SCALAR:
            problem = scalar_problem(value, shape, description, path, place_of(path, places))
            if problem:
                yield problem


def place_of(path: Path, places: Mapping[Path, Location]) -> Location | None:
    """The location of a value, else that of the nearest value around it."""
    while path:
        if path in places:
            return places[path]
        path = path[:-1]
    return places.get(())
