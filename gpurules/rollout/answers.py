"""Looking into what an API server answers, which may be of any form."""

from __future__ import annotations

from typing import Any


def at(holder: Any, *keys: str) -> Any:
    """What stands below ``keys``; None where nothing does, or something else than mappings leads there."""
    for key in keys:
        holder = holder.get(key) if isinstance(holder, dict) else None
    return holder


def objects(value: Any) -> list[dict[str, Any]]:
    """The mappings among the entries of a list; none where it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
