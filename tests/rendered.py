"""Rule files as users get them, rendered once for each configuration."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from gpurules.app.rendering import Rendering, render
from gpurules.config.model import Config, DcgmSection, KubevirtSection, OutputSection, RulesSection
from gpurules.rules.spec import RecordSpec

RELEASES = ("v1.5", "v1.6", "v1.7", "v1.8", "v1.9", "main")


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text of a plain rule file, what its records promise, and its groups."""

    text: str
    specs: tuple[RecordSpec, ...]
    groups: tuple[str, ...]

    @property
    def rules(self) -> str:
        """The text without comments: what differs where two renderings evaluate differently."""
        lines = self.text.splitlines(keepends=True)
        return "".join(line for line in lines if not line.lstrip().startswith("#"))


@cache
def rendered(
    release: str,
    honor_labels: str,
    collection_interval: str = "30s",
    rate_window: str = "5m",
    use_old_namespace: bool = False,
) -> Rendered:
    """The default counters, for a KubeVirt release and what the scrape of the guests does with labels."""
    config = Config(
        dcgm=DcgmSection(
            honor_labels=honor_labels, collection_interval=collection_interval, use_old_namespace=use_old_namespace
        ),
        kubevirt=KubevirtSection(release=release),
        rules=RulesSection(rate_window=rate_window),
        output=OutputSection(format="rules"),
    )
    return of(render(config))


def of(rendering: Rendering) -> Rendered:
    """The parts of a rendering that proofs look at."""
    specs = tuple(rule.spec for group in rendering.rules.groups for rule in group.rules)
    return Rendered(rendering.text, specs, tuple(group.name for group in rendering.rules.groups))
