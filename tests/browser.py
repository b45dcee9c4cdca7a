"""Chromium without a window: what a page becomes in it, what it looks like, and whether it asks anybody."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import components
import png

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
DARK = "--blink-settings=preferredColorScheme=0"
LIGHT = "--blink-settings=preferredColorScheme=1"
SECONDS = 60


def dom(page: Path, width: int = 1280) -> str:
    """The document as it stands once the page is loaded."""
    return _run(page, f"--window-size={width},2000", "--dump-dom").decode()


def screenshot(page: Path, width: int, height: int, *, dark: bool = False) -> bytes:
    """A PNG of the upper left corner."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shot.png"
        _run(page, f"--window-size={width},{height}", DARK if dark else LIGHT, f"--screenshot={file}")
        return file.read_bytes()


def picture(page: Path, width: int, height: int, *, dark: bool = False) -> png.Picture:
    """The same, read."""
    return png.read(screenshot(page, width, height, dark=dark))


def _run(page: Path, *options: str) -> bytes:
    program = components.require("chromium")
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [program, *OPTIONS, f"--user-data-dir={profile}", *options, page.as_uri()],
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2000:]
    return done.stdout
