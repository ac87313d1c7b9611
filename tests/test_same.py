"""A book is the same in other surroundings; and what tells so does see a difference."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from test_book_build import make_book

from rare_earths.keeper import same


def test_the_small_book_is_the_same(tmp_path: Path) -> None:
    """In a folder with a space and Chinese in its name; another locale, time zone, umask, seed."""
    source = tmp_path / "source"
    source.mkdir()
    make_book(source)
    me = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "A small book"]):
        subprocess.run(["git", *me, *command], cwd=source, check=True)
    places = [same.FIRST, same.Surroundings("as in Shanghai", "我的 book", SHANGHAI, umask=0o077)]
    assert list(same.compare(places, tmp_path, source=source)) == []
    page = tmp_path / "1" / "我的 book" / "_build" / "html" / "chapters" / "01-one.html"
    assert "commit" in page.read_text("utf-8")


# The locale is taken where the system has it; a test does not make one.
SHANGHAI = {"LC_ALL": "C", "PYTHONUTF8": "0", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7"}


def test_each_difference_is_a_sentence(tmp_path: Path) -> None:
    for name, text, rights in (("a", "day 1", 0o644), ("b", "day 2", 0o600)):
        page = tmp_path / name / "html" / "page.html"
        page.parent.mkdir(parents=True)
        page.write_text(text)
        (page.parent / "same").write_text("x")
        (page.parent / "same").chmod(rights)
        (page.parent / f"only-{name}").write_text("x")
    assert list(same.differences(tmp_path / "a", tmp_path / "b", ["html"])) == [
        "html/only-a: only in the first",
        "html/only-b: only in the second",
        "html/page.html: byte 4, b'day 1', then b'day 2'",
        "html/same: rights 644, then 600",
    ]


def test_surroundings_hold_nothing_of_the_callers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RARE_EARTHS_OUTPUT", "store")
    made = same.surround(same.FIRST, tmp_path)
    assert made["HOME"] == str(tmp_path / "home")
    assert "RARE_EARTHS_OUTPUT" not in made
    assert made["PATH"] == os.environ["PATH"]
