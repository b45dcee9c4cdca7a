"""Four rule files over the same series: what gpurules renders, the join repeated in each rule, plain copies, and the
least that rules of this meaning must do."""

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
    """A join as one writes it: labels ``replaced`` on the GPU series, ``on`` what, the ``vms`` and what they add.

    ``aside``: whether the series carry what they are joined on without that, which is there for other fleets.
    ``least``: the VMs that send, as cheap as it can be; empty where ``vms`` is that already.
    """

    vms: str
    on: str = "namespace, pod"
    adds: str = "name, node"
    replaced: tuple[tuple[str, str, str], ...] = ()
    aside: bool = False
    least: str = ""


_FLOOR_SENDERS, _FLOOR_VMS = "floor:senders", "floor:vms"

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
    aside=True,
    least='label_replace(max by (namespace, name, node, vmi_pod) (kubevirt_vmi_info{phase="running", vmi_pod!=""} and '
    f'on (namespace, vmi_pod) label_replace({_FLOOR_SENDERS}, "vmi_pod", "$1", "pod", "(.+)")), '
    '"pod", "$1", "vmi_pod", "(.+)")',
)
MAPPED = replace(LAUNCHER, aside=False)
OWNER = Join(f"(({_OWNED} {_RUNS}) * on (namespace, pod) group_left (node) {_PLACED})", replaced=_EXPORTED, aside=True)
NAME = Join(
    _RUNNING,
    "namespace, name",
    "node",
    least='max by (namespace, name, node) (kubevirt_vmi_info{phase="running"} and on (namespace, name) '
    f"{_FLOOR_SENDERS})",
)
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
    names = _names(specs, metrics)
    return _file((f"copy:{name}", name) for name in names)


def floor(specs: Iterable[RecordSpec], metrics: frozenset[str], join: Join = LAUNCHER) -> str:
    """The least that has to be done for the records of fields and memory.

    All selected series are read once for who sends, what tells of VMs is read once and cut down to those, then each
    field is read once, aggregated once and joined once. Units, information, health, a VM with two launchers and series
    of two exporters are left out.
    """
    chosen = list(specs)
    names = _names(chosen, metrics)
    senders = _few(join, f'{{__name__=~"{"|".join(names)}"}}', ())
    vms = join.least or f"{join.vms} and on ({join.on}) {_FLOOR_SENDERS}"
    rules = [(_FLOOR_SENDERS, senders), (_FLOOR_VMS, vms)]
    known: dict[str, str] = {}
    for spec in chosen:
        found = [_series(field, metrics) for field in spec.fields]
        if spec.role not in _BY_ROLE or not all(found):
            continue
        record = f"floor:{spec.record.replace(':', '_')}"
        rules.append((record, _least(spec, found, join, known)))
        if spec.role == "field" and spec.level == "vmi_gpu":
            known[found[0]] = record
    return _file(rules)


def _least(spec: RecordSpec, names: list[str], join: Join, known: dict[str, str]) -> str:
    """``known``: the records of single GPUs, by the name of the series that they are made of."""
    match spec.role, spec.level:
        case "field", "vmi_gpu":
            source = f"rate({names[0]}[{WINDOW}])" if "rate" in spec.record else names[0]
            labels = ("UUID", "GPU_I_ID", "gpu", *(("err_code",) if "err_code" in spec.labels else ()))
            return f"{_few(join, source, labels)} * on ({join.on}) group_left ({join.adds}) {_FLOOR_VMS}"
        case "field", _:
            return f"{spec.operation} by ({VM_LABELS}) ({known[names[0]]})"
    records = [known[name] for name in names]
    whole = " + ".join(records)
    if spec.role == "memory_used_ratio":
        used, whole = records[0], " + ".join(records[:2])
        if spec.level == "vmi_gpu":
            return f"{used} / ({whole})"
        return f"sum by ({VM_LABELS}) ({used}) / sum by ({VM_LABELS}) ({whole})"
    return whole if spec.level == "vmi_gpu" else f"sum by ({VM_LABELS}) ({whole})"


def _few(join: Join, source: str, labels: tuple[str, ...]) -> str:
    """``source`` in one aggregation by ``labels`` and what it is joined on, renamed after that where it must be."""
    renamed = {} if join.aside else {target: (label, pattern) for target, label, pattern in join.replaced}
    key = [renamed[label][0] if label in renamed else label for label in join.on.split(", ")]
    series = f"max by ({', '.join((*key, *labels))}) ({source})"
    for target, (label, pattern) in renamed.items():
        series = f'label_replace({series}, "{target}", "$1", "{label}", "{pattern}")'
    return series


def _naive(specs: Iterable[RecordSpec], metrics: frozenset[str], join: Join) -> Iterator[tuple[RecordSpec, str]]:
    for spec in specs:
        names = [_series(field, metrics) for field in spec.fields]
        if spec.role in _BY_ROLE and all(names):
            yield spec, _BY_ROLE[spec.role](spec, names, join)


def _field(spec: RecordSpec, names: list[str], join: Join) -> str:
    source = f"rate({names[0]}[{WINDOW}])" if "rate" in spec.record else names[0]
    return _combined(spec, _joined(join, source, "err_code" if "err_code" in spec.labels else ""))


def _memory_total(spec: RecordSpec, names: list[str], join: Join) -> str:
    return _combined(spec, " + ".join(_joined(join, name) for name in names))


def _memory_used_ratio(spec: RecordSpec, names: list[str], join: Join) -> str:
    used, free = (_combined(spec, _joined(join, name)) for name in names[:2])
    return f"{used} / ({used} + {free})"


_BY_ROLE = {"field": _field, "memory_total": _memory_total, "memory_used_ratio": _memory_used_ratio}
"""Roles of the records that the other files hold too."""


def _combined(spec: RecordSpec, expression: str) -> str:
    return expression if spec.level == "vmi_gpu" else f"{spec.operation} by ({VM_LABELS}) ({expression})"


def _joined(join: Join, source: str, more: str = "") -> str:
    labels = f"{GPU_LABELS}, {more}" if more else GPU_LABELS
    series = source
    for target, label, pattern in join.replaced:
        series = f'label_replace({series}, "{target}", "$1", "{label}", "{pattern}")'
    return f"max by ({labels}) ({series} * on ({join.on}) group_left ({join.adds}) {join.vms})"


def _names(specs: Iterable[RecordSpec], metrics: frozenset[str]) -> list[str]:
    """The names of all series that the records are made of."""
    return sorted({_series(field, metrics) for spec in specs for field in spec.fields} - {""})


def _series(field: str, metrics: frozenset[str]) -> str:
    """The name under which the cluster's exporters emit a field; empty where they do not."""
    known = load_catalog().by_name.get(field)
    return next((name for name in (known.names if known else ()) if name in metrics), "")


def _file(rules: Iterable[tuple[str, str]]) -> str:
    lines = [f"      - record: {record}\n        expr: '{expression}'\n" for record, expression in rules]
    return "groups:\n  - name: rules\n    rules:\n" + "".join(lines)
