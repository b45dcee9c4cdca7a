"""A misspelt name finds the one that was meant, quickly, whatever the word."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.text.nearest import did_you_mean, nearest

KNOWN = ("DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_GPU_TEMP", "DCGM_FI_DEV_FB_USED", "honor_labels", "pod-network", "vmi")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_POWER_USAGE"),
        ("DCGM_FI_DEV_POWR_USAGE", "DCGM_FI_DEV_POWER_USAGE"),
        ("dcgm_fi_dev_gpu_temp", "DCGM_FI_DEV_GPU_TEMP"),
        ("DCGM_FI_DEV_FB_UESD", "DCGM_FI_DEV_FB_USED"),
        ("honor-label", "honor_labels"),
        ("honorlabels", "honor_labels"),
        ("pod_network", "pod-network"),
        ("vim", "vmi"),
        ("vm", "vmi"),
        ("pods", None),
        ("", None),
        ("host", None),
        ("x" * 10_000, None),
    ],
)
def test_nearest(word: str, found: str | None) -> None:
    assert nearest(word, KNOWN) == found


def test_of_two_equally_near_the_first_wins() -> None:
    assert nearest("cat", ["bat", "car"]) == "bat"


def test_advice() -> None:
    assert did_you_mean("vim", KNOWN) == 'did you mean "vmi"?'
    assert did_you_mean("quite another", KNOWN) == ""
    assert did_you_mean("a\x1b", ["a\x1bb"]) == r'did you mean "a\x1bb"?'


def levenshtein_with_swaps(left: str, right: str) -> int:
    table = [[i + j if i * j == 0 else 0 for j in range(len(right) + 1)] for i in range(len(left) + 1)]
    for i in range(1, len(left) + 1):
        for j in range(1, len(right) + 1):
            change = table[i - 1][j - 1] + (left[i - 1] != right[j - 1])
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, change)
            if i > 1 and j > 1 and left[i - 1] == right[j - 2] and left[i - 2] == right[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


WORDS = st.text("abc", min_size=1, max_size=14)


@given(WORDS, st.lists(WORDS, min_size=1, max_size=6))
def test_the_nearest_is_as_near_as_a_plain_table_says(word: str, known: list[str]) -> None:
    distances = [levenshtein_with_swaps(word, candidate) for candidate in known]
    allowed = min(4, max(1, len(word) // 3))
    best = known[distances.index(min(distances))] if min(distances) <= allowed else None
    assert nearest(word, known) == best


@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=5))
def test_any_words(word: str, known: list[str]) -> None:
    found = nearest(word, known)
    assert found is None or found in known


def test_thousands_of_long_candidates_cost_little() -> None:
    known = [f"DCGM_FI_{number:05d}_{'ab' * 40}" for number in range(5000)]
    start = time.process_time()
    nearest("DCGM_FI_x0000_" + "ba" * 40, known)
    assert time.process_time() - start < 5
