"""Rules that are wrong fail, and the report says where, what was expected and what came."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gpurules.app.test import Prepared, Request, prepare, program_for, run
from gpurules.config.model import Config, DcgmSection
from gpurules.proving.report.registry import reporter
from gpurules.proving.report.report import Report

CONFIG = Config(dcgm=DcgmSection(honor_labels="false", exporters=("4.5.3-4.8.2",)))


def spoilt(old: str, new: str, scenario: str, promtool: Path) -> Report:
    """The report on the default rules with one text replaced by another."""
    request = Request((scenario,), program=str(promtool))
    prepared = prepare(CONFIG, request)
    text = prepared.rendering.text
    assert old in text
    wrong: Prepared = replace(prepared, rendering=prepared.rendering._replace(text=text.replace(old, new)))
    return run(wrong, request, program_for(request, CONFIG), lambda scenario: None)


SPOILT = {
    "a wrong factor": (
        "* 1048576",
        "* 1000000",
        "steady",
        "vmi_gpu:kubevirt_vmi_gpu_memory_free_bytes:max, at 6m: failed",
        ("  expected  vmi_gpu:kubevirt_vmi_gpu_memory_free_bytes:max{", "  got       vmi_gpu:kubevirt_vmi_gpu_memory"),
    ),
    "a wrong aggregation": (
        "avg by (namespace, name, node) (",
        "sum by (namespace, name, node) (",
        "steady",
        "vmi:kubevirt_vmi_gpu_sm_clock_hertz:avg, at 6m: failed",
        (
            "  expected  vmi:kubevirt_vmi_gpu_sm_clock_hertz:avg{",
            "  got       vmi:kubevirt_vmi_gpu_sm_clock_hertz",
        ),
    ),
    "a rate per minute": (
        ") / 1000",
        ") * 0.06",
        "steady",
        "vmi_gpu:kubevirt_vmi_gpu_energy_use_watts:rate5m, at 6m: failed",
        ("give or take 0.06 of it", "  got       {"),
    ),
    "a wrong key": (
        "* on (namespace, pod) group_left (name, node)",
        "* on (namespace) group_left (name, node)",
        "steady",
        "vmi_gpu:kubevirt_vmi_gpu_device_info:group, at 0s: failed",
        ("  expected  the rule is evaluated", "  got       found duplicate series for the match group"),
    ),
}


@pytest.mark.parametrize(("old", "new", "scenario", "heading", "lines"), SPOILT.values(), ids=SPOILT)
def test_each_mistake_is_found_and_said(
    old: str, new: str, scenario: str, heading: str, lines: tuple[str, ...], promtools: dict[str, Path]
) -> None:
    for promtool in promtools.values():
        report = spoilt(old, new, scenario, promtool)
        text = reporter("text")(report)

        assert report.failed
        assert heading in text, text
        assert all(line in text for line in lines), text
        assert "FAIL" in text
        assert len(text.splitlines()) < 80
        assert "1 of 1 scenario failed" in text


def test_junit_has_the_failures_too(promtool: Path) -> None:
    old, new, scenario, heading, _ = SPOILT["a wrong factor"]
    root = ElementTree.fromstring(reporter("junit")(spoilt(old, new, scenario, promtool)))

    failed = {case.get("name") for case in root.iter("testcase") if case.find("failure") is not None}
    assert failed == {"vmi_gpu", "vmi"}
    assert heading in "".join(failure.text or "" for failure in root.iter("failure"))
    assert int(root.get("failures", 0)) == 2 * 2
