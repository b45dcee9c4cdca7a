"""A user's template adds metadata and comments, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.conventions.plain import PlainGroup, PlainRule
from gpurules.filling.templates import read_template
from gpurules.output.document import Document
from gpurules.output.formats.registry import FORMATS
from gpurules.output.read_back import read_back
from gpurules.output.render import render_document
from gpurules.promql.syntax.printer import to_lines
from gpurules.text.errors import InputError
from rule_groups import GROUPS

BUILT_IN = read_template("prometheusrule.yaml.j2") or ""
DOCUMENT = Document("prometheusrule", "gpurules", "", {"role": "alert-rules"}, {"a": "b"})


def rendered(folder: Path, template: str) -> str:
    (folder / "prometheusrule.yaml.j2").write_text(template)
    return render_document(GROUPS, DOCUMENT, to_lines, folder)


def changed(old: str, new: str) -> str:
    assert BUILT_IN.count(old) == 1
    return BUILT_IN.replace(old, new)


@pytest.mark.parametrize(
    ("template", "shows"),
    [
        (changed("metadata:\n", "metadata:\n  namespace: fixed\n"), "namespace: fixed"),
        (changed("\n  labels:\n[%", "\n  labels:\n    more: label\n[%"), "more: label"),
        (changed("  annotations:\n[%", "  annotations:\n    more: annotation\n[%"), "more: annotation"),
        (changed("spec:\n", "# of our team\nspec:\n"), "# of our team"),
        (changed("| block(12)", "| block(40)"), " " * 40),
        (changed("| block(12)", ""), 'expr: "'),
        (changed("apiVersion:", "---\napiVersion:"), "---\napiVersion"),
    ],
    ids=["namespace", "label", "annotation", "comment", "wider block", "no block", "document start"],
)
def test_layout_is_the_templates(tmp_path: Path, template: str, shows: str) -> None:
    assert shows in rendered(tmp_path, template)


CHEATS = {
    "another kind": (changed("kind: PrometheusRule", "kind: Secret"), "kind is not PrometheusRule"),
    "no kind": (changed("kind: PrometheusRule\n", ""), "kind is not a string"),
    "a second document": (BUILT_IN + "---\nkind: Secret\n", "holds 2 YAML documents"),
    "no document": ("# nothing\n", "holds 0 YAML documents"),
    "a list": ("- a\n", "the document is not a mapping"),
    "more at the top": (changed("spec:\n", "data: x\nspec:\n"), "the document has an entry 'data'"),
    "more in metadata": (
        changed("metadata:\n", "metadata:\n  finalizers: [x]\n"),
        "metadata has an entry 'finalizers'",
    ),
    "more in spec": (changed("spec:\n", "spec:\n  more: x\n"), "spec has an entry 'more'"),
    "more in a group": (changed("      rules:\n", "      limit: 1\n      rules:\n"), "has an entry 'limit'"),
    "more in a rule": (changed("          expr:", "          for: 1m\n          expr:"), "has an entry 'for'"),
    "another name": (changed("[[ name ]]", "x-[[ name ]]"), "its name is 'x-gpurules'"),
    "no name": (changed("  name: [[ name ]]\n", ""), "name is not a string"),
    "a bad namespace": (changed("metadata:\n", "metadata:\n  namespace: A_B\n"), "namespace 'A_B' is not valid"),
    "a number in metadata": (changed("metadata:\n", "metadata:\n  namespace: 1\n"), "namespace is not a string"),
    "no labels": (changed("[% if labels %]", "[% if false %]"), "the label 'role' is missing"),
    "another annotation": (changed("  annotations:\n[%", "  annotations:\n    a: x\n[%"), "occurs twice"),
    "no groups": (changed("[% for group in groups %]", "[% for group in [] %]"), "groups is not a list"),
    "one group less": (changed("in groups %]", "in groups[1:] %]"), "its groups are 'gpurules.vmi'"),
    "another group name": (changed("[[ group.name ]]", "[[ group.name ~ 1 ]]"), "'gpurules.identity1'"),
    "another interval": (changed("[[ group.interval ]]", "1h"), "has the interval '1h', not '30s'"),
    "an offset that nobody asked for": (
        changed("      rules:\n", "      query_offset: 1h\n      rules:\n"),
        "has the query_offset '1h', not ''",
    ),
    "a strategy that nobody asked for": (
        changed("      rules:\n", "      partial_response_strategy: warn\n      rules:\n"),
        "has the partial_response_strategy 'warn', not ''",
    ),
    "no interval": (changed("[% if group.interval %]", "[% if false %]"), "has the interval '', not '30s'"),
    "one rule less": (changed("in group.rules %]", "in group.rules[:1] %]"), "'gpurules.vmi' has 1 rules, not 3"),
    "another order": (changed("in group.rules %]", "in group.rules | reverse %]"), "in place of record"),
    "another record": (changed("[[ rule.record ]]", "x:[[ rule.record ]]"), "stands 'x:namespace_pod"),
    "another label": (changed("[% if rule.labels %]", "[% if false %]"), "pcie_replays:rate5m' of group"),
    "another expression": (changed("[[ rule.expression | block(12) ]]", "vector(1)"), "has another expression"),
    "an addition": (changed("| block(12) ]]", "| block(12) ]]\n            * 2"), "has another expression"),
    "no expression": (changed("[[ rule.expression | block(12) ]]", "1"), "the expression of record"),
    "no PromQL": (changed("[[ rule.expression | block(12) ]]", "sum("), "cannot be read"),
    "no YAML": (changed("spec:\n", "spec: [\n"), "not valid YAML"),
}


@pytest.mark.parametrize(("template", "says"), CHEATS.values(), ids=CHEATS)
def test_a_template_cannot_change_the_rules(tmp_path: Path, template: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        rendered(tmp_path, template)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", FORMATS)
def test_groups_are_read(form: str) -> None:
    text = render_document(GROUPS, Document(form, "n"), to_lines)
    assert read_back(text, FORMATS[form]) == tuple(
        PlainGroup(
            group.name,
            tuple(
                PlainRule(rule.spec.record, to_lines(rule.expression), rule.spec.rule_labels) for rule in group.rules
            ),
            group.interval,
        )
        for group in GROUPS
    )


@given(st.text(max_size=60), st.sampled_from(list(FORMATS)))
def test_no_text_crashes_the_reader(text: str, form: str) -> None:
    with pytest.raises(InputError):
        read_back(text, FORMATS[form])
