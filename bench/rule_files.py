"""Three rule files over the same series: what gpurules renders, the join repeated in each rule, and plain copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from gpurules.app.rendering import Rendering, render
from gpurules.catalog.load import load_catalog
from gpurules.config.model import Config, OutputSection
from gpurules.rules.spec import RecordSpec

WINDOW = "1h"
"""Long enough for data that stands still while it is measured; the samples in it are those of five minutes."""

DEFAULTS = Config()


@dataclass(frozen=True, slots=True)
class Join:
    """A join as one writes it: labels ``replaced`` on the GPU series, ``on`` what, the ``vms`` and what they add."""

    vms: str
    on: str = "namespace, pod"
    adds: str = "name, node"
    replaced: tuple[tuple[str, str, str], ...] = ()


_EXPORTED = (("namespace", "exported_namespace", "(.+)"), ("pod", "exported_pod", "(.+)"))
_RUNNING = 'max by (namespace, name, node) (kubevirt_vmi_info{phase="running"})'
_OWNED = (
    'max by (namespace, pod, name) (label_replace(kube_pod_owner{owner_kind="VirtualMachineInstance"}, '
    '"name", "$1", "owner_name", "(.+)"))'
)
_PLACED = "max by (namespace, pod, node) (kube_pod_info)"
_RUNS = 'and on (namespace, pod) (kube_pod_status_phase{phase="Running"} == 1)'
_HOLDERS = (
    f'((max by (namespace, pod) (kube_pod_container_resource_requests{{resource=~"nvidia_com_.+"}}) {_RUNS}) '
    f"* on (namespace, pod) group_left (node) {_PLACED})"
)
_ADDRESSES = (
    'group by (address, namespace, name) (kubevirt_vmi_status_addresses{type="ExternalInterface", address!=""})'
)

LAUNCHER = Join(
    'max by (namespace, name, node, pod) (label_replace(kubevirt_vmi_info{phase="running", vmi_pod!="", '
    'vmi_pod!="<none>"}, "pod", "$1", "vmi_pod", "(.+)"))',
    replaced=_EXPORTED,
)
OWNER = Join(f"(({_OWNED} {_RUNS}) * on (namespace, pod) group_left (node) {_PLACED})", replaced=_EXPORTED)
NAME = Join(_RUNNING, "namespace, name", "node")
ADDRESS = Join(
    f"(({_ADDRESSES} unless on (address) count by (address) ({_ADDRESSES}) > 1) "
    f"* on (namespace, name) group_left (node) {_RUNNING})",
    "address",
    "namespace, name, node",
    (("address", "instance", "(.+):[0-9]+"),),
)
NODE = Join(
    f"(({_HOLDERS} unless on (node) count by (node) ({_HOLDERS}) > 1) "
    f"* on (namespace, pod) group_left (name) {_OWNED})",
    "node",
    "namespace, name",
    (("node", "Hostname", "(.+)"),),
)

GPU_LABELS = "namespace, name, node, UUID, GPU_I_ID, gpu"
VM_LABELS = "namespace, name, node"


def rendered(config: Config = DEFAULTS) -> Rendering:
    """The rule set as a plain rule file, with the window of this bench."""
    rules = replace(config.rules, rate_window=WINDOW)
    return render(replace(config, rules=rules, output=OutputSection(format="rules")))


def naive(specs: Iterable[RecordSpec], metrics: frozenset[str], join: Join = LAUNCHER) -> str:
    """The records of fields and memory again, each with the whole join in it and labels replaced on both sides.

    What has no such form (identity, information, health) is left out, to the advantage of this file.
    """
    return _file((naive_record(spec.record), expression) for spec, expression in _naive(specs, metrics, join))


def naive_record(record: str) -> str:
    """What ``record`` is called in the file of ``naive``."""
    return f"naive:{record.replace(':', '_')}"


def copies(specs: Iterable[RecordSpec], metrics: frozenset[str]) -> str:
    """Each selected series recorded as it is."""
    names = sorted({_series(field, metrics) for spec in specs for field in spec.fields if _series(field, metrics)})
    return _file((f"copy:{name}", name) for name in names)


def _naive(specs: Iterable[RecordSpec], metrics: frozenset[str], join: Join) -> Iterator[tuple[RecordSpec, str]]:
    by_role = {"field": _field, "memory_total": _memory_total, "memory_used_ratio": _memory_used_ratio}
    for spec in specs:
        names = [_series(field, metrics) for field in spec.fields]
        if spec.role in by_role and all(names):
            yield spec, by_role[spec.role](spec, names, join)


def _field(spec: RecordSpec, names: list[str], join: Join) -> str:
    source = f"rate({names[0]}[{WINDOW}])" if "rate" in spec.record else names[0]
    return _combined(spec, _joined(join, source, "err_code" if "err_code" in spec.labels else ""))


def _memory_total(spec: RecordSpec, names: list[str], join: Join) -> str:
    return _combined(spec, " + ".join(_joined(join, name) for name in names))


def _memory_used_ratio(spec: RecordSpec, names: list[str], join: Join) -> str:
    used, free = (_combined(spec, _joined(join, name)) for name in names[:2])
    return f"{used} / ({used} + {free})"


def _combined(spec: RecordSpec, expression: str) -> str:
    return expression if spec.level == "vmi_gpu" else f"{spec.operation} by ({VM_LABELS}) ({expression})"


def _joined(join: Join, source: str, more: str = "") -> str:
    labels = f"{GPU_LABELS}, {more}" if more else GPU_LABELS
    series = source
    for target, label, pattern in join.replaced:
        series = f'label_replace({series}, "{target}", "$1", "{label}", "{pattern}")'
    return f"max by ({labels}) ({series} * on ({join.on}) group_left ({join.adds}) {join.vms})"


def _series(field: str, metrics: frozenset[str]) -> str:
    """The name under which the cluster's exporters emit a field; empty where they do not."""
    known = load_catalog().by_name.get(field)
    return next((name for name in (known.names if known else ()) if name in metrics), "")


def _file(rules: Iterable[tuple[str, str]]) -> str:
    lines = [f"      - record: {record}\n        expr: '{expression}'\n" for record, expression in rules]
    return "groups:\n  - name: rules\n    rules:\n" + "".join(lines)
