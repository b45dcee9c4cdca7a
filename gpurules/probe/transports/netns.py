"""Network namespaces of Linux: found by process or file, kept open, entered."""

from __future__ import annotations

import errno
import os
import re
import weakref

from gpurules.probe.observation import Medium, Observation, Sign, Step, Unreachable
from gpurules.probe.target import NamespaceVsockAddress

CLONE_NEWNET = 0x40000000
"""Linux, include/uapi/linux/sched.h."""

PROC = "/proc"
LONGEST_CGROUP = 65_536

_POD = re.compile(
    r"/(?:kubepods[a-z-]*-)?pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})(?:\.slice)?(?:/|$)",
    re.IGNORECASE | re.MULTILINE,
)


class Namespace:
    """An open network namespace: ``net`` is its file descriptor, closed when this is let go.

    A process's folder in /proc is opened once and everything is read relative to it, so that the number of a process
    that has ended, given to another one, leads nowhere instead of to that one.
    """

    def __init__(self, net: int, process: int | None = None, pod_uid: str = "") -> None:
        self.net = net
        self._process = process
        self._pod_uid = pod_uid
        self._close = weakref.finalize(self, _close, *(fd for fd in (net, process) if fd is not None))

    @classmethod
    def of(cls, address: NamespaceVsockAddress) -> Namespace:
        """The namespace of ``address``. Raises Unreachable where it is not there, OSError where it is denied."""
        if address.pid is None:
            return cls(_opened(address.netns))
        process = _opened(f"{PROC}/{address.pid}", flags=os.O_DIRECTORY)
        try:
            net = _opened("ns/net", folder=process)
        except BaseException:
            os.close(process)
            raise
        return cls(net, process, address.pod_uid)

    def check(self) -> None:
        """That the process still runs and belongs to the pod. Raises Unreachable, or OSError where that is denied."""
        if self._process is None:
            return
        cgroup = _read("cgroup", self._process)
        if self._pod_uid and pod_of(cgroup) != self._pod_uid.lower():
            raise gone(f"the process belongs to no pod with the UID {self._pod_uid}")


def pod_of(cgroup: str) -> str | None:
    """The UID of the pod that the text of /proc/PID/cgroup puts a process into, or None.

    The kubelet names the pod's cgroup ``pod<UID>``, for the systemd driver ``kubepods-<class>-pod<UID>.slice`` with
    ``_`` for ``-`` (kubernetes, pkg/kubelet/cm/cgroup_manager_linux.go).
    """
    found = _POD.search(cgroup)
    return found[1].lower().replace("_", "-") if found else None


def enter(net: int) -> None:
    """Move the calling thread, and no other, into the network namespace.

    Raises Unreachable where ``net`` is open on something else, OSError where it is denied.
    """
    try:
        _setns(net)
    except OSError as error:
        if error.errno == errno.EINVAL:
            raise gone("this is no network namespace") from None
        raise


def _setns(net: int) -> None:
    if hasattr(os, "setns"):
        os.setns(net, CLONE_NEWNET)
        return
    import ctypes  # Python 3.11 has no os.setns.

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(net, CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def gone(detail: str) -> Unreachable:
    """What is said of a namespace that is not there (any more)."""
    return Unreachable(Observation(Step.NAMESPACE, Medium.VSOCK, sign=Sign.NAMESPACE_GONE, detail=detail))


def _opened(path: str, folder: int | None = None, flags: int = 0) -> int:
    # A name of the file system may be a FIFO or a device: opening it must not wait.
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | flags, dir_fd=folder)
    except (FileNotFoundError, ProcessLookupError, NotADirectoryError) as error:
        raise gone(f"{path}: {error.strerror}") from None


def _read(path: str, folder: int) -> str:
    try:
        file = _opened(path, folder)
        try:
            return os.read(file, LONGEST_CGROUP).decode("utf-8", "replace")
        finally:
            os.close(file)
    except ProcessLookupError as error:
        raise gone(f"{path}: {error.strerror}") from None


def _close(*files: int) -> None:
    for file in files:
        os.close(file)
