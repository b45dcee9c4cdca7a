"""What a user can ask for: the whole of ``gpurules.yaml``, with its defaults. Flags override single values.

Each section is a module of its own. The metadata of each field is the one source of its help, its choices and its form:
the decoder, the flags, the JSON schema and the page of the configuration file all read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gpurules.config.dcgm import DcgmSection
from gpurules.config.kubevirt import KubevirtSection
from gpurules.config.output import OutputSection
from gpurules.config.rules import RecordSetting, RulesSection
from gpurules.text.declare import described

__all__ = ["Config", "DcgmSection", "KubevirtSection", "OutputSection", "RecordSetting", "RulesSection"]


@dataclass(frozen=True, slots=True)
class Config:
    """The effective configuration."""

    version: int = field(
        default=1,
        metadata=described("The version of this file's format.", choices=(1,), required=True, example="1"),
    )
    dcgm: DcgmSection = field(default_factory=DcgmSection, metadata=described("What the guests export."))
    kubevirt: KubevirtSection = field(default_factory=KubevirtSection, metadata=described("The virtualisation side."))
    rules: RulesSection = field(default_factory=RulesSection, metadata=described("The rules themselves."))
    output: OutputSection = field(default_factory=OutputSection, metadata=described("The document."))
