"""The comment at the top."""

from __future__ import annotations

import pytest

from gpurules.output.banner import NamedInput, banner_lines, file_input


def test_kinds_are_gathered_in_order() -> None:
    inputs = [
        NamedInput("KubeVirt", "v1.9"),
        NamedInput("counters", "a.csv", "0123456789ab"),
        NamedInput("exporters", "4.8.2"),
        NamedInput("counters", "built-in"),
    ]
    assert banner_lines(inputs)[1:] == (
        "  KubeVirt: v1.9",
        "  counters: a.csv (sha256 0123456789ab), built-in",
        "  exporters: 4.8.2",
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/a/x.csv", "x.csv"),
        ("../x.csv", "x.csv"),
        ("x.csv", "x.csv"),
        ("-", "-"),
        ("<stdin>", "<stdin>"),
        ("", ""),
    ],
)
def test_files_go_by_their_last_name(path: str, name: str) -> None:
    assert file_input("counters", path, b"").name == name


def test_the_digest_is_that_of_the_content() -> None:
    assert file_input("counters", "x", b"").digest == "e3b0c44298fc"
    assert file_input("counters", "x", b"1").digest != file_input("counters", "x", b"2").digest


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("/home/a/x.csv", "x.csv"),
        ("C:\\a\\x.csv", "x.csv"),
        ("b/x.csv", "b/x.csv"),
        ("x.csv: data.metrics", "x.csv: data.metrics"),
        ("/", "/"),
    ],
)
def test_no_folder_of_this_machine_is_named(name: str, shown: str) -> None:
    assert banner_lines([NamedInput("counters", name)])[1] == f"  counters: {shown}"
