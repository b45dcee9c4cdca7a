"""A real Prometheus evaluates each group at a moment of its own: many groups and all levels, live, with a migration and
a restart in the middle of another one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import test_proof_live as live
import yaml

from gpurules.app.rendering import render
from gpurules.config.model import Config, DcgmSection, OutputSection, RulesSection
from live_prometheus import free_port, settle
from rendered import Rendered

LEVELS = ("vmi_gpu", "vmi", "namespace", "node", "cluster")


def rules_in_groups() -> Rendered:
    """Everything but what adds up an hour, which no test can wait for."""
    rendering = render(
        Config(
            dcgm=DcgmSection(honor_labels="false", collection_interval="1s"),
            rules=RulesSection(rate_window=f"{live.RATE_WINDOW}s", groups="subsystem", levels=LEVELS),
            output=OutputSection(format="rules"),
        )
    )
    document = yaml.load(rendering.text, yaml.CSafeLoader)
    hourly = {rule.spec.record for group in rendering.rules.groups for rule in group.rules if rule.spec.step}
    for group in document["groups"]:
        group["rules"] = [rule for rule in group["rules"] if rule["record"] not in hourly]
    specs = tuple(rule.spec for group in rendering.rules.groups for rule in group.rules if not rule.spec.step)
    return Rendered(
        yaml.dump(document, Dumper=yaml.CSafeDumper), specs, tuple(group.name for group in rendering.rules.groups)
    )


def test_many_groups_follow_a_migration_and_survive_a_restart(
    prometheus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.every_second(monkeypatch)
    rules = rules_in_groups()
    assert len(rules.groups) > 10
    cast = live.Cast("many groups", rules)
    with live.staged(cast.world()) as stage:
        server = live.Server(prometheus, tmp_path / "server", free_port(), cast, stage)

        def look() -> list[str]:
            return live.differences(server)

        try:
            live.configure(server)
            server.start()
            settle(look)
            stage.migrate(0)
            settle(look)
            server.stop()
            stage.migrate(1)
            time.sleep(1)
            server.start()
            settle(look)
            server.stop()
        finally:
            server.kill()
    assert server.failed_rules == {}
