"""The objects that are to be on the cluster: those of a rendered document, with the labels that make them ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gpurules.rollout.kinds import KINDS, Kind
from gpurules.text.errors import InputError, Problem
from gpurules.text.node import to_plain
from gpurules.text.span import SourceText
from gpurules.text.yaml import compose_documents

MANAGER = "gpurules"
"""The field manager of server-side apply."""
MANAGED_BY = "app.kubernetes.io/managed-by"
CONFIGURATION = "app.kubernetes.io/instance"
"""The label whose value is the name of the configuration: objects of one name that are not rendered any more are
obsolete."""
LONGEST_VALUE = 63


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object: ``body`` is what is applied."""

    kind: Kind
    namespace: str
    name: str
    body: Mapping[str, Any]

    @property
    def path(self) -> str:
        """Where the API serves it."""
        return self.kind.path(self.namespace, self.name)

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        labels: Mapping[str, str] = self.body["metadata"]["labels"]
        return labels

    def __str__(self) -> str:
        return f"{self.kind.kind} {self.namespace}/{self.name}"


def wanted_objects(text: str, configuration: str, namespace: str) -> tuple[Wanted, ...]:
    """The objects of a rendered document, in their order, ready to be applied to ``namespace``.

    Raises InputError where they are of a kind that cannot be applied, or there is no namespace, or two groups of an
    object have one name, which server-side apply answers with an internal error.
    """
    if not namespace:
        advice = "add --namespace NAMESPACE, one in which Prometheus looks for rules"
        raise InputError(Problem("there is no namespace to apply to", advice=advice))
    if len(configuration) > LONGEST_VALUE:
        message = f"the name {configuration[:40]!a}... is longer than the {LONGEST_VALUE} characters of a label's value"
        raise InputError(Problem(message, advice="use a shorter --name"))
    documents = compose_documents(SourceText("<rendered document>", text))
    found = tuple(_wanted(to_plain(document), configuration, namespace) for document in documents)
    if not found:
        raise InputError(Problem("there is nothing to apply"))
    return found


def _wanted(body: Any, configuration: str, namespace: str) -> Wanted:
    kind = KINDS.get(str(body.get("kind"))) if isinstance(body, dict) else None
    if kind is None or body.get("apiVersion") != kind.api_version:
        advice = "use --format prometheusrule, or another of these kinds: " + ", ".join(KINDS)
        raise InputError(Problem("this format is no object of a cluster", advice=advice))
    metadata = body["metadata"]
    labels = {**metadata.get("labels", {})}
    ours = {MANAGED_BY: MANAGER, CONFIGURATION: configuration}
    for key, value in ours.items():
        if labels.get(key, value) != value:
            raise InputError(Problem(f"the label {key} is gpurules' own", advice="remove it from output.labels"))
    metadata = {**metadata, "namespace": namespace, "labels": {**labels, **ours}}
    _refuse_repeated_groups(body["spec"]["groups"], metadata["name"])
    return Wanted(kind, namespace, metadata["name"], {**body, "metadata": metadata})


def _refuse_repeated_groups(groups: Sequence[Mapping[str, Any]], name: str) -> None:
    twice = [group for group, count in Counter(group["name"] for group in groups).items() if count > 1]
    if twice:
        raise InputError(Problem(f"object {name} has two groups called {twice[0]!a}", advice="rename one of them"))
