"""gpurules.yaml: found, read, checked, overridden by flags, printed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from gpurules.config import forms
from gpurules.config.dcgm import HONOR_LABELS
from gpurules.config.load import load_config, load_sourced, read_config
from gpurules.config.model import (
    Config,
    DcgmSection,
    KubevirtSection,
    OutputSection,
    RecordSetting,
    RulesSection,
)
from gpurules.config.output import FORMATS, PARTIAL_RESPONSES
from gpurules.config.print import to_yaml
from gpurules.config.rules import COMBINATIONS, GROUPS, LEVELS, PATHS, PRESETS
from gpurules.config.settings import FlagValue, Sourced, validated, with_flags
from gpurules.text.decode import Path as Where
from gpurules.text.errors import GpurulesError, InputError
from gpurules.text.span import SourceText


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str, file: str = "gpurules.yaml") -> Config:
    return validated(read_config(SourceText(file, text)))


def problems(text: str, flags: Mapping[Where, FlagValue] | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        validated(with_flags(read_config(SourceText("f", text)), flags or {}))
    return [str(problem) for problem in caught.value.problems]


def test_without_a_file_the_defaults_hold() -> None:
    assert load_config(None) == Config()


def test_the_file_in_the_current_folder_is_read(tmp_path: Path) -> None:
    Path("gpurules.yaml").write_text("version: 1\nkubevirt: {release: v1.6}\n")
    assert load_config(None) == Config(kubevirt=KubevirtSection(release="v1.6"))
    (tmp_path / "below").mkdir()
    os.chdir(tmp_path / "below")
    assert load_config(None) == Config()


def test_a_file_that_is_named_is_read_instead() -> None:
    Path("gpurules.yaml").write_text("version: 1\nkubevirt: {release: v1.6}\n")
    Path("other.yaml").write_text("version: 1\noutput: {name: other}\n")
    assert load_config("other.yaml") == Config(output=OutputSection(name="other"))


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("missing.yaml", None, "missing.yaml: there is no such file"),
        ("gpurules.yaml", "", "gpurules.yaml: the file is empty; write version: 1"),
        ("gpurules.yaml", "{}", 'gpurules.yaml:1:1: the key "version" is missing; write version: 1'),
        ("gpurules.yaml", "version: 1\n---\nversion: 1", "gpurules.yaml:3:1: a second YAML document begins here"),
        ("gpurules.yaml", "version: 2", 'gpurules.yaml:1:10: version: "2" is not known, it is one of 1'),
        ("gpurules.yaml", "version: '1'", 'gpurules.yaml:1:10: version: expected a whole number, found the text "1"'),
    ],
)
def test_not_a_configuration(name: str, content: str | None, line: str) -> None:
    if content is not None:
        Path(name).write_text(content)
    with pytest.raises(GpurulesError) as caught:
        load_config(name)
    assert str(caught.value).startswith(line)


def test_a_dangling_link_is_not_taken_for_no_file() -> None:
    Path("gpurules.yaml").symlink_to("nowhere")
    with pytest.raises(InputError, match=r"gpurules\.yaml: this symbolic link leads to no file"):
        load_config(None)


def test_names_of_files_are_taken_from_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "fleet").mkdir()
    text = "version: 1\ndcgm: {counters: [a.csv, ../b.csv, /c.csv, '-']}\nkubevirt: {schemas: [s.yaml]}\n"
    (tmp_path / "fleet/gpurules.yaml").write_text(text)
    config = load_config("fleet/gpurules.yaml")
    assert config.dcgm.counters == ("fleet/a.csv", "fleet/../b.csv", "/c.csv", "-")
    assert config.kubevirt.schemas == ("fleet/s.yaml",)
    assert read(text).dcgm.counters == ("a.csv", "../b.csv", "/c.csv", "-")


@pytest.mark.parametrize(
    ("written", "value"), [("true", "true"), ("no", "false"), ("'false'", "false"), ("auto", "auto")]
)
def test_honor_labels_is_a_word_or_a_boolean(written: str, value: str) -> None:
    assert read(f"version: 1\ndcgm: {{honor_labels: {written}}}").dcgm.honor_labels == value


def test_repetitions_are_dropped() -> None:
    config = read("version: 1\nrules: {levels: [vmi, vmi]}\ndcgm: {counters: [b, a, b]}")
    assert (config.rules.levels, config.dcgm.counters) == (("vmi",), ("b", "a"))


WRONG = [
    ("dcgm.exporters", "[a b]", '"a b" is not a release of dcgm-exporter; write such as 4.5.3-4.8.2'),
    ("dcgm.collection_interval", "0s", "the duration must be longer than nothing"),
    ("dcgm.collection_interval", "30", 'expected text, found the number 30; write such as 30s'),
    ("dcgm.collection_interval", "300y", "longer than the 292 years"),
    ("dcgm.selector", '"a\\n"', "there is a control character in the label matchers"),
    ("dcgm.counters", '[""]', "the name of a file is empty"),
    ("dcgm.counters", "my.csv", 'expected a list, found the text "my.csv"; write [my.csv]'),
    ("kubevirt.release", "1.6", 'expected text, found the number 1.6; write "1.6" in quotes'),
    ("kubevirt.release", "newest", '"newest" is not a KubeVirt release; write such as v1.6, or main'),
    ("kubevirt.gpu_resources", "[A10]", '"A10" is not the name of an extended resource'),
    ("kubevirt.copy_labels", "[__name__]", '"__name__" is not a label name'),
    (
        "rules.levels",
        "[vm]",
        '"vm" is not known, it is one of vmi_gpu, vmi, namespace, node, cluster; did you mean "vmi"?',
    ),
    ("rules.paths", "[]", "the list is empty"),
    ("rules.rate_window", "3m", "3m is less than 8 collection intervals of 30s; use 4m or more"),
    ("rules.rate_window", "5 m", '"5 m" is not a duration; write such as 5m'),
    ("rules.interval", "0s", "the duration must be longer than nothing"),
    ("rules.cluster_label", "a-b", '"a-b" is not a label name'),
    ("rules.cluster_label", "namespace", "the label namespace has another meaning on the records"),
    ("rules.fields", "{A: {combine: median}}", '"median" is not known, it is one of sum, avg, max, min'),
    ("rules.fields", "{A: {rename: kubevirt_x}}", "the name is written without kubevirt_"),
    ("rules.fields", "{A: {rename: 'a:b'}}", '"a:b" is not the metric part of a record\'s name'),
    ("rules.fields", "{A: {rename: x}, B: {rename: x}}", "x is the name of A already"),
    ("rules.fields", "{A b: {}}", 'the key "A b" is not the name of a field'),
    ("output.format", "helm", '"helm" is not known, it is one of prometheusrule, rules'),
    ("output.name", "Rules", '"Rules" is not the name of a Kubernetes object'),
    ("output.name", "a" * 254, "is not the name of a Kubernetes object"),
    ("output.namespace", "a.b", '"a.b" is not the name of a namespace'),
    ("output.labels", "{a: b c}", '"b c" is not the value of a Kubernetes label'),
    ("output.labels", "{a/b/c: d}", 'the key "a/b/c" is not the key of a Kubernetes label'),
    ("output.annotations", f"{{a: {'x' * 70_000}}}", "the annotation is longer than 65536 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "what"), WRONG, ids=[f"{name}-{value:.20}" for name, value, _ in WRONG])
def test_wrong_value(name: str, value: str, what: str) -> None:
    section, key = name.split(".")
    (line,) = problems(f"version: 1\n{section}:\n  {key}: {value}\n")
    assert line.startswith("f:3:")
    assert name in line
    assert what in line


def test_a_cluster_label_is_not_copied_too() -> None:
    (line,) = problems("version: 1\nrules: {cluster_label: zone}\nkubevirt: {copy_labels: [zone]}\n")
    assert line == "f:3:25: kubevirt.copy_labels: the label zone is the cluster label already"


def test_flags_replace_values_lists_and_single_keys() -> None:
    sourced = read_config(
        SourceText("f", "version: 1\ndcgm: {counters: [a], honor_labels: true}\noutput: {labels: {a: b, c: d}}\n")
    )
    flags: dict[Where, FlagValue] = {
        ("dcgm", "counters"): FlagValue("--counters", ("x", "y")),
        ("output", "labels"): FlagValue("--label", {"c": "e", "f": "g"}),
        ("rules", "cluster_label"): FlagValue("--cluster-label", "zone"),
    }
    config = validated(with_flags(sourced, flags))
    assert config.dcgm == DcgmSection(counters=("x", "y"), honor_labels="true")
    assert config.output.labels == {"a": "b", "c": "e", "f": "g"}
    assert config.rules.cluster_label == "zone"


def test_a_wrong_flag_is_its_own_place() -> None:
    flags: dict[Where, FlagValue] = {
        ("rules", "levels"): FlagValue("--level", ("vm",)),
        ("output", "labels"): FlagValue("--label", {"b": "?"}),
        ("dcgm", "collection_interval"): FlagValue("--collection-interval", "1m"),
    }
    text = "version: 1\nrules: {levels: [vmi], rate_window: 5m}\noutput: {labels: {a: b}}\n"
    lines = problems(text, flags)
    assert [line.split(":")[0] for line in lines] == ["--level", "--label", "f"]
    assert lines[2] == ("f:2:37: rules.rate_window: 5m is less than 8 collection intervals of 1m; use 8m or more")


def test_a_rate_window_that_nobody_wrote_is_the_fault_of_the_interval() -> None:
    (line,) = problems("version: 1\ndcgm: {collection_interval: 1m}\n")
    assert line.startswith("f:2:29: rules.rate_window: 5m is less than 8 collection intervals of 1m")


def matching(pattern: str, check: Any = None) -> st.SearchStrategy[str]:
    texts = st.from_regex(pattern, fullmatch=True, alphabet=st.characters(exclude_categories=["Cs"]))
    return texts.filter(lambda text: not check(text)) if check else texts


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FILES = st.lists(TEXT.filter(lambda text: not forms.wrong_in_file_name(text)), max_size=3, unique=True).map(tuple)
SELECTOR = TEXT.filter(lambda text: not forms.wrong_in_selector(text))


def some(items: st.SearchStrategy[str], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(items, min_size=least, max_size=3, unique=True).map(tuple)


CONFIGS = st.builds(
    Config,
    dcgm=st.builds(
        DcgmSection,
        counters=FILES,
        exporters=some(matching(forms.EXPORTER_RELEASE)),
        selector=SELECTOR,
        honor_labels=st.sampled_from(HONOR_LABELS),
        collection_interval=st.sampled_from(["1s", "30s", "500ms"]),
    ),
    kubevirt=st.builds(
        KubevirtSection,
        release=matching(forms.KUBEVIRT_RELEASE),
        info_selector=SELECTOR,
        kube_state_selector=SELECTOR,
        gpu_resources=some(st.sampled_from(["nvidia.com/A10", "a/b", "x.y-z/On"])),
        copy_labels=some(st.sampled_from(["instance_type", "on", "y", "null", "_"])),
        schemas=FILES,
    ),
    rules=st.builds(
        RulesSection,
        paths=some(st.sampled_from(PATHS), 1),
        levels=some(st.sampled_from(LEVELS)),
        preset=st.sampled_from(PRESETS),
        query_offset=st.sampled_from(["", "1m"]),
        groups=st.sampled_from(GROUPS),
        group_size=st.integers(0, 10_000),
        rate_window=st.sampled_from(["4m", "1h30m"]),
        interval=st.sampled_from(["", "1m"]),
        cluster_label=st.sampled_from(["", "cluster", "no", "n"]),
        fields=st.dictionaries(
            matching(forms.METRIC_NAME),
            st.builds(RecordSetting, combine=st.sampled_from(["", *COMBINATIONS]), skip=st.booleans()),
            max_size=3,
        ),
    ),
    output=st.builds(
        OutputSection,
        format=st.sampled_from(FORMATS),
        target=matching(forms.TARGET),
        partial_response=st.sampled_from(PARTIAL_RESPONSES),
        name=st.sampled_from(["a", "0.1", "on", "12", "a-b.c"]),
        namespace=matching(f"|{forms.NAMESPACE}"),
        labels=st.dictionaries(
            st.sampled_from(["a", "on", "1", "x.y/z"]), matching(forms.OBJECT_LABEL_VALUE), max_size=3
        ),
        annotations=st.dictionaries(st.sampled_from(["a", "y", "1.5", "e/f"]), TEXT, max_size=3),
    ),
)


@given(CONFIGS)
def test_what_is_printed_loads_back_to_the_same(config: Config) -> None:
    assert validated(Sourced(config)) == config
    printed = to_yaml(config)
    assert read(printed) == config
    assert to_yaml(read(printed)) == printed


KEYS = st.sampled_from(
    ["version", "dcgm", "kubevirt", "rules", "output", "counters", "levels", "fields", "combine", "labels", "name", "x"]
)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(["vmi", "sum", "5m"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)


@given(DATA | st.dictionaries(KEYS, DATA, max_size=6).map(lambda data: {**data, "version": 1}))
def test_any_data_is_a_configuration_or_has_problems_with_places(data: object) -> None:
    try:
        config = read(pyyaml.safe_dump(data))
    except InputError as error:
        found = error.problems
    else:
        found = ()
        assert read(to_yaml(config)) == config
    assert all(problem.location and problem.location.file == "gpurules.yaml" for problem in found)
    assert all(str(problem).isprintable() for problem in found)


@given(st.text(max_size=200))
def test_any_text_is_a_configuration_or_an_error(text: str) -> None:
    try:
        read(text)
    except InputError as error:
        lines = str(error).splitlines()
    else:
        lines = []
    assert all(line.startswith("gpurules.yaml") for line in lines)


def test_places_are_kept_for_values_of_the_file() -> None:
    Path("gpurules.yaml").write_text("version: 1\ndcgm: {selector: a}\n")
    assert str(load_sourced(None).places["dcgm", "selector"]) == "gpurules.yaml:2:18"
