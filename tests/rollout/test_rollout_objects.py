"""Rules in several objects and rules of the VictoriaMetrics operator, over the API server's double."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from rollout_cluster import NAMESPACE, Cluster, cluster, named

from api_server.server import on, status
from gpurules.config.model import Config, RulesSection
from gpurules.output import render as rendering
from gpurules.output.formats.registry import format_named
from gpurules.rollout.kinds import KINDS
from gpurules.text.errors import CheckFailed, EnvironmentFault, InputError

COUNTERS = "\n".join(
    f"{name}, gauge, x."
    for name in (
        "DCGM_FI_DEV_GPU_TEMP",
        "DCGM_FI_DEV_POWER_USAGE",
        "DCGM_FI_DEV_FB_USED",
        "DCGM_FI_DEV_GPU_UTIL",
        "DCGM_FI_DEV_SM_CLOCK",
    )
)


@dataclass
class Objects:
    """The cluster, and the kind that is applied to it."""

    here: Cluster
    kind: str

    @property
    def resource(self) -> str:
        return KINDS[self.kind].resource

    @property
    def names(self) -> list[str]:
        """Of the objects on the server, in order."""
        return sorted(name for resource, _, name in self.here.server.store.objects if resource == self.resource)

    def title(self, name: str) -> str:
        return f"{self.kind} {NAMESPACE}/{name}"

    @property
    def applied(self) -> list[str]:
        """What was said of objects but for the operator's word."""
        return [line for line in self.here.said if " is accepted by " not in line]

    @property
    def loader(self) -> str:
        return "prometheuses monitoring/k8s" if self.kind == "PrometheusRule" else "vmalerts monitoring/main"


@pytest.fixture(params=list(KINDS))
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Objects]:
    with cluster(tmp_path / "cluster") as made:
        vmalert = {"metadata": {"name": "main", "namespace": NAMESPACE}, "spec": {"selectAllByDefault": True}}
        made.server.store.add("vmalerts", vmalert)
        Path(made.config.dcgm.counters[0]).write_text(COUNTERS, encoding="utf-8")
        config = replace(made.config, rules=RulesSection(groups="subsystem"))
        made.config = named(config, format=request.param.lower())
        yield Objects(made, request.param)


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the bytes that one object holds."""

    def set_limit(size: int) -> None:
        monkeypatch.setattr(rendering, "format_named", lambda name: format_named(name)._replace(spec_limit=size))

    return set_limit


SMALL, LARGE = 1_000, 524_288


def test_each_kind_is_created_configured_and_then_unchanged(objects: Objects) -> None:
    here = objects.here
    for config in (here.config, here.config, named(here.config, labels={"team": "gpu"})):
        here.apply(config)
    title = objects.title("gpurules")
    assert objects.applied == [f"{title} created", f"{title} unchanged", f"{title} configured"]
    assert [line for line in here.said if line not in objects.applied] == [
        f"{title} is accepted by {objects.loader}"
    ] * 3
    assert here.warned == []
    body = here.server.store.get(objects.resource, NAMESPACE, "gpurules")
    assert (body["apiVersion"], body["kind"]) == (KINDS[objects.kind].api_version, objects.kind)


def test_a_refusal_of_the_operator_is_said(objects: Objects) -> None:
    objects.here.server.accepts = False
    with pytest.raises(CheckFailed, match=r"is not accepted: .*: could not parse expression"):
        objects.here.apply()


def test_all_objects_are_applied_and_accepted(objects: Objects, limit: Callable[[int], None]) -> None:
    limit(SMALL)
    objects.here.apply()
    names = objects.names
    assert len(names) > 2
    assert names == [f"gpurules-{number}" for number in range(1, len(names) + 1)]
    assert objects.applied == [f"{objects.title(name)} created" for name in names]
    assert objects.here.said[len(names) :] == [
        f"{objects.title(name)} is accepted by {objects.loader}" for name in names
    ]
    assert objects.here.diff() == ""


def test_objects_cost_the_operators_wait_one_list(objects: Objects, limit: Callable[[int], None]) -> None:
    limit(SMALL)
    objects.here.server.operator_pause = 0.3
    objects.here.server.page = 50
    objects.here.apply()
    written = max(at for at, one in enumerate(objects.here.server.requests) if one.startswith("PATCH"))
    assert len(objects.here.server.requests[written + 1 :]) == 2


def test_one_object_becomes_several(objects: Objects, limit: Callable[[int], None]) -> None:
    here = objects.here
    limit(LARGE)
    here.apply()
    limit(SMALL)
    here.apply()
    records = records_of(objects, "gpurules")
    assert here.warned == [
        f"no longer rendered, --prune deletes: {objects.title('gpurules')}",
        f"until then {len(set(records))} of the records are evaluated twice, by what is no longer rendered as well",
    ]
    assert "gpurules" in objects.names
    here.warned.clear()
    here.apply(prune=True)
    assert here.warned == [f"deleting what is no longer rendered: {objects.title('gpurules')}"]
    assert here.said[-1 - len(objects.names)] == f"{objects.title('gpurules')} pruned"
    assert "gpurules" not in objects.names
    assert sum(len(records_of(objects, name)) for name in objects.names) == len(records)


def test_several_become_one(objects: Objects, limit: Callable[[int], None]) -> None:
    here = objects.here
    limit(SMALL)
    here.apply()
    several = objects.names
    limit(LARGE)
    assert here.diff(prune=True).count("(pruned)") == len(several)
    assert here.diff().count("(pruned)") == 0
    here.apply(prune=True, dry_run=True)
    assert objects.names == several
    here.apply(prune=True)
    assert objects.names == ["gpurules"]


def records_of(objects: Objects, name: str) -> list[str]:
    body = objects.here.server.store.get(objects.resource, NAMESPACE, name)
    return [rule["record"] for group in body["spec"]["groups"] for rule in group["rules"]]


def test_a_dry_run_says_all_and_writes_nothing(objects: Objects, limit: Callable[[int], None]) -> None:
    limit(SMALL)
    objects.here.apply(dry_run=True)
    assert len(objects.here.said) > 2
    assert all(line.endswith(" created (dry run)") for line in objects.here.said)
    assert objects.names == []
    assert objects.here.server.writes() == []


def foreign(objects: Objects, name: str) -> None:
    """Somebody else has written the rules of a group."""
    here = objects.here
    live = here.server.store.get(objects.resource, NAMESPACE, name)
    groups = [{"name": group["name"], "rules": []} for group in live["spec"]["groups"]]
    body = {key: live[key] for key in ("apiVersion", "kind")}
    here.server.store.edit(
        objects.resource,
        {**body, "metadata": {"name": name, "namespace": NAMESPACE}, "spec": {"groups": groups}},
        "kubectl-edit",
    )


def test_a_conflict_in_one_of_several_writes_none(objects: Objects, limit: Callable[[int], None]) -> None:
    here = objects.here
    limit(SMALL)
    here.apply()
    foreign(objects, "gpurules-2")
    foreign(objects, "gpurules-3")
    before = len(here.server.writes())
    relabelled = named(here.config, labels={"team": "gpu"})
    with pytest.raises(CheckFailed) as caught:
        here.apply(relabelled)
    text = str(caught.value)
    for name in ("gpurules-2", "gpurules-3"):
        assert f"{objects.title(name)}: .spec.groups[" in text
    assert "gpurules-1" not in text
    assert 'conflict with "kubectl-edit"' in text
    assert "--force-conflicts" in text
    assert len(here.server.writes()) == before
    here.apply(relabelled, force_conflicts=True)
    assert all(records_of(objects, name) for name in objects.names)


def test_a_run_that_stopped_half_way_is_repeated(objects: Objects, limit: Callable[[int], None]) -> None:
    here = objects.here
    limit(LARGE)
    here.apply()
    here.said.clear()
    limit(SMALL)

    async def stops(request: web.Request) -> web.StreamResponse | None:
        if request.method == "PATCH" and request.path.endswith("-3") and "dryRun" not in request.query:
            return web.Response(status=500, text="etcdserver: leader changed\n")
        return None

    here.server.moods.append(stops)
    with pytest.raises(EnvironmentFault) as caught:
        here.apply(prune=True)
    text = str(caught.value)
    assert "the API server answers 500: etcdserver: leader changed" in text
    assert (
        f"stopped at {objects.title('gpurules-3')}; what came before it is written; run the same command again" in text
    )
    # What replaces it is not all there, so the old one stays.
    assert objects.names == ["gpurules", "gpurules-1", "gpurules-2"]
    assert here.said == [f"{objects.title(name)} created" for name in ("gpurules-1", "gpurules-2")]
    here.said.clear()
    here.server.moods.clear()
    here.apply(prune=True)
    assert objects.applied[:4] == [
        f"{objects.title('gpurules-1')} unchanged",
        f"{objects.title('gpurules-2')} unchanged",
        f"{objects.title('gpurules-3')} created",
        f"{objects.title('gpurules-4')} created",
    ]
    assert "gpurules" not in objects.names


def test_a_prune_that_is_refused_is_said_and_repeated(objects: Objects, limit: Callable[[int], None]) -> None:
    here = objects.here
    limit(SMALL)
    here.apply()
    limit(LARGE)
    here.server.moods.append(on("DELETE", "gpurules-2", lambda: status(403, "Forbidden", "finalizers"), 1))
    with pytest.raises(EnvironmentFault) as caught:
        here.apply(prune=True)
    assert "the API server refuses: finalizers" in str(caught.value)
    assert f"stopped at {objects.title('gpurules-2')}" in str(caught.value)
    here.apply(prune=True)
    assert objects.names == ["gpurules"]


def test_an_object_that_is_not_accepted_is_named_with_the_others(
    objects: Objects, limit: Callable[[int], None]
) -> None:
    limit(SMALL)
    objects.here.server.store.validate = odd
    with pytest.raises(InputError) as caught:
        objects.here.apply()
    text = str(caught.value)
    assert f"{objects.title('gpurules-1')}: the API server does not accept it" in text
    assert f"{objects.title('gpurules-3')}: the API server does not accept it" in text
    assert "gpurules-2" not in text
    assert objects.names == []


def odd(body: Any) -> list[tuple[str, str]]:
    """Objects with an odd number are not accepted."""
    return [("spec.groups", "must be even")] if int(body["metadata"]["name"][-1]) % 2 else []


def test_vm_rules_need_the_operators_kinds(tmp_path: Path) -> None:
    with cluster(tmp_path) as here:
        wanted: Config = named(here.config, format="vmrule")
        here.apply(wanted)
        assert here.warned == ["there is no VMAlert object in the cluster, so nobody loads the rules"]
        del here.server.resources["vmrules"]
        with pytest.raises(EnvironmentFault, match="without VMRule"):
            here.apply(wanted)
        del here.server.resources["vmalerts"], here.server.resources["vmagents"]
        with pytest.raises(EnvironmentFault) as caught:
            here.apply(wanted)
        assert "does not know VMRule; install the VictoriaMetrics operator" in str(caught.value)
        assert "apply --format prometheusrule" in str(caught.value)


def test_an_object_of_another_kind_is_obsolete_when_we_applied_it(objects: Objects) -> None:
    here = objects.here
    other = next(kind for kind in KINDS.values() if kind.kind != objects.kind)
    here.apply(named(here.config, format=other.kind.lower()))
    converted = here.server.store.get(other.resource, NAMESPACE, "gpurules")
    here.server.store.add(
        other.resource, {**converted, "metadata": {**converted["metadata"], "name": "converted"}}, "manager"
    )
    here.warned.clear()
    here.apply()
    assert here.warned[0] == f"no longer rendered, --prune deletes: {other.kind} {NAMESPACE}/gpurules"
    assert here.warned[1].startswith("until then ")
    here.apply(prune=True)
    left = [name for resource, _, name in here.server.store.objects if resource == other.resource]
    assert left == ["converted"]


def test_a_kind_that_is_not_served_is_none_of_ours(objects: Objects) -> None:
    other = next(kind for kind in KINDS.values() if kind.kind != objects.kind)
    del objects.here.server.resources[other.resource]
    objects.here.apply()
    objects.here.apply(prune=True)
    assert objects.names == ["gpurules"]
    assert objects.here.warned == []
