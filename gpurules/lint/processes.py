"""The same function on many rules in several processes, which share what was read by being forked from this one."""

from __future__ import annotations

import gc
import os
import pickle
import signal
from collections.abc import Callable, Sequence
from typing import IO, TypeVar

from gpurules.text.errors import EnvironmentFault, Problem

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_processes(function: Callable[[Item], Result], items: Sequence[Item], jobs: int) -> list[Result]:
    """``function`` of each item, in order; this process takes a share, and the results of the others are pickled.

    Raises EnvironmentFault where a process ends without an answer.
    """
    count = min(jobs, len(items)) or 1
    shares = [items[start::count] for start in range(count)]
    children = [_start(function, share) for share in shares[1:]]
    results: list[Result | None] = [None] * len(items)
    waiting = list(children)
    try:
        results[0::count] = [function(item) for item in shares[0]]
        for number, (process, pipe) in enumerate(children, start=1):
            results[number::count] = _answer(process, pipe)
            waiting.remove((process, pipe))
    finally:
        # Nobody waits for these any more: a person gave up, or another one failed.
        for process, pipe in waiting:
            _stop(process, pipe)
    return results  # type: ignore[return-value]


def _stop(process: int, pipe: IO[bytes]) -> None:
    pipe.close()
    try:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    except (ProcessLookupError, ChildProcessError):
        return


def _start(function: Callable[[Item], Result], share: Sequence[Item]) -> tuple[int, IO[bytes]]:
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, os.fdopen(reading, "rb")
    code = 1
    try:
        gc.disable()
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump([function(item) for item in share], pipe, pickle.HIGHEST_PROTOCOL)
        code = 0
    except BaseException:
        code = 1
    os._exit(code)


def _answer(process: int, pipe: IO[bytes]) -> list[Result]:
    with pipe:
        content = pipe.read()
    _, status = os.waitpid(process, 0)
    if status or not content:
        raise EnvironmentFault(Problem("a worker process ended early", advice="run again with --jobs 1"))
    answer: list[Result] = pickle.loads(content)
    return answer
