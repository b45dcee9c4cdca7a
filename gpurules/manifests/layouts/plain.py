"""``yaml``: one stream of documents for ``kubectl apply -f -``."""

from __future__ import annotations

import json

from gpurules.filling.scalar import comment
from gpurules.manifests.layouts.layout import Build, Files, Layout
from gpurules.manifests.manifest import Manifest
from gpurules.manifests.settings import Settings
from gpurules.text.node import MappingNode, to_plain
from gpurules.text.span import SourceText
from gpurules.text.yaml import compose_document


def _lay_out(build: Build, settings: Settings) -> Files:
    made = build(settings)
    heading = "\n#\n".join(comment(note) for note in made.notes) + "\n"
    documents = [each.text for each in made.manifests if not each.patch]
    patches = [_as_comment(each) for each in made.manifests if each.patch]
    if not documents:
        return {"-": heading + "#\n" + "".join(patches)}
    return {"-": heading + "#\n" + "".join(patches) + "---\n" + "---\n".join(documents)}


def _as_comment(patch: Manifest) -> str:
    """A patch is no object that could be applied: its text as comments, and the command that does it."""
    node = compose_document(SourceText(patch.file, patch.text))
    assert isinstance(node, MappingNode)
    command, *rest = patch.text.splitlines()
    data = json.dumps(to_plain(node), separators=(",", ":"))
    line = command.replace("--patch-file THIS-FILE", f"--patch '{data}'")
    return "\n".join([line, *(f"#   {each}" for each in rest)]) + "\n#\n"


LAYOUT = Layout("yaml", "one stream of documents on standard output, for kubectl apply -f -", False, _lay_out)
