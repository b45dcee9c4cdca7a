"""Documents satisfy the operator's CRD, converted to a JSON schema."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml

from gpurules.output.document import Document
from gpurules.output.render import render_document
from gpurules.promql.syntax.printer import to_lines
from rule_groups import GROUPS
from shared import SHARED

DOCUMENT = Document("prometheusrule", "gpurules", "monitoring", {"role": "yes"}, {"note": "a\nb"})


@pytest.fixture(scope="module")
def validator() -> Any:
    if SHARED is None:
        pytest.skip("no reference material")
    file = SHARED / "data" / "upstream" / "crds" / "monitoring.coreos.com_prometheusrules.yaml"
    (version,) = yaml.safe_load(file.read_text())["spec"]["versions"]
    schema = strict(version["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}
    return jsonschema.Draft7Validator(schema)


def strict(schema: Any) -> Any:
    """A structural schema as a JSON schema: no unknown fields, int-or-string as two types, Go's flags rewritten."""
    if isinstance(schema, list):
        return [strict(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: strict(value) for key, value in schema.items() if not key.startswith("x-")}
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    if isinstance(found.get("pattern"), str):
        found["pattern"] = found["pattern"].replace("^(?i)(abort|warn)?$", "^([aA][bB][oO][rR][tT]|[wW][aA][rR][nN])?$")
    if found.get("type") == "object" and "properties" in found:
        found.setdefault("additionalProperties", False)
    return found


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
