#!/bin/sh
# What breaks with the newest packages that pyproject.toml allows? Installs them into a venv of
# their own, builds and tests a copy of the book there, and reports; the lock and .venv stay as they
# are. Fails when something broke: a sign to look at, not a gate.
# usage: [PYTHON=python3.12] sh rare_earths/book/newest.sh
set -u
here=$(pwd)
room=$here/_build/newest
python=${PYTHON:-python3}
rm -rf "$room"
mkdir -p "$room"
# The files as they are, those not committed included, without what git ignores.
git ls-files -z --cached --others --exclude-standard | xargs -0 tar -cf - 2>/dev/null |
    { mkdir "$room/book" && tar -xf - -C "$room/book"; }
cd "$room/book" || exit 2
git init -q . && git add -A && git -c user.name=newest -c user.email=newest@invalid commit -qm copy

echo "Installing the newest packages that pyproject.toml allows."
"$python" -m venv "$room/venv" || exit 2
run=$room/venv/bin/python
"$run" -m pip install -qq --disable-pip-version-check --upgrade pip setuptools wheel || exit 2
"$run" -m pip install -qq --disable-pip-version-check -e '.[book,test]' || exit 2

# Every line: a package, its version in the lock, its version now.
"$run" -m pip list --disable-pip-version-check --format=freeze | sed 's/==/ /' | tr 'A-Z_' 'a-z-' |
    sort >"$room/now"
sed -n 's/^\([A-Za-z0-9._-]*\)==\([^ ;\\]*\).*/\1 \2/p' requirements-test.lock | tr 'A-Z_' 'a-z-' |
    sort >"$room/lock"
join "$room/lock" "$room/now" | awk '$2 != $3 {print "newer than the lock:", $1, $2, "->", $3}' \
    >"$room/report"

try() { # try <what> <command...>: run one step, and note how it ended
    what=$1
    shift
    if "$@" >"$room/log" 2>&1; then
        echo "holds: $what" >>"$room/report"
    else
        { echo "breaks: $what" && tail -15 "$room/log" | sed 's/^/    /'; } >>"$room/report"
    fi
}
try "packages fit together" "$run" -m pip check
try "evidence" "$run" -m rare_earths.evidence check
try "book" "$run" -m rare_earths.book build
grep -q moved "$room/log" && sed 's/^/    /' "$room/log" >>"$room/report"
# Without the browser, TeX and what compares with the pins.
try "tests" "$run" -m pytest -q --maxfail=20 tests --ignore=tests/browser \
    --ignore=tests/test_pdf.py --ignore=tests/test_repository.py
cat "$room/report"
! grep -q '^breaks:' "$room/report"
