"""Fields and who owns them, as server-side apply sees it: the structured merge of Kubernetes, as far as rules need it.

A field is a path of steps: a key of a mapping, or ``[name=x]`` for an entry of a list that the schema keys by ``name``
(spec.groups of a PrometheusRule). Any other list is one field. Sources: Kubernetes' documentation of server-side apply,
and what a kube-apiserver 1.36 answers (conflicts name ``.spec.groups[name="g"].rules``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]
IGNORED = {("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")}


def leaves(value: Any, keyed: frozenset[Path], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every field of ``value`` and what stands there; ``keyed``: paths of lists whose entries have a key ``name``."""
    if isinstance(value, Mapping) and (value or not path):
        for key, each in value.items():
            yield from leaves(each, keyed, (*path, key))
    elif isinstance(value, list) and generic(path) in keyed:
        for entry in value:
            inside = (*path, f'[name="{entry["name"]}"]')
            yield (*inside, "name"), entry["name"]
            yield from leaves({key: each for key, each in entry.items() if key != "name"}, keyed, inside)
    elif path not in IGNORED:
        yield path, value


def generic(path: Path) -> Path:
    """The path without the keys of list entries."""
    return tuple("[]" if step.startswith("[") else step for step in path)


def dotted(path: Path) -> str:
    """As the server writes it in a conflict."""
    return "".join(step if step.startswith("[") else f".{step}" for step in path)


def get(holder: Any, path: Path) -> Any:
    """What stands at ``path``, None where nothing does."""
    for step in path:
        if isinstance(holder, list):
            holder = next((entry for entry in holder if f'[name="{entry["name"]}"]' == step), None)
        else:
            holder = holder.get(step) if isinstance(holder, dict) else None
    return holder


def put(holder: Any, path: Path, value: Any, keyed: frozenset[Path], walked: Path = ()) -> None:
    """Make ``value`` stand at ``path``, and what leads there."""
    step, rest = path[0], path[1:]
    if step.startswith("["):
        name = step[len('[name="') : -2]
        entry = next((each for each in holder if each["name"] == name), None)
        if entry is None:
            entry = {"name": name}
            holder.append(entry)
        if rest and rest != ("name",):
            put(entry, rest, value, keyed, (*walked, step))
        return
    if not rest:
        holder[step] = value
        return
    inner = (*walked, step)
    fresh: Any = [] if generic(inner) in keyed else {}
    if not isinstance(holder.get(step), type(fresh)):
        holder[step] = fresh
    put(holder[step], rest, value, keyed, inner)


def remove(holder: Any, path: Path) -> None:
    """Remove what stands at ``path``, and what it leaves empty; the key of a list's entry is the whole entry."""
    if path[-1] == "name" and len(path) > 1 and path[-2].startswith("["):
        remove(holder, path[:-1])
        return
    parent = get(holder, path[:-1])
    if isinstance(parent, dict):
        parent.pop(path[-1], None)
    elif isinstance(parent, list):
        parent[:] = [entry for entry in parent if f'[name="{entry["name"]}"]' != path[-1]]
    if isinstance(parent, dict) and not parent and len(path) > 1:
        remove(holder, path[:-1])
