"""Checking one rule of each shape finds what checking every rule finds; so does checking in several processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpurules.lint import expressions
from gpurules.lint.expressions import Expressions
from gpurules.lint.identifiers import CHECKS
from gpurules.lint.records import Records
from gpurules.lint.shapes import Shapes
from gpurules.lint.sources.model import Rule
from lint_cases import as_file, loaded, made_target, read_cases

EVERY = frozenset(CHECKS)


def _records(text: str, options: dict[str, object]) -> Records:
    return Records(made_target(options), loaded(text).workspace.rules)


Seen = tuple[int, str, str]


def _by_shape(records: Records, jobs: int = 1) -> list[Seen]:
    looked = Expressions(records, EVERY).look_at_all(_worded(records), jobs)
    return sorted((rule.node.start, said.check, str(said.note)) for rule, said in looked)


def _one_by_one(records: Records) -> list[Seen]:
    looking = Expressions(records, EVERY)
    found = []
    for rule in _worded(records):
        look = looking.look(rule)
        found += [(rule.node.start, said.check, str(said.note)) for said in (*look.said, *looking._of_name(rule, look))]
    return sorted(found)


def _worded(records: Records) -> list[Rule]:
    return [rule for rule in records.rules if rule.text.strip()]


METRICS = (
    "DCGM_FI_DEV_FB_USED",
    "DCGM_FI_DEV_FB_FREE",
    "DCGM_FI_DEV_FB_TOTAL",
    "DCGM_FI_DEV_GPU_UTIL",
    "DCGM_FI_DEV_MEM_COPY_UTIL",
    "DCGM_FI_DEV_XID_ERRORS",
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    "DCGM_FI_PROF_DRAM_ACTIVE",
    "DCGM_FI_DEV_VGPU_LICENSE_STATUS",
    "DCGM_FI_DEV_GPU_TMEP",
    "kubevirt_vmi_info",
    "kube_pod_info",
    "foo",
    "bar",
    "vm:record:one",
    "vm:record:two",
)
FORMS = (
    "{a}",
    "sum by (namespace, pod) ({a})",
    "sum by (gpu) ({a}) + max by (gpu) ({b})",
    "{a} * on (namespace, pod) group_left (node) {b}",
    "{a} / {b}",
    "{a} / {b} > 90",
    "100 * {a} / ({b} + {a}) > 8",
    "{a} > 0.9",
    "{a} > 8e9",
    "{a} or {a}",
    "rate({a}[5m])",
    "rate(({a} * on (pod) group_left () {b})[5m:])",
    "{a} > 80",
    "{a} > 8",
    "{a} * 100 >= bool 81.5",
    "5 < {a}",
    "{a} > 1024 * {b}",
    "{a} > 1048576 * {b}",
    '{a}{{namespace="{x}"}} and {b}{{namespace="{y}"}}',
    '{a}{{pod="{x}"}}',
    '{a}{{phase="{x}"}}',
    "sum BY ({a}) ({b})",
    "sum by # labels\n({a}) ({b})",
    'label_replace({a}, "pod", "$1", "exported_pod", "(.+)") * on (namespace, pod) {b}',
    'count_values("{x}", {a})',
)
VALUES = ("a", "b", "Running", "virt-launcher-a", "GPU-1")
EXPRESSIONS = st.builds(
    lambda form, a, b, x, y: form.format(a=a, b=b, x=x, y=y),
    st.sampled_from(FORMS),
    st.sampled_from(METRICS),
    st.sampled_from(METRICS),
    st.sampled_from(VALUES),
    st.sampled_from(VALUES),
)


def _file(texts: list[str]) -> str:
    rules = "".join(f"- record: vm:test{number}:max\n  expr: {_quoted(text)}\n" for number, text in enumerate(texts))
    records = "- {record: 'vm:record:one', expr: 'max by (pod) (DCGM_FI_DEV_FB_USED)'}\n"
    records += "- {record: 'vm:record:two', expr: 'DCGM_FI_DEV_FB_USED * on (pod) group_left (node) kube_pod_info'}\n"
    return as_file(records + rules)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


@settings(max_examples=25)
@given(
    st.lists(EXPRESSIONS, min_size=1, max_size=20),
    st.sampled_from([{}, {"exporters": ["4.6.0-4.8.3"]}, {"counters": ["DCGM_FI_DEV_FB_USED"]}, {"kubevirt": "v1.5"}]),
)
def test_shapes_hide_nothing(texts: list[str], options: dict[str, object]) -> None:
    text = _file(texts)
    assert _by_shape(_records(text, options)) == _one_by_one(_records(text, options))


@pytest.mark.parametrize("check", CHECKS)
def test_shapes_hide_nothing_of_the_cases(check: str) -> None:
    for case in read_cases(check):
        assert _by_shape(_records(case.text, case.options)) == _one_by_one(_records(case.text, case.options))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("max(DCGM_FI_DEV_FB_USED)", "max(DCGM_FI_DEV_FB_FREE)", True),
        ("max(DCGM_FI_DEV_FB_USED)", "max(DCGM_FI_DEV_GPU_UTIL)", False),
        ("DCGM_FI_DEV_FB_USED > 1", "DCGM_FI_DEV_FB_USED > 2", False),
        ("DCGM_FI_DEV_FB_USED / foo > 1", "DCGM_FI_DEV_FB_FREE / foo > 1", False),
        ("DCGM_FI_DEV_FB_USED / foo > 1", "DCGM_FI_DEV_FB_USED / foo > 2", False),
        ("foo / foo", "bar / bar", True),
        ("foo / foo", "foo / bar", False),
        ('foo{job="a"}', 'foo{job="b"}', True),
        ('foo{job="a"} or foo{job="a"}', 'foo{job="a"} or foo{job="b"}', False),
        ('foo{pod="a"}', 'foo{pod="virt-launcher-a"}', False),
        ("sum by (a) (foo)", "sum by (b) (foo)", False),
        ("sum BY (a) (foo)", "sum BY (b) (foo)", False),
        ("sum(foo)", "max(foo)", False),
        ("foo > 1", "foo > 2", True),
        ("foo > 0", "foo > 2", False),
        ("foo > 1 * bar", "foo > 2 * bar", False),
        ("foo * 1", "foo * 2", False),
        ("DCGM_FI_DEV_GPU_UTIL > 1", "DCGM_FI_DEV_GPU_UTIL > 2", False),
        ("DCGM_FI_DEV_GPU_TEMP > 1", "DCGM_FI_DEV_GPU_TEMP > 2", True),
        ("kubevirt_vmi_info", "kubevirt_vmi_vcpu_seconds_total", False),
    ],
)
def test_what_is_alike(one: str, other: str, alike: bool) -> None:
    records = _records(_file([one, other]), {})
    shapes = Shapes(records)
    first, second = (shapes.shape_of(rule) for rule in records.rules[2:])
    assert (first == second) is alike


def test_processes_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expressions, "FEW", 2)
    text = _file([form.format(a=a, b="foo", x="a", y="b") for form in FORMS for a in METRICS])
    records = _records(text, {})
    alone = _by_shape(records)
    assert alone == _by_shape(records, jobs=3)
    assert len(alone) > 100


def test_a_process_that_dies_is_an_error_and_no_clean_report(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    from gpurules.lint.processes import in_processes
    from gpurules.text.errors import EnvironmentFault

    parent = os.getpid()

    def dies(item: int) -> int:
        if os.getpid() != parent:
            os._exit(9)
        return item

    with pytest.raises(EnvironmentFault, match="worker process"):
        in_processes(dies, [1, 2, 3], 2)


def test_no_process_is_left_behind_when_one_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import time

    from gpurules.lint.processes import in_processes

    parent, fork = os.getpid(), os.fork
    started: list[int] = []

    def remembered() -> int:
        started.append(fork())
        return started[-1]

    def stops(item: int) -> int:
        if os.getpid() == parent:
            raise KeyboardInterrupt
        time.sleep(60)
        return item

    monkeypatch.setattr(os, "fork", remembered)
    with pytest.raises(KeyboardInterrupt):
        in_processes(stops, [1, 2, 3], 3)
    assert len(started) == 2
    for process in started:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
