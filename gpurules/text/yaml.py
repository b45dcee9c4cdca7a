"""Bounded, safe YAML: from text to nodes with places. The one module that knows PyYAML.

The events of libyaml are put together here on a stack of our own, so no input can exhaust the interpreter's or C's
stack, and every bound holds before memory is spent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from gpurules.text.errors import InputError, Problem
from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode, key_text, resolve_plain, scalar_value
from gpurules.text.span import Location, SourceText

MAXIMUM_CHARACTERS = 16 * 1024 * 1024
MAXIMUM_DEPTH = 64
MAXIMUM_NODES = 1_000_000
"""Of one text, each alias counted with all that it stands for."""

_TOO_DEEP = f"lists and mappings are nested deeper than {MAXIMUM_DEPTH} levels"
_LIBYAML_TOO_DEEP = "maximum nesting depth"
"""libyaml 0.2.5 with the bound of PyYAML 6.0.4 looks ahead past 1,000 levels before it reports the first of them."""
_MAXIMUM_DIRECTIVES = 16
_TAG_PREFIX = "tag:yaml.org,2002:"
_SCALAR_TAGS = frozenset(("str", "int", "float", "bool", "null"))
_UNPRINTABLE = yaml.reader.Reader.NON_PRINTABLE
_BYTE_ORDER_MARK = "\ufeff"
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def compose_documents(source: SourceText) -> tuple[Node, ...]:
    """Every document of ``source``, none for an empty text.

    Merge keys (``<<``) are resolved, aliases are replaced by what they stand for. InputError with the place for
    anything that is not YAML, a key that occurs twice, a tag beyond the core ones, and anything past the bounds.
    """
    _refuse_unreadable(source)
    composer = _Composer(source)
    try:
        for event in yaml.parse(source.text, Loader=_LOADER):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = source.locate(mark.index) if mark else Location(source.file)
        if error.problem and _LIBYAML_TOO_DEEP in error.problem:
            raise InputError(Problem(_TOO_DEEP, place)) from None
        what = ", ".join(part for part in (error.context, error.problem) if part)
        raise InputError(Problem(f"this is not valid YAML: {what}", place, _advice(source, mark))) from None
    except yaml.YAMLError as error:
        first_line = str(error).partition("\n")[0]
        raise InputError(Problem(f"this is not valid YAML: {first_line}", Location(source.file))) from None
    return tuple(composer.documents)


def compose_document(source: SourceText) -> Node:
    """The only document of ``source``; InputError where there is none or more than one."""
    documents = compose_documents(source)
    if not documents:
        raise InputError(Problem("the file is empty", Location(source.file)))
    if len(documents) > 1:
        raise InputError(Problem("a second YAML document begins here; only one is expected", documents[1].location))
    return documents[0]


def _refuse_unreadable(source: SourceText) -> None:
    if len(source.text) > MAXIMUM_CHARACTERS:
        raise InputError(
            Problem(f"the YAML is longer than {MAXIMUM_CHARACTERS:,} characters", Location(source.file), "split it")
        )
    found = _UNPRINTABLE.search(source.text)
    places = [found.start()] if found else []
    if _BYTE_ORDER_MARK in source.text:
        places.append(source.text.index(_BYTE_ORDER_MARK))
    if places:
        place = min(places)
        raise InputError(
            Problem(
                f"the character U+{ord(source.text[place]):04X} is not allowed in YAML",
                source.locate(place),
                "remove it, or write it as an escape in double quotes",
            )
        )
    for count, found in enumerate(_DIRECTIVE.finditer(source.text)):
        # libyaml compares each %TAG directive with all before it.
        if count >= _MAXIMUM_DIRECTIVES:
            raise InputError(
                Problem(f"more than {_MAXIMUM_DIRECTIVES} lines begin with %", source.locate(found.start()))
            )


def _advice(source: SourceText, mark: Any) -> str:
    if mark is None:
        return ""
    if source.text[mark.index : mark.index + 1] == "\t":
        return "indent with spaces, not tabs"
    return ""


@dataclass(slots=True)
class _Open:
    """A list or mapping that has begun and not ended; ``size`` counts nodes, itself included, ``height`` levels."""

    start: int
    anchor: str | None
    is_mapping: bool
    items: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 1


class _Composer:
    """Puts events together into nodes."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.documents: list[Node] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int, int]] = {}
        self._nodes = 0

    def take(self, event: Any) -> None:
        """One event more."""
        match event:
            case yaml.ScalarEvent():
                self._count(1, event)
                self._add(self._scalar(event), 1, 0, event.anchor)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._count(1, event)
                self._begin(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end(event)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self._anchors = {}

    def _scalar(self, event: Any) -> ScalarNode:
        start, text = event.start_mark.index, event.value
        # libyaml reports a plain scalar's style as "\0" or "", the Python scanner as None.
        style = "" if event.style in (None, "\0") else event.style
        if event.tag is None:
            tag = "str" if style else resolve_plain(text)
        elif event.tag == "!":
            tag = "str"
        else:
            tag = event.tag.removeprefix(_TAG_PREFIX)
            if tag not in _SCALAR_TAGS or tag == event.tag:
                self._refuse_tag(event.tag, start)
            try:
                scalar_value(tag, text)
            except ValueError:
                self._fail(f"this is no value of the tag !!{tag}", start)
        return ScalarNode(self.source, start, event.end_mark.index, tag, text, style)

    def _begin(self, event: Any) -> None:
        start = event.start_mark.index
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", _TAG_PREFIX + ("map" if is_mapping else "seq")):
            self._refuse_tag(event.tag, start)
        self._limit_depth(1, start)
        self._open.append(_Open(start, event.anchor, is_mapping))

    def _end(self, event: Any) -> None:
        opened, end = self._open.pop(), event.end_mark.index
        node: Node
        if opened.is_mapping:
            node = MappingNode(self.source, opened.start, end, self._entries(opened.items))
        else:
            node = SequenceNode(self.source, opened.start, end, tuple(opened.items))
        self._add(node, opened.size, opened.height, opened.anchor)

    def _alias(self, event: Any) -> None:
        start = event.start_mark.index
        if event.anchor not in self._anchors:
            if any(opened.anchor == event.anchor for opened in self._open):
                self._fail(f"the alias *{event.anchor} stands inside the value that it names", start)
            self._fail(f"no anchor &{event.anchor} stands before this alias", start)
        node, size, height = self._anchors[event.anchor]
        self._count(size, event)
        self._limit_depth(height, start)
        self._add(node, size, height, None)

    def _add(self, node: Node, size: int, height: int, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = (node, size, height)
        if self._open:
            parent = self._open[-1]
            parent.items.append(node)
            parent.size += size
            parent.height = max(parent.height, height + 1)
        else:
            self.documents.append(node)

    def _entries(self, items: list[Node]) -> tuple[tuple[ScalarNode, Node], ...]:
        entries: dict[str, tuple[ScalarNode, Node]] = {}
        merged: list[MappingNode] = []
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, ScalarNode):
                self._fail(
                    "a list or mapping cannot be a key", key.start, "put text in quotes if it begins with [ or {"
                )
            if key.text == "<<" and not key.style:
                merged.extend(self._merged(value))
                continue
            if key.tag == "null":
                self._fail("this key is empty", key.start, 'a key that is the word null needs quotes: "null"')
            name = key_text(key)
            if name in entries:
                first = entries[name][0].location
                self._fail(
                    f'the key "{name}" occurs twice, first in line {first.line}', key.start, "remove one of them"
                )
            entries[name] = (key, value)
        for mapping in merged:
            for key, value in mapping.entries:
                entries.setdefault(key_text(key), (key, value))
        return tuple(entries.values())

    def _merged(self, value: Node) -> list[MappingNode]:
        candidates = value.items if isinstance(value, SequenceNode) else (value,)
        mappings = [candidate for candidate in candidates if isinstance(candidate, MappingNode)]
        if len(mappings) < len(candidates):
            self._fail("the key << merges mappings, and this is none", value.start)
        return mappings

    def _count(self, nodes: int, event: Any) -> None:
        self._nodes += nodes
        if self._nodes > MAXIMUM_NODES:
            self._fail(f"the YAML holds more than {MAXIMUM_NODES:,} values", event.start_mark.index, "split it")

    def _limit_depth(self, levels: int, start: int) -> None:
        if len(self._open) + levels > MAXIMUM_DEPTH:
            self._fail(_TOO_DEEP, start)

    def _refuse_tag(self, tag: str, start: int) -> NoReturn:
        self._fail(f"the YAML tag {tag} is not supported", start, "remove it")

    def _fail(self, message: str, offset: int, advice: str = "") -> NoReturn:
        raise InputError(Problem(message, self.source.locate(offset), advice))
