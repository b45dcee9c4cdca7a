"""The API server does not allow this."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium

FAILURE = FailureClass(
    id="forbidden",
    blame=Blame.PROBE,
    title="The API server does not allow this",
    meaning="The API server answered with 403: a role is missing.",
    advice=(
        "Grant get on virtualmachineinstances/vsock in the API group subresources.kubevirt.io, which no default "
        "role of KubeVirt has, and get and list on virtualmachineinstances in kubevirt.io."
    ),
    explanation="""\
None of the roles admin, edit and view of KubeVirt contains the VSOCK subresource. This role lets its holders
probe, in every namespace where it is bound:

    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata:
      name: gpurules-probe
    rules:
      - apiGroups: [subresources.kubevirt.io]
        resources: [virtualmachineinstances/vsock]
        verbs: [get]
      - apiGroups: [kubevirt.io]
        resources: [virtualmachineinstances]
        verbs: [get, list]

With `list` on `kubevirts` the probe can also say whether KubeVirt's feature gate is off; `gpurules scaffold --part
probe-api` prints all of it. Whoever may use the subresource reaches every VSOCK port of the guest, not the host engine
alone.
""",
    seen=(Pattern(medium=(Medium.API,), http_status=(403,)),),
)
