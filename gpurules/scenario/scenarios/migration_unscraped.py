"""A VM that sends nothing migrates while virt-controller's leader changes; then it begins to, in its new launcher."""

from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, fail_over, migrate, unsettled
from gpurules.scenario.fleet import SINGLE, cluster, exporter, gpu, machine
from gpurules.scenario.model import Period, Transition, World

SOURCE = "the old leader's series name a launcher of which nothing is in sight, the new one's that which sends"

AT = 420


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    begins = replace(exporter(), answers=(Period(AT),))
    late = machine("research", "late", "worker-1", (gpu(195),), address="10.128.1.95", guest=begins)
    copy = machine("tenants", "copy", "worker-2", late.gpus, address="10.129.1.95")
    world = World("migration_unscraped", cluster(SINGLE, late, copy, absent_value=absent_value), (390, AT, AT + 30))
    moved = migrate(world, "research", "late", AT, "worker-3", "10.130.1.95")
    both = fail_over(moved, AT, takes_over=AT, in_place=False)
    # No launcher that is gone was ever scraped: all is settled but rates.
    return unsettled(replace(both, transitions=()), Transition(AT, rates=AT + RATE_WINDOW + 30))
