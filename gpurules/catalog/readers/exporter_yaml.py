"""dcgm-exporter's YAML configuration: version 1 (4.8.3 and later) and version 2 (4.8.4 and later).

Only ``metrics`` decides what is exported: a file in the exporter's container, or a list of fields; without it the
default file. ``collection`` and ``collections`` say how often and are passed over.
"""

from __future__ import annotations

import re
from posixpath import basename

from gpurules.catalog.load import read_data
from gpurules.catalog.readers import counters_csv
from gpurules.catalog.readers.yaml_text import begins_yaml
from gpurules.catalog.row import Row, Rows
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean
from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode, describe, key_text
from gpurules.text.span import SourceText
from gpurules.text.terminal import safe

FORMAT = "dcgm-exporter's YAML configuration"

VERSIONS = ("1", "2")
IMAGE_FOLDER = "/etc/dcgm-exporter/"
DEFAULT_FILES = ("default-counters.csv", "dcp-metrics-included.csv")
"""Files of the image whose rows in force are the default set."""

_TOP_KEY = re.compile(r"""^["']?(version|metrics|collections?|sources)["']?[ \t]*:|^\{\s*["']?version""", re.MULTILINE)
_METRICS_KEYS = ("file", "fields", "enableExporterMetrics")
_FIELD_KEYS = ("name", "prometheusType", "help")


def fits(first_line: str, text: str) -> bool:
    """Whether this is YAML with one of the configuration's keys at its top."""
    return begins_yaml(first_line) and _TOP_KEY.search(text) is not None


def read(source: SourceText) -> Rows:
    """The rows of a configuration. Raises InputError where the file is no YAML, or not one mapping."""
    from gpurules.text.yaml import compose_document

    root = compose_document(source)
    if not isinstance(root, MappingNode):
        raise InputError(Problem(f"expected a mapping, found {safe(describe(root))}", root.location))
    problems = _version_problems(root)
    metrics = root.get("metrics")
    if metrics is None or (isinstance(metrics, ScalarNode) and metrics.tag == "null"):
        default = _default_rows(root)
        return Rows(default.rows, (*problems, *default.problems))
    if not isinstance(metrics, MappingNode):
        return Rows(
            (), (*problems, Problem(f"metrics: expected a mapping, found {safe(describe(metrics))}", metrics.location))
        )
    for key, _ in metrics.entries:
        if key_text(key) not in _METRICS_KEYS:
            advice = did_you_mean(key_text(key), _METRICS_KEYS)
            problems.append(Problem(f"metrics has no key {safe(key_text(key), 40)}", key.location, advice))
    file, fields = _given(metrics, "file"), _given(metrics, "fields")
    if (file is None) == (fields is None):
        problems.append(Problem("metrics must have either file or fields", metrics.location))
        return Rows((), tuple(problems))
    part = _from_file(file) if file is not None else _from_fields(fields)
    return Rows(part.rows, (*problems, *part.problems))


def _given(metrics: MappingNode, key: str) -> Node | None:
    value = metrics.get(key)
    empty = isinstance(value, ScalarNode) and not value.text.strip()
    return None if empty or (isinstance(value, SequenceNode) and not value.items) else value


def _version_problems(root: MappingNode) -> list[Problem]:
    version = root.get("version")
    if version is None:
        return [Problem("there is no version", root.location, "write version: 1")]
    if isinstance(version, ScalarNode) and version.text in VERSIONS:
        return []
    return [Problem(f"expected version 1 or 2, found {safe(describe(version))}", version.location)]


def _from_file(file: Node) -> Rows:
    """The default rows for a file of the image; any other file exists only in the exporter's container."""
    if not isinstance(file, ScalarNode):
        return Rows((), (Problem(f"metrics.file: expected a path, found {safe(describe(file))}", file.location),))
    path = file.text.strip()
    if path.startswith(IMAGE_FOLDER) and basename(path) in DEFAULT_FILES:
        return _default_rows(file)
    return Rows(
        (),
        (
            Problem(
                f"the counters are in {safe(path, 80)}, a file in the exporter's container",
                file.location,
                "give that file instead of this one",
            ),
        ),
    )


def _default_rows(node: Node) -> Rows:
    rows = counters_csv.read_rows(read_data(DEFAULT_FILES[0]), lambda _offset: node.location)
    return Rows(rows.rows, rows.problems)


def _from_fields(fields: Node | None) -> Rows:
    if not isinstance(fields, SequenceNode):
        found = safe(describe(fields)) if fields is not None else "nothing"
        where = fields.location if fields is not None else None
        return Rows((), (Problem(f"metrics.fields: expected a list, found {found}", where),))
    if len(fields.items) > counters_csv.MOST_RECORDS:
        return Rows((), (Problem(f"there are more than {counters_csv.MOST_RECORDS:,} fields", fields.location),))
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[str, Row] = {}
    for item in fields.items:
        row = _row(item, problems)
        if row is None:
            continue
        if row.name in seen:
            first = seen[row.name].location.line
            problems.append(Problem(f"{safe(row.name, 80)} is declared twice, first in line {first}", row.location))
            continue
        seen[row.name] = row
        rows.append(row)
    return Rows(tuple(rows), tuple(problems))


def _row(item: Node, problems: list[Problem]) -> Row | None:
    if not isinstance(item, MappingNode):
        problems.append(Problem(f"expected name, prometheusType and help, found {safe(describe(item))}", item.location))
        return None
    before = len(problems)
    for key, _ in item.entries:
        if key_text(key) not in _FIELD_KEYS:
            advice = did_you_mean(key_text(key), _FIELD_KEYS)
            problems.append(Problem(f"a field has no key {safe(key_text(key), 40)}", key.location, advice))
    cells: list[ScalarNode] = []
    for wanted in _FIELD_KEYS:
        value = item.get(wanted)
        if value is None:
            problems.append(Problem(f"{wanted} is missing", item.location))
        elif not isinstance(value, ScalarNode) or not value.text.strip():
            problems.append(Problem(f"{wanted}: expected a text, found {safe(describe(value))}", value.location))
        elif len(value.text) > counters_csv.LONGEST_CELL:
            problems.append(
                Problem(f"{wanted} is longer than {counters_csv.LONGEST_CELL:,} characters", value.location)
            )
        else:
            cells.append(value)
    if len(problems) > before:
        return None
    name, declared, help_text = cells
    return Row(name.text.strip(), declared.text.strip(), help_text.text.strip(), name.location, declared.location)
