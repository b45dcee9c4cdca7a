"""The ways to a Prometheus: TLS, proxies, redirects, long queries, the API server; and who gets the credentials."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme
from asked import asked, fault_of

from api_server.server import Server
from api_server.thread import served
from gpurules.cluster.prometheus.access import Access
from gpurules.cluster.prometheus.answer import LoadedRule, Sample
from gpurules.cluster.prometheus.fault import Cause
from gpurules.cluster.prometheus.store import Store
from gpurules.text.errors import InputError
from kubernetes_api.access import Authority, authority, kubeconfig
from kubernetes_api.server import TOKEN
from loopback import Exchange, serving

SECRET = "a-token-that-must-not-be-shown"
BEARER = (("Authorization", f"Bearer {SECRET}"),)
VECTOR = '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1.5,"+Inf"]}]}}'
SAMPLE = Sample({"a": "b"}, 1.5, float("inf"))


def up(store: Store) -> Any:
    return store.instant("up")


def good(exchange: Exchange) -> None:
    exchange.reply(VECTOR)


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def files(trust: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``cert``, ``key`` and ``both`` of a client, ``other`` of another authority's, and what is none."""
    folder = tmp_path_factory.mktemp("client")
    client = trust.ca.issue_cert("ann@example.org")
    client.private_key_pem.write_to_path(str(folder / "key"))
    for chain in client.cert_chain_pems:
        chain.write_to_path(str(folder / "cert"), append=True)
    client.private_key_and_cert_chain_pem.write_to_path(str(folder / "both"))
    other = trustme.CA()
    other.cert_pem.write_to_path(str(folder / "other-ca"))
    other.issue_cert("eve@example.org").private_key_and_cert_chain_pem.write_to_path(str(folder / "other"))
    (folder / "nonsense").write_text("nonsense")
    return folder


def port_of(url: str) -> str:
    return url.replace("http://", "https://")


@pytest.mark.parametrize(
    ("ca", "insecure", "says"),
    [
        ("ca.crt", False, ""),
        ("", True, ""),
        ("", False, "the certificate was not accepted: unable to get local issuer certificate; see --ca-file"),
    ],
)
def test_the_servers_certificate(trust: Authority, ca: str, insecure: bool, says: str) -> None:
    with serving(good, trust.server) as server:
        ca_file = str(trust.ca_file) if ca else ""
        access = Access(port_of(server.url), BEARER, ca=ca_file, insecure=insecure, timeout=5)
        fault = fault_of(access)
    if says:
        assert (fault.cause, says in str(fault), server.requests) == (Cause.TLS, True, [])
    else:
        assert (fault, len(server.requests)) == (None, 1)


@pytest.mark.parametrize(
    ("names", "signer", "says"),
    [(["127.0.0.1"], "other", "unable to get local issuer"), (["x.example"], "own", "mismatch")],
)
def test_certificates_that_are_not_the_servers(trust: Authority, names: list[str], signer: str, says: str) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    (trust.ca if signer == "own" else trustme.CA()).issue_cert(*names).configure_cert(context)
    with serving(good, context) as server:
        fault = fault_of(Access(port_of(server.url), BEARER, ca=str(trust.ca_file), timeout=5))
    assert (fault.cause, says in str(fault), server.requests) == (Cause.TLS, True, [])


@pytest.mark.parametrize(
    ("certificate", "key", "accepted"),
    [("both", "", True), ("cert", "key", True), ("", "", False), ("other", "", False)],
)
def test_the_clients_certificate(trust: Authority, files: Path, certificate: str, key: str, accepted: bool) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trust.ca.issue_cert("127.0.0.1").configure_cert(context)
    trust.ca.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    with serving(good, context) as server:
        fault = fault_of(
            Access(
                port_of(server.url),
                ca=str(trust.ca_file),
                certificate=str(files / certificate) if certificate else "",
                key=str(files / key) if key else "",
                timeout=5,
            )
        )
    if accepted:
        assert fault is None
    else:
        assert fault.cause in (Cause.TLS, Cause.UNREACHABLE)
        assert server.requests == []


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({"ca": "nonsense"}, "--ca-file .*/nonsense cannot be used: .*; it must be PEM"),
        ({"ca": "nowhere"}, "--ca-file .*/nowhere cannot be used: No such file or directory"),
        ({"certificate": "nonsense"}, "--cert-file .*/nonsense cannot be used"),
        ({"certificate": "cert"}, "--cert-file .*/cert cannot be used"),
        ({"certificate": "cert", "key": "other"}, "--cert-file .*/cert cannot be used: .*mismatch"),
    ],
)
def test_files_that_cannot_be_used(files: Path, named: dict[str, str], says: str) -> None:
    access = Access("https://127.0.0.1:1", **{name: str(files / file) for name, file in named.items()})  # type: ignore[arg-type]
    with pytest.raises(InputError, match=says):
        asked(access, up)


def test_http_where_https_is_spoken_and_the_other_way_round(trust: Authority) -> None:
    with serving(good) as server:
        assert fault_of(Access(port_of(server.url), insecure=True, timeout=5)).cause is Cause.TLS
    with serving(good, trust.server) as server:
        assert fault_of(Access(server.url, timeout=2)).cause in (Cause.UNREACHABLE, Cause.TIMEOUT)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    with (
        serving(good) as elsewhere,
        serving(lambda exchange: exchange.reply("", status, Location=f"{elsewhere.url}{exchange.path}")) as server,
    ):
        fault = fault_of(Access(server.url, BEARER))
    assert (fault.cause, elsewhere.requests, len(server.requests)) == (Cause.REDIRECT, [], 1)


def test_every_request_carries_the_headers_and_asks_for_plain_json() -> None:
    with serving(good) as server:
        asked(Access(server.url + "/prometheus/", (*BEARER, ("X-Scope-OrgID", "t"))), up)
    (sent,) = server.headers
    assert sent["Authorization"] == f"Bearer {SECRET}"
    assert (sent["X-Scope-OrgID"], sent["Accept-Encoding"]) == ("t", "identity")
    assert server.requests == ["GET /prometheus/api/v1/query?query=up&timeout=30s"]


def test_a_cookie_that_the_server_sets_is_not_kept() -> None:
    async def twice(store: Store) -> None:
        await store.instant("up")
        await store.instant("up")

    with serving(lambda exchange: exchange.reply(VECTOR, Set_Cookie="a=b")) as server:
        asked(Access(server.url), twice)
    assert ["Cookie" in sent for sent in server.headers] == [False, False]


@pytest.mark.parametrize(("length", "method"), [(10, "GET"), (1900, "GET"), (2100, "POST"), (100_000, "POST")])
def test_long_queries_are_posted(length: int, method: str) -> None:
    expression = 'up{a="ä+&% ' + "x" * length + '"}'
    seen: list[dict[str, list[str]]] = []

    def answer(exchange: Exchange) -> None:
        text = exchange.content() if exchange.command == "POST" else urlsplit(exchange.path).query
        seen.append(parse_qs(text, strict_parsing=True))
        exchange.reply(VECTOR)

    with serving(answer) as server:
        assert asked(Access(server.url), lambda store: store.instant(expression, 1.25)) == (SAMPLE,)
    assert seen == [{"query": [expression], "time": ["1.250"], "timeout": ["30s"]}]
    assert server.requests[0].split()[0] == method


def through(proxy: str) -> dict[str, str]:
    return {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy}


def test_the_environments_proxy_is_used_as_for_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(good) as proxy:
        for name, value in through(proxy.url).items():
            monkeypatch.setenv(name, value)
        assert asked(Access("http://prometheus.example:9090"), up) == (SAMPLE,)
        assert proxy.requests == ["GET http://prometheus.example:9090/api/v1/query?query=up&timeout=30s"]
        with pytest.raises(InputError, match="which would see the credentials; use https://") as caught:
            asked(Access("http://prometheus.example:9090", BEARER), up)
        assert SECRET not in str(caught.value)
        assert len(proxy.requests) == 1
        fault_of(Access("https://prometheus.example", BEARER, timeout=2))
        assert proxy.requests[1:] == []
        assert all(SECRET not in str(sent) for sent in proxy.headers)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(good) as server:
        assert asked(Access(server.url, BEARER), up) == (SAMPLE,)
    assert len(server.requests) == 1


def test_no_netrc_and_no_other_credentials_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login ann password {SECRET}")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serving(good) as server:
        asked(Access(server.url), up)
    assert "Authorization" not in server.headers[0]


def behind(trust: Authority, folder: Path, server: Server, **more: Any) -> Access:
    config = kubeconfig(folder / "config", f"https://127.0.0.1:{server.port}", trust.ca_file)
    return Access("k8s://monitoring/prometheus-k8s:9090/sub", kubeconfig=str(config), timeout=5, **more)


RULES = {
    "status": "success",
    "data": {
        "groups": [
            {
                "name": "g",
                "file": "f",
                "interval": 30,
                "rules": [
                    {
                        "name": "a:b:c",
                        "query": "up",
                        "labels": {"x": "y"},
                        "health": "err",
                        "lastError": "many",
                        "evaluationTime": 0.25,
                        "lastEvaluation": "2026-01-02T03:04:05.5Z",
                        "type": "recording",
                    },
                    {"name": "A", "query": "up == 0", "type": "alerting", "lastEvaluation": "0001-01-01T00:00:00Z"},
                ],
            }
        ]
    },
}
LOADED = (
    LoadedRule("g", "f", 30.0, "a:b:c", "", "up", {"x": "y"}, "err", "many", 0.25, 1767323045.5),
    LoadedRule("g", "f", 0.0 + 30, "", "A", "up == 0", {}, "", "", 0.0, 0.0),
)


def test_through_the_api_server(trust: Authority, tmp_path: Path) -> None:
    server = Server()
    server.proxied["prometheus-k8s:9090/sub/api/v1/rules"] = lambda: RULES
    with served(server, trust.server):
        access = behind(trust, tmp_path, server, headers=(("X-Scope-OrgID", "t"),))
        assert asked(access, lambda store: store.rules()) == LOADED
        missing = fault_of(access)
    path = "/api/v1/namespaces/monitoring/services/prometheus-k8s:9090/proxy/sub/api/v1/rules?exclude_alerts=true"
    assert server.requests[0] == f"GET {path}"
    assert "the API server answers 503: no endpoints available" in str(missing)
    assert TOKEN not in str(missing)


@pytest.mark.parametrize(
    ("config", "says"),
    [({"kubeconfig": "nowhere"}, "the kubeconfig nowhere is not there"), ({"context": "elsewhere"}, "no context")],
)
def test_a_kubeconfig_that_leads_nowhere(trust: Authority, tmp_path: Path, config: dict[str, str], says: str) -> None:
    named = {"kubeconfig": str(kubeconfig(tmp_path / "config", "https://127.0.0.1:1", trust.ca_file)), **config}
    fault = fault_of(Access("k8s://a/b:1", **named))  # type: ignore[arg-type]
    assert (fault.cause, says in str(fault)) == (Cause.UNREACHABLE, True)
