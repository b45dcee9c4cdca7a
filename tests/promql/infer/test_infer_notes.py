"""What the inference says besides the type: where and why it may fail, what it does not know, what cannot match."""

from __future__ import annotations

import pytest

from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.findings import Inference, Mismatch
from gpurules.promql.infer.patterns import literal_alternatives, matches_empty
from gpurules.promql.infer.records import record_type, united_records
from gpurules.promql.syntax.build import call, matcher, number, selector
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.tree import (
    Aggregation,
    Binary,
    Duration,
    Expression,
    Fill,
    GroupSide,
    MatrixSelector,
    Name,
    StringLiteral,
    Subquery,
    Unary,
    walk,
)
from gpurules.promql.types import Guard, SeriesType, StringType
from gpurules.text.span import NOWHERE, Span
from promql_notation import dependencies_told, keys_told, labels_told, series

TYPES = {
    "g": series("ns:ns pod:launcher gpu | ns pod gpu"),
    "h": series("ns:ns pod:launcher gpu | ns pod gpu"),
    "o": series("ns:ns pod:launcher name node | ns pod"),
    "i": series("ns:ns name pod:exporter vmpod:launcher? node | ns name pod | ns vmpod > name node"),
    "guarded": series("ns name vmpod? | ns name | ns vmpod > name", guards=[Guard("vmpod", "!=", "")]),
    "doubly": series("a b? c? | | a > b", guards=[Guard("b", "!=", ""), Guard("c", "=", "1")]),
}


class Known:
    """The metrics above."""

    def type_of(self, metric: str) -> SeriesType | None:
        return TYPES.get(metric)


def inferred(text: str) -> Inference:
    return infer(parse(text), Known())


PLACES = [
    # expression, code, the words that fail, the words that are the reason, the labels asked for, what may vary
    ("g * on (ns) group_left (name) o", "E2", "on (ns)", "o", "(ns)", "pod"),
    ("o * on (ns) group_right (name) g", "E2", "on (ns)", "o", "(ns)", "pod"),
    ("g * on (ns, pod) o", "E3", "on (ns, pod)", "g", "(ns, pod)", "gpu"),
    ("g * on (ns, pod) group_left (gpu) o", "E4", "gpu", "g", "all but (__name__, gpu)", "gpu"),
    ("g + o", "E2", None, None, None, None),
    ('abs({__name__=~"g|h"})', "E1", "abs", '{__name__=~"g|h"}', "all but (__name__)", "__name__"),
    ('label_replace(g, "gpu", "", "", "")', "E1", "gpu", "g", "all but (gpu)", "gpu"),
]


@pytest.mark.parametrize(
    ("text", "code", "failing", "reason", "key", "varying"), PLACES, ids=[case[0] for case in PLACES]
)
def test_a_failure_says_where_and_why(
    text: str, code: str, failing: str | None, reason: str | None, key: str | None, varying: str | None
) -> None:
    failures = inferred(text).failures
    if failing is None:
        assert failures == ()
        return
    (failure,) = failures
    asked = ("all but " if failure.all_but else "") + "(" + ", ".join(sorted(failure.key)) + ")"
    assert (
        failure.code,
        text[failure.span.start : failure.span.end],
        text[failure.reason_span.start : failure.reason_span.end],
        asked,
        " ".join(sorted(failure.varying)),
    ) == (code, failing, reason, key, varying)


def test_one_cause_is_told_once() -> None:
    assert [failure.code for failure in inferred("sum(rate({__name__=~'g|h'}[5m]) * 2) + -rate(g[5m])").failures] == [
        "E1"
    ]


MISMATCHES = [
    ("g * on (ns, pod) group_left (name) topk by (ns, pod) (1, i)", [("pod", "launcher", "exporter")]),
    ("g and on (ns, pod) i", [("pod", "launcher", "exporter")]),
    ("g unless ignoring (gpu, name, vmpod, node) i", [("pod", "launcher", "exporter")]),
    ('g and on (ns, pod) label_replace(i{vmpod!=""}, "pod", "$1", "vmpod", "(.+)")', []),
    ("g and on (ns, pod) o", []),
    ("g and on (ns) i", []),
    ('g and on (ns, pod) label_replace(i, "pod", "x", "", "")', []),
]


@pytest.mark.parametrize(("text", "found"), MISMATCHES, ids=[case[0] for case in MISMATCHES])
def test_labels_that_name_different_things(text: str, found: list[tuple[str, str, str]]) -> None:
    findings = inferred(text).findings
    assert all(isinstance(item, Mismatch) for item in findings)
    assert [(item.label, item.left, item.right) for item in findings if isinstance(item, Mismatch)] == found


DOMAINS = [
    # expression, the domains of its labels
    ("g", "ns:ns pod:launcher"),
    ("g{pod='x'}", "ns:ns pod:launcher"),
    ("sum by (pod) (g)", "pod:launcher"),
    ("rate(g[5m])", "ns:ns pod:launcher"),
    ('label_replace(g, "to", "$1", "pod", "(.+)")', "ns:ns pod:launcher to:launcher"),
    ('label_replace(g, "to", "$1", "pod", "(.*)")', "ns:ns pod:launcher to:launcher"),
    ('label_replace(g, "to", "$1", "pod", "(.+)-x")', "ns:ns pod:launcher"),
    ('label_replace(g, "to", "x-$1", "pod", "(.+)")', "ns:ns pod:launcher"),
    ('label_replace(g, "pod", "$1", "gpu", "(a.*)")', "ns:ns"),
    ('label_replace(g, "pod", "x", "", "")', "ns:ns"),
    ('label_replace(i, "pod", "$1", "vmpod", "(.+)")', "ns:ns vmpod:launcher"),
    ('label_replace(i{vmpod!=""}, "pod", "$1", "vmpod", "(.+)")', "ns:ns pod:launcher vmpod:launcher"),
    ('label_join(g, "to", "", "pod")', "ns:ns pod:launcher to:launcher"),
    ('label_join(g, "to", "-", "ns", "pod")', "ns:ns pod:launcher"),
    ('label_join(g, "pod", "-", "ns", "pod")', "ns:ns"),
    ('count_values by (ns, pod) ("pod", g)', "ns:ns"),
    ("g or o", "ns:ns pod:launcher"),
    ("g or on (ns) i", "ns:ns vmpod:launcher"),
    ("sum by (ns, pod) (x) * on (ns, pod) o", "ns:ns pod:launcher"),
    ("x * on (ns) group_left (pod) max by (ns, pod) (topk by (ns) (1, g))", "ns:ns pod:launcher"),
    ("info(i)", "ns:ns pod:exporter"),
    ("absent(g{pod='x'})", ""),
]


@pytest.mark.parametrize(("text", "domains"), DOMAINS)
def test_what_labels_name(text: str, domains: str) -> None:
    found = inferred(text).type
    assert isinstance(found, SeriesType)
    assert " ".join(f"{label}:{domain}" for label, domain in sorted(found.domains.items())) == domains


REASONS = [
    # expression, the words that are the reason, what they did, metrics of which nothing is known
    ("g * on (ns) group_left () max by (ns, name) (o)", "name", "`name` is kept here and may differ", ""),
    ("g * on (ns, pod) group_left () max by (ns, name) (o)", "by (ns, name)", "`pod` was dropped here", ""),
    ("g * on (ns, pod) group_left () last_over_time(topk by (ns, pod) (1, i)[9m:])", "9m",
     "the range brings together series that lived one after the other", ""),
    ("g * on (ns, pod) group_left () (topk by (ns, pod) (1, g) or topk by (ns, pod) (1, i))", "or",
     "series of both sides stand side by side here", ""),
    ('g * on (ns, pod) group_left () label_replace(o, "pod", "x$1", "name", "a(.*)")', "pod",
     "`pod` is written here", ""),
    ("sum by (ns) (g) * on (ns) group_left () (o * on (ns, pod) group_left (gpu) topk by (ns, pod) (1, g))", "o",
     "series here may differ in pod", ""),
    ("sum by (ns) (g) * on (ns) x", "x", "series here may differ in labels that are not known", "x"),
    ("sum by (ns) (g) * on (ns) {ns='a'}", "{ns='a'}", "series here may differ in __name__", "*"),
    ("sum by (ns) (g) * on (ns) (x or g)", "x", "series here may differ in labels that are not known", "x"),
    ("-({__name__=~'g|h'})", "{__name__=~'g|h'}", "series here may differ in __name__", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words", "reason", "unknown"), REASONS, ids=[case[0] for case in REASONS])
def test_which_word_lost_the_key(text: str, words: str, reason: str, unknown: str) -> None:
    failure = inferred(text).failures[-1]
    span = failure.reason_span
    told = (text[span.start : span.end], failure.reason, " ".join(sorted(failure.unknown)))
    assert told == (words, reason, unknown)


EMPTY_SERIES = [
    ("g{gpu=''}", True), ("g{nosuch!=''}", True), ("g{nosuch='x'}", True), ("g{ns='a',ns='b'}", True),
    ("g{ns='a',ns=~'b'}", True), ("g{ns='a',ns=~'a|b'}", False), ("x{a='1'}", False), ("x{a='1',a='2'}", True),
    ("g{nosuch=''}", False), ("abs(g{gpu=''})", True), ("sum(g{gpu=''})", True), ("absent(g{gpu=''})", False),
    ("g{gpu=''} or g", False), ("g{gpu=''} or g{ns=''}", True), ("g and g{gpu=''}", True),
    ("g unless g{gpu=''}", False), ("g{ns='a'} * g{ns='b'}", True), ("g{ns='a'} * on (pod, gpu) g{ns='b'}", False),
    ("g * on (name) o", True), ("g and on (name) o", True), ("i * on (ns, vmpod) o", False),
    ("count_values('v', g{gpu=''})", True), ("rate(g{gpu=''}[5m])", True), ("{__name__=~'g|o',gpu=''}", False),
    ("{__name__=~'g|h',gpu=''}", True), ("label_replace(g{gpu=''}, 'a', '', '', '')", True), ("vector(0)", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "empty"), EMPTY_SERIES, ids=[case[0] for case in EMPTY_SERIES])
def test_what_can_yield_no_series(text: str, empty: bool) -> None:
    found = inferred(text).type
    assert isinstance(found, SeriesType)
    assert found.empty is empty


GUARDS = [
    ("guarded", ""),
    ('guarded{vmpod!=""}', "ns vmpod > name"),
    ('guarded{vmpod=~".+"}', "ns vmpod > name"),
    ('guarded{vmpod="p"}', "ns > name"),
    ('guarded{ns!=""}', ""),
    (
        '{__name__=~"guarded|i",vmpod!=""}',
        "node > __name__, __name__ ns vmpod > name node, node ns vmpod > __name__ name",
    ),
    ('{__name__=~"guarded|i"}', "node > __name__, __name__ ns vmpod > node"),
    ('last_over_time(guarded{vmpod!=""}[5m])', "ns vmpod > name"),
    ('guarded{vmpod!=""} or guarded{vmpod!="",ns="a"}', "ns vmpod > name"),
    ("guarded{vmpod!=''} or guarded", ""),
    ('doubly{b!=""}', ""),
    ('doubly{b!="",c="1"}', "a > b"),
]


@pytest.mark.parametrize(("text", "dependencies"), GUARDS, ids=[case[0] for case in GUARDS])
def test_a_guarded_dependency_holds_where_the_matchers_establish_its_guards(text: str, dependencies: str) -> None:
    found = inferred(text).type
    assert isinstance(found, SeriesType)
    assert dependencies_told(found) == dependencies
    assert not any(item.guards for item in found.dependencies)


CHANGES = [
    ("sum by (ns) (g)", "pod", "dropped", "by (ns)"),
    ("sum without (gpu, pod) (g)", "pod", "dropped", "pod"),
    ("o * on (ns) group_left (name) topk by (ns) (1, i)", "name", "overwritten", "name"),
    ("g * on (ns, pod) group_left (name) o", "name", "copied", "name"),
    ("g * on (ns, pod) group_left (name, zone) o", "zone", "dropped", "zone"),
    ("o * on (ns, pod) o", "name", "dropped", "on (ns, pod)"),
    ('label_replace(g, "x", "$1", "pod", "(.+)")', "x", "copied", "x"),
    ('label_replace(g, "pod", "$1", "gpu", "(a.*)")', "pod", "overwritten", "pod"),
    ('label_replace(g, "x", "one", "", "")', "x", "set", "x"),
    ('g{gpu=""}', "gpu", "dropped", 'gpu=""'),
]


@pytest.mark.parametrize(("text", "label", "what", "words"), CHANGES, ids=[case[0] for case in CHANGES])
def test_why_a_label_changed(text: str, label: str, what: str, words: str) -> None:
    found = inferred(text).type
    assert isinstance(found, SeriesType)
    change = found.changes[label]
    assert (change.what, text[change.span.start : change.span.end]) == (what, words)


RECORDS = [
    # expression, rule labels, labels, keys, whether it may fail
    ("o", {}, "r: name node ns pod", "ns pod", False),
    ("topk by (ns, name) (1, i)", {}, "r: name node ns pod vmpod?", "name ns pod", False),
    ("group by (ns, name, node) (topk by (ns, name) (1, i))", {}, "r: name node ns", "name node ns", False),
    ("sum(g)", {}, "r", "()", False),
    ("sum(g)", {"input": "dcgm"}, "r: input=dcgm", "()", False),
    ("o", {"name": "x"}, "r: name=x node ns pod", "ns pod", False),
    ("o", {"name": ""}, "r: node ns pod", "ns pod", False),
    ("o", {"pod": "x"}, "r: name node ns pod=x", "name node ns", True),
    ('{__name__=~"g|o"}', {}, "r: gpu? name? node? ns pod", "gpu ns pod", False),
    ('{__name__=~"g|h"}', {}, "r: gpu ns pod", "gpu ns pod", True),
    ("unknown", {}, "r: ...", "", False),
    ("time()", {}, "r", "()", False),
]


@pytest.mark.parametrize(("text", "rule_labels", "labels", "keys", "fails"), RECORDS)
def test_a_record_keeps_what_holds_for_all_time(
    text: str, rule_labels: dict[str, str], labels: str, keys: str, fails: bool
) -> None:
    recorded, failure = record_type("r", inferred(text).type, rule_labels)
    assert (labels_told(recorded), keys_told(recorded)) == (labels, keys)
    assert (failure is not None and failure.code == "E5") is fails


def test_a_record_names_no_words_of_its_rule() -> None:
    recorded, _ = record_type("r", inferred("sum by (ns) (g)").type, {"l": "1"}, Span(3, 4))
    assert {label: (change.what, change.span) for label, change in recorded.changes.items()} == {
        "pod": ("dropped", NOWHERE),
        "gpu": ("dropped", NOWHERE),
        "l": ("set", NOWHERE),
    }


UNITED = [
    # expressions and rule labels of the rules that write one record, its labels and keys
    ([("o", {})], "r: name node ns pod", "ns pod"),
    ([("o", {"l": "1"}), ("o", {"l": "2"})], "r: l name node ns pod", "l ns pod"),
    ([("o", {"l": "1"}), ("g", {"l": "2"})], "r: gpu? l name? node? ns pod", "gpu ns pod"),
    ([("o", {"l": "1"}), ("o", {})], "r: l? name node ns pod", "l ns pod"),
    ([("o", {}), ("o", {})], "r: name node ns pod", "name node ns pod"),
    ([("o", {}), ("g", {})], "r: gpu? name? node? ns pod", "gpu ns pod"),
    ([("sum(g)", {"l": "1"}), ("sum(o)", {"l": "2"}), ("vector(1)", {"l": "3"})], "r: l", "l"),
    ([("sum(g)", {}), ("sum by (ns) (o)", {})], "r: ns?", "ns"),
    ([("x", {}), ("o", {})], "r: name? node? ns? pod? ...", ""),
]


@pytest.mark.parametrize(("rules", "labels", "keys"), UNITED)
def test_a_record_of_several_rules(rules: list[tuple[str, dict[str, str]]], labels: str, keys: str) -> None:
    united = united_records([record_type("r", inferred(text).type, own)[0] for text, own in rules])
    united = united._replace(constants={})
    assert (labels_told(united), keys_told(united)) == (labels, keys)


@pytest.mark.parametrize(
    ("text", "labels", "reason"),
    [
        ("o", {"pod": "x", "l": "1"}, "`pod` gets one value"),
        ('{__name__=~"g|h"}', {"l": "1"}, "series of several names get one name"),
        (
            '{__name__=~"g|h"}',
            {"ns": "", "pod": "1"},
            "`ns`, `pod` get one value and series of several names get one name",
        ),
    ],
)
def test_why_the_labels_of_a_rule_collide(text: str, labels: dict[str, str], reason: str) -> None:
    failure = record_type("r", inferred(text).type, labels)[1]
    assert failure is not None
    assert failure.reason == reason


def test_a_record_of_a_string_fails() -> None:
    recorded, failure = record_type("r", StringType("x"))
    assert failure is not None
    assert recorded.open


G, NUMBER, TEXT = selector("g"), number(1), StringLiteral("x")
MINUTE = Duration(60_000)
RANGE = MatrixSelector(G, MINUTE)

UNKNOWN: list[tuple[str, Expression]] = [
    ("nosuch", call("nosuch", G)),
    ("rate", call("rate", G)),
    ("rate", call("rate")),
    ("abs", call("abs", RANGE)),
    ("abs", call("abs", G, G)),
    ("label_replace", call("label_replace", G, TEXT)),
    ("label_replace", call("label_replace", G, StringLiteral("a b"), TEXT, TEXT, TEXT)),
    ("label_join", call("label_join", G, StringLiteral(""), TEXT, TEXT)),
    ("scalar", call("scalar", NUMBER)),
    ("vector", call("vector", G)),
    ("sum", Aggregation(Name("sum"), NUMBER)),
    ("sum", Aggregation(Name("sum"), G, None, NUMBER)),
    ("topk", Aggregation(Name("topk"), G)),
    ("topk", Aggregation(Name("topk"), G, None, TEXT)),
    ("count_values", Aggregation(Name("count_values"), G, None, NUMBER)),
    ("count_values", Aggregation(Name("count_values"), G, None, StringLiteral("a-b"))),
    ("median", Aggregation(Name("median"), G)),
    ("fill", Binary(Name("*"), G, G, group=GroupSide(), fill=Fill(NUMBER))),
    ("fill", Binary(Name("*"), G, NUMBER, fill=Fill(NUMBER))),
    ("histogram_quantiles", call("histogram_quantiles", G, StringLiteral("a-b"), NUMBER)),
    ("label_replace", call("label_replace", G, *(StringLiteral(text) for text in ("a", "b", "c", "(")))),
    ("default", Binary(Name("default"), G, G)),
    ("+", Binary(Name("+"), TEXT, NUMBER)),
    ("+", Binary(Name("+"), G, RANGE)),
    ("and", Binary(Name("and"), G, NUMBER)),
    ("and", Binary(Name("and"), G, G, group=GroupSide())),
    ("+", Binary(Name("+"), G, G, return_bool=True)),
    ("+", Binary(Name("+"), G, NUMBER, group=GroupSide())),
    ("-", Unary(Name("-"), TEXT)),
    ("~", Unary(Name("~"), G)),
    ("subquery", Subquery(RANGE, MINUTE)),
]


@pytest.mark.parametrize(("construct", "tree"), UNKNOWN)
def test_what_is_not_known_is_said_and_claims_nothing(construct: str, tree: Expression) -> None:
    inference = infer(tree, Known())
    assert [item.construct for item in inference.unproved] == [construct]
    assert not inference.safe
    found = inference.type
    assert isinstance(found, SeriesType)
    assert found.open
    assert (found.names, found.distinct, found.keys, found.dependencies) == (None, None, (), ())


def test_every_node_is_told_in_evaluation_order() -> None:
    tree = parse("sum by (ns) (rate(g[5m]) * 2) or vector(0)")
    nodes = inferred("sum by (ns) (rate(g[5m]) * 2) or vector(0)").nodes
    assert {type(node.expression) for node in nodes} == {type(node) for node in walk(tree)}
    assert len(nodes) == len(list(walk(tree)))
    assert nodes[0].expression == selector("g")
    assert nodes[-1].expression == tree


def test_a_tree_deeper_than_any_stack_is_typed() -> None:
    tree: Expression = selector("g", matcher("ns", "=", "a"))
    for _ in range(5000):
        tree = Unary(Name("-"), tree)
    assert infer(tree, Known()).safe


def test_a_wide_union_is_typed() -> None:
    tree: Expression = selector("g")
    for position in range(150):
        tree = Binary(Name("or"), tree, selector("o", matcher("ns", "=", str(position))))
    found = infer(tree, Known()).type
    assert isinstance(found, SeriesType)
    assert found.names == frozenset(("g", "o"))


def test_hundreds_of_names_are_one_type() -> None:
    listed = "|".join(f"m{position}" for position in range(1000))

    class Same:
        def type_of(self, metric: str) -> SeriesType | None:
            return TYPES["g"]

    found = infer(parse(f'max by (ns, pod) ({{__name__=~"{listed}"}})'), Same())
    assert found.safe
    assert isinstance(found.nodes[0].type, SeriesType)
    assert keys_told(found.nodes[0].type) == "__name__ gpu ns pod"


EMPTY = [
    (".+", False), (".*", True), ("", True), ("a|", True), ("a|b", False), ("a?", True), ("a{0,3}", True),
    ("a{1,3}", False), ("a{2}b*", False), ("(a|b)*", True), ("(a*|b)", True), ("(?:a)(b?)", False), ("[]a]", False),
    ("[^]]*", True), ("[[:alpha:]]", False), ("[a\\]]+", False), ("^$", True), ("^a$", False), ("\\d+", False),
    ("\\.", False), ("x+?", False), ("a**", None), ("(?i)a", None), ("\\Qx\\E", None), ("\\b", None), ("(", None),
    (")", None), ("[", None), ("a\\", None), ("*", None), ("(" * 60 + ")" * 60, None), ("a{99999999}", None),
    ("\\pL", None), ("a{x", None), ("é", False),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "empty"), EMPTY)
def test_whether_a_pattern_matches_the_empty_string(pattern: str, empty: bool | None) -> None:
    assert matches_empty(pattern) is empty


LITERALS = [
    ("a", ("a",)), ("a|b|a", ("a", "b")), ("(a|b)", ("a", "b")), ("(?:a|b)", ("a", "b")), ("a\\.b", ("a.b",)),
    ("", ("",)), ("a|", ("a", "")), ("a.b", None), ("(a)|(b)", None), ("a\\d", None), ("a+", None), ("(a", None),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "found"), LITERALS)
def test_the_literals_of_a_pattern(pattern: str, found: tuple[str, ...] | None) -> None:
    assert literal_alternatives(pattern) == found
