"""Who notices each mutant: the type checker, a story, or nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from mutation.batch import run
from mutation.known import EQUIVALENT, named
from mutation.mutants import Mutant, mutants
from mutation.playing import numbers_in, played, readers_of
from mutation.subjects import Subject, Trial
from mutation.typed import TypeChecker

AT_ONCE = 24
"""Tests in one run of promtool."""
CAST = 80
"""Mutants in one test."""


@dataclass(slots=True)
class Verdict:
    """A mutant and what was said of it: the type checker's words, the story that it fails, or neither."""

    mutant: Mutant
    refused: str = ""
    failed: str = ""
    played: bool = False

    @property
    def killed(self) -> bool:
        """Whether anybody notices."""
        return bool(self.refused or self.failed)


@dataclass(slots=True)
class _Act:
    """The mutants of one rule that are alive, and the trials that are left."""

    alive: dict[int, Verdict]
    trials: list[Trial]
    readers: bool = False
    key: tuple[str, str] = field(default=("", ""))


def judge(
    subject: Subject,
    promtool: Path,
    chosen: Callable[[Sequence[Mutant]], Iterable[Mutant]] = lambda found: found,
    *,
    play_refused: bool = False,
    play_equivalent: bool = False,
    told: Callable[[str], None] = lambda line: None,
) -> list[Verdict]:
    """The verdicts on the mutants that ``chosen`` leaves. What the type checker refuses is played only if
    ``play_refused``, and what is called equivalent only if ``play_equivalent``: it would be played to the end."""
    checker = TypeChecker(subject.rules, subject.type_of)
    verdicts = [Verdict(mutant) for mutant in chosen(list(mutants(checker)))]
    for verdict in verdicts:
        verdict.refused = checker.complaint(verdict.mutant.position, verdict.mutant.expression)
    told(f"{len(verdicts)} mutants, {sum(bool(one.refused) for one in verdicts)} refused by their types")
    on_stage = [
        one
        for one in verdicts
        if (play_refused or not one.refused) and (play_equivalent or not named(EQUIVALENT, one.mutant))
    ]
    for one in on_stage:
        one.played = True
    _play(subject, promtool, on_stage, told)
    return verdicts


def _play(subject: Subject, promtool: Path, verdicts: Sequence[Verdict], told: Callable[[str], None]) -> None:
    numbered = list(enumerate(verdicts))
    acts = []
    for position, group in groupby(numbered, key=lambda pair: pair[1].mutant.position):
        members = list(group)
        spec = subject.rules[position].spec
        acts += [
            _Act(dict(members[first : first + CAST]), list(subject.trials), key=(spec.level, spec.role))
            for first in range(0, len(members), CAST)
        ]
    kills: Counter[tuple[tuple[str, str], Trial]] = Counter()
    while acts:
        batch = acts[:AT_ONCE]
        _round(subject, promtool, batch, kills)
        again = []
        for act in batch:
            if act.alive and act.trials:
                again.append(act)
            elif act.alive and not act.readers:
                position = next(iter(act.alive.values())).mutant.position
                if subject.rules[position].spec.level == "identity" and readers_of(subject, position):
                    again.append(_Act(act.alive, list(subject.trials), True, act.key))
        acts = [*again, *acts[AT_ONCE:]]
        told(f"{sum(len(act.alive) for act in acts)} still to be played")


def _round(
    subject: Subject, promtool: Path, acts: Sequence[_Act], kills: Counter[tuple[tuple[str, str], Trial]]
) -> None:
    """One trial of each act, repeated without the mutants that stop it."""
    current = []
    for act in acts:
        best = max(act.trials, key=lambda trial: (kills[act.key, trial], -act.trials.index(trial)))
        act.trials.remove(best)
        current.append((act, best))
    while current:
        plays = [
            played(subject, trial, [(number, one.mutant) for number, one in act.alive.items()], act.readers)
            for act, trial in current
        ]
        again = []
        for (act, trial), outcome in zip(current, run(promtool, plays), strict=True):
            texts = outcome.stopped or outcome.wrong
            dead = {number for text in texts for number in numbers_in(text)}
            if texts and not dead:
                raise AssertionError(f"the rules fail without a mistake in {trial}: {sorted(texts)[:3]}")
            for number in dead & set(act.alive):
                act.alive.pop(number).failed = trial.story
                kills[act.key, trial] += 1
            if outcome.stopped and act.alive:
                again.append((act, trial))
        current = again
