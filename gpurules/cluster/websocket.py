"""A websocket to the API server, as a stream of bytes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import aiohttp

CLOSE_SECONDS = 0.02
TOO_LONG = 1009
"""The close code for a message that is too long (RFC 6455, section 7.4.1)."""

ABNORMAL = 1006
"""What is said where the connection ended without a close frame (RFC 6455, section 7.1.5)."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The other side closed: the code, and its reason in its own words."""

    code: int
    reason: str = ""


class Lost(Exception):
    """The connection broke; the text says how."""


class TooLong(Exception):
    """A message is longer than was agreed."""


class WebSocket:
    """An open websocket."""

    def __init__(self, opened: aiohttp.ClientWebSocketResponse[bool]) -> None:
        self._opened = opened

    @property
    def protocol(self) -> str | None:
        """The subprotocol that the server chose of those that were offered."""
        return self._opened.protocol

    async def send(self, data: bytes) -> None:
        """Send one binary message. Raises Lost."""
        try:
            await self._opened.send_bytes(data)
        except (aiohttp.ClientError, OSError) as error:
            raise Lost(str(error)) from None

    async def receive(self) -> bytes | Closed:
        """The next message. Raises Lost, TooLong."""
        while True:
            message = await self._opened.receive()
            if message.type is aiohttp.WSMsgType.BINARY:
                return bytes(message.data)
            if message.type is aiohttp.WSMsgType.TEXT:
                return str(message.data).encode()
            if message.type is aiohttp.WSMsgType.CLOSE:
                return Closed(message.data or ABNORMAL, str(message.extra or ""))
            if message.type in (aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED):
                return Closed(self._opened.close_code or ABNORMAL)
            if message.type is aiohttp.WSMsgType.ERROR:
                if self._opened.close_code == TOO_LONG:
                    raise TooLong
                raise Lost(type(message.data).__name__)

    async def close(self) -> None:
        """Say goodbye and let go, without waiting for the other side."""
        with suppress(TimeoutError, aiohttp.ClientError, OSError, RuntimeError):
            await asyncio.wait_for(self._opened.close(), CLOSE_SECONDS)
