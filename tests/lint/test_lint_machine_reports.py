"""The reports for machines: whole outputs as golden files, their own syntax, and names that try to break out of it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from gpurules.cli.lint import FORMATS
from gpurules.lint.finding import Severity
from gpurules.lint.fingerprint import numbered
from gpurules.lint.located import Located, Region
from gpurules.lint.reporters.paths import relative, uri
from gpurules.lint.reporters.registry import reporter
from gpurules.lint.reporters.report import Report
from gpurules.lint.reporters.sarif import utf16_column
from gpurules.text.span import SourceText, Span
from gpurules.version import __version__
from shared import ROOT

SCHEMA = json.loads((Path(__file__).parent / "sarif.schema.json").read_text(encoding="utf-8"))
MACHINES = ("sarif", "github", "gitlab", "junit", "checkstyle")

TEXT = """groups:
  - name: "😀 a"
    rules:
      - {record: a, expr: "😀{x='1'} + up"}
      - {record: b, expr: up}
"""
NASTY = "\x1b[31m%0A::error file=x::y\r\n<!--]]>&\"'\u202e\ud800 [a](http://x) {0} ,:\ufffe\x00"
NASTY_FILE = "a/\x1b[31m%0A::error file=x::y\r\n<!--]]>&\"'\u202e\udcff,:.yaml"


def finding(
    words: str,
    *,
    message: str = "this never matches",
    file: str = "rules/a.yaml",
    text: str = TEXT,
    severity: Severity = Severity.ERROR,
    reason: str = "",
    check: str = "lint/comment",
    rule: str = "record a",
    advice: str = "",
) -> Located:
    """A finding at the first place of ``words`` in ``text``."""
    source = SourceText(file, text)

    def at(part: str) -> Region:
        start = text.index(part)
        return Region(source, Span(start, start + len(part)), source.locate(start), source.locate(start + len(part)))

    reasons = ((at(reason), f"{reason} was dropped here"),) if reason else ()
    return Located(check, severity, message, advice, at(words), reasons, rule, False)


SAMPLES = {
    "none": (),
    "some": (
        finding("+ up", reason="{x='1'}", advice="aggregate the left side first"),
        finding("record: b", severity=Severity.WARNING, check="lint/unused-comment", rule="", message="may be late"),
        finding("name", severity=Severity.INFO, file="rules/b c.yaml", check="lint/expired-comment", rule="alert ü"),
        finding("name", severity=Severity.INFO, file="rules/b c.yaml", check="lint/expired-comment", rule="alert ü"),
    ),
    "hostile": (
        finding("+ up", message=NASTY, rule=f"alert {NASTY}", advice=NASTY, file=NASTY_FILE),
        finding("+ up", message="x", file="<stdin>"),
        finding("+ up", message="x", file="/elsewhere/a b.yaml"),
        finding("+ up", message="x", file="../a%b#c?d.yaml"),
        finding(":;", message="x", file="a.yaml", text=f"{NASTY}:;", rule=""),
    ),
}


def report(form: str, sample: str) -> str:
    names = ("rules/a.yaml", "rules/good.yaml") if sample != "hostile" else (NASTY_FILE,)
    return reporter(form)(Report(SAMPLES[sample], files=2, rules=3, root=".", names=names))


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("form", MACHINES)
def test_golden(form: str, sample: str, golden: Callable[[str, str], None]) -> None:
    golden(f"report_{sample}.{form}", report(form, sample).replace(f'"{__version__}"', '"VERSION"'))


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("form", FORMATS)
def test_nothing_that_a_terminal_obeys(form: str, sample: str) -> None:
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", report(form, sample))


@pytest.mark.parametrize("sample", SAMPLES)
def test_sarif_is_what_the_standard_asks(sample: str) -> None:
    document = json.loads(report("sarif", sample))
    jsonschema.validate(document, SCHEMA)
    run = document["runs"][0]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    marks = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(set(marks)) == len(marks)


@pytest.mark.parametrize("sample", SAMPLES)
def test_json_is_what_the_published_schema_says(sample: str) -> None:
    schema = json.loads((ROOT / "docs" / "lint.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(report("json", sample))
    jsonschema.Draft202012Validator(schema).validate(document)
    described = schema["$defs"]["finding"]["properties"].keys()
    assert all(one.keys() == described for one in document["findings"])
    assert document.keys() == schema["properties"].keys()
    assert document["summary"].keys() == schema["properties"]["summary"]["properties"].keys()


def test_sarif_message_has_no_link() -> None:
    texts = [result["message"]["text"] for result in json.loads(report("sarif", "hostile"))["runs"][0]["results"]]
    assert not any(re.search(r"\[[^\]]*\]\(", text) for text in texts)


@pytest.mark.parametrize(
    ("words", "columns"),
    [("+ up", (38, 42)), ("😀{x", (28, 32)), ("record: a", (10, 19)), ("name", (5, 9)), ('a"\n    rules', (15, 10))],
)
def test_sarif_columns_count_utf_16(words: str, columns: tuple[int, int]) -> None:
    region = finding(words).region
    assert (utf16_column(region, region.span.start), utf16_column(region, region.span.end)) == columns
    line = TEXT.split("\n")[region.start.line - 1]
    assert len(line[: region.start.column - 1].encode("utf-16-le")) // 2 + 1 == columns[0]


@pytest.mark.parametrize("sample", SAMPLES)
def test_gitlab_fingerprints_are_unique(sample: str) -> None:
    entries = json.loads(report("gitlab", sample))
    assert len({entry["fingerprint"] for entry in entries}) == len(entries) == len(SAMPLES[sample])
    for entry in entries:
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert entry["location"]["lines"]["begin"] >= 1


COMMAND = re.compile(r"::(?P<level>error|warning|notice) (?P<properties>[^:]*)::(?P<message>.*)")


def decoded(text: str) -> str:
    """As the runner decodes a property."""
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


@pytest.mark.parametrize("sample", SAMPLES)
def test_github_commands_are_those_of_the_findings_and_no_others(sample: str) -> None:
    lines = report("github", sample).splitlines()
    assert len(lines) == len(SAMPLES[sample])
    for line, one in zip(lines, SAMPLES[sample], strict=True):
        command = COMMAND.fullmatch(line)
        assert command
        properties = dict(part.split("=", 1) for part in command["properties"].split(","))
        assert properties["title"] == one.check
        assert properties["line"] == str(one.region.start.line)
        assert "%0A" not in command["message"]
        assert "\n" not in decoded(properties["file"])


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize(("form", "element"), [("junit", "failure"), ("checkstyle", "error")])
def test_xml_reads_back(form: str, element: str, sample: str) -> None:
    root = ElementTree.fromstring(report(form, sample))
    found = list(root.iter(element))
    assert len(found) == len(SAMPLES[sample])
    assert {child.tag for child in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure"),
        *("checkstyle", "file", "error"),
    }
    if form == "junit":
        assert int(root.attrib["failures"]) == len(found)
        assert int(root.attrib["tests"]) == len(list(root.iter("testcase"))) > 0


@pytest.mark.parametrize(
    ("file", "root", "path", "reference"),
    [
        ("a/b.yaml", ".", "a/b.yaml", "a/b.yaml"),
        ("./a//b.yaml", ".", "a/b.yaml", "a/b.yaml"),
        ("a/../b.yaml", ".", "b.yaml", "b.yaml"),
        ("/root/x/b.yaml", "/root", "x/b.yaml", "x/b.yaml"),
        ("/root/x/b.yaml", "/", "root/x/b.yaml", "root/x/b.yaml"),
        ("/rooted/b.yaml", "/root", "/rooted/b.yaml", "file:///rooted/b.yaml"),
        ("../b.yaml", ".", "../b.yaml", "../b.yaml"),
        ("a/b.yaml", "c", "../a/b.yaml", "../a/b.yaml"),
        ("a b:c.yaml", ".", "a b:c.yaml", "a%20b%3Ac.yaml"),
        ("ü.yaml", ".", "ü.yaml", "%C3%BC.yaml"),
        ("\udcff.yaml", ".", "\udcff.yaml", "%FF.yaml"),
        ("<stdin>", ".", "<stdin>", "%3Cstdin%3E"),
    ],
)
def test_paths_are_seen_from_the_root(file: str, root: str, path: str, reference: str) -> None:
    assert (relative(file, root), uri(file, root)) == (path, reference)


MOVED = "# one line more\n" + TEXT


@pytest.mark.parametrize(
    ("case", "other", "same"),
    [
        ("lines that moved", finding("+ up", text=MOVED), True),
        (
            "another message, severity and advice",
            finding("+ up", message="x", severity=Severity.INFO, advice="y"),
            True,
        ),
        ("the same file named otherwise", finding("+ up", file=str(Path("rules/a.yaml").absolute())), True),
        ("other words", finding("name"), False),
        ("another check", finding("+ up", check="lint/unused-comment"), False),
        ("another rule", finding("+ up", rule="record b"), False),
        ("another file", finding("+ up", file="rules/b.yaml"), False),
    ],
)
def test_fingerprint_survives(case: str, other: Located, same: bool) -> None:
    (one,), (two,) = numbered([other]), numbered([finding("+ up")])
    assert (one == two) == same, case


def test_equal_findings_are_numbered() -> None:
    marks = numbered([finding("+ up"), finding("name"), finding("+ up")])
    assert [number for _, number in marks] == [0, 0, 1]
    assert len(set(marks)) == 3
