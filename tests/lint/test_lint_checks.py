"""Every check on its table of cases, and on the examples of its own page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gpurules.lint.identifiers import CHECKS
from gpurules.lint.located import Located
from gpurules.lint.registry import load, page, summary
from lint_cases import FOLDER, Case, as_file, case_file, example_options, found_by, read_cases, words

CASES = [case for check in CHECKS for case in read_cases(check)]
BLOCK = re.compile(r"(?P<kind>Bad|Good):\n\n```yaml\n(?P<text>.*?)```", re.DOTALL)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.check}: {case.name}")
def test_case(case: Case) -> None:
    found = found_by(case.check, case.text, case.options)
    shown = [
        _shown(finding, wanted)
        for finding, wanted in zip(found, [*case.finds, *[{"words": ""}] * len(found)], strict=False)
    ]
    assert shown == case.finds, "\n".join(f"{finding.message} [{words(finding.region)}]" for finding in found)


def _shown(finding: Located, wanted: dict[str, Any]) -> dict[str, Any]:
    """The finding in the words of the case, as far as the case says something."""
    shown: dict[str, Any] = {"words": words(finding.region)}
    if "reasons" in wanted:
        shown["reasons"] = [words(region) for region, _ in finding.reasons]
    if "severity" in wanted:
        shown["severity"] = finding.severity.word
    if "line" in wanted:
        shown["line"] = finding.region.start.line
    if "says" in wanted:
        shown["says"] = wanted["says"] if wanted["says"] in finding.message else finding.message
    if "advice" in wanted:
        shown["advice"] = wanted["advice"] if wanted["advice"] in finding.advice else finding.advice
    return shown


@pytest.mark.parametrize("check", CHECKS)
def test_check_has_cases_that_fail_and_that_pass(check: str) -> None:
    cases = read_cases(check)
    assert any(case.finds for case in cases), f"{case_file(check)} needs a case with a finding"
    assert any(not case.finds for case in cases), f"{case_file(check)} needs a case without a finding"
    assert len({case.name for case in cases}) == len(cases)


def test_no_cases_without_a_check() -> None:
    assert {path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.yaml")} <= set(CHECKS)


@pytest.mark.parametrize("check", CHECKS)
def test_page_has_a_summary_and_a_bad_and_a_good_example(check: str) -> None:
    assert summary(check).endswith(".")
    assert load(check)
    kinds = [found["kind"] for found in BLOCK.finditer(page(check))]
    assert kinds == ["Bad", "Good"]


def test_every_example_is_the_own_one_of_its_check() -> None:
    blocks = [found["text"] for check in CHECKS for found in BLOCK.finditer(page(check))]
    assert len(set(blocks)) == len(blocks)


@pytest.mark.parametrize("check", CHECKS)
def test_bad_example_is_found_and_good_one_is_not(check: str) -> None:
    for example in BLOCK.finditer(page(check)):
        found = found_by(check, as_file(example["text"]), example_options(check))
        assert bool(found) == (example["kind"] == "Bad"), example["text"]
