"""What a recording rule promises, without its expression: the contract between rules, scenario and documentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from gpurules.promql.types import Kind, Unit


@dataclass(frozen=True, slots=True)
class RecordSpec:
    """One record.

    ``record``: the whole name, ``level:kubevirt_...:operation``. ``level``: ``vmi_gpu``, ``vmi``, ``identity`` (inputs
    of the join) or ``health``. ``role``: what it is within its level: ``field`` for a DCGM field, else a word of its
    own such as ``identity``, ``device``, ``info``, ``memory_ratio``, ``unmatched`` (a literal registry in ``rules/``).
    ``fields``: current names of the DCGM fields that it is computed from. ``labels``: the labels it carries, where
    present. ``unit`` and ``kind``: of the recorded number. ``help``: one sentence. ``rule_labels``: static labels that
    the rule adds. ``operation``: how the GPUs of a VM combine (``sum``...) or ``rate``/``value`` at level vmi_gpu.
    ``step``: where the number is an integral over time, the milliseconds that each summed reading stands for; ``unit``
    counts those seconds, which no expression can show.
    """

    record: str
    level: str
    role: str
    fields: tuple[str, ...]
    labels: tuple[str, ...]
    unit: Unit | None
    kind: Kind
    help: str
    operation: str = "value"
    rule_labels: tuple[tuple[str, str], ...] = ()
    step: int = 0


class Refusal(NamedTuple):
    """A field, record or counter that is not recorded, and the reason."""

    subject: str
    reason: str
