"""Ready-made parts of clusters: GPUs with readings, guests, controllers.

Numbers are small multiples of powers of two (percent in quarters, ratios in eighths), so that sums, averages of two
and unit conversions are exact in binary; counters grow by whole steps between two reads of DCGM.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gpurules.scenario.model import (
    Cluster,
    Controller,
    Exporter,
    Gpu,
    HostExporter,
    Instance,
    Labels,
    Reading,
    Stay,
    VirtualMachine,
    Workload,
)
from gpurules.scenario.quantities import DEFAULT_FIELDS, FREE, RESERVED, USED

NODES = ("worker-1", "worker-2", "worker-3")
BOARD = "NVIDIA H100 PCIe"
GUEST_ADDRESS = "00000000:09:00.0"


def readings(step: int) -> dict[str, Reading]:
    """Readings of the default counters; each ``step`` gives others."""
    quarter = step % 4 + 1
    return {
        "DCGM_FI_DEV_SM_CLOCK": Reading(1024 + 64 * step),
        "DCGM_FI_DEV_MEM_CLOCK": Reading(1536 + 32 * step),
        "DCGM_FI_DEV_MEMORY_TEMP_CELSIUS": Reading(40 + step),
        "DCGM_FI_DEV_GPU_TEMP_CELSIUS": Reading(52 + 2 * step),
        "DCGM_FI_DEV_BOARD_POWER_WATTS": Reading(128.5 + 16 * step),
        "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION": Reading(4_000_000, 128_000 * (step + 1)),
        "DCGM_FI_DEV_PCIE_REPLAY_TOTAL": Reading(8, 0.5 * (step + 1)),
        "DCGM_FI_DEV_GPU_UTIL_RATIO": Reading(25 * quarter),
        "DCGM_FI_DEV_MEM_COPY_UTIL": Reading(100 - 25 * (quarter - 1)),
        "DCGM_FI_DEV_ENC_UTIL": Reading(25 * ((step + 3) % 4 + 1)),
        "DCGM_FI_DEV_DEC_UTIL": Reading(25 * quarter),
        "DCGM_FI_DEV_XID_ERROR": Reading(0),
        FREE: Reading(65536 - 4096 * quarter),
        USED: Reading(4096 * quarter),
        RESERVED: Reading(512 + 64 * step),
        "DCGM_FI_DEV_NVLINK_THROUGHPUT_TOTAL": Reading(256 * (step + 1)),
        "DCGM_FI_DEV_VGPU_LICENSE_STATUS": Reading(step % 2),
        "DCGM_FI_DEV_ROW_REMAP_UNCORRECTABLE_TOTAL": Reading(2),
        "DCGM_FI_DEV_ROW_REMAP_CORRECTABLE_TOTAL": Reading(4),
        "DCGM_FI_DEV_ROW_REMAP_FAILED": Reading(step % 2),
        "DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO": Reading(0.125 * quarter),
        "DCGM_FI_PROF_TENSOR_UTIL_RATIO": Reading(0.25 * quarter),
        "DCGM_FI_PROF_DRAM_UTIL_RATIO": Reading(0.5),
        "DCGM_FI_PROF_PCIE_TX_BYTES": Reading(1_048_576 * (step + 1)),
        "DCGM_FI_PROF_PCIE_RX_BYTES": Reading(2_097_152 * (step + 1)),
    }


def gpu(step: int, index: int = 0, more: Mapping[str, Reading] | None = None) -> Gpu:
    """A whole GPU; ``step`` is its serial number. PCI address and index are the guest's, the same in every guest."""
    return Gpu(uuid(step), str(index), BOARD, GUEST_ADDRESS, {**readings(step), **(more or {})})


def without(name: str, whole: Gpu) -> Gpu:
    """The GPU without a number of that field: a blank is not sent."""
    return replace(whole, readings={other: one for other, one in whole.readings.items() if other != name})


def uuid(step: int) -> str:
    """The UUID of GPU ``step``."""
    return f"GPU-{step:08x}-0000-4000-8000-{step:012x}"


def mig_gpu(step: int) -> Gpu:
    """A GPU in MIG mode with two instances, each with its own memory and engine activity."""
    whole = readings(step)
    own = tuple(name for name in whole if name in (FREE, USED, RESERVED) or name.startswith("DCGM_FI_PROF_GR_ENGINE"))
    halves = (
        Instance("1", "3g.40gb", {name: Reading(whole[name].value / 2) for name in own}),
        Instance("2", "3g.40gb", {name: Reading(whole[name].value / 4) for name in own}),
    )
    return Gpu(uuid(step), "0", BOARD, GUEST_ADDRESS, whole, halves)


def exporter(
    fields: tuple[str, ...] = DEFAULT_FIELDS, *, exposed: Labels = (), forged: tuple[Labels, ...] = ()
) -> Exporter:
    """The exporter that most guests run today: 4.5.3-4.8.2 with the default counters."""
    return Exporter(fields, exposed=exposed, forged=forged)


def machine(
    namespace: str,
    name: str,
    node: str,
    gpus: tuple[Gpu, ...],
    *,
    address: str,
    guest: Exporter | None = None,
    pod: str = "",
) -> VirtualMachine:
    """A VM that runs on ``node`` all the time; without ``guest`` it runs the usual exporter."""
    stay = Stay(pod or launcher(name), node, address)
    return VirtualMachine(namespace, name, (stay,), gpus, guest or exporter())


def launcher(name: str, suffix: str = "x7k2p") -> str:
    """The name that the API server gives a launcher pod: generateName is cut at 58 characters, then five more."""
    return f"virt-launcher-{name}-"[:58] + suffix


CONTROLLERS = (
    Controller("virt-controller-6d5f-aaaaa", "10.128.0.7"),
    Controller("virt-controller-6d5f-bbbbb", "10.129.0.7", leads=()),
)
"""virt-controller's two replicas; the first leads."""

SINGLE = machine("research", "train", "worker-1", (gpu(1),), address="10.128.1.1")
"""A VM with one GPU."""

DOUBLE = machine("research", "simulate", "worker-1", (gpu(2), gpu(3, index=1)), address="10.128.1.2")
"""A VM with two GPUs on the same node."""

NAMESAKE = machine("finance", "train", "worker-2", (without(RESERVED, gpu(4)),), address="10.129.1.1")
"""A VM and launcher pod that are called as another one in another namespace. Drivers before 510 know of no reserved
memory."""


def cluster(*machines: VirtualMachine, absent_value: str = "") -> Cluster:
    """Three nodes, two controllers and ``machines``; the usual three VMs where none are given."""
    return Cluster(NODES, machines or (SINGLE, DOUBLE, NAMESAKE), CONTROLLERS, absent_value=absent_value)


def host_exporter(node: str, workloads: tuple[Workload, ...], address: str) -> HostExporter:
    """The GPU operator's exporter on a node with container GPUs."""
    return HostExporter(f"nvidia-dcgm-exporter-{node[-1]}qwzt", node, address, exporter(), workloads)
