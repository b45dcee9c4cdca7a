"""Rule files that others have written and run: public packages, fetched by the set-up, never committed.

``tests/corpus/corpus.lock.toml`` names them: package, version, the SHA-256 of the archive, and of each file in it.
Tests call ``require``; ``python tests/rule_corpus.py fetch`` is part of the set-up. Binary and source packages come
from the Debian mirror that the system's own package sources name, by the apt of ``components``.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from components import ROOT, Unavailable, in_ci, isolated_apt, run

LOCK = Path(__file__).parent / "corpus" / "corpus.lock.toml"
CACHE = ROOT / ".cache" / "corpus"
_LARGEST = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a package. ``rules``: how many rules it holds. ``field``: for jsonnet, what to evaluate in it."""

    path: str
    sha256: str
    rules: int
    field: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the lock file. ``manager``: ``apt`` for binary, ``apt-source`` for the upstream archive of a source.

    ``need``: CI fails without a ``required`` one; a ``bonus`` is skipped.
    """

    manager: str
    suite: str
    name: str
    version: str
    archive: str
    sha256: str
    need: str
    members: tuple[Member, ...]

    @property
    def folder(self) -> Path:
        """Where its files are, or will be."""
        return CACHE / self.manager / self.suite / self.name

    def file(self, member: Member) -> Path:
        """A member in the cache, unpacked."""
        return self.folder / member.path.removesuffix(".gz")

    def complete(self) -> bool:
        """Whether every member is there as the lock file says."""
        return all(_hash_of(self.file(member)) == member.sha256 for member in self.members)


@dataclass(frozen=True, slots=True)
class Justified:
    """A finding that is right, and why the rule file has it all the same."""

    package: str
    path: str
    check: str
    rule: str
    reason: str


@cache
def _lock() -> dict[str, list[dict[str, object]]]:
    with LOCK.open("rb") as file:
        return tomllib.load(file)


@cache
def packages() -> tuple[Package, ...]:
    """The packages of the lock file."""
    found = []
    for entry in _lock()["package"]:
        members = entry["members"]
        assert isinstance(members, list)
        values = {**entry, "members": tuple(Member(**member) for member in members)}
        found.append(Package(**values))  # type: ignore[arg-type]
    return tuple(found)


@cache
def justified() -> tuple[Justified, ...]:
    """The findings that the lock file accepts."""
    return tuple(Justified(**entry) for entry in _lock().get("justified", []))  # type: ignore[arg-type]


def require(package: Package) -> Package:
    """``package``, with its files in the cache; skips the test where it is not there, or fails it in CI if required."""
    import pytest

    if not package.complete():
        reason = f"{package.name} of {package.suite} is missing: python tests/rule_corpus.py fetch"
        if in_ci() and package.need == "required":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return package


def text_of(package: Package, member: Member) -> str:
    """The rules of a member; what is written in jsonnet is evaluated."""
    path = package.file(member)
    if not member.field:
        return path.read_text(encoding="utf-8")
    import rjsonnet

    code = f"std.manifestYamlDoc((import {json.dumps(str(path))}).{member.field})"
    text = json.loads(rjsonnet.evaluate_snippet("corpus", code, jpathdir=[str(path.parent)]))
    assert isinstance(text, str)
    return text


def missing() -> tuple[Package, ...]:
    """The packages that are not in the cache."""
    return tuple(package for package in packages() if not package.complete())


def fetch() -> list[str]:
    """Bring every missing package; returns one line for each that cannot be had."""
    if not missing():
        return []
    CACHE.mkdir(parents=True, exist_ok=True)
    complaints = []
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for package in missing():
            try:
                _MANAGERS[package.manager](package)
                if not package.complete():
                    raise Unavailable("its files are not those of the lock file")
            except (Unavailable, OSError, tarfile.TarError) as error:
                complaints.append(f"{package.name} of {package.suite} ({package.need}): {error}")
    return complaints


def _fetch_binary(package: Package) -> None:
    """The version of the lock file, else the one that the suite has now: ``complete`` judges its files."""
    print(f"fetching {package.name} of Debian {package.suite}", flush=True)
    apt = isolated_apt(package.suite)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        try:
            run([*apt, "download", f"{package.name}={package.version}"], folder)
        except Unavailable:
            run([*apt, "download", package.name], folder)
        for archive in Path(folder).glob("*.deb"):
            if archive.name == package.archive:
                # Another architecture has another archive; apt has checked its signature, and its files are compared.
                _must_be(archive, package.sha256)
            run(["dpkg", "-x", str(archive), "root"], folder)
        for member in package.members:
            _keep(Path(folder) / "root" / member.path, package.file(member))


def _fetch_source(package: Package) -> None:
    """The upstream archive alone: whether a mirror has the rest of the source package does not matter."""
    print(f"fetching the source of {package.name} of Debian {package.suite}", flush=True)
    apt = isolated_apt(package.suite, "deb-src")
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        words = [*apt, "source", "--download-only", "--only-source", f"{package.name}={package.version}"]
        subprocess.run(words, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        archive = Path(folder) / package.archive
        if not archive.exists():
            raise Unavailable(f"the mirror has no {package.archive}")
        _must_be(archive, package.sha256)
        wanted = {str(PurePosixPath(member.path).parent) for member in package.members}
        with tarfile.open(archive) as files:
            for entry in files:
                path = PurePosixPath(*PurePosixPath(entry.name).parts[1:])
                if entry.isreg() and entry.size <= _LARGEST and any(path.is_relative_to(one) for one in wanted):
                    content = files.extractfile(entry)
                    assert content is not None
                    _write(package.folder / path, content.read())


_MANAGERS: dict[str, Callable[[Package], None]] = {"apt": _fetch_binary, "apt-source": _fetch_source}


def _keep(source: Path, target: Path) -> None:
    if not source.is_file() or source.is_symlink() or source.stat().st_size > _LARGEST:
        raise Unavailable(f"the package has no {source.name}")
    content = source.read_bytes()
    if source.suffix == ".gz":
        content = gzip.decompress(content)
    _write(target, content)


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _must_be(archive: Path, sha256: str) -> None:
    if _hash_of(archive) != sha256:
        raise Unavailable(f"{archive.name} is not the archive of the lock file")


def _hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def main(arguments: list[str]) -> int:
    """``fetch`` brings what is missing; ``list`` says what is there. A missing required package is an error in CI."""
    if arguments not in (["fetch"], ["list"]):
        print("usage: rule_corpus.py fetch|list", file=sys.stderr)
        return 2
    if arguments == ["fetch"]:
        if not shutil.which("apt-get"):
            print(
                "missing: the corpus of rule files comes from Debian's packages, and there is no apt-get",
                file=sys.stderr,
            )
        for complaint in fetch() if shutil.which("apt-get") else []:
            print(f"missing: {complaint}", file=sys.stderr)
    for package in packages():
        state = "there" if package.complete() else "missing, its tests are skipped"
        print(f"{package.name} {package.version} of {package.suite}: {state}")
    return 1 if in_ci() and any(package.need == "required" for package in missing()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
