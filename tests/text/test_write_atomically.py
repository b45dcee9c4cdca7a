"""A file is written as a whole or not at all, and nothing else stays behind."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.text.errors import EnvironmentFault, GpurulesError, InputError
from gpurules.text.write import write_atomically


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}


def test_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "by-hand").touch()
    write_atomically(str(tmp_path / "out"), "é\n")
    assert files(tmp_path) == {"by-hand": "", "out": "é\n"}
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "by-hand").stat().st_mode


def test_existing_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    path.chmod(0o640)
    write_atomically(str(path), "new")
    assert files(tmp_path) == {"out": "new"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_symbolic_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "real"
    folder.mkdir()
    (folder / "out").write_text("old")
    (tmp_path / "link").symlink_to("real/out")
    write_atomically(str(tmp_path / "link"), "new")
    assert (tmp_path / "link").is_symlink()
    assert files(folder) == {"out": "new"}


def test_relative_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_atomically("out", "text")
    assert files(tmp_path) == {"out": "text"}


@pytest.mark.parametrize(
    ("name", "text", "kind", "what"),
    [
        ("out", "", InputError, "there is nothing to write"),
        ("out", "a\ud800", InputError, r"the character U\+D800 cannot be written"),
        ("folder", "x", InputError, "this is a folder"),
        ("a\0b", "x", InputError, "cannot be the name of a file"),
        ("nowhere/out", "x", EnvironmentFault, "the folder does not exist; create it first"),
        ("old/out", "x", EnvironmentFault, "cannot write: Not a directory"),
        ("x" * 300, "x", EnvironmentFault, "cannot write: File name too long"),
    ],
)
def test_refused(tmp_path: Path, name: str, text: str, kind: type[GpurulesError], what: str) -> None:
    (tmp_path / "old").write_text("old")
    (tmp_path / "folder").mkdir()
    with pytest.raises(kind, match=what) as caught:
        write_atomically(f"{tmp_path}/{name}", text)
    assert type(caught.value) is kind
    assert files(tmp_path) == {"old": "old"}


FAILURES: list[tuple[str, BaseException]] = [
    (function, error)
    for function in ("open", "fchmod", "fsync", "replace")
    for error in (
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError(errno.EROFS, os.strerror(errno.EROFS)),
        KeyboardInterrupt(),
        MemoryError(),
    )
]


@pytest.mark.parametrize(
    ("function", "error"), FAILURES, ids=[f"{function}-{error!r:.24}" for function, error in FAILURES]
)
def test_any_failure_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, error: BaseException
) -> None:
    def fail(*arguments: Any, **settings: Any) -> Any:
        raise error

    path = tmp_path / "out"
    path.write_text("old")
    expected = EnvironmentFault if isinstance(error, OSError) else type(error)
    with monkeypatch.context() as patch:
        patch.setattr(os, function, fail)
        with pytest.raises(expected) as caught:
            write_atomically(str(path), "new")
    if isinstance(caught.value, EnvironmentFault):
        assert str(caught.value) == f"{path}: cannot write: {error.strerror}"  # type: ignore[attr-defined]
    assert files(tmp_path) == {"out": "old"}


def test_a_folder_that_cannot_be_flushed_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flush = os.fsync

    def only_files(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not here")
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", only_files)
    write_atomically(str(tmp_path / "out"), "new")
    assert files(tmp_path) == {"out": "new"}


def test_a_read_only_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    path.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda *arguments: False)
    with pytest.raises(EnvironmentFault, match="out: cannot write: the file is read-only"):
        write_atomically(str(path), "new")
    assert files(tmp_path) == {"out": "old"}


def test_a_full_device_is_said_so() -> None:
    with pytest.raises(EnvironmentFault, match="/dev/full: cannot write: No space left on device"):
        write_atomically("/dev/full", "text")


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_atomically(str(pipe), "text")
    reader.join()
    assert read == ["text"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


PROGRAM = "import sys; from gpurules.text.write import write_atomically; write_atomically(sys.argv[1], 'é\\n')"


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_is_utf8_whatever_the_locale(tmp_path: Path, name: str) -> None:
    with (tmp_path / "out").open("wb") as out:
        out.write(b"before\n")
        out.flush()
        environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
        subprocess.run([sys.executable, "-c", PROGRAM, name], stdout=out, check=True, env=environment)
    assert (tmp_path / "out").read_bytes().endswith("é\n".encode())


def test_a_reader_that_went_away_is_left_to_the_caller() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    program = (
        "import sys; from gpurules.text.write import write_atomically\n"
        "try:\n  write_atomically('-', 'x' * 100)\n"
        "except BrokenPipeError:\n  import os; os._exit(7)\n"
    )
    with os.fdopen(writing, "wb") as out:
        assert subprocess.run([sys.executable, "-c", program], stdout=out, check=False).returncode == 7


def test_an_interrupt_while_writing_leaves_nothing(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from gpurules.text.write import write_atomically\n"
        "os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGINT)\n"
        "write_atomically(sys.argv[1], 'new')\n"
    )
    (tmp_path / "out").write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "out")], stderr=subprocess.DEVNULL, check=False
    )
    assert done.returncode in (-signal.SIGINT, 1, 130)
    assert files(tmp_path) == {"out": "old"}


@given(text=st.text(min_size=1))
def test_what_is_written_is_what_is_there(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "out").write_text("old")
    try:
        write_atomically(str(folder / "out"), text)
    except InputError:
        assert any(0xD800 <= ord(character) < 0xE000 for character in text)
        assert files(folder) == {"out": "old"}
    else:
        assert (folder / "out").read_bytes() == text.encode()
        assert [path.name for path in folder.iterdir()] == ["out"]
