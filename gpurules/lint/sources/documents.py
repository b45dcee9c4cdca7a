"""From YAML nodes to documents of rules: plain files, PrometheusRule, VMRule, and Lists of those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gpurules.lint.sources.model import Document, Envelope, Group, Pairs, Rule
from gpurules.text.nearest import nearest
from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode
from gpurules.text.span import SourceText

LIST_KINDS = ("List", "PrometheusRuleList", "VMRuleList")
_KINDS = {envelope.value: envelope for envelope in Envelope if envelope.value}
_ALMOST = ("PrometheusRules", "PromRule", "VMRules", "VmRule", "Prometheusrule")

_FIELDS = ("name", "interval", "query_offset", "limit", "labels", "rules")
"""Of a group in a plain rule file."""


def read_documents(source: SourceText, nodes: Iterable[Node]) -> tuple[Document, ...]:
    """The documents of rules among ``nodes``; whatever else there is in the file is left out."""
    return tuple(document for node in nodes for document in _documents(source, node))


def _documents(source: SourceText, node: Node) -> Iterator[Document]:
    if not isinstance(node, MappingNode):
        return
    kind = text_of(node.get("kind"))
    if kind in LIST_KINDS:
        items = node.get("items")
        for item in items.items if isinstance(items, SequenceNode) else ():
            yield from _documents(source, item)
        return
    envelope = _KINDS.get(kind)
    if envelope is None and kind and (nearest(kind, _KINDS) or kind in _ALMOST):
        # A slip of the pen in the kind: taken for what it was meant to be, and reported.
        envelope = _KINDS[nearest(kind, _KINDS) or "PrometheusRule"]
    if envelope is not None:
        holder = node.get("spec")
        holder = holder if isinstance(holder, MappingNode) else None
        yield Document(source, node, envelope, holder, _groups(holder))
    elif not kind and node.get("groups") is not None:
        yield Document(source, node, Envelope.PLAIN, node, _groups(node))


def is_something_else(document: Document) -> bool:
    """Whether the groups of a document are those of another program: no ``rules`` in them, nor what may be meant so."""
    if document.envelope is not Envelope.PLAIN or not document.groups:
        return False
    keys = [[key.text for key, _ in group.node.entries] for group in document.groups]
    return not any(nearest(word, _FIELDS) == "rules" for words in keys for word in words) and all(
        any(nearest(word, _FIELDS) is None for word in words) for words in keys
    )


def _groups(holder: MappingNode | None) -> tuple[Group, ...]:
    found = holder.get("groups") if holder else None
    if not isinstance(found, SequenceNode):
        return ()
    return tuple(_group(item) for item in found.items if isinstance(item, MappingNode))


def _group(node: MappingNode) -> Group:
    rules = node.get("rules")
    items = rules.items if isinstance(rules, SequenceNode) else ()
    return Group(
        node,
        scalar(node.get("name")),
        _pairs(node.get("labels")),
        tuple(_rule(item) for item in items if isinstance(item, MappingNode)),
    )


def _rule(node: MappingNode) -> Rule:
    parts: dict[str, Node] = {key.text: value for key, value in node.entries}
    return Rule(
        node,
        scalar(parts.get("record")),
        scalar(parts.get("alert")),
        scalar(parts.get("expr")),
        _pairs(parts.get("labels")),
        _pairs(parts.get("annotations")),
    )


def _pairs(node: Node | None) -> Pairs:
    if not isinstance(node, MappingNode):
        return ()
    return tuple((key, value) for key, value in node.entries if isinstance(value, ScalarNode))


def scalar(node: Node | None) -> ScalarNode | None:
    """``node`` where it is one value that says something."""
    return node if isinstance(node, ScalarNode) and node.tag != "null" else None


def text_of(node: Node | None) -> str:
    """The text of a scalar; empty for anything else."""
    return node.text if isinstance(node, ScalarNode) and node.tag != "null" else ""
