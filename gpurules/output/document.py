"""What a document says besides its rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gpurules.output.banner import BannerLine


@dataclass(frozen=True, slots=True)
class Document:
    """The envelope of the rules.

    ``format`` is a name of ``output.formats.registry``. ``name``, ``namespace`` (empty: none), ``labels`` and
    ``annotations`` are the object's metadata; a format without metadata ignores ``name`` and refuses the rest.
    ``banner`` are the lines of the comment at the top.
    """

    format: str
    name: str = ""
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    banner: tuple[BannerLine, ...] = ()
