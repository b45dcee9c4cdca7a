"""Credentials from a program that the kubeconfig names (Kubernetes, client.authentication.k8s.io).

The client library runs such programs too, but swallows what goes wrong and leaves one that hangs running.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gpurules.cluster.fault import Cause, ClusterFault
from gpurules.cluster.redact import redacted

END_SECONDS = 1.0


async def credentials(plugin: Mapping[str, Any], folder: Path) -> Mapping[str, str]:
    """The ``status`` that the program gives: token, clientCertificateData and clientKeyData, expirationTimestamp.

    ``plugin`` is the kubeconfig's entry ``exec``, ``folder`` that of the kubeconfig. Ends the program when it is
    cancelled. Raises ClusterFault.
    """
    command = str(plugin.get("command") or "")
    output = await _output_of(plugin, command, folder)
    try:
        answer = json.loads(output)
        version, status = answer["apiVersion"], answer["status"]
        usable = {key: str(value) for key, value in status.items() if value}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _refusal(command, "its answer is no ExecCredential with a status") from None
    if version != plugin.get("apiVersion"):
        raise _refusal(command, f"it speaks {redacted(str(version))}, the kubeconfig {plugin.get('apiVersion')}")
    if "token" not in usable and not {"clientCertificateData", "clientKeyData"} <= set(usable):
        raise _refusal(command, "there is neither a token in its answer nor a certificate with its key")
    return usable


async def _output_of(plugin: Mapping[str, Any], command: str, folder: Path) -> bytes:
    # A program that may ask needs the terminal; what it says there is between it and the user.
    asks = plugin.get("interactiveMode") != "Never" and sys.stdin.isatty() and sys.stderr.isatty()
    try:
        process = await asyncio.create_subprocess_exec(
            str(folder / command) if "/" in command else command,
            *(str(word) for word in plugin.get("args") or ()),
            env=_environment(plugin, asks),
            stdin=None if asks else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=None if asks else asyncio.subprocess.PIPE,
            start_new_session=not asks,
        )
    except (OSError, ValueError) as error:
        hint = redacted(str(plugin.get("installHint") or ""))
        why = error.strerror if isinstance(error, OSError) else "it cannot be the name of a program"
        raise _refusal(command, f"{why}", hint or "install it, or mend PATH") from None
    try:
        output, complaint = await process.communicate()
    except asyncio.CancelledError:
        await _end(process, with_children=not asks)
        raise
    if process.returncode:
        said = redacted((complaint or b"").decode("utf-8", "replace"))
        raise _refusal(command, f"exit code {process.returncode}{': ' if said else ''}{said}")
    return output


def _environment(plugin: Mapping[str, Any], asks: bool) -> dict[str, str]:
    wanted = {str(entry["name"]): str(entry["value"]) for entry in plugin.get("env") or ()}
    info = {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": {"interactive": asks}}
    return {**os.environ, **wanted, "KUBERNETES_EXEC_INFO": json.dumps(info)}


async def _end(process: asyncio.subprocess.Process, with_children: bool) -> None:
    with contextlib.suppress(ProcessLookupError):
        if with_children:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.communicate(), END_SECONDS)


def _refusal(
    command: str, why: str, advice: str = "run kubectl get --raw /version to see what it wants"
) -> ClusterFault:
    return ClusterFault(Cause.CREDENTIALS, f"the plugin {redacted(command)} gave no credentials: {why}", advice=advice)
