"""The options of commands that ask a Prometheus."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import click

from gpurules.cli.options import ConfigurationOption

SECRET_FLAGS = {
    "bearer_token": ("--bearer-token", "--bearer-token-file or GPURULES_BEARER_TOKEN"),
    "basic_auth": ("--basic-auth", "--basic-auth-file or GPURULES_BASIC_AUTH"),
}
"""Parameter -> its flag, and what does not show the secret to everyone on the machine."""


def _option(*names: str, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(*names, cls=ConfigurationOption, heading="The Prometheus to ask", **settings)


_HOW = (
    _option(
        "--header", "headers", metavar="'NAME: VALUE'", multiple=True, help="A header, such as 'X-Scope-OrgID: t'."
    ),
    _option(
        "--header-file",
        "header_files",
        metavar="'NAME: FILE'",
        multiple=True,
        help="A header whose value stands in a file.",
    ),
    _option(
        "--header-env",
        "header_variables",
        metavar="'NAME: VARIABLE'",
        multiple=True,
        help="A header from the environment.",
    ),
    _option(
        "--bearer-token",
        metavar="TOKEN",
        default="",
        envvar="GPURULES_BEARER_TOKEN",
        help="Or GPURULES_BEARER_TOKEN, which nobody else can read.",
    ),
    _option("--bearer-token-file", metavar="FILE", default="", help="A file that holds the token."),
    _option(
        "--basic-auth",
        metavar="USER:PASSWORD",
        default="",
        envvar="GPURULES_BASIC_AUTH",
        help="Or GPURULES_BASIC_AUTH.",
    ),
    _option("--basic-auth-file", metavar="FILE", default="", help="A file that holds USER:PASSWORD."),
    _option("--ca-file", metavar="FILE", default="", help="The authorities that the server's certificate may be of."),
    _option("--cert-file", metavar="FILE", default="", help="The client's certificate."),
    _option("--key-file", metavar="FILE", default="", help="Its key, where it is not in the same file."),
    _option("--insecure-skip-tls-verify", "insecure", is_flag=True, help="Accept any certificate of the server."),
    _option(
        "--max-series",
        type=click.IntRange(1),
        metavar="N",
        default=100_000,
        show_default=True,
        help="How many series one answer may have.",
    ),
)
_SECRETS = (
    *("headers", "header_files", "header_variables"),
    *("bearer_token", "bearer_token_file", "basic_auth", "basic_auth_file"),
)
_WAY = ("ca_file", "cert_file", "key_file", "insecure", "max_series")


def prometheus_options(help_line: str, *, required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--prometheus`` and how to reach it; the command gets ``prometheus``: an ``Access``, or None where none is said.

    The command has ``cluster_options`` too, whose values lead to ``k8s://``. ``help_line`` says what it is asked for.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def asked(*args: Any, **values: Any) -> Any:
            said = {name: values.pop(name) for name in (*_SECRETS, *_WAY)}
            url = values.pop("prometheus")
            access = _access(url, said, values) if url or required else None
            return command(*args, prometheus=access, **values)

        result: Callable[..., Any] = asked
        for option in reversed(_HOW):
            result = option(result)
        address = "http(s)://HOST:PORT/PATH or k8s://NAMESPACE/SERVICE:PORT"
        # Where a default is given, click takes the option for said.
        need: dict[str, Any] = {"required": True} if required else {"default": ""}
        return _option("--prometheus", metavar="URL", help=f"{help_line}: {address}.", **need)(result)

    return decorate


def _access(url: str, said: dict[str, Any], values: dict[str, Any]) -> Any:
    import os

    from gpurules.cluster.prometheus.access import Access
    from gpurules.cluster.prometheus.credentials import Said, headers_of

    headers = headers_of(Said(**{name: said[name] for name in _SECRETS}), os.environ)
    access = Access(
        url,
        headers,
        ca=said["ca_file"],
        certificate=said["cert_file"],
        key=said["key_file"],
        insecure=said["insecure"],
        timeout=values["timeout"],
        largest_series=said["max_series"],
        kubeconfig=values["kubeconfig"],
        context=values["context_name"],
    )
    _caution(said["headers"], access.in_the_clear)
    return access


def _caution(headers: Sequence[str], in_the_clear: bool) -> None:
    from click.core import ParameterSource

    from gpurules.cluster.prometheus.credentials import shows_secret

    context = click.get_current_context()
    notes = [
        f"{flag} shows the secret to everyone who can list processes; use {better}"
        for name, (flag, better) in SECRET_FLAGS.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if any(shows_secret(header) for header in headers):
        notes.append("--header shows the secret to everyone who can list processes; use --header-file or --header-env")
    if in_the_clear:
        notes.append("the credentials go over the network unencrypted; use https://")
    for note in notes:
        click.echo(f"gpurules: note: {note}", err=True)
