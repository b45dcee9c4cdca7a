"""Reference material that some tests read where it is present; the project builds and tests without it."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""


def _find_shared() -> Path | None:
    named = os.environ.get("GPURULES_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    return folder if (folder / "data").is_dir() else None


SHARED = _find_shared()
"""The folder of upstream facts and files: ``GPURULES_SHARED``, else ``../shared``; None where there is none."""
