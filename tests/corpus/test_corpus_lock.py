"""The lock file of the corpus is whole, and nobody mistakes a missing package for a silent run."""

from __future__ import annotations

import hashlib
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import rule_corpus
from rule_corpus import Package, packages, require
from shared import ROOT

SHA256 = re.compile(r"[0-9a-f]{64}")


@pytest.mark.parametrize("package", packages(), ids=lambda package: f"{package.suite}-{package.name}")
def test_entry_is_whole(package: Package) -> None:
    assert package.manager in rule_corpus._MANAGERS
    assert package.need in ("required", "bonus")
    assert SHA256.fullmatch(package.sha256)
    assert package.members
    for member in package.members:
        assert SHA256.fullmatch(member.sha256)
        assert member.rules > 0
        assert not Path(member.path).is_absolute()
        assert ".." not in Path(member.path).parts


def test_nothing_of_the_corpus_is_committed() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no repository")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    hashes = {member.sha256 for package in packages() for member in package.members}
    committed = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    assert [name for name in committed if hashlib.sha256((ROOT / name).read_bytes()).hexdigest() in hashes] == []


@pytest.mark.parametrize(
    ("need", "ci", "outcome"),
    [
        ("required", "true", pytest.fail.Exception),
        ("required", "", pytest.skip.Exception),
        ("bonus", "true", pytest.skip.Exception),
        ("bonus", "", pytest.skip.Exception),
    ],
)
def test_missing_package(
    need: str, ci: str, outcome: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_corpus, "CACHE", tmp_path)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match=r"is missing: python tests/rule_corpus\.py fetch"):
        require(replace(packages()[0], need=need))


def test_file_that_is_not_that_of_the_lock_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_corpus, "CACHE", tmp_path)
    package = packages()[0]
    for member in package.members:
        path = package.file(member)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("groups: []\n", encoding="utf-8")
    assert not package.complete()
