"""A Kubernetes ConfigMap that holds a counters CSV: dcgm-exporter's chart (key ``metrics``) and the GPU operator's."""

from __future__ import annotations

import re

from gpurules.catalog.readers import counters_csv
from gpurules.catalog.readers.yaml_text import begins_yaml, place_in
from gpurules.catalog.row import Row, Rows
from gpurules.text.errors import InputError, Problem
from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode, describe, key_text
from gpurules.text.span import Location, SourceText
from gpurules.text.terminal import safe

FORMAT = "a ConfigMap with it"

KEYS = ("metrics", "dcgm-metrics.csv")
"""Where the CSV stands: under the first for dcgm-exporter's own chart, the second for the GPU operator."""

_KIND = re.compile(
    r"""^[ \t-]*["']?kind["']?[ \t]*:[ \t]*["']?(ConfigMap|List)\b|"kind"\s*:\s*"(ConfigMap|List)\"""", re.MULTILINE
)


def fits(first_line: str, text: str) -> bool:
    """Whether this is YAML or JSON that somewhere says ``kind: ConfigMap``."""
    return begins_yaml(first_line) and _KIND.search(text) is not None


def read(source: SourceText) -> Rows:
    """The rows of every ConfigMap of the file that has one of ``KEYS``; other objects are passed over.

    Raises InputError where the file is no YAML or no ConfigMap has such a key.
    """
    from gpurules.text.yaml import compose_documents

    rows: list[Row] = []
    problems: list[Problem] = []
    found = False
    maps = [entry for document in compose_documents(source) for entry in _config_maps(document)]
    for config_map in maps:
        scalar = _counters(config_map, problems)
        if scalar is not None:
            found = True
            part = counters_csv.read_rows(scalar.text, place_in(scalar))
            rows.extend(part.rows)
            problems.extend(part.problems)
    if not found and not problems:
        problems.append(_no_key(maps, source))
    return Rows(tuple(rows), tuple(problems))


def _config_maps(document: Node) -> list[MappingNode]:
    if not isinstance(document, MappingNode):
        return []
    kind = document.get("kind")
    name = kind.text if isinstance(kind, ScalarNode) else ""
    if name == "ConfigMap":
        return [document]
    items = document.get("items")
    if name == "List" and isinstance(items, SequenceNode):
        inner = [item for item in items.items if isinstance(item, MappingNode)]
        return [item for item in inner if isinstance(one := item.get("kind"), ScalarNode) and one.text == "ConfigMap"]
    return []


def _counters(config_map: MappingNode, problems: list[Problem]) -> ScalarNode | None:
    data = config_map.get("data")
    if not isinstance(data, MappingNode):
        return None
    value = next((value for key in KEYS if (value := data.get(key)) is not None), None)
    if value is None:
        return None
    if isinstance(value, ScalarNode) and value.tag == "str":
        return value
    problems.append(Problem(f"expected the text of a counters CSV, found {safe(describe(value))}", value.location))
    return None


def _no_key(maps: list[MappingNode], source: SourceText) -> Problem:
    wanted = " or ".join(KEYS)
    for config_map in maps:
        data = config_map.get("data")
        if isinstance(data, MappingNode):
            keys = ", ".join(safe(key_text(key), 40) for key, _ in data.entries[:5])
            return Problem(f"the ConfigMap has no key {wanted}, only {keys or 'none'}", data.location)
    if maps:
        return Problem("the ConfigMap has no data", maps[0].location, f"it must have the key {wanted}")
    raise InputError(Problem("there is no ConfigMap here", Location(source.file)))
