"""What a target would drop or refuse is an error that names the version that takes it."""

from __future__ import annotations

import pytest

from gpurules.app.rendering import render
from gpurules.config.model import Config, OutputSection, RulesSection
from gpurules.text.errors import InputError


def text_of(form: str, target: str, query_offset: str = "", partial_response: str = "") -> str:
    return render(
        Config(
            rules=RulesSection(query_offset=query_offset, preset="minimal"),
            output=OutputSection(format=form, target=target, partial_response=partial_response),
        )
    ).text


ACCEPTED = {
    "nothing asked": ("prometheusrule", "", "", "", ""),
    "old enough for all": ("prometheusrule", "prometheus=2.42", "", "", ""),
    "offset, unchecked": ("prometheusrule", "", "1m", "", "query_offset: 1m"),
    "offset": ("prometheusrule", "prometheus=2.53.3", "1m", "", "query_offset: 1m"),
    "offset in a rule file": ("rules", "prometheus=v3.5.0", "1m", "", "query_offset: 1m"),
    "offset in Mimir": ("mimir", "", "1m", "", "query_offset: 1m"),
    "offset in Thanos": ("rules", "thanos=0.38", "90s", "", "query_offset: 90s"),
    "strategy in an object": ("prometheusrule", "thanos=0.30", "", "warn", "partial_response_strategy: warn"),
    "strategy in a rule file": ("rules", "thanos=0.38", "", "abort", "partial_response_strategy: abort"),
    "VictoriaMetrics": ("vmrule", "victoriametrics=1.112", "", "", "kind: VMRule"),
    "offset in a VMRule": ("vmrule", "victoriametrics=1.112", "1m", "", "eval_delay: 1m"),
    "offset in a VMRule, no version": ("vmrule", "", "1m", "", "eval_delay: 1m"),
    "converted": ("prometheusrule", "victoriametrics=1.112", "", "", "kind: PrometheusRule"),
}


@pytest.mark.parametrize(("form", "target", "offset", "strategy", "shows"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(form: str, target: str, offset: str, strategy: str, shows: str) -> None:
    assert shows in text_of(form, target, offset, strategy)


REFUSED = {
    "offset too early": (
        "prometheusrule",
        "prometheus=2.52",
        "1m",
        "",
        "Prometheus 2.52 does not read query_offset; remove it or use Prometheus 2.53 or later",
    ),
    "offset too early for Thanos": ("rules", "thanos=0.37", "1m", "", "use Thanos Ruler 0.38 or later"),
    "offset in a plain file for VictoriaMetrics": (
        "rules",
        "victoriametrics=1.112",
        "1m",
        "",
        "vmalert does not read query_offset; remove it (it has eval_delay, which --format vmrule writes)",
    ),
    "strategy in Prometheus": ("rules", "prometheus=3.5", "", "warn", "does not read partial_response_strategy"),
    "strategy in VictoriaMetrics": ("vmrule", "victoriametrics=1.112", "", "warn", "partial_response_strategy"),
    "strategy for nobody": ("prometheusrule", "", "", "warn", "such as thanos=0.38"),
    "strategy in Mimir": ("mimir", "", "", "warn", "means something to Thanos Ruler alone"),
    "last_over_time": ("rules", "prometheus=2.25", "", "", "the function last_over_time"),
    "group": ("rules", "prometheus=2.19", "", "", "the aggregation group"),
    "a VMRule for Prometheus": ("vmrule", "prometheus=2.53", "", "", "Prometheus does not read the format vmrule"),
    "Mimir for Thanos": ("mimir", "thanos=0.38", "", "", "Thanos Ruler does not read the format mimir"),
    "Mimir for Prometheus": ("mimir", "prometheus=3.5", "", "", "leave --target out, or use --format rules"),
    "unknown program": ("rules", "cortex=1.0", "", "", "is not a program and its version"),
    "no version": ("rules", "prometheus", "", "", "write such as prometheus=2.53"),
}


@pytest.mark.parametrize(("form", "target", "offset", "strategy", "says"), REFUSED.values(), ids=REFUSED)
def test_refused(form: str, target: str, offset: str, strategy: str, says: str) -> None:
    from gpurules.config.settings import Sourced, validated

    config = Config(
        rules=RulesSection(query_offset=offset, preset="minimal"),
        output=OutputSection(format=form, target=target, partial_response=strategy),
    )
    with pytest.raises(InputError) as caught:
        render(validated(Sourced(config)))
    assert says in str(caught.value)
