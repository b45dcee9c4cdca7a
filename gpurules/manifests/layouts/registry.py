"""Every layout: one line for each."""

from __future__ import annotations

from collections.abc import Mapping

from gpurules.manifests.layouts import helm, kustomize, plain
from gpurules.manifests.layouts.layout import Layout

LAYOUTS: Mapping[str, Layout] = {
    "yaml": plain.LAYOUT,
    "helm": helm.LAYOUT,
    "kustomize": kustomize.LAYOUT,
}
