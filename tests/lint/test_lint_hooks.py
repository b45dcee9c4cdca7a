"""What runs lint elsewhere: the pre-commit hooks, the GitHub action's script, the GitLab job of the documentation."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from gpurules.cli.root import COMMANDS, load, root
from shared import ROOT

RULES = "groups:\n  - name: gpu\n    rules:\n      - record: a:b:c\n        expr: 'up{a=\"b\"'\n"
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def _hooks() -> list[dict[str, Any]]:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert isinstance(hooks, list)
    return hooks


@pytest.mark.parametrize("hook", _hooks(), ids=lambda hook: hook["id"])
def test_hook_runs_a_command_that_there_is(hook: dict[str, Any]) -> None:
    assert hook["language"] == "python"
    program, name, *rest = shlex.split(hook["entry"])
    assert program == "gpurules"
    assert name in COMMANDS
    with click.Context(root, info_name=program, help_option_names=["-h", "--help"]) as parent:
        command = load(name)
        command.make_parser(click.Context(command, parent=parent, info_name=name)).parse_args(rest)


def test_hook_on_files_as_pre_commit_gives_them(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "other.yaml").write_text("a: 1\n", encoding="utf-8")
    (tmp_path / "chart.yaml").write_text("a: {{ .Values.a }}\n", encoding="utf-8")
    entry = shlex.split(_hooks()[0]["entry"])
    for names, code in ((["rules.yaml", "other.yaml"], 1), (["other.yaml", "chart.yaml"], 0)):
        done = subprocess.run([*entry, *names], cwd=tmp_path, env={**os.environ, "PATH": PATH}, capture_output=True)
        assert done.returncode == code, done.stderr


def _action() -> dict[str, Any]:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert isinstance(action, dict)
    return action


def test_action_puts_no_input_into_a_script() -> None:
    action = _action()
    assert action["runs"]["using"] == "composite"
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert "run" not in step or step["shell"] == "bash"
        for name in re.findall(r"inputs\.([a-z-]+)", json.dumps(step)):
            assert name in action["inputs"]


@pytest.mark.parametrize(
    ("inputs", "code", "out"),
    [
        ({"paths": "rules.yaml"}, 1, "::error file=rules.yaml,line=5"),
        ({"paths": "rules.yaml", "arguments": "--ignore syntax"}, 0, ""),
        ({"paths": "good.yaml\nrules.yaml", "format": "concise"}, 1, "rules.yaml:5:"),
        ({"paths": "$(touch${IFS}evil) `touch evil`; touch evil"}, 2, ""),
        ({"paths": "good.yaml", "arguments": "--show info;touch${IFS}evil"}, 2, ""),
    ],
)
def test_script_of_the_action(inputs: dict[str, str], code: int, out: str, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "good.yaml").write_text(RULES.replace('"b"', '"b"}'), encoding="utf-8")
    action = _action()
    values = {name: inputs.get(name, str(entry["default"])) for name, entry in action["inputs"].items()}
    step = action["runs"]["steps"][-1]
    variables = {
        name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: values[found[1]], text)
        for name, text in step["env"].items()
    }
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]],
        cwd=tmp_path,
        env={**os.environ, "PATH": PATH, **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    assert done.stdout.startswith(out)
    assert not (tmp_path / "evil").exists()


def test_gitlab_job_of_the_documentation(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "cli" / "lint.md").read_text(encoding="utf-8")
    block = re.search(r"GitLab:\n\n```yaml\n(.*?)```", page, re.DOTALL)
    assert block
    job = yaml.safe_load(block[1])["gpurules"]
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(RULES, encoding="utf-8")
    line = next(line for line in job["script"] if line.startswith("gpurules"))
    done = subprocess.run(shlex.split(line), cwd=tmp_path, env={**os.environ, "PATH": PATH}, capture_output=True)
    assert done.returncode == 1
    (entry,) = json.loads((tmp_path / job["artifacts"]["reports"]["codequality"]).read_text(encoding="utf-8"))
    assert entry["location"]["path"] == "rules/a.yaml"
