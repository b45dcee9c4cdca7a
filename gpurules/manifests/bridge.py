"""Passes TCP connections on loopback on to DCGM's host engine in a guest, over VSOCK.

``gpurules scaffold`` puts this file, as it stands, in a ConfigMap; it runs in a container of its own beside
dcgm-exporter. So it uses Python's standard library only. dcgm-exporter then connects to 127.0.0.1, which every release
can do, while only those from 4.6.0-4.8.3 on know vsock:// (go-dcgm 453d821).

The guest's context ID is read anew before each connection: it changes when the VM is started again. Where the pod's
network namespace has a VSOCK of its own (``net.vsock.ns_mode`` is ``local``), the guest is CID 3. Otherwise the ID is
``status.VSOCKCID`` of the VirtualMachineInstance.

Environment: ``VMI_NAMESPACE`` and ``VMI_NAME`` name the VM; or ``NODE_NAME`` alone the only VM on that node.
``ENGINE_PORT`` is the guest's port, ``LISTEN_PORT`` the one on loopback.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

NS_MODE = Path("/proc/sys/net/vsock/ns_mode")
ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
CONFINED_CID = 3
"""The guest's CID where VSOCK is confined to the pod (KubeVirt main, pkg/vsock/constants.go)."""
ANSWER_LIMIT = 16 * 1024 * 1024
PAUSE = 5.0
"""Seconds between two attempts to reach the guest."""

Dial = Callable[[], socket.socket]


class NoGuest(Exception):
    """There is no guest to connect to now; the text says why."""


def get_json(path: str, environment: Mapping[str, str], account: Path = ACCOUNT) -> Any:
    """The API server's answer to a GET of ``path``. Raises NoGuest where there is none."""
    host = environment.get("KUBERNETES_SERVICE_HOST", "kubernetes.default.svc")
    port = environment.get("KUBERNETES_SERVICE_PORT", "443")
    host = f"[{host}]" if ":" in host else host
    try:
        token = (account / "token").read_text(encoding="utf-8").strip()
        context = ssl.create_default_context(cafile=str(account / "ca.crt"))
        request = urllib.request.Request(f"https://{host}:{port}{path}", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            return json.loads(answer.read(ANSWER_LIMIT))
    except (OSError, ValueError) as error:
        raise NoGuest(f"the API server did not say where the guest is: {error}") from None


def find_vmi(environment: Mapping[str, str], get: Callable[[str], Any]) -> Any:
    """The VirtualMachineInstance: the one that is named, else the only one with VSOCK that runs on this node."""
    base = "/apis/kubevirt.io/v1"
    if environment.get("VMI_NAME"):
        namespace, name = (urllib.parse.quote(environment[key], safe="") for key in ("VMI_NAMESPACE", "VMI_NAME"))
        return get(f"{base}/namespaces/{namespace}/virtualmachineinstances/{name}")
    node = urllib.parse.quote(f"kubevirt.io/nodeName={environment['NODE_NAME']}", safe="")
    found = get(f"{base}/virtualmachineinstances?labelSelector={node}").get("items") or []
    running = [vmi for vmi in found if vmi.get("status", {}).get("VSOCKCID")]
    if len(running) != 1:
        raise NoGuest(f"{len(running)} guests with VSOCK run on this node, and one alone can be told apart")
    return running[0]


def guest_cid(environment: Mapping[str, str], get: Callable[[str], Any], ns_mode: Path = NS_MODE) -> int:
    """The context ID of the guest. Raises NoGuest where it has none now."""
    try:
        if ns_mode.read_text(encoding="ascii").strip() == "local":
            return CONFINED_CID
    except OSError:
        pass
    cid = find_vmi(environment, get).get("status", {}).get("VSOCKCID")
    if not isinstance(cid, int) or not CONFINED_CID <= cid < 0xFFFFFFFF:
        raise NoGuest("the VM has no VSOCK: set spec.template.spec.domain.devices.autoattachVSOCK and start it again")
    return cid


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Copy bytes until ``source`` ends, then say so to ``sink``."""
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
    except OSError:
        pass
    for one, way in ((sink, socket.SHUT_WR), (source, socket.SHUT_RD)):
        with suppress(OSError):
            one.shutdown(way)


def serve_connection(client: socket.socket, guest: socket.socket) -> None:
    """Copy both ways until both sides have ended."""
    with client, guest:
        back = threading.Thread(target=pump, args=(guest, client), daemon=True)
        back.start()
        pump(client, guest)
        back.join()


def serve(listen_port: int, dial: Dial, pause: float = PAUSE, stop: threading.Event | None = None) -> None:
    """Listen while the guest can be reached, and only then: the exporter must not take a bridge for an engine."""
    stop = stop or threading.Event()
    while not stop.is_set():
        try:
            dial().close()
        except (OSError, NoGuest) as error:
            print(f"waiting for the guest: {error}", file=sys.stderr, flush=True)
            time.sleep(pause)
            continue
        with socket.create_server(("127.0.0.1", listen_port)) as listener:
            listener.settimeout(1)
            accept_while_reachable(listener, dial, stop)


def accept_while_reachable(listener: socket.socket, dial: Dial, stop: threading.Event) -> None:
    """Serve connections until one cannot be passed on."""
    while not stop.is_set():
        try:
            client, _ = listener.accept()
        except TimeoutError:
            continue
        client.settimeout(None)
        try:
            guest = dial()
        except (OSError, NoGuest) as error:
            print(f"lost the guest: {error}", file=sys.stderr, flush=True)
            client.close()
            return
        threading.Thread(target=serve_connection, args=(client, guest), daemon=True).start()


def dial_guest(environment: Mapping[str, str]) -> socket.socket:
    """A connection to the host engine in the guest."""
    cid = guest_cid(environment, lambda path: get_json(path, environment))
    guest = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    try:
        guest.settimeout(5)
        guest.connect((cid, int(environment["ENGINE_PORT"])))
        guest.settimeout(None)
    except BaseException:
        guest.close()
        raise
    return guest


if __name__ == "__main__":
    serve(int(os.environ["LISTEN_PORT"]), lambda: dial_guest(os.environ))
