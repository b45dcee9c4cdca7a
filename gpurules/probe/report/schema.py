"""The JSON schema of the JSON report, with the failure classes there are."""

from __future__ import annotations

from typing import Any

from gpurules.probe.diagnosis.diagnose import Verdict
from gpurules.probe.diagnosis.failure import Blame
from gpurules.probe.diagnosis.registry import FAILURES
from gpurules.probe.report.json_document import VERSION

TEXT, WHOLE, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
TEXT_OR_NULL, FLAG_OR_NULL = {"type": ["string", "null"]}, {"type": ["boolean", "null"]}


def schema() -> dict[str, Any]:
    """The schema (JSON Schema draft 2020-12). Readers should accept members that it does not name."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gpurules probe --format json",
        **_object(
            version={"const": VERSION},
            gpurules={**TEXT, "description": "The version of gpurules."},
            time={**TEXT, "format": "date-time"},
            summary=_object(**{verdict.value: {**WHOLE, "minimum": 0} for verdict in Verdict}),
            guests={"type": "array", "description": "The worst first.", "items": _guest()},
        ),
    }


def _guest() -> dict[str, Any]:
    return _object(
        name=TEXT,
        address=TEXT,
        vmi=_or_null(
            _object(namespace=TEXT, name=TEXT, node=TEXT_OR_NULL, cid={"type": ["integer", "null"], "minimum": 1})
        ),
        verdict={"enum": [verdict.value for verdict in Verdict]},
        seconds={"type": "number", "minimum": 0},
        findings={"type": "array", "description": "The worst first.", "items": _finding()},
        engine=_or_null(_engine()),
    )


def _finding() -> dict[str, Any]:
    return _object(
        **{"class": {"enum": list(FAILURES)}},
        blame={"enum": [blame.value for blame in Blame]},
        title=TEXT,
        detail={**TEXT, "description": "Perhaps in the guest's words: not to be trusted."},
        meaning=TEXT,
        advice=TEXT,
    )


def _engine() -> dict[str, Any]:
    return _object(
        version=TEXT,
        driver=TEXT_OR_NULL,
        nvml=TEXT_OR_NULL,
        complete={**FLAG, "description": "Whether every question was answered."},
        gpus={"type": "array", "maxItems": 32, "items": _gpu()},
    )


def _gpu() -> dict[str, Any]:
    return _object(
        id={**WHOLE, "minimum": 0},
        status=TEXT_OR_NULL,
        supported=FLAG_OR_NULL,
        uuid=TEXT_OR_NULL,
        name=TEXT_OR_NULL,
        pci_address=TEXT_OR_NULL,
        temperature_celsius={"type": ["integer", "null"]},
        virtualization=TEXT_OR_NULL,
        recovery_action=TEXT_OR_NULL,
    )


def _object(**members: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(members), "properties": members}


def _or_null(form: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [form, {"type": "null"}]}
