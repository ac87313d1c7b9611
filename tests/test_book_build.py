"""The build itself, on a small book of its own: whole, never stale, never silent.

The small book has the real settings and the real extension, a stub of the evidence, and one chapter
that reads one CSV. It lies in a folder with a space in its name.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

BIB = """\
@misc{known_2020, author = {{A Survey}}, title = {{Known}}, year = {2020},
  url = {https://example.org/known}}
"""
TOOLS = '''
import base64, csv, os, pathlib
from rare_earths import tools

RAN = pathlib.Path(os.environ["RARE_EARTHS_FIGURES"]).parent / "ran"
RAN.write_text(str(int(RAN.read_text()) + 1 if RAN.exists() else 1))
share = float(next(csv.DictReader(open("../data/share.csv")))["share"])

class Said(str):
    def _repr_html_(self):
        return f'<span class="computed" data-name="share">{self}</span>'

class Shown:
    def __init__(self, id, title="It fell", description="A line that falls."):
        self.id, self.title, self.description = id, title, description

    def _repr_mimebundle_(self, **_):
        folder = pathlib.Path(os.environ["RARE_EARTHS_FIGURES"])
        (folder / f"{self.id}.csv").write_text("a\\n1\\n")
        html = f"""<figure class="re-figure" id="{self.id}" data-figure="{self.id}">
<figcaption><p class="fig-title"><span class="fig-number"></span>{self.title}</p></figcaption>
<p class="fig-source">Source: <a data-cite="known_2020" href="#">Known</a></p>
<p><a href="_figures/{self.id}.csv" download>CSV</a> <a href="_page/index">front</a></p>
<p class="fig-cite-text"></p><p class="fig-report"></p></figure>"""
        latex = {"kind": "figure", "id": self.id, "title": self.title, "pdf": "JVBERi0=",
                 "description": self.description, "source": "Source: Known"}
        return {"text/html": html, "text/plain": self.title,
                "application/vnd.rare-earths.latex+json": latex}

shown = Said(f"{tools.double(share):g} %")
'''


def notebook(path: Path, *cells: str) -> None:
    """Write a notebook; cells that begin with `#%` are code, the others Markdown."""
    made = [
        new_code_cell(text[2:].strip(), metadata={"tags": ["remove-input"]})
        if text.startswith("#%")
        else new_markdown_cell(textwrap.dedent(text).strip())
        for text in cells
    ]
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number}"
    book = new_notebook(cells=made)
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    path.parent.mkdir(exist_ok=True)
    path.write_text(nbformat.writes(book), "utf-8")


GOOD = (
    "#%" + TOOLS,
    """
    # How much?

    The share is {eval}`shown`, says {cite:t}`known_2020`; see {numref}`fig-one`, and this sentence
    is long enough to describe the page.
    """,
    '#% Shown("fig-one")',
    '#% Shown("fig-two")',
    """
    ## Sources

    ```{bibliography}
    :filter: docname in docnames
    ```
    """,
)


def make_book(folder: Path) -> Path:
    """A small book that builds."""
    package = folder / "rare_earths"
    shutil.copytree(ROOT / "rare_earths" / "book", package / "book")
    shutil.copyfile(ROOT / "rare_earths" / "palette.py", package / "palette.py")
    (package / "__init__.py").write_text("")
    (package / "evidence.py").write_text("")
    (package / "tools.py").write_text("def double(x):\n    return 2 * x\n")
    (package / "claims.py").write_text(
        "import pandas as pd\n"
        "def verdicts():\n    return pd.DataFrame([{'claim': 'C01', 'verdict': 'supported'}])\n"
        "def as_json():\n    return [{'claim': 'C01'}]\n"
    )
    for name in ("_config.yml", "pyproject.toml", "requirements.lock"):
        shutil.copyfile(ROOT / name, folder / name)
    config = (folder / "_config.yml").read_text("utf-8")
    bibliographies = next(line for line in config.splitlines() if "bibtex_bibfiles" in line)
    config = config.replace(bibliographies, "bibtex_bibfiles: [data/sources.bib]")
    (folder / "_config.yml").write_text(config, "utf-8")
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nparts:\n- caption: Chapters\n  numbered: 1\n  chapters:\n"
        "  - file: chapters/01-one\n"
    )
    (folder / "index.md").write_text("# Small book\n\nThe front page of a small book for tests.\n")
    (folder / "data").mkdir()
    (folder / "data" / "sources.bib").write_text(BIB)
    (folder / "data" / "share.csv").write_text("share\n21\n")
    notebook(folder / "chapters" / "01-one.ipynb", *GOOD)
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One of the book's commands, as the Makefile calls it."""
    return subprocess.run(
        [sys.executable, "-m", "rare_earths.book", *(arguments or ["build"])],
        cwd=folder,
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "RARE_EARTHS_OUTPUT")},
    )


def page(folder: Path) -> str:
    return (folder / "_build" / "html" / "chapters" / "01-one.html").read_text("utf-8")


def runs(folder: Path) -> int:
    """How often the chapter was executed."""
    return int((folder / "_build" / "ran").read_text())


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book, built."""
    folder = make_book(tmp_path_factory.mktemp("small") / "my book")
    done = run(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return folder


@pytest.fixture
def new_book(tmp_path: Path) -> Path:
    """A small book, not built."""
    return make_book(tmp_path / "my book")


# The page


def test_figures_are_numbered(book: Path) -> None:
    assert '<span class="fig-number">Figure 1.1.</span> It fell' in page(book)
    assert '<span class="fig-number">Figure 1.2.</span> It fell' in page(book)
    assert '<a class="reference internal" href="#fig-one"><span class="std std-numref">' in page(
        book
    )


def test_links_are_relative(book: Path) -> None:
    assert 'href="../_figures/fig-one.csv"' in page(book)
    assert 'href="../index.html"' in page(book)
    assert 'href="#id' in page(book).split("Source: ")[1][:60], "the source links to its entry"


def test_files_beside_the_pages(book: Path) -> None:
    html = book / "_build" / "html"
    assert sorted(p.name for p in (html / "_figures").iterdir()) == ["fig-one.csv", "fig-two.csv"]
    assert {p.name for p in (html / "_cite").iterdir()} == {
        "01-one.bib",
        "01-one.json",
        "01-one.ris",
    }
    assert (html / "claims.json").is_file()


def test_numbers_are_collected(book: Path) -> None:
    held = (book / "_build" / "headlines.csv").read_text()
    assert held == "page,name,text\nchapters/01-one,share,42 %\n"
    assert (book / "_build" / "verdicts.csv").read_text() == "claim,verdict\nC01,supported\n"


def test_what_is_not_known_is_left_out(book: Path) -> None:
    """No address, no DOI, no repository is made up."""
    for mark in ("citation_doi", "citation_public_url", "canonical", "issues/new", "doi.org"):
        assert mark not in page(book)


def test_page_is_light(book: Path) -> None:
    for mark in ("fontawesome", "bootstrap", "thebe", "https://cdn", "mathjax@", "googleapis"):
        assert mark not in page(book).lower()
    shipped = {p.name for p in (book / "_build" / "html" / "_static").rglob("*") if p.is_file()}
    assert not {name for name in shipped if name.endswith((".woff2", ".ttf", ".map"))}


# Never stale


def test_nothing_changed_is_quick(book: Path) -> None:
    before, start = runs(book), time.monotonic()
    done = run(book)
    assert time.monotonic() - start < 5
    assert done.stdout.startswith("Nothing changed")
    assert runs(book) == before


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda book: (book / "data" / "share.csv").write_text("share\n22\n"), "44 %"),
        (
            lambda book: (book / "rare_earths" / "tools.py").write_text(
                "def double(x):\n    return 3 * x\n"
            ),
            "66 %",
        ),
    ],
    ids=["datum", "function"],
)
def test_change_shows(book: Path, change: Callable[[Path], object], expected: str) -> None:
    """A datum, then a function that a page's own file does not name by time."""
    change(book)
    assert run(book).returncode == 0
    assert expected in page(book)


def test_look_alone_executes_nothing(book: Path) -> None:
    """A changed sheet shows, a lost page comes back, and no chapter runs again."""
    before = runs(book)
    html = book / "_build" / "html"
    sheet = book / "rare_earths" / "book" / "static" / "page.css"
    sheet.write_text(sheet.read_text() + "\n.bd-article h1 { letter-spacing: .123em; }\n")
    (html / "index.html").unlink()
    assert run(book).returncode == 0
    assert ".123em" in (html / "_static" / "book.css").read_text()
    assert (html / "index.html").is_file()
    assert runs(book) == before


def test_moved_numbers_are_told(book: Path) -> None:
    expected = book / "tests" / "expected"
    expected.mkdir(parents=True, exist_ok=True)
    (expected / "headlines.csv").write_text("page,name,text\nchapters/01-one,share,1 %\n")
    assert "moved: chapters/01-one share: 1 % -> " in run(book).stdout
    assert run(book, "expected").returncode == 0
    assert "moved" not in run(book).stdout


def test_killed_build_starts_over(new_book: Path) -> None:
    """Killed in the middle, the next build is whole."""
    killed = subprocess.Popen(
        [sys.executable, "-m", "rare_earths.book", "build"], cwd=new_book, start_new_session=True
    )
    for _ in range(600):
        if (new_book / "_build" / "ran").exists():
            break
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert not (new_book / "_build" / "html.stamp").exists()
    done = run(new_book)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Built")
    assert "42 %" in page(new_book)


# Never silent


def fails(book: Path, *sentences: str) -> str:
    """The build fails, says each sentence, and leaves no stamp behind."""
    done = run(book)
    assert done.returncode == 1, done.stdout
    for sentence in sentences:
        assert sentence in done.stderr, done.stderr
    assert not (book / "_build" / "html.stamp").exists()
    return done.stderr


def test_cell_that_raises(new_book: Path) -> None:
    """With the notebook, the code and the error; no stamp lets the next run pass over it."""
    notebook(new_book / "chapters" / "01-one.ipynb", *GOOD[:2], "#% int('x')")
    fails(new_book, "chapters/01-one.ipynb", "int('x')", "ValueError: invalid literal")


def test_all_faults_at_once(new_book: Path) -> None:
    """Wrong figures, missing keys and pages: a sentence each, in one run."""
    notebook(
        new_book / "chapters" / "01-one.ipynb",
        *GOOD[:3],
        '#% Shown("fig-bare", description=" ")',
        '#% Shown("fig-one")',
        '#% Shown("two")',
        "# Next\n\nSee {cite:p}`unknown_2020`, [there](#fig-nowhere) and {eval}`missing`.",
        "#% import sys\nprint('careful', file=sys.stderr)",
        '#% from IPython.display import HTML\nHTML(\'<a data-cite="nobody" href="#">x</a>'
        '<a href="_figures/lost.csv">y</a><a href="_page/nowhere">z</a>\')',
    )
    notebook(new_book / "chapters" / "02-two.ipynb", *GOOD[:3])
    toc = new_book / "_toc.yml"
    toc.write_text(toc.read_text() + "  - file: chapters/02-two\n")
    fails(
        new_book,
        "figure 'fig-one' is already shown in chapters/01-one.ipynb",
        "stderr was found",
        "figure 'fig-bare' has no description",
        "figure 'fig-one' is shown twice in this notebook",
        "the id of figure 'two' does not begin with 'fig-'",
        "unknown_2020",
        "fig-nowhere",
        "missing",
        "source 'nobody' is not in the bibliography",
        "_figures/lost.csv, which no notebook has written",
        "link to a page that is not there: 'nowhere'",
        "chapters/01-one.ipynb",
    )


def test_wrong_evidence_stops_first(new_book: Path) -> None:
    (new_book / "rare_earths" / "evidence.py").write_text(
        "import sys\nprint('data/a.csv, line 2: wrong')\nsys.exit(1)\n"
    )
    done = run(new_book)
    assert done.returncode == 1
    assert "data/a.csv, line 2: wrong" in done.stdout
    assert not (new_book / "_build" / "html").exists()


# The set-up


def test_other_python_gets_one_sentence(tmp_path: Path) -> None:
    for name in ("python3", "python3.13", "python3.12", "python3.11"):
        fake = tmp_path / name
        fake.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.10.1" && exit 0\nexit 1\n')
        fake.chmod(0o755)
    shell = shutil.which("sh")
    assert shell
    done = subprocess.run(
        [shell, ROOT / "rare_earths" / "book" / "venv.sh", "requirements.lock"],
        cwd=tmp_path,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("This book needs Python 3.11, 3.12 or 3.13, and found Python")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / ".venv").exists()


def test_refresh_stores_outputs_alike(new_book: Path) -> None:
    """No time, no version; a second run changes nothing; a failing one writes nothing."""
    path = new_book / "chapters" / "01-one.ipynb"
    notebook(path, "# One", "#% 6 * 7")
    assert run(new_book, "refresh").stdout == "chapters/01-one.ipynb: stored\n"
    first = path.read_bytes()
    assert b'"42"' in first
    assert nbformat.reads(first.decode(), 4).metadata.language_info == {"name": "python"}
    assert run(new_book, "refresh").stdout == "chapters/01-one.ipynb: nothing changed\n"
    notebook(path, "# One", "#% int('x')")
    before = path.read_bytes()
    done = run(new_book, "refresh")
    assert done.returncode == 1
    assert "chapters/01-one.ipynb was left as it is" in done.stdout
    assert path.read_bytes() == before
