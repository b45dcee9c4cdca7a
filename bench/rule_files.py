"""Three rule files over the same series: what gpurules renders, the join repeated in each rule, and plain copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gpurules.app.rendering import Rendering, render
from gpurules.catalog.load import load_catalog
from gpurules.config.model import Config, OutputSection, RulesSection
from gpurules.rules.spec import RecordSpec

WINDOW = "1h"
"""Long enough for data that stands still while it is measured; the samples in it are those of five minutes."""

VMS = (
    'max by (namespace, name, node, pod) (label_replace(kubevirt_vmi_info{phase="running", vmi_pod!="", '
    'vmi_pod!="<none>"}, "pod", "$1", "vmi_pod", "(.+)"))'
)
GPU_LABELS = "namespace, name, node, UUID, GPU_I_ID, gpu"
VM_LABELS = "namespace, name, node"


def rendered(levels: tuple[str, ...] = ()) -> Rendering:
    """The default rule set as a plain rule file, with ``levels`` where any are named."""
    return render(Config(rules=RulesSection(rate_window=WINDOW, levels=levels), output=OutputSection(format="rules")))


def naive(specs: Iterable[RecordSpec], metrics: frozenset[str]) -> str:
    """The records of fields and memory again, each with the whole join in it and labels replaced on both sides.

    What has no such form (identity, information, health) is left out, to the advantage of this file.
    """
    return _file((naive_record(spec.record), expression) for spec, expression in _naive(specs, metrics))


def naive_record(record: str) -> str:
    """What ``record`` is called in the file of ``naive``."""
    return f"naive:{record.replace(':', '_')}"


def copies(specs: Iterable[RecordSpec], metrics: frozenset[str]) -> str:
    """Each selected series recorded as it is."""
    names = sorted({_series(field, metrics) for spec in specs for field in spec.fields if _series(field, metrics)})
    return _file((f"copy:{name}", name) for name in names)


def _naive(specs: Iterable[RecordSpec], metrics: frozenset[str]) -> Iterator[tuple[RecordSpec, str]]:
    by_role = {"field": _field, "memory_total": _memory_total, "memory_used_ratio": _memory_used_ratio}
    for spec in specs:
        names = [_series(field, metrics) for field in spec.fields]
        if spec.role in by_role and all(names):
            yield spec, by_role[spec.role](spec, names)


def _field(spec: RecordSpec, names: list[str]) -> str:
    source = f"rate({names[0]}[{WINDOW}])" if "rate" in spec.record else names[0]
    return _combined(spec, _joined(source, "err_code" if "err_code" in spec.labels else ""))


def _memory_total(spec: RecordSpec, names: list[str]) -> str:
    return _combined(spec, " + ".join(_joined(name) for name in names))


def _memory_used_ratio(spec: RecordSpec, names: list[str]) -> str:
    used, free = (_combined(spec, _joined(name)) for name in names[:2])
    return f"{used} / ({used} + {free})"


def _combined(spec: RecordSpec, expression: str) -> str:
    return expression if spec.level == "vmi_gpu" else f"{spec.operation} by ({VM_LABELS}) ({expression})"


def _joined(source: str, more: str = "") -> str:
    labels = f"{GPU_LABELS}, {more}" if more else GPU_LABELS
    series = f'label_replace({source}, "namespace", "$1", "exported_namespace", "(.+)")'
    series = f'label_replace({series}, "pod", "$1", "exported_pod", "(.+)")'
    return f"max by ({labels}) ({series} * on (namespace, pod) group_left (name, node) {VMS})"


def _series(field: str, metrics: frozenset[str]) -> str:
    """The name under which the cluster's exporters emit a field; empty where they do not."""
    known = load_catalog().by_name.get(field)
    return next((name for name in (known.names if known else ()) if name in metrics), "")


def _file(rules: Iterable[tuple[str, str]]) -> str:
    lines = [f"      - record: {record}\n        expr: '{expression}'\n" for record, expression in rules]
    return "groups:\n  - name: rules\n    rules:\n" + "".join(lines)
