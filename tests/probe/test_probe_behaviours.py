"""How guests behave, and what the probe says of them."""

from __future__ import annotations

import pytest

from gpurules.probe.diagnosis.failure import Expectation
from host_engine.behaviours import BEHAVIOURS
from probe_runs import PATIENT, result_of_behaviour

HANG = {"hangs at the second question", "silent", "deaf", "hangs in a header", "hangs in a body", "drips"}
"""Only the deadline ends the probe of these."""

EXPECTED = {"7 GPUs": Expectation(gpus=8)}

# Behaviour, verdict, failure classes (the worst first), and what the detail of the first must contain.
ROWS = [
    ("healthy", "healthy", "", ""),
    ("one GPU", "healthy", "", ""),
    ("8 GPUs", "healthy", "", ""),
    ("32 GPUs", "healthy", "", ""),
    ("32 GPUs of long names", "healthy", "", ""),
    ("DCGM 3.0", "healthy", "no-vsock-in-engine", "DCGM 3.0.4"),
    ("DCGM 3.3", "healthy", "no-vsock-in-engine", "DCGM 3.3.9"),
    ("DCGM 4.4", "healthy", "no-vsock-in-engine", "DCGM 4.4.2"),
    ("DCGM 4.5", "healthy", "", ""),
    ("DCGM 4.9", "healthy", "engine-unknown", "DCGM 4.9.0"),
    ("bytewise", "healthy", "", ""),
    ("talkative", "healthy", "", ""),
    ("vGPU", "healthy", "", ""),
    ("no temperature sensor", "healthy", "field-unsupported", "GPU 1: temperature"),
    ("profiling paused", "healthy", "profiling-conflict", "the module is paused"),
    ("profiling failed", "healthy", "profiling-failed", "the module failed to load"),
    ("no module status", "healthy", "", ""),
    ("fake GPU", "healthy", "gpu-fake", "GPU 1"),
    ("more entries than asked", "healthy", "", ""),
    ("rude names", "unhealthy", "strange-text", "driver version"),
    ("rude version", "unhealthy", "protocol-error", "the engine's description does not begin with its version"),
    ("NVML missing", "unhealthy", "nvml-not-loaded", ""),
    ("NVML not loaded", "unhealthy", "nvml-not-loaded", ""),
    ("no GPU", "unhealthy", "zero-gpus", ""),
    ("no GPU, no module status", "unhealthy", "zero-gpus", ""),
    ("7 GPUs", "unhealthy", "fewer-gpus", "7 of 8"),
    ("lost", "unhealthy", "gpu-lost", "GPU 1"),
    ("lost when read", "unhealthy", "gpu-lost", "GPU 1"),
    ("inaccessible", "unhealthy", "gpu-inaccessible", "GPU 1: inaccessible"),
    ("unknown state", "unhealthy", "gpu-inaccessible", "GPU 1: unknown"),
    ("state 99", "unhealthy", "gpu-inaccessible", "GPU 1: status 99"),
    ("detached", "unhealthy", "gpu-detached", "GPU 1"),
    ("all detached", "unhealthy", "gpu-detached", "the engine says so"),
    ("disabled", "unhealthy", "gpu-disabled", "GPU 1"),
    ("unsupported", "unhealthy", "gpu-unsupported", "GPU 1"),
    ("not among the supported", "unhealthy", "gpu-unsupported", "GPU 1"),
    ("reboot needed", "unhealthy", "gpu-recovery", "GPU 1: reboot"),
    ("action 9 needed", "unhealthy", "gpu-recovery", "GPU 1: action 9"),
    ("reset required", "unhealthy", "gpu-recovery", "GPU 1: reset the GPU"),
    ("blank temperature", "unhealthy", "gpu-unreadable", "GPU 1: temperature"),
    ("temperature 10000", "unhealthy", "gpu-unreadable", "GPU 1: temperature 10000"),
    ("temperature as a text", "unhealthy", "gpu-unreadable", "GPU 1: temperature"),
    ("temperature not a number", "unhealthy", "gpu-unreadable", "GPU 1: temperature"),
    ("blank UUID", "unhealthy", "gpu-unreadable", "GPU 1: uuid"),
    ("paused", "unhealthy", "engine-paused", ""),
    ("driver timeout", "unhealthy", "driver-timeout", ""),
    (
        "values refused",
        "unhealthy",
        "engine-refused",
        "ENTITIES_GET_LATEST_VALUES is answered with status -3 GENERIC_ERROR",
    ),
    ("states refused", "unhealthy", "engine-refused", "GET_GPU_STATUS is answered with status -8 NVML_ERROR"),
    ("DCGM 2.4", "unhealthy", "engine-too-old", "DCGM 2.4.8"),
    (
        "version mismatch",
        "unhealthy",
        "version-mismatch",
        "HOSTENGINE_VERSION is answered with status -12 VER_MISMATCH",
    ),
    ("version refused", "unhealthy", "engine-refused", "HOSTENGINE_VERSION is answered with status -3 GENERIC_ERROR"),
    ("closes at the second question", "unhealthy", "lost-mid-exchange", ""),
    ("dies at the second question", "unhealthy", "lost-mid-exchange", ""),
    (
        "hangs at the second question",
        "unhealthy",
        "engine-stalled",
        "no answer to ENTITIES_GET_LATEST_VALUES, GET_ALL_DEVICES, MODULE_STATUS",
    ),
    ("silent", "unhealthy", "silent", ""),
    ("deaf", "unhealthy", "silent", ""),
    ("closes at once", "unhealthy", "closed-after-request", "ECONNRESET"),
    ("closes when asked", "unhealthy", "closed-after-request", ""),
    ("resets when asked", "unhealthy", "closed-after-request", "ECONNRESET"),
    ("closes in a header", "unhealthy", "closed-after-request", "6 bytes into a message"),
    ("hangs in a header", "unhealthy", "half-answer", "6 bytes, and then no more"),
    ("hangs in a body", "unhealthy", "half-answer", "20 bytes, and then no more"),
    ("drips", "unhealthy", "half-answer", "bytes, and then no more"),
    ("SSH", "unhealthy", "not-dcgm", "an SSH server: SSH-2.0-OpenSSH_9.6"),
    ("SSH, then closes", "unhealthy", "not-dcgm", "an SSH server: SSH-2.0-OpenSSH_9.6"),
    ("HTTP", "unhealthy", "not-dcgm", "an HTTP server: HTTP/1.1 400 Bad Request"),
    ("TLS", "unhealthy", "not-dcgm", "a TLS server (DCGM speaks no TLS): 15030300 020232"),
    ("mail, without a line's end", "unhealthy", "not-dcgm", "a mail or FTP server: 220 mail.example"),
    ("rude banner", "unhealthy", "not-dcgm", "1b5b324a 1b5d303b 78074141 41414141 41414141 41414141 41414141 41414141"),
    ("zeros", "unhealthy", "not-dcgm", "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"),
    ("DCGM 1.7", "unhealthy", "old-dcgm", "the magic of DCGM 1.7 or older"),
    ("negative length", "unhealthy", "protocol-error", "a message announces a negative length, -1"),
    (
        "length of 2 GiB",
        "unhealthy",
        "protocol-error",
        "a message announces 2147483647 bytes, more than any answer has",
    ),
    ("length of 17205", "unhealthy", "protocol-error", "a message announces 17205 bytes, more than any answer has"),
    ("length 0", "unhealthy", "protocol-error", "a reply has 0 bytes, fewer than a command's header"),
    (
        "another request id",
        "unhealthy",
        "protocol-error",
        "a message answers a question that was not asked, or was answered already",
    ),
    ("unknown message type", "unhealthy", "protocol-error", "a message has the type 0x0100"),
    (
        "answers twice",
        "unhealthy",
        "protocol-error",
        "a message answers a question that was not asked, or was answered already",
    ),
    (
        "another command",
        "unhealthy",
        "protocol-error",
        "the answer to HOSTENGINE_VERSION is one of module 0, command 34",
    ),
    (
        "another version word",
        "unhealthy",
        "protocol-error",
        "the answer to HOSTENGINE_VERSION has the version word 0x0200021c",
    ),
    (
        "another inner length",
        "unhealthy",
        "protocol-error",
        "the answer to HOSTENGINE_VERSION has 540 bytes and says 24, not 540",
    ),
    ("no version", "unhealthy", "protocol-error", "the engine's description does not begin with its version"),
    ("4 billion GPUs", "unhealthy", "protocol-error", "the engine counts 4294967295 GPUs, and 32 are the most"),
    ("33 GPUs", "unhealthy", "protocol-error", "the engine counts 33 GPUs, and 32 are the most"),
    ("a GPU twice", "unhealthy", "protocol-error", "the engine lists a GPU twice"),
    ("17 modules", "unhealthy", "protocol-error", "the engine counts 17 modules, and 16 are the most"),
    (
        "the state of another GPU",
        "unhealthy",
        "protocol-error",
        "the state of one GPU is answered with that of another",
    ),
    (
        "4 billion bytes of values",
        "unhealthy",
        "protocol-error",
        "the answer to ENTITIES_GET_LATEST_VALUES counts 4294967295 bytes of values",
    ),
    ("a value of no length", "unhealthy", "protocol-error", "a value of field 150 says that it has 0 bytes"),
    ("a value of 65535 bytes", "unhealthy", "protocol-error", "a value of field 150 says that it has 65535 bytes"),
    ("a value of version 2", "unhealthy", "protocol-error", "a value has the version 2"),
    ("a value of type z", "unhealthy", "protocol-error", "a value of field 150 has the type b'z'"),
    ("a number of 7 bytes", "unhealthy", "protocol-error", "the number of field 150 has 7 bytes"),
    ("half a value", "unhealthy", "protocol-error", "the values end in the middle of an entry's header, at byte 0"),
    ("a text without an end", "unhealthy", "protocol-error", "the text of field 50 has no end"),
    (
        "a text of 16000 bytes",
        "unhealthy",
        "gpu-unreadable",
        "GPU 0: uuid, temperature; GPU 1: uuid, name, temperature",
    ),
    ("unsolicited without end", "unhealthy", "flood", "more than 512 KiB"),
    ("tiny messages without end", "unhealthy", "flood", "more than 256 messages"),
    ("noise after the version", "unhealthy", "protocol-error", "between two messages stand bytes that begin none"),
]


@pytest.mark.parametrize(("name", "verdict", "classes", "detail"), ROWS, ids=[row[0] for row in ROWS])
def test_behaviour(name: str, verdict: str, classes: str, detail: str) -> None:
    result, server = result_of_behaviour(name, EXPECTED.get(name), 0.4 if name in HANG else PATIENT)
    assert (result.verdict.value, " ".join(finding.failure.id for finding in result.findings)) == (verdict, classes)
    assert not result.findings or detail in result.findings[0].detail
    assert server.connections <= 1
    assert server.guest.traces == [], "a probe leaves no trace in the engine"
    assert server.guest.crashed == "", "a probe harms no engine"


def test_every_behaviour_has_a_row() -> None:
    assert [row[0] for row in ROWS] == list(BEHAVIOURS)
