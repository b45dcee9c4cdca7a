"""From the labels of an exposition to those that Prometheus stores."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.labels.schema import HonorLabels
from gpurules.labels.scrape import Target, stored
from gpurules.promql.types import Dependency, Guard, Key, SeriesType, Validity

TRUE, FALSE, AUTO = HonorLabels.TRUE, HonorLabels.FALSE, HonorLabels.AUTO


def labels(text: str) -> frozenset[str]:
    return frozenset(text.split())


@pytest.mark.parametrize(
    ("honor", "possible", "certain", "domains"),
    [
        pytest.param(TRUE, "name pod job", "pod job", {"pod": "inner", "job": "scrape-job"}, id="true"),
        pytest.param(
            FALSE,
            "name pod job exported_pod",
            "pod job exported_pod",
            {"pod": "outer", "exported_pod": "inner", "job": "scrape-job"},
            id="false",
        ),
        pytest.param(
            AUTO,
            "name pod job exported_pod",
            "pod job",
            {"exported_pod": "inner", "job": "scrape-job"},
            id="auto-says-what-both-do",
        ),
    ],
)
def test_a_label_that_both_have(honor: HonorLabels, possible: str, certain: str, domains: dict[str, str]) -> None:
    exposed = SeriesType(
        open=False, possible=labels("name pod"), certain=labels("pod"), domains={"pod": "inner"}, absent=labels("x")
    )
    target = Target(labels("pod job"), domains={"pod": "outer", "job": "scrape-job"})
    series = stored(exposed, target, honor)
    assert series.possible == labels(possible)
    assert series.certain == labels(certain)
    assert series.domains == domains
    assert series.absent == labels("x")


def test_an_exposed_label_that_may_be_empty_removes_the_targets() -> None:
    exposed = SeriesType(open=False, possible=labels("pod"), domains={"pod": "inner"})
    target = Target(labels("pod"), domains={"pod": "outer"})
    assert stored(exposed, target, TRUE).certain == frozenset()
    assert stored(exposed, target, TRUE).domains == {}
    assert stored(exposed, target, FALSE).certain == labels("pod")


def test_an_open_exposition_may_overwrite_any_label_of_the_target() -> None:
    exposed = SeriesType(open=True, possible=labels("gpu"))
    target = Target(labels("pod job"))
    assert stored(exposed, target, TRUE).certain == frozenset()
    assert stored(exposed, target, AUTO).certain == frozenset()
    assert stored(exposed, target, FALSE).certain == labels("pod job")


POD_FIXES_NODE = Dependency(
    labels("namespace pod"), labels("node"), Validity.ALWAYS, frozenset({Guard("pod", "!=", "")})
)
MOVED = Dependency(
    labels("exported_namespace exported_pod"),
    labels("node"),
    Validity.ALWAYS,
    frozenset({Guard("exported_pod", "!=", "")}),
)


@pytest.mark.parametrize(
    ("honor", "dependencies", "key"),
    [
        (TRUE, (POD_FIXES_NODE,), (Key(labels("pod"), Validity.ALWAYS),)),
        (FALSE, (MOVED,), (Key(labels("exported_pod"), Validity.ALWAYS),)),
        (AUTO, (), ()),
    ],
)
def test_keys_and_dependencies_move_with_their_labels(
    honor: HonorLabels, dependencies: tuple[Dependency, ...], key: tuple[Key, ...]
) -> None:
    exposed = SeriesType(
        open=False,
        possible=labels("namespace pod node"),
        keys=(Key(labels("pod"), Validity.ALWAYS),),
        dependencies=(POD_FIXES_NODE,),
    )
    series = stored(exposed, Target(labels("namespace pod job")), honor)
    assert (series.dependencies, series.keys) == (dependencies, key)


def test_what_may_or_may_not_have_moved_fixes_nothing() -> None:
    exposed = SeriesType(open=False, possible=labels("namespace pod node"), dependencies=(POD_FIXES_NODE,))
    target = Target(labels("job"), possible=labels("pod"))
    assert stored(exposed, target, FALSE).dependencies == ()
    assert stored(exposed, target, TRUE).dependencies == (POD_FIXES_NODE,)


NAMES = st.frozensets(st.sampled_from(["a", "b", "c", "d", "exported_a"]))


@given(
    NAMES, NAMES, NAMES, NAMES, st.booleans(), st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["x", "y", ""]))
)
def test_no_series_contradicts_its_type(
    possible: frozenset[str],
    certain: frozenset[str],
    always: frozenset[str],
    sometimes: frozenset[str],
    is_open: bool,
    values: dict[str, str],
) -> None:
    """A series that fits the exposition's type is scraped as Prometheus does; its labels fit the stored type."""
    absent = frozenset(["d", "exported_a", "exported_d"]) - possible - certain
    exposed = SeriesType(
        open=is_open,
        possible=possible | certain,
        certain=certain,
        absent=absent,
        domains=dict.fromkeys(possible | certain, "inner"),
    )
    values = {label: value for label, value in values.items() if label not in absent}
    target = Target(always, sometimes, dict.fromkeys(always | sometimes, "outer"))
    series = {label: value for label, value in values.items() if is_open or label in exposed.possible}
    series |= {label: "inner" for label in certain if not series.get(label)}
    for honor in (True, False):
        for scraped in (always, always | sometimes):
            result = scrape(series, scraped, honor)
            for known in (TRUE if honor else FALSE, AUTO):
                kind = stored(exposed, target, known)
                there = {label for label, value in result.items() if value}
                assert kind.certain <= there
                assert kind.open or there <= kind.possible
                assert not there & kind.absent
                for label in there & kind.domains.keys():
                    if kind.open and label not in exposed.possible:
                        continue
                    assert (result[label] == "target") == (kind.domains[label] == "outer"), (label, result, kind)


def scrape(series: dict[str, str], target: frozenset[str], honor: bool) -> dict[str, str]:
    """Prometheus' mutateSampleLabels, with ``target`` as the value of every target label."""
    result = dict(series)
    if honor:
        return result | {label: "target" for label in target if label not in series}
    clashes = {label: value for label, value in series.items() if label in target and value}
    for label in target:
        result[label] = "target"
    for label, value in sorted(clashes.items(), key=lambda item: (len(item[0]), item[0])):
        name = f"exported_{label}"
        while result.get(name):
            name = f"exported_{name}"
        result[name] = value
    return result
