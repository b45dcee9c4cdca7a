"""What answers in place of a host engine, known by its first bytes."""

from __future__ import annotations

BANNERS: tuple[tuple[bytes, str], ...] = (
    (b"SSH-", "an SSH server"),
    (b"HTTP/", "an HTTP server"),
    (b"<!DOCTYPE", "an HTTP server"),
    (b"<html", "an HTTP server"),
    (b"220 ", "a mail or FTP server"),
    (b"220-", "a mail or FTP server"),
    (b"+OK", "a POP3 server"),
    (b"* OK", "an IMAP server"),
    (b"-ERR", "a Redis server"),
    (b"RFB ", "a VNC server"),
    (b"\x15\x03", "a TLS server (DCGM speaks no TLS)"),
    (b"\x16\x03", "a TLS server (DCGM speaks no TLS)"),
    (b"\x00\x00\x06\x04\x00\x00\x00\x00\x00", "an HTTP/2 or gRPC server"),
    (b"\x00\x00\x12\x04\x00\x00\x00\x00\x00", "an HTTP/2 or gRPC server"),
    (b"\x00\x00\x18\x04\x00\x00\x00\x00\x00", "an HTTP/2 or gRPC server"),
    (b"login:", "a serial console"),
    (b"{", "a service that speaks JSON (the QEMU guest agent does)"),
)
"""First bytes -> who sends them (RFC 4253, 9112, 5321, 1939, 9051, 6143, 8446, 9113)."""


def who_says(start: bytes) -> str:
    """Who sends bytes that begin with ``start``; the empty string where nobody is known."""
    stripped = start.lstrip(b"\r\n\xff")
    return next((who for banner, who in BANNERS if start.startswith(banner) or stripped.startswith(banner)), "")
