"""The functions, aggregations and operators of PromQL as Prometheus 2.42 to 3.14 know them.

Source: the function list and the operator precedence of Prometheus' documentation ("Query functions", "Operators").
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class ValueType(Enum):
    """What an expression evaluates to; the value is Prometheus' word for it."""

    SCALAR = "scalar"
    INSTANT = "instant vector"
    RANGE = "range vector"
    STRING = "string"


class Function(NamedTuple):
    """One function.

    ``arguments`` are the types in order. ``variadic`` 0: exactly these; n > 0: the last may be absent or stand up to n
    times; -1: the last may be absent or stand any number of times.
    ``keeps_name``: the metric name of the first vector argument survives.
    ``experimental``: Prometheus wants ``--enable-feature=promql-experimental-functions``.
    """

    name: str
    arguments: tuple[ValueType, ...]
    returns: ValueType = ValueType.INSTANT
    variadic: int = 0
    keeps_name: bool = False
    experimental: bool = False

    def accepts(self, count: int) -> bool:
        """Whether a call with so many arguments is complete and not too long."""
        least = len(self.arguments) if self.variadic == 0 else len(self.arguments) - 1
        most = least + self.variadic
        return least <= count and (self.variadic < 0 or count <= most)

    def argument(self, index: int) -> ValueType:
        """The type wanted at ``index``; past the end the last type repeats."""
        return self.arguments[min(index, len(self.arguments) - 1)]


_S = ValueType.SCALAR
_V = ValueType.INSTANT
_R = ValueType.RANGE
_T = ValueType.STRING

_PLAIN_OF_VECTOR = (
    "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count "
    "histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad sgn sin sinh sqrt tan tanh timestamp"
)
_DATE_OF_VECTOR = "day_of_month day_of_week day_of_year days_in_month hour minute month year"
_PLAIN_OF_RANGE = (
    "absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate max_over_time "
    "min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time"
)
_EXPERIMENTAL_OF_RANGE = (
    "mad_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time"
)

FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        *(Function(name, (_V,)) for name in _PLAIN_OF_VECTOR.split()),
        *(Function(name, (_V,), variadic=1) for name in _DATE_OF_VECTOR.split()),
        *(Function(name, (_R,)) for name in _PLAIN_OF_RANGE.split()),
        *(Function(name, (_R,), experimental=True) for name in _EXPERIMENTAL_OF_RANGE.split()),
        Function("clamp", (_V, _S, _S)),
        Function("clamp_max", (_V, _S)),
        Function("clamp_min", (_V, _S)),
        Function("double_exponential_smoothing", (_R, _S, _S), experimental=True),
        Function("end", (), _S, experimental=True),
        Function("first_over_time", (_R,), keeps_name=True, experimental=True),
        Function("histogram_fraction", (_S, _S, _V)),
        Function("histogram_quantile", (_S, _V)),
        Function("histogram_quantiles", (_V, _T, _S, _S), variadic=9, experimental=True),
        Function("holt_winters", (_R, _S, _S)),
        Function("info", (_V, _V), variadic=1, keeps_name=True, experimental=True),
        Function("integral", (_R, _S), variadic=1, experimental=True),
        Function("label_join", (_V, _T, _T, _T), variadic=-1, keeps_name=True),
        Function("label_replace", (_V, _T, _T, _T, _T), keeps_name=True),
        Function("last_over_time", (_R,), keeps_name=True),
        Function("max_of", (_S, _S), _S, experimental=True),
        Function("min_of", (_S, _S), _S, experimental=True),
        Function("pi", (), _S),
        Function("predict_linear", (_R, _S)),
        Function("quantile_over_time", (_S, _R)),
        Function("range", (), _S, experimental=True),
        Function("round", (_V, _S), variadic=1),
        Function("scalar", (_V,), _S),
        Function("sort", (_V,), keeps_name=True),
        Function("sort_by_label", (_V, _T), variadic=-1, keeps_name=True, experimental=True),
        Function("sort_by_label_desc", (_V, _T), variadic=-1, keeps_name=True, experimental=True),
        Function("sort_desc", (_V,), keeps_name=True),
        Function("start", (), _S, experimental=True),
        Function("start_timestamp", (_V,), experimental=True),
        Function("step", (), _S, experimental=True),
        Function("time", (), _S),
        Function("vector", (_S,)),
    )
}

RENAMED: dict[str, str] = {"holt_winters": "double_exponential_smoothing"}
"""Functions of Prometheus 2 that Prometheus 3.0 knows under another name only."""

AGGREGATIONS: dict[str, ValueType | None] = {
    "avg": None,
    "bottomk": _S,
    "count": None,
    "count_values": _T,
    "group": None,
    "limit_ratio": _S,
    "limitk": _S,
    "max": None,
    "min": None,
    "quantile": _S,
    "stddev": None,
    "stdvar": None,
    "sum": None,
    "topk": _S,
}
"""Aggregation -> the type of its parameter, None where it has none."""

EXPERIMENTAL_AGGREGATIONS = frozenset({"limitk", "limit_ratio"})

SET_OPERATORS = frozenset({"and", "or", "unless"})
COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
PRECEDENCE: dict[str, int] = {
    "or": 1,
    "and": 2,
    "unless": 2,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "</", ">/"), 3),
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "%": 5,
    "atan2": 5,
    "^": 6,
}
"""Binary operator -> how tightly it binds; all are left associative but ``^``."""

UNARY_PRECEDENCE = 5
POWER_PRECEDENCE = 6

NOT_METRIC_NAMES = frozenset({"atan2", "bool", "group_left", "group_right", "ignoring", "inf", "nan", "on"})
"""Words (in any case) that cannot stand unquoted where a metric name stands."""

NOT_GROUPING_LABELS = frozenset({"inf", "nan", "without"})
"""Words (in any case) that cannot stand unquoted in the label list of a grouping, a matching or a group side."""
