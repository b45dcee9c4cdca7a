"""What the program that is to evaluate the rules, or the reader of a format, would drop or refuse."""

from __future__ import annotations

from collections.abc import Iterable

from gpurules.config.model import Config
from gpurules.conventions.targets import WORDS, Feature, check_target, read_target
from gpurules.output.formats.format import Format
from gpurules.output.formats.registry import format_named
from gpurules.promql.syntax.tree import Aggregation, Call, walk
from gpurules.rules.group import RuleSet


def complaints(rule_set: RuleSet, config: Config) -> Iterable[str]:
    """One sentence for each thing that the target, or whoever reads the format, does not take."""
    form = format_named(config.output.format)
    target = read_target(config.output.target)
    used = set(_settings(config, form))
    if target is not None:
        if target.server not in form.servers:
            readers = " or ".join(server.value for server in form.servers)
            advice = f"that is for {readers}" if readers else "leave --target out, or use --format rules"
            yield f"{target.server.value} does not read the format {form.name}; {advice}"
            return
        yield from (violation.message for violation in check_target(target, used | set(_words(rule_set))))
        return
    if Feature.PARTIAL_RESPONSE in used:
        yield (
            "partial_response_strategy means something to Thanos Ruler alone; "
            "name it with --target, such as thanos=0.38, or leave --partial-response out"
        )


def _settings(config: Config, form: Format) -> Iterable[Feature]:
    if config.rules.query_offset and form.offset_key == Feature.QUERY_OFFSET.value:
        yield Feature.QUERY_OFFSET
    if config.output.partial_response:
        yield Feature.PARTIAL_RESPONSE


def _words(rule_set: RuleSet) -> Iterable[Feature]:
    """Functions and aggregations of the expressions."""
    for group in rule_set.groups:
        for rule in group.rules:
            for node in walk(rule.expression):
                word = node.function.text if isinstance(node, Call) else ""
                word = node.op.text if isinstance(node, Aggregation) else word
                if word in WORDS:
                    yield WORDS[word]
