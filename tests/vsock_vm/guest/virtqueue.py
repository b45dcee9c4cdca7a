"""/dev/vhost-vsock as a virtual machine monitor drives it, with the guest's two virtio queues in the same process.

Numbers: Linux, include/uapi/linux/vhost.h and virtio_ring.h (split queues); virtio 1.2, section 2.7.
"""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

ENTRIES = 64
BUFFER = 4096
MEMORY = 1 << 20

SET_OWNER = 0xAF01
SET_FEATURES = 0x4008AF00
SET_MEM_TABLE = 0x4008AF03
SET_VRING_NUM = 0x4008AF10
SET_VRING_ADDR = 0x4028AF11
SET_VRING_BASE = 0x4008AF12
SET_VRING_KICK = 0x4008AF20
SET_VRING_CALL = 0x4008AF21
VSOCK_SET_GUEST_CID = 0x4008AF60
VSOCK_SET_RUNNING = 0x4004AF61
VIRTIO_F_VERSION_1 = 1 << 32
DEVICE_WRITES = 2


@dataclass(slots=True)
class Queue:
    """One split queue in ``memory``: descriptors, available ring and used ring from ``start``; its buffers."""

    memory: mmap.mmap
    start: int
    buffers: int
    kick: int = field(default_factory=lambda: os.eventfd(0))
    call: int = field(default_factory=lambda: os.eventfd(0, os.EFD_NONBLOCK))
    offered: int = 0
    taken: int = 0

    @property
    def available(self) -> int:
        """Where the available ring lies."""
        return self.start + 0x1000

    @property
    def used(self) -> int:
        """Where the used ring lies."""
        return self.start + 0x2000

    def buffer(self, slot: int) -> int:
        """Where the buffer of a descriptor lies."""
        return self.buffers + slot * BUFFER

    def offer(self, slot: int, length: int, flags: int) -> None:
        """Hand the buffer of ``slot`` to the device."""
        struct.pack_into("<QIHH", self.memory, self.start + 16 * slot, self.buffer(slot), length, flags, 0)
        struct.pack_into("<H", self.memory, self.available + 4 + 2 * (self.offered % ENTRIES), slot)
        self.offered = (self.offered + 1) & 0xFFFF
        struct.pack_into("<H", self.memory, self.available + 2, self.offered)
        os.eventfd_write(self.kick, 1)

    def take(self) -> int | None:
        """The slot that the device has used next, or None."""
        if self.taken == struct.unpack_from("<H", self.memory, self.used + 2)[0]:
            return None
        slot: int = struct.unpack_from("<I", self.memory, self.used + 4 + 8 * (self.taken % ENTRIES))[0]
        self.taken = (self.taken + 1) & 0xFFFF
        return slot


class VhostVsock:
    """A guest's vsock device with the context id ``cid``. OSError where the kernel refuses it."""

    def __init__(self, cid: int) -> None:
        self.memory = mmap.mmap(-1, MEMORY)
        self.receiving = Queue(self.memory, 0, 0x10000)
        self.sending = Queue(self.memory, 0x4000, 0x80000)
        self.device = os.open("/dev/vhost-vsock", os.O_RDWR)
        base = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        fcntl.ioctl(self.device, SET_OWNER)
        self._set(SET_FEATURES, "Q", VIRTIO_F_VERSION_1)
        self._set(SET_MEM_TABLE, "II4Q", 1, 0, 0, MEMORY, base, 0)
        for number, queue in enumerate((self.receiving, self.sending)):
            rings = (base + queue.start, base + queue.used, base + queue.available)
            self._set(SET_VRING_NUM, "II", number, ENTRIES)
            self._set(SET_VRING_BASE, "II", number, 0)
            self._set(SET_VRING_ADDR, "IIQQQQ", number, 0, *rings, 0)
            self._set(SET_VRING_KICK, "Ii", number, queue.kick)
            self._set(SET_VRING_CALL, "Ii", number, queue.call)
        self._set(VSOCK_SET_GUEST_CID, "Q", cid)
        self._set(VSOCK_SET_RUNNING, "i", 1)

    def start_driver(self) -> None:
        """Offer the receiving buffers: until then the guest's driver is not up, and a connection waits."""
        for slot in range(ENTRIES):
            self.receiving.offer(slot, BUFFER, DEVICE_WRITES)

    def packets(self) -> Iterator[bytes]:
        """What has arrived."""
        while (slot := self.receiving.take()) is not None:
            place = self.receiving.buffer(slot)
            yield self.memory[place : place + BUFFER]
            self.receiving.offer(slot, BUFFER, DEVICE_WRITES)

    def send(self, packet: bytes) -> None:
        """Send one packet of at most ``BUFFER`` bytes."""
        slot = self.sending.offered % ENTRIES
        while self.sending.take() is not None:
            pass
        place = self.sending.buffer(slot)
        self.memory[place : place + len(packet)] = packet
        self.sending.offer(slot, len(packet), 0)

    def room(self) -> bool:
        """Whether a packet can be sent without overwriting one that the device has not read."""
        while self.sending.take() is not None:
            pass
        return (self.sending.offered - self.sending.taken) & 0xFFFF < ENTRIES

    def _set(self, request: int, form: str, *values: int) -> None:
        fcntl.ioctl(self.device, request, struct.pack(form, *values))
