"""Whole documents: golden files, both readers' verdict, and the same bytes every time."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gpurules.output.banner import NamedInput, banner_lines, file_input
from gpurules.output.document import Document
from gpurules.output.formats.registry import FORMATS
from gpurules.output.render import GroupView, RuleView, fill_document, render_document
from gpurules.promql.syntax.build import aggregate, binary, number, selector
from gpurules.promql.syntax.printer import to_lines, to_text
from gpurules.rules.group import RuleGroup
from gpurules.text.errors import InputError
from rule_groups import GROUPS, POWER, REPLAYS, rule

BANNER = banner_lines(
    [
        NamedInput("KubeVirt", "v1.9"),
        NamedInput("exporters", "4.2.3-4.2.0"),
        NamedInput("exporters", "4.5.3-4.8.2"),
        file_input("counters", "/home/somebody/counters/my.csv", b"DCGM_FI_DEV_POWER_USAGE, gauge, Power.\n"),
    ]
)
FULL = Document(
    "prometheusrule",
    "gpurules",
    "monitoring",
    {"role": "alert-rules", "prometheus": "k8s", "app.kubernetes.io/managed": "yes"},
    {"example.org/owner": 'the "GPU" team: #7', "b": "two\nlines"},
    BANNER,
)
BARE = Document("prometheusrule", "gpurules")
RULES = Document("rules", "gpurules", banner=BANNER)
VMRULE = replace(FULL, format="vmrule")
MIMIR = replace(RULES, format="mimir")


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("full.yaml", FULL),
        ("bare.yaml", BARE),
        ("rules.yaml", RULES),
        ("vmrule.yaml", VMRULE),
        ("mimir.yaml", MIMIR),
    ],
    ids=["PrometheusRule", "PrometheusRule without anything optional", "plain rule file", "VMRule", "Mimir"],
)
def test_documents(name: str, document: Document, golden: Callable[[str, str], None]) -> None:
    golden(name, render_document(GROUPS, document, to_lines))


def test_settings_of_groups(golden: Callable[[str, str], None]) -> None:
    groups = (replace(GROUPS[0], query_offset="1m", partial_response="abort"), replace(GROUPS[1], query_offset="1m"))

    golden("settings.yaml", render_document(groups, BARE, to_lines))


@pytest.mark.parametrize("form", FORMATS)
def test_same_input_same_bytes(form: str) -> None:
    one = render_document(GROUPS, Document(form, "n", banner=BANNER), to_lines)
    assert render_document(GROUPS, Document(form, "n", banner=BANNER), to_lines) == one
    assert one.endswith("\n")
    assert not one.endswith("\n\n")
    assert one.isascii()


def test_order_of_metadata_does_not_matter() -> None:
    other = replace(
        FULL,
        labels=dict(reversed(list(FULL.labels.items()))),
        annotations=dict(reversed(list(FULL.annotations.items()))),
    )
    assert render_document(GROUPS, other, to_lines) == render_document(GROUPS, FULL, to_lines)


def test_no_directory_of_this_machine_is_named() -> None:
    assert "somebody" not in render_document(GROUPS, FULL, to_lines)


@pytest.mark.parametrize("document", [FULL, BARE, RULES], ids=lambda document: document.format)
@pytest.mark.parametrize("expression_text", [to_lines, to_text], ids=["lines", "one line"])
def test_promtool_accepts(document: Document, expression_text: Any, tmp_path: Path, each_promtool: Path) -> None:
    data = yaml.safe_load(render_document(GROUPS, document, expression_text))
    file = tmp_path / "rules.yaml"
    if document.format == "rules":
        file.write_text(render_document(GROUPS, document, expression_text))
    else:
        file.write_text(yaml.safe_dump(data["spec"]))
    done = subprocess.run([each_promtool, "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "4 rules found" in done.stdout


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(TEXT, TEXT, TEXT, st.dictionaries(TEXT, TEXT, max_size=3), TEXT, TEXT, TEXT, st.sampled_from(list(FORMATS)))
def test_no_text_breaks_out(
    name: str, banner: str, help_text: str, pairs: dict[str, str], group: str, record: str, expression: str, form: str
) -> None:
    document = Document(form, name, name, pairs, pairs, (banner, banner))
    one = RuleView(record, tuple(pairs.items()), expression, help_text)
    text = fill_document([GroupView(group, name, (one, one)), GroupView(group, "", (one,))], document)
    plain = {"record": record, **({"labels": pairs} if pairs else {}), "expr": expression}
    groups = [
        {"name": group, **({"interval": name} if name else {}), "rules": [plain, plain]},
        {"name": group, "rules": [plain]},
    ]
    if not FORMATS[form].metadata:
        expected: dict[str, Any] = {"groups": groups, **({"namespace": name} if FORMATS[form].name_key else {})}
    else:
        metadata = {
            "name": name,
            **({"namespace": name} if name else {}),
            **({"labels": pairs, "annotations": pairs} if pairs else {}),
        }
        expected = {**dict(FORMATS[form].constants), "metadata": metadata, "spec": {"groups": groups}}
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        assert yaml.load(text, Loader=loader) == expected


def test_parentheses_that_the_printer_adds_are_no_difference() -> None:
    one, two = selector("a"), selector("b")
    expression = aggregate("sum", [], binary("*", binary("+", one, two), binary("-", one, number(-2))))
    render_document((RuleGroup("g", (rule("r", expression),)),), RULES, to_lines)


@pytest.mark.parametrize(
    ("groups", "document", "says"),
    [
        ((), BARE, "there are no rules to write"),
        ((RuleGroup("g", ()),), BARE, "there are no rules to write"),
        ((RuleGroup("g", (POWER,)), RuleGroup("h", ())), RULES, "group 'h' has no rules"),
        ((RuleGroup("g", (POWER,)), RuleGroup("g", (REPLAYS,))), RULES, "2 groups are called 'g'"),
        ((RuleGroup("", (POWER,)),), RULES, "a rule group has no name"),
        ((RuleGroup("g", (POWER,), "soon"),), RULES, "is not a duration"),
        ((RuleGroup("g", (rule("a-b", selector("c")),)),), RULES, "metric name 'a-b'"),
        ((RuleGroup("g", (rule("a", selector("c"), "", (("__name__", "x"),)),)),), RULES, "label __name__"),
        (GROUPS, replace(BARE, name="Gpu Rules"), "object name 'Gpu Rules'"),
        (GROUPS, replace(BARE, namespace="a.b"), "namespace 'a.b'"),
        (GROUPS, replace(BARE, labels={"a": "b c"}), "value 'b c' of label 'a'"),
        (GROUPS, replace(BARE, annotations={"a b": ""}), "annotation key 'a b'"),
        (GROUPS, replace(RULES, labels={"a": "b"}), "a plain rule file has no labels"),
        (GROUPS, Document("promethuesrule", "n"), 'did you mean "prometheusrule"'),
        (GROUPS, Document("toml", "n"), "use one of prometheusrule, rules, vmrule, mimir"),
    ],
)
def test_refused(groups: tuple[RuleGroup, ...], document: Document, says: str) -> None:
    with pytest.raises(InputError) as caught:
        render_document(groups, document, to_lines)
    assert says in str(caught.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    document = replace(BARE, name="N", namespace="N", labels={"": ""})
    with pytest.raises(InputError) as caught:
        render_document((RuleGroup("g", (rule("a-b", selector("c")),), "x"),), document, to_lines)
    assert len(caught.value.problems) == 5


def test_what_the_printer_gets_wrong_is_found() -> None:
    with pytest.raises(
        InputError, match=r"record 'namespace_pod:kubevirt_vmi_gpu_identity:group' .* another expression"
    ):
        render_document(GROUPS, BARE, lambda expression: "vector(1)")
    with pytest.raises(InputError, match="expression that cannot be read"):
        render_document(GROUPS, BARE, lambda expression: "sum(")


def test_too_large_for_the_operator_but_not_for_a_rule_file() -> None:
    many = tuple(
        replace(POWER, spec=replace(POWER.spec, record=f"vmi:kubevirt_{number}:sum")) for number in range(2500)
    )
    groups = (RuleGroup("g", many),)
    with pytest.raises(InputError, match="524288 in one object; allow more groups"):
        render_document(groups, BARE, to_lines)
    assert render_document(groups, RULES, to_lines).count("- record:") == 2500
