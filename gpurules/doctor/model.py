"""What a report says: plain values that every form of it is made from.

Everything that a guest or a server wrote (labels, names, errors) stands here as it came; a form makes it harmless for
where it is shown. Times are seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

Labels = tuple[tuple[str, str], ...]
"""Label pairs, sorted by name; the metric name is ``__name__``."""

SAMPLES = 5
"""How many samples a finding shows; its figures say how many there are."""


class Severity(Enum):
    """How bad a finding is, the worst first."""

    ERROR = "error"
    """Numbers are lost, fail, or stand under the wrong name now."""
    WARNING = "warning"
    """Some are, or all will be when something ordinary happens."""
    NOTE = "note"
    """Worth knowing; does not count for the exit code."""

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts, such as ``GPU series`` or ``minutes``."""

    what: str
    value: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One thing that the finding is about: the labels that name it, and why it is here (may be empty)."""

    labels: Labels
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    ``id``: a word that never changes, such as ``gpu-vm-silent``. ``question``: the name of the question that found it.
    ``what``: one sentence with the numbers in it. ``figures``: the same numbers. ``samples``: at most :data:`SAMPLES`.
    ``advice``: what to do.
    """

    id: str
    severity: Severity
    question: str
    what: str
    advice: str
    figures: tuple[Figure, ...] = ()
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was found out, for the overview: ``KubeVirt`` is ``v1.5 to main``."""

    subject: str
    value: str


@dataclass(frozen=True, slots=True)
class Metric:
    """A DCGM metric: ``field`` is the current name of the field, empty where none is known; ``series`` is 0 where it is
    selected and nobody sends it."""

    name: str
    field: str
    series: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why ``count`` GPU series of a path join no VM, or several."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class PathJoin:
    """How one collection path joins now.

    A *GPU series* here is one GPU or MIG instance as one scrape target sends it. ``carried``: those that carry the
    identity of the path; of these ``one``, ``none`` and ``several`` join so many VMs. ``machines``: VMs that are
    joined.
    """

    path: str
    carried: int
    one: int
    none: int
    several: int
    machines: int
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """One moment: GPU series that carry the identity of the path, and those of them that join a VM."""

    moment: float
    carried: int
    joined: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How one path joined over time, the earliest first; ``step`` is seconds between two points.

    ``metrics``: the series that were counted; the whole selection would cost the server too much over a day.
    """

    path: str
    step: float
    metrics: tuple[str, ...]
    points: tuple[CoveragePoint, ...]


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """When an identity meant several things in the window: ``minutes`` in all, in which a join without
    de-duplication fails for every VM; ``moments``: when it was seen, every ``step`` seconds."""

    identity: str
    key: tuple[str, ...]
    minutes: float
    step: float
    moments: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU or MIG instance: ``instance`` is empty for a whole GPU, ``path`` where no path joins it."""

    uuid: str
    index: str
    instance: str
    model: str
    path: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A VM with GPUs. ``gpus``: those that join it. ``silent``: it holds GPUs and none sends anything."""

    namespace: str
    name: str
    gpus: tuple[Gpu, ...]
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A node with its VMs that have GPUs, by name; ``name`` is empty where none is known, ``cluster`` where no label
    that tells clusters apart is configured."""

    name: str
    machines: tuple[Machine, ...]
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class LostGpu:
    """A GPU that belongs to no VM and to no container: the labels it came with, and why."""

    gpu: Gpu
    labels: Labels
    reason: str


@dataclass(frozen=True, slots=True)
class RuleState:
    """A recording rule of gpurules and its state: ``ok``, ``failing``, ``stale``, ``missing`` (rendered, not loaded),
    ``drifted`` (loaded with another expression) or ``unknown`` (loaded, not rendered). ``error``: the server's words.
    """

    record: str
    state: str
    group: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """A loaded group: seconds of its last evaluation, and of its interval."""

    name: str
    file: str
    interval: float
    evaluation: float
    rules: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules of gpurules that are loaded; ``groups`` is empty where none are. ``asked``: whether the server has an
    answer to that question at all. ``recorded``: where it tells of none, records that have series nevertheless: another
    program evaluates them."""

    asked: bool
    groups: tuple[RuleGroup, ...] = ()
    rules: tuple[RuleState, ...] = ()
    recorded: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What the rules cost at a size, estimated: ``factor`` times this fleet. ``series``: recorded; ``seconds``: of one
    evaluation on one core; ``samples``: appended a second at ``interval`` seconds between evaluations."""

    factor: int
    gpus: int
    machines: int
    series: int
    seconds: float
    interval: float
    samples: float


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the recommended configuration: ``dcgm.honor_labels``, its value as YAML, and the numbers behind."""

    key: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The paths to use, the preferred first, and settings that differ from what is configured; ``config``: the whole
    file. ``paths`` is empty where nothing can be recommended."""

    paths: tuple[str, ...]
    settings: tuple[Setting, ...]
    config: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything. ``server``: its address without credentials; ``evaluator``: that of the second store, or empty.
    ``since``: seconds of the window. ``queries``: how many requests it took. ``warnings``: the server's own.
    ``metrics``: by name; of a selected field that nobody sends, its first name. ``label_fields``: names of fields that
    exporters write as labels on other series. ``width``: of the terminal, or 0.
    """

    at: float
    since: float
    server: str
    evaluator: str
    findings: tuple[Finding, ...]
    facts: tuple[Fact, ...]
    paths: tuple[PathJoin, ...]
    coverage: tuple[Coverage, ...]
    ambiguities: tuple[Ambiguity, ...]
    nodes: tuple[Node, ...]
    lost: tuple[LostGpu, ...]
    loaded: Loaded
    costs: tuple[Cost, ...]
    recommendation: Recommendation
    queries: int = 0
    warnings: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()
    label_fields: tuple[str, ...] = ()
    width: int = 0

    @property
    def healthy(self) -> bool:
        """Whether there is nothing but notes."""
        return all(finding.severity is Severity.NOTE for finding in self.findings)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By severity, then as they were found."""
    return tuple(sorted(findings, key=lambda finding: finding.severity.rank))
