"""Every check: one line for each. The module of ``group/some-name`` is ``checks/group/some_name.py``, which holds it as
``CHECK`` and whose docstring is its page."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from functools import cache

from gpurules.lint.check import Check

CHECKS: tuple[str, ...] = (
    "lint/comment",
    "lint/unused-comment",
    "lint/expired-comment",
    "structure/yaml",
    "structure/template",
    "structure/envelope",
    "structure/unknown-field",
    "structure/field-type",
    "structure/rule-fields",
    "structure/names",
    "structure/group-names",
    "structure/operator",
    "structure/duplicate-rule",
    "structure/overlapping-records",
    "structure/read-later",
    "structure/lag",
    "structure/cycle",
    "syntax/promql",
    "syntax/unsupported",
    "syntax/regex",
    "join/duplicate-one-side",
    "join/many-to-one-undeclared",
    "join/group-label-collision",
    "join/result-collision",
    "join/rule-label-collision",
    "join/not-proved",
    "join/absent-label",
    "join/different-domains",
    "join/overwritten-label",
    "join/guest-label",
    "join/rate-after-join",
    "join/missing-launcher-pod",
    "join/arbitrary-deduplication",
    "join/untrusted-labels",
    "labels/unknown-metric",
    "labels/unknown-label",
    "labels/none-value",
    "labels/foreign-value",
    "labels/exporter-release",
    "labels/exported",
    "dcgm/unknown-field",
    "dcgm/not-accepted",
    "dcgm/old-name",
    "dcgm/not-exported",
    "dcgm/not-a-number",
    "dcgm/rate-of-gauge",
    "dcgm/code-arithmetic",
    "dcgm/raw-counter",
    "dcgm/utilisation-sum",
    "dcgm/mig-double-count",
    "dcgm/profiling-in-vgpu",
    "units/mismatch",
    "units/record-name",
    "units/threshold",
    "kubevirt/record-name",
    "kubevirt/taken-name",
    "kubevirt/never-emitted",
    "kubevirt/namespace-enforcement",
)
"""The identifiers, in the order of the documentation."""


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
