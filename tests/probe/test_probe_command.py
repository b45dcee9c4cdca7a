"""The command: what it prints, where, and with which exit code."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import click
import pytest

from gpurules.cli.main import run
from gpurules.cli.root import load
from gpurules.probe.report.registry import FORMATS
from host_engine.behaviours import BEHAVIOURS
from host_engine.server import Server, unix_socket
from probe_runs import served
from shared import ROOT


@contextmanager
def guests(*names: str) -> Iterator[list[str]]:
    """Doubles with these behaviours, in a thread of their own; yields their addresses."""
    ready, done, addresses = threading.Event(), threading.Event(), []

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            for name in names:
                _, address = await stack.enter_async_context(served(name))
                addresses.append(str(address))
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(30)
        yield addresses
    finally:
        done.set()
        thread.join(30)


# Behaviours, further arguments, exit code, what the report has.
RUNS = [
    (["healthy"], [], 0, ": healthy"),
    (["lost"], [], 1, "A GPU was lost (gpu-lost)"),
    (["healthy", "lost"], [], 1, "2 guests: 1 unhealthy, 1 healthy"),
    (["healthy"], ["--expect-gpus", "2"], 0, ": healthy"),
    (["healthy"], ["--expect-gpus", "3"], 1, "2 of 3"),
    (["healthy"], ["--expect-driver", "570"], 0, ": healthy"),
    (["healthy"], ["--expect-driver", "580"], 1, "570.124.06 instead of 580"),
    (["silent"], ["--timeout", "300ms"], 1, "The other side says nothing (silent)"),
    (["healthy"], ["--address", "unix:///nowhere/dcgm.sock"], 3, "socket-missing (ENOENT)"),
    (["lost"], ["--address", "unix:///nowhere/dcgm.sock"], 1, "socket-missing (ENOENT)"),
    (["DCGM 4.4"], [], 0, "This DCGM cannot listen on VSOCK (no-vsock-in-engine)"),
    (["healthy"], ["--concurrency", "1", "--format", "prometheus"], 0, "gpurules_probe_healthy{"),
]


@pytest.mark.parametrize(("behaviours", "more", "code", "text"), RUNS)
def test_run(behaviours: list[str], more: list[str], code: int, text: str, capfd: pytest.CaptureFixture[str]) -> None:
    with guests(*behaviours) as addresses:
        arguments = [word for address in addresses for word in ("--address", address)]
        assert run(["probe", "--timeout", "20s", *arguments, *more]) == code
    out, err = capfd.readouterr()
    assert text in out
    assert err == ""


def test_the_same_address_twice_is_one_guest(capfd: pytest.CaptureFixture[str]) -> None:
    with guests("healthy") as (address,):
        assert run(["probe", "--address", address, "--address", address, "--format", "json"]) == 0
    assert len(json.loads(capfd.readouterr().out)["guests"]) == 1


WRONG = [
    ([], "there is nothing to probe; give --cid, --address, --vmi or --all; see --help"),
    (["--address", "vsok://1:2"], '"vsok://1:2": "vsok" is not a scheme; did you mean "vsock"?'),
    (["--cid", "0"], '"--cid 0": the CID 0 is not between 1 and 4294967294; see status.VSOCKCID of the VMI'),
    (["--cid", "3", "--port", "0"], '"--port 0": the port 0 is not between 1 and 65535; nv-hostengine\'s own is 5555'),
    (["--address", "h", "--timeout", "5"], '--timeout: "5" is not a duration; write such as 30s, 5m or 1h30m'),
    (["--address", "h", "--timeout", "0s"], "--timeout 0s is too short; 0.001 s is the least"),
    (["--address", "h", "--watch", "10ms"], "--watch 10ms is too short; 1 s is the least"),
    (["-n", "tenant-a"], "--namespace and --selector choose among VMIs; give --all as well"),
    (["--vmi", "a/b", "-l", "gpu=yes"], "--selector chooses among all VMIs; give --all instead of --vmi"),
    (["--vmi", "train-1"], '--vmi "train-1" is not NAMESPACE/NAME; such as tenant-a/train-1'),
    (["--vmi", "a/b/c"], '--vmi "a/b/c" is not NAMESPACE/NAME; such as tenant-a/train-1'),
    (["--vmi", "a/B"], '--vmi "a/B" is not NAMESPACE/NAME; such as tenant-a/train-1'),
    (["--explain", "gpu-lots"], 'there is no failure class "gpu-lots"; did you mean "gpu-lost"?'),
    (["--frmat", "json"], 'no such option "--frmat"; did you mean "--format"?'),
]


@pytest.mark.parametrize(("arguments", "error"), WRONG)
def test_wrong_usage(arguments: list[str], error: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["probe", *arguments]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err == f"gpurules: error: {error}\n"


def test_report_into_a_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "gpurules.prom"
    path.write_text("old\n", encoding="utf-8")
    with guests("lost") as (address,):
        assert run(["probe", "--address", address, "--format", "prometheus", "-o", str(path)]) == 1
    assert capfd.readouterr() == ("", "")
    assert "gpu-lost" in path.read_text(encoding="utf-8")
    assert os.listdir(tmp_path) == ["gpurules.prom"]


def test_a_folder_that_is_not_there(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with guests("healthy") as (address,):
        assert run(["probe", "--address", address, "-o", str(tmp_path / "no" / "x")]) == 3
    assert "cannot write: the folder does not exist" in capfd.readouterr().err


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "gpurules", "probe", *arguments]


def test_watch_goes_on_until_it_is_interrupted() -> None:
    with (
        guests("healthy") as (address,),
        subprocess.Popen(
            command("--address", address, "--watch", "1s", "--format", "json"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        rounds = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stdout.read() == ""
        assert process.stderr.read() == ""
    assert [document["guests"][0]["verdict"] for document in rounds] == ["healthy", "healthy"]


def test_a_container_that_is_stopped_ends_in_good_order() -> None:
    with (
        guests("healthy") as (address,),
        subprocess.Popen(
            command("--address", address, "--watch", "1s", "--format", "json"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 143
        assert process.stderr.read() == ""


def test_interrupt_leaves_no_half_line() -> None:
    """At a terminal, in the middle of a fleet: the progress line is erased, and nothing else is said."""
    with guests("lost", *["silent"] * 5) as addresses:
        arguments = [word for address in addresses for word in ("--address", address)]
        reading, terminal = pty.openpty()
        process = subprocess.Popen(
            command("--timeout", "60s", *arguments), stdout=subprocess.PIPE, stderr=terminal, text=True
        )
        os.close(terminal)
        shown = _read_until(reading, "1 of 6 guests probed")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        shown += _read_until(reading, None)
        os.close(reading)
    assert process.returncode == 130
    assert out == ""
    assert ": A GPU was lost\r\n" in shown
    assert shown.endswith("\r\x1b[K")


def _read_until(descriptor: int, wanted: str | None) -> str:
    """What a terminal shows until ``wanted`` is there, or until the other side has closed it."""
    shown, until = "", time.monotonic() + 30
    while time.monotonic() < until and (wanted is None or wanted not in shown):
        try:
            data = os.read(descriptor, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data.decode()
    return shown


def test_progress_is_for_a_terminal_alone(capfd: pytest.CaptureFixture[str]) -> None:
    with guests("healthy", "lost") as addresses:
        run(["probe", *[word for address in addresses for word in ("--address", address)]])
    assert capfd.readouterr().err == ""


def test_a_reader_that_leaves_ends_the_probe_silently() -> None:
    with guests("healthy") as (address,):
        process = subprocess.Popen(
            command("--address", address, "--watch", "1s"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 141
        assert process.stderr is not None
        assert process.stderr.read() == b""
        process.stderr.close()


def test_choices_are_the_registered_formats() -> None:
    (form,) = [parameter for parameter in load("probe").params if parameter.name == "form"]
    assert isinstance(form.type, click.Choice)
    assert list(form.type.choices) == list(FORMATS)


def test_completion_of_explain() -> None:
    (option,) = [parameter for parameter in load("probe").params if parameter.name == "explain"]
    found = option.shell_complete(click.Context(load("probe")), "gpu-l")
    assert [(item.value, item.help) for item in found] == [("gpu-lost", "A GPU was lost")]


def test_explain(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["probe", "--explain", "not-listening"]) == 0
    assert "--vsock-cid" in capfd.readouterr().out


def test_unix_address(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "dcgm.sock")
    ready, done = threading.Event(), threading.Event()

    async def serve() -> None:
        server = Server(BEHAVIOURS["healthy"].guest())
        await server.listen(unix_socket(path))
        ready.set()
        await asyncio.to_thread(done.wait)
        await server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(30)
    try:
        assert run(["probe", "--address", f"unix://{path}"]) == 0
    finally:
        done.set()
        thread.join(30)
    assert f"unix://{path}: healthy" in capfd.readouterr().out


def test_an_address_loads_nothing_of_kubernetes() -> None:
    script = "import sys; from gpurules.cli.main import run; run(sys.argv[1:]); print(*sys.modules)"
    with guests("healthy") as (address,):
        done = subprocess.run(
            [sys.executable, "-c", script, "probe", "--address", address, "--format", "prometheus"],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
    modules = done.stdout.splitlines()[-1].split()
    assert "asyncio" in modules
    assert not {"kubernetes", "aiohttp", "jinja2", "yaml", "promql_parser", "rich"} & set(modules)


def test_the_page_names_every_option() -> None:
    text = (ROOT / "docs" / "cli" / "probe.md").read_text(encoding="utf-8")
    for option in (
        "--cid",
        "--port",
        "--address",
        "--vmi",
        "--via",
        "--all",
        "--pid",
        "--netns",
        "--watch",
        "--explain",
    ):
        assert f"`{option}" in text or f"{option} " in text
