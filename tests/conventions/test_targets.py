"""What each server reads of a rule file."""

from __future__ import annotations

import pytest

from gpurules.conventions.servers import Server
from gpurules.conventions.targets import SUPPORT, Feature, Version, accepts, check_feature, read_version


@pytest.mark.parametrize(
    ("server", "version", "feature", "reads"),
    [
        (Server.PROMETHEUS, (2, 30), Feature.LIMIT, False),
        (Server.PROMETHEUS, (2, 31), Feature.LIMIT, True),
        (Server.PROMETHEUS, (2, 42), Feature.QUERY_OFFSET, False),
        (Server.PROMETHEUS, (2, 53), Feature.QUERY_OFFSET, True),
        (Server.PROMETHEUS, (2, 53), Feature.GROUP_LABELS, False),
        (Server.PROMETHEUS, (3, 5), Feature.UTF8_NAMES, True),
        (Server.PROMETHEUS, (3, 5), Feature.PARTIAL_RESPONSE, False),
        (Server.THANOS, (0, 39), Feature.GROUP_LABELS, True),
        (Server.THANOS, (0, 33), Feature.KEEP_FIRING_FOR, False),
        (Server.VICTORIAMETRICS, (1, 145), Feature.QUERY_OFFSET, False),
        (Server.VICTORIAMETRICS, (1, 145), Feature.LIMIT, None),
    ],
)
def test_accepts(server: Server, version: Version, feature: Feature, reads: bool | None) -> None:
    assert accepts(server, version, feature) is reads
    assert bool(check_feature(server, version, feature)) is (reads is False)


def test_messages_say_what_to_do() -> None:
    (old,) = check_feature(Server.PROMETHEUS, (2, 42), Feature.QUERY_OFFSET)
    assert old.message == ("Prometheus 2.42 does not read query_offset; remove it or use Prometheus 2.53 or later")
    (never,) = check_feature(Server.VICTORIAMETRICS, (1, 100), Feature.QUERY_OFFSET)
    assert (
        never.message
        == "vmalert does not read query_offset; remove it (it has eval_delay, which --format vmrule writes)"
    )


def test_each_pair_is_listed_once() -> None:
    assert len({(entry.server, entry.feature) for entry in SUPPORT}) == len(SUPPORT)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("2.42.0", (2, 42)),
        ("v3.0.0-rc.1", (3, 0)),
        ("2.42.0+ds", (2, 42)),
        ("0.39", (0, 39)),
        ("3", None),
        ("", None),
        ("2.x", None),
        ("9" * 5000 + ".1", None),
    ],
)
def test_versions(text: str, version: Version | None) -> None:
    assert read_version(text) == version
