"""All cases before a judge, several at once, in a folder that is gone afterwards."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from gpurules.proving.case import Case, Failure, Verdict
from gpurules.proving.files import ENDING, RULE_FILE, case_text
from gpurules.proving.judges import Found, Runs, run
from gpurules.proving.reading import failures, passed

AT_ONCE = 4


def judged(
    cases: Iterable[Case], rules: str, judge: str, program: Found, groups: Sequence[str], evaluation: int, limit: float
) -> Generator[tuple[Case, Verdict], None, None]:
    """Every case with its verdict, in the order of ``cases``; each run may take ``limit`` seconds.

    Closing it, or an interrupt, ends what runs and leaves no file behind.
    """
    with tempfile.TemporaryDirectory(prefix="gpurules-test-") as name:
        folder = Path(name)
        (folder / RULE_FILE).write_text(rules, encoding="utf-8")
        runs = Runs()
        workers = ThreadPoolExecutor(1 if program.judge.busy else min(AT_ONCE, os.cpu_count() or 1))
        try:
            waiting: list[tuple[Case, Future[Verdict]]] = []
            for number, case in enumerate(cases):
                text = case_text(case, judge, groups, evaluation, ())
                waiting.append((case, workers.submit(_verdict, case, text, folder, number, program, limit, runs)))
                while waiting and (waiting[0][1].done() or len(waiting) > 4 * AT_ONCE):
                    first, future = waiting.pop(0)
                    yield first, future.result()
            for case, future in waiting:
                yield case, future.result()
        finally:
            runs.end()
            workers.shutdown(wait=True, cancel_futures=True)


def _verdict(case: Case, text: str, folder: Path, number: int, program: Found, limit: float, runs: Runs) -> Verdict:
    file = f"{number}{ENDING}"
    (folder / file).write_text(text, encoding="utf-8")
    started = time.monotonic()
    try:
        well, said = run(program, folder, file, limit, runs)
    except TimeoutError:
        late = Failure("", -1, (f"{program.judge.name} is done within {limit:g} s",), ("it is not",))
        return Verdict((late,), time.monotonic() - started, tuple((check, False) for check in case.test.checks))
    finally:
        (folder / file).unlink()
    found = () if well else failures(said, case.test)
    return Verdict(found, time.monotonic() - started, tuple(passed(case.test, found)))
