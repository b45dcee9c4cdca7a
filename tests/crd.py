"""The CRDs of prometheus-operator as JSON schemas, from the reference material where there is any."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml

from shared import SHARED

FILES = {
    "PodMonitor": "monitoring.coreos.com_podmonitors.yaml",
    "ServiceMonitor": "monitoring.coreos.com_servicemonitors.yaml",
    "PrometheusRule": "monitoring.coreos.com_prometheusrules.yaml",
}


def crd(kind: str) -> Any:
    """The CustomResourceDefinition; skips the test where there is no reference material."""
    if SHARED is None:
        pytest.skip("no reference material")
    file = SHARED / "data" / "upstream" / "crds" / FILES[kind]
    return yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def validator(kind: str) -> Any:
    """What validates an object of ``kind`` as the API server would, and refuses unknown fields as well."""
    (version,) = crd(kind)["spec"]["versions"]
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
