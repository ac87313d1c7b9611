#!/bin/sh
# Pins every package for Python 3.11 to 3.13 in one go, from pyproject.toml.
# requirements.lock: with hashes, for `make book`; requirements.txt: the same without hashes, then
# the package itself, for Binder and a bare pip. The -test pair adds what tests and JupyterLab need.
set -eu

compile() { # compile <file> <more arguments>: no place where a package came from is written
    file=$1
    shift
    uv pip compile pyproject.toml --universal --python-version 3.11 --quiet \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@" >"$file.new"
    mv "$file.new" "$file"
}

plain() { # plain <lock> <txt>: the lock without its hashes, then the package itself
    sed -e '/--hash=/d' -e 's/ *\\$//' "$1" >"$2"
    echo '-e .' >>"$2"
}

compile requirements.lock --extra book --generate-hashes
# What the book has, the tests have in the same version.
compile requirements-test.lock --all-extras --generate-hashes -c requirements.lock
plain requirements.lock requirements.txt
plain requirements-test.lock requirements-test.txt
