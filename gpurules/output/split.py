"""Several documents where one object cannot hold all rules: which groups go where, their names, and one text of all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def parted(sizes: Sequence[int], limit: int) -> list[slice]:
    """Ranges of consecutive groups of the given ``sizes`` that stay within ``limit``; 0: no limit.

    A group that is larger than the limit by itself is a range of its own.
    """
    if not limit:
        return [slice(0, len(sizes))]
    starts = [0]
    held = 0
    for position, size in enumerate(sizes):
        if held and held + size > limit:
            starts.append(position)
            held = 0
        held += size
    return [slice(start, end) for start, end in zip(starts, [*starts[1:], len(sizes)], strict=True)]


def numbered(name: str, count: int) -> list[str]:
    """``name`` for one document, ``name-1``, ``name-2``... for several."""
    return [name] if count == 1 else [f"{name}-{number}" for number in range(1, count + 1)]


def joined(texts: Iterable[str]) -> str:
    """One text of YAML documents, with a line ``---`` before each but the first, unless it brings its own."""
    first, *others = texts
    return first + "".join(text if _opens(text) else f"---\n{text}" for text in others)


def _opens(text: str) -> bool:
    """Whether the document begins with a line ``---``, after comments at most."""
    for line in text.splitlines():
        if line.startswith("---"):
            return True
        if line.strip() and not line.startswith("#"):
            return False
    return False
