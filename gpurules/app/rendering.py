"""Render: from a configuration to a document that is proved, judged by a second parser and read back."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from gpurules.app.groups import group_policy, require_target, with_settings
from gpurules.app.own_words import has_own_words, must_pass_lint
from gpurules.app.presets import lacking, preset_of
from gpurules.app.rule_request import path_notes, rule_request
from gpurules.app.series import SourceTypes, source_types
from gpurules.app.sources import Sources, read_sources
from gpurules.config.model import Config
from gpurules.conventions.registry import check_record
from gpurules.labels.schema import HonorLabels
from gpurules.output.banner import NamedInput, banner_lines
from gpurules.output.document import Document
from gpurules.output.formats.registry import format_named
from gpurules.output.render import render_document
from gpurules.promql.judge import must_mean
from gpurules.promql.syntax.lexer import MAX_LENGTH
from gpurules.promql.syntax.printer import to_lines, to_text
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.build import build
from gpurules.rules.choice import choose
from gpurules.rules.group import RuleSet
from gpurules.rules.proof import prove
from gpurules.text.errors import CheckFailed, InputError, Problem
from gpurules.text.read import read_text
from gpurules.text.span import Location

EXPRESSION_WIDTH = 100


class Rendering(NamedTuple):
    """A document ready to be written, the rules in it, and what its reader should know."""

    text: str
    rules: RuleSet
    notes: tuple[str, ...]


def proved_rules(config: Config, sources: Sources, types: SourceTypes | None = None) -> RuleSet:
    """The rule set of ``config``, every expression proved and accepted by the second parser.

    ``types``: those of ``source_types``, where the caller has them already.

    Raises InputError for what cannot be built, NotProved or CheckFailed where the result does not hold.
    """
    types = types or source_types(config, sources)
    choice = choose(sources.selection, sources.catalog, sources.accepts, config.rules.fields, config.rules.entities)
    rule_set = build(rule_request(config, sources, choice, types.schema), choice.refusals, group_policy(config))
    if config.rules.identity == "inline":
        _refuse_long(rule_set)
    prove(rule_set, types.type_of)
    _judge(rule_set)
    return with_settings(rule_set, config)


def render(config: Config, template_directory: Path | None = None) -> Rendering:
    """Everything in memory: nothing is written here, so nothing partial can be."""
    sources = read_sources(config)
    types = source_types(config, sources)
    rule_set = proved_rules(config, sources, types)
    require_target(rule_set, config)
    notes = path_notes(config, sources, types.schema)
    document = Document(
        format=config.output.format,
        name=config.output.name,
        namespace=config.output.namespace,
        labels=config.output.labels,
        annotations=config.output.annotations,
        banner=banner_lines((*_inputs(config, sources), *(NamedInput("mind", note) for note in notes))),
    )
    text = render_document(rule_set.groups, document, _readable, template_directory)
    if template_directory is not None or has_own_words(config):
        must_pass_lint(text, config)
    return Rendering(text, rule_set, (*notes, *_notes(config, sources, rule_set)))


def template_folder(path: str, config: Config) -> Path:
    """The folder at ``path``. Raises InputError where it has no template for the format of ``config``."""
    folder = Path(path)
    wanted = format_named(config.output.format).template
    if not folder.is_dir():
        raise InputError(Problem("there is no such folder", Location(path), "name the folder of your templates"))
    if not (folder / wanted).is_file():
        advice = (
            f"put a copy of gpurules' own there and change that, or name another --format than {config.output.format}"
        )
        raise InputError(Problem(f"the folder has no template {wanted}", Location(path), advice))
    return folder


def difference_on_disk(path: str, text: str) -> str:
    """A unified diff from the file at ``path`` to ``text``; empty where they are equal. A missing file is empty."""
    from gpurules.output.check import difference

    found = read_text(path).text if Path(path).exists() else ""
    return difference(found, text, path)


def _readable(expression: Expression) -> str:
    return to_lines(expression, EXPRESSION_WIDTH)


def _refuse_long(rule_set: RuleSet) -> None:
    """What no parser of ours would read again."""
    advice = "choose fewer paths or fields, or --identity record"
    problems = [
        Problem(f"the expression of {rule.spec.record} would have more than {MAX_LENGTH} characters", advice=advice)
        for group in rule_set.groups
        for rule in group.rules
        if len(_readable(rule.expression)) > MAX_LENGTH
    ]
    if problems:
        raise InputError(problems)


def _judge(rule_set: RuleSet) -> None:
    """Names as KubeVirt wants them, and expressions that an independent parser reads as what they are."""
    problems: list[Problem] = []
    for group in rule_set.groups:
        for rule in group.rules:
            text = to_text(rule.expression)
            must_mean(rule.expression, text)
            problems.extend(Problem(violation.message) for violation in check_record(rule.spec.record, text))
    if problems:
        raise CheckFailed(problems)


def _inputs(config: Config, sources: Sources) -> list[NamedInput]:
    exporters = config.dcgm.exporters or ("every known release",)
    return [
        NamedInput("KubeVirt", sources.kubevirt),
        *(NamedInput("collection paths", path) for path in config.rules.paths),
        NamedInput("honorLabels", config.dcgm.honor_labels),
        *(NamedInput("dcgm-exporter", release) for release in exporters),
        *(NamedInput("counters", source) for source in sources.selection.sources),
    ]


def _notes(config: Config, sources: Sources, rule_set: RuleSet) -> list[str]:
    notes = []
    if HonorLabels(config.dcgm.honor_labels) is HonorLabels.TRUE:
        notes.append(
            "with honorLabels true a guest can book its GPUs on another virtual machine; "
            "set honorLabels to false on the monitors of guests"
        )
    if len(rule_set.groups) > 1 and config.rules.groups == "auto":
        notes.append(
            f"the rules are in several groups ({len(rule_set.groups)}), which lag one interval behind each other; "
            "--groups single keeps them together"
        )
    missing = lacking(sources.selection, preset_of(config))
    if missing:
        notes.append(f"the counters files lack what preset {config.rules.preset} needs: {', '.join(missing)}")
    if rule_set.refusals:
        notes.append(f"{len(rule_set.refusals)} of the counters are not recorded; --explain says why")
    return notes
