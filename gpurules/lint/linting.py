"""One run: the checks, then the comments that silence what they found, then the checks of those comments."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from gpurules.lint.check import CommentCheck
from gpurules.lint.engine import finding_of, in_order, run_checks
from gpurules.lint.finding import Finding, Severity
from gpurules.lint.registry import checks
from gpurules.lint.sources.load import Loaded
from gpurules.lint.suppressions.apply import Comments, silence
from gpurules.lint.suppressions.reading import read_suppressions
from gpurules.lint.target import Target


def run(
    loaded: Loaded,
    target: Target,
    chosen: Collection[str],
    today: date,
    jobs: int = 1,
    least: Severity = Severity.INFO,
) -> list[Finding]:
    """What the ``chosen`` checks find, no comment silences, and is of severity ``least`` or more; in order.

    ``jobs``: the most processes at a time.
    """
    suppressions = read_suppressions(loaded.workspace.files)
    if not suppressions:
        return run_checks(loaded, target, chosen, jobs, least)
    # Whether a comment silences something is known only where nothing is left out.
    found = run_checks(loaded, target, chosen, jobs)
    kept, used = silence(found, suppressions, loaded.workspace.files, today)
    comments = Comments(suppressions, used, frozenset(chosen), today)
    for identifier, check in checks().items():
        if isinstance(check, CommentCheck) and identifier in chosen:
            kept.extend(finding_of(identifier, check.severity, draft) for draft in check.run(comments))
    return in_order((finding for finding in kept if finding.severity >= least), loaded)
