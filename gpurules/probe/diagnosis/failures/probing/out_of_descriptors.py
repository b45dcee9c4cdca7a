"""Too many open files."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern

FAILURE = FailureClass(
    id="out-of-descriptors",
    blame=Blame.PROBE,
    title="Too many open files",
    meaning="The probing side ran out of file descriptors, memory or ports for another connection.",
    advice="Lower --concurrency, or raise the limit of open files (ulimit -n) to a few more than that.",
    explanation="""\
Every guest that is probed holds one connection, with `--via node` also the namespace of its launcher. The usual limit
is 1024 open files for a process.
""",
    seen=(Pattern(errno=(errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.EAGAIN)),),
)
