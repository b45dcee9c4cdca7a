"""Which checks run: ``--select`` and ``--ignore``, by identifier or group."""

from __future__ import annotations

from collections.abc import Iterable

from gpurules.lint.identifiers import CHECKS
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean


def chosen_checks(select: Iterable[str], ignore: Iterable[str]) -> frozenset[str]:
    """The identifiers that are selected (all where ``select`` is empty) and not ignored.

    Each word is an identifier (``join/absent-label``) or a group (``join``); several may stand in one, with commas
    between them. Raises InputError for a word that is neither, and where no check is left.
    """
    wanted = tuple(select)
    selected = expand(wanted, "--select") if wanted else frozenset(CHECKS)
    left = selected - expand(ignore, "--ignore")
    if not left:
        said = "--ignore leaves out all that is selected" if selected else "--select names no check"
        raise InputError(Problem(said, advice="gpurules explain lists the checks"))
    return left


def expand(words: Iterable[str], option: str) -> frozenset[str]:
    """The identifiers that the words stand for."""
    found: set[str] = set()
    problems = []
    for word in (part.strip() for each in words for part in each.split(",")):
        if not word:
            continue
        these = [identifier for identifier in CHECKS if word in (identifier, identifier.partition("/")[0])]
        if not these:
            problems.append(unknown_check(word, option))
        found.update(these)
    if problems:
        raise InputError(problems)
    return frozenset(found)


def unknown_check(word: str, where: str) -> Problem:
    """No check or group is called ``word``."""
    groups = dict.fromkeys(identifier.partition("/")[0] for identifier in CHECKS)
    names = [*CHECKS, *(identifier.partition("/")[2] for identifier in CHECKS), *groups]
    begun = [name for name in names if len(word) > 2 and name.startswith(word)]
    advice = (
        did_you_mean(word, names)
        or (f'did you mean "{begun[0]}"?' if begun else "")
        or f"the groups are {', '.join(groups)}"
    )
    return Problem(f'{where}: there is no check "{word[:100]}"', advice=advice)
