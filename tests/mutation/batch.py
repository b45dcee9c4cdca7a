"""Many tests in one run of promtool, each with rules of its own: what fails in which, by record."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gpurules.promql.syntax.printer import to_text
from gpurules.rules.group import RecordingRule
from gpurules.scenario.promtool import RuleTest, rule_test_file

GROUP = "mutants"
_RULE = re.compile(r"^\s*rule: (\S+), time: ", re.MULTILINE)
_CHECK = re.compile(r'^\s*expr: ("(?:[^"\\]|\\.)*"), time: ', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Play:
    """Rules in one group, and the test of them."""

    rules: tuple[RecordingRule, ...]
    test: RuleTest


@dataclass(frozen=True, slots=True)
class Outcome:
    """``stopped``: records whose rule failed, which ends a test at that moment; ``wrong``: expressions of checks that
    did not hold."""

    stopped: frozenset[str]
    wrong: tuple[str, ...]


def run(promtool: Path, plays: Sequence[Play]) -> list[Outcome]:
    """The outcome of each. Raises AssertionError where promtool does not say one of each."""
    if not plays:
        return []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [f"test-{position:04d}.yaml" for position in range(len(plays))]
        for position, (file, play) in enumerate(zip(files, plays, strict=True)):
            rules = f"rules-{position:04d}.yaml"
            (folder / rules).write_text(rule_file(play.rules), encoding="utf-8")
            (folder / file).write_text(rule_test_file([rules], [play.test], [GROUP]), encoding="utf-8")
        done = subprocess.run(
            [promtool, "test", "rules", *files],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    said = {part.split("\n", 1)[0].strip(): part for part in done.stdout.split("Unit Testing:  ")[1:]}
    if set(said) != set(files):
        raise AssertionError(done.stdout[:4000])
    return [_outcome(said[file]) for file in files]


def _outcome(report: str) -> Outcome:
    stopped = frozenset(_RULE.findall(report))
    wrong = tuple(json.loads(text) for text in _CHECK.findall(report))
    if not stopped and not wrong and "SUCCESS" not in report:
        raise AssertionError(report[:4000])
    return Outcome(stopped, wrong)


def rule_file(rules: Sequence[RecordingRule]) -> str:
    """The rules in one group, as JSON, which is YAML."""
    listed: list[Mapping[str, object]] = [
        {"record": rule.spec.record, "expr": to_text(rule.expression), "labels": dict(rule.spec.rule_labels)}
        for rule in rules
    ]
    return json.dumps({"groups": [{"name": GROUP, "rules": listed}]})
