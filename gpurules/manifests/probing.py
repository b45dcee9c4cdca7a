"""What ``gpurules probe`` needs in the cluster: rights, a DaemonSet on the nodes, a CronJob through the API."""

from __future__ import annotations

from gpurules.manifests.bridged import KUBEVIRT, VMIS, Right, rights, service_account
from gpurules.manifests.manifest import Manifest, Part, manifest
from gpurules.manifests.settings import Settings
from gpurules.text.errors import InputError, Problem

SUBRESOURCES = "subresources.kubevirt.io"
KUBEVIRTS = "kubevirts"
GATE = Right("To say whether the feature gate VSOCK is off; it can be left out.", KUBEVIRT, (KUBEVIRTS,), ("list",))


def _api_rights(settings: Settings) -> tuple[Manifest, ...]:
    name = f"{settings.name}-probe-api"
    granted = (
        Right(
            "To open a connection to a guest's VSOCK through the API server. None of KubeVirt's own roles has this "
            "right: bind it to nobody who may not talk to every service on VSOCK in these guests.",
            SUBRESOURCES,
            (f"{VMIS}/vsock",),
            ("get",),
        ),
        Right("To find the guests with GPUs.", KUBEVIRT, (VMIS,), ("get", "list")),
        GATE,
    )
    return (
        service_account(settings, name, settings.namespace, "The account of the probe through the API."),
        *rights(
            settings, name, name, granted,
            cluster=True, account_namespace=settings.namespace,
            why="What gpurules probe --vmi and --all need. Bind it to people as well who probe from their desks.",
        ),
    )  # fmt: skip


def _cron_job(settings: Settings) -> tuple[Manifest, ...]:
    _require_image(settings)
    name = f"{settings.name}-probe-api"
    return (manifest("probe-cron-job", "probe-cron-job", settings, name=name, account=name),)


def _nodes(settings: Settings, confined: bool) -> tuple[Manifest, ...]:
    _require_image(settings)
    name = f"{settings.name}-probe-nodes"
    granted = (Right("To find the guests of the node, and their VSOCK CIDs.", KUBEVIRT, (VMIS,), ("get", "list")), GATE)
    return (
        service_account(settings, name, settings.namespace, "The account of the probe on the nodes."),
        *rights(
            settings, name, name, granted,
            cluster=True, account_namespace=settings.namespace, why="What the probe on a node asks the API server.",
        ),
        manifest("probe-daemon-set", "probe-daemon-set", settings, name=name, account=name, confined=confined),
    )  # fmt: skip


def _require_image(settings: Settings) -> None:
    if not settings.probe_image:
        message = "the probe needs an image with gpurules in it"
        raise InputError(Problem(message, advice="build it from the Dockerfile and name it with --probe-image"))


PROBE_PARTS = (
    Part("probe-api", "the rights of gpurules probe through the API", _api_rights),
    Part("probe-job", "a CronJob that probes all guests through the API; needs probe-api", _cron_job),
    Part("probe-nodes", "a DaemonSet that probes over VSOCK in global mode", lambda s: _nodes(s, False)),
    Part(
        "probe-nodes-confined",
        "a DaemonSet that probes over confined VSOCK",
        lambda s: _nodes(s, True),
    ),
)
"""Parts that belong to every path, and are there only when they are asked for."""
EITHER = ("probe-nodes", "probe-nodes-confined")
"""Parts of which one can be asked for at a time."""
