"""Numbers and verdicts of the built book, and which of them moved.

Every build writes ``_build/headlines.csv`` (the computed numbers that the pages show),
``_build/verdicts.csv`` and the site's ``claims.json``. ``tests/expected/`` holds the ones that were
committed; differences are told in words here, and made an error by the tests.
"""

from __future__ import annotations

import csv
import importlib
import json
import re
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from sphinx.util import logging

from rare_earths.book.files import write_whole

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_LOG = logging.getLogger(__name__)
_COMPUTED = re.compile(r'<span class="computed" data-name="([^"]+)">(.*?)</span>', re.DOTALL)
MANY = 10
TABLES = {"headlines.csv": ("page", "name"), "verdicts.csv": ("claim",)}


def numbers(html: Path) -> Iterator[tuple[str, str, str]]:
    """Page, name and text of every computed number in the built pages."""
    for page in sorted(html.rglob("*.html")):
        name_of_page = page.relative_to(html).with_suffix("").as_posix()
        for name, text in _COMPUTED.findall(page.read_text("utf-8")):
            yield name_of_page, name, unescape(re.sub(r"<[^>]+>", "", text)).strip()


def _headlines(html: Path, target: Path) -> None:
    """Write the numbers; one name with two texts on a page is an error."""
    texts: dict[tuple[str, str], str] = {}
    for page, name, text in numbers(html):
        first = texts.setdefault((page, name), text)
        if first != text:
            _LOG.warning(f"{page}: {name} is {first!r} in one place and {text!r} in another")
    rows = [[page, name, text] for (page, name), text in sorted(texts.items())]
    write_whole(target, _csv([["page", "name", "text"], *rows]))


def _csv(rows: list[list[str]]) -> str:
    """Rows as CSV text."""
    from io import StringIO

    text = StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _claims() -> ModuleType | None:
    """The module of claims, ``None`` in a book without it."""
    try:
        return importlib.import_module("rare_earths.claims")
    except ModuleNotFoundError as fault:
        if fault.name and fault.name.startswith("rare_earths.claims"):
            return None
        raise


def write_verdicts(build: Path) -> None:
    """Write ``verdicts.csv`` for the tests and ``claims.json`` for other programs.

    :param build: the folder ``_build``
    """
    claims = _claims()
    if claims is None:
        return
    table = claims.verdicts()
    index = table.index.name is not None
    write_whole(build / "verdicts.csv", table.to_csv(index=index, lineterminator="\n"))
    text = json.dumps(claims.as_json(), indent=1, ensure_ascii=False)
    write_whole(build / "claims.json", text + "\n")


judging: subprocess.Popen[bytes] | None = None  # set while a build judges beside its reading


def judged_file(build: Path) -> Path | None:
    """``claims.json`` of this build, as soon as it is judged; ``None`` in a book without claims."""
    if judging is not None:
        judging.wait()
    path = build / "claims.json"
    return path if path.is_file() else None


def _rows(path: Path) -> dict[tuple[str, ...], dict[str, str]]:
    """A table's rows by their key columns."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = [name for name in TABLES[path.name] if rows and name in rows[0]]
    keys = keys or list(rows[0])[:1] if rows else []
    return {tuple(row[name] for name in keys): row for row in rows}


def differences(expected: Path, built: Path) -> list[str]:
    """What moved between two tables of the same name, one sentence a difference."""
    before, after = _rows(expected), _rows(built)
    told = []
    for key in sorted(before.keys() | after.keys()):
        name = " ".join(key)
        if key not in after:
            told.append(f"gone: {name}")
        elif key not in before:
            told.append(f"new: {name} ({_short(after[key], key)})")
        else:
            for field, value in after[key].items():
                old = before[key].get(field, "")
                if old != value:
                    what = name if field == "text" else f"{name}, {field}"
                    told.append(f"moved: {what}: {old or 'nothing'} -> {value or 'nothing'}")
    return _few(told)


def _few(told: list[str]) -> list[str]:
    """The sentences; many new or lost names of one page become one sentence."""
    groups: dict[str, list[str]] = {}
    for sentence in told:
        kind, _, rest = sentence.partition(": ")
        one_by_one = kind == "moved" or " " not in rest.split(" (")[0]
        group = sentence if one_by_one else f"{kind}: {{}} numbers of {rest.split()[0]}"
        groups.setdefault(group, []).append(sentence)
    return [
        line
        for group, sentences in groups.items()
        for line in (sentences if len(sentences) <= MANY else [group.format(len(sentences))])
    ]


def _short(row: dict[str, str], key: tuple[str, ...]) -> str:
    """The first two fields of a row that are not its key."""
    return ", ".join([value for value in row.values() if value and value not in key][:2])


def report(folder: Path) -> list[str]:
    """All that moved against ``tests/expected`` in the last build of ``folder``."""
    told = []
    for name in TABLES:
        expected, built = folder / "tests" / "expected" / name, folder / "_build" / name
        if expected.is_file() and built.is_file():
            told += differences(expected, built)
    return told


def _collect(app: Sphinx, error: Exception | None) -> None:
    """Write the numbers at the end of a build of the pages."""
    if not error and app.builder.format == "html":
        _headlines(Path(app.outdir), Path(app.outdir).parent / "headlines.csv")


def setup(app: Sphinx) -> None:
    """Hook the collection into Sphinx."""
    app.connect("build-finished", _collect, priority=800)
