"""What lint says of the templates of alerts, held against promtool."""

from __future__ import annotations

import json
import random
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import yaml
from hypothesis import given
from hypothesis import strategies as st

from gpurules.lint.templates.reading import read_template

WRONG = (
    "{{ $labels.a-b }}",
    '{{ $labels["x"] }}',
    "{{ $labels.x }",
    "{{ $labels.x",
    "{{",
    "{{ }}",
    "{{ end }}",
    "{{ end }} {{ if $value }}",
    "{{ if $value }}",
    "{{ if $labels.a }}{{ if $labels.b }}{{ end }}",
    "{{ if }}a{{ end }}",
    "{{ else }}",
    "{{ else if $value }}",
    "{{ break }}",
    "{{ continue }}",
    "{{ $label.x }}",
    "{{ $values }}",
    "{{ $1 }}",
    "{{ range $i, $l := $labels }}{{ $i }}{{ end }}{{ $i }}",
    "{{ if true }}{{ $x := 3 }}{{ end }}{{ $x }}",
    "{{ $value | humanise }}",
    "{{ labels.x }}",
    "{{-$value}}",
    "{{ ($value }}",
    "{{ $value) }}",
    "{{ $value == 1 }}",
    "{{ $value*100 }}",
    "{{ $value / 100 }}",
    "{{ $labels.x:y }}",
    "{{ $labels. x }}",
    "{{ .. }}",
    '{{ "abc }}',
    'a {{ "b',
    '{{ define "x" }}{{ $labels.a }}{{ end }}',
    '{{ block "x" . }}{{ $value }}{{ end }}',
    '{{ if true }}{{ define "x" }}a{{ end }}{{ end }}',
    '{{ define "x" }}{{ define "y" }}{{ end }}{{ end }}',
    "{{ define x }}a{{ end }}",
    "{{ define 'x' }}a{{ end }}",
    '{{ define "x" . }}a{{ end }}',
    '{{ define "x" }}a',
    '{{ define "x" }}a{{ else }}b{{ end }}',
    '{{ define "x" }}{{ $y := . }}{{ end }}{{ $y }}',
    '{{ $y := 1 }}{{ define "x" }}{{ $y }}{{ end }}',
    "{{ template x }}",
    "{{ template }}",
    '{{ block "x" }}a{{ end }}',
    '{{ $value | template "x" }}',
    '{{ (template "x") }}',
    '{{ range $labels }}{{ block "x" . }}{{ break }}{{ end }}{{ end }}',
    "{{ if true }}a{{ else }}b{{ else }}c{{ end }}",
    '{{ if true }}a{{ else template "x" }}b{{ end }}',
)
RIGHT = (
    "{{/* c */}}{{- /* c */ -}}",
    '{{ "{{" }} x {{ "}}" }} {{ `}}` }}',
    '{{ printf "%.2f" $value }}% {{ ( printf "%.2f" $value ) | humanize }}',
    "{{ 'a' }}{{ '\\'' }}",
    "{{$labels.x}}} }} {{ $labels.y }} { { $labels.x }}",
    "{{- $value -}}",
    '{{ if eq $labels.a "b" }}x{{ else if $value }}y{{ end }}',
    "{{ $x := $labels.a }}{{ if $x }}{{ $x = `b` }}{{ end }}{{ $x }}{{ with $y := 3 }}{{ $y }}{{ end }}",
    "{{ if gt $value -1.0e3 }}a{{else}}b{{ end }}{{ 0x1F }}{{ 1_000 }}{{ 1e+3 }}{{ 1i }}{{ +5 }}",
    '{{ range query "up" }}{{ .Labels.instance }}={{ .Value }} {{ break }}{{ end }}',
    "{{ with printf \"up{job='%s'}\" $labels.job | query }}{{ . | first | value | humanize }}{{ end }}",
    "{{ humanize $value }} {{ .Value }} {{ $.Value }} {{ $ }} {{ . }} {{ .a.b.c }}",
    '{{ reReplaceAll "(.*):.*" "$1" $labels.instance }}{{ .Labels.a | title | toUpper }}',
    "{{ $labels.größe }}{{ len $labels }}{{ index $labels `a-b` }}{{\t$labels.a\t}}",
    "{{ externalURL }}/x{{ pathPrefix }}{{ $externalLabels.cluster }} {{ $externalURL }}",
    '{{ define "x" }}a{{ end }}{{ template "x" }}',
    '{{ define "x" }}{{ .Labels.a }}{{ $.Labels.a }}{{ $y := . }}{{ $y }}{{ end }}{{ template "x" . }}',
    '{{ define `x` }}{{ . | humanize }}{{ end }}{{ template `x` $value }}{{ template "y" $labels }}',
    '{{ if true }}{{ block "x" $labels }}{{ .a }}{{ end }}{{ end }}',
    "{{ range $labels }}{{ else }}{{ end }}{{ if true }}{{ else if false }}{{ else }}{{ end }}",
)
WORDS = (
    *("$labels", "$value", "$x", "$x := 3", "$labels.a", ".Labels.a", ".", "$", "|", "(", ")", "if", "range", "with"),
    *("end", "else", "humanize", "humanise", "printf", '"%f"', "`a`", "'a'", "3", "-1", "{{", "}}", "}}", "{{ end }}"),
    *("define", "block", "template", '"x"', '{{ define "x" }}', '{{ template "x" . }}', "{{ else }}"),
    *("{{ if $value }}", "{{ $value }}", "text", "-", "=", ",", '"', "true", "{{/* c */}}", "$labels.a-b", "\n", "}"),
)


def _refused(promtool: Path, folder: Path, templates: Sequence[str]) -> set[int]:
    """The numbers of the templates that promtool refuses."""
    rules = [{"alert": f"A{n}", "expr": "up", "annotations": {"a": text}} for n, text in enumerate(templates)]
    path = folder / "rules.yaml"
    path.write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}), encoding="utf-8")
    done = subprocess.run([promtool, "check", "rules", path], capture_output=True, text=True, check=False)
    return {int(number) for number in re.findall(r'"A(\d+)": annotation', done.stdout + done.stderr)}


def test_what_is_a_mistake_and_what_is_none(promtool: Path, tmp_path: Path) -> None:
    templates = (*WRONG, *RIGHT)
    assert _refused(promtool, tmp_path, templates) == set(range(len(WRONG)))
    told = {text for text in templates if read_template(text).mistake is not None}
    assert told == set(WRONG)


def test_what_lint_refuses_promtool_refuses(promtool: Path, tmp_path: Path) -> None:
    chance = random.Random(7)
    templates = [" ".join(chance.choices(WORDS, k=chance.randint(1, 9))) for _ in range(2000)]
    ours = {number for number, text in enumerate(templates) if read_template(text).mistake is not None}
    theirs = _refused(promtool, tmp_path, templates)
    assert not {templates[number] for number in ours - theirs}
    assert len(ours & theirs) > 0.8 * len(theirs)


def test_the_labels_that_an_alert_sets_are_not_among_its_labels(promtool: Path, tmp_path: Path) -> None:
    alert = {"alert": "A", "expr": "up == 0", "labels": {"team": "x"}, "annotations": {"a": "<{{ $labels.team }}>"}}
    fires = {"exp_labels": {"team": "x", "job": "j"}, "exp_annotations": {"a": "<>"}}
    test = {
        "rule_files": ["rules.yaml"],
        "tests": [
            {
                "input_series": [{"series": 'up{job="j"}', "values": "0x5"}],
                "alert_rule_test": [{"eval_time": "1m", "alertname": "A", "exp_alerts": [fires]}],
            }
        ],
    }
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": [alert]}]}))
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(test))
    done = subprocess.run([promtool, "test", "rules", "test.yaml"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@given(st.text(alphabet="{}$lab.els|\"`'-=:(),end if/*\n\\ä1%", max_size=60))
def test_any_text_is_read(text: str) -> None:
    template = read_template("{{" + text)
    for span in (
        *([template.mistake.span] if template.mistake else ()),
        *(label.span for label in template.labels),
        *(value.span for value in template.values),
    ):
        assert 0 <= span.start < span.end <= len(text) + 2
