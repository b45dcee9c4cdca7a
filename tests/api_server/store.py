"""What the API server keeps, and what it does to it: the rules of create, apply and delete, without HTTP."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from api_server.fields import Path, dotted, get, leaves, put, remove

Key = tuple[str, str, str]
"""Resource with its group, namespace, name."""
GROUPS_BY_NAME = frozenset({("spec", "groups")})


class Rejected(Exception):
    """A Status: HTTP code, reason, message, and causes."""

    def __init__(self, code: int, reason: str, message: str, causes: list[dict[str, str]] | None = None) -> None:
        self.code, self.reason, self.message, self.causes = code, reason, message, causes or []


@dataclass
class Store:
    """Objects by key; ``owners``: for each, field manager -> the fields that it applied."""

    objects: dict[Key, dict[str, Any]] = field(default_factory=dict)
    owners: dict[Key, dict[str, set[Path]]] = field(default_factory=dict)
    validate: Callable[[dict[str, Any]], list[tuple[str, str]]] = lambda body: []
    versions: itertools.count[int] = field(default_factory=lambda: itertools.count(100))
    history: list[tuple[int, str, Key, dict[str, Any]]] = field(default_factory=list)
    """What happened, for those who watch: version, kind of the event, and the object as it was then."""

    def add(self, resource: str, body: dict[str, Any], manager: str = "kubectl-create") -> dict[str, Any]:
        """Put an object there as somebody else, by an update."""
        key = (resource, body["metadata"].get("namespace", ""), body["metadata"]["name"])
        kept = copy.deepcopy(body)
        number = next(self.versions)
        kept["metadata"] |= {"uid": f"uid-{number}", "resourceVersion": str(number), "generation": 1}
        happened = "MODIFIED" if key in self.objects else "ADDED"
        self.objects[key] = kept
        self.owners[key] = {manager: {path for path, _ in leaves(body, GROUPS_BY_NAME)}}
        self._happened(happened, key)
        return kept

    def edit(self, resource: str, body: dict[str, Any], manager: str) -> None:
        """Change an object as another field manager, by a forced apply."""
        key = (resource, body["metadata"].get("namespace", ""), body["metadata"]["name"])
        self.apply(key, body, manager, force=True, dry_run=False)

    @property
    def version(self) -> int:
        """The version of everything that is there now."""
        return self.history[-1][0] if self.history else 1

    def report(self, key: Key, status: dict[str, Any] | None) -> None:
        """Write the status of an object, as its operator does through the subresource; None: remove it."""
        body = copy.deepcopy(self.objects[key])
        body.pop("status", None)
        if status is not None:
            body["status"] = copy.deepcopy(status)
        if body != self.objects[key]:
            body["metadata"]["resourceVersion"] = str(next(self.versions))
            self.objects[key] = body
            self._happened("MODIFIED", key)

    def _happened(self, kind: str, key: Key) -> None:
        body = copy.deepcopy(self.objects[key])
        self.history.append((int(body["metadata"]["resourceVersion"]), kind, key, body))

    def get(self, resource: str, namespace: str, name: str) -> dict[str, Any] | None:
        """The object, or None."""
        return self.objects.get((resource, namespace, name))

    def apply(
        self, key: Key, body: dict[str, Any], manager: str, *, force: bool, dry_run: bool
    ) -> tuple[bool, dict[str, Any]]:
        """Whether it was created, and the object. Raises Rejected."""
        if not manager:
            raise Rejected(422, "Invalid", "PatchOptions is invalid: fieldManager: Required value", [])
        if body.get("metadata", {}).get("managedFields") is not None:
            raise Rejected(400, "BadRequest", "metadata.managedFields must be nil")
        names = [group.get("name") for group in body.get("spec", {}).get("groups", [])]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            message = f'failed to create typed patch object: .spec.groups: duplicate entries for key [name="{twice}"]'
            raise Rejected(500, "", message)
        complaints = self.validate(body)
        unknown = [text for where, text in complaints if where == "unknown"]
        if unknown:
            raise Rejected(
                500, "", f"failed to create typed patch object (x; y): {unknown[0]}: field not declared in schema"
            )
        if complaints:
            causes = [{"reason": "FieldValueInvalid", "message": text, "field": where} for where, text in complaints]
            raise Rejected(422, "Invalid", f"{key[2]} is invalid: {causes[0]['message']}", causes)
        live = self.objects.get(key)
        owners = self.owners.get(key, {})
        mine = dict(leaves(body, GROUPS_BY_NAME))
        conflicts = [
            (path, other)
            for path, value in mine.items()
            for other, fields in sorted(owners.items())
            if other != manager and path in fields and get(live, path) != value
        ]
        if conflicts and not force:
            raise Rejected(
                409,
                "Conflict",
                f"Apply failed with {len(conflicts)} conflicts",
                [_conflict(*each) for each in conflicts],
            )
        after = copy.deepcopy(live) if live is not None else copy.deepcopy({k: body[k] for k in ("apiVersion", "kind")})
        after.setdefault("metadata", {}).update(
            {k: body["metadata"][k] for k in ("name", "namespace") if k in body["metadata"]}
        )
        others = set().union(*(fields for other, fields in owners.items() if other != manager)) if owners else set()
        for path in owners.get(manager, set()) - mine.keys() - others:
            remove(after, path)
        for path, value in mine.items():
            put(after, path, copy.deepcopy(value), GROUPS_BY_NAME)
        changed = after != live
        if live is None:
            number = next(self.versions)
            after["metadata"] |= {
                "uid": f"uid-{number}",
                "resourceVersion": str(number),
                "generation": 1,
                "creationTimestamp": "2026-01-01T00:00:00Z",
            }
        elif changed:
            after["metadata"]["resourceVersion"] = str(next(self.versions))
            if after.get("spec") != live.get("spec"):
                after["metadata"]["generation"] = live["metadata"].get("generation", 1) + 1
        if not dry_run:
            taken = {path for path, _ in conflicts}
            kept = {other: fields - taken for other, fields in owners.items() if other != manager}
            self.objects[key], self.owners[key] = after, {**kept, manager: set(mine)}
            if changed:
                self._happened("ADDED" if live is None else "MODIFIED", key)
        shown = copy.deepcopy(after)
        shown["metadata"]["managedFields"] = managed_fields(owners)
        return live is None, shown

    def shown(self, key: Key) -> dict[str, Any]:
        """The object with the managers of its fields."""
        body = copy.deepcopy(self.objects[key])
        body["metadata"]["managedFields"] = managed_fields(self.owners[key])
        return body

    def delete(self, key: Key, uid: str | None, dry_run: bool) -> None:
        """Raises Rejected where it is not there, or another one."""
        found = self.objects.get(key)
        if found is None:
            raise Rejected(404, "NotFound", f'{key[0]} "{key[2]}" not found')
        if uid and found["metadata"]["uid"] != uid:
            raise Rejected(409, "Conflict", f"Precondition failed: UID in precondition: {uid}")
        if not dry_run:
            found["metadata"]["resourceVersion"] = str(next(self.versions))
            self._happened("DELETED", key)
            del self.objects[key]
            del self.owners[key]


def managed_fields(owners: Iterable[str]) -> list[dict[str, Any]]:
    """The managers as the server lists them; which fields each has is left out."""
    return [
        {
            "manager": other,
            "operation": "Update" if other == "kubectl-create" else "Apply",
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:spec": {}},
        }
        for other in owners
    ]


def _conflict(path: Path, other: str) -> dict[str, str]:
    message = f'conflict with "{other}" using monitoring.coreos.com/v1'
    return {"reason": "FieldManagerConflict", "message": message, "field": dotted(path)}
