"""Reading a filled document again: what a template may not change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from gpurules.conventions.plain import PlainGroup, PlainRule
from gpurules.output.document import Document
from gpurules.output.formats.format import Format
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.syntax.tree import Aggregation, Binary, Call, Expression, Paren, Subquery, Unary
from gpurules.rules.group import RuleGroup
from gpurules.text.errors import InputError, Problem
from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode, key_text
from gpurules.text.span import SourceText
from gpurules.text.yaml import compose_documents

RENDERED = "<rendered document>"
ADVICE = "correct the template: it may add metadata and comments, nothing else"

Parse = Callable[[str], Expression]
"""From the text of an expression to its tree."""


def read_back(text: str, form: Format) -> tuple[PlainGroup, ...]:
    """The groups that the only document of ``text`` holds.

    Raises InputError where it is not one document of the format, has an entry that we do not write, or has no rules.
    """
    return read_documents(text, form)[0][1]


def read_documents(text: str, form: Format, count: int = 1) -> tuple[tuple[Document, tuple[PlainGroup, ...]], ...]:
    """The metadata and the groups of each of the ``count`` documents of ``text``; raises as ``read_back`` does."""
    documents = compose_documents(SourceText(RENDERED, text))
    if len(documents) != count:
        wanted = "one" if count == 1 else str(count)
        raise InputError(
            Problem(f"the output holds {len(documents)} YAML documents instead of {wanted}", advice=ADVICE)
        )
    return tuple(_document(node, form) for node in documents)


def _document(node: Node, form: Format) -> tuple[Document, tuple[PlainGroup, ...]]:
    constants = dict(form.constants)
    top = _mapping(node, "the document")
    named = (form.name_key,) if form.name_key else ()
    metadata = ("metadata",) if form.metadata else ()
    _only(top, "the document", (*constants, *named, *metadata, *(form.path[:1] or ("groups",))))
    for key, value in constants.items():
        if _string(top.get(key), key) != value:
            raise _wrong(f"{key} is not {value}", top.get(key))
    document = _metadata(top.get("metadata"), form) if form.metadata else Document(form.name)
    if form.name_key:
        document = replace(document, name=_string(top.get(form.name_key), form.name_key))
    holder = top
    for number, key in enumerate(form.path, start=1):
        holder = _mapping(holder.get(key), key)
        _only(holder, key, form.path[number : number + 1] or ("groups",))
    groups = tuple(_group(entry, form) for entry in _sequence(holder.get("groups"), "groups"))
    if not any(group.rules for group in groups):
        raise InputError(Problem("the output holds no rules", advice=ADVICE))
    return document, groups


def require_same(rendered: Sequence[RuleGroup], read: Sequence[PlainGroup], parse: Parse) -> None:
    """Raises InputError, naming the rule, unless ``read`` is ``rendered``: names, intervals, labels and trees."""
    if [group.name for group in rendered] != [group.name for group in read]:
        raise _differs(f"its groups are {', '.join(ascii(group.name) for group in read)}")
    for group, found in zip(rendered, read, strict=True):
        for what, wanted, there in (
            ("interval", group.interval, found.interval),
            ("query_offset", group.query_offset, found.query_offset),
            ("partial_response_strategy", group.partial_response, found.partial_response),
        ):
            if wanted != there:
                raise _differs(f"group {group.name!a} has the {what} {there!a}, not {wanted!a}")
        for rule, plain in zip(group.rules, found.rules, strict=False):
            what = f"record {rule.spec.record!a} of group {group.name!a}"
            if rule.spec.record != plain.record:
                raise _differs(f"in place of {what} stands {plain.record!a}")
            if tuple(sorted(rule.spec.rule_labels)) != plain.labels:
                raise _differs(f"{what} has other labels")
            complaint = _complaint(rule.expression, plain.expression, parse)
            if complaint:
                raise _differs(f"{what} {complaint}")
        if len(group.rules) != len(found.rules):
            raise _differs(f"group {group.name!a} has {len(found.rules)} rules, not {len(group.rules)}")


def require_metadata(asked: Document, read: Document) -> None:
    """Raises InputError unless ``read`` has all the metadata of ``asked``; more is allowed."""
    if asked.name != read.name:
        raise _differs(f"its name is {read.name!a}, not {asked.name!a}")
    if asked.namespace and asked.namespace != read.namespace:
        raise _differs(f"its namespace is {read.namespace!a}, not {asked.namespace!a}")
    for what, wanted, found in (
        ("label", asked.labels, read.labels),
        ("annotation", asked.annotations, read.annotations),
    ):
        for key, value in wanted.items():
            if found.get(key) != value:
                raise _differs(f"the {what} {key!a} is missing or has another value")


def _complaint(tree: Expression, text: str, parse: Parse) -> str:
    """What is wrong with ``text`` as the text of ``tree``; empty where it is that."""
    try:
        read = parse(text)
    except SyntaxProblem as problem:
        return f"has an expression that cannot be read: {problem.message}"
    same = read == tree or _bare(read) == _bare(tree)
    return "" if same else "has another expression"


def _bare(tree: Expression) -> Expression:
    """``tree`` without the parentheses, which a printer adds where precedence asks for them; what binds what stays."""
    match tree:
        case Paren():
            return _bare(tree.expression)
        case Call():
            return replace(tree, arguments=tuple(_bare(argument) for argument in tree.arguments))
        case Aggregation():
            parameter = tree.parameter and _bare(tree.parameter)
            return replace(tree, expression=_bare(tree.expression), parameter=parameter)
        case Binary():
            return replace(tree, left=_bare(tree.left), right=_bare(tree.right))
        case Subquery() | Unary():
            return replace(tree, expression=_bare(tree.expression))
        case _:
            return tree


def _metadata(node: Node | None, form: Format) -> Document:
    metadata = _mapping(node, "metadata")
    _only(metadata, "metadata", ("name", "namespace", "labels", "annotations"))
    namespace = metadata.get("namespace")
    return Document(
        form.name,
        _string(metadata.get("name"), "name"),
        "" if namespace is None else _string(namespace, "namespace"),
        _strings(metadata.get("labels"), "labels"),
        _strings(metadata.get("annotations"), "annotations"),
    )


def _group(node: Node, form: Format) -> PlainGroup:
    beside = ("interval", form.offset_key, "partial_response_strategy")
    entry = _mapping(node, "a group")
    name = _string(entry.get("name"), "the name of a group")
    _only(entry, f"group {name!a}", ("name", *beside, "rules"))
    settings = [
        "" if (value := entry.get(key)) is None else _string(value, f"the {key} of group {name!a}") for key in beside
    ]
    rules = tuple(_rule(rule) for rule in _sequence(entry.get("rules"), f"the rules of group {name!a}"))
    return PlainGroup(name, rules, *settings)


def _rule(node: Node) -> PlainRule:
    entry = _mapping(node, "a rule")
    record = _string(entry.get("record"), "the record of a rule")
    _only(entry, f"record {record!a}", ("record", "labels", "expr"))
    labels = _strings(entry.get("labels"), f"the labels of record {record!a}")
    expression = _string(entry.get("expr"), f"the expression of record {record!a}")
    return PlainRule(record, expression, tuple(sorted(labels.items())))


def _mapping(node: Node | None, what: str) -> MappingNode:
    if not isinstance(node, MappingNode):
        raise _wrong(f"{what} is not a mapping", node)
    return node


def _sequence(node: Node | None, what: str) -> tuple[Node, ...]:
    if not isinstance(node, SequenceNode):
        raise _wrong(f"{what} is not a list", node)
    return node.items


def _string(node: Node | None, what: str) -> str:
    if not isinstance(node, ScalarNode) or node.tag != "str":
        raise _wrong(f"{what} is not a string", node)
    return node.text


def _strings(node: Node | None, what: str) -> Mapping[str, str]:
    if node is None:
        return {}
    return {_string(key, what): _string(value, what) for key, value in _mapping(node, what).entries}


def _only(node: MappingNode, what: str, allowed: tuple[str, ...]) -> None:
    for key, _ in node.entries:
        if key_text(key) not in allowed:
            raise _wrong(f"{what} has an entry {key_text(key)!a}", key)


def _wrong(message: str, node: Node | None) -> InputError:
    return InputError(Problem(message, node.location if node else None, ADVICE))


def _differs(message: str) -> InputError:
    return InputError(Problem(f"the output does not hold what was rendered: {message}", advice=ADVICE))
