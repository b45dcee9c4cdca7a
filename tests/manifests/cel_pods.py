"""CEL over pods, by Google's implementation of the language, with the types of Kubernetes' API.

A MutatingAdmissionPolicy makes objects with constructors such as ``Object.spec.initContainers{...}``. Here each is a
message whose fields are those of the API (the models of the Kubernetes client), so an expression with a field that is
not there, or of another type, does not compile. A message cannot have a field and a type of one name, so the types are
called ``Object_spec_initContainers`` and the like; nothing else of an expression is changed.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from cel_expr_python import cel  # type: ignore[import-untyped]
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, json_format, message_factory, struct_pb2
from kubernetes.client import models

Field = descriptor_pb2.FieldDescriptorProto
ANY, TEXT = ".google.protobuf.Any", Field.TYPE_STRING
SCALARS = {
    "bool": Field.TYPE_BOOL,
    "datetime": TEXT,
    "float": Field.TYPE_DOUBLE,
    "int": Field.TYPE_INT32,
    "object": TEXT,
    "str": TEXT,
}
ROOTS = {"Object.spec.initContainers": "V1Container", "Object.spec.volumes": "V1Volume"}
TYPE = re.compile(r'"(?:[^"\\]|\\.)*"|\bObject(?:\.\w+)+(?=\{)')
"""A text, which stays, or the name of a type."""


def evaluated(expression: str, pod: Any) -> Any:
    """What the expression gives for ``pod``, as plain data. Raises what the language says is wrong with it."""
    flat = TYPE.sub(lambda found: found[0] if found[0].startswith('"') else _flat(found[0]), expression)
    return _plain(_environment().compile(flat).eval(data={"object": pod}).value())


def _flat(name: str) -> str:
    return name.replace(".", "_")


@cache
def _pool() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="pods.proto", syntax="proto2", dependency=["google/protobuf/any.proto"]
    )
    for name, model in ROOTS.items():
        _add_message(file, _flat(name), model)
    patch = file.message_type.add(name="JSONPatch")
    for name in ("op", "path", "from"):
        _add_field(patch, name, TEXT)
    _add_field(patch, "value", Field.TYPE_MESSAGE).type_name = ANY
    pool: Any = descriptor_pool.DescriptorPool()
    for known in (any_pb2, struct_pb2):
        pool.AddSerializedFile(known.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    return pool


@cache
def _environment() -> Any:
    return cel.NewEnv(_pool(), variables={"object": cel.Type.DYN})


def _add_message(file: Any, name: str, model: str) -> None:
    """The message of a model of the client, and of all that it holds."""
    described: Any = getattr(models, model)
    message = file.message_type.add(name=name)
    for attribute, kind in described.openapi_types.items():
        key = described.attribute_map[attribute]
        found = re.fullmatch(r"(?:(list)\[|(dict)\[str, ?)?(\w+)\]?", kind, re.IGNORECASE)
        assert found, kind
        one = found[3]
        if found[2]:
            _add_map(message, name, key)
            continue
        field = _add_field(message, key, SCALARS.get(one, Field.TYPE_MESSAGE), repeated=bool(found[1]))
        if one not in SCALARS:
            field.type_name = f".{name}_{key}"
            _add_message(file, f"{name}_{key}", one)


def _add_field(message: Any, name: str, kind: Any, *, repeated: bool = False) -> Any:
    label = Field.LABEL_REPEATED if repeated else Field.LABEL_OPTIONAL
    return message.field.add(name=name, json_name=name, number=len(message.field) + 1, type=kind, label=label)


def _add_map(message: Any, holder: str, name: str) -> None:
    """A map of texts."""
    entry = message.nested_type.add(name=f"{name[0].upper()}{name[1:]}Entry")
    entry.options.map_entry = True
    _add_field(entry, "key", TEXT)
    _add_field(entry, "value", TEXT)
    _add_field(message, name, Field.TYPE_MESSAGE, repeated=True).type_name = f".{holder}.{entry.name}"


def _plain(value: Any) -> Any:
    value = value.value() if isinstance(value, cel.Value) else value
    if isinstance(value, list):
        return [_plain(each) for each in value]
    descriptor = getattr(value, "DESCRIPTOR", None)
    if descriptor is None:
        return value
    if descriptor.full_name == "JSONPatch":
        return {"op": value.op, "path": value.path, "value": _unpacked(value.value)}
    return json_format.MessageToDict(value, preserving_proto_field_name=True)


def _unpacked(packed: Any) -> Any:
    name = packed.type_url.rpartition("/")[2]
    message = message_factory.GetMessageClass(_pool().FindMessageTypeByName(name))()
    message.ParseFromString(packed.value)
    return json_format.MessageToDict(message, preserving_proto_field_name=True)
