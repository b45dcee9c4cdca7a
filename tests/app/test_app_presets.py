"""What each preset selects, and that vep254 accounts for every metric of the proposal."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpurules.app.claims import accounts, needed_counters
from gpurules.app.explanation import explain
from gpurules.app.presets import preset_of
from gpurules.app.rendering import proved_rules, render
from gpurules.app.series import source_types
from gpurules.app.sources import read_sources
from gpurules.catalog.load import load_catalog
from gpurules.catalog.reading import read_counters
from gpurules.config import rules as rules_section
from gpurules.config.model import Config, DcgmSection, RecordSetting, RulesSection
from gpurules.conventions.upstream_names import check_upstream_name
from gpurules.presets.registry import PRESETS, preset_named
from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.records import record_type
from gpurules.promql.syntax.parser import parse
from gpurules.promql.types import SeriesType
from shared import ROOT

PAGE = (ROOT / "docs" / "records.md").read_text(encoding="utf-8")

ELEVEN = (
    "utilization_percent",
    "memory_utilization_percent",
    "memory_used_bytes",
    "memory_total_bytes",
    "temperature_celsius",
    "power_usage_milliwatts",
    "ecc_errors_single_bit_total",
    "ecc_errors_double_bit_total",
    "encoder_utilization_percent",
    "decoder_utilization_percent",
    "running_processes",
)
"""VEP 254, third revision: names after ``kubevirt_vmi_gpu_``."""


def config_of(preset: str, counters: tuple[str, ...] = (), **rules: object) -> Config:
    return Config(
        dcgm=DcgmSection(counters=counters),
        rules=RulesSection(preset=preset, **rules),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_complete(name: str) -> None:
    preset = preset_named(name)
    catalog = load_catalog()

    assert name == preset.name
    assert preset.summary in PAGE
    assert f"`{name}`" in PAGE
    assert set(preset.levels) <= set(rules_section.LEVELS)
    assert [field for field in preset.fields or () if catalog.by_name[field].name != field] == []


def test_the_configuration_knows_every_preset() -> None:
    assert set(rules_section.PRESETS) == PRESETS.keys()


SETS = {
    "default": (25, {"vmi_gpu", "vmi"}),
    "minimal": (7, {"vmi_gpu", "vmi"}),
    "vep254": (11, {"vmi_gpu", "vmi"}),
    "chargeback": (
        7,
        {"vmi_gpu", "vmi", "namespace", "namespace_model", "node", "node_model", "cluster", "cluster_model"},
    ),
}


@pytest.mark.parametrize(("name", "fields", "levels"), [(name, *rest) for name, rest in SETS.items()], ids=SETS)
def test_what_is_recorded(name: str, fields: int, levels: set[str]) -> None:
    specs = [rule.spec for group in render(config_of(name)).rules.groups for rule in group.rules]

    assert len({spec.fields for spec in specs if spec.role == "field"}) == fields
    assert {spec.level for spec in specs} - {"identity", "health"} == levels


def test_full_records_every_field_that_can_be() -> None:
    specs = [rule.spec for group in render(config_of("full")).rules.groups for rule in group.rules]
    selected = read_sources(config_of("full")).selection

    assert len({spec.fields for spec in specs if spec.role == "field"}) > 200
    assert {spec.fields[0] for spec in specs if spec.role == "field"} == {
        row.field.name for row in selected.counters if row.declared_type != "label"
    }


def test_what_the_user_says_stands_over_the_preset(tmp_path: Path) -> None:
    file = tmp_path / "counters.csv"
    file.write_text("DCGM_FI_DEV_POWER_USAGE, gauge, x\nDCGM_FI_DEV_SM_CLOCK, gauge, x\n")
    rendering = render(config_of("chargeback", (str(file),), levels=("vmi_gpu", "node")))
    specs = [rule.spec for group in rendering.rules.groups for rule in group.rules]

    assert {spec.fields for spec in specs if spec.role == "field"} == {("DCGM_FI_DEV_BOARD_POWER_WATTS",)}
    assert {spec.level for spec in specs} == {"identity", "health", "vmi_gpu", "node", "node_model"}
    (note,) = [note for note in rendering.notes if "chargeback" in note]
    assert "the counters files lack what preset chargeback needs" in note
    assert "DCGM_FI_DEV_GPU_UTIL_RATIO" in note
    assert "DCGM_FI_DEV_BOARD_POWER_WATTS" not in note


@pytest.mark.parametrize(
    ("counter", "records"),
    [
        ("DCGM_FI_DEV_POWER_USAGE", {"power_watts:sum", "energy_joules:sum_over_time1h"}),
        ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", {"energy_use_watts:rate5m_sum", "energy_joules:sum_over_time1h"}),
        ("DCGM_FI_DEV_SM_CLOCK", set()),
    ],
)
def test_energy_needs_power_or_the_energy_counter(counter: str, records: set[str], tmp_path: Path) -> None:
    file = tmp_path / "counters.csv"
    file.write_text(f"{counter}, gauge, x\n")
    rendering = render(config_of("default", (str(file),), levels=("cluster",)))
    cluster = {
        rule.spec.record for group in rendering.rules.groups for rule in group.rules if rule.spec.level == "cluster"
    }

    always = {"devices:count", "device_seconds:sum_over_time1h"}
    assert cluster == {f"cluster:kubevirt_vmi_gpu_{name}" for name in always | records}


def test_vep254_accounts_for_all_eleven() -> None:
    config = config_of("vep254")
    specs = [rule.spec for group in render(config).rules.groups for rule in group.rules]
    told = accounts(preset_of(config), specs)

    assert [account.metric for account in told] == [f"kubevirt_vmi_gpu_{name}" for name in ELEVEN]
    assert [account.metric for account in told if not account.expression] == ["kubevirt_vmi_gpu_running_processes"]
    assert all(account.expression or account.note for account in told)
    assert not [spec.record for spec in specs if check_upstream_name(spec.record)]


def test_every_expression_of_vep254_is_typed() -> None:
    config = config_of("vep254")
    sources = read_sources(config)
    types = source_types(config, sources)
    records: dict[str, SeriesType] = {}

    class Environment:
        def type_of(self, metric: str) -> SeriesType | None:
            return records.get(metric) or types.type_of(metric)

    rules = [rule for group in proved_rules(config, sources).groups for rule in group.rules]
    for rule in rules:
        found = infer(rule.expression, Environment()).type
        assert isinstance(found, SeriesType)
        records[rule.spec.record] = record_type(rule.spec.record, found)[0]
    for account in accounts(preset_of(config), [rule.spec for rule in rules]):
        if account.expression:
            inference = infer(parse(account.expression), Environment())
            assert (inference.failures, inference.unproved, inference.findings) == ((), (), ()), account


def test_explain_tells_them_and_the_counters_they_need(tmp_path: Path) -> None:
    text = explain(config_of("vep254"), 100)

    assert [name for name in ELEVEN if f"\nkubevirt_vmi_gpu_{name}\n" not in text] == []
    counters = text.split("# What preset vep254 needs in the counters file of the guests:\n")[1]
    file = tmp_path / "counters.csv"
    file.write_text(counters)
    read = read_counters((str(file),), load_catalog())
    assert {row.field.name for row in read.counters} >= set(preset_named("vep254").fields or ())


def test_a_field_that_is_left_out_is_said() -> None:
    config = config_of("vep254", fields={"DCGM_FI_DEV_ENC_UTIL": RecordSetting(skip=True)})
    specs = [rule.spec for group in render(config).rules.groups for rule in group.rules]

    (told,) = [one for one in accounts(preset_of(config), specs) if "encoder" in one.metric]
    assert (told.expression, told.note[:12]) == ("", "not recorded")


@pytest.mark.parametrize("name", PRESETS)
def test_counters_are_printed_where_a_preset_needs_some(name: str) -> None:
    sources = read_sources(config_of(name))

    assert bool(needed_counters(preset_named(name), sources.catalog, sources.accepts)) is (
        preset_named(name).fields is not None
    )
