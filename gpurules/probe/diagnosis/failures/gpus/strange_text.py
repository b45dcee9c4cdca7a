"""Names that no driver writes."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    engine = evidence.engine
    if engine is None:
        return
    texts = [("driver version", engine.driver), ("NVML version", engine.nvml)]
    for gpu in engine.gpus:
        texts += [(f"{name} of GPU {gpu.id}", getattr(gpu, name)) for name in ("name", "uuid", "pci_address")]
    for what, text in texts:
        if text and not (text.isascii() and text.isprintable()):
            yield what


FAILURE = FailureClass(
    id="strange-text",
    blame=Blame.GUEST,
    title="Names that no driver writes",
    meaning="A name or version holds control characters or letters that NVIDIA's driver never uses.",
    advice="Find out in the guest what answers in place of the driver; trust nothing that this guest reports.",
    explanation="""\
Names of GPUs, UUIDs, PCI addresses and versions are printable ASCII. Escape sequences, marks that change the direction
of writing and line breaks are ways to deceive whoever reads a terminal or a log. gpurules shows them as escapes such as
`\\\\x1b`; other tools that read from this engine may not.
""",
    find=find,
)
