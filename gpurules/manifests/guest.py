"""What stands in, or belongs to, the guest: DCGM by cloud-init, and the patch of the VM."""

from __future__ import annotations

from gpurules.filling.fill import fill
from gpurules.manifests.manifest import Manifest, Part, manifest
from gpurules.manifests.settings import Settings

VSOCK_LIMIT = (
    "Every pod of a node can talk to the host engine over VSOCK in global mode, and other users of the guest's VSOCK "
    "share it: a host engine that listens there listens on no TCP port, and keeps six connections waiting at most."
)
"""Of every path that goes over VSOCK (KubeVirt VEP 222; DCGM's HostEngineCommandLine.cpp)."""


def guest_part(*, vsock: bool, exporter: bool, labelled: bool = True) -> Part:
    """The set-up of the guests. ``vsock``: the host engine listens on VSOCK, else on loopback; ``exporter``: the
    exporter runs in the guest as well; ``labelled``: the launcher pod needs the label that monitors select by."""
    return Part("guest", "DCGM in the guest, and the patch of the VM", lambda s: _guest(s, vsock, exporter, labelled))


def _guest(settings: Settings, vsock: bool, exporter: bool, labelled: bool) -> tuple[Manifest, ...]:
    values = {"settings": settings, "vsock": vsock, "exporter": exporter}
    userdata = fill("manifests/cloud-init.yaml.j2", values).strip("\n")
    name = f"{settings.name}-guest"
    secrets = [
        manifest(
            "cloud-init-secret", in_namespace("guest", namespace), settings,
            name=name, namespace=namespace, userdata=userdata,
        )
        for namespace in settings.guest_namespaces
    ]  # fmt: skip
    patches = [
        manifest(
            "vm-patch", f"vm-{machine.namespace}.{machine.name}", settings, patch=True, machine=machine, vsock=vsock
        )
        for machine in settings.machines
        if vsock or labelled
    ]
    return (*secrets, *patches)


def in_namespace(stem: str, namespace: str) -> str:
    """The stem of a file's name for an object that each namespace of VMs has."""
    return f"{stem}-{namespace}" if namespace else stem
