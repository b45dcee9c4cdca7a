"""``make bench``: prints ratios, each taken within one run. Names on the command line choose some of the benches."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import evaluation
import paths
import probe_fleet
import start
from ratio import HEADING, Ratio, show
from servers import CannotMeasure

import lint

BENCHES: dict[str, Callable[[], Iterator[Ratio]]] = {
    "start": start.start,
    "render": start.render,
    "lint": lint.lint,
    "evaluation": evaluation.evaluation,
    "paths": paths.paths,
    "levels": evaluation.levels,
    "probe": probe_fleet.probe,
}


def main(names: list[str]) -> int:
    """Run the benches named, else all. Exits with 2 for a name that there is not, with 3 where one cannot run."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no such bench: {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    print(HEADING)
    failed = False
    for name in names or BENCHES:
        try:
            show(BENCHES[name]())
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode("utf-8", "replace") if isinstance(error.stderr, bytes) else error.stderr
            print(f"{name}: {error.cmd[0]} failed: {(said or '').strip()[:500]}", file=sys.stderr)
            failed = True
        except CannotMeasure as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed = True
    return 3 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
