"""The known name that a misspelt one most likely means."""

from __future__ import annotations

from collections.abc import Iterable

from gpurules.text.terminal import safe

_LONGEST = 100
_MOST_EDITS = 4


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The name in ``known`` that ``word`` most likely means, or None where none is near.

    Near: the same but for case and ``-``, ``_``, ``.`` or space; else at most one edit (insertion, deletion, change,
    swap of neighbours) for every three characters, four at most. Words of more than 100 characters are near to nothing.
    """
    if not word or len(word) > _LONGEST:
        return None
    wanted = _folded(word)
    best, fewest = None, min(_MOST_EDITS, max(1, len(wanted) // 3)) + 1
    for candidate in known:
        edits = _distance(wanted, _folded(candidate), fewest - 1)
        if edits < fewest:
            best, fewest = candidate, edits
            if not edits:
                break
    return best


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean "x"?``, or nothing where no known name is near."""
    found = nearest(word, known)
    return f'did you mean "{safe(found)}"?' if found is not None else ""


_FOLD = str.maketrans("-. ", "___")


def _folded(word: str) -> str:
    return word.casefold().translate(_FOLD)


def _distance(left: str, right: str, limit: int) -> int:
    """How many edits turn ``left`` into ``right`` (optimal string alignment); more than ``limit`` is ``limit + 1``."""
    if left == right:
        return 0
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    start, shorter = 0, min(len(left), len(right))
    while start < shorter and left[start] == right[start]:
        start += 1
    end = 0
    while end < shorter - start and left[-1 - end] == right[-1 - end]:
        end += 1
    left, right = left[start : len(left) - end], right[start : len(right) - end]
    if not left or not right:
        return min(len(left) + len(right), limit + 1)
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        # Cells further than the limit from the diagonal cannot matter.
        low, high = max(1, i - limit), min(len(right), i + limit)
        current = [limit + 1] * (len(right) + 1)
        if low == 1:
            current[0] = i
        for j in range(low, high + 1):
            other = right[j - 1]
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (one != other))
            if i > 1 and j > 1 and one == right[j - 2] and left[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            current[j] = cost
        if min(current) > limit and min(row) > limit:
            return limit + 1
        before, row = row, current
    return min(row[-1], limit + 1)
