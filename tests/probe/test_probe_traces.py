"""Recorded exchanges with a real engine of 4.6.0, held against the decoder, the conversation and the double."""

from __future__ import annotations

import re
import struct

import pytest
import traces
from traces import Trace

from gpurules.probe.dcgm import layouts, messages
from gpurules.probe.dcgm.codes import Blank
from gpurules.probe.dcgm.conversation import Conversation
from gpurules.probe.dcgm.layouts import COMMAND_HEADER, HEADER
from gpurules.probe.dcgm.messages import Question
from gpurules.probe.dcgm.values import entries
from host_engine import engine as double
from host_engine.model import Guest

pytestmark = pytest.mark.skipif(not traces.names(), reason="the recorded exchanges are not there")

VALUES_V4_AT = 8500
"""Where the values begin in a body of version 4 of the command, which the recorded client used."""

# The recorded client had a connection id of its own, and so had the engine.
CONNECTION_AND_REQUEST = slice(HEADER.size + 12, HEADER.size + 20)


def without_ids(message: bytes) -> bytes:
    """``message`` with the request and connection ids zeroed."""
    data = bytearray(message)
    data[4:8] = bytes(4)
    data[CONNECTION_AND_REQUEST] = bytes(8)
    return bytes(data)


def load(name: str) -> Trace:
    if name not in traces.names():
        pytest.skip(f"{name} was not recorded")
    return traces.load(name)


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("02_hostengine_version", messages.version()),
        ("03a_get_all_devices", messages.devices(supported_only=False)),
        ("03b_get_all_supported_devices", messages.devices(supported_only=True)),
        ("12a_gpu_status", messages.gpu_status(0)),
    ],
)
def test_requests_are_what_dcgms_own_client_sends(name: str, question: Question) -> None:
    trace = load(name)
    assert without_ids(messages.encoded(question, 1)) == without_ids(trace.sent[0])
    (reply,) = messages.Stream().feed(trace.received)
    messages.check_reply(reply, question.layout)


def decoded_lines(name: str) -> list[tuple[object, ...]]:
    """What DCGM's own client made of the values."""
    assert traces.FOLDER is not None
    text = (traces.FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    line = re.compile(
        r"# decoded by the client: entity group (\d+) id (\d+) field (\d+) type '(.)' status (-?\d+) .*?value (.*)"
    )
    found: list[tuple[object, ...]] = []
    for group, entity, field, kind, status, value in line.findall(text):
        number: object = value.strip("'") if kind == "s" else float(value) if kind == "d" else int(value)
        found.append((int(group), int(entity), int(field), int(status), number))
    return found


@pytest.mark.parametrize("name", [name for name in traces.names() if re.match(r"06[a-f]|09d_ent", name)])
def test_values_are_what_dcgms_own_client_reads(name: str) -> None:
    expected = decoded_lines(name)
    assert expected
    (reply,) = list(_messages(load(name).received))
    found = list(entries(reply[HEADER.size + VALUES_V4_AT :]))
    assert [(one.entity_group, one.entity, one.field, one.status) for one in found] == [one[:4] for one in expected]
    for value, (*_, status, number) in zip(found, expected, strict=True):
        if status:
            assert value.value is None
        elif isinstance(number, int) and number >= 2**63 - 16:
            assert value.blank is Blank(number - (2**63 - 16))
        else:
            assert value.value == pytest.approx(number) if isinstance(number, float) else value.value == number


def _messages(data: bytes) -> list[bytes]:
    found = []
    while data:
        length = HEADER.size + HEADER.unpack_from(data)[2]
        found.append(data[:length])
        data = data[length:]
    return found


def answered(request: bytes, body: bytes) -> bytes:
    """A recorded body as the reply to ``request``."""
    number = HEADER.unpack_from(request)[1]
    return HEADER.pack(layouts.MAGIC, number, len(body), layouts.MODULE_COMMAND, 0) + body


def recorded_values(name: str, command: bytes) -> bytes:
    """The values of a recorded reply, in the body of version 1 that a probe asks for."""
    values = load(name).received[HEADER.size + VALUES_V4_AT :]
    body = bytearray(command[:820]) + values
    struct.pack_into("<I", body, 0, len(body))
    struct.pack_into("<I", body, 816, len(values))
    return bytes(body)


def test_a_conversation_with_recorded_replies() -> None:
    conversation = Conversation(77)
    waiting = _messages(conversation.begin())
    asked = []
    while waiting and not conversation.finished:
        request = waiting.pop(0)
        body = request[HEADER.size :]
        command = COMMAND_HEADER.unpack_from(body)[2]
        asked.append(command)
        if command == 10:
            reply = bytearray(load("02_hostengine_version").received[HEADER.size :])
        elif command == 34:
            supported = struct.unpack_from("<I", body, 24)[0]
            name = "03b_get_all_supported_devices" if supported else "03a_get_all_devices"
            reply = bytearray(load(name).received[HEADER.size :])
        elif command == 9:
            reply = bytearray(load("12a_gpu_status").received[HEADER.size :])
            reply[24:28] = body[24:28]
        elif command == 22:
            reply = bytearray(recorded_values("06c_live_all_types", body))
        else:
            reply = bytearray(body)
        waiting += _messages(conversation.feed(answered(request, bytes(reply))))
    assert conversation.finished
    assert conversation.sign is None
    engine = conversation.engine
    assert engine is not None
    assert (engine.version, engine.release, len(engine.gpus)) == ("4.6.0", (4, 6), 2)
    assert [(gpu.supported, gpu.status) for gpu in engine.gpus] == [(True, 1), (True, 1)]
    assert (engine.gpus[0].name, engine.gpus[0].temperature) == ("NVIDIA H100 80GB HBM3", 33)
    assert asked == [10, 34, 34, 47, 22, 9, 9, 22]


# Exchanges of which the double knows nothing: other versions of the values, commands that change the engine, a half-
# closed connection, an engine that was killed, and a short body, which the real engine survived that time by luck.
NOT_THE_DOUBLES = r"06|09d|n09i|n04a|n04b|n09g|n9"


@pytest.mark.parametrize("name", [name for name in traces.names() if not re.match(NOT_THE_DOUBLES, name)])
def test_the_double_reacts_as_the_real_engine_did(name: str) -> None:
    trace = load(name)
    guest, buffer, replies, closed = Guest(), bytearray(), [], False
    for chunk in trace.sent:
        buffer += chunk
        try:
            for request in double.cut(buffer):
                reply = double.answer(guest, *request)
                if reply is not None:
                    replies.append(reply.packed())
        except double.Close:
            closed = True
            # A real engine had not yet answered what came with the garbage when it closed.
            replies = [] if len(trace.sent) == 1 else replies
    assert closed == trace.closed
    assert sorted(map(_comparable, replies)) == sorted(map(_comparable, _messages(trace.received)))


def _comparable(message: bytes) -> tuple[tuple[int, ...], bytes]:
    """The header and the body without the ids that the two choose, and without the description of the version."""
    header = HEADER.unpack_from(message)
    body = bytearray(message[HEADER.size :])
    body[12:20] = bytes(8)
    if b"version:" in body:
        body[28 + len("version:4.6.0") :] = b""
    return header, bytes(body)
