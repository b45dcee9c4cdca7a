"""What the documentation says of the configuration file, made from its declarations."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from gpurules.config.model import Config
from gpurules.text.declare import Form, Member, Shape, members_of
from gpurules.text.json_schema import json_schema
from gpurules.text.quote import yaml_scalar


def schema_text() -> str:
    """The JSON schema of ``gpurules.yaml``, as it stands in docs/gpurules.schema.json."""
    return json.dumps(json_schema(Config, "gpurules.yaml"), indent=2, ensure_ascii=False) + "\n"


def key_table() -> str:
    """Every key of ``gpurules.yaml`` with its form, default and meaning, as a Markdown table."""
    lines = ["| key | value | default | meaning |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(cells)} |" for cells in _rows(Config, "")]
    return "\n".join(lines) + "\n"


def _rows(cls: type, prefix: str) -> Iterable[tuple[str, str, str, str]]:
    for member in members_of(cls):
        name = prefix + member.name
        if member.shape.form is Form.SECTION:
            yield from _rows(member.shape.of, f"{name}.")
            continue
        default = "required" if member.required else f"`{_value(member.default)}`"
        yield f"`{name}`", _form(member), default, member.description.help.replace("|", "\\|")
        if member.shape.form is Form.MAPPING and member.shape.of.form is Form.SECTION:
            yield from _rows(member.shape.of.of, f"{name}.NAME.")


def _form(member: Member) -> str:
    choices = member.shape.choices or member.description.choices
    if choices:
        one = ", ".join(f"`{choice}`" for choice in choices if choice != "")
    else:
        one = _word(member.shape) if member.shape.form is Form.SCALAR else _word(member.shape.of)
    match member.shape.form:
        case Form.LIST:
            return f"list of {one}"
        case Form.MAPPING:
            return f"mapping of {one}"
    return one


def _word(shape: Shape) -> str:
    return "settings" if shape.form is Form.SECTION else {str: "text", bool: "true or false"}.get(shape.of, "number")


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return yaml_scalar(value) if isinstance(value, str) else str(value)
