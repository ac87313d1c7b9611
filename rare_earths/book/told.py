"""How a failing build speaks: file, cell and line, no trace of programs.

What Sphinx says of a notebook has the cell hidden in the line number (cell 2, line 3 is 20004), and
the folder of one machine before the name. A failing cell comes as the whole history of exceptions;
that goes into a file of ``_build``, for the one who wrote the cell.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rare_earths.book.files import file_fault, write_whole

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_ANSI = re.compile(r"\x1b\[[\d;]*m")
_CELL = re.compile(r"CellExecutionError: (.*?)\n\nThe above exception", re.DOTALL)
_CODE = re.compile(r"following cell:\n-{18}\n(.*?)\n-{18}\n", re.DOTALL)
_LINE = re.compile(r"Cell In\s?\[\d+\], line (\d+)")
_ERROR = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception|Warning|Interrupt|Exit|Kernel)\b.*)", re.M)
_PLACE = re.compile(r"^(.*\.ipynb):(\d{5,})$")
TRACE = "failed-cell.txt"


def place(location: str, folder: str) -> str:
    """Where something is: the name within the book, and in a notebook cell and line.

    :param location: as Sphinx gives it: path, colon, line
    :param folder: the book's folder
    """
    near = location.removeprefix(f"{folder}/")
    if found := _PLACE.match(near):
        cell, line = divmod(int(found[2]), 10000)
        return f"{found[1]}, cell {cell}, line {max(line - 1, 1)}"
    return near.rstrip(":")


class _Places(logging.Filter):
    """Gives each warning its place in the reader's words."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder

    def filter(self, record: logging.LogRecord) -> bool:
        location = getattr(record, "location", None)
        if isinstance(location, str):
            record.location = place(location, self.folder)
        return True


class PageError(Exception):
    """A page cannot be read; the message begins with its file."""


def _name_pages(app: Sphinx) -> None:
    """Let every failure in reading a page name the page; failing cells have done so already."""
    from myst_nb.core.execute import ExecutionError

    read = app.builder.read_doc

    def read_doc(docname: str, **how: Any) -> None:
        try:
            read(docname, **how)
        except (ExecutionError, OSError):  # told in their own words
            raise
        except Exception as fault:
            page = app.env.doc2path(docname, base=False)
            raise PageError(f"{page}: {fault or type(fault).__name__}") from None

    app.builder.read_doc = read_doc  # type: ignore[misc, method-assign]


def failure(fault: BaseException, folder: Path) -> str:
    """Why a build failed, in a sentence or two; of a failing cell its place, code and error.

    :param folder: the book's folder; the whole history of a failing cell is written below it
    """
    if isinstance(fault, OSError):
        return file_fault(fault)
    if isinstance(fault, SystemExit):
        return "see above."
    # In a process of its own a failure is text, else it is a chain of exceptions.
    text = getattr(fault, "traceback", "") or ""
    detail = _CELL.search(text)
    whole = _ANSI.sub("", detail[1] if detail else str(fault.__cause__ or ""))
    named = re.search(re.escape(f"{folder}/") + r"([^\n]*?\.ipynb)", f"{fault}\n{text}")
    if named and _CODE.search(whole):
        write_whole(folder / "_build" / TRACE, whole)
        said = [cell(folder, named[1], whole), f"All of its trace: _build/{TRACE}"]
    else:
        own = str(fault).strip().removeprefix(f"{__name__}.PageError: ")
        said = [own or type(fault).__name__, whole.strip()]
    return "\n".join(filter(None, said)).replace(f"{folder}/", "")


def cell(folder: Path, name: str, whole: str) -> str:
    """A failing cell: notebook, cell, line, that line, and the error.

    :param folder: the book's folder
    :param name: the notebook's path within it
    :param whole: what nbclient says of the failure
    """
    code = _CODE.search(whole)
    source = code[1] if code else ""
    where = [name]
    if number := _number(folder / name, source):
        where.append(f"cell {number}")
    words = ""
    if line := _LINE.search(whole):
        where.append(f"line {line[1]}")
        words = ([*source.splitlines()][int(line[1]) - 1 : int(line[1])] or [""])[0].strip()
    errors = _ERROR.findall(whole)
    return "\n".join([f"{', '.join(where)}: {words}".rstrip(": "), errors[-1] if errors else ""])


def _number(path: Path, source: str) -> int:
    """The place of the first cell with this code, from 1; 0 where there is none."""
    import nbformat

    try:
        cells: list[Any] = nbformat.read(path, as_version=4).cells
    except Exception:  # the failure told is that of the cell, not of its place
        return 0
    same = (i for i, c in enumerate(cells, 1) if c.source.strip() == source.strip())
    return next(same, 0)


def setup(app: Sphinx) -> None:
    """Hook into what Sphinx prints of warnings, and into the reading of pages."""
    app.connect("builder-inited", _name_pages)
    from sphinx.util.logging import NAMESPACE, WarningStreamHandler

    for handler in logging.getLogger(NAMESPACE).handlers:
        if isinstance(handler, WarningStreamHandler):
            handler.addFilter(_Places(str(app.srcdir)))
