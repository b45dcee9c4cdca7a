"""Which series belong to which VM: the records that every join reads, one pair for each source and identity.

The device record of a source is the only rule that reads all of its series; who sends, what the GPUs are and what
matches no VM follow from it. The identity record is keyed by what the series carry. Where that key does not fix
everything else for all time, a generation left over from before a restart of Prometheus is visible beside the new one,
and each reader takes the freshest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gpurules.catalog.field import Entity
from gpurules.promql.syntax.build import aggregate, binary, call, number, selector, window
from gpurules.promql.syntax.tree import Expression, Matcher, VectorSelector
from gpurules.promql.types import ONE, Kind
from gpurules.rules.group import RecordingRule
from gpurules.rules.identities.identity import Identity
from gpurules.rules.identities.narrowing import Only, everything, known_to
from gpurules.rules.identities.registry import IDENTITIES
from gpurules.rules.label_names import INSTANCE, POD, SCRAPE_INSTANCE, UUID
from gpurules.rules.names import record_name
from gpurules.rules.paths.path import Source
from gpurules.rules.request import Request
from gpurules.rules.selectors import series_of
from gpurules.rules.series import keyed, last_written, united
from gpurules.rules.spec import RecordSpec

MODEL = "modelName"
PCI_ADDRESS = "pci_bus_id"


def read(rule: RecordingRule, request: Request) -> Expression:
    """What ``rule`` gives, for another rule: its record or, where rules do not see records, its expression."""
    return selector(rule.spec.record) if request.recorded else rule.expression


def identity_of(source: Source) -> Identity:
    """The identity that the series of ``source`` are joined with."""
    return IDENTITIES[source.identities[0]]


def identities(request: Request) -> tuple[Identity, ...]:
    """Every identity in use, once, in the order of the sources."""
    return tuple({identity.name: identity for identity in map(identity_of, request.sources)}.values())


def input_rules(request: Request) -> tuple[RecordingRule, ...]:
    """The records that joins read; none where each rule is an expression of its own."""
    if not request.recorded:
        return ()
    devices = (device_rule(request, source) for source in request.sources)
    known = (rule for one in identities(request) for rule in (*_claim_rules(request, one), identity_rule(request, one)))
    return (*devices, *known)


def device_record(source: Source) -> str:
    """The name of the device record of ``source``."""
    return record_name(f"{source.name}_gpu", "device", "group")


def keeps_address(request: Request, source: Source) -> bool:
    """Whether the devices of ``source`` are told apart by the address that was scraped."""
    return source.told_apart or (request.contestable and POD in identity_of(source).key)


def device_labels(request: Request, source: Source) -> tuple[str, ...]:
    """Labels of the device record of ``source``, its key first."""
    rows = tuple(name for row in request.label_rows for name in row.names)
    address = (SCRAPE_INSTANCE,) if keeps_address(request, source) else ()
    return (*identity_of(source).joined_on(request), *address, *request.device, MODEL, PCI_ADDRESS, *rows)


def device_names(request: Request) -> tuple[str, ...]:
    """The names of all series that speak of GPUs."""
    gpus = (field for field in request.fields if field.field.entity in (Entity.GPU, Entity.GLOBAL))
    return tuple(name for field in gpus for name in field.names)


def device_rule(request: Request, source: Source) -> RecordingRule:
    """Every GPU that any selected series speaks of, with what describes it."""
    spec = RecordSpec(
        record=device_record(source),
        level="identity",
        role="device",
        fields=tuple(field.field.name for field in request.fields),
        labels=device_labels(request, source),
        unit=ONE,
        kind=Kind.INFO,
        help=f"GPUs that any selected DCGM series speaks of, by {_WORDS[source.name]}.",
        operation="group",
    )
    return RecordingRule(spec, _devices(request, source))


_WORDS = {
    "pod": "the pod that was scraped",
    "host_pod": "the pod that the node's exporter maps them to",
    "name": "the VM that their labels name",
    "address": "the address that was scraped",
    "node": "the node of the exporter",
}


def _devices(request: Request, source: Source, matchers: Sequence[Matcher] = ()) -> Expression:
    names = device_names(request)
    beyond = device_labels(request, source)[len(identity_of(source).joined_on(request)) :]
    return keyed(source, request, "group", beyond, lambda only: series_of(names, only), matchers=matchers, exact=True)


def devices(request: Request, source: Source, *matchers: Matcher) -> Expression:
    """The devices of ``source`` that satisfy ``matchers``, as recorded or as they are."""
    if request.recorded:
        return selector(device_record(source), *matchers)
    return _devices(request, source, matchers)


def freshest_devices(request: Request, source: Source) -> Expression:
    """Each device of ``source`` once; where it is described in two ways, as it was last, if that is recorded."""
    found = devices(request, source)
    if isinstance(found, VectorSelector):
        found = last_written(found)
    return aggregate("topk", (*identity_of(source).joined_on(request), *request.device), found, number(1))


def _senders(request: Request, source: Source) -> Expression:
    """Whoever sent anything of ``source`` in the last rate window, by the key of its identity."""
    if request.recorded:
        return call("last_over_time", window(selector(device_record(source)), request.rate_window))
    names = device_names(request)

    def samples(only: tuple[Matcher, ...]) -> Expression:
        return call("last_over_time", window(series_of(names, only), request.rate_window))

    return keyed(source, request, "group", (), samples)


def sending(request: Request, identity: Identity) -> Only:
    """Of series, keyed as ``identity`` is, those of which the key sent anything in the last rate window."""
    senders = united([_senders(request, source) for source in request.sources if identity_of(source) is identity])
    return known_to(senders, identity.joined_on(request))


def _claim_rules(request: Request, identity: Identity) -> tuple[RecordingRule, ...]:
    """What several may say of a key of ``identity``; nothing where that cannot be."""
    if identity.claims is None:
        return ()
    spec = RecordSpec(
        record=identity.claim_record,
        level="identity",
        role="claim",
        fields=(),
        labels=(*request.cluster, *identity.claims.labels),
        unit=ONE,
        kind=Kind.INFO,
        help=identity.claims.help,
        operation="group",
    )
    return (RecordingRule(spec, identity.claims.relation(request, sending(request, identity))),)


def identity_rule(request: Request, identity: Identity) -> RecordingRule:
    """What each key stands for, of the VMs that sent anything in the last rate window."""
    key = identity.joined_on(request)
    labels = (*key, *identity.adds(request))
    spec = RecordSpec(
        record=identity.record,
        level="identity",
        role="identity",
        fields=(),
        labels=labels,
        unit=ONE,
        kind=Kind.INFO,
        help=_HELP[identity.key],
        operation="group",
    )
    vms = identity.relation(request, sending(request, identity))
    if identity.single:
        return RecordingRule(spec, aggregate("group", labels, vms))
    return RecordingRule(spec, _once_each(request, identity, vms))


def _once_each(request: Request, identity: Identity, vms: Expression) -> Expression:
    """One VM for each key: whoever can write a launcher's label or name could claim it for a second VM, and stop every
    join."""
    key = identity.joined_on(request)
    return aggregate("group", (*key, *identity.adds(request)), aggregate("topk", key, vms, number(1)))


_HELP = {
    ("namespace", "pod"): "The virtual machine and node of each launcher pod whose guest sends GPU series.",
    ("namespace", "name"): "The node of each virtual machine that GPU series name.",
    ("address",): "The virtual machine and node of each address that GPU series come from.",
    ("node",): "The virtual machine of each node whose exporter sends GPU series and that runs no other with a GPU.",
}


def one_side(request: Request, identity: Identity) -> Expression:
    """The one side of a join on ``identity``: at most one series for each key."""
    if not request.recorded:
        # Who sends nothing is not joined with anything.
        return _once_each(request, identity, identity.relation(request, everything))
    record = selector(identity.record)
    return record if identity.lasting(request) else _once_each(request, identity, call("timestamp", record))


def attributed(
    request: Request, labels: Sequence[str], many: Callable[[Source], Expression], op: str = "max"
) -> Expression:
    """``many`` of each source, keyed by its identity and ``labels``, booked on its VMs, the preferred source first.

    A GPU that one VM sends in two ways counts once; one that two VMs claim stays with both.
    """
    parts = [_booked(request, source, labels, many(source), op) for source in request.sources]
    return united(parts, on=(*request.vm_key, *(label for label in (UUID, INSTANCE) if label in labels)))


def _booked(request: Request, source: Source, labels: Sequence[str], many: Expression, op: str) -> Expression:
    identity = identity_of(source)
    key = identity.joined_on(request)
    others = [] if source.guest else [other for other in request.sources if other.guest]
    for other in others:
        if identity_of(other).key == identity.key:
            many = binary("unless", many, devices(request, other), on=key)
    joined = binary("*", many, one_side(request, identity), on=key, group_left=identity.adds(request))
    booked: Expression = aggregate(op, (*request.vm, *labels), joined)
    for other in others:
        if identity_of(other).key != identity.key:
            booked = binary("unless", booked, one_side(request, identity_of(other)), on=request.vm_key)
    return booked
