"""Rule groups for the tests of documents."""

from __future__ import annotations

from gpurules.promql.syntax.build import aggregate, binary, call, matcher, number, relabel, selector, window
from gpurules.promql.syntax.tree import Expression
from gpurules.promql.types import Kind
from gpurules.rules.group import RecordingRule, RuleGroup
from gpurules.rules.spec import RecordSpec


def rule(
    record: str, expression: Expression, help_text: str = "", labels: tuple[tuple[str, str], ...] = ()
) -> RecordingRule:
    """A rule about nothing in particular."""
    spec = RecordSpec(record, "vmi", "field", (), (), None, Kind.GAUGE, help_text, rule_labels=labels)
    return RecordingRule(spec, expression)


IDENTITY = rule(
    "namespace_pod:kubevirt_vmi_gpu_identity:group",
    aggregate(
        "group",
        ["namespace", "pod", "name", "node"],
        relabel(selector("kubevirt_vmi_info", matcher("vmi_pod", "!=", "")), "pod", "vmi_pod"),
    ),
    "The launcher pod of each VM.",
)
POWER = rule(
    "vmi:kubevirt_vmi_gpu_power_watts:sum",
    aggregate(
        "sum",
        ["namespace", "name", "node"],
        binary(
            "*",
            aggregate(
                "max",
                ["namespace", "pod", "UUID"],
                selector("DCGM_FI_DEV_POWER_USAGE", matcher("pod", "=~", r"a\d\"b")),
            ),
            selector("namespace_pod:kubevirt_vmi_gpu_identity:group"),
            on=["namespace", "pod"],
            group_left=["name", "node"],
        ),
    ),
    "Power that the GPUs of the VM draw, in watts.",
)
REPLAYS = rule(
    "vmi:kubevirt_vmi_gpu_pcie_replays:rate5m",
    call("rate", window(selector("DCGM_FI_DEV_PCIE_REPLAY_COUNTER"), 300_000)),
    "",
    (("team", "yes"), ("tier", "gold")),
)

CLOCK = rule(
    "vmi:kubevirt_vmi_gpu_sm_clock_hertz:max",
    binary(
        "*",
        aggregate(
            "max",
            ["namespace", "name", "node", "UUID", "GPU_I_ID", "gpu"],
            selector("DCGM_FI_DEV_SM_CLOCK", matcher("job", "=", "nvidia-dcgm-exporter")),
        ),
        number(1_000_000),
    ),
    "An operation at the top, which the printer indents.",
)

GROUPS = (
    RuleGroup("gpurules.identity", (IDENTITY,), "30s"),
    RuleGroup("gpurules.vmi", (POWER, REPLAYS, CLOCK)),
)
