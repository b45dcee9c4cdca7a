"""GPU memory: total and used ratio, derived from the records of what is used, free and reserved.

DCGM's own ratio (field 254) leaves reserved memory out: used / (used + free). The total counts reserved memory where a
guest exports it; drivers before 510 and dcgm-exporter's Helm defaults do not.
"""

from __future__ import annotations

from collections.abc import Mapping

from gpurules.promql.syntax.build import aggregate, binary, number
from gpurules.promql.syntax.tree import Expression
from gpurules.promql.types import ONE, Kind, Unit
from gpurules.rules.fields import field_series
from gpurules.rules.group import RecordingRule
from gpurules.rules.identity import read
from gpurules.rules.names import record_name
from gpurules.rules.request import MeasuredField, Request
from gpurules.rules.spec import RecordSpec

USED = "DCGM_FI_DEV_FB_USED"
FREE = "DCGM_FI_DEV_FB_FREE"
RESERVED = "DCGM_FI_DEV_FB_RESERVED"

TOTAL = "memory_total_bytes"
USED_RATIO = "memory_used_ratio"

_BYTE = Unit((("byte", 1),))


def memory_rules(request: Request, level: str) -> tuple[RecordingRule, ...]:
    """The derived records of ``level``; none where the selection lacks what is used or free."""
    measured = {entry.field.name: entry for entry in request.fields}
    if USED not in measured or FREE not in measured:
        return ()
    if level == "vmi_gpu":
        return (_device_total(request, measured), _device_ratio(request, measured))
    return (_vm_total(request, measured), _vm_ratio(request, measured))


def _total_fields(measured: Mapping[str, MeasuredField]) -> tuple[str, ...]:
    return tuple(name for name in (USED, FREE, RESERVED) if name in measured)


def _record(request: Request, measured: Mapping[str, MeasuredField], name: str) -> Expression:
    return field_series(measured[name], request)


def _usable(request: Request, measured: Mapping[str, MeasuredField]) -> Expression:
    used, free = _record(request, measured, USED), _record(request, measured, FREE)
    return binary("+", used, free, on=request.vm_device)


def _device_total(request: Request, measured: Mapping[str, MeasuredField]) -> RecordingRule:
    usable = _usable(request, measured)
    expression: Expression = usable
    if RESERVED in measured:
        reserved = _record(request, measured, RESERVED)
        complete = binary("+", usable, reserved, on=request.vm_device)
        expression = binary("or", complete, usable, on=request.vm_device)
    spec = RecordSpec(
        record=record_name("vmi_gpu", TOTAL, "max"),
        level="vmi_gpu",
        role="memory_total",
        fields=_total_fields(measured),
        labels=request.vm_device,
        unit=_BYTE,
        kind=Kind.GAUGE,
        help="Framebuffer memory of a GPU, reserved memory included where the guest exports it.",
        operation="max",
    )
    return RecordingRule(spec, expression)


def _device_ratio(request: Request, measured: Mapping[str, MeasuredField]) -> RecordingRule:
    spec = RecordSpec(
        record=record_name("vmi_gpu", USED_RATIO, "max"),
        level="vmi_gpu",
        role="memory_used_ratio",
        fields=(USED, FREE),
        labels=request.vm_device,
        unit=ONE,
        kind=Kind.RATIO,
        help="Share of a GPU's framebuffer memory that is used, reserved memory left out.",
        operation="max",
    )
    usable = binary(">", _usable(request, measured), number(0))
    return RecordingRule(spec, binary("/", _record(request, measured, USED), usable, on=request.vm_device))


def _vm_total(request: Request, measured: Mapping[str, MeasuredField]) -> RecordingRule:
    spec = RecordSpec(
        record=record_name("vmi", TOTAL, "sum"),
        level="vmi",
        role="memory_total",
        fields=_total_fields(measured),
        labels=request.vm,
        unit=_BYTE,
        kind=Kind.GAUGE,
        help="Framebuffer memory of all GPUs of a virtual machine.",
        operation="sum",
    )
    return RecordingRule(spec, aggregate("sum", request.vm, read(_device_total(request, measured), request)))


def _vm_ratio(request: Request, measured: Mapping[str, MeasuredField]) -> RecordingRule:
    spec = RecordSpec(
        record=record_name("vmi", USED_RATIO, "sum"),
        level="vmi",
        role="memory_used_ratio",
        fields=(USED, FREE),
        labels=request.vm,
        unit=ONE,
        kind=Kind.RATIO,
        help="Share of the framebuffer memory of all GPUs of a virtual machine that is used, reserved memory left out.",
        operation="sum",
    )
    paired = binary("and", _record(request, measured, USED), _record(request, measured, FREE), on=request.vm_device)
    used = aggregate("sum", request.vm, paired)
    usable = binary(">", aggregate("sum", request.vm, _usable(request, measured)), number(0))
    return RecordingRule(spec, binary("/", used, usable, on=request.vm))
