"""A guest made of one process: the host's side of each connection is the kernel's own vhost_vsock.

usage: fake_guest.py CID [SOCKET [SECONDS]]

It says READY, and after SECONDS, when its driver comes up, plays the guest until it is killed.

Ports: 5555 leads to the UNIX socket SOCKET; 5556 accepts and says nothing; 5557 accepts and closes; 5558 never answers;
every other port has no listener. Packets: virtio 1.2, section 5.10.
"""

from __future__ import annotations

import select
import socket
import struct
import sys
import time
from dataclasses import dataclass

from vsock_vm.guest.virtqueue import BUFFER, VhostVsock

HEADER = struct.Struct("<QQIIIHHIII")
REQUEST, RESPONSE, RESET, SHUTDOWN, DATA, CREDIT, CREDIT_REQUEST = range(1, 8)
STREAM = 1
WINDOW = 1 << 16
BRIDGED, MUTE, CLOSING, UNANSWERED = 5555, 5556, 5557, 5558


@dataclass(slots=True)
class Stream:
    """One connection: what leads to the service behind the port, and how many bytes came."""

    port: int
    service: socket.socket | None
    received: int = 0


class FakeGuest:
    """The guest's virtio-vsock driver, and its listeners."""

    def __init__(self, cid: int, service: str) -> None:
        self.cid = cid
        self.service = service
        self.device = VhostVsock(cid)
        self.streams: dict[int, Stream] = {}

    def run(self, booting_seconds: float) -> None:
        """Play the guest for ever."""
        print("READY", flush=True)
        time.sleep(booting_seconds)
        self.device.start_driver()
        while True:
            peers = {stream.service.fileno(): peer for peer, stream in self.streams.items() if stream.service}
            ready, _, _ = select.select([self.device.receiving.call, *peers], [], [], 0.05)
            for file in ready:
                if file in peers and self.device.room():
                    self._from_service(peers[file])
            for packet in self.device.packets():
                self._from_host(packet)

    def _from_service(self, peer: int) -> None:
        stream = self.streams[peer]
        assert stream.service
        try:
            data = stream.service.recv(BUFFER - HEADER.size)
        except OSError:
            data = b""
        if data:
            self._send(peer, stream.port, DATA, data)
        else:
            self._end(peer)

    def _from_host(self, packet: bytes) -> None:
        _, _, peer, port, length, _, operation, _, _, _ = HEADER.unpack_from(packet)
        if operation == REQUEST:
            self._accept(peer, port)
        elif operation == DATA and peer in self.streams:
            stream = self.streams[peer]
            stream.received += length
            if stream.service:
                stream.service.sendall(packet[HEADER.size : HEADER.size + length])
            self._send(peer, port, CREDIT)
        elif operation == CREDIT_REQUEST:
            self._send(peer, port, CREDIT)
        elif operation in (RESET, SHUTDOWN) and peer in self.streams:
            self._end(peer)

    def _accept(self, peer: int, port: int) -> None:
        if port == UNANSWERED:
            return
        if port not in (BRIDGED, MUTE, CLOSING):
            self._send(peer, port, RESET)
            return
        service = socket.socket(socket.AF_UNIX) if port == BRIDGED else None
        if service:
            service.connect(self.service)
        self.streams[peer] = Stream(port, service)
        self._send(peer, port, RESPONSE)
        if port == CLOSING:
            self._end(peer)

    def _end(self, peer: int) -> None:
        stream = self.streams.pop(peer)
        if stream.service:
            stream.service.close()
        self._send(peer, stream.port, RESET)

    def _send(self, peer: int, port: int, operation: int, data: bytes = b"") -> None:
        received = self.streams[peer].received if peer in self.streams else 0
        words = (self.cid, 2, port, peer, len(data), STREAM, operation, 0, WINDOW, received)
        self.device.send(HEADER.pack(*words) + data)


if __name__ == "__main__":
    cid, service, booting = (*sys.argv[1:], "", "0")[:3] if len(sys.argv) < 4 else sys.argv[1:4]
    FakeGuest(int(cid), service).run(float(booting or 0))
