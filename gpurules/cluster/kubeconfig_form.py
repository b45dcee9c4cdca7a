"""What is wrong with the form of kubeconfig files, where the client library does not say it. No value is ever shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from gpurules.cluster.redact import redacted
from gpurules.text.errors import GpurulesError
from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode
from gpurules.text.read import read_text
from gpurules.text.yaml import compose_documents

SECTIONS = {"clusters": "cluster", "users": "user", "contexts": "context"}
"""Lists of a kubeconfig, and the key beside ``name`` in each entry."""


def wrong_form(paths: str, context: str) -> str:
    """The first thing that is wrong with the files in ``paths``, with its place; empty where nothing is found."""
    found: list[MappingNode] = []
    for path in paths.split(os.pathsep):
        try:
            documents = compose_documents(read_text(str(Path(path).expanduser())))
        except GpurulesError as error:
            problem = error.problems[0]
            return f"{problem.location or path}: {redacted(problem.message.partition(':')[0])}"
        if not documents:
            return f"{path}: the file is empty"
        document = documents[0]
        wrong = next(_wrong_entries(document), "")
        if wrong or not isinstance(document, MappingNode):
            return wrong
        found.append(document)
    return _missing_name(paths, found, context)


def _wrong_entries(document: Node) -> Iterator[str]:
    if not isinstance(document, MappingNode):
        yield f"{document.location}: this is no kubeconfig: keys and values are expected"
        return
    for section, key in SECTIONS.items():
        entries = document.get(section)
        if entries is None or _is_null(entries):
            continue
        if not isinstance(entries, SequenceNode):
            yield f"{entries.location}: {section} is no list"
            continue
        for entry in entries.items:
            if not isinstance(entry, MappingNode) or not _text(entry.get("name")):
                yield f"{entry.location}: this entry of {section} has no name"
            elif not isinstance(entry.get(key), MappingNode):
                yield f"{entry.location}: this entry of {section} has no {key}"


def _missing_name(paths: str, documents: list[MappingNode], context: str) -> str:
    """Where the context names a cluster or user that is not there."""
    current = context or next((text for one in documents if (text := _text(one.get("current-context")))), "")
    chosen = _entries(documents, "contexts").get(current)
    if chosen is None:
        return ""
    for section, key in SECTIONS.items():
        name = _text(chosen.get(key))
        if name and name not in _entries(documents, section):
            return f'{paths}: its {section} do not hold "{redacted(name)}"'
    return ""


def _entries(documents: list[MappingNode], section: str) -> dict[str, MappingNode]:
    found: dict[str, MappingNode] = {}
    for document in documents:
        entries = document.get(section)
        for entry in entries.items if isinstance(entries, SequenceNode) else ():
            value = entry.get(SECTIONS[section]) if isinstance(entry, MappingNode) else None
            if isinstance(entry, MappingNode) and isinstance(value, MappingNode):
                found.setdefault(_text(entry.get("name")), value)
    return found


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, ScalarNode) and not _is_null(node) else ""


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == "null"
