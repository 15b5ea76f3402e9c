#!/bin/sh
# Makes .venv with the newest Python that TensorFlow has, and installs what is pinned.
set -eu

supported='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

find_python() {
    for name in python3.13 python3.12 python3.11 python3 python; do
        if "$name" -c "$supported" 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "Downhill needs Python 3.13, 3.12 or 3.11 with venv; none was found (TensorFlow has none for 3.14 yet)." >&2
    exit 1
}

if ! .venv/bin/python -c "$supported" 2>/dev/null; then
    python=$(find_python)
    echo "Setting up .venv with $("$python" --version), once."
    rm -rf .venv
    "$python" -m venv .venv
fi
.venv/bin/python -m ensurepip >/dev/null
.venv/bin/python -m pip install --quiet --disable-pip-version-check uv
.venv/bin/uv pip install --quiet --python .venv/bin/python -r requirements.txt -e .
