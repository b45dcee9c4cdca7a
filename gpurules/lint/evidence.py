"""Whether a failure that the inference cannot exclude is known to happen.

The inference calls a join safe only where declared keys prove it. What it cannot prove is not yet wrong: nothing may be
declared of the metrics. It is called wrong here only where the value domains of the labels that may differ tell a story
that is known to happen (facts of KubeVirt and DCGM), or where the user declared a key that the join does not cover.
"""

from __future__ import annotations

from dataclasses import dataclass

from gpurules.labels import domains
from gpurules.lint.typed import TypedRule, selectors_below
from gpurules.promql.infer.findings import Failure
from gpurules.promql.syntax.tree import Binary, Expression
from gpurules.promql.types import SeriesType

GPU_DOMAINS = frozenset((domains.GPU_INDEX, domains.GPU_UUID, "gpu-device", "pci-address-guest"))
"""What tells the GPUs of one VM apart."""
_LOCAL_DOMAINS = frozenset((domains.GPU_INDEX, "gpu-device", "pci-address-guest", domains.GPU_INSTANCE, "mig-profile"))
"""What repeats in every guest."""
_DEVICE_DOMAINS = frozenset(("device-plugin-id", "pci-address-host"))
"""What repeats on equal nodes."""
_LEADER_DOMAINS = frozenset((domains.SCRAPE_INSTANCE, domains.CONTROLLER_POD))
_OTHER_IDENTITIES = frozenset(("migration-name", "pvc-name", "ip-address"))


@dataclass(frozen=True, slots=True)
class Judged:
    """A failure, and the story of how it happens; empty where none is known."""

    failure: Failure
    story: str


def judged_failures(rule: TypedRule) -> tuple[Judged, ...]:
    """Every failure that the inference could not exclude."""
    known: tuple[Judged, ...] | None = rule.worked_out.get("judged")
    if known is None:
        known = tuple(Judged(failure, _story(rule, failure)) for failure in rule.inference.failures)
        rule.worked_out["judged"] = known
    return known


def failing_side(rule: TypedRule, failure: Failure) -> Expression | None:
    """The operand whose series may not be unique; None where it is not one of a vector matching."""
    for node in rule.nodes:
        if not isinstance(node, Binary):
            continue
        copied = node.group.include if node.group is not None else ()
        spans = [part.span for part in (node.matching, node.group, node.op, *copied) if part is not None]
        if failure.span in spans:
            right = node.group is not None and node.group.right
            if failure.code == "E2":
                return node.left if right else node.right
            if failure.code == "E3":
                return node.left
            if failure.code == "E4":
                return node.right if right else node.left
    return None


def _story(rule: TypedRule, failure: Failure) -> str:
    if failure.unknown:
        return ""
    side = failing_side(rule, failure)
    series = rule.series_of(side) if side is not None else None
    if side is None or series is None or failure.code not in ("E2", "E3"):
        return _whole_key_story(rule, failure)
    key = series.possible - failure.key if failure.all_but else failure.key
    story = story_of(series, key, failure.varying, _from_leader(rule, side))
    return story or _declared_story(rule, side, failure)


def _from_leader(rule: TypedRule, side: Expression) -> bool:
    """Whether virt-controller, of which one replica is the leader, emits series of ``side``."""
    schemas = (rule.target.metric(metric) for _, metric in selectors_below(side))
    return any(schema is not None and "virt-controller" in schema.emitter for schema in schemas)


def story_of(series: SeriesType, key: frozenset[str], varying: frozenset[str], from_leader: bool = False) -> str:
    """How two series that agree on ``key`` are known to differ in labels of ``varying``; empty where none is known."""
    meanings = {series.domains.get(label, "") for label in key} | {
        series.domains.get(label, "") for label in series.constants
    }
    gpu = _in_domains(series, varying, GPU_DOMAINS)
    if gpu and not meanings & (GPU_DOMAINS | {domains.GPU_INSTANCE}):
        return f"a VM may have several GPUs, whose series differ in {gpu}"
    within = [label for label in key if series.domains.get(label, "") in _LOCAL_DOMAINS]
    if gpu and within and meanings - {""} <= _LOCAL_DOMAINS:
        return f"every guest counts its GPUs from 0, so series of several VMs share {' and '.join(sorted(within))}"
    device = [label for label in key if series.domains.get(label, "") in _DEVICE_DOMAINS]
    host = _in_domains(series, varying, frozenset((domains.NODE,)))
    if device and host:
        return f"equal nodes give their devices the same {' and '.join(sorted(device))}; the series differ in {host}"
    leader = _in_domains(series, varying, _LEADER_DOMAINS)
    from_leader = from_leader or domains.CONTROLLER_POD in series.domains.values()
    if leader and from_leader and not meanings & (_LEADER_DOMAINS | _OTHER_IDENTITIES):
        return (
            "when the leader of virt-controller changes, the series of both leaders are visible for up to a minute; "
            f"they differ in {leader}"
        )
    node = _in_domains(series, varying, frozenset((domains.NODE,)))
    if node and varying <= {node} and domains.VMI_NAME in meanings:
        return f"when a VM migrates while the leader of virt-controller changes, its series differ in {node}"
    return ""


def _in_domains(series: SeriesType, labels: frozenset[str], wanted: frozenset[str]) -> str:
    """The labels of certain domains, the one that is best known first, at most two."""
    found = sorted((label for label in labels if series.domains.get(label) in wanted), key=lambda one: (len(one), one))
    return " and ".join(found[:2])


def _declared_story(rule: TypedRule, side: Expression, failure: Failure) -> str:
    """The user declared keys of every metric below, and the join covers none."""
    metrics = [metric for _, metric in selectors_below(side)]
    schemas = [rule.target.metric(metric) for metric in metrics]
    if not failure.varying or not schemas or any(one is None or not one.type.keys for one in schemas):
        return ""
    listed = ", ".join(sorted(failure.varying)[:3])
    return f"their declared keys let series differ in {listed}"


def _whole_key_story(rule: TypedRule, failure: Failure) -> str:
    """Labels are overwritten that are all there is to tell GPUs apart."""
    if not failure.all_but or not failure.varying:
        return ""
    for node in rule.nodes:
        series = rule.series_of(node)
        if series is not None and not series.open and failure.varying <= series.possible:
            gpu = {label for label in failure.varying if series.domains.get(label) in GPU_DOMAINS}
            left = {label for label in series.possible - failure.key if series.domains.get(label) in GPU_DOMAINS}
            if gpu == failure.varying and not left:
                return f"a VM may have several GPUs, whose series differ in {' and '.join(sorted(gpu))} alone"
    return ""
