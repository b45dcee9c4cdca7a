"""All questions, in the order in which they are asked: one module each, and later ones read earlier answers."""

from __future__ import annotations

from typing import Any

from gpurules.doctor.question import Question
from gpurules.doctor.questions import (
    counters,
    devices,
    history,
    holders,
    joining,
    loaded,
    machines,
    sides,
    silence,
    timing,
    trust,
)

QUESTIONS: tuple[Question[Any], ...] = (
    counters.QUESTION,
    machines.QUESTION,
    devices.QUESTION,
    holders.QUESTION,
    joining.QUESTION,
    trust.QUESTION,
    silence.QUESTION,
    history.QUESTION,
    timing.QUESTION,
    sides.QUESTION,
    loaded.QUESTION,
)
