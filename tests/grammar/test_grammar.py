"""The known gaps are gaps; where the oracle is there (make grammar fetches it), a short run with a settled seed."""

from __future__ import annotations

import pytest

from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.problem import SyntaxProblem
from grammar.long_run import Gap, gaps, main, reader_of
from grammar.oracle import is_there


@pytest.mark.parametrize("gap", gaps(), ids=lambda gap: gap.example)
def test_gap_is_one_of_its_shape_and_ours_does_with_it_what_it_says(gap: Gap) -> None:
    assert gap.shape.search(gap.example)
    assert gap.reason
    assert gap.reader in ("ours", "theirs")
    try:
        parse(gap.example)
        reads = True
    except SyntaxProblem:
        reads = False
    assert reads is (gap.reader == "ours")


@pytest.mark.parametrize(
    ("text", "theirs", "reader"),
    [
        ("up", True, ""),
        ("up", False, "ours"),
        ("up(", False, ""),
        ("up(", True, ""),
        ("-up[5m]", True, ""),
        ("1e007007", True, "theirs"),
    ],
)
def test_who_alone_reads_a_text(text: str, theirs: bool, reader: str) -> None:
    assert reader_of(text, theirs) == reader


def test_short_run() -> None:
    if not is_there():
        pytest.skip("the editor grammar is missing: make grammar")
    assert main(["1000", "1"]) == 0
