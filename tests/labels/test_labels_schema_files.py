"""Schema files that users write: what they declare, and what is wrong with them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.labels.domains import DOMAINS
from gpurules.labels.schema import MetricSchema
from gpurules.labels.user import parse_schema, read_schema
from gpurules.promql.types import Dependency, Guard, Key, Kind, SeriesType, Validity
from gpurules.promql.units import UNITS, unit_named
from gpurules.text.errors import GpurulesError, InputError
from gpurules.text.span import SourceText
from shared import ROOT

PAGE = ROOT / "docs" / "schemas.md"


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def example() -> str:
    found = re.search(r"```yaml\n(.*?)```", page(), re.DOTALL)
    assert found is not None
    return found[1]


def parse(text: str) -> dict[str, SeriesType]:
    return {one.metric: one.type for one in parse_schema(SourceText("s.yaml", text))}


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse(text)
    return [str(problem) for problem in caught.value.problems]


def metric(body: str) -> str:
    """A file with one metric, ``m``, whose lines are ``body``."""
    return "version: 1\nmetrics:\n  m:\n    labels: [name, node, pod]\n" + "".join(
        f"    {line}\n" for line in body.splitlines()
    )


def test_the_example_of_the_page() -> None:
    found = parse(example())
    every = frozenset(["namespace", "name", "team", "job", "instance"])
    assert found == {
        "team_of_vm": SeriesType(
            open=False,
            names=frozenset(["team_of_vm"]),
            certain=every,
            possible=every,
            keys=(Key(every, Validity.ALWAYS),),
            domains={
                "namespace": "namespace",
                "name": "vmi-name",
                "team": "team",
                "job": "scrape-job",
                "instance": "scrape-instance",
            },
            kind=Kind.INFO,
        ),
        "pod_power_limit_milliwatts": SeriesType(
            open=True,
            names=frozenset(["pod_power_limit_milliwatts"]),
            certain=frozenset(["uid", "namespace", "pod", "job"]),
            possible=frozenset(["uid", "namespace", "pod", "node", "job"]),
            dependencies=(
                Dependency(frozenset(["uid"]), frozenset(["namespace", "pod"]), Validity.ALWAYS),
                Dependency(
                    frozenset(["uid"]), frozenset(["node"]), Validity.ALWAYS, frozenset([Guard("node", "!=", "")])
                ),
            ),
            domains={"uid": "pod-uid", "namespace": "namespace", "node": "node"},
            unit=unit_named("milliwatts"),
            kind=Kind.GAUGE,
        ),
    }


def test_the_page_lists_every_domain_unit_and_kind() -> None:
    text = page()
    for domain, what in DOMAINS.items():
        assert f"| `{domain}` | {what} |\n" in text
    assert set(re.findall(r"^\| `([a-z-]+)` \| [^|]+ \|$", text[text.index("<!-- domains") :], re.MULTILINE)) == set(
        DOMAINS
    )
    units = text[text.index("### Units") : text.index("### Kinds")]
    assert set(re.findall(r"`([A-Za-z]+)`", units)) == set(UNITS)
    kinds = text[text.index("### Kinds") : text.index("### Value domains")]
    assert set(re.findall(r"`([a-z]+)`", kinds)) == {kind.value for kind in Kind}


def test_least_that_can_be_said() -> None:
    assert parse("version: 1\nmetrics:\n  m: {}\n") == {"m": SeriesType(names=frozenset(["m"]))}
    assert parse("version: 1\nmetrics: {}\n") == {}


def test_a_key_of_no_label_is_one_series_at_most() -> None:
    assert parse(metric("keys: [{labels: []}]"))["m"].keys == (Key(frozenset(), Validity.INSTANT),)


@pytest.mark.parametrize(
    ("condition", "guard"),
    [
        ('pod!=""', Guard("pod", "!=", "")),
        (' pod != "<none>" ', Guard("pod", "!=", "<none>")),
        ('pod=~"virt-launcher-.+"', Guard("pod", "=~", "virt-launcher-.+")),
        ('pod!~"a|b"', Guard("pod", "!~", "a|b")),
        ('pod="a"', Guard("pod", "=", "a")),
    ],
)
def test_conditions(condition: str, guard: Guard) -> None:
    found = parse(metric(f"dependencies: [{{labels: [pod], fix: [node], where: ['{condition}']}}]"))["m"]
    assert found.dependencies == (
        Dependency(frozenset(["pod"]), frozenset(["node"]), Validity.INSTANT, frozenset([guard])),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "s.yaml: the file is empty", id="empty"),
        pytest.param("metrics: {}\n", 's.yaml:1:1: the key "version" is missing; write version: 1', id="no-version"),
        pytest.param("version: 1\n", 's.yaml:1:1: the key "metrics" is missing', id="no-metrics"),
        pytest.param("version: 2\nmetrics: {}\n", "s.yaml:1:10: version: ", id="version-2"),
        pytest.param("version: 1\nmetric: {}\nmetrics: {}\n", 'did you mean "metrics"?', id="typo-metrics"),
        pytest.param("verison: 1\nversion: 1\nmetrics: {}\n", 'did you mean "version"?', id="typo-version"),
        pytest.param("version: 1\nmetrics: {}\ndomain: {}\n", 'did you mean "domains"?', id="typo-domains-of-file"),
        pytest.param("version: 1\nmetrics: [m]\n", "s.yaml:2:10: metrics: expected keys and values", id="list"),
        pytest.param("version: 1\nmetrics: {a-b: {}}\n", "s.yaml:2:11: ", id="metric-name"),
        pytest.param(metric("label: [a]"), 'did you mean "labels"?', id="typo-labels"),
        pytest.param(metric("certian: [name]"), 'did you mean "certain"?', id="typo-certain"),
        pytest.param(metric("abent: [x]"), 'did you mean "absent"?', id="typo-absent"),
        pytest.param(metric("opne: true"), 'did you mean "open"?', id="typo-open"),
        pytest.param(metric("key: []"), 'did you mean "keys"?', id="typo-keys"),
        pytest.param(metric("dependecies: []"), 'did you mean "dependencies"?', id="typo-dependencies"),
        pytest.param(metric("domain: {}"), 'did you mean "domains"?', id="typo-domains"),
        pytest.param(metric("units: bytes"), 'did you mean "unit"?', id="typo-unit"),
        pytest.param(metric("kinds: gauge"), 'did you mean "kind"?', id="typo-kind"),
        pytest.param(metric("emiter: x"), 'did you mean "emitter"?', id="typo-emitter"),
        pytest.param(metric("hlep: x"), 'did you mean "help"?', id="typo-help"),
        pytest.param(metric("keys: [{label: []}]"), 'did you mean "labels"?', id="typo-key-labels"),
        pytest.param(metric("keys: [{labels: [], vaild: always}]"), 'did you mean "valid"?', id="typo-key-valid"),
        pytest.param(metric("dependencies: [{labels: [], fxi: [], fix: []}]"), 'did you mean "fix"?', id="typo-fix"),
        pytest.param(
            metric("dependencies: [{labels: [], fix: [], were: []}]"), 'did you mean "where"?', id="typo-where"
        ),
        pytest.param(metric("keys: [{labels: [], valid: alwasy}]"), 'did you mean "always"?', id="typo-always"),
        pytest.param(metric("kind: guage"), 'did you mean "gauge"?', id="typo-gauge"),
        pytest.param(metric("unit: byte"), 'did you mean "bytes"?', id="typo-bytes"),
        pytest.param(metric("open: maybe"), "s.yaml:5:11: metrics.m.open: expected true or false", id="open-text"),
        pytest.param(metric("certain: [nmae]"), 'did you mean "name"?', id="certain-not-in-labels"),
        pytest.param(metric("certain: [zzz]"), "add it to metrics.m.labels", id="certain-far"),
        pytest.param(metric("certain: name"), "s.yaml:5:14: metrics.m.certain: expected a list", id="no-list"),
        pytest.param(metric("keys: [{labels: [nmae]}]"), 's.yaml:5:22: label "nmae"', id="key-not-in-labels"),
        pytest.param(metric("dependencies: [{labels: [pot], fix: [node]}]"), 'mean "pod"?', id="determinant"),
        pytest.param(metric("dependencies: [{labels: [pod], fix: [noed]}]"), 'mean "node"?', id="dependent"),
        pytest.param(
            metric("dependencies: [{labels: [pod], fix: [node], where: ['pot=\"\"']}]"), 'mean "pod"?', id="where-label"
        ),
        pytest.param(
            metric("dependencies: [{labels: [pod], fix: [node], where: [pod]}]"), "no label matcher", id="where-text"
        ),
        pytest.param(
            metric('dependencies: [{labels: [pod], fix: [node], where: [\'pod="a\\"b"\']}]'),
            "no label matcher",
            id="where-escape",
        ),
        pytest.param(metric("domains: {nmae: vmi-name}"), 'mean "name"?', id="domain-label"),
        pytest.param(metric("domains: {name: vm-name}"), 'did you mean "vmi-name"?', id="typo-domain"),
        pytest.param(
            metric("domains: {name: weather}"), "declare it under the key domains of this file", id="new-domain"
        ),
        pytest.param(metric("domains: {name: Node!}"), "s.yaml:5:21: metrics.m.domains.name: ", id="domain-word"),
        pytest.param(metric("absent: [pod]"), 's.yaml:5:14: label "pod" is both in labels and in absent', id="absent"),
        pytest.param(metric("certain: [a-b]"), "s.yaml:5:15: ", id="label-name"),
        pytest.param(metric("labels: [a]"), "labels", id="twice"),
        pytest.param(
            "version: 1\ndomains: {node: mine}\nmetrics: {}\n", 'the value domain "node" is built in', id="built-in"
        ),
        pytest.param("version: 1\nmetrics: &a {m: *a}\n", "s.yaml:2", id="loop"),
        pytest.param("version: 1\n---\nversion: 1\n", "s.yaml", id="two-documents"),
        pytest.param(metric('unit: "\\e[31m"'), r"\x1b[31m", id="escape-sequence"),
    ],
)
def test_what_is_wrong(text: str, expected: str) -> None:
    found = problems(text)
    assert any(expected in problem for problem in found), found
    assert all(problem.startswith("s.yaml") and problem.isprintable() for problem in found)


def test_all_problems_at_once_in_their_places() -> None:
    text = metric("certain: [nmae]\nkeys: [{labels: [pdo]}]\ndomains: {name: nod}")
    assert [problem.split(";")[0] for problem in problems(text)] == [
        's.yaml:5:15: label "nmae" is not in labels of this metric',
        's.yaml:6:22: label "pdo" is not in labels of this metric',
        's.yaml:7:21: unknown value domain "nod"',
    ]


def test_no_more_problems_than_a_person_reads() -> None:
    labels = ", ".join(f"x{number}" for number in range(5000))
    assert len(problems(metric(f"certain: [{labels}]"))) <= 101


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(metric("help: What it is."), encoding="utf-8")
    (one,) = read_schema(str(path))
    assert (one.metric, one.help, one.source, one.emitter) == ("m", "What it is.", str(path), "declared by you")


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_schema(str(tmp_path / "mine.yaml"))


WORDS = st.sampled_from(
    [
        "version",
        "metrics",
        "domains",
        "m",
        "labels",
        "certain",
        "absent",
        "open",
        "keys",
        "dependencies",
        "unit",
        "kind",
        "valid",
        "fix",
        "where",
        "always",
        "instant",
        "name",
        "pod",
        "node",
        "bytes",
        "gauge",
        "vmi-name",
        "true",
        "null",
        "1",
        "-1",
        "1e999",
        ".nan",
        "2020-01-01",
        'pod!=""',
        "\x1b",
        "é",
    ]
)
TREES = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=25,
)


def never_crashes(text: str) -> None:
    found: tuple[MetricSchema, ...] = ()
    complaints = ["none"]
    try:
        found = parse_schema(SourceText("s.yaml", text))
    except GpurulesError as error:
        complaints = [str(problem) for problem in error.problems]
    assert complaints
    assert all(complaint.isprintable() for complaint in complaints)
    for one in found:
        assert one.type.certain <= one.type.possible
        assert not one.type.absent & one.type.possible


@given(st.dictionaries(WORDS, TREES, max_size=4))
def test_any_tree(tree: dict[str, object]) -> None:
    never_crashes(json.dumps({"version": 1, "metrics": {"m": tree}}))
    never_crashes(json.dumps(tree))


@given(st.data())
def test_any_damage_to_a_good_file(data: st.DataObject) -> None:
    text = example()
    start = data.draw(st.integers(0, len(text)))
    end = min(len(text), start + data.draw(st.integers(0, 12)))
    never_crashes(text[:start] + data.draw(st.text(max_size=6)) + text[end:])
