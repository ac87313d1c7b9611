"""The commands of the Makefile: ``python -m rare_earths.book build | pdf | serve | …``.

A build writes its stamp last. A stamp says of which inputs the pages were made; while it fits,
there is nothing to do. Without one the last build failed or was stopped, and starts from nothing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from rare_earths.book import moved
from rare_earths.book.facts import stamp as source_stamp
from rare_earths.book.files import write_whole
from rare_earths.book.freshness import EVERYTHING, digest, files

ROOT = Path.cwd()
BUILD = ROOT / "_build"


def _inputs() -> str:
    """Digest of everything a build is made of, the commit included."""
    return f"{digest(ROOT, EVERYTHING)} {source_stamp(ROOT)}"


def _outputs(folder: Path) -> list[str]:
    """Name and size of every file built, so that a lost or shortened one is noticed."""
    return [f"{path.relative_to(folder)} {path.stat().st_size}" for path in files(folder, ["."])]


def _is_fresh(stamp: Path, folder: Path) -> bool:
    """Whether a stamp fits the inputs as they are and the files it was written for."""
    try:
        noted = json.loads(stamp.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return noted == {"inputs": _inputs(), "outputs": _outputs(folder)}


def _note(stamp: Path, inputs: str, folder: Path) -> None:
    write_whole(stamp, json.dumps({"inputs": inputs, "outputs": _outputs(folder)}))


def _jupyter_book(builder: str) -> int:
    """Run Jupyter Book; every warning is an error, and all of them are told."""
    from jupyter_book.cli.main import main
    from sphinx.util.console import nocolor

    if not sys.stderr.isatty():
        nocolor()
    arguments = ["build", ".", "--builder", builder, "-W", "-n", "--keep-going", "-q"]
    try:
        main(arguments, standalone_mode=False)
    except (Exception, SystemExit) as fault:
        print(f"The book was not built: {_told(fault)}", file=sys.stderr)
        return 1
    return 0


def _told(fault: BaseException) -> str:
    """The reason of a failure in a line or two; Sphinx has printed the place before."""
    reason = fault.__cause__ or fault
    return str(reason).strip() or type(reason).__name__


def build() -> int:
    """Check the evidence, build the pages, say what moved."""
    stamp, html = BUILD / "html.stamp", BUILD / "html"
    if _is_fresh(stamp, html):
        print("Nothing changed: _build/html/index.html is up to date.")
        _tell_moved()
        return 0
    checked = subprocess.run([sys.executable, "-m", "rare_earths.evidence", "check"], check=False)
    if checked.returncode:
        return checked.returncode
    if not stamp.exists():
        for leftover in (html, BUILD / ".doctrees", BUILD / "jupyter_execute"):
            shutil.rmtree(leftover, ignore_errors=True)
    stamp.unlink(missing_ok=True)
    inputs = _inputs()
    if _jupyter_book("html"):
        return 1
    _note(stamp, inputs, html)
    print("Built: _build/html/index.html")
    _tell_moved()
    return 0


def _tell_moved() -> None:
    """Print the verdicts and numbers that differ from the expected ones."""
    told = moved.report(ROOT)
    if told:
        print("\n".join(["Against tests/expected (make expected takes the new ones):", *told]))


def expected() -> int:
    """Take the tables of the last build as the expected ones."""
    for name in moved.TABLES:
        if (BUILD / name).is_file():
            write_whole(ROOT / "tests" / "expected" / name, (BUILD / name).read_text("utf-8"))
            print(f"tests/expected/{name}")
    return 0


COMMANDS = {"build": build, "expected": expected}


def main(arguments: list[str]) -> int:
    """Run one command; its name comes first."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python -m rare_earths.book {' | '.join(COMMANDS)}", file=sys.stderr)
        return 2
    return COMMANDS[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
