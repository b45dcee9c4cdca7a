"""Documents satisfy the schema of a VMRule: the entries of operator.victoriametrics.com/v1beta1, in our own words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jsonschema
import pytest
import yaml

from gpurules.output.document import Document
from gpurules.output.render import render_document
from gpurules.promql.syntax.printer import to_lines
from gpurules.text.errors import InputError
from rule_groups import GROUPS

TEXT = {"type": "string"}
TEXTS = {"type": "object", "additionalProperties": TEXT}


def entries(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


RULE = entries([], record=TEXT, alert=TEXT, expr=TEXT, labels=TEXTS, annotations=TEXTS, debug={"type": "boolean"})
GROUP = entries(
    ["name", "rules"],
    name=TEXT,
    interval=TEXT,
    rules={"type": "array", "items": RULE},
    labels=TEXTS,
    limit={"type": "integer"},
    concurrency={"type": "integer"},
    tenant=TEXT,
    type=TEXT,
    eval_offset=TEXT,
    eval_delay=TEXT,
)
VMRULE = jsonschema.Draft7Validator(
    entries(
        ["spec"],
        apiVersion={"const": "operator.victoriametrics.com/v1beta1"},
        kind={"const": "VMRule"},
        metadata={"type": "object"},
        spec=entries(["groups"], groups={"type": "array", "items": GROUP}),
    )
)
DOCUMENT = Document("vmrule", "gpurules", "monitoring", {"team": "platform"})


def test_accepted() -> None:
    assert list(VMRULE.iter_errors(yaml.safe_load(render_document(GROUPS, DOCUMENT, to_lines)))) == []


def test_an_offset_is_a_delay() -> None:
    groups = (replace(GROUPS[0], query_offset="1m"), *GROUPS[1:])
    read = yaml.safe_load(render_document(groups, DOCUMENT, to_lines))
    assert list(VMRULE.iter_errors(read)) == []
    assert [group.get("eval_delay") for group in read["spec"]["groups"]] == ["1m", *(None for _ in GROUPS[1:])]


def test_what_a_vmrule_has_no_place_for_is_never_lost() -> None:
    groups = (replace(GROUPS[0], partial_response="warn"), *GROUPS[1:])
    with pytest.raises(InputError, match="has the"):
        render_document(groups, DOCUMENT, to_lines)


def test_the_schema_can_refuse() -> None:
    other = render_document(GROUPS, replace(DOCUMENT, format="prometheusrule"), to_lines)

    assert list(VMRULE.iter_errors(yaml.safe_load(other)))
