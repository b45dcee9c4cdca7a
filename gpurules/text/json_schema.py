"""A JSON schema (draft 2020-12) from the declarations that decode the same file."""

from __future__ import annotations

import dataclasses
from typing import Any

from gpurules.text.declare import NOTHING_SAID, Description, Form, Member, Shape, members_of

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}


def json_schema(cls: type, title: str) -> dict[str, Any]:
    """The schema of files that ``decode`` accepts as ``cls``. Checks written as functions are not part of it."""
    definitions: dict[str, Any] = {}
    root = _section(cls, definitions)
    return {"$schema": _DIALECT, "title": title, **root, "$defs": definitions}


def _section(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    members = members_of(cls)
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {member.name: _member(member, definitions) for member in members},
    }
    required = [member.name for member in members if member.required]
    return {**schema, "required": required} if required else schema


def _member(member: Member, definitions: dict[str, Any]) -> dict[str, Any]:
    schema = _shape(member.shape, member.description, definitions)
    may_be_empty = member.shape.form is not Form.SCALAR and member.default is not dataclasses.MISSING
    if may_be_empty or member.shape.optional:
        schema = {"anyOf": [schema, {"type": "null"}]}
    if member.description.help:
        schema["description"] = member.description.help
    if member.default is not dataclasses.MISSING and member.shape.form in (Form.SCALAR, Form.LIST):
        schema["default"] = list(member.default) if isinstance(member.default, tuple) else member.default
    return schema


def _shape(shape: Shape, description: Description, definitions: dict[str, Any]) -> dict[str, Any]:
    match shape.form:
        case Form.SECTION:
            name = shape.of.__name__
            if name not in definitions:
                definitions[name] = {}
                definitions[name] = _section(shape.of, definitions)
            return {"$ref": f"#/$defs/{name}"}
        case Form.LIST:
            return {"type": "array", "items": _shape(shape.of, description, definitions)}
        case Form.MAPPING:
            inner = NOTHING_SAID if shape.of.form is Form.SECTION else description
            schema = {"type": "object", "additionalProperties": _shape(shape.of, inner, definitions)}
            if description.key_pattern:
                schema["propertyNames"] = {"pattern": _whole(description.key_pattern)}
            return schema
    return _scalar(shape, description)


def _scalar(shape: Shape, description: Description) -> dict[str, Any]:
    choices = shape.choices or description.choices
    if choices:
        booleans = [word == "true" for word in ("true", "false") if word in choices]
        return {"enum": [*choices, *booleans]}
    schema: dict[str, Any] = {"type": _SCALARS[shape.of]}
    if description.pattern:
        schema["pattern"] = _whole(description.pattern)
    if description.minimum is not None:
        schema["minimum"] = description.minimum
    if description.maximum is not None:
        schema["maximum"] = description.maximum
    return schema


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"
