"""The reports, as whole documents, and what no guest's words may do to them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from gpurules.probe.dcgm.conversation import Conversation
from gpurules.probe.dcgm.engine import Engine
from gpurules.probe.diagnosis.failure import Evidence, Expectation
from gpurules.probe.observation import Medium, Observation, Sign, Step
from gpurules.probe.report.prometheus import write as exposition
from gpurules.probe.report.registry import FORMATS
from gpurules.probe.report.report import Report
from gpurules.probe.report.schema import schema
from gpurules.probe.result import Result, result_of
from gpurules.probe.target import Target, TcpAddress, Vmi, VmiAddress, VsockAddress
from host_engine import engine as double
from host_engine.behaviours import BEHAVIOURS, RUDE
from probe_runs import SERIES
from shared import ROOT

AT = 1_764_000_000.0


def engine_of(behaviour: str) -> Engine | None:
    """What an honest engine in this state tells."""
    guest, conversation = BEHAVIOURS[behaviour].guest(), Conversation(1)
    sent = conversation.begin()
    while sent:
        answers = [double.answer(guest, *request) for request in double.cut(bytearray(sent))]
        sent = conversation.feed(b"".join(reply.packed() for reply in answers if reply))
    return conversation.engine


def told(name: str, behaviour: str, seconds: float = 0.012, **expected: object) -> Result:
    """A guest of the cluster whose engine tells this."""
    namespace, _, vm = name.partition("/")
    target = Target(name, VmiAddress(namespace, vm), Vmi(namespace, vm, node="node-1", cid=42, gpus=2))
    return result_of(Evidence(target, Expectation(**expected), None, engine_of(behaviour)), seconds)  # type: ignore[arg-type]


def seen(name: str, observation: Observation, seconds: float = 0.003) -> Result:
    """A guest of the cluster of which only this was seen."""
    namespace, _, vm = name.partition("/")
    target = Target(name, VmiAddress(namespace, vm), Vmi(namespace, vm, node="node-2", cid=43))
    return result_of(Evidence(target, Expectation(), observation), seconds)


FLEET = [
    told("tenant-a/train-1", "healthy"),
    told("tenant-a/train-2", "lost"),
    told("tenant-a/train-3", "NVML missing"),
    told("tenant-a/train-4", "DCGM 4.4"),
    seen("tenant-b/batch-1", Observation(Step.EXCHANGE, Medium.API, sign=Sign.SILENT), 5.001),
    seen(
        "tenant-b/batch-2",
        Observation(Step.EXCHANGE, Medium.API, sign=Sign.NOT_DCGM, detail="an SSH server: SSH-2.0-x"),
    ),
    seen("tenant-b/batch-3", Observation(Step.CONNECT, Medium.API, http_status=403, detail="cannot get vsock")),
    seen("tenant-b/office", Observation(Step.FIND, Medium.API, sign=Sign.WINDOWS_GUEST)),
]
DIRECT = result_of(
    Evidence(
        Target("vsock://42:5555", VsockAddress(42)), Expectation(gpus=8, driver="580"), None, engine_of("reboot needed")
    ),
    0.034,
)
REPORTS = {
    "fleet": Report(FLEET, AT, width=100),
    "fleet-streamed": Report(FLEET[:2], AT, width=100, streamed=True),
    "one-healthy": Report(FLEET[:1], AT, width=80),
    "one-unhealthy": Report([DIRECT], AT, width=80),
    "rude": Report([told("tenant-c/rude", "rude names"), told("tenant-c/rude-too", "rude names")], AT, width=100),
    "rude-answer": Report(
        [
            seen(
                "tenant-c/vm",
                Observation(Step.CONNECT, Medium.API, http_status=500, detail=RUDE[0] + RUDE[2] + "x" * 5000),
            )
        ],
        AT,
        width=100,
    ),
    "rude-one": Report([told("tenant-c/rude", "rude names")], AT, width=100),
}


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("form", FORMATS)
def test_whole_report(name: str, form: str, golden: Callable[[str, str], None]) -> None:
    suffix = {"text": "txt", "json": "json", "prometheus": "prom"}[form]
    golden(f"{name}.{suffix}", FORMATS[form].write(REPORTS[name]).replace(f'"{_version()}"', '"VERSION"'))


def _version() -> str:
    from gpurules.version import __version__

    return __version__


@pytest.mark.parametrize("name", REPORTS)
def test_json_is_what_the_schema_says(name: str) -> None:
    document = json.loads(FORMATS["json"].write(REPORTS[name]))
    jsonschema.Draft202012Validator(schema()).validate(document)
    assert sum(document["summary"].values()) == len(document["guests"])


def test_schema_refuses_what_is_no_report() -> None:
    document = json.loads(FORMATS["json"].write(REPORTS["fleet"]))
    document["guests"][0]["findings"][0]["class"] = "gone"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(document)


def test_streamed_json_is_one_line() -> None:
    assert FORMATS["json"].write(REPORTS["fleet-streamed"]).count("\n") == 1


@pytest.mark.parametrize("name", REPORTS)
def test_promtool_takes_the_exposition(name: str, promtool: Path) -> None:
    done = subprocess.run(
        [promtool, "check", "metrics"], input=exposition(REPORTS[name]), capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", REPORTS)
def test_every_line_of_the_exposition_is_one(name: str) -> None:
    for line in exposition(REPORTS[name]).splitlines():
        assert line.startswith("# ") or SERIES.fullmatch(line), line


def test_no_guests_words_are_in_the_exposition() -> None:
    text = exposition(REPORTS["rude"])
    assert not any(word in text for rude in RUDE for word in (rude, rude[:8]))
    assert 'guest="other"' not in text


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ('a"b', r'guest="a\"b"'),
        ("a\\b", r'guest="a\\b"'),
        ("a\nb", r'guest="a\nb"'),
        ("\udcff", 'guest="?"'),
        ("späť", 'guest="späť"'),
    ],
)
def test_labels_are_escaped(name: str, escaped: str) -> None:
    text = exposition(Report([result_of(Evidence(Target(name, TcpAddress("h")), Expectation()), 0.1)], AT))
    assert escaped in text
    assert all(line.startswith("# ") or SERIES.fullmatch(line) for line in text.splitlines())


def test_a_guest_that_tells_another_version_each_time_makes_no_more_series() -> None:
    def series(version: str, driver: str) -> set[str]:
        found = Engine(version, (int(version.split(".")[0]), int(version.split(".")[1])), driver=driver, complete=True)
        result = result_of(Evidence(Target("g", TcpAddress("h")), Expectation(), None, found), 0.1)
        lines = exposition(Report([result], AT)).splitlines()
        return {line.rpartition(" ")[0] for line in lines if "engine_info" in line and not line.startswith("#")}

    told_by_one = set[str]().union(*(series(f"9.{number}.0", f"x{number}") for number in range(50)))
    assert told_by_one == {'gpurules_probe_engine_info{guest="g",dcgm="other",driver="other"}'}
    assert series("4.6.3", "570.124.06") == {'gpurules_probe_engine_info{guest="g",dcgm="4.6",driver="570"}'}


@pytest.mark.parametrize("form", FORMATS)
def test_format_is_documented(form: str) -> None:
    assert f"--format {form}" in (ROOT / "docs" / "cli" / "probe.md").read_text(encoding="utf-8")
    assert FORMATS[form].summary


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("name", ["rude", "rude-one", "rude-answer"])
def test_nothing_reaches_the_terminal_but_printable_characters(form: str, name: str) -> None:
    text = FORMATS[form].write(REPORTS[name])
    assert all(line.isprintable() for line in text.split("\n"))
