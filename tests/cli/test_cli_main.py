"""What a command line gives: exit code, product on stdout, one line per error on stderr."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.cli import root
from gpurules.cli.main import run
from gpurules.text.errors import CheckFailed, EnvironmentFault, InputError, Problem
from gpurules.text.span import Location
from gpurules.version import __version__

ERROR = "gpurules: error: "


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        pytest.param(["rendr"], 2, 'no such command "rendr"; did you mean "render"?', id="command-near"),
        pytest.param(["zzzz"], 2, 'no such command "zzzz"; see gpurules --help', id="command-far"),
        pytest.param(["--hepl"], 2, 'no such option "--hepl"; did you mean "--help"?', id="option-near"),
        pytest.param(["--zzzzzzzzz"], 2, 'no such option "--zzzzzzzzz"; see gpurules --help', id="option-far"),
        pytest.param(
            ["completion", "bsh"],
            2,
            "invalid value for 'SHELL': 'bsh' is not one of 'bash', 'zsh', 'fish'; see gpurules completion --help",
            id="value",
        ),
        pytest.param(
            ["completion", "zsh", "x"],
            2,
            "got unexpected extra argument (x); see gpurules completion --help",
            id="argument-too-many",
        ),
        pytest.param(["\x1b[31mred\n"], 2, r'no such command "\x1b[31mred\n"; see gpurules --help', id="escapes"),
        pytest.param(["\udcff"], 2, r'no such command "\udcff"; see gpurules --help', id="not-unicode"),
    ],
)
def test_wrong_usage_is_one_line(
    arguments: list[str], code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code
    assert capsys.readouterr() == ("", f"{ERROR}{line}\n")


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", [None, "completion"])
def test_help_is_on_stdout(option: str, command: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*([command] if command else []), option]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"Usage: gpurules {command or '[OPTIONS]'}")
    assert err == ""


def test_nothing_said_shows_the_help_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Usage: gpurules ")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr() == (f"gpurules {__version__}\n", "")


def _raise(error: BaseException) -> None:
    raise error


@pytest.fixture
def command_that(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Installs the command ``act``, which calls the function given."""

    def install(act: Callable[[], None]) -> None:
        module = ModuleType("gpurules_test_command")
        module.command = click.command("act")(act)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(root.COMMANDS, "act", (module.__name__, "Act."))

    return install


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        pytest.param(
            InputError(Problem("no field POWR", Location("c.csv", 3, 7), "did you mean POWER?")),
            2,
            ["c.csv:3:7: no field POWR; did you mean POWER?"],
            id="input",
        ),
        pytest.param(InputError([Problem("one"), Problem("two")]), 2, ["one", "two"], id="several-problems"),
        pytest.param(CheckFailed("differs"), 1, ["differs"], id="check"),
        pytest.param(EnvironmentFault("disk full"), 3, ["disk full"], id="environment"),
        pytest.param(InputError("a\x1b[2Jb\nc"), 2, [r"a\x1b[2Jb\nc"], id="hostile-text"),
        pytest.param(
            PermissionError(errno.EACCES, "Permission denied", "/x/y"), 3, ["/x/y: Permission denied"], id="file"
        ),
        pytest.param(
            OSError(errno.ENOSPC, "No space left on device"),
            3,
            ["reading or writing failed: No space left on device"],
            id="disk",
        ),
        pytest.param(
            ModuleNotFoundError("No module named 'yaml'", name="yaml"),
            3,
            ["the installation is incomplete, the Python module yaml is missing; install gpurules again"],
            id="module-missing",
        ),
        pytest.param(
            ValueError("odd\nthing"),
            3,
            [r"internal error: ValueError: odd\nthing (please report; GPURULES_TRACEBACK=1 shows where)"],
            id="internal",
        ),
        pytest.param(
            RecursionError("maximum recursion depth exceeded"),
            3,
            ["internal error: the input is nested too deeply (please report; GPURULES_TRACEBACK=1 shows where)"],
            id="recursion",
        ),
        pytest.param(
            MemoryError(),
            3,
            ["internal error: out of memory (please report; GPURULES_TRACEBACK=1 shows where)"],
            id="memory",
        ),
        pytest.param(
            type("PanicException", (BaseException,), {})("no"),
            3,
            ["internal error: PanicException: no (please report; GPURULES_TRACEBACK=1 shows where)"],
            id="foreign-panic",
        ),
        pytest.param(KeyboardInterrupt(), 130, [], id="interrupt"),
        pytest.param(click.Abort(), 130, [], id="abort"),
        pytest.param(BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, [], id="reader-gone"),
        pytest.param(click.exceptions.Exit(1), 1, [], id="exit-code-of-a-command"),
        pytest.param(click.UsageError("Not that."), 2, ["not that; see gpurules act --help"], id="usage"),
    ],
)
def test_what_a_command_raises(
    error: BaseException,
    code: int,
    lines: list[str],
    command_that: Callable[[Callable[[], None]], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GPURULES_TRACEBACK", raising=False)
    command_that(lambda: _raise(error))
    assert run(["act"]) == code
    assert capsys.readouterr() == ("", "".join(f"{ERROR}{line}\n" for line in lines))


def test_traceback_of_an_internal_error_on_request(
    command_that: Callable[[Callable[[], None]], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GPURULES_TRACEBACK", "1")
    command_that(lambda: _raise(ValueError("odd")))
    assert run(["act"]) == 3
    err = capsys.readouterr().err
    assert err.startswith(f"{ERROR}internal error: ValueError: odd")
    assert "in _raise" in err


def test_command_that_the_installation_lacks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(root.COMMANDS, "gone", ("gpurules.cli.gone", "Gone."))
    assert run(["gone"]) == 3
    assert capsys.readouterr().err == (
        f"{ERROR}the installation is incomplete, the Python module gpurules.cli.gone is missing; "
        "install gpurules again\n"
    )


@given(st.lists(st.text(max_size=12).map(lambda text: f"-{text}"), min_size=1, max_size=4))
def test_no_option_crashes(arguments: list[str]) -> None:
    assert run(arguments) in (0, 2)


def _spawn(arguments: list[str], stdout: int, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gpurules", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def test_reader_that_went_away() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = _spawn(["completion", "bash"], writer)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_output_that_cannot_be_written() -> None:
    with open("/dev/full", "w") as full:
        done = _spawn(["completion", "bash"], full.fileno())
    assert done.returncode == 3
    assert done.stderr == f"{ERROR}reading or writing failed: No space left on device\n"


def test_interrupt_during_start_up_shows_no_traceback() -> None:
    code = (
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == 'click': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from gpurules.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
