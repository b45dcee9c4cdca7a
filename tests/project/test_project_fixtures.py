"""What tests rely on: golden files, components, and a session that stays on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import components
import network_guard
from conftest import compare_with_file

SKIPPED = pytest.skip.Exception
FAILED = pytest.fail.Exception


@pytest.mark.parametrize(
    ("family", "address", "local"),
    [
        pytest.param(socket.AF_INET, ("127.0.0.1", 80), True, id="loopback"),
        pytest.param(socket.AF_INET, ("127.9.8.7", 80), True, id="loopback-any"),
        pytest.param(socket.AF_INET, ("localhost", 80), True, id="localhost"),
        pytest.param(socket.AF_INET6, ("::1", 80, 0, 0), True, id="loopback-6"),
        pytest.param(socket.AF_UNIX, "/tmp/socket", True, id="unix"),
        pytest.param(socket.AF_INET, ("192.0.2.1", 80), False, id="address"),
        pytest.param(socket.AF_INET, ("127.0.0.1.example.org", 80), False, id="name"),
        pytest.param(socket.AF_INET6, ("2001:db8::1", 80, 0, 0), False, id="address-6"),
        pytest.param(socket.AF_INET6, ("fe80::1%eth0", 80, 0, 0), False, id="link-local"),
        pytest.param(40, (2, 1024), False, id="vsock"),
    ],
)
def test_what_is_local(family: int, address: object, local: bool) -> None:
    assert network_guard.is_local(family, address) is local


def test_outside_connection_is_refused_in_every_test() -> None:
    with socket.socket() as outside, pytest.raises(network_guard.OutsideConnection):
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(network_guard.OutsideConnection):
        socket.create_connection(("example.org", 80), timeout=1)


def test_loopback_connection_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_golden_file_that_holds_the_text(tmp_path: Path) -> None:
    compare_with_file(tmp_path / "goldens" / "a", "one\r\ntwo\n", update=True)
    compare_with_file(tmp_path / "goldens" / "a", "one\r\ntwo\n", update=False)


@pytest.mark.parametrize(
    ("before", "message"), [("one\n", r"(?s)differs.*-one.*\+two"), (None, "missing")], ids=["differs", "absent"]
)
def test_golden_file_that_does_not(before: str | None, message: str, tmp_path: Path) -> None:
    if before is not None:
        (tmp_path / "a").write_text(before, encoding="utf-8")
    with pytest.raises(FAILED, match=message):
        compare_with_file(tmp_path / "a", "two\n", update=False)


@pytest.fixture
def only_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """PATH holds nothing but a ``tool`` of version 1.5, one of those that the table knows; no package is there."""
    program = tmp_path / "tool"
    program.write_text("#!/bin/sh\necho 'tool, version 1.5.0+ds (branch: x)' >&2\n", encoding="utf-8")
    program.chmod(0o755)
    table = tuple(components.Component(f"tool-{v}", "tool", v, "none", "tool", n) for v, n in KNOWN)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(components, "table", lambda: table)
    monkeypatch.setattr(components, "CACHE", tmp_path / "cache")
    components.find.cache_clear()
    yield program
    components.find.cache_clear()


KNOWN = (("1.4", "required"), ("1.5", "required"), ("1.6", "bonus"))


@pytest.mark.parametrize(("name", "found"), [("tool", True), ("tool-1.5", True), ("tool-1.4", False), ("other", False)])
def test_component_on_path_counts_by_its_version(name: str, found: bool, only_tool: Path) -> None:
    assert components.find(name) == (only_tool if found else None)


@pytest.mark.parametrize(
    ("name", "ci", "outcome"),
    [
        pytest.param("tool-1.4", "", SKIPPED, id="required"),
        pytest.param("tool-1.4", "true", FAILED, id="required-in-ci"),
        pytest.param("tool-1.6", "true", SKIPPED, id="bonus-in-ci"),
    ],
)
@pytest.mark.usefixtures("only_tool")
def test_missing_component(name: str, ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match=f"component {name} is missing"):
        components.require(name)


def test_components_are_named_after_program_and_version() -> None:
    rows = components.table()
    assert rows
    assert all(row.name == f"{row.program}-{row.version}" and row.need in ("required", "bonus") for row in rows)


@pytest.mark.parametrize(
    ("line", "mirror"),
    [
        ("'http://deb.example.org/debian/dists/bookworm/InRelease' x 0 \n", "http://deb.example.org/debian"),
        ("'file:/srv/mirror/dists/bookworm/InRelease' x 0 \n", "file:/srv/mirror"),
        ("'http://deb.example.org/debian/dists/bookworm/main/binary-amd64/Packages.xz' x 0 \n", None),
    ],
    ids=["http", "file", "other-index"],
)
def test_mirror_from_what_apt_would_fetch(line: str, mirror: str | None) -> None:
    found = components.RELEASE_LINE.search(line)
    assert (found["mirror"] if found else None) == mirror
