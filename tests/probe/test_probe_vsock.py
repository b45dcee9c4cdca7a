"""The transports for AF_VSOCK, and whole probes through them, against Linux's own in a small virtual machine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vsock_vm import once

MODULES = {"namespaces": "both", "confined": "both"}
"""Which kernel modules a role of transport_cases.py needs, where it is not called after them."""

EXPECTED: dict[str, dict[str, str]] = {
    "none": {"host": "socket EAFNOSUPPORT", "guest": "socket EAFNOSUPPORT", "probe": "3 unknown no-af-vsock"},
    "core": {"host": "connect ENODEV", "guest": "connect no-vsock-transport", "probe": "3 unknown no-vsock-transport"},
    "loopback": {
        "answers": "answers",
        "answers-as-host": "answers",
        "no-listener": "connect ECONNRESET",
        "no-such-cid": "connect no-vsock-transport",
        "cid-of-any": "connect no-vsock-transport",
        "server-killed": "answers, exchange EPIPE",
        "probe": "0 healthy 32 GPUs",
        "probe-lost": "1 unhealthy 2 GPUs gpu-lost",
        "probe-silent": "1 unhealthy silent",
        "probe-no-listener": "1 unhealthy not-listening",
    },
    "host": {
        "booting": "answers",
        "answers": "answers",
        "no-listener": "connect ECONNRESET",
        "never-answers": "connect deadline",
        "never-answers-for-long": "connect deadline",
        "mute": "exchange deadline",
        "closes": "exchange closed",
        "no-such-cid": "connect ENODEV",
        "guest-killed": "answers, exchange lost, connect ENODEV",
        "probe": "0 healthy 32 GPUs",
        "probe-no-listener": "1 unhealthy not-listening",
        "probe-mute": "1 unhealthy silent",
        "probe-closes": "1 unhealthy closed-after-request",
        "probe-never-answers": "1 unhealthy connect-timeout",
        "probe-no-such-cid": "1 unhealthy no-such-guest",
    },
    "namespaces": {
        "pid": "answers",
        "pid-of-pod": "answers",
        "pid-of-other-pod": "namespace namespace-gone",
        "file": "answers",
        "cid-unknown": "namespace cid-unknown",
        "no-process": "namespace namespace-gone",
        "no-file": "namespace namespace-gone",
        "no-namespace": "namespace namespace-gone",
        "other-namespace": "namespace namespace-gone",
        "process-ended": "answers, namespace namespace-gone",
        "nobody": "namespace namespace-denied",
        "no-trace": "answers, at home",
        "launcher": "found",
        "vsock": "global",
        "probe": "0 healthy 8 GPUs",
    },
    "confined": {
        "no-guest-there": "connect ENODEV",
        "guest-there": "answers",
        "guest-there-cid-unknown": "answers",
        "guest-there-by-file": "answers",
        "other-launcher": "connect ENODEV",
        "from-the-node": "connect ENODEV",
        "global-guest": "answers",
        "no-trace": "answers, at home",
        "vsock": "confined",
        "probe-other-launcher": "1 unhealthy no-such-guest",
        "probe-from-the-node": "1 unhealthy no-such-guest",
        "probe": "0 healthy 8 GPUs",
        "probe-by-file": "0 healthy 8 GPUs",
    },
}

BEFORE_LINUX_7 = ("none", "core", "loopback", "host", "namespaces")
WITH_CONFINED_VSOCK = ("host", "confined")
BOOTS = [("vmlinux-6.1", role) for role in BEFORE_LINUX_7] + [("vmlinux-sid", role) for role in WITH_CONFINED_VSOCK]
CASES = [
    pytest.param(kernel, role, case, id=f"{kernel.removeprefix('vmlinux-')}-{role}-{case}")
    for kernel, role in BOOTS
    for case in EXPECTED[role]
]


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], dict[str, str]]:
    """``seen(kernel, role)``: case -> outcome."""
    folder = once.session_folder(tmp_path_factory)
    return lambda kernel, role: once.outcomes(folder, kernel, MODULES.get(role, role), "transport_cases", role)


@pytest.mark.parametrize(("kernel", "role", "case"), CASES)
def test_transport(kernel: str, role: str, case: str, seen: Callable[[str, str], dict[str, str]]) -> None:
    assert seen(kernel, role).get(case) == EXPECTED[role][case]


@pytest.mark.parametrize(("kernel", "role"), BOOTS)
def test_every_case_is_expected(kernel: str, role: str, seen: Callable[[str, str], dict[str, str]]) -> None:
    assert set(seen(kernel, role)) == set(EXPECTED[role])
