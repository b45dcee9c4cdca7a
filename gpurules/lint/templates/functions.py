"""The functions and variables that templates of alerts know: Go's own and those of Prometheus (``template/template.go``
of 2.0 to 3.14; a function that any of these releases has counts as known)."""

from __future__ import annotations

_GO = (
    *("and", "or", "not", "len", "index", "slice", "print", "printf", "println", "html", "js", "urlquery", "call"),
    *("eq", "ne", "lt", "le", "gt", "ge"),
)
_PROMETHEUS = (
    *("query", "first", "label", "value", "strvalue", "sortByLabel", "args", "tmpl", "safeHtml"),
    *("reReplaceAll", "match", "title", "toUpper", "toLower", "stripPort", "stripDomain", "urlQueryEscape"),
    *("humanize", "humanize1024", "humanizeDuration", "humanizePercentage", "humanizeTimestamp"),
    *("toTime", "toDuration", "parseDuration", "now", "graphLink", "tableLink", "pathPrefix", "externalURL"),
)
FUNCTIONS = frozenset((*_GO, *_PROMETHEUS))
VARIABLES = frozenset(("$", "$labels", "$value", "$externalLabels", "$externalURL"))
CONSTANTS = frozenset(("true", "false", "nil"))
KEYWORDS = frozenset(("if", "else", "range", "with", "end", "define", "block", "template", "break", "continue"))
OPENING = frozenset(("if", "range", "with", "define", "block"))
