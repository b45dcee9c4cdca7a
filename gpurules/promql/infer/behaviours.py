"""What each function of PromQL takes and does to names and numbers: one row for each.

Functions of Prometheus 2.42 to 3.14, experimental ones among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gpurules.promql.infer.units import ValueEffect
from gpurules.promql.types import ExpressionType, RangeType, ScalarType, SeriesType, StringType


class Behaviour(NamedTuple):
    """``takes``: one letter for each argument, V vector, R range vector, S scalar, T string; ``?`` after an optional
    one, ``*`` after one that repeats. The labels are those of the vector, with or without the name."""

    takes: str
    value: ValueEffect
    keeps_name: bool = False
    needs_counter: bool = False
    adds_up: bool = False


_SHAPE = Behaviour("V", ValueEffect.SHAPED)
_NUMBER = Behaviour("V", ValueEffect.UNKNOWN)
_CALENDAR = Behaviour("V?", ValueEffect.PLAIN)
_SORT = Behaviour("V", ValueEffect.SAME, keeps_name=True)
_SORT_BY_LABEL = Behaviour("VT*", ValueEffect.SAME, keeps_name=True)
_RATE = Behaviour("R", ValueEffect.PER_SECOND, needs_counter=True)
_OVER_TIME = Behaviour("R", ValueEffect.SHAPED)
_LAST = Behaviour("R", ValueEffect.SAME, keeps_name=True)
_COUNT = Behaviour("R", ValueEffect.COUNT)
_TIME_OF = Behaviour("R", ValueEffect.TIME)
_SMOOTHING = Behaviour("RSS", ValueEffect.SHAPED)
_HISTOGRAM = Behaviour("V", ValueEffect.UNKNOWN)

BEHAVIOURS: Mapping[str, Behaviour] = {
    "rate": _RATE,
    "irate": _RATE,
    "increase": Behaviour("R", ValueEffect.GROWTH, needs_counter=True),
    "delta": Behaviour("R", ValueEffect.GROWTH),
    "idelta": Behaviour("R", ValueEffect.GROWTH),
    "deriv": Behaviour("R", ValueEffect.PER_SECOND),
    "predict_linear": Behaviour("RS", ValueEffect.SHAPED),
    "double_exponential_smoothing": _SMOOTHING,
    "holt_winters": _SMOOTHING,
    "integral": Behaviour("RS?", ValueEffect.UNKNOWN),
    "changes": _COUNT,
    "resets": _COUNT,
    "avg_over_time": Behaviour("R", ValueEffect.SHAPED, adds_up=True),
    "sum_over_time": Behaviour("R", ValueEffect.SHAPED, adds_up=True),
    "min_over_time": _OVER_TIME,
    "max_over_time": _OVER_TIME,
    "mad_over_time": _OVER_TIME,
    "stddev_over_time": Behaviour("R", ValueEffect.SHAPED, adds_up=True),
    "stdvar_over_time": Behaviour("R", ValueEffect.SQUARED, adds_up=True),
    "quantile_over_time": Behaviour("SR", ValueEffect.SHAPED),
    "count_over_time": _COUNT,
    "present_over_time": Behaviour("R", ValueEffect.PRESENT),
    "last_over_time": _LAST,
    "first_over_time": _LAST,
    "ts_of_min_over_time": _TIME_OF,
    "ts_of_max_over_time": _TIME_OF,
    "ts_of_last_over_time": _TIME_OF,
    "ts_of_first_over_time": _TIME_OF,
    "timestamp": Behaviour("V", ValueEffect.TIME),
    "start_timestamp": Behaviour("V", ValueEffect.TIME),
    "abs": _SHAPE,
    "ceil": _SHAPE,
    "floor": _SHAPE,
    "round": Behaviour("VS?", ValueEffect.SHAPED),
    "clamp": Behaviour("VSS", ValueEffect.SHAPED),
    "clamp_min": Behaviour("VS", ValueEffect.SHAPED),
    "clamp_max": Behaviour("VS", ValueEffect.SHAPED),
    "sgn": Behaviour("V", ValueEffect.PLAIN),
    "histogram_avg": _HISTOGRAM,
    "histogram_count": Behaviour("V", ValueEffect.PLAIN),
    "histogram_stddev": _HISTOGRAM,
    "histogram_stdvar": _HISTOGRAM,
    "histogram_sum": _HISTOGRAM,
    "sqrt": _NUMBER,
    "exp": _NUMBER,
    "ln": _NUMBER,
    "log2": _NUMBER,
    "log10": _NUMBER,
    "sin": _NUMBER,
    "cos": _NUMBER,
    "tan": _NUMBER,
    "asin": _NUMBER,
    "acos": _NUMBER,
    "atan": _NUMBER,
    "sinh": _NUMBER,
    "cosh": _NUMBER,
    "tanh": _NUMBER,
    "asinh": _NUMBER,
    "acosh": _NUMBER,
    "atanh": _NUMBER,
    "deg": _NUMBER,
    "rad": _NUMBER,
    "minute": _CALENDAR,
    "hour": _CALENDAR,
    "day_of_week": _CALENDAR,
    "day_of_month": _CALENDAR,
    "day_of_year": _CALENDAR,
    "days_in_month": _CALENDAR,
    "month": _CALENDAR,
    "year": _CALENDAR,
    "sort": _SORT,
    "sort_desc": _SORT,
    "sort_by_label": _SORT_BY_LABEL,
    "sort_by_label_desc": _SORT_BY_LABEL,
}

SPECIAL: Mapping[str, str] = {
    "label_replace": "VTTTT",
    "label_join": "VTTT*",
    "absent": "V",
    "absent_over_time": "R",
    "scalar": "V",
    "vector": "S",
    "time": "",
    "pi": "",
    "start": "",
    "end": "",
    "step": "",
    "range": "",
    "max_of": "SS",
    "min_of": "SS",
    "histogram_quantile": "SV",
    "histogram_fraction": "SSV",
    "histogram_quantiles": "VTSS*",
    "info": "VV?",
}

_CLASSES: Mapping[str, type] = {"V": SeriesType, "R": RangeType, "S": ScalarType, "T": StringType}
_WORDS: Mapping[str, str] = {
    "V": "an instant vector",
    "R": "a range vector",
    "S": "a scalar",
    "T": "a string",
}


def wrong_argument(takes: str, arguments: Sequence[ExpressionType]) -> str:
    """What is wrong with the arguments of a function that takes ``takes``; empty where they fit."""
    wanted: list[tuple[str, str]] = []
    for letter in takes:
        if letter in "?*":
            wanted[-1] = (wanted[-1][0], letter)
        else:
            wanted.append((letter, ""))
    required = sum(1 for _, often in wanted if not often)
    repeated = bool(wanted) and wanted[-1][1] == "*"
    if len(arguments) < required or (len(arguments) > len(wanted) and not repeated):
        return f"it takes {required}{' or more' if repeated else ''} arguments, not {len(arguments)}"
    for index, argument in enumerate(arguments):
        letter = wanted[min(index, len(wanted) - 1)][0]
        if not isinstance(argument, _CLASSES[letter]):
            return f"its argument {index + 1} is not {_WORDS[letter]}"
    return ""
