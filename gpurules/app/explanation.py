"""``render --explain``: what becomes of each counter, or why nothing does."""

from __future__ import annotations

from gpurules.app.rendering import proved_rules
from gpurules.app.sources import read_sources
from gpurules.config.model import Config
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
    return table(rows, ("counter", "records"), width) + "\n" + table(others, ("record", "what it says"), width)
