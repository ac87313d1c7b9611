"""The history of the verdicts: ``data/verdict_history.csv``, a row for each claim and version.

The newest row of a claim is what the book says now. Every build compares the two and says where
they differ; ``make expected`` takes the new verdict, and its reason is for a person to write.
"""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

from rare_earths.book.files import csv_text, write_whole

FILE = "data/verdict_history.csv"
COLUMNS = ("claim", "version", "date", "verdict", "certainty", "holds", "reason")
KEPT = ("verdict", "certainty", "holds")
UNCHANGED = "Unchanged"
_HEADING = r"^## {} \((\d{{4}}-\d{{2}}-\d{{2}})\)$"

Row = dict[str, str]


class HistoryError(Exception):
    """The history cannot be continued; the message is one sentence."""


def rows(path: Path) -> list[Row]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def newest(history: list[Row]) -> dict[str, Row]:
    """The last row of each claim: rows stand in the order of their versions."""
    return {row["claim"]: row for row in history}


def told(folder: Path) -> list[str]:
    """Where the history does not end in the verdicts just built, a sentence each."""
    built, kept = folder / "_build" / "verdicts.csv", folder / FILE
    if not (built.is_file() and kept.is_file()):
        return []
    last, version = newest(rows(kept)), version_of(folder)
    found = []
    for row in rows(built):
        before = last.get(row["claim"])
        if before is None:
            found.append(f"{FILE}: {row['claim']} has no row; {_said(row)} now")
        elif _values(before) != _values(row):
            found.append(f"{FILE}: {row['claim']} ends in {_said(before)}; {_said(row)} now")
        elif before["version"] != version:
            found.append(f"{FILE}: {row['claim']} has no row for version {version}")
    return found


def _values(row: Row) -> list[str]:
    return [row.get(name, "") for name in KEPT]


def _said(row: Row) -> str:
    """A verdict in a few words."""
    return f"{row['verdict']} ({row.get('certainty', '')}, {row.get('holds', '')})"


def version_of(folder: Path) -> str:
    """The book's version."""
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


def date_of(folder: Path, version: str) -> str:
    """The day of a version, from its heading in the change log. HistoryError where it has none."""
    log = (folder / "CHANGELOG.md").read_text("utf-8")
    found = re.search(_HEADING.format(re.escape(version)), log, re.MULTILINE)
    if found is None:
        raise HistoryError(f"CHANGELOG.md has no heading for version {version} with its date.")
    return found[1]


def continued(history: list[Row], verdicts: list[Row], version: str, date: str) -> list[Row]:
    """The history with the verdicts of this version.

    A row of this version is brought up to date and keeps its reason; else one is added. The reason
    of a verdict that moved is left empty: the evidence's check asks for it.
    """
    held = {(row["claim"], row["version"]): dict(row) for row in history}
    earlier = newest([row for row in history if row["version"] != version])
    for row in verdicts:
        before = earlier.get(row["claim"])
        same = before is not None and _values(before) == _values(row)
        key = (row["claim"], version)
        reason = held[key]["reason"] if key in held else UNCHANGED if same else ""
        if key in held and _values(held[key]) != _values(row) and reason == UNCHANGED:
            reason = ""
        values = [row["claim"], version, date, *_values(row), reason]
        held[key] = dict(zip(COLUMNS, values, strict=True))
    return list(held.values())


def take(folder: Path) -> bool:
    """Continue the history by the verdicts of the last build; whether it changed.

    Raises HistoryError where the change log does not know the version.
    """
    built, kept = folder / "_build" / "verdicts.csv", folder / FILE
    if not (built.is_file() and kept.is_file()):
        return False
    version = version_of(folder)
    before = rows(kept)
    after = continued(before, rows(built), version, date_of(folder, version))
    if after == before:
        return False
    lines = [[row[name] for name in COLUMNS] for row in after]
    write_whole(kept, csv_text([list(COLUMNS), *lines]))
    return True
