"""Files and standard input are read as UTF-8 text, bounded, and every failure says what and where."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path

import pytest

from gpurules.text.errors import EnvironmentFault, GpurulesError, InputError
from gpurules.text.read import decode_utf8, read_text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        (b"a\r\nb", "a\r\nb"),
        (b"\xef\xbb\xbfa", "a"),
        ("é𝄞".encode(), "é𝄞"),
    ],
    ids=["empty", "line ends are kept", "byte order mark", "UTF-8"],
)
def test_text(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(content)
    source = read_text(str(path))
    assert (source.file, source.text) == (str(path), text)


@pytest.mark.parametrize(
    ("content", "place", "what"),
    [
        (b"a\nb\xffc", "f:2:2", "the byte 0xff is not UTF-8"),
        ("é\nü".encode() + b"\xc3", "f:2:2", "the byte 0xc3 is not UTF-8"),
        (b"\xed\xa0\x80", "f:1:1", "is not UTF-8"),
        (b"a\nbc\0", "f:2:3", "NUL byte"),
        ("a: 1".encode("utf-16"), "f", "this is UTF-16"),
        (b"\x1f\x8b\x08\x00", "f", "this is gzip"),
        (b"x" * 11, "f", "more than 10 bytes"),
    ],
    ids=["wrong byte", "cut short", "surrogate", "binary", "UTF-16", "gzip", "too long"],
)
def test_no_text(content: bytes, place: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        decode_utf8("f", content, limit=10)
    (problem,) = caught.value.problems
    assert str(problem.location) == place
    assert what in problem.message


def test_a_file_is_read_no_further_than_the_limit() -> None:
    with pytest.raises(InputError, match="more than 1,000 bytes"):
        read_text("/dev/zero", limit=1000)


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "counters.csv").touch()
    with pytest.raises(InputError, match=r'couters.csv: there is no such file; did you mean "counters.csv"\?'):
        read_text(str(tmp_path / "couters.csv"))


@pytest.mark.parametrize(
    ("name", "kind", "what"),
    [
        (".", InputError, "this is a folder"),
        ("nowhere/f", InputError, "there is no such file"),
        ("file/f", InputError, "there is no such file"),
        ("a\0b", InputError, "cannot be the name of a file"),
        ("loop", EnvironmentFault, "cannot read the file: Too many levels"),
        ("x" * 300, EnvironmentFault, "cannot read the file: File name too long"),
    ],
)
def test_unreadable(tmp_path: Path, name: str, kind: type[GpurulesError], what: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(kind, match=what) as caught:
        read_text(f"{tmp_path}/{name}")
    assert type(caught.value) is kind


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_fault_of_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.touch(mode=0)
    with pytest.raises(EnvironmentFault, match="Permission denied"):
        read_text(str(path))


def test_a_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"text",))
    writer.start()
    assert read_text(str(pipe)).text == "text"
    writer.join()


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("é".encode()), encoding="ascii"))
    source = read_text("-")
    assert (source.file, source.text) == ("<stdin>", "é")


def test_closed_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="<stdin>: standard input is closed"):
        read_text("-")
