"""What Prometheus' answer means."""

from __future__ import annotations

import pytest

from gpurules.cluster.prometheus.answer import LoadedRule
from gpurules.rollout.waiting import loaded


def rule(record: str, health: str, error: str = "", group: str = "g") -> LoadedRule:
    return LoadedRule(group, "f", 30.0, record, "", "up", {}, health, error, 0.0, 0.0)


LOADED = [
    ([rule("a:b:c", "ok")], [], []),
    ([rule("a:b:c", "unknown")], ["a:b:c is not evaluated yet"], []),
    ([rule("a:b:c", "err", "many-to-many")], [], ["a:b:c: many-to-many"]),
    ([rule("a:b:c", "err")], [], ["a:b:c: it fails"]),
    ([rule("other", "ok")], ["a:b:c is not loaded"], []),
    ([rule("a:b:c", "ok", group="h")], ["group g is not loaded"], []),
    ([], ["group g is not loaded"], []),
]


@pytest.mark.parametrize(("found", "waiting", "errors"), LOADED)
def test_what_prometheus_says_of_the_rules(found: list[LoadedRule], waiting: list[str], errors: list[str]) -> None:
    assert loaded(found, {"g": frozenset({"a:b:c"})}) == (waiting, errors)
