"""Signals that end a process, in good order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

ENDING = (signal.SIGTERM, signal.SIGHUP)
"""SIGINT raises KeyboardInterrupt by itself."""


@contextmanager
def terminating() -> Iterator[None]:
    """Within the block a signal that ends the process raises SystemExit, with the code that a shell gives it (128 and
    its number), so that what is to be cleaned up is. Nothing changes in a thread, nor for a signal that is ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.getsignal(one) for one in ENDING if signal.getsignal(one) is not signal.SIG_IGN}
    for one in before:
        signal.signal(one, _leave)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
