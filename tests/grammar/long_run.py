"""Holds our parser against Prometheus' editor grammar: ``python -m grammar.long_run [COUNT] [SEED]``.

The grammar knows no types, so that what it reads may still be wrong; a text counts as a disagreement where

- ours reads it and the grammar does not, or
- the grammar and promql-parser read it, and ours calls it wrong: not unsupported, and not for its types.

``gaps.tsv`` lists what is known to be so, as shapes of texts with the reason. One whose example is no disagreement any
more is an error: the list may only shrink.
"""

from __future__ import annotations

import random
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gpurules.promql.judge import Decision, accepts
from gpurules.promql.syntax import checks
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.problem import SyntaxProblem
from grammar.oracle import Missing, fetch, judge
from grammar.texts import expression, slipped

GAPS = Path(__file__).with_name("gaps.tsv")
COUNT = 20_000
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Gap:
    """A known disagreement. ``reader``: who reads it, ``ours`` or ``theirs``; ``shape``: what the text has in it."""

    reader: str
    shape: re.Pattern[str]
    example: str
    reason: str


def gaps() -> tuple[Gap, ...]:
    """The lines of ``gaps.tsv``."""
    lines = GAPS.read_text(encoding="utf-8").splitlines()
    fields = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple(Gap(reader, re.compile(shape), example, reason) for reader, shape, example, reason in fields)


def reader_of(text: str, theirs: bool) -> str:
    """Who alone reads ``text``: ``ours``, ``theirs``, or nobody."""
    problem = None
    try:
        parse(text)
    except SyntaxProblem as error:
        problem = error
    if problem is None:
        return "" if theirs else "ours"
    if not theirs or problem.unsupported or _is_about_types(problem):
        return ""
    return "theirs" if accepts(text).decision is Decision.ACCEPTED else ""


def _is_about_types(problem: SyntaxProblem) -> bool:
    """Whether the module that knows types raised it."""
    return any(frame.filename == checks.__file__ for frame in traceback.extract_tb(problem.__traceback__))


def disagreements(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each text that only one side reads, and that side."""
    for text, theirs in zip(texts, judge(texts), strict=True):
        reader = reader_of(text, theirs)
        if reader:
            yield text, reader


def known(text: str, reader: str) -> bool:
    """Whether a known gap explains the disagreement."""
    return any(gap.reader == reader and gap.shape.search(text) for gap in gaps())


def main(arguments: Sequence[str]) -> int:
    """Print what was held against what, every new disagreement and every gap that is none any more."""
    try:
        fetch()
    except Missing as error:
        print(f"skipped: {error}")
        return 0
    count = int(arguments[0]) if arguments else COUNT
    seed = int(arguments[1]) if len(arguments) > 1 else random.randrange(1 << 32)
    rng = random.Random(seed)
    texts = [expression(rng) for _ in range(count)]
    texts += [slipped(rng, text) for text in texts]
    found = list(disagreements(texts))
    new = [(text, reader) for text, reader in found if not known(text, reader)]
    closed = [gap for gap in gaps() if (gap.example, gap.reader) not in set(disagreements([gap.example]))]
    print(f"{len(texts)} texts, seed {seed}: {len(found) - len(new)} in known gaps, {len(new)} new disagreements")
    for text, reader in sorted(set(new), key=lambda one: len(one[0]))[:SHOWN]:
        print(f"read by {reader} alone: {text!r}")
    for gap in closed:
        print(f"no gap any more, remove it from {GAPS.name}: {gap.reader} {gap.example!r}")
    return 1 if new or closed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
