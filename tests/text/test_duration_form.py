"""Durations are those of PromQL."""

from __future__ import annotations

import promql_parser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gpurules.text.duration import LONGEST, UNITS, format_duration, parse_duration
from gpurules.text.errors import InputError


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0", 0),
        ("0s", 0),
        ("250ms", 250),
        ("5m", 300_000),
        ("1h30m", 5_400_000),
        ("90m", 5_400_000),
        ("1d", 86_400_000),
        ("1w", 604_800_000),
        ("1y", 31_536_000_000),
        ("1y2w3d4h5m6s7ms", 31_536_000_000 + 2 * 604_800_000 + 3 * 86_400_000 + 4 * 3_600_000 + 306_007),
        ("292y", 292 * 31_536_000_000),
    ],
)
def test_duration(text: str, milliseconds: int) -> None:
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize(
    "text",
    [
        *("", "5", "m", "5 m", "5m ", "5m\n", "30s5m", "5m5m", "1.5h", "-5m", "+5m", "5M", "٣m", "1ms1s", "0x5m"),
        *("300y", "9" * 400 + "s", "1h" * 1000, "00"),
    ],
)
def test_no_duration(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_duration(text)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0s"),
        (1, "1ms"),
        (300_000, "5m"),
        (5_400_000, "1h30m"),
        (604_800_000, "1w"),
        (604_800_000 + 1000, "7d1s"),
        (31_536_000_000, "1y"),
        (31_536_000_000 + 86_400_000, "366d"),
    ],
)
def test_format(milliseconds: int, text: str) -> None:
    assert format_duration(milliseconds) == text


def test_no_negative_duration() -> None:
    with pytest.raises(ValueError, match="not negative"):
        format_duration(-1)


@given(st.integers(0, LONGEST))
def test_what_is_printed_reads_back(milliseconds: int) -> None:
    assert parse_duration(format_duration(milliseconds)) == milliseconds


PARTS = st.lists(st.tuples(st.integers(0, 400), st.sampled_from([unit for unit, _ in UNITS])), min_size=1, max_size=4)


@given(PARTS.map(lambda parts: "".join(f"{count}{unit}" for count, unit in parts)))
@example("1s1m")
@example("1s1ms")
def test_agrees_with_an_independent_parser(text: str) -> None:
    try:
        theirs = promql_parser.parse_duration(text)
    except ValueError:
        theirs = None
    try:
        ours = parse_duration(text)
    except InputError:
        ours = None
    if ours is not None and theirs is not None:
        assert ours == round(theirs.total_seconds() * 1000)
    # Prometheus refuses what is past 292 years; a sum of no time at all is for it a duration.
    assert (ours is None) == (theirs is None) or "y" in text or not ours
