"""Writing a file in one step: the whole new text or the old one, never a part."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys

from gpurules.text.errors import EnvironmentFault, InputError, Problem
from gpurules.text.span import Location

_OPEN_FILE = re.compile(r"/dev/(?:stdout|stderr|fd/\d+)|/proc/(?:self|\d+)/fd/\d+")


def write_atomically(path: str, text: str, may_be_empty: bool = False) -> None:
    """Puts ``text`` in the file at ``path``, or on standard output for ``-``.

    The text is written to a temporary file in the same folder, flushed to the disk and moved into place; an existing
    file keeps its mode, a symbolic link its target's place. A pipe or device is written to directly.
    InputError for an empty text, unless ``may_be_empty``, for one that UTF-8 cannot hold, or a folder;
    EnvironmentFault for what the system refuses. Whatever happens, no temporary file stays behind. BrokenPipeError
    passes through.
    """
    if not text and not may_be_empty:
        raise InputError(Problem("there is nothing to write", Location(path)))
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        raise InputError(Problem(f"the character U+{code:04X} cannot be written as UTF-8", Location(path))) from None
    try:
        if path == "-":
            _write_stdout(content)
        elif _OPEN_FILE.fullmatch(path):
            _write_directly(path, content)
        else:
            _write_file(path, content)
    except BrokenPipeError:
        raise
    except IsADirectoryError:
        raise InputError(Problem("this is a folder, not a file", Location(path))) from None
    except FileNotFoundError:
        raise EnvironmentFault(
            Problem("cannot write: the folder does not exist", Location(path), "create it first")
        ) from None
    except ValueError:
        raise InputError(Problem("this cannot be the name of a file", Location(path))) from None
    except OSError as error:
        raise EnvironmentFault(Problem(f"cannot write: {error.strerror or error}", Location(path))) from None


def require_place(path: str) -> None:
    """Raises what :func:`write_atomically` would raise where a folder is missing, or the file is one: before the work
    whose result is to go there. ``-`` and nothing are a place."""
    if path in ("", "-"):
        return
    try:
        if os.path.isdir(path):
            raise InputError(Problem("this is a folder, not a file", Location(path)))
        if not os.path.isdir(os.path.dirname(os.path.realpath(path))):
            problem = Problem("cannot write: the folder does not exist", Location(path), "create it first")
            raise EnvironmentFault(problem)
    except ValueError:
        raise InputError(Problem("this cannot be the name of a file", Location(path))) from None


def _write_stdout(content: bytes) -> None:
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _write_directly(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)


def _write_file(path: str, content: bytes) -> None:
    target = os.path.realpath(path)
    mode = _mode_of(target)
    if mode is not None and not stat.S_ISREG(mode):
        _write_directly(target, content)
        return
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError(None, "the file is read-only")
    folder = os.path.dirname(target)
    temporary = os.path.join(folder, f".gpurules-{os.urandom(8).hex()}.tmp")
    try:
        # Like any new file it gets the mode that the umask leaves.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with open(descriptor, "wb") as file:
            if mode is not None:
                os.fchmod(descriptor, stat.S_IMODE(mode))
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, target)
    except BaseException:
        _remove(temporary)
        raise
    _flush_folder(folder)


def _mode_of(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _flush_folder(folder: str) -> None:
    """Makes the move itself durable, where the file system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)
