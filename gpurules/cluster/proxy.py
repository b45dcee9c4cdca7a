"""Which proxy leads to the API server, as kubectl finds it: the kubeconfig's proxy-url, else the environment.

HTTPS_PROXY, HTTP_PROXY and NO_PROXY in either case; NO_PROXY holds host names, domains, addresses, networks and ports
(golang.org/x/net/http/httpproxy, Config.NoProxy).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from gpurules.cluster.fault import Cause, ClusterFault

SCHEMES = ("http", "https")
PORTS = {"http": 80, "https": 443}


def proxy_for(server: str, configured: str | None, environment: Mapping[str, str]) -> str | None:
    """The proxy's URL, or None where the server is asked directly.

    Raises ClusterFault where an address is malformed, or the proxy's scheme is without support.
    """
    try:
        url = configured or _from_environment(server, environment)
        if not url:
            return None
        url = url if "://" in url else f"http://{url}"
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ClusterFault(Cause.CONFIGURATION, "the address of the server or of its proxy is malformed")
    if parts.scheme not in SCHEMES:
        known = " and ".join(SCHEMES)
        raise ClusterFault(Cause.CONFIGURATION, f"a proxy with the scheme {parts.scheme} cannot be used, only {known}")
    return url


def bypassed(host: str, port: int, no_proxy: str) -> bool:
    """Whether NO_PROXY exempts the host."""
    host = host.lower().rstrip(".")
    if host == "localhost":
        return True
    address = _address(host)
    if address is not None and address.is_loopback:
        return True
    return any(_matches(word.strip().lower(), host, port, address) for word in no_proxy.split(",") if word.strip())


def _from_environment(server: str, environment: Mapping[str, str]) -> str:
    parts = urlsplit(server)
    port = parts.port or PORTS.get(parts.scheme, 443)
    url = _variable(environment, f"{parts.scheme}_proxy")
    if not url or bypassed(parts.hostname or "", port, _variable(environment, "no_proxy")):
        return ""
    return url


def _variable(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name.upper()) or environment.get(name) or ""


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _matches(word: str, host: str, port: int, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> bool:
    if word == "*":
        return True
    if "/" in word:
        try:
            return address is not None and address in ipaddress.ip_network(word, strict=False)
        except ValueError:
            return False
    if word.count(":") == 1 or "]:" in word:
        word, _, wanted = word.rpartition(":")
        if wanted != str(port):
            return False
    if address is not None:
        return _address(word) == address
    word = word.removeprefix("*")
    return host.endswith(word) if word.startswith(".") else host == word or host.endswith(f".{word}")
