"""Where the Kubernetes API is and who we are there: a kubeconfig, or the service account of the pod we run in."""

from __future__ import annotations

import asyncio
import datetime
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubernetes.aio import client, config
from kubernetes.aio.config import kube_config

from gpurules.cluster.exec_plugin import credentials
from gpurules.cluster.fault import Cause, ClusterFault
from gpurules.cluster.kubeconfig_form import wrong_form
from gpurules.cluster.redact import redacted
from gpurules.text.nearest import did_you_mean

_untyped: Any = kube_config
_in_pod: Any = config
"""The library's modules, where its own annotations end."""

DEFAULT_KUBECONFIG = "~/.kube/config"
RENEW_BEFORE = datetime.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Login:
    """The client library's configuration, credentials included.

    ``expires`` is when they end as far as an exec plugin said so; ``from_plugin`` whether one gave them.
    """

    configuration: client.Configuration
    from_plugin: bool = False
    expires: datetime.datetime | None = None

    @property
    def to_be_renewed(self) -> bool:
        """Whether to log in again before the next requests: always, except where a plugin's answer still holds."""
        if not self.from_plugin:
            return True
        return self.expires is not None and self.expires - RENEW_BEFORE <= datetime.datetime.now(datetime.UTC)


async def log_in(kubeconfig: str, context: str, timeout: float) -> Login:
    """The configuration of ``context`` in ``kubeconfig``; where both are empty as kubectl chooses.

    Takes at most ``timeout`` seconds, exec plugins included. Raises ClusterFault.
    """
    paths = _paths(kubeconfig)
    if not paths:
        if context or not os.environ.get("KUBERNETES_SERVICE_HOST"):
            raise ClusterFault(
                Cause.CONFIGURATION, "there is no kubeconfig, and this is no pod", advice="use --kubeconfig FILE"
            )
        return _in_cluster()
    try:
        async with asyncio.timeout(timeout):
            return await _from_kubeconfig(paths, context)
    except TimeoutError:
        raise ClusterFault(Cause.CREDENTIALS, f"no credentials within {timeout:g} s") from None


def _paths(kubeconfig: str) -> str:
    """The files to read, joined as KUBECONFIG has them; empty where there are none. Raises ClusterFault."""
    if kubeconfig:
        path = Path(kubeconfig).expanduser()
        if path.is_dir():
            raise ClusterFault(Cause.CONFIGURATION, f"the kubeconfig {kubeconfig} is a folder", advice="name a file")
        if not path.is_file():
            siblings = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
            advice = did_you_mean(path.name, siblings)
            raise ClusterFault(Cause.CONFIGURATION, f"the kubeconfig {kubeconfig} is not there", advice=advice)
        return kubeconfig
    named = os.environ.get("KUBECONFIG")
    paths = [path for path in (named or DEFAULT_KUBECONFIG).split(os.pathsep) if path]
    there = [path for path in paths if Path(path).expanduser().is_file()]
    if named and not there and not os.environ.get("KUBERNETES_SERVICE_HOST"):
        raise ClusterFault(
            Cause.CONFIGURATION, f"KUBECONFIG names {named[:200]}, and no such file is there", advice="correct it"
        )
    return os.pathsep.join(there)


def _in_cluster() -> Login:
    configuration = client.Configuration()
    try:
        _in_pod.load_incluster_config(client_configuration=configuration, try_refresh_token=False)
    except (config.ConfigException, OSError) as error:
        raise ClusterFault(Cause.CONFIGURATION, f"the pod's service account: {redacted(str(error))}") from None
    return Login(configuration)


async def _from_kubeconfig(paths: str, context: str) -> Login:
    configuration = client.Configuration()
    try:
        merged = _untyped.KubeConfigMerger(paths).config
        _check_context(merged, context, paths)
        loader: Any = _Loader(merged, context or None, config_base_path=None)  # type: ignore[no-untyped-call]
        if loader.provider not in (None, "oidc"):
            why = f"the auth-provider {redacted(str(loader.provider))} is none that kubectl has"
            raise ClusterFault(Cause.CREDENTIALS, f"{paths}: {why}", advice="use its exec plugin")
        await loader.load_and_set(configuration)
    except ClusterFault:
        raise
    except Exception as error:
        raise _unusable(paths, context, error) from None
    return Login(configuration, loader.from_plugin, getattr(loader, "exec_plugin_expiry", None))


class _Loader(kube_config.KubeConfigLoader):
    """The library's, with our way to run exec plugins, and without renewing OpenID tokens: the library would send the
    refresh token over TLS that it does not verify, and lose the one that comes in its place.
    """

    from_plugin = False

    async def load_from_exec_plugin(self) -> bool:
        """Set the credentials that the plugin gives. Raises ClusterFault."""
        self.from_plugin = True
        user: Any = self._user
        plugin = _plain(user["exec"].value)
        status = await credentials(plugin, Path(user.path or ".").expanduser().resolve().parent)
        if "token" in status:
            self.token = f"Bearer {status['token']}"
        if "clientCertificateData" in status:
            self.cert_file, self.key_file = (
                _untyped.FileOrData(status, None, data_key_name=key, base64_file_content=False).as_file()
                for key in ("clientCertificateData", "clientKeyData")
            )
        if "expirationTimestamp" in status:
            self.exec_plugin_expiry = _untyped.parse_rfc3339(status["expirationTimestamp"])
        return True

    async def _refresh_oidc(self, provider: object) -> None:
        raise ClusterFault(
            Cause.CREDENTIALS, "oidc: the id-token has expired", advice="kubectl get --raw /version renews it"
        )


def _plain(value: Any) -> Any:
    """``value`` without the library's wrappers."""
    value = getattr(value, "value", value)
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list) else value


def _check_context(merged: Any, context: str, paths: str) -> None:
    if not context:
        return
    names = [entry["name"] for entry in merged.value.get("contexts") or []]
    if context not in names:
        raise ClusterFault(
            Cause.CONFIGURATION, f'{paths} has no context "{context[:100]}"', advice=did_you_mean(context, names)
        )


_MISSING_KEY = re.compile(r"Expected key (\S+) in ")
_MISSING_NAME = re.compile(r"Expected object with name (\S+) in .*?(\w+) list$")


def _unusable(paths: str, context: str, error: Exception) -> ClusterFault:
    """The library's own text would show whole entries of the kubeconfig, tokens included."""
    text = str(error)
    if text.startswith("oidc:"):
        return ClusterFault(Cause.CREDENTIALS, redacted(text), advice="log in again")
    if isinstance(error, OSError):
        why = f"{error.filename or ''}: {error.strerror}".removeprefix(": ")
    elif wrong := wrong_form(paths, context):
        return ClusterFault(Cause.CONFIGURATION, wrong)
    elif found := _MISSING_KEY.search(text):
        why = f'the key "{redacted(found[1])}" is missing'
    elif found := _MISSING_NAME.search(text):
        why = f'its {found[2]} do not hold "{redacted(found[1])}"'
    elif found := re.match(r"File does not exists: (.+)", text):
        why = f"the file {redacted(found[1])} is not there"
    else:
        why = f"it is malformed ({type(error).__name__})"
    return ClusterFault(Cause.CONFIGURATION, f"{paths}: {why}")
