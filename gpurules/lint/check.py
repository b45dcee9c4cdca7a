"""What a check is: an identifier, a severity, what it looks at, and the function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gpurules.lint.finding import Draft, Note, Severity
from gpurules.lint.records import Records
from gpurules.lint.sources.load import Unreadable
from gpurules.lint.sources.model import Document, Rule, Workspace
from gpurules.lint.suppressions.apply import Comments
from gpurules.lint.templates.alert import Templated
from gpurules.lint.typed import Named, TypedRule
from gpurules.promql.syntax.problem import SyntaxProblem


@dataclass(frozen=True, slots=True)
class FileCheck:
    """Looks at a file that cannot be read as YAML."""

    severity: Severity
    run: Callable[[Unreadable], Iterator[Draft]]


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """Looks at one document: its envelope, groups, and the fields of its rules."""

    severity: Severity
    run: Callable[[Document], Iterator[Draft]]


@dataclass(frozen=True, slots=True)
class WorkspaceCheck:
    """Looks at all rules together."""

    severity: Severity
    run: Callable[[Workspace, Records], Iterator[Draft]]


@dataclass(frozen=True, slots=True)
class SyntaxCheck:
    """Looks at an expression that our parser refuses."""

    severity: Severity
    run: Callable[[Rule, SyntaxProblem], Iterator[Note]]


@dataclass(frozen=True, slots=True)
class ExpressionCheck:
    """Looks at one expression and its type; not at the name of the rule (see ``gpurules.lint.shapes``)."""

    severity: Severity
    run: Callable[[TypedRule], Iterator[Note]]


@dataclass(frozen=True, slots=True)
class NameCheck:
    """Looks at the name of a record or alert over its expression."""

    severity: Severity
    run: Callable[[Named], Iterator[Note]]


@dataclass(frozen=True, slots=True)
class TemplateCheck:
    """Looks at the templates of an alert over the type of its expression."""

    severity: Severity
    run: Callable[[Templated], Iterator[Draft]]


@dataclass(frozen=True, slots=True)
class CommentCheck:
    """Looks at the comments that silence findings, after the checks that they silence."""

    severity: Severity
    run: Callable[[Comments], Iterator[Draft]]


Check = (
    FileCheck
    | DocumentCheck
    | WorkspaceCheck
    | SyntaxCheck
    | ExpressionCheck
    | NameCheck
    | TemplateCheck
    | CommentCheck
)
"""A check; its identifier is its place in ``gpurules.lint.registry``, its page the docstring of its module."""
