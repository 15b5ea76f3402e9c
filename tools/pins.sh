#!/bin/sh
# Pins what pyproject.toml names; with --upgrade, the newest versions of all. Needs uv.
set -eu
cd "$(dirname "$0")/.."

oldest=$(sed -nE 's/^requires-python = ">=([0-9.]+).*/\1/p' pyproject.toml)
pin() {
    uv pip compile pyproject.toml --universal --fork-strategy fewest --python-version "$oldest" \
        --no-emit-index-url --no-header --no-annotate --quiet "$@"
}
# TensorFlow names libclang and grpcio (32 MB), and imports them for nothing that is done
# here. The extra `graded` stays out: it would put its buttons into everybody's JupyterLab.
pin "$@" --no-emit-package libclang --no-emit-package grpcio -o requirements.txt
pin "$@" --no-emit-package libclang --no-emit-package grpcio --constraint requirements.txt \
    --extra author --extra cluster --extra site --extra test -o requirements-dev.txt
