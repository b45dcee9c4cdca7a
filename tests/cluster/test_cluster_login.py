"""Logging in: kubeconfigs good and bad, exec plugins, service accounts, proxies, certificates."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gpurules.cluster import login
from gpurules.cluster.client import open_client
from gpurules.cluster.fault import Cause, ClusterFault
from kubernetes_api import server
from kubernetes_api.access import Authority, authority, kubeconfig
from kubernetes_api.server import TOKEN, Api

PATH = "/apis/kubevirt.io/v1/kubevirts"
SECRET = "a-secret-that-must-not-be-shown"


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No kubeconfig, no pod, no proxy."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def asked(trust: Authority, config: Callable[[int], tuple[str, str]], timeout: float = 5.0, **api: Any) -> Api:
    """Ask for the KubeVirt objects as the kubeconfig and context say that ``config`` makes for a port."""

    async def run() -> Api:
        async with server.running(Api(**api), trust.server) as running:
            async with open_client(*config(running.port), timeout) as client:
                assert await client.get(PATH) == {"items": [], "metadata": {}}
            return running

    return asyncio.run(run())


def at(port: int, host: str = "127.0.0.1") -> str:
    return f"https://{host}:{port}"


def test_kubeconfig_flag(trust: Authority, tmp_path: Path) -> None:
    asked(trust, lambda port: (str(kubeconfig(tmp_path / "config", at(port), trust.ca_file)), ""))


def test_other_context(trust: Authority, tmp_path: Path) -> None:
    asked(trust, lambda port: (str(kubeconfig(tmp_path / "config", at(port), trust.ca_file)), "there"))


def test_kubeconfig_variable(trust: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def config(port: int) -> tuple[str, str]:
        path = kubeconfig(tmp_path / "config", at(port), trust.ca_file)
        monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/none{os.pathsep}{path}")
        return "", ""

    asked(trust, config)


def test_kubeconfig_at_home(trust: Authority, tmp_path: Path) -> None:
    def config(port: int) -> tuple[str, str]:
        kubeconfig(tmp_path / "home" / ".kube" / "config", at(port), trust.ca_file)
        return "", ""

    asked(trust, config)


def test_paths_are_relative_to_the_kubeconfig(trust: Authority, tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_bytes(trust.ca_file.read_bytes())
    asked(trust, lambda port: (str(kubeconfig(tmp_path / "config", at(port), Path("ca.crt"))), ""))


def test_in_cluster(trust: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kubernetes.aio.config import incluster_config

    (tmp_path / "token").write_text(TOKEN)
    monkeypatch.setattr(incluster_config, "SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(trust.ca_file))

    def config(port: int) -> tuple[str, str]:
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(port))
        return "", ""

    asked(trust, config)


def test_token_of_the_service_account_is_read_again(
    trust: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kubernetes.aio.config import incluster_config

    (tmp_path / "token").write_text("first")
    monkeypatch.setattr(incluster_config, "SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(trust.ca_file))

    async def run() -> None:
        async with server.running(Api(token="first"), trust.server) as api:
            monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
            monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(api.port))
            async with open_client("", "", 5.0) as client:
                await client.get(PATH)
                api.token = "second"
                (tmp_path / "token").write_text("second")
                await client.renew()
                await client.get(PATH)

    asyncio.run(run())


def plugin(tmp_path: Path, program: str) -> dict[str, Any]:
    """A user whose credentials come from a Python program."""
    path = tmp_path / "plugin.py"
    path.write_text(program, encoding="utf-8")
    version = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": version, "command": sys.executable, "args": [str(path)], "interactiveMode": "Never"}}


def credential(**status: str) -> str:
    """A plugin that gives these credentials, and counts how often it is asked."""
    return (
        "import json, pathlib, sys\n"
        "with open(pathlib.Path(__file__).with_name('asked'), 'a') as file: file.write('x')\n"
        f"print(json.dumps(dict(apiVersion='client.authentication.k8s.io/v1', kind='ExecCredential', status={status})))"
    )


@pytest.mark.parametrize(
    ("status", "times"),
    [
        pytest.param({"token": TOKEN}, 1, id="without-end"),
        pytest.param({"token": TOKEN, "expirationTimestamp": "2999-01-01T00:00:00Z"}, 1, id="long"),
        pytest.param({"token": TOKEN, "expirationTimestamp": "2001-01-01T00:00:00Z"}, 2, id="expired"),
    ],
)
def test_exec_plugin(status: dict[str, str], times: int, trust: Authority, tmp_path: Path) -> None:
    user = plugin(tmp_path, credential(**status))

    async def run() -> None:
        async with server.running(Api(), trust.server) as api:
            path = kubeconfig(tmp_path / "config", at(api.port), trust.ca_file, user)
            async with open_client(str(path), "", 10.0) as client:
                await client.get(PATH)
                await client.renew()
                await client.get(PATH)

    asyncio.run(run())
    assert (tmp_path / "asked").read_text() == "x" * times


def test_exec_plugin_is_asked_again_once_its_credentials_are_refused(trust: Authority, tmp_path: Path) -> None:
    user = plugin(tmp_path, credential(token="first"))

    async def run() -> None:
        async with server.running(Api(token="first"), trust.server) as api:
            path = kubeconfig(tmp_path / "config", at(api.port), trust.ca_file, user)
            async with open_client(str(path), "", 10.0) as client:
                await client.get(PATH)
                api.token = "second"
                plugin(tmp_path, credential(token="second"))
                await client.renew()
                with pytest.raises(ClusterFault):
                    await client.get(PATH)
                await client.renew()
                await client.get(PATH)

    asyncio.run(run())
    assert (tmp_path / "asked").read_text() == "xx"


def certificate_user(trust: Authority, folder: Path, form: str) -> dict[str, Any]:
    """A user with a client certificate in a form that kubeconfigs have."""
    issued = trust.ca.issue_cert("ann@example.org")
    chain, key = issued.cert_chain_pems[0].bytes(), issued.private_key_pem.bytes()
    if form == "plugin":
        pem = {"clientCertificateData": chain.decode(), "clientKeyData": key.decode()}
        return plugin(folder, credential(**pem))
    if form == "data":
        names = ("client-certificate-data", "client-key-data")
        return {name: base64.b64encode(pem).decode() for name, pem in zip(names, (chain, key), strict=True)}
    (folder / "ann.crt").write_bytes(chain)
    (folder / "ann.key").write_bytes(key)
    return {"client-certificate": "ann.crt", "client-key": "ann.key"}


@pytest.mark.parametrize("form", ["plugin", "data", "files", "none"])
def test_client_certificate(form: str, trust: Authority, tmp_path: Path) -> None:
    wanting = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(trust.ca_file))
    trust.ca.issue_cert("127.0.0.1").configure_cert(wanting)
    wanting.verify_mode = ssl.CERT_REQUIRED

    async def run() -> int:
        async with server.running(Api(), wanting) as api:
            user = {} if form == "none" else certificate_user(trust, tmp_path, form)
            path = kubeconfig(tmp_path / "config", at(api.port), trust.ca_file, user)
            async with open_client(str(path), "", 10.0) as client:
                with pytest.raises(ClusterFault) as raised:
                    await client.get(PATH)
                return raised.value.status

    # With a certificate TLS stands, and the API says that it wants a token.
    assert asyncio.run(run()) == (0 if form == "none" else 401)


BAD_PLUGINS = {
    "fails": ("import sys; print('please log in', file=sys.stderr); sys.exit(1)", "please log in"),
    "fails-and-tells": (f"import sys; print('token: {SECRET}', file=sys.stderr); sys.exit(1)", "token: <hidden>"),
    "no-json": (f"print('{SECRET}')", "no ExecCredential"),
    "no-status": ('print(\'{"apiVersion": "x"}\')', "no ExecCredential"),
    "empty-status": (credential(), "neither a token"),
    "other-version": (credential(token=SECRET).replace("k8s.io/v1", "k8s.io/v1beta1"), "it speaks client.auth"),
    "no-key": (credential(clientCertificateData=SECRET), "neither a token"),
}


@pytest.mark.parametrize("name", BAD_PLUGINS)
def test_bad_exec_plugin(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    program, said = BAD_PLUGINS[name]
    path = kubeconfig(tmp_path / "config", at(1), None, plugin(tmp_path, program))
    with pytest.raises(ClusterFault) as raised:
        asyncio.run(login.log_in(str(path), "", 10.0))
    assert raised.value.cause is Cause.CREDENTIALS
    assert said in str(raised.value)
    assert SECRET not in str(raised.value)
    assert capfd.readouterr() == ("", "")


def test_exec_plugin_that_is_missing(tmp_path: Path) -> None:
    version = "client.authentication.k8s.io/v1"
    user = {"exec": {"apiVersion": version, "command": "no-such-plugin", "installHint": "mend it"}}
    path = kubeconfig(tmp_path / "config", at(1), None, user)
    with pytest.raises(ClusterFault, match=r"no-such-plugin gave no credentials: No such file.*; mend it"):
        asyncio.run(login.log_in(str(path), "", 10.0))


def test_exec_plugin_that_hangs_is_ended(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, time\n"
        "pathlib.Path(__file__).with_name('pid').write_text(str(os.getpid()))\n"
        "time.sleep(600)"
    )
    path = kubeconfig(tmp_path / "config", at(1), None, plugin(tmp_path, program))

    async def run() -> None:
        with pytest.raises(ClusterFault, match="no credentials within 1 s") as raised:
            await login.log_in(str(path), "", 1.0)
        assert raised.value.cause is Cause.CREDENTIALS

    asyncio.run(run())
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)


def id_token(expires: int) -> str:
    """A JSON web token, as far as anybody looks at it here."""
    parts = ({"alg": "none"}, {"exp": expires, "sub": "ann"})
    return ".".join([*(base64.b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), "x"])


@pytest.mark.parametrize(
    ("provider", "said"),
    [
        ({"name": "oidc", "config": {"client-id": "x", "refresh-token": SECRET}}, "the id-token has expired"),
        ({"name": "oidc", "config": {"id-token": id_token(1), "refresh-token": SECRET}}, "the id-token has expired"),
        ({"name": "oidc", "config": {"id-token": SECRET}}, "oidc: JWT tokens should contain 3"),
        ({"name": "gcp", "config": {"access-token": SECRET}}, "the auth-provider gcp is none that kubectl has"),
    ],
    ids=["no-token", "expired", "no-jwt", "gcp"],
)
def test_auth_provider(provider: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = kubeconfig(tmp_path / "config", at(1), None, {"auth-provider": provider})
    with pytest.raises(ClusterFault, match=said) as raised:
        asyncio.run(login.log_in(str(path), "", 10.0))
    assert raised.value.cause is Cause.CREDENTIALS
    assert SECRET not in str(raised.value)


def test_openid_token_that_holds(tmp_path: Path) -> None:
    token = id_token(32_503_680_000)
    user = {"auth-provider": {"name": "oidc", "config": {"id-token": token}}}
    found = asyncio.run(login.log_in(str(kubeconfig(tmp_path / "config", at(1), None, user)), "", 10.0))
    assert found.configuration.api_key == {"BearerToken": f"Bearer {token}"}


BAD_CONFIGS: dict[str, tuple[str, str]] = {
    "empty": ("", "config: the file is empty"),
    "no-yaml": (f"token: [{SECRET}", f"config:1:{len(SECRET) + 9}: this is not valid YAML"),
    "a-list": (f"- {SECRET}", "config:1:1: this is no kubeconfig: keys and values are expected"),
    "clusters-no-list": (f"clusters: {SECRET}\ncurrent-context: c", "config:1:11: clusters is no list"),
    "user-without-user": (
        f"current-context: c\nusers: [{{name: u, token: {SECRET}}}]\ncontexts: [{{name: c}}]\nclusters: []",
        "config:2:9: this entry of users has no user",
    ),
    "unknown-user": (
        "current-context: c\ncontexts: [{name: c, context: {cluster: x, user: u}}]\n"
        "clusters: [{name: x, cluster: {server: 'https://127.0.0.1'}}]\nusers: []",
        'its users do not hold "u"',
    ),
    "no-context": (f"users: [{{name: u, user: {{token: {SECRET}}}}}]", 'the key "current-context" is missing'),
    "unknown-cluster": (
        "current-context: c\ncontexts: [{name: c, context: {cluster: x, user: u}}]\n"
        f"clusters: []\nusers: [{{name: u, user: {{token: {SECRET}}}}}]",
        'clusters do not hold "x"',
    ),
    "nameless-user": (
        "current-context: c\ncontexts: [{name: c, context: {cluster: x, user: u}}]\n"
        f"clusters: [{{name: x, cluster: {{server: 'https://127.0.0.1'}}}}]\nusers: [{{user: {{token: {SECRET}}}}}]",
        "config:4:9: this entry of users has no name",
    ),
    "empty-exec": (
        "current-context: c\ncontexts: [{name: c, context: {cluster: x, user: u}}]\n"
        "clusters: [{name: x, cluster: {server: 'https://127.0.0.1'}}]\n"
        f"users: [{{name: u, user: {{exec: {{env: [{{name: A, value: {SECRET}}}]}}}}}}]",
        "gave no credentials",
    ),
}


@pytest.mark.parametrize("name", BAD_CONFIGS)
def test_bad_kubeconfig(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text, said = BAD_CONFIGS[name]
    (tmp_path / "config").write_text(text, encoding="utf-8")
    with pytest.raises(ClusterFault) as raised:
        asyncio.run(login.log_in(str(tmp_path / "config"), "", 10.0))
    assert said in str(raised.value)
    assert SECRET not in str(raised.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("kubeconfig_flag", "context", "said"),
    [
        ("none", "", "the kubeconfig none is not there"),
        ("/", "", "the kubeconfig / is a folder; name a file"),
        ("", "", "there is no kubeconfig, and this is no pod"),
        ("", "here", "there is no kubeconfig, and this is no pod"),
    ],
)
def test_no_kubeconfig(kubeconfig_flag: str, context: str, said: str) -> None:
    with pytest.raises(ClusterFault, match=said) as raised:
        asyncio.run(login.log_in(kubeconfig_flag, context, 1.0))
    assert raised.value.cause is Cause.CONFIGURATION


def test_files_that_are_not_there_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kubeconfig(tmp_path / "config", at(1), None)
    with pytest.raises(ClusterFault, match='confg is not there; did you mean "config"'):
        asyncio.run(login.log_in(str(tmp_path / "confg"), "", 1.0))
    monkeypatch.setenv("KUBECONFIG", "/none/a:/none/b")
    with pytest.raises(ClusterFault, match="KUBECONFIG names /none/a:/none/b, and no such file is there"):
        asyncio.run(login.log_in("", "", 1.0))


def test_unknown_context_names_the_nearest(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path / "config", at(1), None)
    with pytest.raises(ClusterFault, match='has no context "ther"; did you mean "there"'):
        asyncio.run(login.log_in(str(path), "ther", 1.0))
