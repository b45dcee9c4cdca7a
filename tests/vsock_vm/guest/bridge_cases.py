"""The bridge of the scaffold over real VSOCK; prints one JSON object: case -> outcome.

usage: bridge_cases.py host|confined
"""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from gpurules.manifests import bridge
from vsock_vm.guest.stage import POD_GROUP, SERVICE, confine, guest, inside, launcher

CID = 42
LISTEN = 15555
ENVIRONMENT = {"VMI_NAMESPACE": "tenant-a", "VMI_NAME": "train-1", "ENGINE_PORT": "5555"}
MESSAGE = bytes(range(256)) * 256


def answer(cid: int) -> Callable[..., Any]:
    """The API server's answer, without a server."""
    return lambda path, environment, account=None: {"status": {"VSOCKCID": cid}}


def echo() -> None:
    """The service behind the guest's port."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(SERVICE)
        server.listen()
        while True:
            client, _ = server.accept()
            threading.Thread(target=_echo, args=(client,), daemon=True).start()


def _echo(client: socket.socket) -> None:
    with client:
        while piece := client.recv(65536):
            client.sendall(piece)


def exchanged(connect: Callable[[], socket.socket]) -> str:
    """What comes of a message."""
    try:
        with connect() as connection:
            connection.settimeout(20)
            threading.Thread(target=connection.sendall, args=(MESSAGE,), daemon=True).start()
            back = b""
            while len(back) < len(MESSAGE) and (piece := connection.recv(65536)):
                back += piece
            return "echoed" if back == MESSAGE else f"{len(back)} bytes"
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    except bridge.NoGuest as error:
        return str(error)


def through_bridge() -> socket.socket:
    """A connection to the bridge, which needs a moment to listen."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return socket.create_connection(("127.0.0.1", LISTEN), timeout=20)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def host() -> dict[str, str]:
    """The guest is the node's, VSOCK is in global mode."""
    found = {}
    with guest(CID):
        bridge.get_json = answer(CID)
        found["dials"] = exchanged(lambda: bridge.dial_guest(ENVIRONMENT))
        found["no listener"] = exchanged(lambda: bridge.dial_guest({**ENVIRONMENT, "ENGINE_PORT": "7"}))
        serving = (LISTEN, lambda: bridge.dial_guest(ENVIRONMENT), 0.2)
        threading.Thread(target=bridge.serve, args=serving, daemon=True).start()
        found["bridges"] = exchanged(through_bridge)
        found["bridges again"] = exchanged(through_bridge)
    bridge.get_json = answer(CID + 1)
    found["no such guest"] = exchanged(lambda: bridge.dial_guest(ENVIRONMENT))
    bridge.get_json = answer(0)
    found["no VSOCK"] = exchanged(lambda: bridge.dial_guest(ENVIRONMENT)).partition(":")[0]
    return found


def confined() -> dict[str, str]:
    """The guest is the launcher's own, with CID 3, and nobody is asked."""
    subprocess.run(["mount", "-t", "cgroup2", "cgroup", "/sys/fs/cgroup"], check=True)
    POD_GROUP.mkdir()
    confine()
    with launcher() as pid, guest(bridge.CONFINED_CID, within=inside(pid)):
        words = [*inside(pid), sys.executable, os.path.abspath(__file__), "inside"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)  # type: ignore[no-any-return]


def inside_launcher() -> dict[str, str]:
    """In the network namespace of the launcher, as a sidecar is."""

    def nobody(path: str, environment: Any, account: Any = None) -> Any:
        raise AssertionError("asked the API server")

    bridge.get_json = nobody
    return {"dials": exchanged(lambda: bridge.dial_guest(ENVIRONMENT))}


if __name__ == "__main__":
    if sys.argv[1] != "inside":
        threading.Thread(target=echo, daemon=True).start()
    cases = {"host": host, "confined": confined, "inside": inside_launcher}
    print(json.dumps(cases[sys.argv[1]]()), flush=True)
