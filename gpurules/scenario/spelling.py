"""A story told in the words of the exporters in use: names of fields, labels of host, driver and errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from gpurules.scenario.changed import with_clusters, with_exporters
from gpurules.scenario.model import Exporter, Labels, World
from gpurules.scenario.quantities import BY_NAME


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the exporters in use may write things, in each the first as most of them do.

    ``names``: what a field may be called, by its current name; an exporter takes the one of its ``turn``.
    ``hostname_labels`` and ``driver_labels``: labels of the host and of the driver's version; no exporter has the
    latter where there is none. ``error_labels``: whether XID series carry err_code and err_msg. ``rows``: further label
    rows, as (label on the series, label of the info record).
    """

    names: Mapping[str, Sequence[str]]
    hostname_labels: Sequence[str] = ("Hostname", "hostname")
    driver_labels: Sequence[str] = ("DCGM_FI_DRIVER_VERSION", "DCGM_FI_SYSTEM_DRIVER_VERSION")
    error_labels: Sequence[bool] = (True, False)
    rows: Labels = field(default=())

    @property
    def turns(self) -> int:
        """How many turns it takes until every word has been used."""
        words = (self.hostname_labels, self.driver_labels, *self.names.values())
        return max(1, *(len(set(spelled)) for spelled in words))


def spelt(world: World, spelling: Spelling, turn: int = 0) -> World:
    """The world with exporters that write as ``spelling`` says. Those that are of a kind of their own in the story stay
    so where such exporters are in use."""

    def respelt(exporter: Exporter) -> Exporter:
        usual = exporter.old_names and exporter.hostname_label == "Hostname" and bool(exporter.driver_label)
        return replace(
            exporter,
            spelled={name: _name(exporter, name, spelling, turn) for name in exporter.fields},
            hostname_label=_word(exporter.hostname_label, spelling.hostname_labels, turn, usual),
            driver_label=exporter.driver_label and _word(exporter.driver_label, spelling.driver_labels, turn, usual),
            error_labels=exporter.error_labels
            if exporter.error_labels in spelling.error_labels
            else spelling.error_labels[0],
            rows=spelling.rows,
        )

    return with_clusters(world, lambda cluster: with_exporters(cluster, respelt))


def _name(exporter: Exporter, name: str, spelling: Spelling, turn: int) -> str:
    """What the exporter calls a field; one that writes the current names does so where such exporters are in use."""
    known = spelling.names.get(name) or (BY_NAME[name].old_name,)
    if not exporter.old_names and name in known:
        return name
    return known[turn % len(known)]


def _word(own: str, words: Sequence[str], turn: int, usual: bool) -> str:
    if not words:
        return ""
    return own if own in words and not usual else words[turn % len(words)]
