"""Mistakes in the rules are noticed: a part of ``make mutation``, the same in every run."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from gpurules.promql.syntax.build import aggregate, binary, selector
from gpurules.rules.paths.registry import PATHS
from mutation import mutators
from mutation.figures import complaints, figures, table
from mutation.judging import judge
from mutation.known import EQUIVALENT, UNTYPED, named
from mutation.mutants import Mutant, mutants
from mutation.places import places, with_node
from mutation.registry import MUTATORS, NAMES
from mutation.subjects import SUBJECTS
from mutation.typed import TypeChecker

SEED = 6
SAMPLE = 8
"""Mutants of each mutator that are judged here."""


def sample(found: Sequence[Mutant]) -> list[Mutant]:
    """A few of each mutator, none that is known to be equivalent: those are for the whole run."""
    random_order = random.Random(SEED)
    left = [mutant for mutant in found if not named(EQUIVALENT, mutant)]
    random_order.shuffle(left)
    taken: Counter[str] = Counter()
    kept = []
    for mutant in left:
        if taken[mutant.mutator] < SAMPLE:
            taken[mutant.mutator] += 1
            kept.append(mutant)
    return sorted(kept, key=lambda mutant: mutant.position)


def test_the_registry_holds_every_module() -> None:
    folder = Path(next(iter(mutators.__path__)))

    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == set(NAMES)


def test_every_path_has_a_subject() -> None:
    assert {path for subject in SUBJECTS.values() for path in subject.paths} == set(PATHS)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_mutator_applies_to_every_path(subject: str) -> None:
    rules = SUBJECTS[subject]
    found = {mutant.mutator for mutant in mutants(TypeChecker(rules.rules, rules.type_of))}

    assert found == set(NAMES)


def test_mistakes_are_noticed(promtool: Path) -> None:
    verdicts = judge(SUBJECTS["default"], promtool, sample)

    assert {one.mutant.mutator for one in verdicts} == set(NAMES)
    assert not list(complaints(verdicts)), table(figures(verdicts))


def test_mistakes_in_keys_are_refused_by_their_types() -> None:
    rules = SUBJECTS["default"]
    checker = TypeChecker(rules.rules, rules.type_of)
    typed = [name for name in NAMES if MUTATORS[name].typed]
    passed = [
        f"{mutant.mutator}: {mutant.label}"
        for mutant in mutants(checker, typed)
        if not named((*EQUIVALENT, *UNTYPED), mutant) and not checker.complaint(mutant.position, mutant.expression)
    ]

    assert not passed


def test_rules_without_a_mistake_pass(promtool: Path) -> None:
    def unchanged(found: Sequence[Mutant]) -> list[Mutant]:
        first = {mutant.position: mutant for mutant in reversed(found)}.values()
        return [
            Mutant("factor", "nothing", one.position, (), one.rule, one.rule.expression)
            for one in first
            if one.rule.spec.record.endswith(("power_watts:max", "power_watts:sum", "identity:group"))
        ]

    verdicts = judge(SUBJECTS["vsock-sidecar"], promtool, unchanged)

    assert len(verdicts) == 3
    assert not any(one.killed for one in verdicts)


def test_a_table_says_why() -> None:
    for row in (*EQUIVALENT, *UNTYPED):
        assert row.mutator in MUTATORS
        assert len(row.reason) > 20


def test_a_node_is_replaced_where_it_stands() -> None:
    whole = binary("*", aggregate("max", ["a"], selector("x")), selector("y"), on=["a"])
    other = selector("z")

    assert [place for place, _ in places(whole)] == [(), (0,), (0, 0), (1,)]
    assert with_node(whole, (0, 0), other) == binary("*", aggregate("max", ["a"], other), selector("y"), on=["a"])
    assert with_node(whole, (1,), other) == binary("*", aggregate("max", ["a"], selector("x")), other, on=["a"])
    assert with_node(whole, (), other) == other
