"""Whatever a guest sends, in whatever pieces, at whatever time: an answer by the deadline, and never an exception."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections.abc import Iterable

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import virtual_time
from gpurules.probe.dcgm import fields, layouts, messages
from gpurules.probe.dcgm.conversation import Conversation
from gpurules.probe.dcgm.messages import Foreign, Malformed, OldMagic, Stream
from gpurules.probe.dcgm.values import Value, entries
from gpurules.probe.diagnosis.failure import Evidence, Expectation
from gpurules.probe.observation import Medium, Observation, Step, Unreachable
from gpurules.probe.probing import probe
from gpurules.probe.report.registry import FORMATS
from gpurules.probe.report.report import Report
from gpurules.probe.report.schema import schema
from gpurules.probe.result import Result, result_of
from gpurules.probe.target import Target, TcpAddress
from host_engine import engine as double
from host_engine.engine import packed
from host_engine.model import Blank, Guest, gpu
from probe_runs import SERIES

TARGET = Target("guest", TcpAddress("127.0.0.1"))

numbers = st.one_of(st.integers(-(2**63), 2**63 - 1), st.sampled_from([0, 1, 33, 2**31, 2**63 - 16, 2**63 - 13]))
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
values = st.one_of(numbers, st.floats(), texts, st.builds(Blank, st.integers(0, 3)))
wide = st.integers(0, 2**32 - 1)
gpus = st.builds(
    lambda number, status, name, uuid, temperature, mode, action: gpu(
        number, status=status, field_50=name, field_54=uuid, field_150=temperature, field_500=mode, field_1523=action
    ),
    st.integers(0, 31), st.one_of(st.integers(0, 8), wide), values, values, values, values, values,
)  # fmt: skip
guests = st.builds(
    lambda version, gpus, driver: Guest(version=version, gpus=tuple(gpus), driver=driver),
    st.sampled_from(["3.0.4", "3.3.9", "4.4.2", "4.6.0", "4.7.1"]),
    st.lists(gpus, max_size=32, unique_by=lambda one: one.id),
    st.one_of(texts, st.builds(Blank, st.integers(0, 3))),
)


def replies(guest: Guest, sent: bytes) -> list[bytes]:
    """What the double answers to ``sent``. Fails where a real engine would crash, or be left with a trace."""
    found = [double.answer(guest, *request) for request in double.cut(bytearray(sent))]
    assert guest.traces == []
    return [reply.packed() for reply in found if reply is not None]


def pieces(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """``data`` cut at these places, counted from its start modulo its length."""
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in itertools.pairwise(places) if end > start]


def talk(guest: Guest, seed: int, cuts: list[int]) -> Conversation:
    """A whole conversation with the double, its replies shuffled and cut."""
    conversation, chance = Conversation(seed + 1), random.Random(seed)
    sent = conversation.begin()
    while sent and not conversation.finished:
        answers = replies(guest, sent)
        chance.shuffle(answers)
        sent = b"".join([conversation.feed(piece) for piece in pieces(b"".join(answers), cuts)])
    return conversation


@given(guests, st.integers(0, 2**20), st.lists(st.integers(0, 20_000), max_size=20))
def test_an_honest_engine_is_understood_in_any_order_and_any_pieces(guest: Guest, seed: int, cuts: list[int]) -> None:
    conversation = talk(guest, seed, cuts)
    assert (conversation.finished, conversation.sign) == (True, None), conversation.detail
    engine = conversation.engine
    assert engine is not None
    assert engine.complete
    assert (engine.version, [one.id for one in engine.gpus]) == (guest.version, [one.id for one in guest.gpus])
    assert [one.status for one in engine.gpus] == [one.status for one in guest.gpus]
    assert engine == talk(guest, 0, []).engine
    check_reports(result_of(Evidence(TARGET, Expectation(), None, engine), 0.1))


mutations = st.lists(
    st.tuples(st.sampled_from(["flip", "cut", "insert", "repeat"]), st.integers(0, 60_000), st.binary(max_size=30)),
    min_size=1,
    max_size=4,
)


def mutated(data: bytes, changes: list[tuple[str, int, bytes]]) -> bytes:
    """``data`` with bytes overwritten, cut off, put in or repeated at places counted modulo its length."""
    for kind, place, with_bytes in changes:
        at = place % (len(data) + 1)
        if kind == "flip":
            data = data[:at] + with_bytes + data[at + len(with_bytes) :]
        elif kind == "cut":
            data = data[:at]
        elif kind == "insert":
            data = data[:at] + with_bytes + data[at:]
        else:
            data = data[:at] + data
    return data


@given(guests, mutations, st.integers(0, 3), st.lists(st.integers(0, 20_000), max_size=10))
def test_no_change_of_an_engines_bytes_raises(
    guest: Guest, changes: list[tuple[str, int, bytes]], turn: int, cuts: list[int]
) -> None:
    conversation = Conversation(5)
    sent = conversation.begin()
    for number in range(4):
        answers = b"".join(replies(guest, sent))
        if number == turn:
            answers = mutated(answers, changes)
        sent = b"".join([conversation.feed(piece) for piece in pieces(answers, cuts)])
    conversation.end()
    check_end(conversation)


@given(st.lists(st.one_of(st.binary(max_size=600), st.sampled_from([b"\xad\xbc\xbc\xad", bytes(20)])), max_size=12))
def test_no_bytes_raise(chunks: list[bytes]) -> None:
    conversation = Conversation(5)
    conversation.begin()
    for chunk in chunks:
        conversation.feed(chunk)
    conversation.expire()
    check_end(conversation)


def check_end(conversation: Conversation) -> None:
    """It is over, and either complete or with a reason; the reports of it are well formed."""
    assert conversation.finished
    complete = conversation.engine is not None and conversation.engine.complete
    assert complete is (conversation.sign is None) or (
        conversation.engine is not None and conversation.engine.release < (3, 0)
    )
    seen = None
    if conversation.sign is not None:
        seen = Observation(Step.EXCHANGE, Medium.TCP, sign=conversation.sign, detail=conversation.detail)
    check_reports(result_of(Evidence(TARGET, Expectation(), seen, conversation.engine), 0.1))


VALIDATOR = jsonschema.Draft202012Validator(schema())


def check_reports(result: Result) -> None:
    """No report has a character that a terminal obeys, and each is well formed."""
    report = Report([result], 1_700_000_000.0)
    written = {name: form.write(report) for name, form in FORMATS.items()}
    written["table"] = FORMATS["text"].write(Report([result, result], 1_700_000_000.0))
    for name, text in written.items():
        if name != "prometheus":
            assert all(line.isprintable() for line in text.splitlines()), name
            assert text.count("\n") == len(text.splitlines()), name
    assert all(line.startswith("# ") or SERIES.fullmatch(line) for line in written["prometheus"].splitlines())
    assert max(map(len, written["text"].splitlines())) < 2000
    VALIDATOR.validate(json.loads(written["json"]))
    assert written["json"].isascii()


def test_a_long_text_is_cut() -> None:
    (found,) = entries(packed(1, 0, 50, "x" * 5000))
    assert found.value == "x" * 256


@pytest.mark.parametrize(
    ("release", "expected"),
    [((3, 0), [50, 54, 57, 150, 500]), ((4, 4), [50, 54, 57, 150, 500]), ((4, 5), [50, 54, 57, 150, 500, 1523])],
)
def test_no_engine_is_asked_for_a_field_it_does_not_know(release: tuple[int, int], expected: list[int]) -> None:
    assert [field.id for field in fields.fields_of(fields.Entity.GPU, release)] == expected


def test_no_field_of_the_probe_is_a_profiling_field() -> None:
    assert not [field for field in fields.FIELDS if field.id in fields.PROFILING]


@given(st.binary(max_size=300))
def test_values_of_any_bytes(data: bytes) -> None:
    try:
        found = list(entries(data))
    except Malformed:
        return
    assert len(found) <= len(data) / 25


@given(st.lists(st.tuples(st.integers(0, 9), wide, st.integers(0, 65535), values, st.integers(-99, 0))))
def test_values_that_were_packed_are_read(rows: list[tuple[int, int, int, int | float | str | Blank, int]]) -> None:
    buffer = b"".join(packed(group, entity, field, value, status) for group, entity, field, value, status in rows)
    found = list(entries(buffer))
    assert [(one.entity_group, one.entity, one.field, one.status) for one in found] == [
        (group, entity, field, status) for group, entity, field, _, status in rows
    ]
    for one, (_, _, field, value, status) in zip(found, rows, strict=True):
        check_value(one, field, value, status)


def check_value(found: Value, field: int, value: int | float | str | Blank, status: int) -> None:
    if isinstance(value, Blank):
        assert found.blank is not None
        assert (found.value, found.blank.value) == (None, value.kind)
    elif status or found.blank is not None:
        assert found.value is None
    elif isinstance(value, str):
        assert isinstance(found.value, str)
        whole = len(value.encode()) <= 256
        assert found.value == value if whole else value.startswith(found.value.rstrip("\ufffd"))
    else:
        assert found.value == pytest.approx(value, nan_ok=True)


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=8), st.booleans())
def test_a_stream_is_cut_the_same_in_any_pieces(data: bytes, cuts: list[int], honest_start: bool) -> None:
    if honest_start:
        data = messages.encoded(messages.gpu_status(3), 9) + data
    assert taken(data, []) == taken(data, cuts)


def taken(data: bytes, cuts: list[int]) -> tuple[list[messages.Message], str]:
    stream, found = Stream(), []
    try:
        for piece in pieces(data, cuts):
            for message in stream.feed(piece):
                found.append(message)  # noqa: PERF402
    except (Malformed, Foreign, OldMagic) as error:
        return found, type(error).__name__
    return found, ""


questions = st.one_of(
    st.just(messages.version()),
    st.builds(messages.devices, st.booleans()),
    st.builds(messages.gpu_status, wide),
    st.just(messages.modules()),
    st.builds(
        messages.values,
        st.lists(st.tuples(st.integers(0, 9), wide), min_size=1, max_size=64),
        st.lists(st.integers(0, 1000), min_size=1, max_size=128),
    ),
)


@given(questions, st.integers(0, 2**32 - 1))
def test_every_request_has_the_full_size_of_its_struct(question: messages.Question, request: int) -> None:
    message = messages.encoded(question, request)
    assert len(message) == layouts.HEADER.size + question.layout.size
    assert question.layout.version_word & 0xFFFFFF == question.layout.size
    guest = Guest()
    assert len(replies(guest, message)) == 1


@pytest.mark.parametrize("field", [1001, 1005, 1096])
def test_a_profiling_field_is_never_asked_for(field: int) -> None:
    with pytest.raises(ValueError, match="profiling"):
        messages.values([(1, 0)], [150, field])


# What a guest does: after so many seconds, bytes, the end of the stream, or an errno.
events = st.lists(
    st.tuples(
        st.floats(0, 3),
        st.one_of(
            st.binary(max_size=200),
            st.sampled_from([b"", 104, 32, 110, "answer", "answer", "answer", "notify"]),
        ),
    ),
    max_size=12,
)


class Scripted:
    """A transport and its connection: plays events, and then stays silent for ever."""

    def __init__(self, connecting: float, script: list[tuple[float, bytes | int | str]]) -> None:
        self._connecting, self._script = connecting, list(script)
        self._guest, self._sent = Guest(), bytearray()
        self.closed = self.opened = 0

    async def connect(self) -> Scripted:
        await asyncio.sleep(self._connecting)
        self.opened += 1
        return self

    async def send(self, data: bytes) -> None:
        self._sent += data

    async def receive(self, limit: int) -> bytes:
        if not self._script:
            await asyncio.Event().wait()
        delay, what = self._script.pop(0)
        await asyncio.sleep(delay)
        if isinstance(what, int):
            raise Unreachable(Observation(Step.EXCHANGE, Medium.TCP, errno=what))
        if what == "notify":
            return layouts.HEADER.pack(layouts.MAGIC, 0, 4, 0x0400, 0) + bytes(4)
        if what == "answer":
            sent, self._sent = self._sent, bytearray()
            return b"".join(replies(self._guest, bytes(sent))) or await self.receive(limit)
        return bytes(what) if isinstance(what, bytes) else b""

    async def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    ("name", "script", "seconds", "failure"),
    [
        ("a banner without a line's end", [(0.1, b"220 mail")], 0.3, "not-dcgm"),
        ("a banner in two pieces", [(0.1, b"SS"), (0.1, b"H-2.0-x\r\n")], 0.2, "not-dcgm"),
        ("the half of DCGM's magic", [(0.1, b"\xad\xbc")], 5.0, "half-answer"),
        ("an engine that hangs", [(0.1, "answer")], 5.0, "engine-stalled"),
        ("nothing", [], 5.0, "silent"),
    ],
)
def test_how_long_is_waited(
    name: str, script: list[tuple[float, bytes | int | str]], seconds: float, failure: str
) -> None:
    result, took = virtual_time.run(probe(TARGET, Scripted(0.0, script), Expectation(), 5.0))
    assert result.findings[0].failure.id == failure, name
    assert took == pytest.approx(seconds), name


@given(st.floats(0, 8), events, st.floats(0.01, 6))
def test_any_timing_ends_by_the_deadline(
    connecting: float, script: list[tuple[float, bytes | int | str]], timeout: float
) -> None:
    guest = Scripted(connecting, script)
    result, seconds = virtual_time.run(probe(TARGET, guest, Expectation(), timeout))
    assert seconds <= timeout + 1e-6
    assert result.findings or (result.engine and result.engine.complete)
    assert guest.closed == guest.opened
    assert "unexpected" not in {finding.failure.id for finding in result.findings}
    check_reports(result)
