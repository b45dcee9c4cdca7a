"""Takes the silenced findings out, and says what the comments themselves are wrong with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from gpurules.lint.finding import Finding
from gpurules.lint.sources.model import RuleFile
from gpurules.lint.sources.positions import file_span
from gpurules.lint.suppressions.limits import can_be_silenced
from gpurules.lint.suppressions.model import Suppression
from gpurules.lint.suppressions.scope import owners_of


@dataclass(frozen=True, slots=True, eq=False)
class Comments:
    """The comments of a run, after it. ``used``: which of them silenced findings of which check. ``ran``: the checks
    that ran. ``today`` decides what is expired."""

    suppressions: Sequence[Suppression]
    used: frozenset[tuple[int, str]]
    ran: frozenset[str]
    today: date

    def idle(self, suppression: Suppression, checks: Iterable[str]) -> bool:
        """Whether all of ``checks`` ran and the comment silenced nothing of what they found."""
        wanted = frozenset(checks)
        if not wanted or suppression.expired(self.today):
            return False
        return wanted <= self.ran and not any((id(suppression), check) in self.used for check in wanted)


def silence(
    findings: Iterable[Finding], suppressions: Sequence[Suppression], files: Iterable[RuleFile], today: date
) -> tuple[list[Finding], frozenset[tuple[int, str]]]:
    """The findings that no comment covers, and which comments (by ``id``) silenced findings of which check.

    An expired comment silences nothing. What ``can_be_silenced`` denies is never silenced.
    """
    covering = _Covering(suppressions, files, today)
    kept: list[Finding] = []
    used: set[tuple[int, str]] = set()
    for finding in findings:
        by = (
            [one for one in covering.of(finding) if finding.check in one.checks]
            if can_be_silenced(finding.check)
            else []
        )
        used.update((id(suppression), finding.check) for suppression in by)
        if not by:
            kept.append(finding)
    return kept, frozenset(used)


class _Covering:
    """Which comments cover a finding: those about its rule, the group of that and the file, by place where it has no
    rule."""

    def __init__(self, suppressions: Iterable[Suppression], files: Iterable[RuleFile], today: date) -> None:
        self._by_owner: dict[int, list[Suppression]] = {}
        self._by_file: dict[str, list[Suppression]] = {}
        self._commented: set[str] = set()
        for suppression in suppressions:
            if suppression.expired(today):
                continue
            self._commented.add(suppression.comment.source.file)
            about = suppression.rules or ((suppression.group,) if suppression.group is not None else ())
            for owner in about:
                self._by_owner.setdefault(id(owner), []).append(suppression)
            if not about:
                self._by_file.setdefault(suppression.comment.source.file, []).append(suppression)
        self._owners = {file.source.file: owners_of(file) for file in files if file.source.file in self._commented}
        self._groups = {
            id(rule.rule): rule.group
            for owners in self._owners.values()
            for rule in owners.rules
            if rule.rule is not None
        }

    def of(self, finding: Finding) -> Iterator[Suppression]:
        """The comments that cover ``finding``."""
        file = finding.place.source.file
        if file not in self._commented:
            return
        yield from self._by_file.get(file, ())
        rule, group = finding.rule, self._groups.get(id(finding.rule))
        if group is None:
            owner = self._owners[file].at(file_span(finding.place).start)
            rule, group = (owner.rule, owner.group) if owner is not None else (None, None)
        for about in (rule, group):
            if about is not None:
                yield from self._by_owner.get(id(about), ())
