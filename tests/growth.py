"""How the build grows with the chapters: generated books of 10, 20 and 40 chapters, one a build.

`python tests/growth.py` prints the table alone; `make bench` takes it in. The chapters are made
up of real evidence and real figures, four a chapter, so that the plumbing is what is measured.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = (10, 20, 40)
# Seconds a chapter from 20 to 40 chapters over those from 10 to 20: linear is 1.
MOST = 1.3

START = """\
from rare_earths import figures
from rare_earths.evidence import evidence
from rare_earths.figures import COLOURS
from rare_earths.words import Said, tonnes

data = evidence()
say = Said("{name}")
rows = data.select("mine_production", "China", unit="t REO").drop_duplicates("period").head(20)
plotted = rows.reset_index()[["period", "value", "id"]]
say.last = tonnes(float(rows["value"].iloc[-1]))


def draw(ax):
    ax.plot(range(len(plotted)), plotted["value"], color=COLOURS["china"])
    ax.set_ylim(0)
"""
SHOW = """\
figures.show(
    draw,
    id="fig-{name}-{number}",
    title="A line of one series",
    subtitle="Mine output, China, tonnes",
    description=f"A line of {{len(plotted)}} points.",
    data=plotted,
)"""
TOC = "format: jb-book\nroot: index\nparts:\n- caption: Chapters\n  numbered: 1\n  chapters:\n"


def write(folder: Path, chapters: int) -> None:
    """A book of so many generated chapters, with the real package, data and settings."""
    for name in ("rare_earths", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "pyproject.toml", "requirements.lock", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "pages").mkdir()
    shutil.copy(ROOT / "pages" / "references.bib", folder / "pages")
    (folder / "index.md").write_text("# Generated\n\nA book made to measure its build.\n", "utf-8")
    (folder / "chapters").mkdir()
    names = [f"c{number:02}" for number in range(chapters)]
    for name in names:
        cells = [
            new_code_cell(START.format(name=name), metadata={"tags": ["remove-input"]}),
            new_markdown_cell(f"# Chapter {name}\n\nIn the last year {{eval}}`say.last`."),
            *(new_code_cell(SHOW.format(name=name, number=n)) for n in range(4)),
        ]
        nbformat.write(new_notebook(cells=cells), folder / "chapters" / f"{name}.ipynb")
    toc = TOC + "".join(f"  - file: chapters/{name}\n" for name in names)
    (folder / "_toc.yml").write_text(toc, "utf-8")


def seconds(chapters: int) -> float:
    """Seconds of a clean build of a generated book."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, chapters)
        start = time.perf_counter()
        command = [sys.executable, "-m", "rare_earths.book", "build"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"The book of {chapters} chapters was not built:\n{done.stderr[-2000:]}")
        return round(time.perf_counter() - start, 1)


def measure() -> dict[str, float]:
    """Seconds by number of chapters, and how the second step grows against the first."""
    took = {chapters: seconds(chapters) for chapters in CHAPTERS}
    few, some, many = CHAPTERS
    first = (took[some] - took[few]) / (some - few)
    then = (took[many] - took[some]) / (many - some)
    found = {f"{chapters} chapters": took[chapters] for chapters in CHAPTERS}
    return {**found, "a chapter more": round(then, 2), "growth": round(then / first, 2)}


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:16}{value:>8}")
