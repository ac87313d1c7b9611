"""The chapters as files: whole, executed in order, light, and free of what only one machine has."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from nbformat import NotebookNode

HEAVIEST = 300_000
# Tags with which nbval would not compare a cell, or not run it.
UNSEEN = {"nbval-ignore-output", "nbval-skip", "nbval-raises-exception", "raises-exception"}
WIDGETS = "application/vnd.jupyter.widget-state+json"
# Of one machine or one run: a folder, an address in memory.
LOCAL = re.compile(r"/(?:home|root|tmp|work|Users)/|0x[0-9a-f]{8,}")

chapters = pytest.mark.parametrize(
    "path", sorted((ROOT / "chapters").glob("*.ipynb")) or [ROOT / "chapters"],
    ids=lambda path: path.stem,
)  # fmt: skip


def code(book: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in book.cells if cell.cell_type == "code" and cell.source.strip()]


@pytest.fixture
def book(path: Path) -> NotebookNode:
    assert path.is_file(), "there is no chapter"
    found = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(found)
    return found


@chapters
def test_form(path: Path, book: NotebookNode) -> None:
    """The common format, a kernel that every machine has, cells that can be named."""
    assert (book.nbformat, book.nbformat_minor) >= (4, 5)
    assert book.metadata.kernelspec.name == "python3"
    ids = Counter(cell.id for cell in book.cells)
    assert [name for name, times in ids.items() if times > 1] == []


@chapters
def test_executed_in_order(path: Path, book: NotebookNode) -> None:
    """Outputs are stored, from one run from top to end: nbval compares nothing else."""
    counts = [cell.execution_count for cell in code(book)]
    assert counts == list(range(1, len(counts) + 1)), "run make refresh"
    assert any(cell.outputs for cell in code(book))


@chapters
def test_nothing_unseen(path: Path, book: NotebookNode) -> None:
    """No cell hides from the comparison, no cell failed or warned when it was stored."""
    for cell in book.cells:
        assert not UNSEEN & set(cell.metadata.get("tags", [])), cell.id
    for cell in code(book):
        assert "%%capture" not in cell.source
        assert "NBVAL" not in cell.source
        for output in cell.outputs:
            assert output.output_type != "error", cell.id
            assert output.get("name") != "stderr", cell.id


@chapters
def test_light(path: Path, book: NotebookNode) -> None:
    assert path.stat().st_size <= HEAVIEST


@chapters
def test_nothing_of_one_machine(path: Path, book: NotebookNode) -> None:
    for cell in book.cells:
        found = LOCAL.search(str(cell))
        assert not found, f"{cell.id}: {found[0]}"


@chapters
def test_pictures_are_drawings(path: Path, book: NotebookNode) -> None:
    """Stored pictures are SVG with text, which nbval compares; no raster, no PDF bytes."""
    kinds = Counter(
        kind for cell in code(book) for output in cell.outputs for kind in output.get("data", {})
    )
    assert not {"image/png", "image/jpeg", "application/pdf"} & set(kinds)
    assert kinds["image/svg+xml"] >= 1


@chapters
def test_no_dead_widgets(path: Path, book: NotebookNode) -> None:
    """`interact` and `Output` look alive in a built page and are not; stored states weigh."""
    for source in (cell.source for cell in code(book)):
        assert not re.search(r"\binteract\b|\bOutput\(|\bPlay\(", source)
    assert "widgets" not in book.metadata


@chapters
def test_figures_once(path: Path, book: NotebookNode) -> None:
    ids = Counter(re.findall(r"""\bid=["'](fig-[\w-]+)["']""", "\n".join(
        cell.source for cell in code(book)
    )))  # fmt: skip
    assert [name for name, times in ids.items() if times > 1] == []


@chapters
def test_numbers_are_said_once_they_are_known(path: Path, book: NotebookNode) -> None:
    """No number gets a second value, and none is said straight after a cell taken off the page.

    Footnotes are evaluated last, so a second value would reach them. A cell that is taken off the
    page runs only when a later cell that stays runs (MyST-NB). A number that no cell sets fails the
    build itself.
    """
    sets = re.compile(r"^(say\.\w+)\s*=", re.MULTILINE)
    times = Counter(name for cell in code(book) for name in sets.findall(cell.source))
    assert [name for name, count in times.items() if count > 1] == []
    waiting = False
    for number, cell in enumerate(book.cells):
        if cell.cell_type == "code":
            waiting = "remove-cell" in cell.metadata.get("tags", [])
        elif "{eval}`" in cell.source:
            assert not waiting, f"cell {number} says a number after a removed cell"
