"""``--diff`` in real repositories: what counts as changed, and what a hostile repository or environment cannot do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import components
from gpurules.cli.main import run
from gpurules.lint.changes.git import environment

A = '      - {record: "a:up:sum", expr: sum(up), fro: 1m}\n'
B = '      - {record: "b:up:sum", expr: sum(up), fro: 1m}\n'
C = '      - {record: "c:up:sum", expr: sum(up), fro: 1m}\n'
READS_A = '      - {record: "d:up:sum", expr: "sum(a:up:sum)"}\n'


def rules(*items: str, name: str = "g", more: str = "") -> str:
    """A rule file with one group."""
    return f"groups:\n  - name: {name}\n{more}    rules:\n{''.join(items)}"


def git(*words: str) -> str:
    """The answer of git, with a user and nothing of this machine's configuration."""
    said = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "A"),
        **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "a@example.org"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True, env=said).stdout.strip()


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, which is the current folder."""
    if shutil.which("git") is None:
        if components.in_ci():
            pytest.fail("git is missing")
        pytest.skip("git is missing")
    top = tmp_path / "top"
    top.mkdir()
    monkeypatch.chdir(top)
    git("init", "--quiet", "--initial-branch=main")
    return top


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def commit(**files: str) -> None:
    """A commit of the work tree with these files, named without their ending."""
    for name, text in files.items():
        write(f"{name}.yaml", text)
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "--message", "x")


def reported(capsys: pytest.CaptureFixture[str], *arguments: str, since: str = "HEAD") -> list[str]:
    """File and rule of each finding of severity info or more."""
    code = run(["lint", "--format", "json", "--show", "info", "--diff", since, *(arguments or ["."])])
    out, err = capsys.readouterr()
    assert code in (0, 1), err
    return [f"{one['file']} {one['rule'] or one['message']}" for one in json.loads(out)["findings"]]


def _same() -> None:
    pass


def _changed_expression() -> None:
    write("f.yaml", rules(A, B.replace("sum(up)", "sum(up) + 1"), C))


def _layout() -> None:
    write("f.yaml", "# a comment\n\n" + rules(A, "\n", B.replace("{", "{ "), C).replace("\n", "\r\n"))


def _order() -> None:
    write("f.yaml", rules(C, A, B))


def _added() -> None:
    write("f.yaml", rules(A, B, C, C.replace('"c:', '"d:')))


def _removed() -> None:
    write("f.yaml", rules(A, C))


def _interval() -> None:
    write("f.yaml", rules(A, B, C, more="    interval: 30s\n"))


def _moved_to_another_group() -> None:
    write("f.yaml", rules(A, B) + rules(C, name="h").partition("\n")[2])


def _comment_taken_away() -> None:
    write("f.yaml", rules("      # gpurules: disable=structure/unknown-field x\n" + A, B, C))
    git("commit", "--all", "--quiet", "--message", "x")
    write("f.yaml", rules(A, B, C))


def _renamed() -> None:
    git("mv", "f.yaml", "g.yaml")


def _renamed_and_changed() -> None:
    git("mv", "f.yaml", "g.yaml")
    write("g.yaml", rules(A, B, C.replace("sum(up)", "sum(up) + 1")))


def _untracked() -> None:
    write("sub/new.yaml", rules(A))


def _ignored() -> None:
    write(".gitignore", "new.yaml\n")
    write("new.yaml", rules(A))


def _staged() -> None:
    _changed_expression()
    git("add", "--all")


def _was_unreadable() -> None:
    write("f.yaml", "groups: [\n")
    git("commit", "--all", "--quiet", "--message", "x")
    write("f.yaml", rules(A))


def _now_unreadable() -> None:
    write("f.yaml", "groups:\n  - name: a\n    name: b\n")


def _unreadable_as_before() -> None:
    _now_unreadable()
    git("commit", "--all", "--quiet", "--message", "x")
    write("g.yaml", rules(A))


def _strange_names() -> None:
    write("-f\n\u00fc \udcff.yaml", rules(A))
    git("add", "--all")
    git("commit", "--quiet", "--message", "x")
    write("-f\n\u00fc \udcff.yaml", rules(A, B))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_same, []),
        (_changed_expression, ["f.yaml record b:up:sum"]),
        (_layout, []),
        (_order, []),
        (_added, ["f.yaml record d:up:sum"]),
        (_removed, []),
        (_interval, ["f.yaml record a:up:sum", "f.yaml record b:up:sum", "f.yaml record c:up:sum"]),
        (_moved_to_another_group, ["f.yaml record c:up:sum"]),
        (_comment_taken_away, ["f.yaml record a:up:sum"]),
        (_renamed, []),
        (_renamed_and_changed, ["g.yaml record c:up:sum"]),
        (_untracked, ["sub/new.yaml record a:up:sum"]),
        (_ignored, ["new.yaml record a:up:sum"]),
        (_staged, ["f.yaml record b:up:sum"]),
        (_was_unreadable, ["f.yaml record a:up:sum"]),
        (_now_unreadable, ['f.yaml the key "name" occurs twice, first in line 2']),
        (_unreadable_as_before, ["g.yaml record a:up:sum"]),
        (_strange_names, ["-f\n\u00fc \udcff.yaml record b:up:sum"]),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_what_is_reported(change: Callable[[], None], expected: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    commit(f=rules(A, B, C))
    change()
    found = [line for line in reported(capsys) if "duplicate" not in line and "both" not in line]
    assert found == expected


def test_a_reason_in_a_changed_rule_counts(capsys: pytest.CaptureFixture[str]) -> None:
    commit(f=rules(A), g=rules(READS_A, name="h"))
    assert reported(capsys) == []
    write("f.yaml", rules(A.replace("sum(up)", "sum(up) + 1")))
    assert reported(capsys) == ["f.yaml record a:up:sum", "g.yaml record d:up:sum"]


READS_D = '      - {record: "e:up:sum", expr: "sum(d:up:sum)", fro: 1m}\n'
D = '      - {record: "d:up:sum", expr: "sum(a:up:sum)", fro: 1m}\n'


def _a_changes() -> None:
    write("f.yaml", rules(A.replace("sum(up)", "sum(up) + 1"), B))


def _a_goes() -> None:
    write("f.yaml", rules(B))


def _its_file_goes() -> None:
    Path("f.yaml").unlink()


def _a_is_added_again() -> None:
    write("new.yaml", rules(A, name="n"))


def _a_moves() -> None:
    write("f.yaml", rules(B))
    write("h.yaml", rules(A, name="h2"))


def _another_changes() -> None:
    write("f.yaml", rules(A, B.replace("sum(up)", "sum(up) + 1")))


def _only_its_comment() -> None:
    write("f.yaml", rules("      # gpurules: disable=structure/unknown-field x\n" + A, B))


READERS = ["g.yaml record d:up:sum", "g.yaml record e:up:sum"]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (_a_changes, READERS),
        (_a_goes, READERS),
        (_its_file_goes, READERS),
        (_a_is_added_again, READERS),
        (_a_moves, []),
        (_another_changes, []),
        (_only_its_comment, []),
    ],
)
def test_rules_that_read_a_changed_record_are_reported(
    change: Callable[[], None], wanted: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    commit(f=rules(A, B), g=rules(D, READS_D, C, name="h"))
    change()
    found = [one for one in reported(capsys, "--select", "structure/unknown-field", ".") if one.startswith("g.yaml")]
    assert found == wanted


def test_what_others_have_added_since_is_no_change(capsys: pytest.CaptureFixture[str]) -> None:
    commit(f=rules(A, B))
    git("checkout", "--quiet", "-b", "mine")
    commit(mine=rules(C))
    git("checkout", "--quiet", "main")
    commit(f=rules(A, B.replace("1m", "2m")))
    git("checkout", "--quiet", "mine")
    assert reported(capsys, since="main") == ["mine.yaml record c:up:sum"]


def test_without_a_common_commit_it_is_compared_with_the_revision(capsys: pytest.CaptureFixture[str]) -> None:
    commit(f=rules(A, B))
    git("checkout", "--quiet", "--orphan", "other")
    commit(f=rules(A, C))
    assert reported(capsys, since="main") == ["f.yaml record c:up:sum"]


def test_from_a_folder_below_and_by_whole_paths(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    commit(**{"sub/f": rules(A, B)})
    write("sub/f.yaml", rules(A, B.replace("1m", "2m")))
    monkeypatch.chdir("sub")
    assert reported(capsys, "f.yaml") == ["f.yaml record b:up:sum"]
    whole = str(repository / "sub" / "f.yaml")
    assert reported(capsys, whole) == [f"{whole} record b:up:sum"]


def test_links_inside_count_as_their_target_and_links_outside_are_not_followed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "outside.yaml").write_text(rules(C), encoding="utf-8")
    commit(f=rules(A))
    Path("in.yaml").symlink_to("f.yaml")
    Path("out.yaml").symlink_to("../outside.yaml")
    assert reported(capsys, ".", "in.yaml", "out.yaml") == []
    write("f.yaml", rules(A.replace("1m", "2m")))
    found = reported(capsys, "in.yaml", "out.yaml")
    assert found == ["in.yaml record a:up:sum"]


def test_a_file_outside_that_is_named_is_new(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(rules(C), encoding="utf-8")
    commit(f=rules(A))
    assert reported(capsys, "f.yaml", "../outside.yaml") == ["../outside.yaml record c:up:sum"]


def test_a_link_that_became_a_file_is_new(capsys: pytest.CaptureFixture[str]) -> None:
    write("target.txt", rules(A))
    Path("f.yaml").symlink_to("target.txt")
    commit()
    Path("f.yaml").unlink()
    write("f.yaml", rules(A))
    assert reported(capsys) == ["f.yaml record a:up:sum"]


@pytest.mark.parametrize(
    ("revision", "says"),
    [
        ("mian", 'git knows no commit "mian"; did you mean "main"?'),
        ("--help", 'git knows no commit "--help"'),
        ("--output=pwned", 'git knows no commit "--output=pwned"'),
        ("HEAD:f.yaml", 'git knows no commit "HEAD:f.yaml"'),
        ("main..main", "git knows no commit"),
        ("x\ny", 'git knows no commit "x\\ny"'),
        ("x" * 5000, "git knows no commit"),
    ],
)
def test_revision_that_is_none(revision: str, says: str, capsys: pytest.CaptureFixture[str], repository: Path) -> None:
    commit(f=rules(A))
    assert run(["lint", f"--diff={revision}", "."]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert {path.name for path in repository.iterdir()} == {".git", "f.yaml"}


def test_outside_of_a_repository(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    write("f.yaml", rules(A))
    assert run(["lint", "--diff", "HEAD", "f.yaml"]) == 2
    assert "not in the work tree of a git repository" in capsys.readouterr().err


def test_without_git(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    write("f.yaml", rules(A))
    monkeypatch.setenv("PATH", "")
    assert run(["lint", "--diff", "HEAD", "f.yaml"]) == 3
    assert "--diff needs git" in capsys.readouterr().err


def test_nothing_in_the_repository_or_the_environment_runs_a_program(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commit(f=rules(A, B))
    git("checkout", "--quiet", "-b", "mine")
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{tmp_path}/sprung'\ncat\n", encoding="utf-8")
    trap.chmod(0o755)
    write(".gitattributes", "*.yaml diff=trap filter=trap merge=trap\n")
    for key in (
        *("diff.external", "diff.trap.command", "diff.trap.textconv", "core.fsmonitor", "core.pager", "core.editor"),
        *("filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "core.sshCommand", "pager.diff"),
        *("alias.diff", "alias.ls-tree", "core.hooksPath"),
    ):
        git("config", key, str(tmp_path) if key == "core.hooksPath" else str(trap))
    for hook in ("post-index-change", "pre-commit"):
        (tmp_path / hook).symlink_to(trap)
        (Path(".git/hooks") / hook).parent.mkdir(exist_ok=True)
        (Path(".git/hooks") / hook).symlink_to(trap)
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_EDITOR", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_PROXY_COMMAND"):
        monkeypatch.setenv(name, str(trap))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(trap))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "sprung"))
    monkeypatch.setenv("GIT_EXEC_PATH", str(tmp_path))
    write("f.yaml", rules(A, B.replace("1m", "2m")))
    assert reported(capsys, since="main") == ["f.yaml record b:up:sum"]
    assert not (tmp_path / "sprung").exists()


def test_the_trap_of_the_test_above_is_one(tmp_path: Path) -> None:
    commit(f=rules(A))
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{tmp_path}/sprung'\ncat\n", encoding="utf-8")
    trap.chmod(0o755)
    git("config", "diff.external", str(trap))
    write("f.yaml", rules(B))
    git("diff")
    assert (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("name", "passed"),
    [
        ("PATH", True),
        ("HOME", True),
        ("GIT_DIR", True),
        ("GIT_INDEX_FILE", True),
        ("GIT_EXTERNAL_DIFF", False),
        ("GIT_CONFIG_PARAMETERS", False),
        ("GIT_CONFIG_COUNT", False),
        ("GIT_EXEC_PATH", False),
        ("GIT_SSH_COMMAND", False),
        ("GIT_TRACE2_EVENT", False),
        ("GIT_SOMETHING_NEW", False),
    ],
)
def test_environment_of_git(name: str, passed: bool) -> None:
    assert (environment({name: "x"}).get(name) == "x") is passed


def test_in_a_hook_the_variables_of_git_say_where_the_repository_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    commit(f=rules(A))
    write("f.yaml", rules(A.replace("1m", "2m")))
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository / ".git" / "index"))
    assert reported(capsys) == ["f.yaml record a:up:sum"]
