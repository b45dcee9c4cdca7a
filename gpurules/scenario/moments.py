"""The same story at other moments: later, looked at when rules are evaluated, or told with a delay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import inf

from gpurules.scenario.changed import with_clusters, with_exporters
from gpurules.scenario.model import Cluster, Controller, Gpu, Period, Stay, Transition, VirtualMachine, World

BEFORE = 60
"""What happens in the first minute is how the story begins, and stays there."""
KINDS = ("values", "rates", "senders", "health", "named")
TOLD_WINDOW = 300
"""The rate window for which stories are written, in seconds."""


def later(world: World, by: float) -> World:
    """Everything but the beginning happens ``by`` seconds later."""
    if not by:
        return world

    def moved(moment: float) -> float:
        return moment + by if BEFORE <= moment < inf else moment

    def periods(those: Iterable[Period]) -> tuple[Period, ...]:
        return tuple(Period(moved(one.start), moved(one.end)) for one in those)

    def controller(one: Controller) -> Controller:
        return replace(one, deployed=periods(one.deployed), leads=periods(one.leads))

    def stay(one: Stay) -> Stay:
        return replace(
            one,
            period=periods((one.period,))[0],
            overlooked=periods((one.overlooked,))[0] if one.overlooked else None,
            listed_from=moved(one.listed_from),
        )

    def machine(one: VirtualMachine) -> VirtualMachine:
        first = {gpu.uuid: gpu for gpu in one.gpus}
        return replace(
            one,
            stays=tuple(map(stay, one.stays)),
            upgrade=(moved(one.upgrade[0]), one.upgrade[1]) if one.upgrade else None,
            later=tuple(
                (moved(since), tuple(counted_from(gpu, by, first.get(gpu.uuid)) for gpu in gpus))
                for since, gpus in one.later
            ),
        )

    def cluster(one: Cluster) -> Cluster:
        with_periods = replace(
            one,
            machines=tuple(map(machine, one.machines)),
            controllers=tuple(map(controller, one.controllers)),
            observers=tuple(map(controller, one.observers)),
            watchers=tuple(map(controller, one.watchers)),
            outages=periods(one.outages),
        )
        return with_exporters(with_periods, lambda guest: replace(guest, answers=periods(guest.answers)))

    return replace(
        with_clusters(world, cluster),
        checkpoints=tuple(int(moved(moment)) for moment in world.checkpoints),
        transitions=tuple(
            replace(change, at=moved(change.at), **{kind: moved(change.until(kind)) for kind in KINDS})
            for change in world.transitions
        ),
        stated={(role, int(moved(moment))): value for (role, moment), value in world.stated.items()},
    )


def counted_from(gpu: Gpu, by: float, first: Gpu | None) -> Gpu:
    """The GPU whose counters are ``by`` seconds behind: those that started within the story start so much later. Those
    that count as they did from the ``first`` go on."""
    before = first.readings if first else {}
    readings = {
        name: replace(reading, value=reading.value - reading.per_second * by)
        if reading.per_second and reading != before.get(name)
        else reading
        for name, reading in gpu.readings.items()
    }
    return replace(gpu, readings=readings)


def for_window(world: World, window: int) -> World:
    """The story for rates over ``window`` seconds: long ones need a longer past, and settle later."""
    more = window - TOLD_WINDOW
    if more <= 0:
        return world
    moved = later(world, more)
    changes = tuple(
        replace(
            change,
            rates=change.rates + more if change.rates else 0,
            senders=change.senders + more if change.senders else 0,
        )
        for change in moved.transitions
    )
    return replace(moved, transitions=changes, checkpoints=(*moved.checkpoints, moved.end + more))


def at_evaluations(world: World, step: int) -> World:
    """The story looked at in moments that are multiples of ``step`` seconds: the next one each. What it states of
    other moments is left out."""
    moments = {moment: -(-moment // step) * step for moment in world.checkpoints}
    stated = {(role, moment): value for (role, moment), value in world.stated.items() if moments[moment] == moment}
    return replace(world, checkpoints=tuple(sorted(set(moments.values()))), stated=stated)


def lagging(story: World, lag: int) -> World:
    """The world with a delay of ``lag`` seconds: everything that happens, and the start, is settled so much later. What
    it states of its transitions is about undelayed rules."""
    late = tuple(
        replace(
            change,
            **{kind: max(change.at, change.until(kind)) + lag for kind in KINDS},
            heard=max(change.at, change.until("health")) + lag,
        )
        for change in story.transitions
    )
    return replace(story, transitions=(Transition(0, values=lag), *late), stated={})
