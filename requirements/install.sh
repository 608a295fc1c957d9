#!/bin/sh
# Make .venv with the locked packages, and node_modules when npm is there; nothing when up to date.
set -eu
cd "$(dirname "$0")/.."
done_before() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# The small plotly.js bundle; the Python package brings a larger one that serves without it.
bundle=$(cksum <package-lock.json)
if ! done_before node_modules/.installed "$bundle"; then
    if ! npm --version >/dev/null 2>&1; then
        echo "npm was not found: pages will load plotly.js's whole bundle." >&2
    elif npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=1; then
        printf '%s\n' "$bundle" >node_modules/.installed
    else
        echo "npm failed: pages will load plotly.js's whole bundle." >&2
    fi
fi

stamp=.venv/.installed
wanted=$(cat requirements/*.txt | cksum)
if done_before "$stamp" "$wanted" && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

new_enough='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
python=
for name in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    if [ -n "$name" ] && "$name" -c "$new_enough" 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11 or newer, with its venv module, is needed (PYTHON=/path/to/python)." >&2
    exit 1
fi

echo "Installing the locked packages into .venv…"
.venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv
if uv --version >/dev/null 2>&1; then
    uv pip install --quiet --python .venv/bin/python --require-hashes \
        -r requirements/base.txt -r requirements/local.txt -r requirements/dev.txt
else
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements/base.txt -r requirements/local.txt -r requirements/dev.txt
fi
printf '%s\n' "$wanted" >"$stamp"
