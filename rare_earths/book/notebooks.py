"""What is wrong with a chapter's notebook before it is run, each fault with its cell and line.

Cells are counted from 1, Markdown included, as readers of the notebook see them.
"""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rare_earths.book.marked import decoded, short

_CITE = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
_CLAIM = re.compile(r"\bclaims\.(?:verdict|judged|rule)\(\s*[\"']([^\"']*)[\"']")
KERNEL = "python3"


def citations(text: str) -> Iterator[tuple[int, str]]:
    """Line (from 1) and key of every citation in a text."""
    for found in _CITE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        for key in found[1].split(","):
            yield line, key.strip()


def unknown_key(where: str, key: str) -> str:
    """The sentence on a key that no bibliography has."""
    return f"{where}: found the citation {key!r}, expected a key of the bibliographies."


def claim_ids(folder: Path) -> frozenset[str] | None:
    """The ids in the list of claims; None where there is no list that can be read."""
    try:
        with (folder / "data" / "claims.csv").open(encoding="utf-8", newline="") as file:
            return frozenset(row["id"] for row in csv.DictReader(file))
    except (OSError, ValueError, KeyError, csv.Error):
        return None


def faults(
    folder: Path, page: Path, keys: frozenset[str] | None, claims: frozenset[str] | None
) -> list[str]:
    """One sentence a fault of one notebook.

    :param page: its file, relative to the book's folder
    :param keys: what can be cited, None where that is not known
    :param claims: the claims there are, None where that is not known
    """
    name = page.as_posix()
    text, wrong = decoded(folder, name)
    if text is None:
        return wrong
    try:
        book = json.loads(text)
    except json.JSONDecodeError as error:
        what = f"{error.msg[0].lower()}{error.msg[1:]}"
        return [f"{name}, line {error.lineno}, column {error.colno}: found {what}, expected JSON."]
    except RecursionError:
        return [f"{name}: found lists too deep to read, expected JSON of a notebook."]
    wrong = list(_form(name, book))
    if wrong:
        return wrong
    found: list[str] = []
    for number, cell in enumerate(book["cells"], 1):
        source = "".join(cell["source"])
        where = f"{name}, cell {number}"
        if cell["cell_type"] == "code":
            found += _code(where, source, claims)
        elif cell["cell_type"] == "markdown" and keys is not None:
            cited = citations(source)
            found += [unknown_key(f"{where}, line {i}", k) for i, k in cited if k not in keys]
    return found


def _form(name: str, book: Any) -> Iterator[str]:
    """Whether it is a notebook of the newest form, with a kernel and an id for every cell."""
    if not isinstance(book, dict) or not isinstance(book.get("cells"), list):
        yield f"{name}: found no list 'cells', expected a notebook."
        return
    version = (book.get("nbformat"), book.get("nbformat_minor"))
    if version != (4, 5):
        yield f"{name}, key nbformat: found {version}, expected (4, 5)."
        return
    meta = book.get("metadata")
    spec = meta.get("kernelspec") if isinstance(meta, dict) else None
    kernel = spec.get("name") if isinstance(spec, dict) else None
    if kernel != KERNEL:
        said = "no kernel" if kernel is None else f"the kernel {short(kernel)}"
        yield f"{name}, key metadata.kernelspec.name: found {said}, expected {KERNEL!r}."
    ids = list(_ids(name, book["cells"]))
    yield from ids or _schema(name, book)


def _ids(name: str, cells: list[Any]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for number, cell in enumerate(cells, 1):
        own = cell.get("id") if isinstance(cell, dict) else None
        where = f"{name}, cell {number}"
        if not isinstance(own, str):
            yield f"{where}: found no id, expected an id of its own."
        elif own in seen:
            yield f"{where}: found the id {own!r} of cell {seen[own]}, expected an id of its own."
        else:
            seen[own] = number


def _schema(name: str, book: dict[str, Any]) -> Iterator[str]:
    """What nbformat's schema has against it."""
    from nbformat.validator import isvalid, iter_validate

    if isvalid(book):
        return
    told: set[str] = set()
    for error in iter_validate(book):
        path = [str(part) for part in getattr(error, "absolute_path", None) or error.path]
        cell = int(path[1]) + 1 if path[:1] == ["cells"] and len(path) > 1 else 0
        rest = ".".join(path[2:] if cell else path)
        where = name + (f", cell {cell}" if cell else "") + (f", key {rest}" if rest else "")
        if where not in told:
            told.add(where)
            what = " ".join(str(getattr(error, "message", error)).split())
            yield f"{where}: found {what[:120]}, expected the form of nbformat 4.5."


def _code(where: str, source: str, claims: frozenset[str] | None) -> Iterator[str]:
    """Code that is no Python; claims that no list has."""
    if slip := _slip(source):
        yield f"{where}, line {slip.lineno or 1}: found {slip.msg}, expected Python."
        return
    for found in _CLAIM.finditer(source):
        if claims is not None and found[1] not in claims:
            line = source.count("\n", 0, found.start()) + 1
            expected = "the id of a claim in data/claims.csv"
            yield f"{where}, line {line}: found the claim {found[1]!r}, expected {expected}."


def _slip(source: str) -> SyntaxError | None:
    """Why a cell is no Python; the short commands of IPython (``%``, ``!``) are allowed."""
    try:
        ast.parse(source)
    except SyntaxError as plain:
        from IPython.core.inputtransformer2 import TransformerManager

        try:
            ast.parse(TransformerManager().transform_cell(source))
        except SyntaxError:
            return plain
    except ValueError:  # a null byte
        return SyntaxError("a null byte")
    return None
