"""``render --explain``: what becomes of each counter, or why nothing does."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.app.claims import Account, accounts, needed_counters
from gpurules.app.presets import preset_of
from gpurules.app.rendering import proved_rules
from gpurules.app.sources import Sources, read_sources
from gpurules.config.model import Config
from gpurules.rules.spec import RecordSpec
from gpurules.text.terminal import table


def explain(config: Config, width: int) -> str:
    """A table: counter, and its records or the reason for none; then the records that belong to no single field."""
    sources = read_sources(config)
    rule_set = proved_rules(config, sources)
    specs = [rule.spec for group in rule_set.groups for rule in group.rules]
    refused = {refusal.subject: refusal.reason for refusal in rule_set.refusals}
    rows: list[tuple[str, str]] = []
    for counter in sources.selection.counters:
        records = [spec.record for spec in specs if spec.role == "field" and counter.field.name in spec.fields]
        if counter.name in refused:
            records = [f"not recorded: {refused[counter.name]}"]
        elif not records:
            records = [spec.record for spec in specs if spec.role == "info"]
        rows.extend((counter.name if position == 0 else "", record) for position, record in enumerate(records))
    others = [(spec.record, spec.help) for spec in specs if spec.role != "field"]
    return "\n".join(
        [
            table(rows, ("counter", "records"), width),
            table(others, ("record", "what it says"), width),
            *_preset(config, sources, specs, width),
        ]
    )


def _preset(config: Config, sources: Sources, specs: list[RecordSpec], width: int) -> Iterator[str]:
    """What stands for each metric that the preset accounts for, and the counters file that its guests need."""
    preset = preset_of(config)
    told = accounts(preset, specs)
    if told:
        yield "\n".join(_told(account, width) for account in told)
    counters = needed_counters(preset, sources.catalog, sources.accepts)
    if counters:
        yield f"# What preset {preset.name} needs in the counters file of the guests:\n{counters}"


def _told(account: Account, width: int) -> str:
    answer = [("", account.expression)] if account.expression else []
    note = [("", account.note)] if account.note else []
    return f"{account.metric}\n{table([*answer, *note], width=width)}"
