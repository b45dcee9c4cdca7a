"""One manifest: an object of the cluster, or a patch for one, as text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gpurules.filling.fill import fill
from gpurules.manifests.settings import Settings
from gpurules.text.errors import InputError, Problem
from gpurules.text.node import MappingNode, ScalarNode
from gpurules.text.span import SourceText
from gpurules.text.yaml import compose_documents


@dataclass(frozen=True, slots=True)
class Manifest:
    """``file`` is the stem of its file's name; ``text`` one YAML document, ended by a line break.

    ``patch``: it is no whole object: ``kubectl patch`` takes it, not ``kubectl apply``.
    """

    file: str
    text: str
    patch: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What of a path's set-up can be asked for alone: ``name`` for ``--part``, what it is for, and its manifests."""

    name: str
    summary: str
    build: Callable[[Settings], tuple[Manifest, ...]]


@dataclass(frozen=True, slots=True)
class ScaffoldedPath:
    """The set-up of one collection path.

    ``parts`` in the order in which they are applied. ``limits`` and ``look`` are sentences that every output says: what
    the path cannot do, and where to look, from the guest to Prometheus, when no series arrive. ``render``: flags that
    make ``gpurules render`` fit. ``check`` raises InputError for settings that the path cannot serve.
    """

    name: str
    parts: tuple[Part, ...]
    limits: tuple[str, ...]
    look: tuple[str, ...]
    render: str
    check: Callable[[Settings], None] = lambda settings: None


def manifest(template: str, file: str, settings: Settings, *, patch: bool = False, **values: object) -> Manifest:
    """The template ``manifests/<template>.yaml.j2`` filled; it sees ``settings`` and ``values``.

    Raises InputError where the result is not one YAML document with what an object must have.
    """
    text = fill(f"manifests/{template}.yaml.j2", {"settings": settings, **values}).strip("\n") + "\n"
    _require_object(text, template, patch)
    return Manifest(file, text, patch)


def _require_object(text: str, template: str, patch: bool) -> None:
    documents = compose_documents(SourceText(f"<{template}>", text))
    if len(documents) != 1 or not isinstance(documents[0], MappingNode):
        raise InputError(Problem(f"the template {template} gives no single object"))
    needed = () if patch else ("apiVersion", "kind", "metadata")
    for key in needed:
        value = documents[0].get(key)
        if value is None or (key != "metadata" and not isinstance(value, ScalarNode)):
            raise InputError(Problem(f"the template {template} gives an object without {key}"))
