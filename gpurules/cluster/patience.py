"""Servers that are busy: what they say of when to come again, and asking them again, a few times."""

from __future__ import annotations

import datetime
from asyncio import sleep
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import TypeVar

T = TypeVar("T")

ATTEMPTS = 4
FIRST_PAUSE = 0.5
"""Seconds, doubled each time, where the server does not say how long."""
LONGEST_PAUSE = 10.0
"""Seconds; a server that asks for more is not waited for."""
LONGEST_NUMBER = 9
"""Digits of a number of seconds; what is longer is none."""


class Busy(Exception):
    """The server asked for patience: ``pause`` seconds, 0 where it did not say how long. ``fault`` makes what is raised
    when there is none left, from words to be added to what the server said."""

    def __init__(self, fault: Callable[[str], Exception], pause: float) -> None:
        super().__init__()
        self.fault, self.pause = fault, pause


async def patiently(attempt: Callable[[], Awaitable[T]]) -> T:
    """What ``attempt`` gives, which is made again while it raises Busy. Raises what Busy's ``fault`` makes."""
    for number in range(ATTEMPTS):
        try:
            return await attempt()
        except Busy as busy:
            if busy.pause > LONGEST_PAUSE:
                raise busy.fault(f"; it asks to be left alone for {busy.pause:.0f} s") from None
            if number == ATTEMPTS - 1:
                raise busy.fault("") from None
            await sleep(busy.pause or FIRST_PAUSE * 2**number)
    raise AssertionError("unreachable")


def retry_after(headers: Mapping[str, str]) -> float:
    """The seconds that Retry-After asks for, a number or a date (RFC 9110, section 10.2.3); 0 where it says nothing
    that can be understood, or a moment that is over."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text) if len(text) <= LONGEST_NUMBER else 0.0
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        return max(0.0, (moment - datetime.datetime.now(datetime.UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return 0.0
