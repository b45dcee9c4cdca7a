"""Which program answers the API of Prometheus.

Sources: Prometheus web/api/v1 (``/status/buildinfo``); Mimir pkg/api (``application`` in it); Thanos pkg/api/query
(``/stores`` is its own); VictoriaMetrics lib/httpserver (the header ``X-Server-Hostname`` on every answer), which gives
a version of Prometheus as its own.
"""

from __future__ import annotations

from gpurules.cluster.prometheus.answer import Build, Flavour
from gpurules.cluster.prometheus.ask import Asker
from gpurules.cluster.prometheus.fault import Cause, PrometheusFault


async def build_of(asker: Asker) -> Build:
    """The program and its version. Raises PrometheusFault where the server cannot be asked at all."""
    try:
        page = await asker.ask("/api/v1/status/buildinfo")
    except PrometheusFault as fault:
        if fault.cause is not Cause.NOT_FOUND:
            raise
        return Build(Flavour.THANOS if await _has_stores(asker) else Flavour.UNKNOWN, "")
    data = page.body.get("data")
    data = data if isinstance(data, dict) else {}
    version = asker.harmless(str(data.get("version") or ""))
    if "x-server-hostname" in page.headers:
        return Build(Flavour.VICTORIAMETRICS, "")
    if "mimir" in str(data.get("application") or "").lower():
        return Build(Flavour.MIMIR, version)
    if await _has_stores(asker):
        return Build(Flavour.THANOS, version)
    return Build(Flavour.PROMETHEUS if data.get("goVersion") else Flavour.UNKNOWN, version)


async def _has_stores(asker: Asker) -> bool:
    try:
        await asker.ask("/api/v1/stores")
    except PrometheusFault as fault:
        if fault.cause in (Cause.UNREACHABLE, Cause.TIMEOUT, Cause.BUSY):
            raise
        return False
    return True
