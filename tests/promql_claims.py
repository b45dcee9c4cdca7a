"""What a type claims of series, held against the series of some evaluations."""

from __future__ import annotations

from itertools import combinations

from gpurules.promql.types import SeriesType, Validity
from promql_model import NAME, Labels, Vector, get


def contradictions(type_: SeriesType, vectors: list[Vector]) -> list[str]:
    """What ``type_`` claims and the vectors of some evaluations refute."""
    wrong = []
    everything: set[Labels] = {labels for vector in vectors for labels in vector}
    for labels in everything:
        carried = {label for label, _ in labels if label != NAME}
        if not type_.certain <= carried:
            wrong.append(f"certain {sorted(type_.certain - carried)} not on {sorted(labels)}")
        if not type_.open and not carried <= type_.possible:
            wrong.append(f"{sorted(carried - type_.possible)} not possible on {sorted(labels)}")
        if carried & type_.absent:
            wrong.append(f"absent {sorted(carried & type_.absent)} on {sorted(labels)}")
        wrong += [f"constant {x}={y}" for x, y in type_.constants.items() if get(labels, x) != y]
        if type_.names is not None and get(labels, NAME) not in (type_.names or {""}):
            wrong.append(f"name {get(labels, NAME)!r}")
    scopes = {Validity.ALWAYS: [everything], Validity.INSTANT: [set(vector) for vector in vectors]}
    for validity, sets in scopes.items():
        for scope in sets:
            for one, other in combinations(sorted(scope, key=sorted), 2):
                wrong += [
                    f"key {sorted(key.labels)} {validity.value}: {sorted(one)} {sorted(other)}"
                    for key in type_.keys
                    if key.validity is validity and agree(one, other, key.labels)
                ]
                wrong += [
                    f"{item}: {sorted(one)} {sorted(other)}"
                    for item in type_.dependencies
                    if item.validity is validity
                    and agree(one, other, item.determinant)
                    and not agree(one, other, item.dependent)
                ]
                if type_.distinct is validity and unnamed(one) == unnamed(other):
                    wrong.append(f"distinct {validity.value}: {sorted(one)} {sorted(other)}")
    return wrong


def agree(one: Labels, other: Labels, labels: frozenset[str]) -> bool:
    return all(get(one, label) == get(other, label) for label in labels)


def unnamed(labels: Labels) -> Labels:
    return frozenset(pair for pair in labels if pair[0] != NAME)
