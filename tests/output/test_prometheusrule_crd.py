"""Documents satisfy the operator's CRD, converted to a JSON schema."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

import crd
from gpurules.output.document import Document
from gpurules.output.render import render_document
from gpurules.promql.syntax.printer import to_lines
from rule_groups import GROUPS

DOCUMENT = Document("prometheusrule", "gpurules", "monitoring", {"role": "yes"}, {"note": "a\nb"})


@pytest.fixture(scope="module")
def validator() -> Any:
    return crd.validator("PrometheusRule")


def test_accepted(validator: Any) -> None:
    data = yaml.safe_load(render_document(GROUPS, DOCUMENT, to_lines))
    assert list(validator.iter_errors(data)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("spec", "groups", 0, "interval"), "soon"),
        (("spec", "groups", 0, "more"), "x"),
        (("spec", "groups", 0, "rules", 0, "record"), 3),
        (("spec", "groups", 0, "name"), ""),
        (("spec", "groups", 0, "partial_response_strategy"), "ignore"),
    ],
)
def test_the_schema_can_refuse(validator: Any, path: tuple[Any, ...], value: Any) -> None:
    data = yaml.safe_load(render_document(GROUPS, DOCUMENT, to_lines))
    holder = data
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    assert list(validator.iter_errors(data))
