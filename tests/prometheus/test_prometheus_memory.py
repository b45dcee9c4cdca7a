"""What a huge answer costs: the client runs in a process of its own, whose peak of memory is read at its end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from loopback import Exchange, serving

CLIENT = """
import asyncio, json, re, sys
from pathlib import Path
from gpurules.cluster.prometheus.access import Access
from gpurules.cluster.prometheus.fault import PrometheusFault
from gpurules.cluster.prometheus.store import open_store

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024

async def main():
    before = peak()
    async with open_store(Access(sys.argv[1], timeout=120)) as store:
        try:
            answer = await (store.range("up", 0, 1, 1) if sys.argv[2] == "range" else store.instant("up"))
            said = str(len(answer))
        except PrometheusFault as fault:
            said = fault.detail
    print(json.dumps([said, peak() - before]))

asyncio.run(main())
"""
LABELS = ",".join(
    f'"{name}":"{value}"'
    for name, value in {
        "__name__": "DCGM_FI_DEV_GPU_UTIL",
        "Hostname": "train-NUMBER",
        "UUID": "GPU-00000000-0000-0000-0000-NUMBER",
        "device": "nvidia0",
        "gpu": "0",
        "instance": "10.0.0.1:9400",
        "job": "guests",
        "modelName": "NVIDIA H100 80GB HBM3",
        "namespace": "team-NUMBER",
        "pci_bus_id": "00000000:06:00.0",
        "pod": "virt-launcher-train-NUMBER",
    }.items()
)
SAMPLES = ",".join(f'[{1_700_000_000 + 30 * number},"{number}.5"]' for number in range(2000))
SERIES = f'{{"metric":{{{LABELS}}},"value":[1,"2"]}}'
RANGE = f'{{"metric":{{"a":"NUMBER"}},"values":[{SAMPLES}]}}'
ENDLESS = '{"metric":{"a":"'
ASKED = [
    ("100,000 series", "instant", SERIES, 100_000, "100000", 140),
    ("no end of series", "instant", SERIES, 1_000_000, "series than 100,000", 140),
    ("no end of samples", "range", RANGE, 9000, "samples than 2,000,000", 260),
    ("no end of a label", "instant", ENDLESS, 100_000, "far too long", 80),
]
"""What is answered, the question, an element, how many, what comes of it, megabytes."""


def writing(kind: str, element: str, count: int) -> Callable[[Exchange], None]:
    """An answer in pieces of a thousand elements or less; what is no whole element is one that has no end."""
    whole = element.endswith("}")

    def write(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.end_headers()
        exchange.wfile.write(f'{{"status":"success","data":{{"resultType":"{kind}","result":['.encode())
        if not whole:
            exchange.wfile.write(element.encode())
        for start in range(0, count, 100):
            if whole:
                numbers = range(start, min(start + 100, count))
                piece = ",".join(element.replace("NUMBER", f"{number:012}") for number in numbers)
                exchange.wfile.write((("," if start else "") + piece).encode())
            else:
                exchange.wfile.write(b"x" * 65536)
        exchange.wfile.write(b"]}}")

    return write


@pytest.mark.parametrize(
    ("question", "element", "count", "says", "most"), [row[1:] for row in ASKED], ids=[row[0] for row in ASKED]
)
def test_memory_is_bounded(question: str, element: str, count: int, says: str, most: int) -> None:
    kind = "matrix" if question == "range" else "vector"
    with serving(writing(kind, element, count)) as server:
        done = subprocess.run(
            [sys.executable, "-c", CLIENT, server.url, question], capture_output=True, text=True, check=True
        )
    said, megabytes = json.loads(done.stdout)
    assert says in said
    assert megabytes < most, said
