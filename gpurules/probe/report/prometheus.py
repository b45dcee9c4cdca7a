"""The report for node_exporter's textfile collector.

Nothing that a guest wrote becomes a label as it is: versions are named only where they are known ones, or by the major
number of a driver, so that a guest that tells another version each time makes no more series.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gpurules.probe.dcgm.engine import Engine
from gpurules.probe.diagnosis.diagnose import Verdict
from gpurules.probe.diagnosis.releases import KNOWN
from gpurules.probe.report.report import Format, Report
from gpurules.probe.result import Result

_BRANCH = re.compile(r"([0-9]{3})\.[0-9.]{1,20}")
Sample = tuple[Mapping[str, str], float]


def write(report: Report) -> str:
    """The exposition: every guest has the same metrics, and a finding is a series while it lasts."""
    results = report.results
    return "".join(
        (
            _metric(
                "gpurules_probe_healthy",
                "Whether the guest's host engine is reachable and healthy; absent where nobody could say.",
                [
                    (_labels(result), float(result.verdict is Verdict.HEALTHY))
                    for result in results
                    if result.verdict in (Verdict.HEALTHY, Verdict.UNHEALTHY)
                ],
            ),
            _metric(
                "gpurules_probe_finding",
                "1 for each failure class that was found.",
                [
                    ({**_labels(result), "class": finding.failure.id, "blame": finding.failure.blame.value}, 1.0)
                    for result in results
                    for finding in result.findings
                ],
            ),
            _metric(
                "gpurules_probe_gpus",
                "GPUs that the host engine lists.",
                [
                    (_labels(result), float(len(result.engine.gpus)))
                    for result in results
                    if result.engine and result.engine.complete
                ],
            ),
            _metric(
                "gpurules_probe_engine_info",
                "Release of DCGM and branch of the driver.",
                [({**_labels(result), **_versions(result.engine)}, 1.0) for result in results if result.engine],
            ),
            _metric(
                "gpurules_probe_duration_seconds",
                "How long the probe took.",
                [(_labels(result), round(result.seconds, 3)) for result in results],
            ),
            _metric("gpurules_probe_timestamp_seconds", "When the probe ended.", [({}, float(round(report.at)))]),
        )
    )


def _labels(result: Result) -> dict[str, str]:
    """``guest`` is unique; the VMI's own labels are those that kubevirt_vmi_info has."""
    vmi = result.target.vmi
    labels = {"guest": result.target.name}
    return labels | ({"namespace": vmi.namespace, "name": vmi.name, "node": vmi.node} if vmi else {})


def _versions(engine: Engine) -> dict[str, str]:
    release = engine.release
    branch = _BRANCH.fullmatch(engine.driver or "")
    return {
        "dcgm": f"{release[0]}.{release[1]}" if release in KNOWN else "other",
        "driver": branch[1] if branch else "other",
    }


def _metric(name: str, help_text: str, samples: Iterable[Sample]) -> str:
    lines = [f"{name}{_braces(labels)} {value:.15g}\n" for labels, value in samples]
    return f"# HELP {name} {help_text}\n# TYPE {name} gauge\n{''.join(lines)}" if lines else ""


def _braces(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items() if value)
    return f"{{{pairs}}}" if pairs else ""


def _escaped(text: str) -> str:
    return (
        text.encode("utf-8", "replace").decode("utf-8").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    )


FORMAT = Format("prometheus", "for node_exporter's textfile collector", write)
