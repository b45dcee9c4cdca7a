"""One question to a Prometheus: patience with a busy server, bounds on the answer, a fault for whatever is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from gpurules.cluster.failures import as_faults
from gpurules.cluster.fault import Cause as ClusterCause
from gpurules.cluster.fault import ClusterFault
from gpurules.cluster.patience import Busy, patiently, retry_after
from gpurules.cluster.prometheus.elements import Elements, Malformed
from gpurules.cluster.prometheus.fault import Cause, PrometheusFault
from gpurules.cluster.prometheus.route import Parameters, Route
from gpurules.cluster.redact import HIDDEN, redacted

LARGEST_ANSWER = 256 * 1024 * 1024
LARGEST_REFUSAL = 64 * 1024
LONGEST_MESSAGE = 600
MOST_WARNINGS = 20
BUSY = (429, 503)
PATH_ADVICE = "see whether the address needs a path such as /prometheus"


class TooMuch(Exception):
    """More than was agreed; the text says of what."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer without its long list, and the headers that came with it."""

    body: dict[str, Any]
    headers: dict[str, str]


@dataclass(slots=True)
class Asker:
    """Asks one server. ``shown``: how it is called; ``secrets``: what no message may show."""

    shown: str
    route: Route
    timeout: float
    secrets: tuple[str, ...]
    warnings: list[str] = field(default_factory=list)

    async def ask(
        self, page: str, parameters: Parameters = (), key: str = "", take: Callable[[Any], None] = lambda _: None
    ) -> Page:
        """The answer at ``page``; each element of its list ``key`` goes to ``take``. Raises PrometheusFault."""
        return await patiently(lambda: self._once(page, parameters, Elements(key, take)))

    def fault(self, cause: Cause, detail: str, status: int = 0, advice: str = "") -> PrometheusFault:
        """A fault of this server."""
        return PrometheusFault(self.shown, cause, detail, status, advice)

    async def _once(self, page: str, parameters: Parameters, elements: Elements) -> Page:
        with self.faults():
            await self.route.prepare()
            async with self.route.send(page, parameters) as response:
                if response.status != 200:
                    raise await self._refusal(response, page)
                body = await self._read(response, elements)
                self._warn(body)
                return Page(body, {name.lower(): value for name, value in response.headers.items()})

    async def _read(self, response: aiohttp.ClientResponse, elements: Elements) -> dict[str, Any]:
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Malformed("the answer is compressed, which was not asked for")
        if response.content_type == "text/html":
            raise WebPage
        length = 0
        async for chunk in response.content.iter_any():
            length += len(chunk)
            if length > LARGEST_ANSWER:
                raise TooMuch(f"bytes than {LARGEST_ANSWER:,}")
            elements.feed(chunk)
        body = elements.end()
        if body.get("status") == "error":
            raise self.fault(Cause.QUERY, self._message(body), 200)
        if body.get("status") != "success":
            raise Malformed("the answer is not what a Prometheus answers")
        return body

    async def _refusal(self, response: aiohttp.ClientResponse, page: str) -> Exception:
        body = bytearray()
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > LARGEST_REFUSAL:
                    break
        status = response.status
        try:
            found = json.loads(bytes(body[:LARGEST_REFUSAL]))
        except (ValueError, RecursionError):
            found = {}
        found = found if isinstance(found, dict) else {}
        message = self._message(found) or self._text(response, bytes(body))
        if found.get("kind") == "Status":
            return self._cluster_fault(status, message)
        if found.get("errorType") in ("timeout", "canceled"):
            return self.fault(Cause.TIMEOUT, f"it answers {status}: {message}", status, "see --timeout")
        fault = self._fault_of(message, response, page, is_query=bool(found.get("error")))
        if status in BUSY:
            return Busy(lambda more: self._busy(fault, more), retry_after(response.headers))
        return fault

    def _busy(self, fault: PrometheusFault, more: str) -> PrometheusFault:
        """Of a server that has been asked often enough."""
        return self.fault(Cause.BUSY, fault.detail + more, fault.status, "try again later") if more else fault

    def _cluster_fault(self, status: int, message: str) -> PrometheusFault:
        """Of a refusal that the API server in between wrote, which is a Status."""
        cause = Cause.DENIED if status in (401, 403) else Cause.UNREACHABLE
        advice = "the account of the kubeconfig needs to get services/proxy" if status == 403 else ""
        return self.fault(cause, f"the API server answers {status}: {message}", status, advice)

    def _fault_of(
        self, message: str, response: aiohttp.ClientResponse, page: str, *, is_query: bool
    ) -> PrometheusFault:
        status = response.status
        says = f": {message}" if message else ""
        if 300 <= status < 400:
            detail = f"it answers {status} and sends to {_place(response)}, which is not followed"
            return self.fault(Cause.REDIRECT, detail, status, "use the address behind it, or log in there")
        if status == 401:
            what = "the credentials are not accepted" if self.secrets else "credentials are wanted"
            advice = "see --bearer-token-file, --basic-auth-file and --header-file"
            return self.fault(Cause.DENIED, f"{what} (401{says})", status, advice)
        if status == 403:
            return self.fault(Cause.DENIED, f"this account may not ask it (403{says})", status)
        if status == 404:
            return self.fault(Cause.NOT_FOUND, f"there is no {page} (404{says})", status, PATH_ADVICE)
        if status in (400, 422) and is_query:
            return self.fault(Cause.QUERY, message, status)
        cause = Cause.BUSY if status in BUSY else Cause.FAILED
        return self.fault(cause, f"it answers {status}{says}", status, PATH_ADVICE if status == 400 else "")

    def _message(self, body: dict[str, Any]) -> str:
        """The server's own words: of Prometheus, or of a Status of Kubernetes."""
        found = body.get("error") or body.get("message") or ""
        return self.harmless(found) if isinstance(found, str) else ""

    def _text(self, response: aiohttp.ClientResponse, body: bytes) -> str:
        if response.content_type == "text/html":
            return "a web page"
        text = body.decode("utf-8", "replace").strip()
        return self.harmless(text.partition("\n")[0]) or self.harmless(response.reason or "")

    def harmless(self, text: str) -> str:
        """What a server wrote, on one line, without our secrets."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return redacted(" ".join(text.split()), LONGEST_MESSAGE)

    def _warn(self, body: dict[str, Any]) -> None:
        found = body.get("warnings")
        said = [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
        if body.get("isPartial") is True:
            said.append("the answer is partial, since a storage node did not answer")
        for one in said[:MOST_WARNINGS]:
            text = self.harmless(one)
            if text not in self.warnings and len(self.warnings) < MOST_WARNINGS:
                self.warnings.append(text)

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Whatever goes wrong inside, as PrometheusFault."""
        try:
            with as_faults(), _in_time(self.timeout):
                yield
        except ClusterFault as fault:
            cause = Cause.TLS if fault.cause is ClusterCause.TLS else Cause.UNREACHABLE
            advice = fault.advice or ("see --ca-file" if cause is Cause.TLS else "")
            raise self.fault(cause, fault.detail, fault.status, advice) from None
        except _Late as late:
            raise self.fault(Cause.TIMEOUT, str(late), 0, "see --timeout") from None
        except WebPage:
            raise self.fault(Cause.ANSWER, "it answers with a web page, not with JSON", 200, PATH_ADVICE) from None
        except Malformed as malformed:
            raise self.fault(Cause.ANSWER, str(malformed), 200) from None
        except TooMuch as too_much:
            raise self.fault(Cause.TOO_MUCH, f"the answer has more {too_much}", 200) from None


class WebPage(Exception):
    """HTML where JSON was asked for."""


class _Late(Exception):
    """No whole answer in time."""


@contextmanager
def _in_time(seconds: float) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise _Late(f"no whole answer within {seconds:g} s") from None
    except aiohttp.ClientPayloadError:
        raise Malformed("the answer breaks off") from None


def _place(response: aiohttp.ClientResponse) -> str:
    """Where a redirect leads, without what could be a secret in it."""
    try:
        parts = urlsplit(response.headers.get("Location", ""))
        return redacted(f"{parts.scheme}://{parts.hostname}" if parts.hostname else parts.path) or "nowhere"
    except ValueError:
        return "a malformed address"
