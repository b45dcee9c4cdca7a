"""Observations and the failure class of each; what every class must have."""

from __future__ import annotations

import errno
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from gpurules.app.failure_texts import explanation
from gpurules.probe.dcgm.engine import Engine, Gpu
from gpurules.probe.diagnosis import registry
from gpurules.probe.diagnosis.diagnose import Verdict, class_of, diagnose, verdict_of
from gpurules.probe.diagnosis.failure import Evidence, Expectation, FailureClass, Finding, nothing
from gpurules.probe.diagnosis.registry import AREAS, FAILURES
from gpurules.probe.observation import Medium, Observation, Sign, Step
from gpurules.probe.report.schema import schema
from gpurules.probe.result import result_of
from gpurules.probe.target import Target, TcpAddress, Vmi, VmiAddress
from gpurules.text.errors import InputError
from shared import ROOT

FIND, NAMESPACE, SOCKET, CONNECT, EXCHANGE = Step
TCP, UNIX, VSOCK, API = Medium

# Step, medium, what was seen, whether an engine had answered, the class.
OBSERVATIONS = [
    # VSOCK as a client sees it
    (SOCKET, VSOCK, errno.EAFNOSUPPORT, False, "no-af-vsock"),
    (SOCKET, VSOCK, Sign.NO_AF_VSOCK, False, "no-af-vsock"),
    (SOCKET, VSOCK, errno.EPERM, False, "vsock-denied"),
    (SOCKET, VSOCK, errno.EACCES, False, "vsock-denied"),
    (CONNECT, VSOCK, errno.EPERM, False, "vsock-denied"),
    (CONNECT, VSOCK, Sign.NO_VSOCK_TRANSPORT, False, "no-vsock-transport"),
    (CONNECT, VSOCK, errno.ENODEV, False, "no-such-guest"),
    (CONNECT, VSOCK, errno.ECONNRESET, False, "not-listening"),
    (CONNECT, VSOCK, errno.ECONNREFUSED, False, "not-listening"),
    (CONNECT, VSOCK, errno.ETIMEDOUT, False, "connect-timeout"),
    (CONNECT, VSOCK, Sign.TIMEOUT, False, "connect-timeout"),
    (EXCHANGE, VSOCK, errno.ECONNRESET, False, "closed-after-request"),
    (EXCHANGE, VSOCK, errno.EPIPE, False, "closed-after-request"),
    (EXCHANGE, VSOCK, errno.ECONNRESET, True, "lost-mid-exchange"),
    (EXCHANGE, VSOCK, errno.ENODEV, True, "lost-mid-exchange"),
    (EXCHANGE, VSOCK, errno.ETIMEDOUT, False, "silent"),
    (EXCHANGE, VSOCK, errno.ETIMEDOUT, True, "engine-stalled"),
    # the launcher's network namespace
    (NAMESPACE, VSOCK, Sign.NAMESPACE_GONE, False, "namespace-gone"),
    (NAMESPACE, VSOCK, errno.ENOENT, False, "namespace-gone"),
    (NAMESPACE, VSOCK, errno.ESRCH, False, "namespace-gone"),
    (NAMESPACE, VSOCK, Sign.NAMESPACE_DENIED, False, "namespace-denied"),
    (NAMESPACE, VSOCK, errno.EPERM, False, "namespace-denied"),
    (NAMESPACE, VSOCK, Sign.CID_UNKNOWN, False, "cid-unknown"),
    (FIND, VSOCK, Sign.LAUNCHER_NOT_FOUND, False, "launcher-not-found"),
    (FIND, VSOCK, Sign.WRONG_NODE, False, "wrong-node"),
    # the VMI
    (FIND, API, Sign.VMI_NOT_FOUND, False, "vmi-not-found"),
    (FIND, VSOCK, Sign.VMI_NOT_FOUND, False, "vmi-not-found"),
    (FIND, API, Sign.VMI_NOT_RUNNING, False, "vmi-not-running"),
    (FIND, API, Sign.GUEST_BOOTING, False, "guest-booting"),
    (FIND, API, Sign.VSOCK_NOT_ATTACHED, False, "vsock-not-attached"),
    (FIND, API, Sign.FEATURE_GATE_OFF, False, "feature-gate-off"),
    (FIND, API, Sign.WINDOWS_GUEST, False, "windows-guest"),
    (FIND, API, Sign.OTHER_VENDOR, False, "other-vendor"),
    (FIND, API, Sign.NO_GPU_REQUESTED, False, "no-gpu-requested"),
    # the API
    (FIND, API, Sign.NO_CONFIGURATION, False, "no-cluster-configuration"),
    (FIND, API, Sign.CREDENTIALS, False, "credentials"),
    (CONNECT, API, Sign.TLS, False, "certificate"),
    (CONNECT, API, Sign.API_UNREACHABLE, False, "api-unreachable"),
    (CONNECT, API, Sign.TIMEOUT, False, "api-unreachable"),
    (CONNECT, API, errno.ECONNREFUSED, False, "api-unreachable"),
    (CONNECT, API, 401, False, "unauthorized"),
    (FIND, API, 403, False, "forbidden"),
    (CONNECT, API, 403, False, "forbidden"),
    (CONNECT, API, 404, False, "vmi-not-found"),
    (CONNECT, API, 400, False, "api-error"),
    (CONNECT, API, 409, False, "api-error"),
    (CONNECT, API, 500, False, "api-error"),
    (CONNECT, API, 503, False, "api-error"),
    (CONNECT, API, 1011, False, "api-error"),
    (CONNECT, API, 302, False, "api-error"),
    (FIND, API, None, False, "api-error"),
    (CONNECT, API, Sign.GUEST_NOT_REACHED, False, "guest-not-reached"),
    (CONNECT, API, Sign.WRONG_SUBPROTOCOL, False, "wrong-subprotocol"),
    (CONNECT, API, Sign.NOT_A_WEBSOCKET, False, "wrong-subprotocol"),
    (EXCHANGE, API, 1000, False, "closed-after-request"),
    (EXCHANGE, API, 1006, False, "closed-after-request"),
    (EXCHANGE, API, 1006, True, "lost-mid-exchange"),
    (EXCHANGE, API, Sign.MESSAGE_TOO_LONG, False, "flood"),
    # TCP and UNIX sockets
    (FIND, TCP, Sign.TIMEOUT, False, "name-not-resolved"),
    (FIND, TCP, None, False, "name-not-resolved"),
    (CONNECT, TCP, errno.ENETUNREACH, False, "no-route"),
    (CONNECT, TCP, errno.EHOSTUNREACH, False, "no-route"),
    (CONNECT, TCP, errno.ECONNREFUSED, False, "not-listening"),
    (CONNECT, TCP, errno.ETIMEDOUT, False, "connect-timeout"),
    (CONNECT, TCP, Sign.TIMEOUT, False, "connect-timeout"),
    (CONNECT, TCP, errno.EACCES, False, "socket-denied"),
    (CONNECT, UNIX, errno.ENOENT, False, "socket-missing"),
    (CONNECT, UNIX, errno.EACCES, False, "socket-denied"),
    (CONNECT, UNIX, errno.ECONNREFUSED, False, "not-listening"),
    (CONNECT, UNIX, Sign.TIMEOUT, False, "connect-timeout"),
    # the conversation
    (EXCHANGE, TCP, Sign.CLOSED, False, "closed-after-request"),
    (EXCHANGE, TCP, Sign.CLOSED, True, "lost-mid-exchange"),
    (EXCHANGE, TCP, Sign.SILENT, False, "silent"),
    (EXCHANGE, TCP, Sign.STALLED, False, "half-answer"),
    (EXCHANGE, TCP, Sign.STALLED, True, "engine-stalled"),
    (EXCHANGE, TCP, Sign.NOT_DCGM, False, "not-dcgm"),
    (EXCHANGE, TCP, Sign.OLD_MAGIC, False, "old-dcgm"),
    (EXCHANGE, TCP, Sign.MALFORMED, True, "protocol-error"),
    (EXCHANGE, TCP, Sign.FLOOD, True, "flood"),
    (EXCHANGE, TCP, Sign.VERSION_MISMATCH, False, "version-mismatch"),
    (EXCHANGE, TCP, Sign.REFUSED, False, "engine-refused"),
    (EXCHANGE, TCP, errno.EIO, False, "unexpected"),
    (SOCKET, TCP, errno.EMFILE, False, "out-of-descriptors"),
    (NAMESPACE, VSOCK, errno.EMFILE, False, "out-of-descriptors"),
    (SOCKET, VSOCK, errno.ENOMEM, False, "out-of-descriptors"),
]


def observation(step: Step, medium: Medium, seen: Sign | int | None, after: bool) -> Observation:
    """What was seen: a sign, an errno (below 150), an HTTP status (below 600) or a close code."""
    if seen is None or isinstance(seen, Sign):
        return Observation(step, medium, sign=seen, after_engine=after)
    if seen < 150:
        return Observation(step, medium, errno=seen, after_engine=after)
    if seen < 600:
        return Observation(step, medium, http_status=seen, after_engine=after)
    return Observation(step, medium, close_code=seen, after_engine=after)


@pytest.mark.parametrize(("step", "medium", "seen", "after", "expected"), OBSERVATIONS)
def test_observation(step: Step, medium: Medium, seen: Sign | int | None, after: bool, expected: str) -> None:
    assert class_of(observation(step, medium, seen, after)).id == expected


def test_every_sign_has_an_observation_above() -> None:
    assert {row[2] for row in OBSERVATIONS if isinstance(row[2], Sign)} == set(Sign)


# The detail of an observation, as a reader sees it.
DETAILS = [
    (Observation(CONNECT, TCP, errno=errno.ECONNREFUSED, detail="Connection refused"), "ECONNREFUSED"),
    (Observation(CONNECT, TCP, errno=9999), "errno 9999"),
    (Observation(CONNECT, API, http_status=403, detail="not allowed"), "HTTP 403: not allowed"),
    (Observation(EXCHANGE, API, close_code=1011), "websocket closed with 1011"),
    (Observation(EXCHANGE, TCP, sign=Sign.NOT_DCGM, detail="an SSH server"), "an SSH server"),
    (Observation(EXCHANGE, TCP, sign=Sign.SILENT), ""),
]


@pytest.mark.parametrize(("seen", "detail"), DETAILS)
def test_detail(seen: Observation, detail: str) -> None:
    (finding,) = diagnose(Evidence(Target("x", TcpAddress("h")), Expectation(), seen))
    assert finding.detail == detail


GOOD = Gpu(0, supported=True, status=1, name="H100", uuid="GPU-1", temperature=40, virtualization=1)


def engine(**changes: object) -> Engine:
    """A good engine with changes."""
    settings: dict[str, object] = {"driver": "570.124.06", "gpus": (GOOD,), "complete": True}
    return Engine("4.6.0", (4, 6), **(settings | changes))  # type: ignore[arg-type]


VMI = Target("ns/vm", VmiAddress("ns", "vm"), Vmi("ns", "vm", gpus=2))
PLAIN = Target("x", TcpAddress("h"))

# Target, what is expected of it, the engine, the classes.
ENGINES = [
    (PLAIN, Expectation(), engine(), ""),
    (PLAIN, Expectation(gpus=1), engine(), ""),
    (PLAIN, Expectation(gpus=2), engine(), "fewer-gpus"),
    (PLAIN, Expectation(gpus=0), engine(), "more-gpus"),
    (PLAIN, Expectation(gpus=0), engine(gpus=()), ""),
    (PLAIN, Expectation(gpus=2), engine(gpus=()), "zero-gpus"),
    (VMI, Expectation(), engine(), "fewer-gpus"),
    (VMI, Expectation(gpus=1), engine(), ""),
    (VMI, Expectation(), engine(gpus=()), "zero-gpus"),
    (PLAIN, Expectation(driver="570"), engine(), ""),
    (PLAIN, Expectation(driver="570.124.06"), engine(), ""),
    (PLAIN, Expectation(driver="57"), engine(), "driver-mismatch"),
    (PLAIN, Expectation(driver="570.124.07"), engine(), "driver-mismatch"),
    (PLAIN, Expectation(driver="570"), engine(driver=None), "driver-mismatch"),
    (PLAIN, Expectation(driver="570"), engine(driver=None, driver_blank=True, gpus=()), "nvml-not-loaded"),
    (PLAIN, Expectation(gpus=2), engine(complete=False), ""),
]


@pytest.mark.parametrize(("target", "expected", "found", "classes"), ENGINES)
def test_engine(target: Target, expected: Expectation, found: Engine, classes: str) -> None:
    findings = diagnose(Evidence(target, expected, None, found))
    assert " ".join(finding.failure.id for finding in findings) == classes


def test_worst_first_and_the_verdict_is_the_worst() -> None:
    found = replace(engine(modules={8: 5}, gpus=()), release=(4, 9))
    result = result_of(Evidence(PLAIN, Expectation(driver="1"), None, found), 0.0)
    assert [finding.failure.id for finding in result.findings] == [
        "driver-mismatch", "zero-gpus", "engine-unknown", "profiling-conflict",
    ]  # fmt: skip
    assert result.verdict is Verdict.UNHEALTHY


@pytest.mark.parametrize(
    ("classes", "verdict"),
    [
        ("", Verdict.HEALTHY),
        ("engine-unknown", Verdict.HEALTHY),
        ("windows-guest", Verdict.SKIPPED),
        ("forbidden", Verdict.UNKNOWN),
        ("silent", Verdict.UNHEALTHY),
        ("engine-unknown silent forbidden", Verdict.UNHEALTHY),
    ],
)
def test_verdict(classes: str, verdict: Verdict) -> None:
    assert verdict_of(Finding(FAILURES[name]) for name in classes.split()) is verdict


@pytest.mark.parametrize("failure", FAILURES.values(), ids=list(FAILURES))
def test_class_is_complete(failure: FailureClass) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", failure.id)
    assert failure.title
    for line in (failure.meaning, failure.advice):
        assert line.endswith(".")
        assert "\n" not in line
        assert len(line) <= 200
    assert failure.explanation.endswith("\n")
    assert len(failure.explanation) > 40
    assert failure.seen or failure.find is not nothing or failure is registry.UNEXPECTED
    assert explanation(failure.id).startswith(failure.title)


def test_every_class_has_a_case() -> None:
    behaviours = (Path(__file__).parent / "test_probe_behaviours.py").read_text(encoding="utf-8")
    cases = {row[4] for row in OBSERVATIONS} | {name for row in ENGINES for name in row[3].split()}
    without = [name for name in FAILURES if name not in cases and not re.search(rf'["\s]{name}["\s]', behaviours)]
    assert without == []


def test_every_file_is_one_class_of_the_registry() -> None:
    folder = Path(registry.__file__).parent / "failures"
    places = {path.stem.replace("_", "-"): path.parent.name for path in folder.glob("*/*.py")}
    del places["--init--"]
    assert set(places) == set(FAILURES)
    folders = [{places[failure.id] for failure in failures} for failures in AREAS.values()]
    assert [len(found) for found in folders] == [1, 1, 1, 1]
    assert len(set.union(*folders)) == 4


@pytest.mark.parametrize("name", list(FAILURES))
def test_every_class_is_documented(name: str) -> None:
    text = (ROOT / "docs" / "probe.md").read_text(encoding="utf-8")
    assert f"### {name}\n" in text


def test_schema_is_up_to_date() -> None:
    assert json.loads((ROOT / "docs" / "probe.schema.json").read_text(encoding="utf-8")) == schema()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("not-listning", 'there is no failure class "not-listning"; did you mean "not-listening"?'),
        ("qqqqqqqqq", 'there is no failure class "qqqqqqqqq"; gpurules probe --explain list shows them'),
    ],
)
def test_explain_of_no_class(name: str, error: str) -> None:
    with pytest.raises(InputError) as caught:
        explanation(name)
    assert str(caught.value) == error


def test_explain_takes_the_names_of_dcgms_headers() -> None:
    assert explanation("NOT_LISTENING") == explanation("not-listening")


def test_explain_list_has_every_class() -> None:
    assert [line.split()[0] for line in explanation("list", 0).splitlines()] == list(FAILURES)
