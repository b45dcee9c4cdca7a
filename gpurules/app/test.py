"""Test: the rules that render would write, held against every scenario that the configuration asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from gpurules.app.groups import group_policy
from gpurules.app.rendering import Rendering, render
from gpurules.app.sources import read_sources
from gpurules.config.model import Config
from gpurules.proving.asked import Asked, asked
from gpurules.proving.case import Case, Gap
from gpurules.proving.depth import depth
from gpurules.proving.gaps import told_and_untold
from gpurules.proving.judges import Found, find
from gpurules.proving.judging import judged
from gpurules.proving.plan import cases
from gpurules.proving.record_groups import groups_by_record
from gpurules.proving.report.report import Report, Row, Told, told
from gpurules.rules.spec import RecordSpec
from gpurules.scenario.expectation import Contradiction
from gpurules.scenario.scenarios.registry import SCENARIOS, module, stories
from gpurules.text.errors import CheckFailed, EnvironmentFault, InputError, Problem
from gpurules.text.nearest import did_you_mean
from gpurules.text.signals import terminating
from gpurules.text.terminal import table

QUERY_OFFSET_SINCE = (2, 53)
"""The first promtool that knows ``query_offset`` of a group."""


@dataclass(frozen=True, slots=True)
class Request:
    """``scenarios``: names, all where there are none. ``judge``: promtool or vmalert. ``program``: its path, or empty.
    ``limit``: seconds that one test may take."""

    scenarios: tuple[str, ...] = ()
    judge: str = "promtool"
    program: str = ""
    seed: int = 0
    limit: float = 120


@dataclass(frozen=True, slots=True)
class Prepared:
    """The rendered rules, what is told, and of which records."""

    rendering: Rendering
    what: Asked
    specs: tuple[RecordSpec, ...]
    gaps: tuple[Gap, ...]
    scenarios: tuple[str, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """The rule groups in the order of evaluation."""
        return tuple(group.name for group in self.rendering.rules.groups)

    def cases(self) -> Iterator[Case]:
        """All cases of all scenarios. Raises CheckFailed for a record that says of itself what cannot be."""
        try:
            for scenario in self.scenarios:
                yield from cases(self.what, scenario, self.specs)
        except Contradiction as error:
            raise CheckFailed(Problem(str(error))) from None


def listing(columns: int) -> str:
    """The scenarios by name, each with a sentence."""
    return table(((name, summary(name)) for name in SCENARIOS), ("scenario", "what happens"), columns)


def summary(scenario: str) -> str:
    """The first line of a scenario's docstring."""
    return (module(scenario).__doc__ or "").splitlines()[0]


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The scenarios of these names, all where there are none. Raises InputError for one that does not exist."""
    problems = [
        Problem(f"there is no scenario {name}", advice=did_you_mean(name, SCENARIOS) or "see gpurules test --list")
        for name in names
        if name not in SCENARIOS
    ]
    if problems:
        raise InputError(problems)
    return tuple(name for name in SCENARIOS if not names or name in names)


def prepare(config: Config, request: Request) -> Prepared:
    """Everything but the program that judges. Raises InputError for what cannot be rendered or told."""
    scenarios = chosen(request.scenarios)
    if request.judge == "vmalert" and config.rules.query_offset:
        raise InputError(
            Problem("vmalert-tool plays no eval_delay", advice="test without query_offset, or with promtool")
        )
    rendering = render(as_plain_rules(config))
    sources = read_sources(config)
    what = asked(config, sources.selection, sources.accepts, sources.exporters, sources.kubevirt, request.seed)
    if not request.scenarios:
        scenarios = stories(what.kube_state, what.rules.paths)
    rules = [rule for group in rendering.rules.groups for rule in group.rules]
    if request.judge == "vmalert":
        what = replace(what, lag=depth(rules) * what.rules.evaluation)
    specs, gaps = told_and_untold((rule.spec for rule in rules), what.rules.window)
    return Prepared(rendering, what, specs, gaps, scenarios)


def as_plain_rules(config: Config) -> Config:
    """The configuration with the same rules and groups as a plain rule file, without what Prometheus does not read."""
    policy = group_policy(config)
    return replace(
        config,
        rules=replace(config.rules, groups=policy.kind, group_size=policy.size),
        output=replace(config.output, format="rules", target="", partial_response=""),
    )


def run(prepared: Prepared, request: Request, program: Found, step: Callable[[str], None]) -> Report:
    """Runs every case; ``step`` is told of each scenario that is done. A signal leaves nothing behind."""
    what = prepared.what
    groups = groups_by_record(prepared.specs)
    verdicts = judged(
        prepared.cases(),
        prepared.rendering.text,
        request.judge,
        program,
        prepared.groups,
        what.rules.evaluation,
        request.limit,
    )
    found: dict[str, list[Told]] = {}
    with terminating(), closing(verdicts):
        for case, verdict in verdicts:
            found.setdefault(case.scenario, []).append(told(case, verdict, groups))
            step(case.scenario)
    rows = tuple(Row(scenario, summary(scenario), tuple(several)) for scenario, several in found.items())
    return Report(rows, prepared.gaps, program.judge.name, program.version, request.seed, len(prepared.specs))


def program_for(request: Request, config: Config) -> Found:
    """The program that judges. Raises EnvironmentFault where it is missing, or does not know what the rules need."""
    program = find(request.judge, request.program)
    old = request.judge == "promtool" and program.release and program.release < QUERY_OFFSET_SINCE
    if config.rules.query_offset and old:
        raise EnvironmentFault(
            Problem(
                f"promtool {program.version} does not know query_offset, which the rules have",
                advice="name a promtool of Prometheus 2.53 or newer with --promtool PATH",
            )
        )
    return program
