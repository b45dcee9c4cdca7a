"""One run: the checks, then the comments that silence what they found, then the checks of those comments."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from gpurules.lint.check import CommentCheck
from gpurules.lint.engine import run_checks
from gpurules.lint.finding import Finding
from gpurules.lint.registry import checks
from gpurules.lint.sources.load import Loaded
from gpurules.lint.sources.positions import file_span
from gpurules.lint.suppressions.apply import Comments, silence
from gpurules.lint.suppressions.reading import read_suppressions
from gpurules.lint.target import Target


def run(loaded: Loaded, target: Target, chosen: Collection[str], today: date) -> list[Finding]:
    """What the ``chosen`` checks find and no comment silences, file by file in the order of the text."""
    found = run_checks(loaded, target, chosen)
    suppressions = read_suppressions(loaded.workspace.files)
    if not suppressions:
        return found
    kept, used = silence(found, suppressions, loaded.workspace.files, today)
    comments = Comments(suppressions, used, frozenset(chosen), today)
    for identifier, check in checks().items():
        if isinstance(check, CommentCheck) and identifier in chosen:
            kept.extend(
                Finding(
                    identifier,
                    draft.severity if draft.severity is not None else check.severity,
                    draft.message,
                    draft.place,
                    draft.advice,
                    draft.reasons,
                    draft.edits,
                    draft.rule,
                )
                for draft in check.run(comments)
            )
    order = {source.file: number for number, source in enumerate(loaded.sources)}
    return sorted(kept, key=lambda one: (order.get(one.place.source.file, -1), file_span(one.place).start))
