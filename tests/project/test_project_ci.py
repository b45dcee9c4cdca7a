"""The GitHub Action, the GitLab job and the pre-commit hooks, run as far as a machine without those services can."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from gpurules.cli.root import COMMANDS, load
from shared import ROOT

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
BLOCKS = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "ci.md").read_text(encoding="utf-8"), re.DOTALL)
BIN = Path(sysconfig.get_path("scripts"))

WRONG = "groups:\n  - name: a\n    rules:\n      - {record: x, expr: up, fro: 1m}\n"
GOOD = WRONG.replace(", fro: 1m", "")
WARNING = (
    "groups:\n  - name: a\n    rules:\n      # gpurules: disable=structure/names x\n      - {record: x, expr: up}\n"
)
OTHER = "on: push\njobs: {}\n"


def block(key: str) -> Any:
    """The YAML block of docs/ci.md that has ``key`` at its top."""
    found = [content for content in map(yaml.safe_load, BLOCKS) if isinstance(content, dict) and key in content]
    assert len(found) == 1
    return found[0]


def step(name: str) -> dict[str, Any]:
    """The step of the action that is called ``name``."""
    (found,) = [one for one in ACTION["runs"]["steps"] if one.get("id") == name]
    assert isinstance(found, dict)
    return found


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository, which is the current folder; ``gpurules`` is on PATH."""
    if shutil.which("git") is None or shutil.which("bash") is None:
        pytest.skip("git or bash is missing")
    for name in [name for name in os.environ if name.startswith(("GIT_", "GITHUB_", "PRE_COMMIT", "PIP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    run("git", "init", "--quiet", "--initial-branch=main")
    return folder


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A program's answer, whatever its exit code."""
    return subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ, **variables})


def commit(**files: str) -> None:
    """A commit of these files, named without their ending."""
    for name, text in files.items():
        path = Path(f"{name}.yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    run("git", "add", "--all")
    user = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    assert run("git", *user, "commit", "--quiet", "--message", "x").returncode == 0


def test_action_takes_its_inputs_through_the_environment_alone() -> None:
    for one in ACTION["runs"]["steps"]:
        assert "${{" not in one.get("run", ""), "text of a pull request must not become part of a script"
        assert one.get("shell", "bash") == "bash"
        assert ("run" in one) == ("shell" in one)


def test_every_input_is_described_used_and_has_a_default() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name, about in ACTION["inputs"].items():
        assert about["description"].endswith(".")
        assert isinstance(about["default"], str)
        assert f"inputs.{name}" in text
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(ACTION["inputs"])


def test_actions_of_others_have_a_version() -> None:
    used = [one["uses"] for one in ACTION["runs"]["steps"] if "uses" in one]
    assert len(used) == 2
    assert all(re.fullmatch(r"[\w/-]+@v\d+", one) for one in used)


def lint_step(
    inputs: Mapping[str, str], runner: Path, folder: Path
) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """Runs the script of the action's step as a runner does; its answer and its outputs."""
    programs = runner / "gpurules" / "bin"
    programs.mkdir(parents=True)
    (programs / "gpurules").symlink_to(BIN / "gpurules")
    script, output = runner / "script.sh", runner / "output"
    script.write_text(step("lint")["run"], encoding="utf-8")
    output.touch()
    values = {name: about["default"] for name, about in ACTION["inputs"].items()} | dict(inputs)
    assert values.keys() == ACTION["inputs"].keys()
    variables = {
        name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: values[found[1]], text)
        for name, text in step("lint")["env"].items()
    }
    os.chdir(folder / values["working-directory"])
    done = run(
        *("bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)),
        RUNNER_TEMP=str(runner),
        GITHUB_OUTPUT=str(output),
        GITHUB_WORKSPACE=str(folder),
        **variables,
    )
    lines = output.read_text(encoding="utf-8").splitlines()
    return done, dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize(
    ("case", "inputs", "code", "annotated", "results"),
    [
        ("nothing", {"paths": "good.yaml"}, 0, [], 0),
        ("a finding", {}, 1, ["error wrong.yaml", "warning sub/a b.yaml"], 2),
        ("two paths, one with a blank", {"paths": "good.yaml\nsub/a b.yaml\n"}, 1, ["warning sub/a b.yaml"], 1),
        ("only errors fail", {"paths": "sub", "fail-on": "error"}, 0, ["warning sub/a b.yaml"], 1),
        ("in a folder", {"working-directory": "sub"}, 1, ["warning sub/a b.yaml"], 1),
        ("options", {"arguments": "--ignore\nstructure,lint\n\n"}, 0, [], 0),
        ("what changed", {"diff": "HEAD"}, 0, [], 0),
        ("a baseline", {"baseline": "known.json"}, 1, ["warning sub/a b.yaml"], 1),
        ("a check that is not there", {"arguments": "--select=x"}, 2, [], None),
        ("a commit that is not there", {"diff": "--help"}, 2, [], None),
        ("a path that looks like an option", {"paths": "--help"}, 2, [], None),
        ("a path that looks like a command", {"paths": "$(touch pwned); `touch pwned`"}, 2, [], None),
    ],
)
def test_action_lints(
    case: str,
    inputs: dict[str, str],
    code: int,
    annotated: list[str],
    results: int | None,
    project: Path,
    tmp_path: Path,
) -> None:
    commit(good=GOOD, wrong=WRONG, other=OTHER, **{"sub/a b": WARNING})
    assert run("gpurules", "lint", "--baseline", "known.json", "--write-baseline", ".").returncode == 0
    done, outputs = lint_step(inputs, tmp_path, project)
    assert (done.returncode, outputs["exit-code"]) == (code, str(code)), done.stderr
    commands = re.findall(r"^::(\w+) file=(.*?),", done.stdout, re.MULTILINE)
    assert sorted(f"{level} {file}" for level, file in commands) == sorted(annotated)
    if results is None:
        assert "gpurules: error: " in done.stderr
        assert "sarif-file" not in outputs
    else:
        sarif = json.loads(Path(outputs["sarif-file"]).read_text(encoding="utf-8"))
        assert len(sarif["runs"][0]["results"]) == results
    assert not (project / "pwned").exists()


def test_action_installs_itself(project: Path, tmp_path: Path) -> None:
    """Offline: the build backend and the dependencies are those of the tests' own environment."""
    script = tmp_path / "install.sh"
    script.write_text(step("install")["run"], encoding="utf-8")
    programs = tmp_path / "path"
    programs.mkdir()
    (programs / "python").symlink_to(sys.executable)
    libraries = sysconfig.get_path("purelib")
    source = tmp_path / "source"
    source.mkdir()
    for name in ("gpurules", "templates", "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    done = run(
        *("bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)),
        RUNNER_TEMP=str(tmp_path),
        GITHUB_ACTION_PATH=str(source),
        PATH=f"{programs}{os.pathsep}{os.environ['PATH']}",
        PYTHONPATH=libraries,
        PIP_NO_INDEX="1",
        PIP_NO_DEPS="1",
        PIP_NO_BUILD_ISOLATION="0",
    )
    assert done.returncode == 0, done.stderr
    commit(wrong=WRONG)
    answer = run(str(tmp_path / "gpurules" / "bin" / "gpurules"), "lint", "wrong.yaml", PYTHONPATH=libraries)
    assert (answer.returncode, answer.stderr) == (1, "")


def test_workflow_in_the_documentation_uses_inputs_that_are_there() -> None:
    # YAML 1.1 reads the key on as a boolean.
    (job,) = block("jobs")["jobs"].values()
    (call,) = [one for one in job["steps"] if one["uses"].startswith("OWNER/gpurules@")]
    assert call["with"].keys() <= ACTION["inputs"].keys()
    options = {name for parameter in load("lint").params for name in parameter.opts}
    assert {word.partition("=")[0] for word in call["with"]["arguments"].split()} <= options
    assert block("jobs")["permissions"]["security-events"] == "write"


@pytest.mark.parametrize(("text", "code", "entries"), [(GOOD, 0, 0), (WRONG, 1, 1)], ids=["good", "wrong"])
def test_gitlab_job_in_the_documentation(text: str, code: int, entries: int, project: Path) -> None:
    commit(rules=text, other=OTHER)
    job = block("gpurules")["gpurules"]
    done = run("bash", "-euo", "pipefail", "-c", "\n".join(job["script"]))
    assert done.returncode == code, done.stderr
    report = json.loads(Path(job["artifacts"]["reports"]["codequality"]).read_text(encoding="utf-8"))
    assert len(report) == entries
    assert job["artifacts"]["when"] == "always"
    assert ("rules.yaml:4:" in done.stdout) is bool(entries)


def pre_commit(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    """pre-commit itself, with a home of its own."""
    return run(sys.executable, "-m", "pre_commit", *words, PRE_COMMIT_HOME=str(home), PRE_COMMIT_COLOR="never")


def test_hooks_are_what_pre_commit_takes(tmp_path: Path) -> None:
    done = pre_commit("validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"), home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def configured(hook: Mapping[str, Any], **changes: Any) -> None:
    """Writes a configuration with the hook as it is, but for its environment, which is the tests' own."""
    local = {"repo": "local", "hooks": [{**hook, "language": "system", **changes}]}
    Path(".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [local]}), encoding="utf-8")


@pytest.mark.parametrize(
    ("case", "changes", "files", "code", "says"),
    [
        ("good", {}, {"good": GOOD, "other": OTHER}, 0, "Passed"),
        ("wrong", {}, {"wrong": WRONG, "other": OTHER}, 1, "wrong.yaml:4:"),
        ("no rules", {}, {"other": OTHER}, 0, "Passed"),
        ("options", {"args": ["--ignore=structure"]}, {"wrong": WRONG}, 0, "Passed"),
        ("everything", {"args": ["--diff=HEAD", "."], "pass_filenames": False}, {"wrong": WRONG}, 0, "Passed"),
    ],
)
def test_hook_lints(
    case: str, changes: dict[str, Any], files: dict[str, str], code: int, says: str, project: Path, tmp_path: Path
) -> None:
    commit(**files)
    configured(HOOKS["gpurules-lint"], **changes)
    run("git", "add", "--all")
    done = pre_commit("run", "--all-files", home=tmp_path / "home")
    assert (done.returncode, says in done.stdout) == (code, True), done.stdout + done.stderr


def test_hook_renders_and_compares(project: Path, tmp_path: Path) -> None:
    commit(other=OTHER)
    configured(HOOKS["gpurules-render-check"])
    assert run("gpurules", "render", "--output", "rules.yaml").returncode == 0
    run("git", "add", "--all")
    assert pre_commit("run", "--all-files", home=tmp_path / "home").returncode == 0
    with Path("rules.yaml").open("a", encoding="utf-8") as file:
        file.write("# by hand\n")
    run("git", "add", "--all")
    done = pre_commit("run", "--all-files", home=tmp_path / "home")
    assert (done.returncode, "-# by hand" in done.stdout) == (1, True), done.stdout


def test_hooks_in_the_documentation_are_there_and_take_their_options() -> None:
    for hook in block("repos")["repos"][0]["hooks"]:
        command = HOOKS[hook["id"]]["entry"].split()[1]
        assert command in COMMANDS
        options = {name for parameter in load(command).params for name in parameter.opts}
        assert {word.partition("=")[0] for word in hook["args"] if word.startswith("--")} <= options
