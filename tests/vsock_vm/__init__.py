"""A small virtual machine with real VSOCK, under QEMU's software emulation: no root, no KVM, no network.

The machine that runs the tests never opens an AF_VSOCK connection itself: its peer would be its own hypervisor.
"""
