"""Which server reads which part of a rule file, and since which version.

Source: the version gates of prometheus-operator 0.93 (pkg/operator/rules.go) for Prometheus and Thanos Ruler;
promtool 2.42, 2.53 and 3.5 for UTF-8 names and group labels; VictoriaMetrics operator's VMRule for query_offset, where
eval_delay moves the time that is asked for and eval_offset that of asking; Prometheus' changelog for functions and
aggregations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from gpurules.conventions.servers import Server
from gpurules.conventions.violation import Violation

RULE = "target-version"


class Feature(Enum):
    """A part of a rule file that not every server reads."""

    LIMIT = "limit"
    KEEP_FIRING_FOR = "keep_firing_for"
    QUERY_OFFSET = "query_offset"
    GROUP_LABELS = "labels of a group"
    UTF8_NAMES = "UTF-8 names"
    PARTIAL_RESPONSE = "partial_response_strategy"
    GROUP_AGGREGATION = "the aggregation group"
    LAST_OVER_TIME = "the function last_over_time"


Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Support:
    """``since`` is the first version that reads the feature; None: none does. ``instead`` says what the server has."""

    server: Server
    feature: Feature
    since: Version | None
    instead: str = ""


SUPPORT: tuple[Support, ...] = (
    Support(Server.PROMETHEUS, Feature.LIMIT, (2, 31)),
    Support(Server.PROMETHEUS, Feature.KEEP_FIRING_FOR, (2, 42)),
    Support(Server.PROMETHEUS, Feature.QUERY_OFFSET, (2, 53)),
    Support(Server.PROMETHEUS, Feature.GROUP_LABELS, (3, 0)),
    Support(Server.PROMETHEUS, Feature.UTF8_NAMES, (3, 0)),
    Support(Server.PROMETHEUS, Feature.PARTIAL_RESPONSE, None, "nothing like it; the operator erases it"),
    Support(Server.THANOS, Feature.LIMIT, (0, 24)),
    Support(Server.THANOS, Feature.KEEP_FIRING_FOR, (0, 34)),
    Support(Server.THANOS, Feature.QUERY_OFFSET, (0, 38)),
    Support(Server.THANOS, Feature.GROUP_LABELS, (0, 39)),
    Support(Server.PROMETHEUS, Feature.GROUP_AGGREGATION, (2, 20)),
    Support(Server.PROMETHEUS, Feature.LAST_OVER_TIME, (2, 26)),
    Support(Server.VICTORIAMETRICS, Feature.QUERY_OFFSET, None, "eval_delay, which --format vmrule writes"),
    Support(Server.VICTORIAMETRICS, Feature.PARTIAL_RESPONSE, None, "nothing like it"),
)
"""What is known; a pair that is not listed is not known."""

SERVERS: Mapping[str, Server] = {
    "prometheus": Server.PROMETHEUS,
    "thanos": Server.THANOS,
    "victoriametrics": Server.VICTORIAMETRICS,
}
"""The word by which a user names each."""

WORDS: Mapping[str, Feature] = {"group": Feature.GROUP_AGGREGATION, "last_over_time": Feature.LAST_OVER_TIME}
"""Functions and aggregations that an older server does not know."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server in a version."""

    server: Server
    version: Version


_VERSION = re.compile(r"v?([0-9]{1,6})\.([0-9]{1,6})(?:\.[0-9]{1,6})?(?:[-+~].*)?", re.DOTALL)


def read_version(text: str) -> Version | None:
    """Major and minor of a version such as ``v2.53.3`` or ``3.0.0-rc.1``; None where it is none."""
    match = _VERSION.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def read_target(text: str) -> Target | None:
    """A target such as ``prometheus=2.53``; None where it is none."""
    word, _, rest = text.partition("=")
    server, version = SERVERS.get(word), read_version(rest)
    return Target(server, version) if server and version else None


def check_target(target: Target, used: Iterable[Feature]) -> tuple[Violation, ...]:
    """A violation for each feature of ``used`` that ``target`` is known to drop or refuse."""
    wanted = sorted(set(used), key=lambda feature: feature.value)
    return tuple(violation for feature in wanted for violation in check_feature(target.server, target.version, feature))


def accepts(server: Server, version: Version, feature: Feature) -> bool | None:
    """Whether ``server`` of ``version`` reads ``feature``; None where that is not known."""
    known = _lookup(server, feature)
    if known is None:
        return None
    return known.since is not None and version >= known.since


def check_feature(server: Server, version: Version, feature: Feature) -> tuple[Violation, ...]:
    """A violation where ``server`` of ``version`` is known to drop or refuse ``feature``."""
    known = _lookup(server, feature)
    if known is None or accepts(server, version, feature):
        return ()
    if known.since is None:
        return (
            Violation(
                RULE, f"{server.value} does not read {feature.value}; remove it (it has {known.instead or 'none'})"
            ),
        )
    first = ".".join(map(str, known.since))
    return (
        Violation(
            RULE,
            f"{server.value} {'.'.join(map(str, version))} does not read {feature.value}; "
            f"remove it or use {server.value} {first} or later",
        ),
    )


def _lookup(server: Server, feature: Feature) -> Support | None:
    for entry in SUPPORT:
        if entry.server is server and entry.feature is feature:
            return entry
    return None
