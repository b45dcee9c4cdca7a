"""The forms of single values: names, releases, durations, selectors."""

from __future__ import annotations

from gpurules.text import duration
from gpurules.text.errors import InputError

DURATION = duration.PATTERN

LABEL_NAME = "(?!__)[a-zA-Z_][a-zA-Z0-9_]*"
"""A Prometheus label name; names that begin with two underscores are Prometheus' own."""

METRIC_NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*"

METRIC_PART = "|[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
"""The middle part of a record's name, as KubeVirt's name linter wants it."""

EXPORTER_RELEASE = "[A-Za-z0-9][A-Za-z0-9._+-]{0,63}"
KUBEVIRT_RELEASE = "|main|v?[0-9]{1,4}[.][0-9]{1,4}(?:[.][0-9]{1,4})?(?:[-+][A-Za-z0-9.+-]{1,64})?"

TARGET = (
    "|(?:prometheus|thanos|victoriametrics)=v?[0-9]{1,6}[.][0-9]{1,6}(?:[.][0-9]{1,6})?(?:[-+~][A-Za-z0-9.+~-]{1,64})?"
)

NAMESPACE = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""RFC 1123, a label."""

OBJECT_NAME = "(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[.][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
"""RFC 1123, a subdomain."""

OBJECT_LABEL_VALUE = "(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?"
_QUALIFIED = "[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
_PREFIX = "(?=[^/]{1,253}/)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/"
OBJECT_LABEL_KEY = f"(?:{_PREFIX})?{_QUALIFIED}"
RESOURCE_NAME = f"{_PREFIX}{_QUALIFIED}"

_LONGEST_SELECTOR = 4096
_LONGEST_FILE_NAME = 4096
_LONGEST_ANNOTATION = 64 * 1024


def wrong_in_duration(text: str) -> str:
    """Why ``text`` is no duration that time can be measured in, or nothing."""
    try:
        milliseconds = duration.parse_duration(text)
    except InputError as error:
        return error.problems[0].message
    return "" if milliseconds else "the duration must be longer than nothing"


def wrong_in_optional_duration(text: str) -> str:
    """The same, where an empty text is allowed."""
    return wrong_in_duration(text) if text else ""


def wrong_in_selector(text: str) -> str:
    """Why ``text`` cannot be label matchers, or nothing; whether it can be parsed is for PromQL to say."""
    if len(text) > _LONGEST_SELECTOR:
        return f"the label matchers are longer than {_LONGEST_SELECTOR} characters"
    if not text.isprintable():
        return "there is a control character in the label matchers"
    return ""


def wrong_in_file_name(text: str) -> str:
    """Why ``text`` cannot name a file, or nothing."""
    if not text:
        return "the name of a file is empty"
    if len(text) > _LONGEST_FILE_NAME:
        return f"the name of the file is longer than {_LONGEST_FILE_NAME} characters"
    return "there is a NUL character in the name of the file" if "\0" in text else ""


def wrong_in_metric_part(text: str) -> str:
    """Why ``text`` is no good middle part of a record's name, or nothing."""
    if len(text) > 200:
        return "the name is longer than 200 characters"
    return "the name is written without kubevirt_" if text.startswith("kubevirt_") else ""


def wrong_in_annotation(text: str) -> str:
    """Why Kubernetes refuses ``text`` as the value of an annotation, or nothing."""
    if len(text) > _LONGEST_ANNOTATION:
        return f"the annotation is longer than {_LONGEST_ANNOTATION} characters"
    return ""
