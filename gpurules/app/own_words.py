"""What a user's own words make of the rules: names, labels, schemas, selectors and templates are checked as lint does.

What gpurules writes by itself passes every check, which its tests hold; there the checks would cost more time than all
the rest.
"""

from __future__ import annotations

from gpurules.config.model import Config
from gpurules.text.errors import InputError, Problem

_ALLOWED = frozenset(("structure/lag",))
"""What is right where several groups are asked for: the lag is documented."""


def has_own_words(config: Config) -> bool:
    """Whether anything of ``config`` that is not a choice among known words gets into the document."""
    return _words(config) != _words(Config())


def _words(config: Config) -> tuple[object, ...]:
    output, kubevirt, dcgm, rules = config.output, config.kubevirt, config.dcgm, config.rules
    return (
        (output.name, output.namespace, output.labels, output.annotations),
        (kubevirt.info_selector, kubevirt.observer_selector, kubevirt.kube_state_selector),
        (kubevirt.schemas, kubevirt.copy_labels, kubevirt.gpu_resources),
        (dcgm.selector, dcgm.path_selectors, dcgm.vm_namespace_label, dcgm.vm_name_label),
        (rules.fields, rules.cluster_label),
    )


def must_pass_lint(text: str, config: Config) -> None:
    """Raises InputError with what ``lint`` warns of in the document ``text``, where it runs against ``config``."""
    from datetime import date

    from gpurules.app.runs_against import target_of
    from gpurules.lint.finding import Severity
    from gpurules.lint.linting import run
    from gpurules.lint.located import locate
    from gpurules.lint.selection import chosen_checks
    from gpurules.lint.sources.load import of_text
    from gpurules.text.span import SourceText

    chosen = chosen_checks((), _ALLOWED)
    document = of_text(SourceText("rendered rules", text))
    found = [locate(one) for one in run(document, target_of(config), chosen, date.today(), least=Severity.WARNING)]
    if found:
        raise InputError(
            Problem(
                f"{one.rule + ': ' if one.rule else ''}{one.message} [{one.check}]",
                one.region.start,
                one.advice or f"gpurules explain {one.check} says more",
            )
            for one in found
        )
