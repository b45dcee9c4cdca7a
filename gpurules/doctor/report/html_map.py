"""The map: nodes, their VMs with GPUs, and each GPU; the GPUs that belong to nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from gpurules.doctor.model import Gpu, LostGpu, Machine, Node, Report
from gpurules.doctor.report.html_words import CELL, counted, pairs, said

MACHINES_MAX = 600
"""VMs on the page; beyond that healthy ones are left out first."""
LOST_MAX = 60


@dataclass(frozen=True, slots=True)
class Square:
    """One GPU as a mark: ``kind`` is ``joined`` or ``instance`` (of MIG); ``hint`` says what it is."""

    kind: str
    hint: str


@dataclass(frozen=True, slots=True)
class Row:
    """One VM. ``state``: ``joined``, ``silent``, or ``unjoined`` where it sends and nothing joins it."""

    namespace: str
    name: str
    state: str
    detail: str
    squares: tuple[Square, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One node; ``troubled`` of its VMs are not joined."""

    name: str
    summary: str
    troubled: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Stray:
    """A GPU of nobody: what it is, why, and its labels."""

    name: str
    reason: str
    labels: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Map:
    """Everything; ``left_out`` VMs, of which ``troubled_left_out`` are not joined, and ``strays_left_out`` GPUs are not
    shown."""

    cards: tuple[Card, ...]
    left_out: int
    troubled_left_out: int
    strays: tuple[Stray, ...]
    strays_left_out: int


def fleet(report: Report) -> Map:
    """The map of a report."""
    every = [one for node in report.nodes for one in node.machines]
    shown = {id(one) for one in sorted(every, key=lambda one: _state(one) == "joined")[:MACHINES_MAX]}
    cards = tuple(card for node in report.nodes if (card := _card(node, shown)).rows)
    strays = tuple(_stray(one) for one in report.lost[:LOST_MAX])
    troubled = sum(1 for one in every if _state(one) != "joined" and id(one) not in shown)
    return Map(cards, len(every) - len(shown), troubled, strays, len(report.lost) - len(strays))


def _card(node: Node, shown: set[int]) -> Card:
    rows = tuple(_row(one) for one in node.machines if id(one) in shown)
    gpus = sum(len(one.gpus) for one in node.machines)
    troubled = sum(1 for one in node.machines if _state(one) != "joined")
    summary = f"{counted(len(node.machines), 'VM')}, {counted(gpus, 'GPU')}"
    name = node.name or "node not known"
    return Card(said(f"{name}, {node.cluster}" if node.cluster else name, CELL), summary, troubled, rows)


def _state(machine: Machine) -> str:
    if machine.gpus:
        return "joined"
    return "silent" if machine.silent else "unjoined"


def _row(machine: Machine) -> Row:
    state = _state(machine)
    detail = {"silent": "sends nothing", "unjoined": "joins nothing"}.get(state) or _models(machine.gpus)
    squares = tuple(_square(one) for one in machine.gpus)
    return Row(said(machine.namespace, CELL), said(machine.name, CELL), state, detail, squares)


def _models(gpus: Iterable[Gpu]) -> str:
    counts = sorted(Counter(gpu.model or "model not known" for gpu in gpus).items())
    return said(", ".join(model if count == 1 else f"{count} × {model}" for model, count in counts), CELL)


def _square(gpu: Gpu) -> Square:
    parts = (gpu.model, f"GPU {gpu.index}" if gpu.index else "", f"instance {gpu.instance}" if gpu.instance else "")
    hint = ", ".join(part for part in (*parts, gpu.uuid, gpu.path) if part)
    return Square("instance" if gpu.instance else "joined", said(hint))


def _stray(lost: LostGpu) -> Stray:
    name = lost.gpu.model or "GPU"
    instance = f", instance {lost.gpu.instance}" if lost.gpu.instance else ""
    return Stray(said(f"{name}{instance}", CELL), said(lost.reason), pairs(lost.labels))
