"""The exchange with a host engine, without input or output: fed with bytes, it says what to send and when it is over.

First the version, alone, so that whoever else listens there gets 560 bytes and no more; then the devices, the modules
and what holds for the whole guest; then each GPU. Everything that is sent is a question of ``messages``: nothing logs
in, makes a group or a watch, so the engine keeps no trace. Replies come in any order and are told apart by request id.
"""

from __future__ import annotations

from dataclasses import replace

from gpurules.probe.dcgm import fields, layouts, messages
from gpurules.probe.dcgm.banners import who_says
from gpurules.probe.dcgm.codes import Status, status_name
from gpurules.probe.dcgm.engine import Engine, Gpu, engine_of, with_value
from gpurules.probe.dcgm.messages import Foreign, Malformed, Message, OldMagic, Question, Stream
from gpurules.probe.dcgm.values import ENTITY_GROUP_GPU, ENTITY_GROUP_NONE, Value, entries
from gpurules.probe.observation import Sign

GPUS_AT_ONCE = 8
"""GPUs in one question for values: their answers must fit 16384 bytes, and 3 texts of 256 bytes each are 6.7 KB."""

BYTES_MAX = 512 * 1024
MESSAGES_MAX = 256
"""An honest engine with 32 GPUs sends 42 messages of 95 KB; the rest is room for unsolicited ones."""

BANNER_MAX = 128
BANNER_SECONDS = 0.2
HEX_SHOWN = 32

OLDEST_RELEASE = (3, 0)
"""Engines that say they are older get no further question: they may read it as something else."""

_BY_ID = {field.id: field for field in fields.FIELDS}


class Conversation:
    """One exchange. Call ``begin`` once, then ``feed`` with what arrives, ``end`` at the end of the stream or
    ``expire`` at the deadline. None of them raises, whatever the bytes are.

    ``engine`` is what is known so far, None before a DCGM engine has answered. ``sign`` is why it did not get further,
    with ``detail`` for people, or None. ``finished``: there is nothing more to wait for.
    """

    def __init__(self, first_request: int) -> None:
        """``first_request``: the id of the first request, 1 to 2**31; one that the guest cannot guess."""
        self.engine: Engine | None = None
        self.sign: Sign | None = None
        self.detail = ""
        self.finished = False
        self._next_request = first_request
        self._asked: dict[int, Question] = {}
        self._stream = Stream()
        self._banner: bytearray | None = None
        self._bytes = self._messages = 0
        self._devices: list[int] = []
        self._supported: set[int] | None = None
        self._gpus: dict[int, Gpu] = {}
        self._questions_left = [self._ask_guest, self._ask_gpus]

    @property
    def patience(self) -> float | None:
        """Seconds to wait for more where less than the deadline will do, else None."""
        return BANNER_SECONDS if self._banner is not None else None

    def begin(self) -> bytes:
        """The first request."""
        return self._ask(messages.version())

    def feed(self, data: bytes) -> bytes:
        """Take what arrived, in any pieces; the bytes to send now, perhaps none."""
        if self.finished or not data:
            return b""
        if self._banner is not None:
            return self._more_of_banner(data)
        self._bytes += len(data)
        if self._bytes > BYTES_MAX:
            return self._stop(Sign.FLOOD, f"more than {BYTES_MAX // 1024} KiB")
        try:
            return b"".join([self._take(message) for message in self._stream.feed(data)])
        except Malformed as error:
            return self._stop(Sign.MALFORMED, str(error))
        except OldMagic:
            return self._stop(Sign.MALFORMED if self.engine else Sign.OLD_MAGIC, "the magic of DCGM 1.7 or older")
        except Foreign:
            if self.engine:
                return self._stop(Sign.MALFORMED, "between two messages stand bytes that begin none")
            self._banner = bytearray()
            return self._more_of_banner(self._stream.kept)

    def end(self) -> None:
        """The stream has ended."""
        if self._banner is not None:
            self._foreign()
        elif self._stream.kept:
            self._stop(Sign.CLOSED, f"{len(self._stream.kept)} bytes into a message")
        else:
            self._stop(Sign.CLOSED)

    def expire(self) -> None:
        """Nothing came until the deadline, or until ``patience`` was over."""
        if self._banner is not None:
            self._foreign()
        elif self.engine:
            names = sorted({question.layout.name for question in self._asked.values()})
            self._stop(Sign.STALLED, f"no answer to {', '.join(names)}")
        elif self._bytes:
            self._stop(Sign.STALLED, f"{self._bytes} bytes, and then no more")
        else:
            self._stop(Sign.SILENT)

    def _stop(self, sign: Sign, detail: str = "") -> bytes:
        if not self.finished:
            self.finished, self.sign, self.detail = True, sign, detail
            self._keep_gpus()
        return b""

    def _more_of_banner(self, data: bytes) -> bytes:
        assert self._banner is not None
        self._banner += data[: BANNER_MAX - len(self._banner)]
        if len(self._banner) >= BANNER_MAX or b"\n" in self._banner.lstrip():
            self._foreign()
        return b""

    def _foreign(self) -> None:
        start = bytes(self._banner or b"")
        line = start.strip().split(b"\n", 1)[0].strip().decode("utf-8", "replace")
        shown = line if line and line.isascii() and line.isprintable() else start[:HEX_SHOWN].hex(" ", -4)
        who = who_says(start)
        self._stop(Sign.NOT_DCGM, f"{who}: {shown}" if who else shown)

    def _ask(self, *questions: Question) -> bytes:
        sent = bytearray()
        for question in questions:
            self._asked[self._next_request] = question
            sent += messages.encoded(question, self._next_request)
            self._next_request += 1
        return bytes(sent)

    def _take(self, message: Message) -> bytes:
        if self.finished:
            return b""
        self._messages += 1
        if self._messages > MESSAGES_MAX:
            return self._stop(Sign.FLOOD, f"more than {MESSAGES_MAX} messages")
        if message.type in layouts.UNSOLICITED:
            return b""
        if message.type != layouts.MODULE_COMMAND:
            raise Malformed(f"a message has the type {message.type & 0xFFFFFFFF:#06x}")
        question = self._asked.pop(message.request, None)
        if question is None:
            raise Malformed("a message answers a question that was not asked, or was answered already")
        if message.status:
            self._refused(question, message.status)
        else:
            self._answered(question, message)
        if self.finished or self._asked:
            return b""
        return self._go_on()

    def _refused(self, question: Question, status: int) -> None:
        if self.engine is None:
            sign = Sign.VERSION_MISMATCH if status == Status.VER_MISMATCH else Sign.REFUSED
            self._stop(sign, f"{question.layout.name} is answered with status {status_name(status)}")
            return
        self.engine = replace(self.engine, refused={**self.engine.refused, question.layout.name: status})

    def _answered(self, question: Question, message: Message) -> None:
        layout = question.layout
        messages.check_reply(message, layout)
        if layout is layouts.HOSTENGINE_VERSION:
            self._take_version(message)
            return
        if layout.result is not None and (result := message.signed(layout.result)):
            self._refused(question, result)
            return
        if layout is layouts.GET_ALL_DEVICES:
            self._take_devices(message, only_supported=dict(question.numbers)[layouts.DEVICES_SUPPORTED_AT] == 1)
        elif layout is layouts.MODULE_STATUS:
            self._take_modules(message)
        elif layout is layouts.GET_GPU_STATUS:
            self._take_status(message, question.gpus[0])
        else:
            end = layouts.VALUES_AT + message.number(layouts.VALUES_LENGTH_AT)
            for value in entries(message.body[layouts.VALUES_AT : end]):
                self._take_value(value, question)

    def _take_version(self, message: Message) -> None:
        text = message.body[layouts.VERSION_TEXT_AT : layouts.VERSION_TEXT_AT + layouts.VERSION_TEXT_SIZE]
        self.engine = engine_of(text.split(b"\0", 1)[0])
        if self.engine is None:
            raise Malformed("the engine's description does not begin with its version")
        self.finished = self.engine.release < OLDEST_RELEASE

    def _take_devices(self, message: Message, only_supported: bool) -> None:
        count = message.number(layouts.DEVICES_COUNT_AT)
        if count > layouts.GPUS_MAX:
            raise Malformed(f"the engine counts {count} GPUs, and {layouts.GPUS_MAX} are the most")
        found = messages.numbers_of(message, layouts.DEVICES_AT, count)
        if len(set(found)) != len(found):
            raise Malformed("the engine lists a GPU twice")
        if only_supported:
            self._supported = set(found)
        else:
            self._devices = found

    def _take_modules(self, message: Message) -> None:
        assert self.engine is not None
        count = message.number(layouts.MODULES_COUNT_AT)
        if count > layouts.MODULES_MAX:
            raise Malformed(f"the engine counts {count} modules, and {layouts.MODULES_MAX} are the most")
        pairs = messages.numbers_of(message, layouts.MODULES_AT, 2 * count)
        self.engine = replace(self.engine, modules=dict(zip(pairs[::2], pairs[1::2], strict=True)))

    def _take_status(self, message: Message, asked: int) -> None:
        if message.number(layouts.STATUS_GPU_AT) != asked:
            raise Malformed("the state of one GPU is answered with that of another")
        self._gpus[asked] = replace(self._gpus[asked], status=message.number(layouts.STATUS_AT))

    def _take_value(self, value: Value, question: Question) -> None:
        """Entries that were not asked for are left aside: engines answer in any order and with gaps."""
        assert self.engine is not None
        field = _BY_ID.get(value.field)
        if field is None or value.field not in question.fields:
            return
        if field.entity is fields.Entity.GPU:
            if value.entity_group == ENTITY_GROUP_GPU and value.entity in question.gpus:
                self._gpus[value.entity] = with_value(self._gpus[value.entity], value, field)
            return
        if value.entity_group != ENTITY_GROUP_NONE:
            return
        text = value.value if isinstance(value.value, str) else None
        if field is fields.DRIVER_VERSION:
            self.engine = replace(self.engine, driver=text, driver_blank=value.blank is not None)
        else:
            self.engine = replace(self.engine, nvml=text)

    def _go_on(self) -> bytes:
        """The next questions; none are left, or none make sense any more: the end."""
        while self._questions_left and not self.finished:
            sent = self._questions_left.pop(0)()
            if sent:
                return sent
        self.finished = True
        self._keep_gpus()
        if self.engine:
            self.engine = replace(self.engine, complete=self.sign is None)
        return b""

    def _fields_of(self, entity: fields.Entity) -> list[int]:
        assert self.engine is not None
        return [field.id for field in fields.fields_of(entity, self.engine.release)]

    def _ask_guest(self) -> bytes:
        wanted = self._fields_of(fields.Entity.GLOBAL)
        return self._ask(
            messages.devices(supported_only=False),
            messages.devices(supported_only=True),
            messages.modules(),
            messages.values([(ENTITY_GROUP_NONE, 0)], wanted),
        )

    def _ask_gpus(self) -> bytes:
        self._gpus = {gpu: Gpu(gpu) for gpu in self._devices}
        wanted = self._fields_of(fields.Entity.GPU)
        chunks = [self._devices[start : start + GPUS_AT_ONCE] for start in range(0, len(self._devices), GPUS_AT_ONCE)]
        return self._ask(
            *[messages.gpu_status(gpu) for gpu in self._devices],
            *[messages.values([(ENTITY_GROUP_GPU, gpu) for gpu in chunk], wanted) for chunk in chunks],
        )

    def _keep_gpus(self) -> None:
        if self.engine:
            gpus = self._gpus or {gpu: Gpu(gpu) for gpu in self._devices}
            supported = self._supported
            marked = [
                gpu if supported is None else replace(gpu, supported=gpu.id in supported) for gpu in gpus.values()
            ]
            self.engine = replace(self.engine, gpus=tuple(marked))
