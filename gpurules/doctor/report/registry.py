"""Every form of the report: one line for each."""

from __future__ import annotations

from collections.abc import Mapping

from gpurules.doctor.report import html, json_document, text
from gpurules.doctor.report.form import Form

FORMS: Mapping[str, Form] = {
    "text": text.FORM,
    "json": json_document.FORM,
    "html": html.FORM,
}
