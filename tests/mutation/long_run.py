"""``make mutation``: every mutant of every path's rules; prints the figures and fails where one goes unnoticed."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence

import components
from mutation.figures import complaints, figures, table
from mutation.judging import judge
from mutation.known import EQUIVALENT, UNTYPED
from mutation.mutants import Mutant
from mutation.registry import MUTATORS
from mutation.subjects import SUBJECTS


def main() -> int:
    """Judge, print, and return 1 where a mutant goes unnoticed or a row of a table names none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subject", action="append", choices=SUBJECTS, help="whose rules; all without")
    parser.add_argument("--mutator", action="append", choices=MUTATORS, help="which mistakes; all without")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants of each subject only")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--play-all", action="store_true", help="play what the type checker refuses as well")
    parser.add_argument("--play-equivalent", action="store_true", help="play what is called equivalent as well")
    parser.add_argument("--verbose", action="store_true", help="say how far it is")
    parser.add_argument("--promtool", default="promtool", help="a name of tests/components.tsv, such as promtool-2.53")
    options = parser.parse_args()
    promtool = components.find(options.promtool)
    if promtool is None:
        print(f"mutation: {options.promtool} is missing: python tests/components.py fetch", file=sys.stderr)
        return 3
    subjects, mutators = options.subject or tuple(SUBJECTS), options.mutator or tuple(MUTATORS)
    complained = False
    seen: list[Mutant] = []
    for name in subjects:
        started = time.monotonic()
        chosen = _chooser(mutators, options.sample, options.seed)
        verdicts = judge(
            SUBJECTS[name],
            promtool,
            chosen,
            play_refused=options.play_all,
            play_equivalent=options.play_equivalent,
            told=_say if options.verbose else _nothing,
        )
        seen += (one.mutant for one in verdicts)
        print(f"\n{name}, {time.monotonic() - started:.0f} s\n{table(figures(verdicts))}", flush=True)
        for complaint in complaints(verdicts):
            print(f"BROKEN {complaint}", flush=True)
            complained = True
    if set(subjects) == set(SUBJECTS) and set(mutators) == set(MUTATORS) and not options.sample:
        for row in (*EQUIVALENT, *UNTYPED):
            if not any(row.names(mutant) for mutant in seen):
                print(f"BROKEN no mutant is like {row.mutator}: {row.pattern}")
                complained = True
    return 1 if complained else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _nothing(line: str) -> None:
    pass


def _chooser(mutators: Sequence[str], sample: int, seed: int) -> Callable[[Sequence[Mutant]], Sequence[Mutant]]:
    def chosen(found: Sequence[Mutant]) -> Sequence[Mutant]:
        wanted = [mutant for mutant in found if mutant.mutator in mutators]
        if not sample or sample >= len(wanted):
            return wanted
        kept = set(random.Random(seed).sample(range(len(wanted)), sample))
        return [mutant for position, mutant in enumerate(wanted) if position in kept]

    return chosen


if __name__ == "__main__":
    sys.exit(main())
