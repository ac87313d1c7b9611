"""The commands of the Makefile: ``python -m rare_earths.book build | pdf | serve | …``.

A build works beside the pages that readers see and puts its own in their place when all is done
(`place`). It writes its stamp last. A stamp says of which inputs the pages were made; while it
fits, there is nothing to do. Without one the last build failed or was stopped, and starts from
nothing; so does a build that finds its caches other than they were left.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path

from rare_earths.book import fonts, history, moved, place, told
from rare_earths.book.facts import source_date
from rare_earths.book.facts import stamp as source_stamp
from rare_earths.book.files import FullDiskOnce, file_fault, write_whole
from rare_earths.book.freshness import EVERYTHING, digest
from rare_earths.book.inputs import tell as tell_faults
from rare_earths.book.typeset import missing_programs, typeset

ROOT = Path.cwd()
BUILD = ROOT / "_build"
# What a stamp vouches for beside the folder it was written for.
TABLES = [*moved.TABLES, "claims.json"]
CACHES = [".doctrees", "figures", "jupyter_execute"]


def _inputs() -> str:
    """Digest of everything a build is made of, the commit included."""
    return f"{digest(ROOT, EVERYTHING)} {source_stamp(ROOT)}"


def _digests(paths: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of every file at or under the paths that exist, so that any other byte is noticed."""
    found = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    return {
        file.relative_to(BUILD).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(found)
        if file.is_file()
    }


def _noted(stamp: Path) -> dict[str, object]:
    """What a stamp says; nothing where it is lost or damaged."""
    try:
        noted = json.loads(stamp.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def _outputs(folder: Path) -> dict[str, str]:
    return _digests([folder, *(BUILD / name for name in TABLES)])


def _is_fresh(stamp: Path, folder: Path) -> bool:
    """Whether a stamp fits the inputs as they are and the files it was written for."""
    noted = _noted(stamp)
    return noted.get("inputs") == _inputs() and noted.get("outputs") == _outputs(folder)


def _caches() -> dict[str, str]:
    return _digests(BUILD / name for name in CACHES)


def _clear_caches() -> None:
    for cache in (BUILD / name for name in CACHES):
        if cache.exists():
            shutil.rmtree(cache)


def _note(stamp: Path, inputs: object, folder: Path) -> None:
    noted = {"inputs": inputs, "outputs": _outputs(folder), "caches": _caches()}
    write_whole(stamp, json.dumps(noted))


def _load_jupyter_book() -> None:
    """Import what a build needs."""
    # Its grammar takes two seconds to load, for a kind of address that no schema here has.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    for name in ("jupyter_book.sphinx", "myst_nb.sphinx_ext", "sphinx_book_theme"):
        import_module(name)
    # It prints what went wrong, which is told once here, and leaves a file with a traceback.
    sys.modules["jupyter_book.sphinx"].handle_exception = lambda *_: None  # type: ignore[attr-defined]


def _jupyter_book(builder: str, folder: Path) -> int:
    """Let Jupyter Book build into a folder; every warning is an error, and all of them are told."""
    _load_jupyter_book()
    from jupyter_book import sphinx
    from sphinx.util.console import nocolor

    if not sys.stderr.isatty():
        nocolor()
    settings = {
        "external_toc_path": (ROOT / "_toc.yml").as_posix(),
        "latex_individualpages": False,
        "nitpicky": True,
    }
    with redirect_stdout(StringIO()), redirect_stderr(FullDiskOnce(sys.stderr)):
        result = sphinx.build_sphinx(
            ROOT,
            folder,
            noconfig=True,
            path_config=ROOT / "_config.yml",
            confoverrides=settings,
            builder=builder,
            warningiserror=True,
            keep_going=True,
            quiet=True,
        )
    if isinstance(result, KeyboardInterrupt):
        raise result
    if result:
        reason = (
            told.failure(result, ROOT)
            if isinstance(result, BaseException)
            else "see above for the cause"
        )
        print(f"The book was not built: {reason}", file=sys.stderr)
    return int(bool(result))


@contextmanager
def _beside(*module: str) -> Iterator[subprocess.Popen[bytes]]:
    """A module that runs beside the block. Ctrl+C reaches it through the block alone. It holds the
    lock of the folder too: when this process is killed, the next build waits for its end.
    """
    command = [sys.executable, "-m", *module]
    helper = subprocess.Popen(command, start_new_session=True, pass_fds=_locks)
    try:
        yield helper
    except BaseException:
        helper.kill()
        raise
    finally:
        helper.wait()


_locks: list[int] = []  # of the folder, while a command has it alone


def build() -> int:
    """Check evidence and inputs, build the pages, say what moved."""
    stamp, html = BUILD / "html.stamp", BUILD / "html"
    if _is_fresh(stamp, html):
        print("Nothing changed: _build/html/index.html is up to date.")
        _tell_moved()
        return 0
    with _beside("rare_earths.evidence", "check") as checking:
        _load_jupyter_book()  # takes as long as the check
        wrong = tell_faults(ROOT)
    if checking.returncode or wrong:
        return checking.returncode or wrong
    sound = _noted(stamp).get("caches") == _caches()
    stamp.unlink(missing_ok=True)
    if not sound:
        _clear_caches()
    # Written again, all of it: Sphinx keeps pages, and words of its search, that are gone. What
    # was read and executed is in the caches.
    new = place.begin(html)
    inputs = _inputs()
    # The verdicts take as long as a chapter: judged beside the reading of the pages.
    with _beside("rare_earths.book", "verdicts") as judging:
        moved.judging = judging
        failed = _jupyter_book("html", new)
    if failed or judging.returncode:
        shutil.rmtree(new)
        return 1
    if (BUILD / "claims.json").is_file():
        shutil.copyfile(BUILD / "claims.json", new / "claims.json")
    (new / ".buildinfo").unlink()  # a digest of settings that name places on this machine
    place.put(new, html)
    _note(stamp, inputs, html)
    print("Built: _build/html/index.html")
    _tell_moved()
    return 0


def _tell_moved() -> None:
    """Print the verdicts and numbers that differ from the expected ones."""
    lines = moved.report(ROOT)
    if lines:
        print("\n".join(["Against tests/expected (make expected takes the new ones):", *lines]))


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
    return _take_history()


def _take_history() -> int:
    """Continue the history of the verdicts, and renew what describes the evidence."""
    try:
        if not history.take(ROOT):
            return 0
    except history.HistoryError as fault:
        print(fault, file=sys.stderr)
        return 1
    print(history.FILE, flush=True)
    renew = [sys.executable, "-m", "rare_earths.evidence", "package"]
    return subprocess.run(renew, check=False).returncode


def _in_another_form(builder: str, folder: Path) -> int:
    """Write the pages, as they were read for the HTML, into a folder of its own."""
    html_stamp = BUILD / "html.stamp"
    if _noted(html_stamp).get("caches") != _caches():
        html_stamp.unlink()
        if built := build():
            return built
    if folder.exists():
        shutil.rmtree(folder)
    failed = _jupyter_book(builder, folder)
    # The pages are as before, the caches hold what this form needs besides.
    _note(html_stamp, _noted(html_stamp)["inputs"], BUILD / "html")
    return failed


def pdf() -> int:
    """Build the PDF from the pages as they were read: nothing is executed again."""
    stamp, folder, latex = BUILD / "pdf.stamp", BUILD / "pdf", BUILD / "latex"
    built = build()
    if built:
        return built
    if _is_fresh(stamp, folder):
        print("Nothing changed: _build/pdf/rare-earths.pdf is up to date.")
        return 0
    if missing := missing_programs():
        print(f"The PDF needs {' and '.join(missing)}: run sh tests/setup.sh tex.", file=sys.stderr)
        return 1
    if lost := fonts.missing():
        print(f"The PDF needs the fonts {', '.join(lost)}: run sh tests/setup.sh tex.",
              file=sys.stderr)  # fmt: skip
        return 1
    stamp.unlink(missing_ok=True)
    inputs = _inputs()
    if _in_another_form("latex", latex):
        return 1
    if errors := typeset(latex, ROOT):
        print("TeX failed, see _build/latex/rare-earths.log:", errors, sep="\n", file=sys.stderr)
        return 1
    folder.mkdir(exist_ok=True)
    part = folder / ".rare-earths.part"
    shutil.copyfile(latex / "rare-earths.pdf", part)
    part.replace(folder / "rare-earths.pdf")
    _note(stamp, inputs, folder)
    print("Built: _build/pdf/rare-earths.pdf")
    return 0


def epub() -> int:
    """Build the EPUB from the pages as they were read: nothing is executed again."""
    stamp, folder = BUILD / "epub.stamp", BUILD / "epub"
    built = build()
    if built:
        return built
    if _is_fresh(stamp, folder):
        print("Nothing changed: _build/epub/rare-earths.epub is up to date.")
        return 0
    stamp.unlink(missing_ok=True)
    inputs = _inputs()
    # The only date in the file; outside git that of EPOCH in files.py, not the clock's.
    os.environ["SOURCE_DATE_EPOCH"] = source_date(ROOT) or "315532800"
    if _in_another_form("epub", folder):
        return 1
    _note(stamp, inputs, folder)
    print("Built: _build/epub/rare-earths.epub")
    return 0


def release() -> int:
    """Build site, PDF and EPUB, and pack them into one zip with its checksum."""
    from rare_earths.book.release import pack

    for make in (pdf, epub):
        if failed := make():
            return failed
    print(f"Packed: {pack(BUILD, source_stamp(ROOT)).relative_to(ROOT)}")
    return 0


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
    "epub": epub,
    "release": release,
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
        _locks[:] = [lock.fileno()]
        yield


def main(arguments: list[str]) -> int:
    """Run one command; its name comes first. 130 when the user stopped it, 1 when it failed."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python -m rare_earths.book {' | '.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        return _run(COMMANDS[arguments[0]], arguments[1:])
    except KeyboardInterrupt:
        print("Stopped. The next build starts from nothing.", file=sys.stderr)
        return 130
    except OSError as fault:
        print(f"make {_MADE_BY.get(arguments[0], arguments[0])} could not go on: "
              f"{file_fault(fault)}", file=sys.stderr)  # fmt: skip
        return 1


_MADE_BY = {"build": "book"}


def _run(command: Callable[..., int], arguments: list[str]) -> int:
    if command in (verdicts, serve_book):
        return command(*arguments)
    with _alone():
        return command(*arguments)


def _in_utf8() -> None:
    """Start again in Python's UTF-8 mode where the locale has other signs: it, and all that it
    starts, could not write the name of a Chinese folder, or read it.
    """
    if sys.getfilesystemencoding() != "utf-8":
        os.environ["PYTHONUTF8"] = "1"
        command = [sys.executable, "-X", "utf8", "-m", "rare_earths.book", *sys.argv[1:]]
        os.execv(sys.executable, command)


if __name__ == "__main__":
    _in_utf8()
    sys.exit(main(sys.argv[1:]))
