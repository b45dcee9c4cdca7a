"""What a node covers, and the scalars in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gpurules.text.node import MappingNode, Node, ScalarNode, SequenceNode


def end_of(node: Node) -> int:
    """One past the last character of what is written in a node; its own mark lies where the next thing begins."""
    return max((leaf.end for leaf in scalars_of((node,))), default=node.end)


def scalars_of(nodes: Iterable[Node]) -> Iterator[ScalarNode]:
    """Every scalar, keys included, in the order of the text."""
    stack = list(reversed(list(nodes)))
    while stack:
        node = stack.pop()
        match node:
            case ScalarNode():
                yield node
            case SequenceNode():
                stack.extend(reversed(node.items))
            case MappingNode():
                for key, value in reversed(node.entries):
                    stack.extend((value, key))
