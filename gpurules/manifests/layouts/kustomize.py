"""``kustomize``: a base."""

from __future__ import annotations

from gpurules.filling.fill import fill
from gpurules.manifests.layouts.layout import Build, Files, Layout
from gpurules.manifests.settings import Settings


def _lay_out(build: Build, settings: Settings) -> Files:
    made = build(settings)
    resources = [each for each in made.manifests if not each.patch]
    files = {f"{'patches/' if each.patch else ''}{each.file}.yaml": each.text for each in made.manifests}
    values = {
        "notes": made.notes,
        "resources": [f"{each.file}.yaml" for each in resources],
        "patches": [f"patches/{each.file}.yaml" for each in made.manifests if each.patch],
    }
    return {"kustomization.yaml": fill("manifests/kustomization.yaml.j2", values), **files}


LAYOUT = Layout("kustomize", "a kustomize base in a folder", True, _lay_out)
