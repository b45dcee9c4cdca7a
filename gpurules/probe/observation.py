"""What a transport or a conversation saw when it could not go on: data, from which the diagnosis is made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """How far the way to the engine had been gone."""

    FIND = "find"
    """Reading the VMI, its pod or its process; resolving a host name."""
    NAMESPACE = "namespace"
    """Entering the network namespace of the launcher."""
    SOCKET = "socket"
    """Making the socket."""
    CONNECT = "connect"
    """Connecting; through the API also TLS and the websocket handshake."""
    EXCHANGE = "exchange"
    """Sending and receiving after the connection stood."""


class Medium(StrEnum):
    """What carries the bytes."""

    TCP = "tcp"
    UNIX = "unix"
    VSOCK = "vsock"
    API = "api"


class Sign(StrEnum):
    """What was seen where neither an errno, an HTTP status nor a close code says it."""

    # Seen by every transport.
    TIMEOUT = "timeout"
    """The deadline came. ``Step`` says what it cut short."""

    # Seen while the VMI is looked at.
    VMI_NOT_FOUND = "vmi-not-found"
    VMI_NOT_RUNNING = "vmi-not-running"
    """No launcher runs, or the phase is not Running (``detail``: the phase)."""
    GUEST_BOOTING = "guest-booting"
    """The VMI was started a short while ago."""
    VSOCK_NOT_ATTACHED = "vsock-not-attached"
    """spec.domain.devices.autoattachVSOCK is not true, or status.VSOCKCID is missing."""
    FEATURE_GATE_OFF = "feature-gate-off"
    """The KubeVirt resource does not list the gate VSOCK, or virt-api said so."""
    WINDOWS_GUEST = "windows-guest"
    OTHER_VENDOR = "other-vendor"
    """The VMI's GPUs are not NVIDIA's (``detail``: their resource names)."""
    NO_GPU_REQUESTED = "no-gpu-requested"
    """The VMI's spec asks for no GPU."""
    WRONG_NODE = "wrong-node"
    """The VMI runs on another node than this one (``detail``: its node)."""

    # Seen on the node.
    NO_AF_VSOCK = "no-af-vsock"
    """This Python or platform has no AF_VSOCK at all."""
    NO_VSOCK_TRANSPORT = "no-vsock-transport"
    """ENODEV, and no host transport (vhost_vsock) is loaded in this node's kernel."""
    NAMESPACE_GONE = "namespace-gone"
    """The process or file of the network namespace is not there (any more), or belongs to another pod."""
    NAMESPACE_DENIED = "namespace-denied"
    """Opening or entering the network namespace was refused."""
    CID_UNKNOWN = "cid-unknown"
    """VSOCK is global in the namespace and no CID is known."""
    LAUNCHER_NOT_FOUND = "launcher-not-found"
    """No process on this node belongs to the launcher pod (no hostPID?)."""

    # Seen on the way through the API.
    NO_CONFIGURATION = "no-configuration"
    """No kubeconfig, and not in a cluster."""
    CREDENTIALS = "credentials"
    """The credentials could not be obtained: exec plugin, expired token (``detail``: why)."""
    API_UNREACHABLE = "api-unreachable"
    """No connection to the API server: name, TCP, proxy."""
    TLS = "tls"
    """The API server's certificate was not accepted."""
    WRONG_SUBPROTOCOL = "wrong-subprotocol"
    """The websocket's other side did not choose plain.kubevirt.io."""
    GUEST_NOT_REACHED = "guest-not-reached"
    """virt-handler on the VM's node could not connect to the port in the guest; why, it does not say."""
    NOT_A_WEBSOCKET = "not-a-websocket"
    MESSAGE_TOO_LONG = "message-too-long"

    # Seen in the conversation with the engine.
    CLOSED = "closed"
    """The stream ended. ``after_engine`` says whether a DCGM engine had answered before."""
    SILENT = "silent"
    """Connected, asked, and the deadline came without a byte."""
    STALLED = "stalled"
    """The deadline came in the middle of an answer, or between answers of a DCGM engine."""
    NOT_DCGM = "not-dcgm"
    """Bytes that are not a DCGM message (``detail``: their beginning)."""
    OLD_MAGIC = "old-magic"
    """The message magic of DCGM 1.7 and older."""
    MALFORMED = "malformed"
    """DCGM's magic, and then something that no engine sends (``detail``: what)."""
    FLOOD = "flood"
    """More bytes or messages than an engine would send."""
    VERSION_MISMATCH = "version-mismatch"
    """The engine answered with status -12 to a message that 3.x to 4.6 know."""
    REFUSED = "refused"
    """The engine answered a question with another error status (``detail``: the status)."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen, at which step, on which medium.

    One of ``errno``, ``http_status``, ``close_code`` (of the websocket) and ``sign`` says what; ``detail`` is text for
    people, perhaps written by the other side, hence never trusted. ``after_engine``: a DCGM engine had answered before.
    """

    step: Step
    medium: Medium
    errno: int | None = None
    http_status: int | None = None
    close_code: int | None = None
    sign: Sign | None = None
    detail: str = ""
    after_engine: bool = False


class Unreachable(Exception):
    """No connection, or none any more; holds the observation."""

    def __init__(self, observation: Observation) -> None:
        super().__init__(observation)
        self.observation = observation
