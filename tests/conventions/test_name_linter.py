"""KubeVirt's linter of recording rule names, case by case."""

from __future__ import annotations

import pytest

from gpurules.conventions.name_linter import aggregations_in, check_record_name, time_operations_in

NO_OPERATION = "kubevirt_vmi_info"
ONE_AGGREGATION = "sum by (name) (kubevirt_vmi_info)"
ONE_RATE = "rate(DCGM_FI_DEV_PCIE_REPLAY_COUNTER[5m])"
BOTH = "sum by (name) (rate(DCGM_FI_DEV_PCIE_REPLAY_COUNTER[5m]))"

ACCEPTED = {
    "no operation, any last part": ("vmi:kubevirt_vmi_gpu_x:value", NO_OPERATION),
    "one aggregation at the end": ("vmi:kubevirt_vmi_gpu_x:sum", ONE_AGGREGATION),
    "one aggregation, longer last part": ("vmi:kubevirt_vmi_gpu_x:by_sum", ONE_AGGREGATION),
    "one aggregation, suffix without underscore": ("vmi:kubevirt_vmi_gpu_x:checksum", ONE_AGGREGATION),
    "one rate with its range": ("vmi:kubevirt_vmi_gpu_x:rate5m", ONE_RATE),
    "one rate, compound unit letters": ("vmi:kubevirt_vmi_gpu_x:rate5ms", ONE_RATE),
    "one rate, other case": ("vmi:kubevirt_vmi_gpu_x:RATE5M", ONE_RATE),
    "one rate after another word": ("vmi:kubevirt_vmi_gpu_x:sum_rate5m", ONE_RATE),
    "one over_time with its range": ("vmi:kubevirt_vmi_gpu_x:max_over_time10m", "max_over_time(a[10m])"),
    "several, the aggregation named": ("vmi:kubevirt_vmi_gpu_x:sum", BOTH),
    "several, the rate named": ("vmi:kubevirt_vmi_gpu_x:rate5m", BOTH),
    "several, named inside a word": ("vmi:kubevirt_vmi_gpu_x:generated", BOTH),
    "group_left is no operation": ("vmi:kubevirt_vmi_gpu_x:value", "a * on (name) group_left (node) b"),
    "sum_over is no operation": ("vmi:kubevirt_vmi_gpu_x:value", "sum_over"),
    "present_over_time is not in the list": ("vmi:kubevirt_vmi_gpu_x:value", "present_over_time(a[5m])"),
    "the same aggregation twice counts once": ("vmi:kubevirt_vmi_gpu_x:sum", "sum(a) / sum(b)"),
    "empty tokens may repeat": ("vmi:kubevirt_vmi_gpu_x:__sum", ONE_AGGREGATION),
}

REFUSED = {
    "two parts": ("vmi:kubevirt_vmi_gpu_x", NO_OPERATION, "level:metric:operations"),
    "four parts": ("vmi:kubevirt_vmi_gpu_x:sum:sum", NO_OPERATION, "level:metric:operations"),
    "no level": (":kubevirt_vmi_gpu_x:sum", NO_OPERATION, "level:metric:operations"),
    "no metric": ("vmi::sum", NO_OPERATION, "level:metric:operations"),
    "no operations": ("vmi:kubevirt_vmi_gpu_x:", NO_OPERATION, "level:metric:operations"),
    "no name at all": ("", NO_OPERATION, "level:metric:operations"),
    "foreign prefix": ("vmi:gpu_x:sum", ONE_AGGREGATION, "start gpu_x with kubevirt_"),
    "prefix without underscore": ("vmi:kubevirtgpu:sum", ONE_AGGREGATION, "start kubevirtgpu with kubevirt_"),
    "one aggregation not named": ("vmi:kubevirt_vmi_gpu_x:value", ONE_AGGREGATION, "end it with sum"),
    "one aggregation not at the end": ("vmi:kubevirt_vmi_gpu_x:sum_value", ONE_AGGREGATION, "end it with sum"),
    "one aggregation, other case": ("vmi:kubevirt_vmi_gpu_x:SUM", ONE_AGGREGATION, "end it with sum"),
    "a label called group counts": ("vmi:kubevirt_vmi_gpu_x:value", 'a{group="b"}', "end it with group"),
    "a record read counts by its last part": ("vmi:kubevirt_vmi_gpu_x:value", "a:b:max", "end it with max"),
    "a word in a string counts": ("vmi:kubevirt_vmi_gpu_x:value", 'a{b="min-max"}', "max, min"),
    "one rate without range": ("vmi:kubevirt_vmi_gpu_x:rate", ONE_RATE, "rate5m"),
    "one rate, range not at the end": ("vmi:kubevirt_vmi_gpu_x:rate5m_value", ONE_RATE, "rate5m"),
    "one rate, irate in the name only": ("vmi:kubevirt_vmi_gpu_x:value", ONE_RATE, "rate5m"),
    "several, none named": ("vmi:kubevirt_vmi_gpu_x:value", BOTH, "sum, rate"),
    "token twice": ("vmi:kubevirt_vmi_gpu_x:sum_sum", ONE_AGGREGATION, "repeats sum"),
    "token twice, not neighbours": ("vmi:kubevirt_vmi_gpu_x:min_x_min", "min(a)", "repeats min"),
}


@pytest.mark.parametrize(("record", "expression"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(record: str, expression: str) -> None:
    assert check_record_name(record, expression) == ()


@pytest.mark.parametrize(("record", "expression", "says"), REFUSED.values(), ids=REFUSED)
def test_refused(record: str, expression: str, says: str) -> None:
    (violation,) = check_record_name(record, expression)
    assert violation.rule == "kubevirt-name"
    assert says in violation.message
    assert violation.message.startswith(f"record {record!a} ")


def test_every_breach_is_reported_at_once() -> None:
    found = check_record_name("vmi:gpu:x_x", ONE_AGGREGATION)
    assert [violation.message.split(";")[0].split(" ", 2)[2] for violation in found] == [
        "has a metric part without the prefix",
        "does not end with the one aggregation of its expression",
        "repeats x in its last part",
    ]


@pytest.mark.parametrize(
    ("expression", "aggregations", "over_time"),
    [
        ("topk by (a) (1, timestamp(b))", ("topk",), ()),
        ("count_values('a', b)", ("count_values",), ()),
        ("count by (le) (increase(a[1h])) / limitk(1, b)", ("count", "limitk"), ("increase",)),
        ("avg(avg_over_time(a[1m]))", ("avg",), ("avg_over_time",)),
        ("quantile_over_time(0.5, idelta(a[1m])[5m:])", (), ("idelta", "quantile_over_time")),
        ("summary + a_sum + sum2", (), ()),
        ("a:sum:b-min", ("min", "sum"), ()),
    ],
)
def test_operations_are_found_in_the_text(
    expression: str, aggregations: tuple[str, ...], over_time: tuple[str, ...]
) -> None:
    assert aggregations_in(expression) == aggregations
    assert time_operations_in(expression) == over_time
