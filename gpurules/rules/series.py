"""The many side of every join: series of one source, aggregated before anything else touches them.

Aggregation first makes a label that a guest adds harmless. Records call the UUID of a GPU ``UUID``; series of links
call it ``gpu_uuid``, and those of exporters with ``--use-old-namespace`` ``uuid``, which is read on request, since few
have it and it doubles every expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gpurules.catalog.field import Entity
from gpurules.promql.syntax.build import aggregate, binary, call, matcher, relabel
from gpurules.promql.syntax.tree import Expression, Matcher, VectorSelector
from gpurules.rules.identities.registry import IDENTITIES
from gpurules.rules.label_names import UUID
from gpurules.rules.paths.path import Source, as_stored
from gpurules.rules.request import Request

Samples = Callable[[tuple[Matcher, ...]], Expression]
"""The series that satisfy matchers."""

OLD_UUID = "uuid"
LINK_UUID = "gpu_uuid"


def keyed(
    source: Source,
    request: Request,
    op: str,
    labels: Sequence[str],
    samples: Samples,
    entity: Entity = Entity.GPU,
    matchers: Iterable[Matcher] = (),
    exact: bool = False,
) -> Expression:
    """The series of ``source`` in one aggregation ``op`` by the key of its identity and ``labels``.

    ``matchers`` are on labels of the key as well as on others. The names under which labels were stored may be left
    beside those that they were copied to, unless ``exact``.
    """
    stored = dict(source.renamed)
    more = tuple(matcher(stored.get(one.label.text, one.label.text), one.op, one.value) for one in matchers)

    def all_samples(only: tuple[Matcher, ...]) -> Expression:
        parts = [samples((*chosen, *more, *only, *request.dcgm)) for chosen in source.selections]
        return united(parts)

    def grouped(kept: tuple[str, ...]) -> Expression:
        return _by_device(op, (*request.cluster, *kept), labels, all_samples, other_uuid, simple)

    simple = exact and source.keyed is as_stored
    other_uuid = LINK_UUID if entity is Entity.LINK else OLD_UUID if request.old_uuid else None

    def again(kept: tuple[str, ...], expression: Expression) -> Expression:
        return aggregate(op, _once((*request.cluster, *kept, *labels)), expression)

    found = source.keyed(grouped, again, source.stored)
    whole = _once((*IDENTITIES[source.identities[0]].joined_on(request), *labels))
    return aggregate(op, whole, found) if exact and not simple else found


def united(parts: Sequence[Expression], on: Sequence[str] | None = None) -> Expression:
    """``a or b or c``."""
    whole = parts[0]
    for part in parts[1:]:
        whole = binary("or", whole, part, on=on)
    return whole


def last_written(record: VectorSelector) -> Expression:
    """When each series of ``record`` was written last.

    VictoriaMetrics' timestamp() looks past the marker of a series that ended, for as long as the lookback.
    """
    return binary("and", call("timestamp", record), record)


def _by_device(
    op: str, kept: tuple[str, ...], labels: Sequence[str], samples: Samples, other_uuid: str | None, exact: bool
) -> Expression:
    """The aggregation, in which ``other_uuid``, if any, becomes UUID; that of links stands in the place of UUID."""
    whole = _once((*kept, *labels))
    if UUID not in labels or other_uuid is None:
        return aggregate(op, whole, samples(()))
    # Aggregated by the label that holds the UUID, no two series can become equal when it gets its name.
    by = _once((*kept, *(other_uuid if label == UUID else label for label in labels)))
    if other_uuid == LINK_UUID:
        return relabel(aggregate(op, by, samples(())), UUID, other_uuid)
    new = aggregate(op, whole, samples((matcher(other_uuid, "=", ""),)))
    old: Expression = relabel(aggregate(op, by, samples((matcher(other_uuid, "!=", ""),))), UUID, other_uuid)
    return binary("or", new, aggregate(op, whole, old) if exact else old)


def _once(labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(labels))
