"""Series types as short text, for tables.

``a b? ... | a b, c~ | a > b, c > a~``: labels, keys, dependencies. ``?`` marks a label that need not be there, ``...``
an open type, ``-a`` a label that is certainly absent from it, ``~`` what holds at one instant only, ``a=1`` a constant,
``a:pod`` a value domain. ``()`` is the empty key.
"""

from __future__ import annotations

from collections.abc import Iterable

from gpurules.promql.types import Dependency, Guard, Key, Kind, SeriesType, Unit, Validity


def series(text: str, unit: Unit | None = None, kind: Kind = Kind.UNKNOWN, guards: Iterable[Guard] = ()) -> SeriesType:
    """The declared type that ``text`` describes; ``guards`` are those of all its dependencies."""
    labels, keys, dependencies = ([part.strip() for part in text.split("|")] + ["", ""])[:3]
    result = SeriesType(open=False, unit=unit, kind=kind)
    certain, possible, absent = set(), set(), set()
    domains, constants = {}, {}
    for word in labels.split():
        if word == "...":
            result = result._replace(open=True)
        elif word.startswith("-"):
            absent.add(word[1:])
        else:
            label = word.split(":")[0].split("=")[0].rstrip("?")
            possible.add(label)
            if "?" not in word:
                certain.add(label)
            if "=" in word:
                constants[label] = word.split("=")[1]
            if ":" in word:
                domains[label] = word.split(":")[1].rstrip("?")
    return result._replace(
        certain=frozenset(certain),
        possible=frozenset(possible),
        absent=frozenset(absent),
        keys=tuple(Key(*_fact(item)) for item in keys.split(",") if item.strip()),
        dependencies=tuple(
            _dependency(item)._replace(guards=frozenset(guards)) for item in dependencies.split(",") if item.strip()
        ),
        domains=domains,
        constants=constants,
    )


def _fact(text: str) -> tuple[frozenset[str], Validity]:
    validity = Validity.INSTANT if text.strip().endswith("~") else Validity.ALWAYS
    return frozenset(text.replace("~", "").replace("()", "").split()), validity


def _dependency(text: str) -> Dependency:
    determinant, dependent = text.split(">")
    labels, validity = _fact(dependent)
    return Dependency(_fact(determinant)[0], labels, validity)


def labels_told(type_: SeriesType) -> str:
    """Labels as in the notation, sorted, with the names in front: ``A,B: a b? ...``."""
    words = []
    for label in sorted(type_.possible):
        mark = "" if label in type_.certain else "?"
        value = f"={type_.constants[label]}" if label in type_.constants else ""
        words.append(f"{label}{mark}{value}")
    words += [f"-{label}" for label in sorted(type_.absent)]
    words += ["..."] if type_.open else []
    names = "*" if type_.names is None else ",".join(sorted(name or "''" for name in type_.names))
    return f"{names}: {' '.join(words)}".strip(" :") if words else names


def keys_told(type_: SeriesType) -> str:
    """Keys as in the notation: ``a b, c~``."""
    return ", ".join((" ".join(sorted(key.labels)) or "()") + _mark(key.validity) for key in type_.keys)


def dependencies_told(type_: SeriesType) -> str:
    """Dependencies as in the notation: ``a > b c~``."""
    return ", ".join(
        f"{' '.join(sorted(item.determinant)) or '()'} > {' '.join(sorted(item.dependent))}{_mark(item.validity)}"
        for item in type_.dependencies
    )


def _mark(validity: Validity) -> str:
    return "~" if validity is Validity.INSTANT else ""
