"""Where a Prometheus is: an address, or a service behind the Kubernetes API server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from gpurules.cluster.proxy import bypassed
from gpurules.cluster.redact import redacted
from gpurules.text.errors import InputError, Problem

_SERVICE = re.compile(
    r"k8s://(?P<namespace>[a-z0-9-]{1,63})/(?P<name>(?:https?:)?[a-z0-9-]{1,63}):(?P<port>[a-z0-9-]{1,63})(?P<path>/.*)?"
)
_PATH = re.compile(r"(?:/(?!\.\.?(?:/|$))(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*")
"""RFC 3986, section 3.3, without segments that lead up."""
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Plain:
    """``base``: scheme, host, port and path, without a slash at its end."""

    base: str

    @property
    def secure(self) -> bool:
        """Whether it is asked over TLS."""
        return self.base.startswith("https:")

    @property
    def here(self) -> bool:
        """Whether it is on this machine."""
        return bypassed(urlsplit(self.base).hostname or "", 0, "")


@dataclass(frozen=True, slots=True)
class Service:
    """``base``: the path of the API server that leads to the service, without a slash at its end."""

    base: str


def parse_address(address: str, option: str = "--prometheus") -> Plain | Service:
    """``http(s)://HOST[:PORT][/PATH]`` or ``k8s://NAMESPACE/[https:]SERVICE:PORT[/PATH]``; ``option`` has it.

    Raises InputError.

    The service proxy of the API server: ``[SCHEME:]NAME:PORT`` (Kubernetes, "Access services running on clusters").
    """
    service = _SERVICE.fullmatch(address)
    if service and _PATH.fullmatch(service["path"] or ""):
        proxied = f"/api/v1/namespaces/{service['namespace']}/services/{service['name']}:{service['port']}/proxy"
        return Service(proxied + (service["path"] or "").rstrip("/"))
    try:
        parts = urlsplit(address)
        usable = parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0 and address.isprintable()
    except ValueError:
        usable = False
    if usable and "@" in parts.netloc:
        raise _no_address(option, address, "use --basic-auth-file for a user and password")
    if not usable or parts.query or parts.fragment or not _PATH.fullmatch(parts.path) or " " in address:
        raise _no_address(option, address, "write http://HOST:PORT, or k8s://NAMESPACE/SERVICE:PORT")
    return Plain(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}")


def _no_address(option: str, address: str, advice: str) -> InputError:
    shown = re.sub(r"//[^/]*@", "//<hidden>@", address)
    return InputError(Problem(f"{option}: {redacted(shown)} is no address of a Prometheus", advice=advice))
