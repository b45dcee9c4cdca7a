"""The configuration in effect: the file, the flags over it, and what can only be judged with PromQL at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gpurules.config.load import load_sourced
from gpurules.config.model import Config
from gpurules.config.settings import FlagValue, Sourced, validated, with_flags
from gpurules.text.decode import Path, name_of, place_of
from gpurules.text.errors import InputError, Problem

_SELECTORS: tuple[Path, ...] = (
    ("dcgm", "selector"),
    ("kubevirt", "info_selector"),
    ("kubevirt", "observer_selector"),
    ("kubevirt", "kube_state_selector"),
)


def effective_configuration(path: str | None, flags: Mapping[Path, FlagValue]) -> Config:
    """The configuration of ``path`` (see ``load_config``) with ``flags`` over it.

    InputError holds everything that is wrong with the file; where it can be read, everything that is wrong with the
    values in effect, each with the line of the file or the flag it came from.
    """
    sourced = with_flags(load_sourced(path), flags)
    config = validated(sourced)
    problems = list(_wrong_selectors(sourced))
    if problems:
        raise InputError(problems)
    return config


def _wrong_selectors(sourced: Sourced) -> Iterable[Problem]:
    written = [path for path in _SELECTORS if path in sourced.places]
    if not written:
        return
    from gpurules.rules.selectors import parse_matchers

    for section, name in written:
        text = getattr(getattr(sourced.config, section), name)
        try:
            parse_matchers(text, name_of((section, name)))
        except InputError as error:
            for problem in error.problems:
                yield problem._replace(
                    message=f"{name_of((section, name))}: {problem.message}",
                    location=place_of((section, name), sourced.places),
                )
