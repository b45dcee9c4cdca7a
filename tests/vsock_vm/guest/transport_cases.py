"""What AF_VSOCK shows to the transports and to whole probes, case by case; prints one JSON object: case -> outcome.

usage: transport_cases.py ROLE

An outcome is how far it came and what was seen there: ``connect ENODEV``, ``exchange closed``, ``answers``; of a probe
it is exit code, verdict and failure classes.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from gpurules.probe.launcher import confined as is_confined
from gpurules.probe.launcher import launchers
from gpurules.probe.observation import Unreachable
from gpurules.probe.target import Address, NamespaceVsockAddress, VsockAddress
from gpurules.probe.transports.registry import transport_to
from gpurules.probe.transports.transport import Connection, Context
from vsock_vm.guest.probing import PROBES
from vsock_vm.guest.stage import OTHER_POD, POD, POD_GROUP, SERVICE, confine, guest, inside, launcher

DEADLINE = 20.0
"""For what answers: an emulated processor may be slow."""
SHORT = 0.6
LONGER_THAN_THE_KERNELS = 2.6
ANY_CID = 0xFFFFFFFF

Case = Callable[[], Awaitable[str]]


async def outcome(address: Address, deadline: float = DEADLINE) -> str:
    """Connect, say hello, and tell what came."""
    try:
        async with asyncio.timeout(deadline):
            connection = await transport_to(address, Context()).connect()
    except Unreachable as unreachable:
        return seen(unreachable)
    except TimeoutError:
        return "connect deadline"
    try:
        return await greeting(connection, deadline)
    finally:
        await connection.close()


async def greeting(connection: Connection, deadline: float = DEADLINE) -> str:
    """Say hello on a connection, and tell what came."""
    try:
        async with asyncio.timeout(deadline):
            await connection.send(b"hello")
            return "answers" if await connection.receive(100) == b"hello" else "exchange closed"
    except Unreachable as unreachable:
        return seen(unreachable)
    except TimeoutError:
        return "exchange deadline"


def seen(unreachable: Unreachable) -> str:
    """An observation in two words."""
    observation = unreachable.observation
    what = observation.sign or errno.errorcode[observation.errno or 0]
    return f"{observation.step} {what}"


def case(address: Address, deadline: float = DEADLINE) -> Case:
    """The outcome at one address."""
    return lambda: outcome(address, deadline)


@contextlib.asynccontextmanager
async def echo(family: int, address: object) -> AsyncIterator[None]:
    """A listener that sends back what it is sent; asyncio's own servers do not know AF_VSOCK."""
    loop = asyncio.get_running_loop()
    answering: set[asyncio.Task[None]] = set()

    async def answer(accepted: socket.socket) -> None:
        with accepted:
            while data := await loop.sock_recv(accepted, 1000):
                await loop.sock_sendall(accepted, data)

    async def accept() -> None:
        while True:
            answering.add(asyncio.create_task(answer((await loop.sock_accept(listener))[0])))

    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.bind(address)  # type: ignore[arg-type]
        listener.listen(16)
        listener.setblocking(False)
        accepting = asyncio.create_task(accept())
        yield
        accepting.cancel()


async def closed_at_once() -> str:
    """The guest accepts and closes."""
    connection = await transport_to(VsockAddress(42, 5557), Context()).connect()
    try:
        return "exchange closed" if await connection.receive(1) == b"" else "exchange bytes"
    except Unreachable as unreachable:
        return seen(unreachable)
    finally:
        await connection.close()


async def killed_mid_connection() -> str:
    """The guest dies while a connection stands."""
    with guest(43) as process:
        connection = await transport_to(VsockAddress(43), Context()).connect()
        first = await greeting(connection)
        process.kill()
        process.wait()
        then = await greeting(connection)
        await connection.close()
        # Linux 6.1 says EPIPE where later ones say ECONNRESET.
        lost = then in ("exchange EPIPE", "exchange ECONNRESET")
        return f"{first}, {'exchange lost' if lost else then}, {await outcome(VsockAddress(43))}"


async def server_killed() -> str:
    """The listener's process on CID 1 dies while a connection stands."""
    program = (
        "import socket; s = socket.socket(socket.AF_VSOCK); s.bind((-1 & 0xFFFFFFFF, 5601)); s.listen()\n"
        "print(flush=True); c = s.accept()[0]\nwhile True: c.send(c.recv(100))"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    connection = await transport_to(VsockAddress(1, 5601), Context()).connect()
    first = await greeting(connection)
    process.send_signal(signal.SIGKILL)
    process.wait()
    then = await greeting(connection)
    await connection.close()
    return f"{first}, {then}"


async def process_ended() -> str:
    """The launcher ends between two connections through a transport that keeps its namespace."""
    with launcher() as pid:
        transport = transport_to(NamespaceVsockAddress(cid=42, pid=pid, pod_uid=POD), Context())
        connection = await transport.connect()
        first = await greeting(connection)
        await connection.close()
    try:
        await transport.connect()
    except Unreachable as unreachable:
        return f"{first}, {seen(unreachable)}"
    return f"{first}, connected"


async def as_nobody(pid: int) -> str:
    """A process without rights looks into the launcher's namespace."""
    program = Path(__file__)
    done = subprocess.run(
        [sys.executable, program, "nobody", str(pid)], stdout=subprocess.PIPE, text=True, user=65534, check=False
    )
    return done.stdout.strip()


async def leaves_no_trace(pid: int) -> str:
    """After a visit this process has the threads and the namespace that it had."""
    home, threads = os.readlink("/proc/thread-self/ns/net"), threading.active_count()
    visited = await outcome(NamespaceVsockAddress(cid=42, pid=pid, pod_uid=POD))
    await asyncio.sleep(0.05)
    at_home = os.readlink("/proc/thread-self/ns/net") == home and threading.active_count() == threads
    return f"{visited}, {'at home' if at_home else 'astray'}"


async def simple(role: str) -> dict[str, str]:
    """No AF_VSOCK, or no transport for it."""
    addresses = {"host": VsockAddress(2), "guest": VsockAddress(3)}
    return {name: await outcome(address) for name, address in addresses.items()}


async def loopback(role: str) -> dict[str, str]:
    """The machine itself is CID 1."""
    async with echo(socket.AF_VSOCK, (ANY_CID, 5555)):
        cases = {
            "answers": case(VsockAddress(1)),
            "answers-as-host": case(VsockAddress(2)),
            "no-listener": case(VsockAddress(1, 5599)),
            "no-such-cid": case(VsockAddress(999)),
            "cid-of-any": case(VsockAddress(ANY_CID)),
            "server-killed": server_killed,
        }
        return {name: await run() for name, run in cases.items()}


async def host(role: str) -> dict[str, str]:
    """The machine is a host with guests."""
    async with echo(socket.AF_UNIX, SERVICE):
        with guest(42), guest(44, "3"):
            cases = {
                "booting": case(VsockAddress(44)),
                "answers": case(VsockAddress(42)),
                "no-listener": case(VsockAddress(42, 5599)),
                "never-answers": case(VsockAddress(42, 5558), SHORT),
                "never-answers-for-long": case(VsockAddress(42, 5558), LONGER_THAN_THE_KERNELS),
                "mute": case(VsockAddress(42, 5556), SHORT),
                "closes": closed_at_once,
                "no-such-cid": case(VsockAddress(45)),
                "guest-killed": killed_mid_connection,
            }
            return {name: await run() for name, run in cases.items()}


async def namespaces(role: str) -> dict[str, str]:
    """Launchers in namespaces of their own, while VSOCK is global in all of them."""
    async with echo(socket.AF_UNIX, SERVICE):
        with guest(42), launcher() as pid:
            net = f"/proc/{pid}/ns/net"
            return {
                "pid": await outcome(NamespaceVsockAddress(cid=42, pid=pid)),
                "pid-of-pod": await outcome(NamespaceVsockAddress(cid=42, pid=pid, pod_uid=POD)),
                "pid-of-other-pod": await outcome(NamespaceVsockAddress(cid=42, pid=pid, pod_uid=OTHER_POD)),
                "file": await outcome(NamespaceVsockAddress(cid=42, netns=net)),
                "cid-unknown": await outcome(NamespaceVsockAddress(pid=pid)),
                "no-process": await outcome(NamespaceVsockAddress(cid=42, pid=999_999)),
                "no-file": await outcome(NamespaceVsockAddress(cid=42, netns="/run/netns/none")),
                "no-namespace": await outcome(NamespaceVsockAddress(cid=42, netns="/etc")),
                "other-namespace": await outcome(NamespaceVsockAddress(cid=42, netns=f"/proc/{pid}/ns/mnt")),
                "process-ended": await process_ended(),
                "nobody": await as_nobody(pid),
                "no-trace": await leaves_no_trace(pid),
                "launcher": "found" if launchers([POD, OTHER_POD]) == {POD: pid} else "not found",
                "vsock": "confined" if is_confined() else "global",
            }


async def confined(role: str) -> dict[str, str]:
    """VSOCK confined to namespaces: each launcher's guest has CID 3."""
    async with echo(socket.AF_UNIX, SERVICE):
        with guest(42):
            confine()
            with launcher() as pid, launcher() as other:
                address = NamespaceVsockAddress(cid=42, pid=pid, pod_uid=POD)
                before = await outcome(address)
                with guest(3, within=inside(pid)):
                    return {
                        "no-guest-there": before,
                        "guest-there": await outcome(address),
                        "guest-there-cid-unknown": await outcome(NamespaceVsockAddress(pid=pid)),
                        "guest-there-by-file": await outcome(NamespaceVsockAddress(netns=f"/proc/{pid}/ns/net")),
                        "other-launcher": await outcome(NamespaceVsockAddress(pid=other)),
                        "from-the-node": await outcome(VsockAddress(3)),
                        "global-guest": await outcome(VsockAddress(42)),
                        "no-trace": await leaves_no_trace(pid),
                        "vsock": "confined" if is_confined() else "global",
                    }


async def nobody(role: str) -> str:
    """What a process without rights sees."""
    return await outcome(NamespaceVsockAddress(cid=42, pid=int(sys.argv[2])))


ROLES = {
    "none": simple,
    "core": simple,
    "loopback": loopback,
    "host": host,
    "namespaces": namespaces,
    "confined": confined,
}


def main() -> None:
    """Play all cases of a role."""
    role = sys.argv[1]
    if role == "nobody":
        print(asyncio.run(nobody(role)))
        return
    subprocess.run(["mount", "-t", "cgroup2", "cgroup", "/sys/fs/cgroup"], check=True)
    POD_GROUP.mkdir()
    seen = asyncio.run(ROLES[role](role))
    print(json.dumps({**seen, **PROBES[role]()}))


if __name__ == "__main__":
    main()
