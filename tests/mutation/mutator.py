"""What a mutator is: one kind of mistake, made at one node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gpurules.promql.syntax.tree import Expression

PossibleLabels = Callable[[Expression], frozenset[str]]
"""The labels that the series of a part of the expression may carry."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is written in place of a node, and what was done to it, in a few words."""

    detail: str
    node: Expression


Mutate = Callable[[Expression, PossibleLabels], Iterator[Mistake]]
"""The mistakes that fit a node."""


@dataclass(frozen=True, slots=True)
class Mutator:
    """``name``: of its module. ``typed``: each of its mistakes must be refused by the type checker too."""

    name: str
    mutate: Mutate
    typed: bool
