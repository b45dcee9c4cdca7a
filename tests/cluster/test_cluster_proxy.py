"""Which proxy leads to the API server."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.cluster.fault import ClusterFault
from gpurules.cluster.proxy import bypassed, proxy_for

PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("configured", "environment", "expected"),
    [
        pytest.param(None, {}, None, id="none"),
        pytest.param(PROXY, {}, PROXY, id="kubeconfig"),
        pytest.param(PROXY, {"HTTPS_PROXY": "http://other:1", "NO_PROXY": "*"}, PROXY, id="kubeconfig-first"),
        pytest.param(None, {"HTTPS_PROXY": PROXY}, PROXY, id="environment"),
        pytest.param(None, {"https_proxy": PROXY}, PROXY, id="environment-lower-case"),
        pytest.param(None, {"HTTP_PROXY": PROXY}, None, id="environment-other-scheme"),
        pytest.param(None, {"HTTPS_PROXY": "proxy.example:3128"}, PROXY, id="no-scheme"),
        pytest.param(None, {"HTTPS_PROXY": PROXY, "NO_PROXY": "api.example"}, None, id="exempt"),
        pytest.param(None, {"HTTPS_PROXY": PROXY, "NO_PROXY": "other.example"}, PROXY, id="other-exempt"),
    ],
)
def test_proxy(configured: str | None, environment: dict[str, str], expected: str | None) -> None:
    assert proxy_for("https://api.example:6443", configured, environment) == expected


def test_proxy_without_support() -> None:
    with pytest.raises(ClusterFault, match="the scheme socks5 cannot be used"):
        proxy_for("https://api.example", "socks5://ann:secret@proxy.example", {})


@pytest.mark.parametrize("proxy", ["http://[", "http://", "http://a:b:c", "http://a:99999", "http://a:0", "://"])
def test_proxy_that_is_no_address(proxy: str) -> None:
    with pytest.raises(ClusterFault, match=r"malformed|cannot be used"):
        proxy_for("https://api.example", None, {"HTTPS_PROXY": proxy})


@given(st.text(), st.text(), st.text())
def test_any_environment(server: str, proxy: str, no_proxy: str) -> None:
    with suppress(ClusterFault):
        proxy_for(f"https://{server}", None, {"HTTPS_PROXY": proxy, "NO_PROXY": no_proxy})


@pytest.mark.parametrize(
    ("host", "no_proxy", "expected"),
    [
        ("api.example", "", False),
        ("api.example", "api.example", True),
        ("API.example.", "api.EXAMPLE", True),
        ("api.example", "example", True),
        ("api.example", ".example", True),
        ("api.example", "*.example", True),
        ("example", ".example", False),
        ("notexample", "example", False),
        ("api.example", "x.example, api.example", True),
        ("api.example", "api.example:6443", True),
        ("api.example", "api.example:443", False),
        ("api.example", "*", True),
        ("api.example", ",, ,", False),
        ("10.96.0.1", "10.96.0.0/12", True),
        ("10.128.0.1", "10.96.0.0/12", False),
        ("10.96.0.1", "10.96.0.1", True),
        ("10.96.0.1", "10.96.0.0/99", False),
        ("api.example", "10.96.0.0/12", False),
        ("fd00::1", "fd00::/8", True),
        ("fd00::1", "[fd00::1]:6443", True),
        ("localhost", "", True),
        ("127.0.0.1", "", True),
        ("::1", "", True),
    ],
)
def test_exempt_hosts(host: str, no_proxy: str, expected: bool) -> None:
    assert bypassed(host, 6443, no_proxy) is expected
