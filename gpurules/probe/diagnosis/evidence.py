"""Readings of the evidence that several failure classes share."""

from __future__ import annotations

from gpurules.probe.dcgm.engine import Engine, Gpu
from gpurules.probe.diagnosis.failure import Evidence


def gpus_of(evidence: Evidence) -> tuple[Gpu, ...]:
    """The GPUs that the engine told of."""
    return evidence.engine.gpus if evidence.engine else ()


def statuses_of(engine: Engine) -> set[int]:
    """Every error status that the engine answered with, for a question or for a value."""
    return {*engine.refused.values(), *(status for gpu in engine.gpus for status in gpu.errors.values())}
