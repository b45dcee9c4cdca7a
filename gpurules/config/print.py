"""The effective configuration as a file that loads back to the same."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from gpurules.config.model import Config
from gpurules.text.declare import Form, Member, members_of
from gpurules.text.quote import yaml_scalar

WIDTH = 100


def to_yaml(config: Config) -> str:
    """Every key with its value and its help as a comment; names of files are as seen from the current folder."""
    blocks = []
    for member in members_of(Config):
        value = getattr(config, member.name)
        if member.shape.form is Form.SECTION:
            lines = [*_comment(member, 0), f"{member.name}:", *_section(value, 2)]
            blocks.append("\n".join(lines))
        else:
            blocks.append(f"{member.name}: {_scalar(value)}")
    return "\n\n".join(blocks) + "\n"


def _section(section: Any, indent: int) -> Iterable[str]:
    for member in members_of(type(section)):
        yield from _comment(member, indent)
        yield from _entry(member.name, getattr(section, member.name), indent)


def _comment(member: Member, indent: int) -> Iterable[str]:
    margin = " " * indent
    help_text = member.description.help
    choices = [str(choice) for choice in member.description.choices if choice != ""]
    if choices and member.shape.form is not Form.SECTION:
        help_text += f" {'Any' if member.shape.form is Form.LIST else 'One'} of: {', '.join(choices)}."
    return textwrap.wrap(
        help_text, WIDTH, initial_indent=f"{margin}# ", subsequent_indent=f"{margin}# ", break_on_hyphens=False
    )


def _entry(key: str, value: Any, indent: int) -> Iterable[str]:
    """``key: value`` and the lines below it."""
    margin = " " * indent
    if isinstance(value, tuple):
        line = f"{margin}{key}: [{', '.join(_scalar(item) for item in value)}]"
        if len(line) <= WIDTH:
            yield line
            return
        yield f"{margin}{key}:"
        yield from (f"{margin}  - {_scalar(item)}" for item in value)
    elif isinstance(value, dict):
        if not value:
            yield f"{margin}{key}: {{}}"
            return
        yield f"{margin}{key}:"
        for name, inner in value.items():
            yield from _entry(yaml_scalar(name), inner, indent + 2)
    elif isinstance(value, (str, int)):
        yield f"{margin}{key}: {_scalar(value)}"
    else:
        yield f"{margin}{key}:"
        for member in members_of(type(value)):
            yield from _entry(member.name, getattr(value, member.name), indent + 2)


def _scalar(value: str | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else yaml_scalar(value)
