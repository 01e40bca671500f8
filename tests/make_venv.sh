#!/usr/bin/env bash
# Makes .venv with the exact versions of tests/requirements.lock and the project itself in editable form.
# PYTHON names the interpreter to use; without it the first one that is new enough is taken.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

python=""
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
  if command -v "$candidate" >/dev/null && new_enough "$candidate"; then
    python="$candidate"
    break
  fi
done
if [[ -z "$python" ]]; then
  echo "No Python 3.11 or newer found (looked for ${PYTHON:-python3, python3.11 to python3.14}): install one, or name it with PYTHON=." >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  echo "\`$python -m venv\` does not work here: install the package python3-venv (on Debian: apt-get install python3-venv) and run make again." >&2
  exit 1
fi

# An environment whose interpreter is gone or too old cannot be repaired, only made anew.
if [[ -e .venv ]] && ! new_enough .venv/bin/python; then
  rm -rf .venv
fi
if [[ ! -e .venv/bin/pip ]]; then
  "$python" -m venv .venv
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
