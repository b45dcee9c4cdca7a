"""Filling a page of HTML: Jinja's own delimiters, every value escaped, a policy that lets nothing be fetched or run.

The page stands alone: its one style sheet is written into it, and its Content-Security-Policy allows that very text and
nothing else, so that whatever a value holds, no script runs and no request leaves.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from gpurules.filling.templates import read_template
from gpurules.text.errors import EnvironmentFault, Problem


def fill_html(template: str, style: str, values: Mapping[str, object]) -> str:
    """The page that ``template`` makes of ``values``, besides which it gets ``style``, the style sheet, and ``policy``.

    Raises EnvironmentFault where the installation lacks a template, and what Jinja raises for a wrong one: both ship.
    """
    from jinja2 import FunctionLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from markupsafe import Markup

    sheet = _shipped(style)
    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(read_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render({**values, "style": Markup(sheet), "policy": policy_for(sheet)})


def policy_for(sheet: str) -> str:
    """The Content-Security-Policy (CSP Level 3) of a page with this style sheet."""
    digest = base64.b64encode(hashlib.sha256(sheet.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _shipped(name: str) -> str:
    text = read_template(name)
    if text is None:
        raise EnvironmentFault(Problem(f"this installation has no template {name}", advice="install gpurules again"))
    return text
