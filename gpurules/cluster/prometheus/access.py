"""How a Prometheus is reached. Nothing heavy is loaded here."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from gpurules.cluster.prometheus.address import Plain, Service, parse_address
from gpurules.text.errors import InputError, Problem

AUTHORIZATION = "authorization"
SHORTEST_SECRET = 6
"""Characters; hiding a shorter word, such as a tenant, would hide parts of other words."""


@dataclass(frozen=True, slots=True)
class Access:
    """A checked way to a Prometheus; making one raises InputError where it cannot be a way.

    ``url``: as ``address.parse_address`` reads it. ``headers``: sent with each request, secrets among them, hence not
    in the repr. ``ca``, ``certificate``, ``key``: files in PEM. ``insecure``: any certificate of the server will do.
    ``timeout``: seconds for a request with its answer. ``largest_series``: how many series one answer may have.
    ``kubeconfig``, ``context``: for ``k8s://``, as for kubectl. ``option``: the one that names it.
    """

    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ca: str = ""
    certificate: str = ""
    key: str = ""
    insecure: bool = False
    timeout: float = 30.0
    largest_series: int = 100_000
    kubeconfig: str = ""
    context: str = ""
    option: str = "--prometheus"

    def __post_init__(self) -> None:
        address = self.address
        plain_only = {
            "--ca-file": self.ca,
            "--cert-file": self.certificate,
            "--insecure-skip-tls-verify": self.insecure,
        }
        if isinstance(address, Service):
            for option, said in plain_only.items():
                if said:
                    raise _unfit(
                        f"{option} is of no use for {self.url}", "the kubeconfig says how to reach the cluster"
                    )
            if self.secret:
                why = "the API server passes no Authorization header on"
                raise _unfit(f"{self.url} cannot be asked with a token or a password: {why}", "use its own address")
        if isinstance(address, Plain) and not address.secure:
            for option, said in plain_only.items():
                if said:
                    raise _unfit(f"{option} is of no use for {self.url}", "write https://")
        if self.key and not self.certificate:
            raise _unfit("--key-file is there without --cert-file", "name both")
        if self.insecure and self.ca:
            raise _unfit("--ca-file and --insecure-skip-tls-verify exclude each other", "leave one out")
        if self.largest_series < 1:
            raise _unfit("--max-series must be at least 1", "")

    @property
    def address(self) -> Plain | Service:
        """What ``url`` means."""
        return parse_address(self.url, self.option)

    @property
    def secret(self) -> bool:
        """Whether a header says who we are to the server."""
        return any(name.lower() == AUTHORIZATION for name, _ in self.headers)

    @property
    def in_the_clear(self) -> bool:
        """Whether who we are can be read on the way."""
        address = self.address
        return self.secret and isinstance(address, Plain) and not address.secure and not address.here

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may show: the values of the headers, a token without its scheme, user and password."""
        words = [word for _, value in self.headers for word in (value, value.rpartition(" ")[2], *_basic(value))]
        return tuple(sorted({word for word in words if len(word) >= SHORTEST_SECRET}, key=len, reverse=True))


def _basic(value: str) -> tuple[str, ...]:
    """``USER:PASSWORD`` of Basic authentication and the password alone; nothing for another value (RFC 7617)."""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        return ()
    try:
        pair = base64.b64decode(encoded, validate=True).decode("utf-8")
    except ValueError:
        return ()
    return pair, pair.partition(":")[2]


def _unfit(message: str, advice: str) -> InputError:
    return InputError(Problem(message, advice=advice))
