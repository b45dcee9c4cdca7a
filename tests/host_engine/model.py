"""What a host engine of the double knows: its version, driver, GPUs, modules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BLANK = 0x7FFFFFFFFFFFFFF0
NOT_SUPPORTED = 2
BLANK_TEXT = {0: "<<<NULL>>>", 1: "<<<NOT_FOUND>>>", 2: "<<<NOT_SUPPORTED>>>", 3: "<<<NOT_PERM>>>"}
TEXT_FIELDS = frozenset({1, 2, 50, 53, 54, 57})
GPU_FIELDS = frozenset({50, 53, 54, 57, 150, 155, 156, 203, 252, 500, 1523, *range(1001, 1097)})
PROFILING = range(1001, 1097)
NOT_LIVE = frozenset({230, 520, 521, 522, 523, 1100})
"""Fields that no engine reads live; they are missing in the answer without a word."""


class Blank:
    """A blank value, of a kind 0 to 3."""

    def __init__(self, kind: int = 0) -> None:
        self.kind = kind


@dataclass(frozen=True)
class Gpu:
    """One GPU: ``values`` is field id -> a number, a text, or a blank; ``errors`` field id -> status."""

    id: int
    status: int = 1
    values: Mapping[int, int | float | str | bytes | Blank] = field(default_factory=dict)
    errors: Mapping[int, int] = field(default_factory=dict)


def gpu(number: int, **changes: object) -> Gpu:
    """An H100 that is well; ``changes`` are ``status``, ``errors``, and ``field_N`` for a value of the field N."""
    values: dict[int, int | float | str | bytes | Blank] = {
        50: "NVIDIA H100 80GB HBM3",
        53: f"16519220{number:04}",
        54: f"GPU-5ad0c000-1111-2222-3333-44445555{number:04}",
        57: f"00000000:{number + 1:02X}:00.0",
        150: 33 + number,
        155: 71.234,
        203: 7,
        252: 512,
        500: 1,
        1523: 0,
    }
    status, errors = 1, {}
    for name, value in changes.items():
        if name == "status" and isinstance(value, int):
            status = value
        elif name == "errors" and isinstance(value, dict):
            errors = value
        else:
            values[int(name.removeprefix("field_"))] = value  # type: ignore[assignment]
    return Gpu(number, status, values, errors)


@dataclass
class Guest:
    """A guest with its engine.

    ``statuses`` is command -> the status that every request of it is answered with. ``traces`` collects what a client
    left behind or tried to: logins, groups, watches, anything beyond reading. ``crashed`` is why the engine died.
    """

    version: str = "4.6.0"
    gpus: tuple[Gpu, ...] = (gpu(0), gpu(1))
    supported: frozenset[int] | None = None
    driver: str | Blank = "570.124.06"
    nvml: str | Blank = "12.570.124.06"
    modules: Mapping[int, int] = field(default_factory=lambda: {0: 3, 1: 3, 4: 3, 8: 0})
    statuses: Mapping[int, int] = field(default_factory=dict)
    description: str = ""
    traces: list[str] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    crashed: str = ""

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor number."""
        numbers = self.version.split(".")
        return int(numbers[0]), int(numbers[1])

    def text(self) -> str:
        """What HOSTENGINE_VERSION answers with."""
        return self.description or (
            f"version:{self.version};arch:x86_64;buildtype:Release;buildid:;builddate:2026-11-23;commit:(dirty);"
            "branch:non-branched;buildplatform:Linux 6.1.0 #1 SMP x86_64: a b;;crc:95b8bedc4b91ebbc7b11339e5cf6918b"
        )
