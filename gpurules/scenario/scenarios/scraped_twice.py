"""Guests are scraped over a PodMonitor and a Service at once: each GPU counts once."""

from dataclasses import replace

from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster
from gpurules.scenario.model import World

SOURCE = "prometheus-operator makes a target for each monitor that selects the pod"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    twice = replace(DOUBLE, service="simulate-dcgm")
    older = replace(NAMESAKE, service="train-dcgm")
    return World("scraped_twice", cluster(SINGLE, twice, older, absent_value=absent_value), (360,))
