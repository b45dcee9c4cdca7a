"""Units and kinds through arithmetic, functions and aggregations, and what is said of those that do not go together."""

from __future__ import annotations

from fractions import Fraction

import pytest

from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.units import known_conversion
from gpurules.promql.syntax.parser import parse
from gpurules.promql.types import ONE, SECOND, Kind, ScalarType, SeriesType, Unit
from promql_notation import series

BYTE = Unit((("byte", 1),))
MIB = Unit(BYTE.dimension, Fraction(2**20))
PERCENT = Unit((), Fraction(1, 100))
JOULE = Unit((("joule", 1),))
WATT = JOULE.per(SECOND)
MILLIJOULE = Unit(JOULE.dimension, Fraction(1, 1000))
MILLIWATT = Unit(WATT.dimension, Fraction(1, 1000))

LABELS = "ns pod gpu | ns pod gpu"
TYPES = {
    "mib": series(LABELS, MIB, Kind.GAUGE),
    "bytes": series(LABELS, BYTE, Kind.GAUGE),
    "percent": series(LABELS, PERCENT, Kind.GAUGE),
    "ratio": series(LABELS, ONE, Kind.RATIO),
    "energy": series(LABELS, MILLIJOULE, Kind.COUNTER),
    "power": series(LABELS, WATT, Kind.GAUGE),
    "flag": series(LABELS, None, Kind.FLAG),
    "code": series(LABELS, None, Kind.CODE),
    "info": series("ns pod name | ns pod", ONE, Kind.INFO),
    "unknown": series(LABELS),
}


class Known:
    """The metrics above."""

    def type_of(self, metric: str) -> SeriesType | None:
        return TYPES.get(metric)


CASES = [
    # constants
    ("mib * 1048576", BYTE, Kind.GAUGE),
    ("1048576 * mib", BYTE, Kind.GAUGE),
    ("mib * 1024 * 1024", BYTE, Kind.GAUGE),
    ("mib * (1024 * 1024)", BYTE, Kind.GAUGE),
    ("mib * 2^20", BYTE, Kind.GAUGE),
    ("bytes / 1048576", MIB, Kind.GAUGE),
    ("percent / 100", ONE, Kind.GAUGE),
    ("percent * 0.01", ONE, Kind.GAUGE),
    ("ratio * 100", PERCENT, Kind.RATIO),
    ("energy / 1000", JOULE, Kind.COUNTER),
    ("energy * 2", MILLIJOULE, Kind.COUNTER),
    ("energy * -1", MILLIJOULE, Kind.GAUGE),
    ("-energy", MILLIJOULE, Kind.GAUGE),
    ("time() / 3600 * info", Unit(SECOND.dimension, Fraction(3600)), Kind.GAUGE),
    ("timestamp(power) / 60", Unit(SECOND.dimension, Fraction(60)), Kind.TIMESTAMP),
    ("energy / 1000 / 3600000", Unit(JOULE.dimension, Fraction(3_600_000)), Kind.COUNTER),
    ("energy + 1", MILLIJOULE, Kind.GAUGE),
    ("bytes / 8", BYTE, Kind.GAUGE),
    ("bytes * 10", BYTE, Kind.GAUGE),
    ("bytes / 0", BYTE, Kind.GAUGE),
    ("0 * info", ONE, Kind.FLAG),
    ("2 * info", ONE, Kind.GAUGE),
    ("unknown * 1024", None, Kind.UNKNOWN),
    ("1 / power", Unit((("joule", -1), ("second", 1))), Kind.GAUGE),
    # functions
    ("rate(energy[5m])", MILLIWATT, Kind.RATE),
    ("rate(energy[5m]) / 1000", WATT, Kind.RATE),
    ("increase(energy[5m])", MILLIJOULE, Kind.GAUGE),
    ("deriv(power[5m])", WATT.per(SECOND), Kind.RATE),
    ("last_over_time(energy[5m])", MILLIJOULE, Kind.COUNTER),
    ("max_over_time(energy[5m])", MILLIJOULE, Kind.GAUGE),
    ("stdvar_over_time(power[5m])", WATT.times(WATT), Kind.GAUGE),
    ("count_over_time(power[5m])", ONE, Kind.GAUGE),
    ("present_over_time(power[5m])", ONE, Kind.INFO),
    ("timestamp(power)", SECOND, Kind.TIMESTAMP),
    ("time() - timestamp(power)", SECOND, Kind.GAUGE),
    ("absent(power)", ONE, Kind.FLAG),
    ("clamp_max(power, 1)", WATT, Kind.GAUGE),
    ("sqrt(power)", None, Kind.GAUGE),
    ("sgn(power)", ONE, Kind.GAUGE),
    ("histogram_quantile(0.9, rate(energy[5m]))", None, Kind.GAUGE),
    ("histogram_fraction(0, 1, power)", ONE, Kind.RATIO),
    ("histogram_count(power)", ONE, Kind.GAUGE),
    ("histogram_sum(power)", None, Kind.GAUGE),
    ("holt_winters(power[5m], 0.5, 0.5)", WATT, Kind.GAUGE),
    ("ts_of_max_over_time(power[5m])", SECOND, Kind.TIMESTAMP),
    ("start_timestamp(energy)", SECOND, Kind.TIMESTAMP),
    ("sum_over_time(power[1h:30s])", WATT, Kind.GAUGE),
    ("sum_over_time(power[1h:30s]) * 30", JOULE, Kind.GAUGE),
    ("30 * (sum_over_time((power)[1h:30s]))", JOULE, Kind.GAUGE),
    ("sum_over_time(power[1h:1m]) * 60", JOULE, Kind.GAUGE),
    ("sum_over_time(power[1h:30s]) * 30 / 3600000", Unit(JOULE.dimension, Fraction(3_600_000)), Kind.GAUGE),
    ("sum_over_time(info[1h:30s]) * 30", SECOND, Kind.GAUGE),
    ("sum_over_time(power[1h:15s]) * 30", WATT, Kind.GAUGE),
    ("sum_over_time(power[1h:]) * 30", WATT, Kind.GAUGE),
    ("sum_over_time(power[1h]) * 30", WATT, Kind.GAUGE),
    ("avg_over_time(power[1h:30s]) * 30", WATT, Kind.GAUGE),
    ("sum_over_time(power[1h:30s]) / 30", WATT, Kind.GAUGE),
    ("integral(power[5m])", None, Kind.GAUGE),
    ("info(power)", WATT, Kind.GAUGE),
    ("limitk(1, power)", WATT, Kind.GAUGE),
    ("limit_ratio(0.5, code)", None, Kind.CODE),
    ("quantile(0.5, energy)", MILLIJOULE, Kind.GAUGE),
    ("sort_by_label(energy, 'ns')", MILLIJOULE, Kind.COUNTER),
    ("day_of_week(power)", ONE, Kind.GAUGE),
    ("scalar(power) * ratio", WATT, Kind.GAUGE),
    ("power </ 5", None, Kind.UNKNOWN),
    ("max_of(2, 3) * bytes", BYTE, Kind.GAUGE),
    ("mib * max_of(1048576, 3)", BYTE, Kind.GAUGE),
    ("step() * power", JOULE, Kind.GAUGE),
    ("power + fill(0) power", WATT, Kind.GAUGE),
    ("power atan2 power", None, Kind.GAUGE),
    # aggregations
    ("sum(power)", WATT, Kind.GAUGE),
    ("max by (ns) (ratio)", ONE, Kind.RATIO),
    ("min by (ns) (flag)", None, Kind.FLAG),
    ("max by (ns) (code)", None, Kind.CODE),
    ("sum(flag)", ONE, Kind.GAUGE),
    ("avg(flag)", ONE, Kind.RATIO),
    ("sum(info)", ONE, Kind.GAUGE),
    ("max(info)", ONE, Kind.INFO),
    ("count(power)", ONE, Kind.GAUGE),
    ("group by (ns) (power)", ONE, Kind.INFO),
    ("stdvar(power)", WATT.times(WATT), Kind.GAUGE),
    ("topk(1, power)", WATT, Kind.GAUGE),
    ('count_values("v", power)', ONE, Kind.GAUGE),
    # two vectors
    ("power * on (ns, pod) group_left (name) info", WATT, Kind.GAUGE),
    ("info * on (ns, pod) group_right (name) power", WATT, Kind.GAUGE),
    ("flag * on (ns, pod) group_left (name) info", None, Kind.FLAG),
    ("power / on (ns, pod) group_left () info", WATT, Kind.GAUGE),
    ("power * flag", WATT, Kind.GAUGE),
    ("power * (bytes > bool 0)", WATT, Kind.GAUGE),
    ("bytes / bytes", ONE, Kind.RATIO),
    ("mib / bytes", Unit((), Fraction(2**20)), Kind.RATIO),
    ("bytes / power", BYTE.per(WATT), Kind.GAUGE),
    ("bytes * power", BYTE.times(WATT), Kind.GAUGE),
    ("bytes + bytes", BYTE, Kind.GAUGE),
    ("energy + energy", MILLIJOULE, Kind.GAUGE),
    ("energy - unknown", None, Kind.UNKNOWN),
    ("info or vector(0)", ONE, Kind.FLAG),
    ("info or vector(2)", ONE, Kind.GAUGE),
    ("info + 1", ONE, Kind.GAUGE),
    ("power > 5", WATT, Kind.GAUGE),
    ("5 < power", WATT, Kind.GAUGE),
    ("power > bool 5", ONE, Kind.FLAG),
    ("power ^ 2", None, Kind.GAUGE),
    # either
    ("power or power", WATT, Kind.GAUGE),
    ("count(power) or vector(0)", ONE, Kind.GAUGE),
    ("sum(power) or (vector(0))", WATT, Kind.GAUGE),
    ("count by (ns) (power) or 0 * group by (ns) (info)", ONE, Kind.GAUGE),
    ("0 * group(power) or group(info)", ONE, Kind.FLAG),
    ("power and info", WATT, Kind.GAUGE),
    ("power unless on (ns) bytes", WATT, Kind.GAUGE),
]


@pytest.mark.parametrize(("text", "unit", "kind"), CASES, ids=[case[0] for case in CASES])
def test_unit_and_kind(text: str, unit: Unit | None, kind: Kind) -> None:
    inference = infer(parse(text), Known())
    assert isinstance(inference.type, SeriesType)
    assert (inference.type.unit, inference.type.kind) == (unit, kind)
    assert inference.findings == ()


SCALARS = [
    ("2 * 3", 6.0, None),
    ("2 ^ 1024", None, None),
    ("1 / 0", None, None),
    ("(-8) ^ 0.5", None, None),
    ("-(1)", -1.0, None),
    ("time()", None, SECOND),
    ("scalar(power)", None, WATT),
    ("pi()", 3.141592653589793, None),
]


@pytest.mark.parametrize(("text", "value", "unit"), SCALARS, ids=[case[0] for case in SCALARS])
def test_a_scalar(text: str, value: float | None, unit: Unit | None) -> None:
    assert infer(parse(text), Known()).type == ScalarType(value, unit)


FINDINGS = [
    ("rate(power[5m])", "applies rate to a gauge"),
    ("increase(flag[5m])", "applies increase to a flag"),
    ("irate(ratio[5m])", "applies irate to a ratio"),
    ("sum(code)", "applies sum to a code"),
    ("avg by (ns) (code)", "applies avg to a code"),
    ("avg_over_time(code[5m])", "applies avg_over_time to a code"),
    ("mib + bytes", "brings together different units with +: 1048576 byte and byte"),
    ("power > bytes", "brings together different units with >: joule/second and byte"),
    ("mib or bytes", "brings together different units with or: 1048576 byte and byte"),
    ("time() - power", "brings together different units with -: second and joule/second"),
]


@pytest.mark.parametrize(("text", "message"), FINDINGS, ids=[case[0] for case in FINDINGS])
def test_numbers_that_do_not_go_together(text: str, message: str) -> None:
    assert [finding.message for finding in infer(parse(text), Known()).findings] == [message]


@pytest.mark.parametrize(
    "factor", [1024, 1 / 1024, 2**20, 2**40, 1000, 0.001, 1e-9, 1e9, 100, 0.01, 60, 3600, 60000, 1024000, 3600e3]
)
def test_a_conversion(factor: float) -> None:
    assert known_conversion(factor) == Fraction(repr(float(factor)))


@pytest.mark.parametrize(
    "factor", [0, 1, -1000, 2, 8, 10, 0.1, 0.5, 7, 24, 86400, 1e300, float("inf"), float("nan"), 2.0**-1074]
)
def test_no_conversion(factor: float) -> None:
    assert known_conversion(factor) is None
