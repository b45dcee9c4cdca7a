"""Whatever stands in a rule file: no check raises, every finding has a place, every report can be written."""

from __future__ import annotations

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpurules.lint.engine import run_checks
from gpurules.lint.identifiers import CHECKS
from gpurules.lint.located import locate
from gpurules.lint.reporters.registry import REPORTERS, reporter
from gpurules.lint.reporters.report import Report
from lint_cases import loaded, made_target

WORDS = st.sampled_from(
    [
        "groups",
        "name",
        "rules",
        "record",
        "alert",
        "expr",
        "for",
        "keep_firing_for",
        "labels",
        "annotations",
        "interval",
        "limit",
        "spec",
        "kind",
        "apiVersion",
        "metadata",
        "items",
        "PrometheusRule",
        "VMRule",
        "List",
        "monitoring.coreos.com/v1",
        "5m",
        "a:b:c",
        "sum(up)",
        "a:b:c * on (a) group_left (b) DCGM_FI_DEV_FB_USED",
        "rate(kubevirt_vmi_info[5m]) >",
        "",
        "é\u202e",
    ]
)
SCALARS = WORDS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5), max_leaves=25
)
RULES = st.lists(st.dictionaries(WORDS, SCALARS | st.dictionaries(WORDS, SCALARS, max_size=3), max_size=6), max_size=5)
FILES = st.builds(
    lambda rules, more: {"groups": [{"name": "g", "rules": rules, **more}]}, RULES, st.dictionaries(WORDS, DATA)
)
OBJECTS = st.builds(
    lambda kind, spec, more: {**more, "kind": kind, "spec": spec}, WORDS, DATA | FILES, st.dictionaries(WORDS, DATA)
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(DATA | FILES | OBJECTS, st.booleans())
def test_any_document(data: object, flow: bool) -> None:
    try:
        text = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=True, width=40)
    except yaml.YAMLError:
        return
    read = loaded(text)
    findings = [locate(finding) for finding in run_checks(read, made_target({}), frozenset(CHECKS))]
    for finding in findings:
        assert finding.check in CHECKS
        assert 0 <= finding.region.span.start <= finding.region.span.end <= len(text)
        assert finding.message
        assert "\n" not in finding.message
    for form in REPORTERS:
        reporter(form)(Report(findings, 1, len(read.workspace.rules), names=("rules.yaml",)))
