"""Labels, keys, dependencies and failures of each construct, one row of the algebra after the other."""

from __future__ import annotations

import pytest

from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.findings import Inference
from gpurules.promql.syntax.parser import parse
from gpurules.promql.types import SeriesType
from promql_notation import dependencies_told, keys_told, labels_told, series

TYPES = {
    # A GPU metric: one series for each launcher pod and GPU, alive at one time.
    "g": series("ns:ns pod:pod gpu mig? job | ns pod gpu mig job~ | "),
    # An info metric: one series for each VM and scrape target; the launcher pod fixes name and node for all time.
    "i": series(
        "ns:ns name vmpod:pod? node phase pod:target"
        " | ns name pod~, ns name vmpod node phase pod"
        " | ns vmpod > name node"
    ),
    # Identity, as recorded.
    "r": series("ns:ns pod:pod name node | ns pod"),
    # A second metric with the labels of g, and one that shares no more than the namespace.
    "h": series("ns:ns pod:pod gpu mig? job | ns pod gpu mig job~ | "),
    "n": series("ns:ns team? | ns"),
    # Classic buckets.
    "k": series("a le | a le"),
    "l": series("a le | a le"),
    # Of these little is known.
    "w": series("a b? ..."),
    "v": series("a b? -c ... | a b~ | a > b"),
    "u": series("a b? | | a > b~"),
}


class Known:
    """The metrics above; ``x``, ``y`` and others are unknown."""

    def type_of(self, metric: str) -> SeriesType | None:
        return TYPES.get(metric)


def inferred(text: str) -> Inference:
    return infer(parse(text), Known())


def told(text: str) -> tuple[str, str, str, str]:
    inference = inferred(text)
    assert isinstance(inference.type, SeriesType), inference.type
    codes = [failure.code for failure in inference.failures] + [f"? {item.construct}" for item in inference.unproved]
    kept = inference.type
    return labels_told(kept), keys_told(kept), dependencies_told(kept), " ".join(codes)


CASES = [
    # expression, labels, keys, dependencies, failures
    # selector, one name
    ("g", "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ('g{ns="a"}', "g: gpu job mig? ns=a pod", "gpu job mig pod~", "", ""),
    ('g{mig!=""}', "g: gpu job mig ns pod", "gpu job mig ns pod~", "", ""),
    ('g{mig=""}', "g: gpu job ns pod", "gpu job ns pod~", "", ""),
    ('g{mig=~".+"}', "g: gpu job mig ns pod", "gpu job mig ns pod~", "", ""),
    ('g{mig=~".*"}', "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ('g{mig=~"1"}', "g: gpu job mig=1 ns pod", "gpu job ns pod~", "", ""),
    ('g{mig!~"|x"}', "g: gpu job mig ns pod", "gpu job mig ns pod~", "", ""),
    ('g{mig!~"x"}', "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ("g offset 5m", "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ("g @ 100", "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ("x", "x: ...", "", "", ""),
    ('x{a="1"}', "x: a=1 ...", "", "", ""),
    ('x{a=""}', "x: -a ...", "", "", ""),
    ('w{c=""}', "w: a b? -c ...", "", "", ""),
    # selector, several names
    ('{__name__=~"g|h"}', "g,h: gpu job mig? ns pod", "__name__ gpu job mig ns pod", "", ""),
    ('{__name__=~"g|n"}', "g,n: gpu? job? mig? ns pod? team?", "gpu job mig ns pod", "gpu > __name__", ""),
    ('{__name__=~"g|x"}', "g,x: ...", "", "", ""),
    ('{__name__=~"g|h",__name__!="h"}', "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ('{__name__=~"g.*"}', "*: ...", "", "", ""),
    ('{ns="a"}', "*: ns=a ...", "", "", ""),
    # name-dropping functions and arithmetic
    ("rate(g[5m])", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("abs(g)", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("-g", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("+g", "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ("g * 2", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("2 - g", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("g > bool 2", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("timestamp(g)", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ('rate({__name__=~"g|h"}[5m])', "gpu job mig? ns pod", "gpu job mig ns pod", "", "E1"),
    ('{__name__=~"g|h"} * 2', "gpu job mig? ns pod", "gpu job mig ns pod", "", "E1"),
    ('abs({__name__=~"g|h"})', "gpu job mig? ns pod", "gpu job mig ns pod", "", "E1"),
    ('rate({__name__="g"}[5m])', "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ('{ns="a"} * 2', "ns=a ...", "", "", "E1"),
    # name-keeping
    ("g > 2", "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ("2 < g", "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ("sort(g)", "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ('sort_by_label(g, "ns")', "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ("last_over_time(g[5m])", "g: gpu job mig? ns pod", "", "", ""),
    ("last_over_time(r[5m])", "r: name node ns pod", "ns pod", "", ""),
    ('last_over_time({__name__=~"g|h"}[5m])', "g,h: gpu job mig? ns pod", "__name__ gpu job mig ns pod", "", ""),
    (
        "first_over_time(i[5m])",
        "i: name node ns phase pod vmpod?",
        "name node ns phase pod vmpod",
        "ns vmpod > name node",
        "",
    ),
    ("(g)", "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ("max_over_time(g[5m:1m])", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("last_over_time((g > 1)[5m:])", "g: gpu job mig? ns pod", "", "", ""),
    ("max_over_time(sum by (ns) (g)[5m:])", "ns", "ns", "", ""),
    ("rate((g or h)[5m:])", "gpu job mig? ns pod", "gpu job mig ns pod", "", "E1"),
    # aggregations
    ("sum(g)", "", "()", "", ""),
    ("sum by (ns, pod) (g)", "ns pod", "ns pod", "", ""),
    ("max by (ns, nosuch) (g)", "ns", "ns", "", ""),
    ("sum by (a, c) (w)", "a c?", "a c", "", ""),
    ("sum by (a, c) (v)", "a", "a", "", ""),
    ("sum without (job) (g)", "gpu mig? ns pod", "gpu mig ns pod", "", ""),
    ("sum without (a) (w)", "b? -a ...", "", "", ""),
    ("group by (ns, pod, name, node) (r)", "name node ns pod", "ns pod", "", ""),
    ("group by (ns, vmpod, name, node) (i)", "name node ns vmpod?", "ns vmpod", "ns vmpod > name node", ""),
    ("group by (ns, vmpod, name, phase) (i)", "name ns phase vmpod?", "ns phase vmpod", "ns vmpod > name", ""),
    ("group by (ns, name, pod) (i)", "name ns pod", "name ns pod", "", ""),
    ('count by (__name__, ns) ({__name__=~"g|h"})', "g,h: ns", "__name__ ns", "", ""),
    ("quantile by (ns) (0.9, g)", "ns", "ns", "", ""),
    ('count_values by (ns) ("v", g)', "ns v", "ns v", "", ""),
    ('count_values without (job) ("v", g)', "gpu mig? ns pod v", "gpu mig ns pod v", "", ""),
    ('count_values by (ns, pod) ("v", r)', "ns pod v", "ns pod~, ns pod v", "", ""),
    (
        "topk by (ns, name) (1, i)",
        "i: name node ns phase pod vmpod?",
        "name ns~, name node ns phase pod vmpod",
        "ns vmpod > name node",
        "",
    ),
    (
        "topk by (ns, name) (2, i)",
        "i: name node ns phase pod vmpod?",
        "name ns pod~, name node ns phase pod vmpod",
        "ns vmpod > name node",
        "",
    ),
    ("topk(1, g)", "g: gpu job mig? ns pod", "()~", "", ""),
    ("topk without (pod) (1, r)", "r: name node ns pod", "ns pod, name node ns~", "", ""),
    ("bottomk by (ns) (1, w)", "w: a b? ...", "ns~", "", ""),
    ("limitk by (ns) (1, g)", "g: gpu job mig? ns pod", "ns~", "", ""),
    ("limit_ratio(0.5, g)", "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ("topk(scalar(x), g)", "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", "? topk"),
    # absent, scalar, vector, time
    ("absent(x)", "", "()", "", ""),
    ('absent(x{a="1",b!="2",c="3"})', "a=1 c=3", "()", "", ""),
    ('absent(x{a="1",a="2"})', "", "()", "", ""),
    ('absent((x{a="1"}))', "a=1", "()", "", ""),
    ("absent(sum(x))", "", "()", "", ""),
    ('absent_over_time(x{a="1"}[5m])', "a=1", "()", "", ""),
    ("vector(scalar(x))", "", "()", "", ""),
    ("vector(time())", "", "()", "", ""),
    ("hour()", "", "()", "", ""),
    # label_replace
    (
        'label_replace(g, "p", "$1", "pod", "(.+)")',
        "g: gpu job mig? ns p pod",
        "gpu job mig ns p, gpu job mig ns pod",
        "p > pod, pod > p",
        "",
    ),
    ('label_replace(g, "pod", "$1", "mig", "(.+)")', "g: gpu job mig? ns pod", "gpu job mig ns pod", "", "E1"),
    (
        'label_replace(g, "pod", "$1", "mig", "(.*)")',
        "g: gpu job mig? ns pod?",
        "gpu job mig ns, gpu job ns pod",
        "mig > pod, pod > mig",
        "E1",
    ),
    (
        'label_replace(g, "p", "$1", "mig", "(.+)")',
        "g: gpu job mig? ns p? pod",
        "gpu job mig ns pod, gpu job ns p pod",
        "mig > p, p > mig",
        "",
    ),
    (
        'label_replace(g, "job", "$1", "pod", "(.+)")',
        "g: gpu job mig? ns pod",
        "gpu job mig ns, gpu mig ns pod",
        "job > pod, pod > job",
        "E1",
    ),
    (
        'label_replace(r, "name", "$1", "pod", "(.+)")',
        "r: name node ns pod",
        "name ns, ns pod",
        "name > pod, pod > name",
        "",
    ),
    (
        'label_replace(i, "pod", "$1", "vmpod", "(.+)")',
        "i: name node ns phase pod vmpod?",
        "ns phase pod vmpod",
        "ns vmpod > name node",
        "E1",
    ),
    (
        'label_replace(i{vmpod!=""}, "pod", "$1", "vmpod", "(.+)")',
        "i: name node ns phase pod vmpod",
        "ns phase pod, ns phase vmpod",
        "pod > vmpod, vmpod > pod, ns pod > name node, ns vmpod > name node",
        "E1",
    ),
    (
        'label_replace(topk by (ns, name) (1, i{vmpod!=""}), "pod", "$1", "vmpod", "(.+)")',
        "i: name node ns phase pod vmpod",
        "name ns~, ns phase pod, ns phase vmpod",
        "pod > vmpod, vmpod > pod, ns pod > name node, ns vmpod > name node",
        "",
    ),
    ('label_replace(r, "name", "", "", "")', "r: node ns pod", "ns pod", "", ""),
    ('label_replace(r, "pod", "", "", "")', "r: name node ns", "name node ns", "", "E1"),
    ('label_replace(g, "zone", "one", "", "")', "g: gpu job mig? ns pod zone=one", "gpu job mig ns pod", "", ""),
    ('label_replace(g, "zone", "one", "ns", ".+")', "g: gpu job mig? ns pod zone=one", "gpu job mig ns pod", "", ""),
    (
        'label_replace(g, "zone", "one", "mig", ".+")',
        "g: gpu job mig? ns pod zone?",
        "gpu job mig ns pod~, gpu job mig ns pod zone",
        "",
        "",
    ),
    ('label_replace(r, "short", "$1", "name", "([a-z]+)-.*")', "r: name node ns pod short?", "ns pod", "", ""),
    ('label_replace(r, "name", "$1", "name", "([a-z]+)-.*")', "r: name? node ns pod", "ns pod", "", ""),
    ('label_replace(r, "name", "$1", "nosuch", "(.+)")', "r: name node ns pod", "ns pod", "", ""),
    ('label_replace(r, "name", "$1", "nosuch", "(.*)")', "r: node ns pod", "ns pod", "", ""),
    (
        'label_replace({__name__=~"g|h"}, "metric", "$1", "__name__", "(.+)") * 2',
        "gpu job metric mig? ns pod",
        "gpu job metric mig ns pod",
        "",
        "",
    ),
    ('label_replace(r, "__name__", "q", "", "")', "q: name node ns pod", "ns pod", "", ""),
    ('label_replace(r, "name", "$1", "pod", "(")', "*: ...", "", "", "? label_replace"),
    ('label_join(r, "id", "/", "ns", "pod")', "r: id name node ns pod", "ns pod", "ns pod > id", ""),
    ('label_join(r, "pod", "/", "ns", "name")', "r: name node ns pod", "name node ns", "name ns > pod", "E1"),
    # vector matching, one to one
    ("r * on (ns, pod) r", "ns pod", "ns pod", "", ""),
    ("r * on (ns) n", "ns", "ns", "", "E3"),
    ("n * on (ns) r", "ns", "ns", "", "E2"),
    ("r == on (ns, pod) r", "ns pod", "ns pod", "", ""),
    ("n * ignoring (team) n", "ns", "ns", "", ""),
    ("g * h", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("r > on (ns, pod) r", "ns pod", "ns pod", "", ""),
    ("x * x", "...", "", "", ""),
    ('{ns="a"} * {ns="b"}', "ns=a ...", "()", "", "E2"),
    ("g * on (ns, pod, gpu) h", "gpu ns pod", "gpu ns pod", "", "E2 E3"),
    (
        "sum by (ns, name, node) (r) / on (ns, name, node) (sum by (ns, name, node) (r) > 0)",
        "name node ns",
        "name node ns",
        "",
        "",
    ),
    ("sum by (ns) (g) / ignoring (team) n", "ns", "ns", "", ""),
    # vector matching, many to one
    (
        "g * on (ns, pod) group_left (name, node) r",
        "gpu job mig? name node ns pod",
        "gpu job mig ns pod",
        "ns pod > name node",
        "",
    ),
    ("g * on (ns, pod) group_left () r", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("g > on (ns, pod) group_left (name) r", "g: gpu job mig? name ns pod", "gpu job mig ns pod", "ns pod > name", ""),
    ("r * on (ns, pod) group_right (name) g", "gpu job mig? name ns pod", "gpu job mig ns pod", "ns pod > name", ""),
    (
        "g * on (ns) group_left (name) r",
        "gpu job mig? name ns pod",
        "gpu job mig ns pod~, gpu job mig name ns pod",
        "ns > name~",
        "E2",
    ),
    ("g * on (ns) group_left (pod) n", "gpu job mig? ns", "gpu job mig ns", "", "E4"),
    ("r * on (ns) group_left (pod) n", "name node ns", "name node ns", "", "E4"),
    ("r * on (ns) group_left (name) n", "node ns pod", "ns pod", "", ""),
    ("g * on (ns) group_left (team) n", "gpu job mig? ns pod team?", "gpu job mig ns pod", "ns > team", ""),
    (
        "g * on (ns) group_left (pod) topk by (ns) (1, r)",
        "gpu job mig? ns pod",
        "gpu job mig ns~, gpu job mig ns pod",
        "ns > pod~",
        "E4",
    ),
    (
        "g * on (ns, pod) group_left (name) topk by (ns, name) (1, i)",
        "gpu job mig? name ns pod",
        "gpu job mig ns pod~, gpu job mig name ns pod",
        "name ns > pod~, ns pod > name~",
        "E2",
    ),
    (
        "g * on (ns, pod) group_left (vmpod) topk by (ns, pod) (1, i)",
        "gpu job mig? ns pod vmpod?",
        "gpu job mig ns pod~, gpu job mig ns pod vmpod",
        "ns pod > vmpod~",
        "",
    ),
    (
        '{__name__=~"g|h"} * on (ns, pod) group_left (name) r',
        "gpu job mig? name ns pod",
        "gpu job mig ns pod",
        "ns pod > name",
        "E4",
    ),
    (
        "g * ignoring (gpu, mig, job, name, node) group_left (name) r",
        "gpu job mig? name ns pod",
        "gpu job mig ns pod",
        "ns pod > name",
        "",
    ),
    ("w * on (a) group_left (c) v", "a b? -c ...", "", "a > c~", "E4"),
    # set operators
    ("g and on (ns, pod) r", "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ("g unless on (ns, pod) r", "g: gpu job mig? ns pod", "gpu job mig ns pod~", "", ""),
    ("w and on (a) v", "w: a b? ...", "", "", ""),
    ("g or h", "g,h: gpu job mig? ns pod", "gpu job mig ns pod~, __name__ gpu job mig ns pod", "", ""),
    ("rate(g[5m]) or rate(h[5m])", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("g or on (ns, pod) h", "g,h: gpu job mig? ns pod", "gpu job mig ns pod~, __name__ gpu job mig ns pod", "", ""),
    (
        "r or on (ns, pod) group by (ns, pod) (g)",
        "'',r: name? node? ns pod",
        "ns pod~, __name__ ns pod, name ns pod, node ns pod",
        "ns pod > name node~",
        "",
    ),
    ("r or on (ns) r", "r: name node ns pod", "ns pod", "", ""),
    ("i or i offset 5m", "i: name node ns phase pod vmpod?", "ns phase pod vmpod", "ns vmpod > name node", ""),
    ('r{node="a"} or r{node="b"}', "r: name node ns pod", "ns pod", "", ""),
    (
        'r{node="a"} or g',
        "g,r: gpu? job? mig? name? node? ns pod",
        "gpu job mig ns pod",
        "__name__ > node, gpu > node, job > node",
        "",
    ),
    (
        'label_replace(r, "p", "a", "", "") or on (ns) label_replace(r, "p", "b", "", "")',
        "r: name node ns p pod",
        "ns pod~, ns p pod",
        "ns > p~",
        "",
    ),
    ("sum by (ns) (g) or vector(0)", "ns?", "ns", "", ""),
    ("count(g) or vector(0)", "", "()", "", ""),
    ("count by (ns) (g unless on (ns, pod) h) or 0 * group by (ns) (r)", "ns", "ns", "", ""),
    ("(g or h) * 2", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("(g or on (__name__) h) * 2", "gpu job mig? ns pod", "gpu job mig ns pod", "", "E1"),
    (
        'label_join(topk by (ns, name) (1, i), "phase", "-", "phase", "node")',
        "i: name node ns phase pod vmpod?",
        "name ns~, ns phase pod vmpod",
        "ns vmpod > name node",
        "",
    ),
    ('count by (__name__) ({__name__=~"g|h"}) * on (__name__) count by (__name__) (g)', "", "()", "", "E1"),
    ('count by (__name__) ({__name__=~"g|h"}) > on (__name__) count by (__name__) (g)', "g,h", "__name__", "", ""),
    # the old generation of what is not a record
    (
        "last_over_time(i[10m])",
        "i: name node ns phase pod vmpod?",
        "name node ns phase pod vmpod",
        "ns vmpod > name node",
        "",
    ),
    (
        "g * on (ns, pod) group_left (name) last_over_time(r[10m])",
        "gpu job mig? name ns pod",
        "gpu job mig ns pod",
        "ns pod > name",
        "",
    ),
    (
        "g * on (ns) group_left (node) last_over_time(topk by (ns) (1, r)[10m:])",
        "gpu job mig? node ns pod",
        "gpu job mig ns pod~, gpu job mig node ns pod",
        "ns > node~",
        "E2",
    ),
    # what is not known
    # histograms
    ("histogram_quantile(0.9, x)", "-le ...", "", "", ""),
    ("histogram_quantile(0.9, sum by (le, ns) (rate(g[5m])))", "ns", "ns", "", ""),
    ('histogram_fraction(0, 1, {__name__=~"g|h"})', "gpu job mig? ns pod", "gpu job mig ns pod", "", "E1"),
    ('histogram_fraction(0, 1, {__name__=~"k|l"})', "a", "a", "", "E1"),
    ('histogram_fraction(0, 1, {__name__=~"k|g"})', "a? gpu? job? mig? ns? pod?", "a gpu job mig ns pod", "", ""),
    ('histogram_sum({__name__=~"g|h"})', "gpu job mig? ns pod", "gpu job mig ns pod", "", "E1"),
    ('histogram_quantiles(g, "q", 0.5, 0.9)', "gpu job mig? ns pod q", "gpu job mig ns pod q", "", ""),
    ('histogram_quantiles(g, "gpu", 0.5, 0.9)', "gpu job mig? ns pod", "gpu job mig ns pod", "", "E1"),
    ('histogram_quantiles(r, "name", 0.5, 0.9)', "name node ns pod", "name ns pod", "ns pod > node", ""),
    ('histogram_quantiles(r, "a.b", 0.5)', "*: ...", "", "", "? histogram_quantiles"),
    # what joins target_info, smooths, fills and cuts off
    ("info(r)", "r: name node ns pod ...", "ns pod", "", "? info"),
    ("info(g)", "g: gpu job mig? ns pod ...", "", "", "? info"),
    ('info({__name__=~"g|h"})', "g,h: gpu job mig? ns pod ...", "", "", "? info"),
    ("holt_winters(r[5m], 0.5, 0.5)", "name node ns pod", "ns pod", "", ""),
    ("double_exponential_smoothing(r[5m], 2, 0.5)", "name node ns pod", "ns pod", "", "? double_exponential_smoothing"),
    ("r + on (ns, pod) fill_left(0) r", "ns pod", "ns pod", "", ""),
    ("r > on (ns, pod) fill(0) r", "ns pod", "ns pod", "", ""),
    ("g + on (ns) fill(0) r", "ns", "ns", "", "E2 E3"),
    ("r == on (ns, pod, __name__) fill_left(0) r", "*: ns pod", "__name__ ns pod", "", ""),
    ("r + on (ns, pod, __name__) fill(0) r", "ns pod", "ns pod", "", ""),
    ("group by (ns, __name__) (g) + on (ns, __name__) fill(0) group by (ns, __name__) (h)", "ns", "ns", "", "E1"),
    ("g + fill(0) h", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("g > fill(0) h", "*: gpu job mig? ns pod", "gpu job mig ns pod~, __name__ gpu job mig ns pod", "", ""),
    ("g + on (ns, pod) group_left () fill(0) r", "*: ...", "", "", "? fill"),
    ("g </ 2", "'',g: gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("max_of(1, step()) * g", "gpu job mig? ns pod", "gpu job mig ns pod", "", ""),
    ("topk by (ns) (min_of(1, 2), r)", "r: name node ns pod", "ns~, ns pod", "", ""),
    ("topk by (ns) (max_of(1, 2), r)", "r: name node ns pod", "ns pod", "", ""),
    ("topk by (ns) (NaN, r)", "r: name node ns pod", "ns pod", "", "? topk"),
]


@pytest.mark.parametrize(("text", "labels", "keys", "dependencies", "failures"), CASES, ids=[case[0] for case in CASES])
def test_a_row_of_the_algebra(text: str, labels: str, keys: str, dependencies: str, failures: str) -> None:
    assert told(text) == (labels, keys, dependencies, failures)
