"""Filling a template: layout from the template, every value through a YAML filter.

Delimiters are ``[[ ]]``, ``[% %]`` and ``[# #]``, because Prometheus and Helm both use ``{{ }}``. The environment is
sandboxed, an unknown name is an error, and a value is written as a YAML scalar unless the template asks for
``| block(indent)`` or ``| comment(indent)``, or, of a whole number, ``| number``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpurules.filling.scalar import block, comment, quoted, scalar
from gpurules.filling.templates import read_template
from gpurules.text.errors import GpurulesError, InputError, Problem
from gpurules.text.span import Location

if TYPE_CHECKING:
    from jinja2 import Environment


class _Layout(str):
    """Text that a filter made ready; any operation on it gives a plain string, which is a value again."""

    __slots__ = ()


def fill(template: str, values: Mapping[str, object], directory: Path | None = None) -> str:
    """The template called ``template`` with ``values`` in it; a file of that name in ``directory`` comes first.

    Raises InputError, with the template's line, for whatever is wrong in a template.
    """
    import jinja2

    sources: dict[str, str] = {}
    environment = _environment(_loader(directory, sources))
    try:
        return environment.get_template(template).render(values)
    except GpurulesError:
        raise
    except jinja2.TemplateSyntaxError as error:
        raise InputError(_problem(directory, error.name or template, error.lineno, error.message or "")) from error
    except jinja2.TemplateNotFound as error:
        message = f"there is no template {error.name!a}"
        raise InputError(Problem(message, advice="use the name of a file in the template directory")) from error
    except RecursionError as error:
        raise InputError(_problem(directory, template, 0, "includes nest too deep")) from error
    except Exception as error:
        name, line = _position(error, sources, template)
        raise InputError(_problem(directory, name, line, f"{type(error).__name__}: {error}")) from error


def _environment(loader: Callable[[str], str | None]) -> Environment:
    from jinja2 import FunctionLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(loader),
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,
        finalize=_value,
    )
    environment.filters["block"] = lambda value, indent: _Layout(block(_text(value), indent))
    environment.filters["number"] = lambda value: _Layout(_number(value))
    environment.filters["comment"] = lambda value, indent=0: _Layout(comment(_text(value), indent))
    return environment


def _loader(directory: Path | None, sources: dict[str, str]) -> Callable[[str], str | None]:
    def load(name: str) -> str | None:
        source = read_template(name, directory)
        if source is not None:
            sources[name] = source
        return source

    return load


def _value(value: Any) -> str:
    if type(value) is _Layout:
        return str(value)
    if isinstance(value, str):
        return scalar(str(value))
    return quoted(_text(value))


def _text(value: Any) -> str:
    from jinja2 import Undefined

    if isinstance(value, (str, Undefined)):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    raise TypeError(f"a {type(value).__name__} is not a value; write one of its parts")


def _number(value: Any) -> str:
    if type(value) is not int:
        raise TypeError(f"{_text(value)!a} is not a whole number")
    return str(value)


def _position(error: BaseException, sources: Mapping[str, str], template: str) -> tuple[str, int]:
    """The template line that raised: Jinja rewrites the traceback so that template lines are frames of their own."""
    name, line = template, 0
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == "<template>" or code.co_filename in sources:
            line = trace.tb_lineno
        trace = trace.tb_next
    return name, line


def _problem(directory: Path | None, name: str, line: int, message: str) -> Problem:
    file = str(directory / name) if directory and (directory / name).is_file() else f"templates/{name}"
    text = " ".join(message.split())
    return Problem(f"the template cannot be filled: {text}", Location(file, line), "correct the template")
