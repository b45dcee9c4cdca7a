"""What is probed: where a host engine listens, and what is known of the guest beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from gpurules.probe.observation import Medium, Observation

DEFAULT_PORT = 5555
"""Where nv-hostengine listens unless told otherwise (DCGM, HostEngineCommandLine.cpp)."""


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """A host name or IP address (no brackets) and a port."""

    medium: ClassVar[Medium] = Medium.TCP
    host: str
    port: int = DEFAULT_PORT

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class UnixAddress:
    """The path of a UNIX socket."""

    medium: ClassVar[Medium] = Medium.UNIX
    path: str

    def __str__(self) -> str:
        return f"unix://{self.path}"


@dataclass(frozen=True, slots=True)
class VsockAddress:
    """A CID and a port, as seen from the network namespace of this process."""

    medium: ClassVar[Medium] = Medium.VSOCK
    cid: int
    port: int = DEFAULT_PORT

    def __str__(self) -> str:
        return f"vsock://{self.cid}:{self.port}"


@dataclass(frozen=True, slots=True)
class NamespaceVsockAddress:
    """A port of the guest that runs in a network namespace.

    The namespace is that of process ``pid``, or the file ``netns``; one of them is set. ``pod_uid``, where it is not
    empty, must stand in the process's cgroup, or the process number was given away again. ``cid`` is the guest's CID
    where VSOCK is global in that namespace, None where none is known; where it is local, the guest has CID 3.
    """

    medium: ClassVar[Medium] = Medium.VSOCK
    port: int = DEFAULT_PORT
    cid: int | None = None
    pid: int | None = None
    netns: str = ""
    pod_uid: str = ""

    def __str__(self) -> str:
        where = self.netns or f"/proc/{self.pid}/ns/net"
        return f"vsock://{self.cid if self.cid is not None else 'local'}:{self.port} in {where}"


@dataclass(frozen=True, slots=True)
class VmiAddress:
    """A VSOCK port of a virtual machine instance, reached through the KubeVirt API."""

    medium: ClassVar[Medium] = Medium.API
    namespace: str
    name: str
    port: int = DEFAULT_PORT

    def __str__(self) -> str:
        return f"vmi {self.namespace}/{self.name} port {self.port}"


@dataclass(frozen=True, slots=True)
class NoAddress:
    """A virtual machine instance to which no way leads: what was seen when it was looked at says why."""

    namespace: str
    name: str
    seen: Observation

    @property
    def medium(self) -> Medium:
        """What would have carried the bytes."""
        return self.seen.medium

    def __str__(self) -> str:
        return f"vmi {self.namespace}/{self.name}"


Address = TcpAddress | UnixAddress | VsockAddress | NamespaceVsockAddress | VmiAddress | NoAddress


@dataclass(frozen=True, slots=True)
class Vmi:
    """What the Kubernetes API says of a virtual machine instance; 0, None or empty where it says nothing.

    ``cid`` is status.VSOCKCID, ``gpus`` the number of NVIDIA GPUs that its spec asks for, ``running_since`` the time
    when it began to run, in seconds since 1970.
    """

    namespace: str
    name: str
    node: str = ""
    cid: int | None = None
    gpus: int | None = None
    running_since: float | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One host engine. ``name`` is unique among the targets of a run and is what people see: the address as they wrote
    it, or ``namespace/name`` of the VMI.

    ``engine`` names the engine behind the address, where it is not given by the VMI's CID, else by the address: no two
    probes of one engine run at a time.
    """

    name: str
    address: Address
    vmi: Vmi | None = None
    engine: str = field(default="")

    def __post_init__(self) -> None:
        if self.engine:
            return
        address = self.address
        if self.vmi and self.vmi.cid is not None and not isinstance(address, UnixAddress | NoAddress):
            address = VsockAddress(self.vmi.cid, address.port)
        object.__setattr__(self, "engine", str(address))
