"""From named files to a workspace, and what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gpurules.lint.sources.discovery import Candidate
from gpurules.lint.sources.documents import is_something_else, read_documents
from gpurules.lint.sources.model import RuleFile, Workspace
from gpurules.text.errors import InputError, Problem
from gpurules.text.read import read_text
from gpurules.text.span import Location, SourceText, Span
from gpurules.text.yaml import compose_documents

_LOOKS_LIKE_RULES = re.compile(r"^\s*(?:groups:|kind:\s*[\"']?(?:PrometheusRule|VMRule))", re.MULTILINE)
_TEMPLATE = re.compile(
    r"^\s*(?:- )?\{\{-?|^\s*\{%|\{\{-? *(?:end|if|range|with|include|template|define|\.Values|\.Release)\b",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that is not read, and why. ``template``: it is the source of one, such as Helm's, and not YAML yet."""

    source: SourceText
    span: Span
    message: str
    advice: str = ""
    template: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read."""

    workspace: Workspace
    unreadable: tuple[Unreadable, ...]
    sources: tuple[SourceText, ...]


def load(candidates: Iterable[Candidate], skip_others: bool = False, stdin_name: str = "") -> Loaded:
    """Reads every candidate.

    A file that was found by a search and does not look like rules is passed over; one that the user named must hold
    rules unless ``skip_others`` is set, else InputError. ``stdin_name``: what standard input is called in findings.
    """
    files, unreadable, sources, empty = [], [], [], []
    for candidate in candidates:
        source, failed = _read(candidate)
        if candidate.path == "-" and stdin_name:
            source = SourceText(stdin_name, source.text)
        if failed is not None:
            unreadable.append(failed)
            continue
        try:
            documents = read_documents(source, compose_documents(source))
        except InputError as error:
            if (candidate.named and not skip_others) or _LOOKS_LIKE_RULES.search(source.text):
                unreadable.extend(_unreadable(source, problem) for problem in error.problems)
            continue
        if not candidate.named and documents and all(map(is_something_else, documents)):
            continue
        if documents:
            files.append(RuleFile(source, documents))
            sources.append(source)
        elif candidate.named and not skip_others:
            empty.append(Problem("there are no rules in this file", Location(source.file), _ABOUT_RULES))
    if empty:
        raise InputError(empty)
    return Loaded(Workspace(tuple(files)), tuple(unreadable), tuple(sources))


def of_text(source: SourceText) -> Loaded:
    """What ``source`` alone holds; a file without rules where there are none."""
    try:
        documents = read_documents(source, compose_documents(source))
    except InputError as error:
        failed = tuple(_unreadable(source, problem) for problem in error.problems)
        return Loaded(Workspace(()), failed, (source,))
    return Loaded(Workspace((RuleFile(source, documents),)), (), (source,))


_ABOUT_RULES = "a file of rules has groups: at its top, or is a PrometheusRule, a VMRule or a List of them"


def _read(candidate: Candidate) -> tuple[SourceText, Unreadable | None]:
    try:
        return read_text(candidate.path), None
    except InputError as error:
        if candidate.named and not _is_about_content(error.problems[0]):
            raise
        source = SourceText(candidate.path, "")
        problem = error.problems[0]
        return source, Unreadable(source, Span(0, 0), problem.message, problem.advice)


def _is_about_content(problem: Problem) -> bool:
    return not problem.message.startswith(
        ("there is no such file", "this is a folder", "this is a disk", "this cannot be")
    )


def _unreadable(source: SourceText, problem: Problem) -> Unreadable:
    template = _TEMPLATE.search(source.text)
    if template:
        return Unreadable(
            source,
            Span(source.text.index("{", template.start()), template.end()),
            "this is the source of a template, not YAML",
            "lint what it renders, such as helm template",
            True,
        )
    return Unreadable(source, _span(source, problem.location), problem.message, problem.advice)


def _span(source: SourceText, location: Location | None) -> Span:
    """The word at a location."""
    if location is None or not location.line:
        return Span(0, 0)
    lines = source.text.split("\n", location.line)
    start = sum(len(line) + 1 for line in lines[: location.line - 1]) + max(location.column - 1, 0)
    start = min(start, len(source.text))
    word = re.compile(r"[^\s:,\[\]{}]*").match(source.text, start)
    return Span(start, word.end() if word else start)
