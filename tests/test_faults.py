"""A few of each fault of `tests/faults.py`, and every step at which a writer may be killed."""

from __future__ import annotations

import io
import os
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import faults
import pytest
from faults import SHARES, Small, run
from test_book_build import notebook

from rare_earths import evidence_edition, figures
from rare_earths.book import facts, files, fonts, freshness, latex, place


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return faults.small(tmp_path_factory.mktemp("faults") / "my book")


# --- the small book -------------------------------------------------------------------------------


def test_killed_then_right(book: Small) -> None:
    faults.killed(book, random.Random(3))


def test_a_flipped_byte_in_a_cache_is_not_printed(book: Small) -> None:
    """One digit of the stored page is another; the page is written again, with the right one."""
    share = book.seen()
    path = book.build / ".doctrees" / "chapters" / "01-one.doctree"
    content, shown = path.read_bytes(), f"{2 * int(share)} %".encode()
    assert shown in content
    path.write_bytes(content.replace(shown, b"99 %"))
    (book.build / "html" / "index.html").unlink()
    book.must_be(share)


def test_a_flipped_byte_in_a_page_is_noticed(book: Small) -> None:
    share = book.seen()
    page = book.build / "html" / "chapters" / "01-one.html"
    page.write_bytes(page.read_bytes().replace(b"It fell", b"It rose"))
    book.must_be(share)


def test_a_full_disk_is_told_and_the_pages_stay(book: Small) -> None:
    """No file may grow beyond 8 kB: what a full disk does, without one."""
    before = book.seen()
    share = faults.other(book)
    limit = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000));"
        "import os; os.execv(sys.executable, [sys.executable, '-m', 'rare_earths.book', 'build'])"
    )
    assert resource.RLIMIT_FSIZE is not None
    done = run(book.folder, sys.executable, "-c", limit)
    assert faults.ending(done, "The book was not built") == faults.TOLD
    assert book.seen() == before
    assert share in SHARES


def test_a_page_taken_out_is_gone(book: Small) -> None:
    """With its words in the search: a build after a change is the same as one from nothing."""
    toc = book.folder / "_toc.yml"
    before = toc.read_text()
    share = SHARES[0]
    book.state(share)
    notebook(book.folder / "chapters" / "02-two.ipynb", "# Two\n\nA word: antediluvian.")
    toc.write_text(before + "  - file: chapters/02-two\n")
    assert run(book.folder).returncode == 0
    index = book.build / "html" / "searchindex.js"
    assert "antediluvian" in index.read_text("utf-8")
    toc.write_text(before)
    (book.folder / "chapters" / "02-two.ipynb").unlink()
    book.must_be(share)


# --- putting a folder in place --------------------------------------------------------------------


def _in_a_child(work: Callable[[], None]) -> None:
    """Run in a process of its own, which may be killed."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def _kill_at(step: int, *targets: tuple[object, str]) -> None:
    """Let functions end the process, without any clearing up, at their n-th call in all."""
    done = 0

    def dying(function: Callable[..., object]) -> Callable[..., object]:
        def died(*given: object, **named: object) -> object:
            nonlocal done
            done += 1
            if done == step:
                os._exit(9)
            return function(*given, **named)

        return died

    for module, name in targets:
        setattr(module, name, dying(getattr(module, name)))


@pytest.mark.parametrize("exchanges", [True, False])
@pytest.mark.parametrize("step", range(1, 9))
def test_killed_while_placing_a_folder(step: int, exchanges: bool, tmp_path: Path) -> None:
    html = tmp_path / "html"
    html.mkdir()
    (html / "page").write_text("old")

    def work() -> None:
        new = place.begin(html)
        (new / "page").write_text("new")
        if not exchanges:
            place._exchange = lambda *_: False  # type: ignore[assignment]
        _kill_at(step, (os, "rename"), (os, "unlink"), (os, "rmdir"), (place, "_exchange"))
        place.put(new, html)

    _in_a_child(work)
    assert not exchanges or (html / "page").is_file(), "seen at every moment"
    place.mend(html)
    assert (html / "page").read_text() in ("old", "new")
    assert sorted(tmp_path.iterdir()) == [html]


def test_rights_are_the_same_whatever_the_umask(tmp_path: Path) -> None:
    html, before = tmp_path / "html", os.umask(0o077)
    try:
        new = place.begin(html)
        (new / "a").mkdir()
        (new / "a" / "page").write_text("x")
        place.put(new, html)
    finally:
        os.umask(before)
    rights = [path.stat().st_mode & 0o777 for path in (html, html / "a", html / "a" / "page")]
    assert rights == [0o755, 0o755, 0o644]


# --- putting an edition's tables in place ---------------------------------------------------------


@pytest.mark.parametrize("step", range(1, 16))
def test_killed_while_placing_tables(step: int, tmp_path: Path) -> None:
    """Old or new, all of them, wherever it stops; and nothing is left beside them."""
    folder, names = tmp_path / "data", ["a.csv", "b.csv", "vocabulary/c.csv"]
    scratch = tmp_path / f"{evidence_edition.SCRATCH}x"
    for top, text in ((folder, "old"), (scratch / "data", "new")):
        for name in names:
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).write_text(text)

    def work() -> None:
        _kill_at(step, (os, "rename"), (os, "replace"), (os, "unlink"), (shutil, "copy2"))
        evidence_edition._put(scratch / "data", folder, names)
        shutil.rmtree(scratch)

    _in_a_child(work)
    evidence_edition.restore(folder)
    assert {(folder / name).read_text() for name in names} in ({"old"}, {"new"})
    assert sorted(tmp_path.iterdir()) == [folder]
    held = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    assert held == names


def test_one_edition_at_a_time(tmp_path: Path) -> None:
    taken = pytest.raises(evidence_edition.EvidenceError, match="another edition is being taken")
    with evidence_edition._alone(tmp_path), taken:
        evidence_edition.restore(tmp_path)


# --- sentences ------------------------------------------------------------------------------------


def test_a_full_disk_is_told_once() -> None:
    stream = io.StringIO()
    once = files.FullDiskOnce(stream)
    for name in "abc":
        print(f"Failed to copy {name}: OSError(28, 'No space left on device')", file=once)
    print("WARNING: another thing", file=once)
    said = stream.getvalue()
    assert said.count("No space left") == 1
    assert "another thing" in said


def test_a_fault_names_its_file() -> None:
    fault = PermissionError(13, "Permission denied", str(Path.cwd() / "_build" / "lock"))
    assert files.file_fault(fault) == "Permission denied: _build/lock."


def test_half_a_file_is_not_left(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        files.write_whole(path, "\ud800")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("kept", "before")]


def test_fonts_of_the_pdf_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "TeX Gyre Pagella" in fonts.needed()
    assert all(name in latex.FONTS for name in fonts.needed())
    told = subprocess.CompletedProcess([], 0, "", "")
    monkeypatch.setattr(fonts.shutil, "which", lambda _: "fc-list")
    monkeypatch.setattr(fonts.subprocess, "run", lambda *_, **__: told)
    assert fonts.missing() == fonts.needed()


def test_the_font_of_the_figures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(figures.mpl, "get_data_path", lambda: str(tmp_path))
    with pytest.raises(figures.FigureError, match="DejaVu Sans that comes with matplotlib"):
        figures.use_theme()


# --- the same everywhere --------------------------------------------------------------------------


def test_a_book_in_a_hidden_folder_is_seen(tmp_path: Path) -> None:
    """Its files count: a change in one of them is noticed."""
    folder = tmp_path / ".cache" / "book"
    folder.mkdir(parents=True)
    (folder / "data").mkdir()
    table, hidden = folder / "data" / "a.csv", folder / "data" / ".b.csv.part"
    table.write_text("1")
    first = freshness.digest(folder, ["data"])
    hidden.write_text("1")
    assert freshness.digest(folder, ["data"]) == first
    table.write_text("2")
    assert freshness.digest(folder, ["data"]) != first


def test_date_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of SOURCE_DATE_EPOCH, in UTC, or none; never today's."""
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1"\n')
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1924991999")
    assert str(facts.stamp.__wrapped__(tmp_path)) == "version 1, 2030-12-31"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert str(facts.stamp.__wrapped__(tmp_path)) == "version 1"
