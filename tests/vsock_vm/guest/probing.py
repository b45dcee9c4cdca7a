"""The whole of ``gpurules probe`` but for its command line, inside the machine, against the double of a host engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from gpurules.app.probe import Request, run_probe
from gpurules.probe.fleet import Pace
from vsock_vm.guest.stage import ENGINE, engine, guest, inside, launcher

REPORT = Path("/tmp/report.json")


def probed(cid: int | None, port: int = 5555, timeout: float = 20.0, pid: int | None = None, netns: str = "") -> str:
    """Exit code, verdict, GPUs and failure classes of one probe, such as ``1 unhealthy not-listening``."""
    pace = Pace(timeout)
    request = Request(cid=cid, port=port, pid=pid, netns=netns, pace=pace, form="json", output=str(REPORT))
    code = run_probe(request)
    (found,) = json.loads(REPORT.read_text(encoding="utf-8"))["guests"]
    gpus = [f"{len(found['engine']['gpus'])} GPUs"] if found["engine"] else []
    return " ".join([str(code), found["verdict"], *gpus, *(finding["class"] for finding in found["findings"])])


def simple() -> dict[str, str]:
    """Where nothing is."""
    return {"probe": probed(3)}


def loopback() -> dict[str, str]:
    """Engines on the machine itself."""
    with engine("32 GPUs", "--vsock", "5561"), engine("lost", "--vsock", "5562"), engine("silent", "--vsock", "5563"):
        return {
            "probe": probed(1, 5561),
            "probe-lost": probed(1, 5562),
            "probe-silent": probed(1, 5563, 1.0),
            "probe-no-listener": probed(1, 5564),
        }


def host() -> dict[str, str]:
    """An engine in a guest."""
    with engine("32 GPUs", "--unix", ENGINE), guest(46, service=ENGINE):
        return {
            "probe": probed(46),
            "probe-no-listener": probed(46, 5565),
            "probe-mute": probed(46, 5556, 1.0),
            "probe-closes": probed(46, 5557),
            "probe-never-answers": probed(46, 5558, 1.0),
            "probe-no-such-cid": probed(47),
        }


def namespaces() -> dict[str, str]:
    """An engine in a guest, VSOCK global, from a launcher's namespace."""
    with engine("8 GPUs", "--unix", ENGINE), guest(46, service=ENGINE), launcher() as pid:
        return {"probe": probed(46, pid=pid)}


def confined() -> dict[str, str]:
    """An engine in the guest of a launcher, VSOCK confined."""
    with (
        engine("8 GPUs", "--unix", ENGINE),
        launcher() as pid,
        launcher() as other,
        guest(3, within=inside(pid), service=ENGINE),
    ):
        return {
            "probe": probed(None, pid=pid),
            "probe-by-file": probed(None, netns=f"/proc/{pid}/ns/net"),
            "probe-other-launcher": probed(None, pid=other),
            "probe-from-the-node": probed(3),
        }


PROBES: Mapping[str, Callable[[], dict[str, str]]] = {
    "none": simple,
    "core": simple,
    "loopback": loopback,
    "host": host,
    "namespaces": namespaces,
    "confined": confined,
}
"""Role -> its probes."""
