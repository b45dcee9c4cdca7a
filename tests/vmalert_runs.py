"""vmalert on rules, and vmalert-tool on the tests that scenarios write for promtool."""

from __future__ import annotations

import fcntl
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from promtool_runs import RULE_FILE


def check(vmalert: Path, rules: str) -> str:
    """What ``vmalert -dryRun`` complains of; empty where it is content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / RULE_FILE
        path.write_text(rules, encoding="utf-8")
        done = subprocess.run([vmalert, "-dryRun", f"-rule={path}"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def failures(vmalert_tool: Path, rules: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The promtool tests that fail, by the names given here, with what vmalert-tool says of each."""
    said = {name: _run(vmalert_tool, rules, text) for name, text in texts.items()}
    return {name: report for name, report in said.items() if report}


def _run(vmalert_tool: Path, rules: str, text: str) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / RULE_FILE).write_text(rules, encoding="utf-8")
        test = text.replace("\n  promql_expr_test:\n", "\n  metricsql_expr_test:\n")
        (folder / "test.yaml").write_text(test, encoding="utf-8")
        done = unit_test(vmalert_tool, folder)
    passed = done.returncode == 0 and "SUCCESS" in done.stdout
    return "" if passed else done.stdout[:4000]


@contextmanager
def alone() -> Iterator[None]:
    """While no other test runs vmalert-tool."""
    with open(Path(tempfile.gettempdir()) / "vmalert-tool.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def unit_test(vmalert_tool: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs ``test.yaml`` of ``folder``; standard error is in the output.

    vmalert-tool listens on port 8880 and writes to one folder, whatever it is told, so that only one can run at a time.
    """
    with alone():
        return subprocess.run(
            [vmalert_tool, "unittest", "--files=test.yaml"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
