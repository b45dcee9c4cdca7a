"""What a dataclass says of its fields beyond their types: help, choices, patterns, bounds.

The same declaration decodes YAML, judges values from flags, prints the JSON schema, the help of flags and the page of
the configuration file. Written as ``field(default=..., metadata=described("what it is", choices=(...)))``.
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, Literal, NamedTuple, Union, cast, get_args, get_origin, get_type_hints

_KEY = "described"


class Description(NamedTuple):
    """What holds for a field's value; for a list, for each item; for a mapping, for each value.

    ``help``: one sentence. ``choices``: the only values there are. ``pattern``: a regular expression for the whole
    text, ``kind`` what such a text is called (``a label name``), ``advice`` what to write instead. ``check``: says
    what is wrong with a text, or nothing. ``minimum``, ``maximum``: bounds of a number, included. ``key_pattern``,
    ``key_kind``: the same for the keys of a mapping. ``required``: the key must be in the file though the field has a
    default. ``is_path``: names a file, relative to the folder of the file it stands in. ``example``: a YAML value.
    """

    help: str = ""
    choices: tuple[str | int, ...] = ()
    pattern: str = ""
    kind: str = ""
    advice: str = ""
    check: Callable[[str], str] | None = None
    minimum: float | None = None
    maximum: float | None = None
    key_pattern: str = ""
    key_kind: str = ""
    required: bool = False
    is_path: bool = False
    example: str = ""


NOTHING_SAID = Description()


def described(
    help: str,  # noqa: A002
    *,
    choices: tuple[str | int, ...] = (),
    pattern: str = "",
    kind: str = "",
    advice: str = "",
    check: Callable[[str], str] | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    key_pattern: str = "",
    key_kind: str = "",
    required: bool = False,
    is_path: bool = False,
    example: str = "",
) -> Mapping[str, Description]:
    """Metadata for ``dataclasses.field``; see ``Description``."""
    return {
        _KEY: Description(
            help,
            choices,
            pattern,
            kind,
            advice,
            check,
            minimum,
            maximum,
            key_pattern,
            key_kind,
            required,
            is_path,
            example,
        )
    }


def description_of(field: dataclasses.Field[Any]) -> Description:
    """What the declaration says of ``field``."""
    found = field.metadata.get(_KEY, NOTHING_SAID)
    assert isinstance(found, Description)
    return found


class Form(Enum):
    """The forms a value may have."""

    SCALAR = "scalar"
    LIST = "list"
    MAPPING = "mapping"
    SECTION = "section"


class Shape(NamedTuple):
    """A type as far as decoding cares: ``of`` is the scalar's type, the section's dataclass, or the item's shape.

    ``optional``: None is a value. ``choices``: from ``Literal``.
    """

    form: Form
    of: Any
    optional: bool = False
    choices: tuple[str | int, ...] = ()


class Member(NamedTuple):
    """One field of a dataclass: its name (the key in the file), shape, description and whether it must be given."""

    name: str
    shape: Shape
    description: Description
    required: bool
    default: Any
    """A fresh default, or ``dataclasses.MISSING``."""


def members_of(cls: type) -> tuple[Member, ...]:
    """The fields of a dataclass in their order; TypeError where a type is none that can be decoded."""
    return _members(cast(Any, cls))


@cache
def _members(cls: Any) -> tuple[Member, ...]:
    hints = get_type_hints(cls)
    members = []
    for field in dataclasses.fields(cls):
        if not field.init:
            continue
        description = description_of(field)
        default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        required = description.required or default is dataclasses.MISSING
        members.append(Member(field.name, shape_of(hints[field.name]), description, required, default))
    return tuple(members)


@cache
def shape_of(hint: Any) -> Shape:
    """The shape of a type: str, int, float, bool, Literal, X | None, tuple[X, ...], dict[str, X] or a dataclass."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType) and len(arguments) == 2 and type(None) in arguments:
        inner = shape_of(next(argument for argument in arguments if argument is not type(None)))
        return inner._replace(optional=True)
    if hint in (str, int, float, bool):
        return Shape(Form.SCALAR, hint)
    if origin is Literal:
        return Shape(Form.SCALAR, type(arguments[0]), choices=arguments)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return Shape(Form.LIST, shape_of(arguments[0]))
    if origin in (dict, Mapping) and arguments[0] is str:
        return Shape(Form.MAPPING, shape_of(arguments[1]))
    if dataclasses.is_dataclass(hint):
        return Shape(Form.SECTION, hint)
    raise TypeError(f"{hint} is not a type that can be declared")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of ``text`` is what ``pattern`` describes; an empty pattern describes everything."""
    return not pattern or _compiled(pattern).fullmatch(text) is not None
