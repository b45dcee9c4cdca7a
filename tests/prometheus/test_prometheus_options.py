"""The options of commands that ask a Prometheus: what they come to, and what they warn of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from gpurules.cli.cluster_options import cluster_options
from gpurules.cli.prometheus_options import prometheus_options
from gpurules.cluster.prometheus.access import Access
from gpurules.text.errors import InputError

SECRET = "a-secret-token"


def run(arguments: list[str], variables: dict[str, str] | None = None, required: bool = True) -> tuple[Any, str]:
    """The access, and what stands on standard error."""
    seen: list[Access | None] = []

    @click.command()
    @cluster_options
    @prometheus_options("Asked", required=required)
    def command(prometheus: Access | None, **_: Any) -> None:
        seen.append(prometheus)

    result = CliRunner().invoke(command, arguments, env=variables or {}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return seen[0], result.stderr


URL = ["--prometheus", "https://prometheus.example"]
TAKEN = [
    ([], Access("https://prometheus.example")),
    (["--timeout", "5s", "--max-series", "7"], Access("https://prometheus.example", timeout=5.0, largest_series=7)),
    (["--header", "X-Scope-OrgID: t"], Access("https://prometheus.example", (("X-Scope-OrgID", "t"),))),
    (
        ["--ca-file", "a", "--cert-file", "b", "--key-file", "c"],
        Access("https://prometheus.example", ca="a", certificate="b", key="c"),
    ),
    (["--insecure-skip-tls-verify"], Access("https://prometheus.example", insecure=True)),
    (["--kubeconfig", "k", "--context", "x"], Access("https://prometheus.example", kubeconfig="k", context="x")),
]


@pytest.mark.parametrize(("arguments", "expected"), TAKEN, ids=[" ".join(row[0]) for row in TAKEN])
def test_options(arguments: list[str], expected: Access) -> None:
    assert run([*URL, *arguments]) == (expected, "")


def test_no_prometheus_is_none_where_it_need_not_be() -> None:
    assert run([], required=False) == (None, "")


BEARER = (("Authorization", f"Bearer {SECRET}"),)
SHOWN = "shows the secret to everyone who can list processes; use"
WARNED: list[tuple[list[str], dict[str, str], str]] = [
    (["--bearer-token", SECRET], {}, f"gpurules: note: --bearer-token {SHOWN} --bearer-token-file or "),
    (["--header", f"Authorization: Bearer {SECRET}"], {}, f"gpurules: note: --header {SHOWN} --header-file or "),
    (["--bearer-token-file", "token"], {}, ""),
    (["--header-file", "Authorization: token-with-scheme"], {}, ""),
    (["--header-env", "Authorization: WHO"], {"WHO": f"Bearer {SECRET}"}, ""),
    ([], {"GPURULES_BEARER_TOKEN": SECRET}, ""),
]


@pytest.mark.parametrize(("arguments", "variables", "says"), WARNED)
def test_secrets_on_the_command_line_are_warned_of(
    arguments: list[str], variables: dict[str, str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("token").write_text(SECRET)
    Path("token-with-scheme").write_text(f"Bearer {SECRET}")
    access, said = run([*URL, *arguments], variables)
    assert access.headers == BEARER
    assert (said.startswith(says), said.count("\n"), SECRET in said) == (True, 1 if says else 0, False)


def test_basic_auth_and_the_clear_are_warned_of() -> None:
    access, said = run(["--prometheus", "http://prometheus.example", "--basic-auth", "ann:a-secret"])
    assert access.headers == (("Authorization", "Basic YW5uOmEtc2VjcmV0"),)
    notes = said.splitlines()
    assert notes[0].startswith(f"gpurules: note: --basic-auth {SHOWN} --basic-auth-file or GPURULES_BASIC_AUTH")
    assert notes[1] == "gpurules: note: the credentials go over the network unencrypted; use https://"
    assert len(notes) == 2


def test_what_cannot_be_is_an_input_error() -> None:
    with pytest.raises(InputError, match="is no address of a Prometheus"):
        run(["--prometheus", "nonsense"])
