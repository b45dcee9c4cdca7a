"""promtool on rules and on tests that scenarios write; each distinct pair runs once in a session."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from gpurules.scenario.promtool import RuleTest, rule_test_file

RULE_FILE = "rules.yaml"
SELDOM_COLLECTED = {"GOGC": "400"}
"""For Go's run time: a quarter of the time that a run takes is spent on collecting garbage of a small heap else."""


def check(promtool: Path, rules: str) -> str:
    """What ``promtool check rules`` complains of; empty where it is content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rules.yaml"
        path.write_text(rules, encoding="utf-8")
        done = subprocess.run([promtool, "check", "rules", path], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def text_of(test: RuleTest, groups: tuple[str, ...]) -> str:
    """The test file of one test, for :func:`failures`."""
    return rule_test_file([RULE_FILE], [test], groups)


def failures(promtool: Path, rules: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The test files that fail, by the names given here, with what promtool says of each."""
    _run_all(promtool, rules, tuple(text for text in texts.values() if (promtool, rules, text) not in _VERDICTS))
    verdicts = {name: _VERDICTS[promtool, rules, text] for name, text in texts.items()}
    return {name: verdict for name, verdict in verdicts.items() if verdict}


_VERDICTS: dict[tuple[Path, str, str], str] = {}


def _run_all(promtool: Path, rules: str, texts: tuple[str, ...]) -> None:
    distinct = tuple(dict.fromkeys(texts))
    if not distinct:
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / RULE_FILE).write_text(rules, encoding="utf-8")
        files = [f"test-{position:03d}.yaml" for position in range(len(distinct))]
        for file, text in zip(files, distinct, strict=True):
            (folder / file).write_text(text, encoding="utf-8")
        done = _test(promtool, folder, files)
        if done.returncode == 0 and done.stdout.count("SUCCESS") == len(files):
            reports = dict.fromkeys(files, "SUCCESS")
        else:
            said = done.stdout.split("Unit Testing:  ")[1:]
            reports = {report.split("\n", 1)[0].strip(): report for report in said}
        if set(reports) != set(files):
            # Prometheus 3 does not say which file it speaks of.
            reports = {file: _test(promtool, folder, [file]).stdout for file in files}
    for file, text in zip(files, distinct, strict=True):
        report = reports[file]
        _VERDICTS[promtool, rules, text] = "" if "SUCCESS" in report and "FAILED" not in report else report[:4000]


def _test(promtool: Path, folder: Path, files: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [promtool, "test", "rules", *files],
        cwd=folder,
        env={**SELDOM_COLLECTED, **os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
