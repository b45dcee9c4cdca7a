"""Whatever a counters file holds, it is read or refused with its place: no crash, nothing that a terminal obeys."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpurules.catalog.csv_records import read_records
from gpurules.catalog.field import Counter
from gpurules.catalog.load import load_catalog, read_data
from gpurules.catalog.reading import FORMATS, Format, read_counters
from gpurules.catalog.row import Rows
from gpurules.text.errors import InputError, Problem
from gpurules.text.span import SourceText

CATALOG = load_catalog()
DEFAULT = read_data("default-counters.csv")
CONFIG_MAP = "kind: ConfigMap\ndata:\n  metrics: |\n" + "".join(f"    {line}\n" for line in DEFAULT.splitlines())
EXPORTER = "version: 1\nmetrics:\n  fields:\n    - {name: DCGM_FI_DEV_GPU_TEMP, prometheusType: gauge, help: x}\n"
PAGE = '# TYPE DCGM_FI_DEV_GPU_TEMP gauge\nDCGM_FI_DEV_GPU_TEMP{gpu="0",DCGM_FI_DRIVER_VERSION="1"} 41\n'

PIECES = st.sampled_from(
    [
        '"',
        ",",
        "\n",
        "\r\n",
        "\r",
        "#",
        " ",
        "\t",
        "{",
        "}",
        "|",
        ":",
        "-",
        "\0",
        "\x1b[2J",
        "\ufeff",
        "é",
        "\u202e",
        "DCGM_",
    ]
)
quiet = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def _read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(content)
    problems: tuple[Problem, ...] = ()
    counters: tuple[Counter, ...] = ()
    try:
        counters = read_counters([str(path)], CATALOG).counters
    except InputError as error:
        problems = error.problems
    assert bool(problems) != bool(counters)
    for problem in problems:
        assert str(problem).isprintable()
        assert problem.location is None or problem.location.file == str(path)
        assert len(str(problem)) < 1000
    for counter in counters:
        assert counter.location is not None
        assert counter.location.line > 0
        assert counter.location.column > 0


@quiet
@given(st.binary(max_size=400))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    _read(tmp_path, content)


@quiet
@given(st.text(max_size=300))
def test_any_text(tmp_path: Path, content: str) -> None:
    _read(tmp_path, content.encode("utf-8", "surrogatepass"))


@quiet
@given(
    st.sampled_from([DEFAULT, CONFIG_MAP, EXPORTER, PAGE]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 20), PIECES | st.text(max_size=3)), min_size=1, max_size=4),
)
def test_mutations_of_what_is_valid(tmp_path: Path, text: str, edits: list[tuple[float, int, str]]) -> None:
    for where, removed, put in edits:
        at = int(where * len(text))
        text = text[:at] + put + text[at + removed :]
    _read(tmp_path, text.encode("utf-8", "surrogatepass"))


@given(st.sampled_from(FORMATS), st.text(alphabet='DCGM_a01",#\n\r {}=:|-\\', max_size=200))
def test_no_reader_crashes_on_a_text_that_is_not_its_own(known: Format, text: str) -> None:
    with suppress(InputError):
        assert isinstance(known.read(SourceText("x", text)), Rows)


CELLS = st.text(alphabet='ab",# \n\t', max_size=8)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=6))
def test_what_a_csv_writer_quotes_is_read_back(rows: list[list[str]]) -> None:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    records, malformed = read_records(written.getvalue())
    assert malformed == []
    assert [[cell.text for cell in record.cells] for record in records] == rows


@given(st.text(alphabet='ab",# \n\r', max_size=60))
def test_offsets_point_at_what_was_read(text: str) -> None:
    records, malformed = read_records(text)
    for record in records:
        for cell in record.cells:
            quoted = text.startswith('"', cell.offset)
            assert quoted or text.startswith(cell.text, cell.offset)
    for error in malformed:
        assert text[error.offset] == '"'
