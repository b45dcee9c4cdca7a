"""How the rules are grouped and what their groups say, as the configuration, the format and the target want it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gpurules.config.model import Config
from gpurules.conventions.targets import WORDS, Feature, Server, check_feature, check_target, read_target
from gpurules.output.formats.format import Format
from gpurules.output.formats.registry import format_named
from gpurules.promql.syntax.tree import Aggregation, Call, walk
from gpurules.rules.group import RuleSet
from gpurules.rules.grouping import GroupPolicy
from gpurules.text.errors import InputError, Problem


def group_policy(config: Config) -> GroupPolicy:
    """Several groups where the reader of the format limits one; else as the configuration says."""
    form = format_named(config.output.format)
    kind = "subsystem" if form.group_size and config.rules.groups == "auto" else config.rules.groups
    return GroupPolicy(kind, config.rules.group_size or form.group_size)


def with_settings(rule_set: RuleSet, config: Config) -> RuleSet:
    """``rule_set`` with what every group says besides its rules."""
    groups = tuple(
        replace(group, query_offset=config.rules.query_offset, partial_response=config.output.partial_response)
        for group in rule_set.groups
    )
    return replace(rule_set, groups=groups)


def require_target(rule_set: RuleSet, config: Config) -> None:
    """Raises InputError for everything that the format or the target of ``config`` would drop or refuse."""
    form = format_named(config.output.format)
    used = set(_features(rule_set, config))
    problems = [Problem(message) for message in _complaints(form, config, used)]
    if problems:
        raise InputError(problems)


def _complaints(form: Format, config: Config, used: set[Feature]) -> Iterable[str]:
    target = read_target(config.output.target)
    if target is not None:
        if target.server not in form.servers:
            readers = " or ".join(server.value for server in form.servers)
            yield f"{target.server.value} does not read the format {form.name}; that is for {readers}"
            return
        yield from (violation.message for violation in check_target(target, used))
    elif Feature.PARTIAL_RESPONSE in used:
        yield (
            "partial_response_strategy means something to Thanos Ruler alone; "
            "name it with --target, such as thanos=0.38, or leave --partial-response out"
        )
    if target is None and form.servers == (Server.VICTORIAMETRICS,):
        written = used & {Feature.QUERY_OFFSET}
        for feature in written:
            yield from (violation.message for violation in check_feature(form.servers[0], (0, 0), feature))


def _features(rule_set: RuleSet, config: Config) -> Iterable[Feature]:
    if config.rules.query_offset:
        yield Feature.QUERY_OFFSET
    if config.output.partial_response:
        yield Feature.PARTIAL_RESPONSE
    for group in rule_set.groups:
        for rule in group.rules:
            for node in walk(rule.expression):
                if isinstance(node, Call) and node.function.text in WORDS:
                    yield WORDS[node.function.text]
                elif isinstance(node, Aggregation) and node.op.text in WORDS:
                    yield WORDS[node.op.text]
