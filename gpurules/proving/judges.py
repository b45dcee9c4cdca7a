"""The programs that run a test file: where they are, and one run of them, bounded in time and output."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from gpurules.text.errors import EnvironmentFault, Problem
from gpurules.text.span import Location

MOST_OUTPUT = 4_000_000
"""Bytes of a run's output that are read."""
LONGEST_WAIT = 60
"""Seconds to wait for a port."""
_QUICK = 20
"""Seconds in which a program says its version."""
_SELDOM_COLLECTED = {"GOGC": "400"}
"""For Go's run time where the user says nothing else: a quarter of a run is spent on collecting garbage otherwise, and
the heap stays small."""


@dataclass(frozen=True, slots=True)
class Judge:
    """A kind of program: its ``name``, how it is called for a file, and where it is had from. ``passed``: whether its
    output and exit code say that all is well. ``busy``: what it says where another one keeps its port, since it has one
    alone; empty for a program of which several run at once."""

    name: str
    arguments: Callable[[str], tuple[str, ...]]
    source: str
    passed: Callable[[int, str], bool]
    busy: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A program of a kind that is there; ``version`` such as ``2.53.3``, empty where it does not say."""

    judge: Judge
    path: str
    version: str

    @property
    def release(self) -> tuple[int, ...]:
        """Major and minor number; empty where they are not known."""
        return tuple(int(part) for part in self.version.split(".")[:2])


JUDGES: Mapping[str, Judge] = {
    "promtool": Judge(
        "promtool",
        lambda file: ("test", "rules", file),
        "it comes with Prometheus (prometheus.io/download, or the package prometheus or promtool of your distribution)",
        lambda code, said: code == 0,
    ),
    "vmalert": Judge(
        "vmalert-tool",
        lambda file: ("unittest", f"--files={file}"),
        "it comes with VictoriaMetrics (its vmutils, or the package victoria-metrics of your distribution)",
        lambda code, said: code == 0 and "SUCCESS" in said,
        "cannot start http server at :8880",
    ),
}
"""By the word that asks for it."""


def find(kind: str, path: str) -> Found:
    """The program at ``path`` or, where that is empty, on PATH. Raises EnvironmentFault where there is none, or it does
    not run."""
    judge = JUDGES[kind]
    where = shutil.which(path or judge.name)
    if where is None:
        problem = f"{judge.name} is missing" if not path else f"there is no program {path}"
        advice = f"{judge.source}; name it with --promtool PATH, or let -o FOLDER write the tests, which needs none"
        raise EnvironmentFault(Problem(problem, advice=advice))
    where = str(Path(where).resolve())
    try:
        done = subprocess.run(
            [where, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_QUICK, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EnvironmentFault(Problem(f"it does not run: {error}", Location(path or where))) from None
    said = (done.stdout + done.stderr)[:10_000].decode("utf-8", "replace")
    version = re.search(r"(?:version |v)(\d+\.\d+(?:\.\d+)?)", said)
    if judge.name not in said:
        raise EnvironmentFault(Problem(f"this is not {judge.name}", Location(path or where), judge.source))
    return Found(judge, where, version[1] if version else "")


@dataclass(slots=True)
class Runs:
    """What runs now; once ``ended``, nothing starts any more."""

    ended: bool = False
    _running: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def started(
        self, command: Sequence[str], folder: Path, output: BinaryIO, scratch: Path
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A program in ``folder``, which does not outlive the block. Raises CancelledError once all is ended."""
        with self._lock:
            if self.ended:
                raise CancelledError
            process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**_SELDOM_COLLECTED, **os.environ, "TMPDIR": str(scratch)},
            )
            self._running.add(process)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            with self._lock:
                self._running.discard(process)

    def end(self) -> None:
        """Kill what runs, and let nothing start."""
        with self._lock:
            self.ended = True
            for process in self._running:
                process.kill()


def run(program: Found, folder: Path, file: str, seconds: float, runs: Runs) -> tuple[bool, str]:
    """Whether ``file`` in ``folder`` passes, and what the program said.

    Raises TimeoutError after so many seconds, EnvironmentFault where another program keeps the port that it needs, and
    CancelledError once ``runs`` are ended.
    """
    until = time.monotonic() + min(seconds, LONGEST_WAIT)
    while True:
        code, said = _run(program, folder, file, seconds, runs)
        if not program.judge.busy or program.judge.busy not in said:
            return program.judge.passed(code, said), said
        if time.monotonic() > until:
            port = program.judge.busy.rpartition(":")[2]
            advice = "run it when nothing else listens there; it can use no other"
            raise EnvironmentFault(Problem(f"{program.judge.name} needs port {port}, which is in use", advice=advice))
        time.sleep(0.5)


def _run(program: Found, folder: Path, file: str, seconds: float, runs: Runs) -> tuple[int, str]:
    output, scratch = folder / f"{file}.out", folder / f"{file}.tmp"
    scratch.mkdir(exist_ok=True)
    command = [program.path, *program.judge.arguments(file)]
    with output.open("wb") as stream, runs.started(command, folder, stream, scratch) as process:
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
    with output.open("rb") as found:
        said = found.read(MOST_OUTPUT).decode("utf-8", "replace")
    output.unlink()
    shutil.rmtree(scratch, ignore_errors=True)
    return code, said
