"""Path ``remote``: guests that Prometheus reaches at addresses outside the pod network."""

from __future__ import annotations

from gpurules.manifests.guest import ENGINE_LOOK, EXPORTER_LOOK, guest_part, target_look
from gpurules.manifests.manifest import Manifest, Part, ScaffoldedPath, manifest
from gpurules.manifests.relabel import keep_step
from gpurules.manifests.settings import Settings
from gpurules.text.errors import InputError, Problem


def _require_addresses(settings: Settings) -> None:
    if not settings.machines:
        message = "path remote scrapes each VM at an address, and none is named"
        raise InputError(Problem(message, advice="add --vm NAMESPACE/NAME=ADDRESS, once for each VM"))
    without = [
        Problem(f"path remote needs the address of {machine}", advice=f"write --vm {machine}=ADDRESS")
        for machine in settings.machines
        if not machine.address
    ]
    if without:
        raise InputError(without)


def _scrape(settings: Settings) -> tuple[Manifest, ...]:
    targets = tuple((machine, _target(machine.address, settings.exporter_port)) for machine in settings.machines)
    found = manifest(
        "scrape-config",
        "remote-scrape-config",
        settings,
        name=f"{settings.name}-remote",
        targets=targets,
        keep=keep_step(settings.keep),
    )
    return (found,)


def _target(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


PATH = ScaffoldedPath(
    name="remote",
    parts=(
        guest_part(vsock=False, exporter=True, labelled=False),
        Part("collection", "where Prometheus finds the guests", _scrape),
    ),
    limits=(
        "The addresses are written down: a guest whose address changes is lost, and another that takes it is mistaken "
        "for it.",
        "No NetworkPolicy covers networks other than the pod network: let a firewall there admit Prometheus alone, for "
        "DCGM and its exporter know neither TLS nor passwords.",
        "A ScrapeConfig cannot forbid redirects: a guest can let Prometheus ask another address, and what DCGM series "
        "that answers with are taken for the guest's own.",
        "One exporter serves one host engine, so each guest runs its own.",
        "A live migration keeps the guest's address off the pod network, and the series carry on.",
    ),
    look=(ENGINE_LOOK, EXPORTER_LOOK, target_look("scrapeConfig/NAMESPACE/NAME-remote")),
    render="--path remote --honor-labels false",
    check=_require_addresses,
)
