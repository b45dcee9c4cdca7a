"""Finds fields by words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gpurules.catalog.field import Catalog, Entity, Field
from gpurules.catalog.units import word_of

_EXACT, _WORD, _BEGINNING, _INSIDE, _TEXT = 16, 8, 4, 2, 1
"""What a hit is worth: a whole name, a word of a name, its beginning, a part of it, or any other text."""


def search(words: Sequence[str], catalog: Catalog) -> tuple[Field, ...]:
    """The fields that have every word, the best hit first; all for no word.

    Among equal hits what can be recorded comes first, then what is measured on a GPU, then the order of the catalog.
    A word may stand in any name, the record, the help, the subsystem, the kind or the unit; case does not matter.
    """
    wanted = [word.casefold() for word in words if word]
    if not wanted:
        return catalog.fields
    scored = [(_score(entry, wanted), entry) for entry in catalog.fields]
    ranked = sorted(scored, key=lambda hit: (-hit[0], bool(hit[1].refusal), hit[1].entity is not Entity.GPU))
    return tuple(entry for score, entry in ranked if score)


def _score(field: Field, words: Iterable[str]) -> int:
    """The sum over all words; 0 where one of them is nowhere."""
    names = [name.casefold() for name in field.names]
    parts = {part for name in (*names, field.record) for part in name.split("_")}
    text = " ".join(
        (field.help, field.subsystem, field.kind.value, field.entity.value, word_of(field.unit, field.kind))
    )
    text = text.casefold()
    total = 0
    for word in words:
        hit = _hit(word, names, field.record, parts, text)
        if not hit:
            return 0
        total += hit
    return total


def _hit(word: str, names: Sequence[str], record: str, parts: Iterable[str], text: str) -> int:
    if word in names or word == record:
        return _EXACT
    if word in parts:
        return _WORD
    if any(part.startswith(word) for part in parts):
        return _BEGINNING
    if word in record or any(word in name for name in names):
        return _INSIDE
    return _TEXT if word in text else 0
