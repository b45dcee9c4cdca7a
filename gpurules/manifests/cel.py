"""Objects as the constructors of CEL that a MutatingAdmissionPolicy takes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

STRING_MAPS = frozenset({"requests", "limits", "labels", "annotations"})
"""Fields that are maps of free keys, not structures."""


def constructor(value: object, type_name: str, indent: int = 0) -> str:
    """``value`` (data as in YAML) as CEL; ``type_name`` such as ``Object.spec.containers`` is its type's."""
    margin, inner = " " * indent, " " * (indent + 2)
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return _text(value)
        case Mapping():
            is_map = type_name.rpartition(".")[2] in STRING_MAPS
            pairs = [
                f"{inner}{_text(str(key)) if is_map else key}: {constructor(each, f'{type_name}.{key}', indent + 2)}"
                for key, each in value.items()
            ]
            return ("" if is_map else type_name) + "{\n" + ",\n".join(pairs) + f"\n{margin}}}"
        case Sequence():
            items = [inner + constructor(each, type_name, indent + 2) for each in value]
            return "[\n" + ",\n".join(items) + f"\n{margin}]"
    raise TypeError(f"a {type(value).__name__} has no place in a manifest")


def _text(value: str) -> str:
    # CEL knows the escapes that JSON needs, and no pairs of surrogates.
    return json.dumps(value, ensure_ascii=False)
