"""Nothing that could be a secret is shown."""

from __future__ import annotations

import pytest

from gpurules.cluster.redact import redacted

JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("first line\nlast line\n\n", "last line"),
        ("run aws sso login", "run aws sso login"),
        ('vmi "train-1" is forbidden: User "system:serviceaccount:gpurules:probe"',) * 2,
        (f"cannot use {JWT}", "cannot use <hidden>"),
        ("cannot use 0123456789abcdef0123456789abcdef", "cannot use <hidden>"),
        ("cannot use c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ=", "cannot use <hidden>"),
        ('"team-a-llm-training-h100-pool-worker-0003" not found',) * 2,
        ("virtualmachineinstances/vsock in subresources.kubevirt.io",) * 2,
        ("/var/lib/kubelet/pki/kubelet-client-current.pem: no such file",) * 2,
        ("pod 7a0f3ac4-11e5-4c43-8f0b-6b3a4c5d2e1f is gone",) * 2,
        ("token: abc", "token: <hidden>"),
        ("Authorization: Bearer abc", "Authorization: <hidden> <hidden>"),
        ("refused: Bearer abc", "refused: Bearer <hidden>"),
        ('{"password":"abc"}', '{"password":<hidden>'),
        ("http://ann:abc@proxy.example:3128 is down", "http://<hidden>@proxy.example:3128 is down"),
        ("\x1b[31mred", r"\x1b[31mred"),
    ],
)
def test_redacted(text: str, expected: str) -> None:
    assert redacted(text) == expected


def test_text_is_bounded() -> None:
    assert len(redacted("word " * 10_000)) <= 400
