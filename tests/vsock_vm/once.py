"""One boot serves all tests of a session that ask for the same, in whichever process they run."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import pytest

import components
from shared import ROOT
from vsock_vm import machine

GUEST = Path(__file__).parent / "guest"


def session_folder(temporary: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test session have in common."""
    own = temporary.getbasetemp()
    return (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "vsock-vm"


def outcomes(folder: Path, kernel: str, modules: str, program: str, arguments: str) -> dict[str, str]:
    """The JSON object that a program of ``guest`` prints at the end, in a machine with the modules of a role.

    ``folder`` is the session's, common to its processes. Skips where the component ``kernel`` or QEMU is missing.
    """
    qemu, image = components.require("qemu-system-x86_64"), components.require(kernel)
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{kernel}-{modules}-{program}-{arguments.replace(' ', '-')}.json"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            packages = [ROOT / "gpurules", GUEST.parent, ROOT / "tests" / "host_engine"]
            ran = machine.run(qemu, image, modules, GUEST / f"{program}.py", packages, arguments)
            last = ran.lines[-1] if ran.lines else ""
            assert ran.code == 0, "\n".join(ran.lines[-40:])
            assert last.startswith("{"), "\n".join(ran.lines[-40:])
            kept.write_text(last, encoding="utf-8")
    found: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
    return found
