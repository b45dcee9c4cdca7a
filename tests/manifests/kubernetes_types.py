"""Whether an object of Kubernetes' own kinds has the fields of the API, and of its types, by the client's models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kubernetes.client import models

SCALARS: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "bool": (bool,), "float": (int, float)}
FREE = ("object", "datetime")
"""Types that any value may have: a port is a number or a name."""


def wrong_fields(one: Any) -> list[str]:
    """Each field that is not there, or of another type, by its path; nothing for kinds that are not Kubernetes' own."""
    version = one["apiVersion"].rpartition("/")[2]
    model = f"{version[0].upper()}{version[1:]}{one['kind']}"
    return list(_wrong(one, model, one["kind"])) if hasattr(models, model) else []


def is_known(one: Any) -> bool:
    """Whether the kind is Kubernetes' own."""
    return hasattr(models, f"V1{one['kind']}")


def _wrong(value: Any, kind: str, where: str) -> Iterator[str]:
    found = re.fullmatch(r"(?:(list)\[|(dict)\[str, ?)?(\w+)\]?", kind, re.IGNORECASE)
    assert found, kind
    many, mapped, name = found.groups()
    if many or mapped:
        if not isinstance(value, list if many else dict):
            yield f"{where} is no {many or mapped}"
            return
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _wrong(each, name, f"{where}[{key}]")
    elif name in SCALARS:
        if not isinstance(value, SCALARS[name]) or (name != "bool" and isinstance(value, bool)):
            yield f"{where} is no {name}"
    elif name not in FREE:
        yield from _wrong_object(value, getattr(models, name), where)


def _wrong_object(value: Any, model: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where} is no object"
        return
    attributes = {key: attribute for attribute, key in model.attribute_map.items()}
    for key, each in value.items():
        if key not in attributes:
            yield f"{where}.{key} is unknown"
        else:
            yield from _wrong(each, model.openapi_types[attributes[key]], f"{where}.{key}")
