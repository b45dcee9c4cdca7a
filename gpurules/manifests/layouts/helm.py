"""``helm``: a chart. The same templates are filled with marks, and the marks become the chart's parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from gpurules.filling.fill import fill
from gpurules.manifests.layouts.layout import Build, Files, Layout
from gpurules.manifests.settings import Settings

_MARK = "gpurules-parameter-"
_NAMESPACE = f"{_MARK}namespace"
_BRACES = re.compile(r"\{\{|\}\}")
_LABELS_LINE = re.compile(rf"^( *){_MARK}([a-zA-Z]+): labels$", re.MULTILINE)
_SCALAR = re.compile(rf'(?P<quote>"?){_MARK}(?P<name>[a-zA-Z]+)(?P=quote)')

IMAGE_PATTERN = r"^[a-zA-Z0-9][a-zA-Z0-9._/:@-]*$"
INTERVAL_PATTERN = r"^([0-9]+(ms|s|m|h))+$"
NAMESPACE_PATTERN = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of the chart: its ``name``, its ``kind`` (text or labels), default, and pattern for the schema."""

    name: str
    help: str
    kind: str = "text"
    text: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    pattern: str = ""


def _parameters(settings: Settings) -> tuple[Parameter, ...]:
    return (
        Parameter("interval", "How often Prometheus scrapes.", text=settings.interval, pattern=INTERVAL_PATTERN),
        Parameter(
            "monitorLabels", "Labels by which the Prometheus object selects monitors.", "labels",
            pairs=settings.monitor_labels,
        ),
        Parameter(
            "prometheusNamespace", "The namespace of Prometheus.", text=settings.prometheus_namespace,
            pattern=NAMESPACE_PATTERN,
        ),
        Parameter("prometheusLabels", "Labels of Prometheus' pods.", "labels", pairs=settings.prometheus_labels),
        Parameter("exporterImage", "dcgm-exporter.", text=settings.exporter_image, pattern=IMAGE_PATTERN),
        Parameter("bridgeImage", "Python, for the bridge to VSOCK.", text=settings.bridge_image, pattern=IMAGE_PATTERN),
        Parameter("probeImage", "An image with gpurules in it.", text=settings.probe_image, pattern=IMAGE_PATTERN),
    )  # fmt: skip


def _marked(settings: Settings) -> Settings:
    def labels(name: str) -> tuple[tuple[str, str], ...]:
        return ((f"{_MARK}{name}", "labels"),)

    return replace(
        settings,
        namespace=_NAMESPACE,
        interval=f"{_MARK}interval",
        monitor_labels=labels("monitorLabels"),
        prometheus_namespace=f"{_MARK}prometheusNamespace",
        prometheus_labels=labels("prometheusLabels"),
        exporter_image=f"{_MARK}exporterImage",
        bridge_image=f"{_MARK}bridgeImage",
        probe_image=f"{_MARK}probeImage" if settings.probe_image else "",
    )


def _lay_out(build: Build, settings: Settings) -> Files:
    made = build(_marked(settings))
    files: dict[str, str] = {}
    used: set[str] = set()
    for each in made.manifests:
        text, names = _as_template(each.text)
        used |= names
        stem = each.file.replace(f"-{_NAMESPACE}", "")
        files[f"{'patches' if each.patch else 'templates'}/{stem}.yaml"] = text
    parameters = [one for one in _parameters(settings) if one.name in used]
    chart = fill("manifests/chart.yaml.j2", {"name": settings.name, "description": made.title})
    values = fill("manifests/values.yaml.j2", {"parameters": parameters})
    return {
        "Chart.yaml": chart,
        "values.yaml": values or "{}\n",
        "values.schema.json": _schema(parameters),
        "templates/NOTES.txt": _escaped("\n\n".join(made.notes) + "\n"),
        **files,
    }


def _as_template(text: str) -> tuple[str, set[str]]:
    """The manifest as a template of the chart, and the parameters that it uses."""
    used: set[str] = set()

    def labels(found: re.Match[str]) -> str:
        used.add(found[2])
        return f"{{{{- with .Values.{found[2]} }}}}\n{{{{ toYaml . | indent {len(found[1])} }}}}\n{{{{- end }}}}"

    def scalar(found: re.Match[str]) -> str:
        if found["name"] == "namespace":
            return "{{ .Release.Namespace }}"
        used.add(found["name"])
        return f"{{{{ .Values.{found['name']} | quote }}}}"

    return _SCALAR.sub(scalar, _LABELS_LINE.sub(labels, _escaped(text))), used


def _escaped(text: str) -> str:
    return _BRACES.sub(lambda found: '{{ "' + found[0] + '" }}', text)


def _schema(parameters: Iterable[Parameter]) -> str:
    properties: dict[str, object] = {}
    for one in parameters:
        if one.kind == "labels":
            kind: dict[str, object] = {"type": "object", "additionalProperties": {"type": "string"}}
        else:
            kind = {"type": "string", "pattern": one.pattern}
        properties[one.name] = {"description": one.help, **kind}
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {**properties, "global": {"type": "object"}},
        "required": list(properties),
        "additionalProperties": False,
    }
    return json.dumps(schema, indent=2) + "\n"


LAYOUT = Layout("helm", "a Helm chart in a folder", True, _lay_out)
