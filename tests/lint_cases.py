"""Cases of checks as data: rules, what they run against, and what a check must find in them.

``tests/lint/cases/<group>/<name>.yaml`` holds ``cases`` and, where the examples of the check's page need them,
``options``. A case has a ``name``, and ``file`` (a whole document), ``rules`` (a list of rules) or ``expr`` (with
``record``, ``alert`` and ``labels``, as wanted); ``finds`` lists what the check must find, in order, nothing where it
is left out: ``words`` is the text of the file under the finding, ``reasons`` that under each reason; ``severity``,
``line``, ``says`` and ``advice`` (parts of the message and advice) are compared where they are given.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from gpurules.catalog.exporters import find as find_exporter
from gpurules.catalog.field import Counter, Selection
from gpurules.catalog.load import load_catalog
from gpurules.conventions.targets import read_target
from gpurules.labels.schema import HonorLabels
from gpurules.lint.identifiers import CHECKS
from gpurules.lint.linting import run
from gpurules.lint.located import Located, Region, locate
from gpurules.lint.sources.load import Loaded, of_text
from gpurules.lint.target import Target, target
from gpurules.text.span import SourceText

FOLDER = Path(__file__).parent / "lint" / "cases"
FILE = "rules.yaml"
TODAY = date(2026, 1, 1)


@dataclass(frozen=True)
class Case:
    """One case of a check."""

    check: str
    name: str
    text: str
    options: dict[str, Any]
    finds: list[dict[str, Any]]


def case_file(check: str) -> Path:
    """The file with the cases of ``check``."""
    return FOLDER / f"{check}.yaml"


def read_cases(check: str) -> list[Case]:
    """The cases of ``check``, none where it has no file."""
    path = case_file(check)
    if not path.exists():
        return []
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [_case(check, entry) for entry in content["cases"]]


def example_options(check: str) -> dict[str, Any]:
    """What the examples on the page of ``check`` run against."""
    path = case_file(check)
    found = yaml.safe_load(path.read_text(encoding="utf-8")).get("options", {}) if path.exists() else {}
    assert isinstance(found, dict)
    return found


def _case(check: str, entry: dict[str, Any]) -> Case:
    known = {"name", "file", "rules", "expr", "record", "alert", "labels", "finds", "options"}
    assert entry.keys() <= known, f"{check}: {entry.keys() - known}"
    if "file" in entry:
        text = entry["file"]
    elif "rules" in entry:
        text = as_file(entry["rules"])
    else:
        name = {"alert": entry["alert"]} if "alert" in entry else {"record": entry.get("record", "test:record:sum")}
        labels = {"labels": entry["labels"]} if "labels" in entry else {}
        rule = yaml.safe_dump([{**name, **labels}], width=10_000, sort_keys=False)
        if "\n" in entry["expr"]:
            rule += "  expr: |-\n" + textwrap.indent(entry["expr"], "    ") + "\n"
        else:
            rule += f"  {yaml.safe_dump({'expr': entry['expr']}, width=10_000)}"
        text = as_file(rule)
    return Case(check, entry["name"], text, entry.get("options", {}), entry.get("finds", []))


def as_file(text: str) -> str:
    """A whole rule file out of the part that an example shows."""
    if text.startswith("expr:"):
        text = "- record: test:record:sum\n" + textwrap.indent(text, "  ")
    if re.match(r"(?:[ ]*#[^\n]*\n|\n)*- ", text):
        return "groups:\n  - name: test\n    rules:\n" + textwrap.indent(text, "      ")
    return text


def loaded(text: str) -> Loaded:
    """One file, read."""
    return of_text(SourceText(FILE, text))


def made_target(options: dict[str, Any]) -> Target:
    """What a case runs against: kubevirt, exporters, honor_labels, counters, cluster_label, path,
    object_labels, server."""
    catalog = load_catalog()
    counters = options.get("counters")
    selection = None
    if counters is not None:
        fields = tuple(Counter(name, catalog.by_name[name], "gauge", "") for name in counters)
        selection = Selection(fields, ("counters.csv",))
    return target(
        kubevirt_release=options.get("kubevirt", ""),
        exporters=[find_exporter(name) for name in options.get("exporters", [])],
        honor_labels=HonorLabels(options.get("honor_labels", "auto")),
        selection=selection,
        paths=(options.get("path", "pod-network"),),
        cluster_label=options.get("cluster_label", ""),
        object_labels=options.get("object_labels"),
        server=read_target(options.get("server", "")),
    )


def found_by(check: str, text: str, options: dict[str, Any]) -> list[Located]:
    """What ``check`` finds in a file. Those of group ``lint`` judge what the others find, so all run."""
    chosen = CHECKS if check.startswith("lint/") else (check,)
    found = run(loaded(text), made_target(options), frozenset(chosen), TODAY)
    return [locate(finding) for finding in found if finding.check == check]


def words(region: Region) -> str:
    """The text of the file that a region covers."""
    return region.source.text[region.span.start : region.span.end]
