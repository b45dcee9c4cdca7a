"""No way to the cluster is configured."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="no-cluster-configuration",
    blame=Blame.PROBE,
    title="No way to the cluster is configured",
    meaning="There is no kubeconfig that can be used, and this is no pod with a service account.",
    advice="Set KUBECONFIG or log in with your cluster's tool; in a pod, mount the service account's token.",
    explanation="""\
The way to the cluster is taken from `--kubeconfig`, else `KUBECONFIG`, else `~/.kube/config`, else the service
account of the pod. The detail says what is wrong with a kubeconfig, and never shows its contents.
""",
    seen=(Pattern(sign=(Sign.NO_CONFIGURATION,)),),
)
