"""Where templates are found."""

from __future__ import annotations

import re
from pathlib import Path

from gpurules.text.errors import EnvironmentFault, Problem
from gpurules.text.read import read_text
from gpurules.text.shipped import PACKAGE

TEMPLATE_LIMIT = 1 << 20
"""Bytes of one template."""
_NAME = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_-]*/)?[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""A file, or a file in a folder of the templates; nothing that leads out of it."""


def find_templates() -> Path:
    """The folder of the templates that ship: in the package, else beside the ``pyproject.toml`` of a checkout.

    Raises EnvironmentFault where the installation has none.
    """
    installed, checkout = PACKAGE / "templates", PACKAGE.parent
    if installed.is_dir():
        return installed
    if (checkout / "pyproject.toml").is_file() and (checkout / "templates").is_dir():
        return checkout / "templates"
    raise EnvironmentFault(Problem("this installation has no templates", advice="install gpurules again"))


def read_template(name: str, directory: Path | None = None) -> str | None:
    """The text of the template ``name`` from ``directory``, else from those that ship; None where neither has it.

    Raises InputError where it cannot be read, is too large or is no UTF-8 text.
    """
    if not _NAME.fullmatch(name):
        return None
    for folder in filter(None, (directory, find_templates())):
        candidate = folder / name
        if candidate.is_file():
            return read_text(str(candidate), TEMPLATE_LIMIT).text.replace("\r\n", "\n")
    return None
