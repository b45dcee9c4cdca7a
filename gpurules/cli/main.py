"""The entry point: runs a command and turns whatever goes wrong into one line on stderr and an exit code.

Exit codes beyond those of ``gpurules.text.errors``, as the shell counts signals: 130 interrupted (128 + SIGINT), 141
the reader of the output went away (128 + SIGPIPE).

Nothing but ``sys`` is imported before the guard is up, so that an interrupt during start-up shows no traceback either.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn, TextIO

EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141

TRACEBACK_VARIABLE = "GPURULES_TRACEBACK"
"""An environment variable: when it is set and not empty, an internal error shows where it happened."""


def main() -> None:
    """Run the command line of this process and exit."""
    import gc

    # A command lives for a second and makes trees, not cycles: collecting seldom is a tenth of its time.
    gc.set_threshold(500_000, 20, 20)
    _leave(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line, without the program's name, and return the exit code. Raises nothing but SystemExit."""
    try:
        from gpurules.cli.root import invoke

        code = invoke(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except SystemExit:
        raise
    except BaseException as error:
        try:
            return _report(error)
        except OSError:
            return EXIT_BROKEN_PIPE
        except BaseException:
            return EXIT_INTERRUPTED
        finally:
            _abandon_unwritable_output()


def _report(error: BaseException) -> int:
    """Say on stderr what went wrong, one line for each problem, and return the exit code."""
    from gpurules.text.errors import EXIT_ENVIRONMENT, GpurulesError

    if isinstance(error, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return EXIT_BROKEN_PIPE
    if isinstance(error, GpurulesError):
        for problem in error.problems:
            _complain(str(problem))
        return error.exit_code
    if isinstance(error, ModuleNotFoundError):
        _complain(f"the installation is incomplete, the Python module {error.name} is missing; install gpurules again")
        return EXIT_ENVIRONMENT
    if isinstance(error, OSError) and error.errno is not None:
        where = error.filename if error.filename is not None else "reading or writing failed"
        _complain(f"{where}: {error.strerror}")
        return EXIT_ENVIRONMENT
    _complain(f"internal error: {_describe(error)} (please report; {TRACEBACK_VARIABLE}=1 shows where)")
    _show_traceback_if_wanted(error)
    return EXIT_ENVIRONMENT


def _describe(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "out of memory"
    if isinstance(error, RecursionError):
        return "the input is nested too deeply"
    return f"{type(error).__name__}: {error}"


def _complain(line: str) -> None:
    from gpurules.text.terminal import safe

    if sys.stderr is not None:
        print(f"gpurules: error: {safe(line)}", file=sys.stderr, flush=True)


def _show_traceback_if_wanted(error: BaseException) -> None:
    import os

    if os.environ.get(TRACEBACK_VARIABLE) and sys.stderr is not None:
        import traceback

        traceback.print_exception(error)


def _abandon_unwritable_output() -> None:
    """Let the flush at the interpreter's end go nowhere where it would fail, for then Python prints a complaint."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not _can_flush(stream):
            import os

            nowhere = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nowhere, stream.fileno())
            except (OSError, ValueError):
                continue
            finally:
                os.close(nowhere)


def _leave(code: int) -> NoReturn:
    """End the process without taking its trees apart first, which is a seventh of the time that render takes.

    Both streams are flushed: ``run`` gave up those that cannot be. Debuggers, profilers and coverage get a usual exit.
    """
    import os
    from contextlib import suppress

    if sys.gettrace() is None and sys.getprofile() is None:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                with suppress(OSError, ValueError):
                    stream.flush()
        os._exit(code)
    sys.exit(code)


def _can_flush(stream: TextIO) -> bool:
    try:
        stream.flush()
    except (OSError, ValueError):
        return False
    return True
