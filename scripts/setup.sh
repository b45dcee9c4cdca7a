#!/usr/bin/env bash
# setup.sh VENV run|develop: makes a virtual environment with gpurules in it (editable), and for "develop" with what
# the tests need as well. Packages come from where this machine's pip is configured to look.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$1 purpose=$2
exec </dev/null

fail() {
  printf 'setup: %s\n' "$1" >&2
  exit 3
}

suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
makes_environments() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

pick_python() {
  local candidate suitable=
  for candidate in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3}; do
    if suits "$candidate"; then
      suitable=${suitable:-$candidate}
      if makes_environments "$candidate"; then
        printf '%s\n' "$candidate"
        return
      fi
    fi
  done
  [ -n "$suitable" ] || fail "Python 3.11 or newer is needed; install it, or name it: make PYTHON=/path/to/python3"
  fail "$suitable cannot make virtual environments; install its venv module (Debian and Ubuntu: apt install python3-venv)"
}

if ! suits "$venv/bin/python" || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
  python=$(pick_python)
  echo "making $venv with $("$python" --version)"
  rm -rf "$venv"
  "$python" -m venv "$venv"
fi

install=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check)
if [ "$purpose" = develop ]; then
  echo "installing gpurules and what its tests need into $venv"
  "$venv/bin/python" - <<'EOF' | "${install[@]}" --editable . --requirement /dev/stdin
import tomllib
with open("pyproject.toml", "rb") as file:
    print("\n".join(tomllib.load(file)["dependency-groups"]["dev"]))
EOF
  touch "$venv/.developed"
else
  echo "installing gpurules into $venv"
  "${install[@]}" --editable .
fi
touch "$venv/.installed"
