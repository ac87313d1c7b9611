"""The commands of the Makefile: ``python -m rare_earths.book build | pdf | serve | …``.

A build writes its stamp last. A stamp says of which inputs the pages were made; while it fits,
there is nothing to do. Without one the last build failed or was stopped, and starts from nothing.
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from io import StringIO
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


def _load_jupyter_book() -> None:
    """Import what a build needs."""
    # Its grammar takes two seconds to load, for a kind of address that no schema here has.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    for name in ("jupyter_book.sphinx", "myst_nb.sphinx_ext", "sphinx_book_theme"):
        import_module(name)


def _jupyter_book(builder: str) -> int:
    """Run Jupyter Book; every warning is an error, and all of them are told."""
    _load_jupyter_book()
    from jupyter_book.cli.main import main
    from sphinx.util.console import nocolor

    if not sys.stderr.isatty():
        nocolor()
    arguments = ["build", ".", "--builder", builder, "-W", "-n", "--keep-going", "-q"]
    try:
        with redirect_stdout(StringIO()):
            main(arguments, standalone_mode=False)
    except (Exception, SystemExit) as fault:
        print(f"The book was not built: {_told(fault)}", file=sys.stderr)
        return 1
    return 0


def _told(fault: BaseException) -> str:
    """Why a build failed; of a failing cell its notebook, its code and its error."""
    reason = fault.__cause__ or fault
    # In a process of its own a failure is text, else it is a chain of exceptions.
    text = getattr(reason, "traceback", "") or ""
    cell = re.search(r"CellExecutionError: (.*?)\n\nThe above exception", text, re.DOTALL)
    detail = cell[1] if cell else str(reason.__cause__ or "")
    parts = [str(reason).strip() or type(reason).__name__, _ANSI.sub("", detail).strip()]
    return "\n".join(filter(None, parts))


_ANSI = re.compile(r"\x1b\[[\d;]*m")


def build() -> int:
    """Check the evidence, build the pages, say what moved."""
    stamp, html = BUILD / "html.stamp", BUILD / "html"
    if _is_fresh(stamp, html):
        print("Nothing changed: _build/html/index.html is up to date.")
        _tell_moved()
        return 0
    with subprocess.Popen([sys.executable, "-m", "rare_earths.evidence", "check"]) as checking:
        _load_jupyter_book()  # takes as long as the check
    if checking.returncode:
        return checking.returncode
    if not stamp.exists():
        for leftover in (html, BUILD / ".doctrees", BUILD / "jupyter_execute"):
            shutil.rmtree(leftover, ignore_errors=True)
    stamp.unlink(missing_ok=True)
    inputs = _inputs()
    # The verdicts take as long as a chapter: judged beside the reading of the pages.
    with subprocess.Popen([sys.executable, "-m", "rare_earths.book", "verdicts"]) as judging:
        moved.judging = judging
        failed = _jupyter_book("html")
    if failed or judging.returncode:
        return 1
    if (BUILD / "claims.json").is_file():
        shutil.copyfile(BUILD / "claims.json", html / "claims.json")
    _note(stamp, inputs, html)
    print("Built: _build/html/index.html")
    _tell_moved()
    return 0


def _tell_moved() -> None:
    """Print the verdicts and numbers that differ from the expected ones."""
    told = moved.report(ROOT)
    if told:
        print("\n".join(["Against tests/expected (make expected takes the new ones):", *told]))


def verdicts() -> int:
    """Judge all claims and write the results into ``_build``."""
    moved.write_verdicts(BUILD)
    return 0


def expected() -> int:
    """Take the tables of the last build as the expected ones."""
    for name in moved.TABLES:
        if (BUILD / name).is_file():
            write_whole(ROOT / "tests" / "expected" / name, (BUILD / name).read_text("utf-8"))
            print(f"tests/expected/{name}")
    return 0


def pdf() -> int:
    """Build the PDF from the pages as they were read: nothing is executed again."""
    stamp, folder, latex = BUILD / "pdf.stamp", BUILD / "pdf", BUILD / "latex"
    built = build()
    if built:
        return built
    if _is_fresh(stamp, folder):
        print("Nothing changed: _build/pdf/rare-earths.pdf is up to date.")
        return 0
    missing = [name for name in ("latexmk", "xelatex") if shutil.which(name) is None]
    if missing:
        print(f"The PDF needs {' and '.join(missing)}: run sh tests/setup.sh tex.", file=sys.stderr)
        return 1
    stamp.unlink(missing_ok=True)
    shutil.rmtree(latex, ignore_errors=True)
    inputs = _inputs()
    if _jupyter_book("latex"):
        return 1
    command = ["latexmk", "-xelatex", "-halt-on-error", "-interaction=nonstopmode", "-silent"]
    told = subprocess.run(
        [*command, "rare-earths.tex"], cwd=latex, capture_output=True, text=True, check=False
    )
    if told.returncode:
        print("TeX failed, see _build/latex/rare-earths.log:", _tex_errors(latex, told.stdout),
              sep="\n", file=sys.stderr)  # fmt: skip
        return 1
    folder.mkdir(exist_ok=True)
    part = folder / ".rare-earths.part"
    shutil.copyfile(latex / "rare-earths.pdf", part)
    part.replace(folder / "rare-earths.pdf")
    _note(stamp, inputs, folder)
    print("Built: _build/pdf/rare-earths.pdf")
    return 0


def _tex_errors(latex: Path, said: str) -> str:
    """The first errors of TeX's log, else the last words of latexmk."""
    log = latex / "rare-earths.log"
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    errors = [i for i, line in enumerate(lines) if line.startswith("!")][:3]
    told = [line for i in errors for line in lines[i : i + 3]]
    return "\n".join(told or said.splitlines()[-8:])


def serve_book(port: str = "8000") -> int:
    """Serve the built pages on this machine."""
    from rare_earths.book.serve import serve

    serve(BUILD / "html", int(port))
    return 0


def refresh() -> int:
    """Execute the chapters and store their outputs in the notebooks."""
    from rare_earths.book.refresh import refresh

    return refresh(ROOT)


COMMANDS = {
    "build": build,
    "pdf": pdf,
    "serve": serve_book,
    "refresh": refresh,
    "verdicts": verdicts,
    "expected": expected,
}


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other command builds in this folder; the lock ends with the process."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another build in this folder.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """Run one command; its name comes first."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python -m rare_earths.book {' | '.join(COMMANDS)}", file=sys.stderr)
        return 2
    command = COMMANDS[arguments[0]]
    if command in (verdicts, serve_book):
        return command(*arguments[1:])
    with _alone():
        return command(*arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
