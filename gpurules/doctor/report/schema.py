"""The JSON schema of the JSON report, made from the declarations of the model."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from gpurules.doctor.model import Labels, Report, Severity
from gpurules.doctor.registry import QUESTIONS
from gpurules.doctor.report.json_document import LEFT_OUT, VERSION

_SCALARS = {str: {"type": "string"}, int: {"type": "integer"}, float: {"type": "number"}, bool: {"type": "boolean"}}


def schema() -> dict[str, Any]:
    """The schema (JSON Schema draft 2020-12). Readers should accept members that it does not name."""
    report = _object(Report)
    members = {
        "version": {"const": VERSION},
        "gpurules": {"type": "string", "description": "The version of gpurules."},
        "healthy": {"type": "boolean", "description": "Whether there is nothing but notes."},
        "summary": {
            "type": "object",
            "required": [one.value for one in Severity],
            "properties": {one.value: {"type": "integer", "minimum": 0} for one in Severity},
        },
        **report["properties"],
        "at": {"type": "string", "format": "date-time"},
    }
    found = members["findings"]["items"]["properties"]
    found["id"] = {"enum": sorted(name for question in QUESTIONS for name in question.finds)}
    found["question"] = {"enum": [question.name for question in QUESTIONS]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gpurules doctor --format json",
        "type": "object",
        "required": list(members),
        "properties": members,
    }


def _object(declared: type) -> dict[str, Any]:
    hints = get_type_hints(declared)
    names = [one.name for one in fields(declared) if one.name not in LEFT_OUT]
    return {"type": "object", "required": names, "properties": {name: _form(hints[name]) for name in names}}


def _form(hint: Any) -> dict[str, Any]:
    if hint == Labels:
        return {"type": "object", "additionalProperties": {"type": "string"}}
    if hint in _SCALARS:
        return dict(_SCALARS[hint])
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _form(get_args(hint)[0])}
    if get_origin(hint) in (Union, types.UnionType):
        return {"anyOf": [{"type": "null"} if one is type(None) else _form(one) for one in get_args(hint)]}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [one.value for one in hint]}
    if is_dataclass(hint) and isinstance(hint, type):
        return _object(hint)
    raise TypeError(f"no form for {hint}")
