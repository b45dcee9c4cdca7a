"""The bridge over Linux's own VSOCK, in a small virtual machine."""

from __future__ import annotations

import pytest

from vsock_vm import once

EXPECTED = {
    "host": {
        "dials": "echoed",
        "no listener": "ECONNRESET",
        "bridges": "echoed",
        "bridges again": "echoed",
        "no such guest": "ENODEV",
        "no VSOCK": "the VM has no VSOCK",
    },
    "confined": {"dials": "echoed"},
}


@pytest.mark.parametrize(
    ("kernel", "role", "modules"), [("vmlinux-6.1", "host", "host"), ("vmlinux-sid", "confined", "both")]
)
def test_the_guest_is_reached(kernel: str, role: str, modules: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    found = once.outcomes(once.session_folder(tmp_path_factory), kernel, modules, "bridge_cases", role)
    assert found == EXPECTED[role]
