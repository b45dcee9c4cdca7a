"""One probe: a transport, a conversation, one deadline over both."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import replace

from gpurules.probe.booting import perhaps_booting
from gpurules.probe.dcgm.conversation import Conversation
from gpurules.probe.diagnosis.failure import Evidence, Expectation
from gpurules.probe.observation import Medium, Observation, Sign, Step, Unreachable
from gpurules.probe.result import Result, result_of
from gpurules.probe.target import Target
from gpurules.probe.transports.transport import Connection, Transport

RECEIVED_AT_ONCE = 64 * 1024


async def probe(target: Target, transport: Transport, expected: Expectation, timeout: float) -> Result:
    """Probe ``target`` within ``timeout`` seconds, connecting included. Raises nothing but the caller's cancellation.

    What goes wrong in a way that nobody foresaw becomes a finding too: one guest must not end the probe of a fleet.
    """
    started = time.monotonic()
    conversation = Conversation(random.randint(1, 2**30))
    try:
        seen = await _observed(transport, target.address.medium, conversation, timeout)
    except Exception as error:
        seen = Observation(Step.EXCHANGE, target.address.medium, detail=f"{type(error).__name__}: {error}")
    if seen is not None:
        seen = replace(seen, after_engine=conversation.engine is not None)
        seen = perhaps_booting(seen, target.vmi, time.time())
    return result_of(Evidence(target, expected, seen, conversation.engine), time.monotonic() - started)


async def _observed(
    transport: Transport, medium: Medium, conversation: Conversation, timeout: float
) -> Observation | None:
    """What ended the exchange before its end, or None."""
    connection: Connection | None = None
    try:
        async with asyncio.timeout(timeout):
            connection = await transport.connect()
            await _converse(connection, conversation)
    except TimeoutError:
        if connection is None:
            return Observation(Step.CONNECT, medium, sign=Sign.TIMEOUT)
        conversation.expire()
    except Unreachable as unreachable:
        return unreachable.observation
    finally:
        if connection is not None:
            await connection.close()
    if conversation.sign is None:
        return None
    return Observation(Step.EXCHANGE, medium, sign=conversation.sign, detail=conversation.detail)


async def _converse(connection: Connection, conversation: Conversation) -> None:
    await connection.send(conversation.begin())
    while not conversation.finished:
        try:
            async with asyncio.timeout(conversation.patience):
                data = await connection.receive(RECEIVED_AT_ONCE)
        except TimeoutError:
            conversation.expire()
            return
        if not data:
            conversation.end()
            return
        answer = conversation.feed(data)
        if answer:
            await connection.send(answer)
