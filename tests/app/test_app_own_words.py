"""What a user's own words make of the rules must pass lint before it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpurules.app.own_words import has_own_words
from gpurules.app.rendering import render
from gpurules.config.model import Config, DcgmSection, KubevirtSection, OutputSection, RecordSetting, RulesSection
from gpurules.text.errors import InputError


def renamed(field: str, name: str) -> Config:
    return Config(rules=RulesSection(fields={field: RecordSetting(rename=name)}))


OWN = [
    ("a rename", renamed("DCGM_FI_DEV_POWER_USAGE", "vmi_gpu_board_watts"), True),
    ("a label", Config(output=OutputSection(labels={"release": "kube"})), True),
    ("a name", Config(output=OutputSection(name="vm-gpus")), True),
    ("a copied label", Config(kubevirt=KubevirtSection(copy_labels=("instance_type",))), True),
    ("a GPU resource", Config(kubevirt=KubevirtSection(gpu_resources=("nvidia.com/GA102GL_A10",))), True),
    ("a selector", Config(dcgm=DcgmSection(selector='{job="gpu"}')), True),
    ("a cluster label", Config(rules=RulesSection(cluster_label="cluster")), True),
    ("nothing", Config(), False),
    ("choices", Config(rules=RulesSection(preset="chargeback"), output=OutputSection(format="vmrule")), False),
    ("a release", Config(kubevirt=KubevirtSection(release="v1.6")), False),
]


@pytest.mark.parametrize(("config", "own"), [case[1:] for case in OWN], ids=[case[0] for case in OWN])
def test_whether_a_user_says_something_in_own_words(config: Config, own: bool) -> None:
    assert has_own_words(config) is own
    assert render(config).text


REFUSED = [
    ("DCGM_FI_DEV_POWER_USAGE", "vmi_gpu_power_bytes", "the name says bytes, and the numbers are watts"),
    ("DCGM_FI_DEV_GPU_TEMP", "vmi_gpu_heat_percent", "the name says percent, and the numbers are celsius"),
]


@pytest.mark.parametrize(("field", "name", "says"), REFUSED)
def test_a_name_with_another_unit_is_refused(field: str, name: str, says: str) -> None:
    with pytest.raises(InputError) as raised:
        render(renamed(field, name))
    places = [problem.location for problem in raised.value.problems]
    for problem in raised.value.problems:
        assert says in problem.message
        assert "[units/record-name]" in problem.message
    assert len(places) == 2
    assert all(place is not None and place.line for place in places)


def test_a_template_of_the_users_is_checked(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "templates" / "prometheusrule.yaml.j2"
    template = source.read_text(encoding="utf-8").replace("metadata:", "metadata:\n  labels: {team: 'g p u'}", 1)
    (tmp_path / source.name).write_text(template, encoding="utf-8")
    with pytest.raises(InputError, match="g p u"):
        render(Config(), tmp_path)
