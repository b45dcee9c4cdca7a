"""The virtual machine that tests run in: what its program prints and returns comes back; the archive that goes in."""

from __future__ import annotations

from pathlib import Path

import pytest

import components
from vsock_vm import cpio, machine


def test_output_and_exit_code_come_back(tmp_path: Path) -> None:
    qemu, kernel = components.require("qemu-system-x86_64"), components.require("vmlinux-6.1")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("WORD = 'imported'\n")
    program = tmp_path / "program.py"
    program.write_text("import package, sys\nprint(package.WORD, *sys.argv[1:])\nsys.exit(3)\n")
    ran = machine.run(qemu, kernel, "none", program, [tmp_path / "package"], "one two")
    assert (ran.lines[-1], ran.code) == ("imported one two", 3)


def test_machine_that_does_not_end(tmp_path: Path) -> None:
    qemu, kernel = components.require("qemu-system-x86_64"), components.require("vmlinux-6.1")
    program = tmp_path / "program.py"
    program.write_text("import time; time.sleep(600)\n")
    with pytest.raises(machine.MachineFailed, match="no end within 1 s"):
        machine.run(qemu, kernel, "none", program, [], limit=1)


def test_archive_holds_folders_files_and_links(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("folder/file")
    archive = cpio.archive(tmp_path)
    assert len(archive) % 4 == 0
    assert archive.count(b"070701") == 4
    assert all(part in archive for part in (b"folder/file\0", b"12345\0\0\0", b"folder/file\0", b"TRAILER!!!\0"))
