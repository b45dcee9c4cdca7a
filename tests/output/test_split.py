"""Where one object cannot hold all rules there are several, and together they hold exactly the rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from gpurules.conventions.operator import SPEC_LIMIT, spec_size
from gpurules.filling.templates import read_template
from gpurules.output.document import Document
from gpurules.output.formats.registry import FORMATS
from gpurules.output.read_back import read_documents
from gpurules.output.render import render_document
from gpurules.output.split import joined, numbered, parted
from gpurules.promql.syntax.printer import to_lines
from gpurules.rules.group import RuleGroup
from gpurules.text.errors import InputError
from rule_groups import POWER

OBJECTS = [name for name, form in FORMATS.items() if form.spec_limit]


def many(groups: int, rules: int) -> tuple[RuleGroup, ...]:
    return tuple(
        RuleGroup(
            f"g-{group}",
            tuple(
                replace(POWER, spec=replace(POWER.spec, record=f"vmi:kubevirt_{group}_{number}:sum"))
                for number in range(rules)
            ),
        )
        for group in range(groups)
    )


@pytest.mark.parametrize(
    ("sizes", "limit", "ranges"),
    [
        ([1, 1, 1], 0, [(0, 3)]),
        ([1, 1, 1], 3, [(0, 3)]),
        ([1, 1, 1], 2, [(0, 2), (2, 3)]),
        ([2, 2, 2], 3, [(0, 1), (1, 2), (2, 3)]),
        ([5, 1, 1], 3, [(0, 1), (1, 3)]),
        ([1, 5, 1], 3, [(0, 1), (1, 2), (2, 3)]),
        ([9], 3, [(0, 1)]),
    ],
)
def test_groups_stay_together_within_the_limit(sizes: list[int], limit: int, ranges: list[tuple[int, int]]) -> None:
    assert [(part.start, part.stop) for part in parted(sizes, limit)] == ranges


def test_one_object_keeps_its_name() -> None:
    assert numbered("gpurules", 1) == ["gpurules"]
    assert numbered("gpurules", 3) == ["gpurules-1", "gpurules-2", "gpurules-3"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["a: 1\n"], "a: 1\n"),
        (["a: 1\n", "b: 1\n"], "a: 1\n---\nb: 1\n"),
        (["---\na: 1\n", "---\nb: 1\n"], "---\na: 1\n---\nb: 1\n"),
        (["# x\n---\na: 1\n", "# x\n---\nb: 1\n"], "# x\n---\na: 1\n# x\n---\nb: 1\n"),
    ],
)
def test_documents_are_parted_once(texts: list[str], expected: str) -> None:
    assert joined(texts) == expected
    assert len(list(yaml.load_all(expected, yaml.CSafeLoader))) == len(texts)


@pytest.mark.parametrize("form", OBJECTS)
def test_no_object_is_larger_than_an_operator_takes(form: str) -> None:
    groups = many(5, 500)
    text = render_document(groups, Document(form, "gpurules", "monitoring", {"a": "b"}), to_lines)

    documents = list(yaml.load_all(text, yaml.CSafeLoader))
    found = read_documents(text, FORMATS[form], len(documents))
    assert len(documents) > 1
    assert [one.name for one, _ in found] == [f"gpurules-{number}" for number in range(1, len(documents) + 1)]
    assert all(one.namespace == "monitoring" and one.labels == {"a": "b"} for one, _ in found)
    assert [group.name for _, read in found for group in read] == [group.name for group in groups]
    assert all(spec_size(read) <= SPEC_LIMIT for _, read in found)


def test_a_rule_file_is_one_however_large() -> None:
    assert len(list(yaml.load_all(render_document(many(5, 500), Document("rules"), to_lines), yaml.CSafeLoader))) == 1


def test_a_group_that_fits_nowhere_is_refused_with_the_way_out() -> None:
    with pytest.raises(InputError, match="--groups subsystem"):
        render_document(many(1, 2500), Document("prometheusrule", "n"), to_lines)


def test_a_group_name_is_unique_across_objects() -> None:
    groups = many(5, 500)
    with pytest.raises(InputError, match="2 groups are called 'g-0'"):
        render_document((*groups[:-1], replace(groups[-1], name="g-0")), Document("vmrule", "n"), to_lines)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("spec:\n", "spec:\n[# nothing #]", ""),
        ("apiVersion:", "---\napiVersion:", ""),
        ("name: [[ name ]]", "name: gpurules-1", "its name is 'gpurules-1', not 'gpurules-2'"),
        ("in groups %]", 'in groups if group.name != "g-4" %]', "its groups are"),
    ],
)
def test_each_object_is_read_back(tmp_path: Path, old: str, new: str, says: str) -> None:
    built_in = read_template("prometheusrule.yaml.j2") or ""
    assert built_in.count(old) == 1
    (tmp_path / "prometheusrule.yaml.j2").write_text(built_in.replace(old, new))
    document = Document("prometheusrule", "gpurules")
    if not says:
        assert render_document(many(5, 500), document, to_lines, tmp_path).count("kind: PrometheusRule") > 1
        return
    with pytest.raises(InputError, match=says):
        render_document(many(5, 500), document, to_lines, tmp_path)
