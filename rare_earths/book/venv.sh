#!/bin/sh
# Makes .venv with a supported Python and installs one lock file into it, then this package.
# usage: [PYTHON=python3.12] sh rare_earths/book/venv.sh requirements.lock
set -eu
lock=$1

fail() {
    echo "$*" >&2
    exit 1
}

supported() { # supported <python>: true when it runs and is 3.11, 3.12 or 3.13
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

choose_python() { # prints the first supported python; the one named by PYTHON, if any, alone
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if command -v "$candidate" >/dev/null 2>&1 && supported "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    found=$("${PYTHON:-python3}" -V 2>/dev/null || echo "no ${PYTHON:-python3}")
    fail "This book needs Python 3.11, 3.12 or 3.13, and found $found:" \
        "install one of the three, or name it, as in make book PYTHON=python3.12."
}

make_venv() { # make_venv <python>: Debian keeps the module ensurepip in a package of its own
    if ! "$1" -c 'import ensurepip' 2>/dev/null; then
        version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            apt-get -qq update && apt-get -qq install -y "python$version-venv" >/dev/null
        else
            fail "Python $version has no ensurepip: run apt-get install python$version-venv."
        fi
    fi
    rm -rf .venv
    "$1" -m venv .venv
}

# A .venv of another Python, or one whose Python is gone, is made again.
if ! { [ -x .venv/bin/python ] && supported .venv/bin/python; }; then
    python=$(choose_python)
    echo "Making .venv with $("$python" -V)."
    make_venv "$python"
fi
.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null

echo "Installing the packages of $lock."
.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r "$lock"
.venv/bin/python -m pip install -qq --disable-pip-version-check \
    --no-deps --no-build-isolation -e .
