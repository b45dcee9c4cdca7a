"""From the identifier of a check to its module, which holds it as ``CHECK`` and whose docstring is its page."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from functools import cache

from gpurules.lint.check import Check
from gpurules.lint.identifiers import CHECKS


def module_name(identifier: str) -> str:
    """The module that holds a check."""
    return "gpurules.lint.checks." + identifier.replace("/", ".").replace("-", "_")


@cache
def checks() -> Mapping[str, Check]:
    """Every check by its identifier; imports them all."""
    return {identifier: load(identifier) for identifier in CHECKS}


def load(identifier: str) -> Check:
    """One check, imported now."""
    check = importlib.import_module(module_name(identifier)).CHECK
    assert isinstance(check, Check)
    return check


def page(identifier: str) -> str:
    """The documentation of a check: Markdown, without a heading."""
    return inspect.cleandoc(importlib.import_module(module_name(identifier)).__doc__ or "")


def summary(identifier: str) -> str:
    """The first sentence of its documentation, on one line."""
    return " ".join(page(identifier).partition("\n\n")[0].split())
