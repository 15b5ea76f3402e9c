#!/bin/sh
# Starts tools/setup.py with any Python; where there is none, uv fetches one first.
set -eu
cd "$(dirname "$0")/.."

IFS=:
for folder in $PATH; do
    for python in "$folder"/python3 "$folder"/python "$folder"/python3.[0-9]*; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; then
            exec "$python" tools/setup.py "$@"
        fi
    done
done
newest=3.$(($(sed -nE 's/^requires-python = .*<3\.([0-9]+).*/\1/p' pyproject.toml) - 1))
if [ -e .venv/unfinished ] || ! .venv/bin/python -c 1 2>/dev/null; then
    rm -rf .venv
    if ! command -v uv >/dev/null || ! uv venv --seed --python "$newest" .venv; then
        echo "No Python was found, and no uv that fetches one: install Python $newest (python.org/downloads), then try again." >&2
        exit 1
    fi
fi
exec .venv/bin/python tools/setup.py "$@"
