"""Who we are to a Prometheus: headers from flags, files and environment variables."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gpurules.text.errors import InputError, Problem
from gpurules.text.read import read_text
from gpurules.text.terminal import safe

LARGEST_SECRET = 64 * 1024
OURS = ("accept", "accept-encoding", "connection", "content-length", "content-type", "host", "transfer-encoding")
"""Headers that the client itself sets."""

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
"""A token (RFC 9110, section 5.6.2)."""
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_SECRET_NAME = re.compile(r"(?i)auth|token|key|secret|cookie|password")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said, as it was said: ``NAME: VALUE``, ``NAME: FILE``, ``NAME: VARIABLE``, ``USER:PASSWORD``.

    Its repr shows none of it.
    """

    headers: tuple[str, ...] = ()
    header_files: tuple[str, ...] = ()
    header_variables: tuple[str, ...] = ()
    bearer_token: str = ""
    bearer_token_file: str = ""
    basic_auth: str = ""
    basic_auth_file: str = ""

    def __repr__(self) -> str:
        return "Said(...)"


def headers_of(said: Said, environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The headers to send. Raises InputError for what cannot be one, and where two say the same thing."""
    found: dict[str, tuple[str, str]] = {}
    for option, name, value in _each(said, environment):
        if name.lower() in found:
            raise _wrong(option, f"the header {name} is there twice", "leave one out")
        if name.lower() in OURS:
            raise _wrong(option, f"the header {name} is set by gpurules itself", "leave it out")
        if not _VALUE.fullmatch(value):
            raise _wrong(option, f"the value for {name} is empty, or holds what no header can", "write printable ASCII")
        found[name.lower()] = (name, value)
    return tuple(found.values())


def shows_secret(header: str) -> bool:
    """Whether ``NAME: VALUE`` seems to hold a secret, by its name."""
    return bool(_SECRET_NAME.search(header.partition(":")[0]))


def _each(said: Said, environment: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Option, name and value."""
    for text in said.headers:
        yield ("--header", *_named("--header", text))
    for text in said.header_files:
        name, path = _named("--header-file", text)
        yield "--header-file", name, _content(path)
    for text in said.header_variables:
        name, variable = _named("--header-env", text)
        if variable not in environment:
            raise _wrong("--header-env", f"there is no environment variable {safe(variable, 100)}", "set it")
        yield "--header-env", name, environment[variable].strip()
    if said.bearer_token:
        yield "--bearer-token", "Authorization", _bearer(said.bearer_token.strip())
    if said.bearer_token_file:
        yield "--bearer-token-file", "Authorization", _bearer(_content(said.bearer_token_file))
    if said.basic_auth:
        yield "--basic-auth", "Authorization", _basic("--basic-auth", said.basic_auth)
    if said.basic_auth_file:
        option = "--basic-auth-file"
        yield option, "Authorization", _basic(option, _content(said.basic_auth_file))


def _named(option: str, text: str) -> tuple[str, str]:
    name, colon, rest = text.partition(":")
    if not colon or not _NAME.fullmatch(name.strip()):
        shown = safe(name.strip(), 40) if colon else "this"
        raise _wrong(option, f"{shown} is no NAME: and what follows", "write such as 'X-Scope-OrgID: tenant'")
    return name.strip(), rest.strip()


def _content(path: str) -> str:
    return read_text(path, LARGEST_SECRET).text.strip()


def _bearer(token: str) -> str:
    return f"Bearer {token}" if token else ""


def _basic(option: str, text: str) -> str:
    if ":" not in text:
        raise _wrong(option, "there is no colon in it", "write USER:PASSWORD")
    return f"Basic {base64.b64encode(text.encode('utf-8', 'replace')).decode('ascii')}"


def _wrong(option: str, message: str, advice: str) -> InputError:
    return InputError(Problem(f"{option}: {message}", advice=advice))
