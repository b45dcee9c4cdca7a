"""Where the Kubernetes API is and who we are there: a kubeconfig, or the service account of the pod we run in."""

from __future__ import annotations

import asyncio
import datetime
import logging
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubernetes.aio import client, config
from kubernetes.aio.config import kube_config

from gpurules.cluster.fault import Cause, ClusterFault
from gpurules.cluster.redact import redacted
from gpurules.text.nearest import did_you_mean

_untyped: Any = kube_config
_in_pod: Any = config

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
        if not Path(kubeconfig).expanduser().is_file():
            raise ClusterFault(Cause.CONFIGURATION, f"the kubeconfig {kubeconfig} is not there")
        return kubeconfig
    named = os.environ.get("KUBECONFIG") or DEFAULT_KUBECONFIG
    there = [path for path in named.split(os.pathsep) if path and Path(path).expanduser().is_file()]
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
    with _complaints() as complaints:
        try:
            merged = _untyped.KubeConfigMerger(paths).config
            _check_context(merged, context, paths)
            loader = _untyped.KubeConfigLoader(merged, context or None, config_base_path=None)
            await loader.load_and_set(configuration)
        except ClusterFault:
            raise
        except Exception as error:
            raise _unusable(paths, error) from None
    user: Any = loader._user
    from_plugin = user is not None and "exec" in user
    if from_plugin and not (configuration.api_key or configuration.cert_file):
        said = redacted(complaints[-1]) if complaints else "it gave none"
        raise ClusterFault(
            Cause.CREDENTIALS,
            f"the plugin {redacted(str(user['exec'].value.get('command')))} gave no credentials: {said}",
            advice="run kubectl get --raw /version to see what it wants",
        )
    return Login(configuration, from_plugin, getattr(loader, "exec_plugin_expiry", None))


def _check_context(merged: Any, context: str, paths: str) -> None:
    if not context:
        return
    names = [entry["name"] for entry in merged.value.get("contexts") or []]
    if context not in names:
        raise ClusterFault(
            Cause.CONFIGURATION, f'{paths} has no context "{context[:100]}"', advice=did_you_mean(context, names)
        )


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What the client library would write to stderr: it swallows what an exec plugin does wrong, and logs it."""
    found: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    logger, handler = logging.getLogger("kubernetes"), Keep(logging.ERROR)
    propagates, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield found
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates


_MISSING_KEY = re.compile(r"Expected key (\S+) in ")
_MISSING_NAME = re.compile(r"Expected object with name (\S+) in .*?(\w+) list$")


def _unusable(paths: str, error: Exception) -> ClusterFault:
    """The library's own text would show whole entries of the kubeconfig, tokens included."""
    text = str(error)
    if isinstance(error, OSError):
        why = f"{error.filename or ''}: {error.strerror}".removeprefix(": ")
    elif found := _MISSING_KEY.search(text):
        why = f'the key "{redacted(found[1])}" is missing'
    elif found := _MISSING_NAME.search(text):
        why = f'its {found[2]} do not hold "{redacted(found[1])}"'
    elif found := re.match(r"File does not exists: (.+)", text):
        why = f"the file {redacted(found[1])} is not there"
    else:
        why = f"it is malformed ({type(error).__name__})"
    return ClusterFault(Cause.CONFIGURATION, f"{paths}: {why}")
