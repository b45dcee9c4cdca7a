"""``make fuzz``: thousands of random expressions against promtool; prints the figures and fails below the bounds."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings

import components
from promql_fuzz.bounds import LONG_RUN, broken
from promql_fuzz.judging import judge, many, summary
from promql_fuzz.strategies import World, judged, told, worlds


def shrunk(promtool: Path, examples: int, chosen: int) -> list[str]:
    """The smallest counterexample that hypothesis finds; none where it finds none."""
    looked: set[str] = set()
    smallest = ""

    @seed(chosen)
    @settings(max_examples=examples, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(worlds())
    def look(world: World) -> None:
        nonlocal smallest
        looked.add(world.text)
        one = judged(promtool, world)
        if one.faults:
            smallest = told(world, one)
        assert not one.faults

    try:
        look()
    except AssertionError:
        return [f"hypothesis has found and shrunk:\n{smallest}"]
    print(f"examples of hypothesis           {examples}, of which {len(looked)} expressions differ")
    return []


def main() -> int:
    """Judge, print, and return 1 where a bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expressions", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--examples", type=int, default=500, help="examples of hypothesis, which shrink")
    parser.add_argument("--verbose", action="store_true", help="list what was called unsafe and never failed")
    parser.add_argument("--promtool", default="promtool", help="a name of tests/components.tsv, such as promtool-2.53")
    options = parser.parse_args()
    promtool = components.find(options.promtool)
    if promtool is None:
        print(f"fuzz: {options.promtool} is missing: python tests/components.py fetch", file=sys.stderr)
        return 3
    print(f"seed                             {options.seed}", flush=True)
    cases = many(options.seed, options.expressions)
    judge(promtool, cases)
    found = summary(cases)
    print(found.told())
    for one in found.unsound:
        print(f"UNSOUND seed {one.seed} labels {one.labels}: {one.text}\n  " + "\n  ".join(one.faults[:3]))
    for one in found.unconfirmed if options.verbose else ():
        print(f"UNCONFIRMED seed {one.seed} {sorted(one.predicted)}: {one.text}")
    complaints = broken(found, LONG_RUN)
    if options.examples:
        complaints += shrunk(promtool, options.examples, options.seed)
    for complaint in complaints:
        print(f"BROKEN {complaint}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
