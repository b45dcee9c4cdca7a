"""How the rules are grouped and what their groups say, as the configuration, the format and the target want it."""

from __future__ import annotations

from dataclasses import replace

from gpurules.config.model import Config
from gpurules.output.formats.registry import format_named
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
    if config.output.target or config.rules.query_offset or config.output.partial_response:
        from gpurules.app.targets import complaints

        problems = [Problem(message) for message in complaints(rule_set, config)]
        if problems:
            raise InputError(problems)
