"""Busy servers: when they want to be asked again, and how often they are."""

from __future__ import annotations

import asyncio
import datetime
import math
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.cluster import patience
from gpurules.cluster.patience import ATTEMPTS, Busy, patiently, retry_after

SAID = [
    ("", 0.0),
    ("0", 0.0),
    ("7", 7.0),
    (" 7 ", 7.0),
    ("999999999", 999999999.0),
    ("9999999999", 0.0),
    ("-1", 0.0),
    ("1.5", 0.0),
    ("٣", 0.0),
    ("soon", 0.0),
    ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
    ("Wed, 21 Oct 2015", 0.0),
]


@pytest.mark.parametrize(("text", "seconds"), SAID)
def test_what_retry_after_says(text: str, seconds: float) -> None:
    assert retry_after({"Retry-After": text}) == seconds


def test_nothing_is_said() -> None:
    assert retry_after({}) == 0.0


@pytest.mark.parametrize("zone", [datetime.UTC, datetime.timezone(datetime.timedelta(hours=-5)), None])
def test_a_date_is_the_seconds_until_then(zone: datetime.tzinfo | None) -> None:
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=1000)
    written = moment.astimezone(zone) if zone else moment.replace(tzinfo=None)
    assert 900 < retry_after({"Retry-After": format_datetime(written)}) <= 1000


@given(text=st.text())
def test_no_text_is_more_than_a_number_of_seconds(text: str) -> None:
    found = retry_after({"Retry-After": text})
    assert found >= 0
    assert math.isfinite(found)


@pytest.mark.parametrize(
    ("pause", "paused", "raised"),
    [
        (0.0, [0.5, 1.0, 2.0], "no"),
        (3.0, [3.0, 3.0, 3.0], "no"),
        (10.0, [10.0, 10.0, 10.0], "no"),
        (10.4, [], "no; it asks to be left alone for 10 s"),
    ],
)
def test_patience_ends(pause: float, paused: list[float], raised: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []
    asked = []

    async def sleep(seconds: float) -> None:
        seen.append(seconds)

    async def attempt() -> None:
        asked.append(1)
        raise Busy(lambda more: RuntimeError(f"no{more}"), pause)

    monkeypatch.setattr(patience, "sleep", sleep)
    with pytest.raises(RuntimeError) as caught:
        asyncio.run(patiently(attempt))
    assert (str(caught.value), seen) == (raised, paused)
    assert len(asked) == (ATTEMPTS if paused else 1)
