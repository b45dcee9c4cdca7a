"""What records must show, on numbers that a reader can check by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gpurules.promql.types import Kind
from gpurules.rules.spec import RecordSpec
from gpurules.scenario.booking import RulesFor
from gpurules.scenario.expect import ROLES, expect
from gpurules.scenario.model import World
from gpurules.scenario.quantities import ENERGY, FREE, POWER, RESERVED, USED, UTILISATION
from gpurules.scenario.scenarios.registry import SCENARIOS, world
from gpurules.scenario.told import told
from gpurules.scenario.views import Views

VM = ("namespace", "name", "node")
GPU = (*VM, "UUID", "GPU_I_ID", "gpu")


def spec(role: str, level: str = "vmi", *fields: str, **more: Any) -> RecordSpec:
    """A record ``r``."""
    labels = {"vmi_gpu": GPU, "vmi": VM}.get(level, ())
    base = RecordSpec("r", level, role, fields, labels, None, Kind.GAUGE, "")
    return replace(base, **more)


def shown(scenario: World, record: RecordSpec, moment: int = 360, honored: bool = False) -> dict[str, float] | None:
    """Values by namespace/name@node, with the GPU's last digits and MIG instance; None where unsettled."""
    expectation = expect(scenario, record, moment, honored)
    if expectation is None:
        return None
    return {short(dict(sample.labels)): sample.value for sample in expectation.samples}


def short(labels: dict[str, str]) -> str:
    """A series in short."""
    vm = f"{labels['namespace']}/{labels['name']}@{labels['node']}" if "name" in labels else ""
    gpu = labels["UUID"][-2:] if "UUID" in labels else ""
    return " ".join(part for part in (vm, gpu, labels.get("GPU_I_ID", "")) if part)


SUM_POWER = spec("field", "vmi", POWER, operation="sum")
GPU_POWER = spec("field", "vmi_gpu", POWER)
ENERGY_RATE = spec("field", "vmi", ENERGY, operation="sum", kind=Kind.RATE)

VALUES = [
    (
        "power of each GPU",
        "steady",
        GPU_POWER,
        {
            "research/train@worker-1 01": 144.5,
            "research/simulate@worker-1 02": 160.5,
            "research/simulate@worker-1 03": 176.5,
            "finance/train@worker-2 04": 192.5,
        },
    ),
    (
        "power of each VM",
        "steady",
        SUM_POWER,
        {"research/train@worker-1": 144.5, "research/simulate@worker-1": 337.0, "finance/train@worker-2": 192.5},
    ),
    (
        "average of percent as a ratio",
        "steady",
        spec("field", "vmi", UTILISATION, operation="avg"),
        {"research/train@worker-1": 0.5, "research/simulate@worker-1": 0.875, "finance/train@worker-2": 0.25},
    ),
    (
        "energy in joules each second",
        "steady",
        ENERGY_RATE,
        {"research/train@worker-1": 256.0, "research/simulate@worker-1": 896.0, "finance/train@worker-2": 640.0},
    ),
    (
        "memory ratio is not the average of ratios",
        "mig",
        spec("memory_used_ratio", "vmi", USED, FREE),
        {"research/train@worker-1": 0.125, "research/sliced@worker-2": 0.125},
    ),
    (
        "power of a MIG GPU counts once",
        "mig",
        SUM_POWER,
        {"research/train@worker-1": 144.5, "research/sliced@worker-2": 400.5},
    ),
    (
        "power is repeated on instances",
        "mig",
        GPU_POWER,
        {
            "research/train@worker-1 01": 144.5,
            "research/sliced@worker-2 11 1": 400.5,
            "research/sliced@worker-2 11 2": 400.5,
        },
    ),
    (
        "memory of MIG instances adds up",
        "mig",
        spec("field", "vmi", USED, operation="sum"),
        {"research/train@worker-1": 8192 * 2.0**20, "research/sliced@worker-2": (4096 + 2048) * 2.0**20},
    ),
    (
        "total memory without reserved where it is not sent",
        "single_field",
        spec("memory_total", "vmi", USED, FREE, RESERVED),
        {},
    ),
    ("count of GPUs, MIG", "mig", spec("gpu_count"), {"research/train@worker-1": 1, "research/sliced@worker-2": 1}),
    ("unmatched launchers", "no_vm", spec("unmatched", "health"), {"": 3}),
    ("unmatched without vmi_pod", "no_vmi_pod", spec("unmatched", "health"), {"": 2}),
    ("container GPUs", "containers", spec("container_gpus", "health"), {"": 4}),
    ("shared UUID", "shared_uuid", spec("shared_uuid", "health"), {"": 3}),
    ("shared UUID of an unseen launcher", "migration_unscraped", spec("shared_uuid", "health"), {"": 0}),
    ("nothing contested", "scraped_twice", spec("contested", "health"), {"": 0}),
]


@pytest.mark.parametrize(("scenario", "record", "expected"), [v[1:] for v in VALUES], ids=[v[0] for v in VALUES])
def test_values(scenario: str, record: RecordSpec, expected: dict[str, float]) -> None:
    assert shown(world(scenario), record) == expected


HONORED = [
    ("spoofing", False, "finance/train@worker-2", 192.5, 0, 0),
    ("spoofing", True, "finance/train@worker-2", 192.5 + 272.5, 1, 0),
    ("nested", False, "research/inner-node@worker-2", 288.5, 0, 0),
    ("nested", True, "research/inner-node@worker-2", None, 0, 1),
]


@pytest.mark.parametrize(("scenario", "honored", "vm", "power", "contested", "containers"), HONORED)
def test_whose_a_gpu_is_with_labels_that_a_guest_wrote(
    scenario: str, honored: bool, vm: str, power: float | None, contested: int, containers: int
) -> None:
    story = world(scenario)

    assert (shown(story, SUM_POWER, honored=honored) or {}).get(vm) == power
    assert shown(story, spec("contested", "health"), honored=honored) == {"": contested}
    assert shown(story, spec("container_gpus", "health"), honored=honored) == {"": containers}


MOMENTS = [
    ("before", 390, {"research/train@worker-1": 144.5}, 256.0),
    ("values at once", 420, {"research/train@worker-3": 144.5}, None),
    ("and for good", 450, {"research/train@worker-3": 144.5}, None),
    ("then rates", 780, {"research/train@worker-3": 144.5}, 256.0),
]


@pytest.mark.parametrize(("moment", "power", "energy"), [m[1:] for m in MOMENTS], ids=[m[0] for m in MOMENTS])
def test_a_migration_settles(moment: int, power: dict[str, float] | None, energy: float | None) -> None:
    story = world("migration")
    values, rates = shown(story, SUM_POWER, moment), shown(story, ENERGY_RATE, moment)

    assert power is None or (values is not None and power.items() <= values.items())
    assert (values is None) == (power is None)
    assert (rates is None) == (energy is None)
    assert rates is None or energy in rates.values()


def test_overlapping_leaders_unsettle_nothing() -> None:
    story = world("failover_overlap")

    assert all(shown(story, ENERGY_RATE, moment) is not None for moment in story.checkpoints)


CONTRADICTIONS = [
    ("a gauge that is rated", spec("field", "vmi", POWER, operation="sum", kind=Kind.RATE), "not a cumulative counter"),
    ("a counter that is not", spec("field", "vmi", ENERGY, operation="sum"), "is a cumulative counter"),
    ("another combination", spec("field", "vmi", POWER, operation="avg"), "combine by sum"),
]


@pytest.mark.parametrize(("record", "message"), [c[1:] for c in CONTRADICTIONS], ids=[c[0] for c in CONTRADICTIONS])
def test_a_record_that_contradicts_the_table_is_an_error(record: RecordSpec, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        expect(world("steady"), record, 360, False)


def test_a_role_that_nobody_wrote_down_is_an_error() -> None:
    with pytest.raises(KeyError):
        expect(world("steady"), spec("guess"), 360, False)
    assert "guess" not in ROLES


STATED = [(name, at) for name in SCENARIOS for role, at in world(name).stated if role == "ambiguous"]


@pytest.mark.parametrize(("name", "moment"), STATED)
def test_what_stories_state_of_ambiguity_is_what_is_heard(name: str, moment: int) -> None:
    story = world(name)
    (counted,) = ROLES["ambiguous"](Views(story, False).at(moment), spec("ambiguous", "health"))

    assert counted.value == story.stated["ambiguous", moment]


@pytest.mark.parametrize(
    ("name", "moment", "owners", "expected"),
    [
        ("pods_told", 390, True, 3),
        ("pods_told", 540, True, 2),
        ("pods_told", 390, False, 0),
        ("impostor", 420, True, 0),
        ("migration_failover", 420, False, 4),
        ("migration_failover", 450, False, 0),
    ],
)
def test_what_is_heard_more_than_once(name: str, moment: int, owners: bool, expected: int) -> None:
    story = told(world(name), (("pod-network",),), kube_state=True)
    view = Views(story, False, RulesFor(owners=owners)).at(moment)
    (counted,) = ROLES["ambiguous"](view, spec("ambiguous", "health"))

    assert counted.value == expected
