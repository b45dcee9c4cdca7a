"""Every document format: one line for each."""

from __future__ import annotations

from collections.abc import Mapping

from gpurules.output.formats import mimir, prometheusrule, rules, vmrule
from gpurules.output.formats.format import Format
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean

FORMATS: Mapping[str, Format] = {
    "prometheusrule": prometheusrule.FORMAT,
    "rules": rules.FORMAT,
    "vmrule": vmrule.FORMAT,
    "mimir": mimir.FORMAT,
}


def format_named(name: str) -> Format:
    """The format called ``name``; raises InputError where there is none."""
    known = FORMATS.get(name)
    if known is None:
        advice = did_you_mean(name, FORMATS) or f"use one of {', '.join(FORMATS)}"
        raise InputError(Problem(f"there is no output format {name[:80]!a}", advice=advice))
    return known
