"""From LaTeX to PDF: runs TeX so that one commit gives the same bytes at any time and place.

The PDF is not tagged. The TeX of Debian 12 (TeX Live 2022, LaTeX 2022-11-01, tagpdf 0.98a) does not
know the key ``tagging`` of ``\\DocumentMetadata``. With ``testphase=phase-II``, the most it offers,
it tags paragraphs and headings but no table, list or figure, nests them wrongly in this book, and
had not finished one pass after three minutes. A file that called itself tagged would promise a
screen reader what it does not hold: the pages are the accessible form. Title, language and
bookmarks are set.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from rare_earths.book.facts import source_date

NAME = "rare-earths"
PROGRAMS = ("latexmk", "xelatex", "xdvipdfmx")
LATEXMK = ("latexmk", "-xelatex", "-halt-on-error", "-interaction=nonstopmode", "-silent")


def missing_programs() -> list[str]:
    """The programs that the PDF needs and this machine lacks."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def environment(folder: Path) -> dict[str, str]:
    """Variables under which TeX takes the time of the commit for its own.

    The time decides the file's dates and its id. Outside a git repository, and without a
    ``SOURCE_DATE_EPOCH`` from outside, the clock's time stands in the file.
    """
    date = source_date(folder)
    own = {"SOURCE_DATE_EPOCH": date, "FORCE_SOURCE_DATE": "1"} if date else {}
    return {**os.environ, **own, "TZ": "UTC", "LC_ALL": "C.UTF-8"}


def typeset(latex: Path, root: Path) -> str:
    """Make ``rare-earths.pdf`` in the folder of its LaTeX.

    :param latex: folder of ``rare-earths.tex``
    :param root: the book's folder
    :returns: what TeX complained of when it failed, else nothing
    """
    told = subprocess.run(
        [*LATEXMK, f"{NAME}.tex"],
        cwd=latex,
        env=environment(root),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    return _errors(latex, told.stdout) if told.returncode else ""


def _errors(latex: Path, said: str) -> str:
    """The first errors of TeX's log, else the last words of latexmk."""
    log = latex / f"{NAME}.log"
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    errors = [i for i, line in enumerate(lines) if line.startswith("!")][:3]
    told = [line for i in errors for line in lines[i : i + 3]]
    return "\n".join(told or said.splitlines()[-8:]) or "no reason given"
