"""On rule files that others have written and run the default run says nothing, or what it says is justified."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from pathlib import Path

import pytest

from gpurules.cli.main import run
from gpurules.lint.identifiers import CHECKS
from rule_corpus import Member, Package, justified, packages, require, text_of

MEMBERS = [(package, member) for package in packages() for member in package.members]


def _name(package: Package, member: Member) -> str:
    return f"{package.suite}-{package.name}-{Path(member.path).name}-{member.field}".rstrip("-")


each_member = pytest.mark.parametrize(("package", "member"), MEMBERS, ids=[_name(*one) for one in MEMBERS])


ENVELOPES = {
    "plain": "",
    "PrometheusRule": "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: corpus}\nspec:\n",
    "VMRule": "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMRule\nmetadata: {name: corpus}\nspec:\n",
}


def report(
    package: Package,
    member: Member,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    *arguments: str,
    envelope: str = "plain",
) -> dict[str, object]:
    """The JSON report about a member, in an envelope of Kubernetes or as it is."""
    text = text_of(require(package), member)
    if ENVELOPES[envelope]:
        text = ENVELOPES[envelope] + textwrap.indent(text.removeprefix("---\n"), "  ")
    file = folder / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    code = run(["lint", "--format", "json", *arguments, str(file)])
    out, err = capsys.readouterr()
    assert code in (0, 1), err
    content = json.loads(out)
    assert isinstance(content, dict)
    return content


@pytest.mark.parametrize("envelope", ENVELOPES)
@each_member
def test_default_run_is_silent(
    package: Package, member: Member, envelope: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    findings = report(package, member, tmp_path, capsys, envelope=envelope)["findings"]
    assert isinstance(findings, list)
    found = Counter((one["check"], one["rule"]) for one in findings)
    accepted = Counter(
        (one.check, one.rule) for one in justified() if (one.package, one.path) == (package.name, member.path)
    )
    said = [f"{one['check']} {one['rule']}: {one['message']}" for one in findings]
    assert found == accepted, "\n".join(said)


@each_member
def test_everything_is_read(
    package: Package, member: Member, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = report(package, member, tmp_path, capsys, "--show", "info", "--ignore", "lint")
    summary, findings = content["summary"], content["findings"]
    assert isinstance(summary, dict)
    assert isinstance(findings, list)
    assert summary["rules"] == member.rules
    assert [one["message"] for one in findings if one["check"].startswith("syntax/")] == []


def test_every_justification_is_about_something() -> None:
    for one in justified():
        assert one.check in CHECKS
        assert len(one.reason.split()) > 3
        assert any(package.name == one.package and member.path == one.path for package, member in MEMBERS)


def test_corpus_covers_enough() -> None:
    assert sum(member.rules for _, member in MEMBERS) > 300
    assert sum(member.rules for package, member in MEMBERS if package.need == "required") > 200
