"""The bridge finds its guest, and carries bytes both ways while the guest can be reached."""

from __future__ import annotations

import ast
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gpurules.manifests import bridge

VMI = {"status": {"VSOCKCID": 42}}
NAMED = {"VMI_NAMESPACE": "tenant-a", "VMI_NAME": "train 1", "NODE_NAME": "worker-1"}
ON_NODE = {"NODE_NAME": "worker-1"}


class Asked:
    """Answers one thing, and remembers what was asked."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.paths = answer, list[str]()

    def __call__(self, path: str) -> Any:
        self.paths.append(path)
        return self.answer


FOUND = [
    (NAMED, VMI, "/apis/kubevirt.io/v1/namespaces/tenant-a/virtualmachineinstances/train%201"),
    (
        ON_NODE,
        {"items": [VMI, {"status": {}}, {}]},
        "/apis/kubevirt.io/v1/virtualmachineinstances?labelSelector=kubevirt.io%2FnodeName%3Dworker-1",
    ),
]


@pytest.mark.parametrize(("environment", "answer", "path"), FOUND)
def test_the_cid_is_asked_for(environment: dict[str, str], answer: Any, path: str, tmp_path: Path) -> None:
    get = Asked(answer)
    assert bridge.guest_cid(environment, get, tmp_path / "missing") == 42
    assert get.paths == [path]


def test_a_confined_guest_is_number_three_and_nobody_is_asked(tmp_path: Path) -> None:
    mode, get = tmp_path / "ns_mode", Asked(None)
    mode.write_text("local\n", encoding="ascii")
    assert bridge.guest_cid(NAMED, get, mode) == 3
    mode.write_text("global\n", encoding="ascii")
    get.answer = VMI
    assert bridge.guest_cid(NAMED, get, mode) == 42
    assert len(get.paths) == 1


@pytest.mark.parametrize(
    ("environment", "answer", "says"),
    [
        (NAMED, {"status": {}}, "autoattachVSOCK"),
        (NAMED, {}, "autoattachVSOCK"),
        (NAMED, {"status": {"VSOCKCID": 2}}, "autoattachVSOCK"),
        (NAMED, {"status": {"VSOCKCID": 0xFFFFFFFF}}, "autoattachVSOCK"),
        (NAMED, {"status": {"VSOCKCID": "42"}}, "autoattachVSOCK"),
        (ON_NODE, {"items": [VMI, VMI]}, "2 guests with VSOCK run on this node"),
        (ON_NODE, {"items": []}, "0 guests"),
        (ON_NODE, {}, "0 guests"),
    ],
)
def test_no_guest_is_said(environment: dict[str, str], answer: Any, says: str, tmp_path: Path) -> None:
    with pytest.raises(bridge.NoGuest, match=says):
        bridge.guest_cid(environment, Asked(answer), tmp_path / "missing")


def test_an_api_server_that_cannot_be_asked_is_said(tmp_path: Path) -> None:
    with pytest.raises(bridge.NoGuest, match="did not say where the guest is"):
        bridge.get_json("/version", {"KUBERNETES_SERVICE_HOST": "127.0.0.1"}, tmp_path)


class Engine:
    """An echo on loopback that can go away and come back."""

    def __init__(self) -> None:
        self.server: socket.socket | None = None
        self.port = 0

    def start(self) -> None:
        self.server = server = socket.create_server(("127.0.0.1", self.port))
        self.port = server.getsockname()[1]
        threading.Thread(target=self._accept, args=(server,), daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown(socket.SHUT_RDWR)
            self.server.close()
            self.server = None

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(client,), daemon=True).start()

    def _echo(self, client: socket.socket) -> None:
        with client:
            while piece := client.recv(65536):
                client.sendall(piece)


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = Engine()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def bridged(engine: Engine) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    stop = threading.Event()

    def dial() -> socket.socket:
        return socket.create_connection(("127.0.0.1", engine.port), timeout=5)

    thread = threading.Thread(target=bridge.serve, args=(port, dial, 0.05, stop), daemon=True)
    thread.start()
    yield port
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()


def exchange(port: int, message: bytes) -> bytes:
    """What comes back; empty where nothing is reached."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(message)
            client.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: client.recv(65536), b""))
    except OSError:
        return b""


def settle(port: int, wanted: bytes) -> None:
    deadline = time.monotonic() + 20
    while exchange(port, b"ping") != wanted:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_bytes_go_both_ways(bridged: int) -> None:
    settle(bridged, b"ping")
    message = bytes(range(256)) * 4096
    assert exchange(bridged, message) == message


def test_nothing_listens_while_the_guest_is_gone(bridged: int, engine: Engine) -> None:
    settle(bridged, b"ping")
    engine.stop()
    settle(bridged, b"")
    with pytest.raises(ConnectionRefusedError):
        _until_refused(bridged)
    engine.start()
    settle(bridged, b"ping")


def _until_refused(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        time.sleep(0.05)


def test_it_needs_nothing_but_python() -> None:
    tree = ast.parse(Path(bridge.__file__).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= {*sys.stdlib_module_names}
