"""What a host engine said of itself and its GPUs.

Strings are the guest's own: bounded, and never to be trusted. A version has no characters but those of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gpurules.probe.dcgm import fields
from gpurules.probe.dcgm.codes import Blank
from gpurules.probe.dcgm.values import Value

_VERSION = re.compile(rb"version:(([0-9]{1,3})\.([0-9]{1,3})(?:[.~+-][0-9A-Za-z.~+-]{0,40})?)(?:;|$)")


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU; None where the engine said nothing usable.

    ``status`` is a number of GpuStatus, ``recovery_action`` and ``virtualization`` are DCGM's numbers, ``temperature``
    is in degrees Celsius. ``errors`` and ``blanks`` say why fields are missing: field name -> status, kind of blank.
    """

    id: int
    supported: bool | None = None
    status: int | None = None
    name: str | None = None
    uuid: str | None = None
    pci_address: str | None = None
    temperature: int | None = None
    virtualization: int | None = None
    recovery_action: int | None = None
    errors: Mapping[str, int] = field(default_factory=dict)
    blanks: Mapping[str, Blank] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Engine:
    """A host engine. ``release`` is (major, minor).

    ``driver_blank``: the engine answered the question for the driver's version with a blank, as it does where NVML is
    not loaded. ``modules`` is module id -> a number of ModuleStatus. ``refused`` is a question's name -> the error
    status that it was answered with. ``complete``: every question was answered.
    """

    version: str
    release: tuple[int, int]
    driver: str | None = None
    driver_blank: bool = False
    nvml: str | None = None
    gpus: tuple[Gpu, ...] = ()
    modules: Mapping[int, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    complete: bool = False


def engine_of(text: bytes) -> Engine | None:
    """The engine with this description, ``version:4.6.0;arch:...``; None where it does not begin with a version."""
    found = _VERSION.match(text)
    return Engine(found[1].decode("ascii"), (int(found[2]), int(found[3]))) if found else None


def with_value(gpu: Gpu, value: Value, asked: fields.ProbeField) -> Gpu:
    """``gpu`` with one field more; a value of another type than the field's is as good as none."""
    if value.status:
        return replace(gpu, errors={**gpu.errors, asked.name: value.status})
    if value.blank is not None:
        return replace(gpu, blanks={**gpu.blanks, asked.name: value.blank})
    wanted = str if asked.kind is fields.Kind.TEXT else int
    if not isinstance(value.value, wanted):
        return gpu
    return replace(gpu, **{asked.name: value.value})  # type: ignore[arg-type]
