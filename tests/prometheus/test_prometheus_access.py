"""Addresses, headers and secrets: what can be said, what is refused in one line, and that no secret is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gpurules.cluster.prometheus.access import Access
from gpurules.cluster.prometheus.address import Plain, Service, parse_address
from gpurules.cluster.prometheus.credentials import Said, headers_of, shows_secret
from gpurules.text.errors import InputError

ADDRESSES = [
    ("http://127.0.0.1:9090", Plain("http://127.0.0.1:9090")),
    ("https://mimir.example/prometheus/", Plain("https://mimir.example/prometheus")),
    ("http://[::1]:9090", Plain("http://[::1]:9090")),
    ("https://h/select/0:1/prometheus", Plain("https://h/select/0:1/prometheus")),
    (
        "k8s://monitoring/prometheus-k8s:9090",
        Service("/api/v1/namespaces/monitoring/services/prometheus-k8s:9090/proxy"),
    ),
    ("k8s://m/p:web/x/", Service("/api/v1/namespaces/m/services/p:web/proxy/x")),
    ("k8s://m/https:p:web", Service("/api/v1/namespaces/m/services/https:p:web/proxy")),
]


@pytest.mark.parametrize(("address", "expected"), ADDRESSES)
def test_addresses(address: str, expected: Plain | Service) -> None:
    assert parse_address(address) == expected


NO_ADDRESSES = [
    "",
    "prometheus:9090",
    "ftp://x",
    "http://",
    "http://x?y",
    "http://x#y",
    "http://x/ y",
    "http://x:0",
    "http://x:99999",
    "http://[x",
    "http://x/\x1b[31m",
    "http://x/%0",
    "k8s://a/b",
    "k8s://a/../b:1",
    "k8s://A/b:1",
    "k8s://a/b:1/../../x",
    "k8s://a/b:1?x",
    "http://user:a-secret@x",
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(InputError, match="is no address of a Prometheus; ") as caught:
        Access(address)
    assert "a-secret" not in str(caught.value)
    assert str(caught.value).isprintable()


TOKEN = (("Authorization", "Bearer abc"),)
UNFIT: list[tuple[str, dict[str, Any], str]] = [
    ("k8s://a/b:1", {"ca": "x"}, "--ca-file is of no use for k8s://a/b:1"),
    ("k8s://a/b:1", {"insecure": True}, "--insecure-skip-tls-verify is of no use"),
    ("k8s://a/b:1", {"headers": TOKEN}, "the API server passes no Authorization header on"),
    ("http://x", {"ca": "x"}, "--ca-file is of no use for http://x; write https://"),
    ("http://x", {"certificate": "x"}, "--cert-file is of no use for http://x"),
    ("https://x", {"key": "x"}, "--key-file is there without --cert-file"),
    ("https://x", {"ca": "x", "insecure": True}, "exclude each other"),
    ("https://x", {"largest_series": 0}, "--max-series must be at least 1"),
]


@pytest.mark.parametrize(("url", "more", "says"), UNFIT, ids=[row[2] for row in UNFIT])
def test_what_does_not_fit_together(url: str, more: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError) as caught:
        Access(url, **more)
    assert says in str(caught.value)


def test_no_secret_is_in_a_repr() -> None:
    assert "abc" not in repr(Access("https://x", TOKEN))
    assert "abc" not in repr(Said(bearer_token="abc"))


SECRETS = [
    (("X", "tenant-1"), {"tenant-1"}),
    (("Authorization", "Bearer abcdef"), {"Bearer abcdef", "abcdef"}),
    (
        ("Authorization", "Basic YW5uOnBhc3N3b3Jk"),
        {"Basic YW5uOnBhc3N3b3Jk", "YW5uOnBhc3N3b3Jk", "ann:password", "password"},
    ),
    (("Authorization", "Basic nonsense!"), {"Basic nonsense!", "nonsense!"}),
    (("X", "short"), set()),
]


@pytest.mark.parametrize(("header", "expected"), SECRETS)
def test_what_no_message_may_show(header: tuple[str, str], expected: set[str]) -> None:
    assert set(Access("https://x", (header,)).secrets) == expected


@pytest.mark.parametrize(
    ("url", "headers", "expected"),
    [
        ("http://prometheus.example", TOKEN, True),
        ("http://127.0.0.1:9090", TOKEN, False),
        ("http://localhost", TOKEN, False),
        ("https://prometheus.example", TOKEN, False),
        ("http://prometheus.example", (("X-Scope-OrgID", "t"),), False),
    ],
)
def test_credentials_in_the_clear(url: str, headers: tuple[tuple[str, str], ...], expected: bool) -> None:
    assert Access(url, headers).in_the_clear is expected


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {"token": "abc\n", "pair": "ann:p w:x\n", "empty": "\n", "two": "a\nb", "odd": "a\x1bb"}.items():
        Path(name).write_text(text, encoding="utf-8")


ENVIRONMENT = {"TENANT": " t1 ", "NONE": ""}
SAID = [
    (Said(), {}),
    (Said(headers=("X-Scope-OrgID: t", "X-A:b:c")), {"X-Scope-OrgID": "t", "X-A": "b:c"}),
    (Said(header_files=("X-Token: token",)), {"X-Token": "abc"}),
    (Said(header_variables=("X-Scope-OrgID: TENANT",)), {"X-Scope-OrgID": "t1"}),
    (Said(bearer_token="abc"), {"Authorization": "Bearer abc"}),
    (Said(bearer_token_file="token"), {"Authorization": "Bearer abc"}),
    (Said(basic_auth="ann:p w:x"), {"Authorization": "Basic YW5uOnAgdzp4"}),
    (Said(basic_auth_file="pair"), {"Authorization": "Basic YW5uOnAgdzp4"}),
]


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("said", "expected"), SAID, ids=[str(number) for number in range(len(SAID))])
def test_headers(said: Said, expected: dict[str, str]) -> None:
    assert dict(headers_of(said, ENVIRONMENT)) == expected


WRONG = [
    (Said(headers=("a-secret",)), "--header: this is no NAME: and what follows"),
    (Said(headers=("a b: a-secret",)), "--header: a b is no NAME:"),
    (Said(headers=("Host: a-secret",)), "--header: the header Host is set by gpurules itself"),
    (Said(headers=("X: a-secret\r\nY: z",)), "--header: the value for X is empty, or holds what no header can"),
    (Said(headers=("X: ä",)), "holds what no header can"),
    (Said(headers=("X:",)), "--header: the value for X is empty"),
    (Said(headers=("X: a", "x: b")), "--header: the header x is there twice"),
    (Said(bearer_token="a-secret", basic_auth="u:p"), "--basic-auth: the header Authorization is there twice"),
    (Said(headers=("authorization: a-secret",), bearer_token="b"), "the header Authorization is there twice"),
    (Said(header_files=("X: nowhere",)), "nowhere: there is no such file"),
    (Said(header_files=("X: empty",)), "--header-file: the value for X is empty"),
    (Said(header_files=("X: two",)), "holds what no header can"),
    (Said(bearer_token_file="odd"), "holds what no header can"),
    (Said(bearer_token_file="empty"), "--bearer-token-file: the value for Authorization is empty"),
    (Said(header_variables=("X: NOBODY",)), "there is no environment variable NOBODY"),
    (Said(header_variables=("X: NONE",)), "the value for X is empty"),
    (Said(basic_auth="a-secret"), "--basic-auth: there is no colon in it; write USER:PASSWORD"),
    (Said(basic_auth_file="token"), "--basic-auth-file: there is no colon in it"),
]


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("said", "says"), WRONG, ids=[row[1] for row in WRONG])
def test_headers_that_cannot_be(said: Said, says: str) -> None:
    with pytest.raises(InputError) as caught:
        headers_of(said, ENVIRONMENT)
    assert says in str(caught.value)
    assert "a-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "expected"),
    [("Authorization: x", True), ("X-Api-Key: x", True), ("Cookie: x", True), ("X-Scope-OrgID: token", False)],
)
def test_headers_that_hold_a_secret(header: str, expected: bool) -> None:
    assert shows_secret(header) is expected
