"""All mutators, by name: one module each, with a docstring, ``TYPED`` and ``mutate``."""

from __future__ import annotations

from importlib import import_module

from mutation.mutator import Mutator

NAMES = (
    "drop_deduplication",
    "weaken_key",
    "volatile_key",
    "join_key",
    "factor",
    "constant",
    "aggregation",
    "operator",
    "group_label",
    "window",
    "drop_trust",
    "drop_matcher",
    "matcher_operator",
    "matcher_value",
    "one_side",
    "preference",
    "drop_filter",
    "freshness",
    "relabelling",
    "past",
)


def _mutator(name: str) -> Mutator:
    module = import_module(f"mutation.mutators.{name}")
    return Mutator(name, module.mutate, module.TYPED)


MUTATORS = {name: _mutator(name) for name in NAMES}
