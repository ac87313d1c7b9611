"""A new edition's rows: read, judged together with the evidence, and taken whole or not at all.

The table has the columns of a topic table; a series says to which topic its row belongs. An empty
id is made of series, entity, period and source.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from rare_earths import evidence_checks, evidence_package
from rare_earths.evidence import (
    ROW_COLUMNS,
    TABLES,
    UNDO,
    EvidenceError,
    Fault,
    Raw,
    _damages,
    _decoded,
    _read,
    _table,
    row_id,
)


@dataclass(frozen=True)
class Edition:
    """New rows beside the evidence: before, after, the rows by topic, and all that is wrong."""

    before: Raw
    after: Raw
    rows: dict[str, pd.DataFrame]
    faults: tuple[Fault, ...]


def read(path: Path, folder: Path) -> Edition:
    """Read a table of new rows and judge it; an edition with faults must not be taken.

    Raises EvidenceError where the evidence itself has faults: one thing after the other.
    """
    before = _read(folder)
    if own := [f for f in evidence_checks.faults(before) if f.severity != "note"]:
        sentences = "\n".join(str(f) for f in own)
        raise EvidenceError(f"The evidence has faults of its own, which come first:\n{sentences}")
    found: list[Fault] = []
    new = _named(_rows_of(path, found), before)
    by_topic = _by_topic(new, before)
    after, lines = _joined(before, by_topic)
    found += [_here(f, path.name, lines) for f in evidence_checks.faults(after)
              if f.severity != "note"]  # fmt: skip
    if not found and new.empty:
        found.append(Fault("fatal", path.name, 0, "", "no row", "rows under the header"))
    return Edition(before, after, by_topic, tuple(sorted(found, key=lambda f: (f.line, f.column))))


def _rows_of(path: Path, faults: list[Fault]) -> pd.DataFrame:
    """The rows as text. What happened to the file as a whole is a fault, and its cells are looked
    at all the same, so that everything is told at once.
    """
    empty = pd.DataFrame({c: pd.Series(dtype=str) for c in ROW_COLUMNS})
    try:
        content = path.read_bytes()
    except OSError as error:
        faults.append(Fault("fatal", path.name, 0, "", error.strerror or "no file", "a table"))
        return empty
    if (text := _decoded(content, path.name, faults)) is None:
        return empty
    damages, text, between = _damages(text, ROW_COLUMNS)
    faults += [Fault("fatal", path.name, 1, "", *damage) for damage in damages]
    return _table(text, path.name, ROW_COLUMNS, faults, between) if between else empty


def _named(rows: pd.DataFrame, raw: Raw) -> pd.DataFrame:
    """Rows without an id get the one that all rows have by rule."""
    taken = {id for table in raw.topics.values() for id in table["id"]} | set(rows["id"])
    names = []
    for own, *cells in rows[["id", "series", "entity", "period", "source"]].itertuples(index=False):
        name = base = own or row_id(*cells)
        number = 1
        while not own and name in taken:
            number += 1
            name = f"{base}.{number}"
        taken.add(name)
        names.append(name)
    return rows.assign(id=names)


def _by_topic(rows: pd.DataFrame, raw: Raw) -> dict[str, pd.DataFrame]:
    """The rows by topic of their series; a row of an unknown series is judged in the first."""
    series = raw.tables["vocabulary/series.csv"].set_index("series")["topic"]
    topics = rows["series"].map(series).fillna(next(iter(raw.topics)))
    return {str(topic): part for topic, part in rows.groupby(topics, sort=False)}


def _joined(
    before: Raw, by_topic: dict[str, pd.DataFrame]
) -> tuple[Raw, dict[tuple[str, int], int]]:
    """The evidence with the new rows, and where each of its lines stands in the edition."""
    topics = dict(before.topics)
    lines: dict[tuple[str, int], int] = {}
    for topic, part in by_topic.items():
        end = int(topics[topic].index.max()) + 1 if len(topics[topic]) else 0
        places = range(end, end + len(part))
        lines |= {
            (f"{topic}.csv", place + 2): int(i) + 2
            for place, i in zip(places, part.index, strict=True)
        }
        topics[topic] = pd.concat([topics[topic], part.set_axis(list(places))])
    return replace(before, topics=topics), lines


def _here(fault: Fault, file: str, lines: dict[tuple[str, int], int]) -> Fault:
    """A fault with the lines of the edition in place of those that its rows would have."""

    def renamed(place: re.Match[str]) -> str:
        line = lines.get((place[1], int(place[2])))
        return f"{file}, line {line}" if line else place[0]

    expected = re.sub(r"(\w+\.csv), line (\d+)", renamed, fault.expected)
    line = lines.get((fault.file, fault.line))
    if line is None:
        return replace(fault, expected=expected)
    return replace(fault, file=file, line=line, expected=expected)


def told(faults: tuple[Fault, ...]) -> list[str]:
    """The faults as sentences; one slip in many rows is one sentence with all its lines."""
    groups: dict[tuple[str, ...], list[Fault]] = {}
    for fault in faults:
        key = (fault.file, fault.column, fault.found, fault.expected)
        groups.setdefault(key, []).append(fault)
    said = []
    for group in groups.values():
        more = _runs([f.line for f in group[1:]])
        said.append(str(group[0]) + (f" Likewise in line {more}." if more else ""))
    return said


def _runs(lines: list[int]) -> str:
    """Line numbers in words: 3 to 7, 9."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in runs)


# --- writing -------------------------------------------------------------------------------------


def write(edition: Edition, folder: Path) -> list[str]:
    """Append the rows to their tables, count them in origins.csv and renew what is made from the
    tables. All of it happens or nothing; the names of the files written.

    Raises EvidenceError, with the tables as they were, for an edition with faults.
    """
    if edition.faults:
        raise EvidenceError("\n".join(told(edition.faults)))
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".edition-") as name:
        whole = Path(shutil.copytree(folder, Path(name) / "data"))
        for topic, rows in edition.rows.items():
            _append(whole / f"{topic}.csv", rows)
        _count(whole / "origins.csv", sum(map(len, edition.rows.values())))
        evidence_package.write(whole)  # checks the tables once more, as they were written
        files = [p.relative_to(whole).as_posix() for p in sorted(whole.rglob("*")) if p.is_file()]
        changed = [f for f in files if (whole / f).read_bytes() != (folder / f).read_bytes()]
        _put(whole, folder, changed)
    return changed


def _append(path: Path, rows: pd.DataFrame) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows[ROW_COLUMNS].to_numpy().tolist())
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(text.getvalue())


def _count(path: Path, rows: int) -> None:
    """Rows added by hand are counted in the line ``later`` of origins.csv."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    later = table["origin"] == "later"
    for column in ("rows", "kept"):
        table.loc[later, column] = [str(int(n) + rows) for n in table.loc[later, column]]
    table.to_csv(path, index=False, lineterminator="\n", columns=TABLES["origins.csv"].split())


def _put(new: Path, folder: Path, files: list[str]) -> None:
    """Move new files into a folder. What they replace is kept aside until the last one stands; a
    run that is stopped in between is put back at once, one that is killed by `restore`.
    """
    aside = new.parent / UNDO
    for file in files:
        (aside / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / file, aside / file)
    aside.rename(folder / UNDO)
    try:
        for file in files:
            (new / file).replace(folder / file)
    except BaseException:
        restore(folder)
        raise
    shutil.rmtree(folder / UNDO)


def restore(folder: Path) -> bool:
    """Put back the tables that an interrupted run had begun to replace; whether there were any."""
    aside = folder / UNDO
    if not aside.is_dir():
        return False
    for path in sorted(aside.rglob("*")):
        if path.is_file():
            part = folder / f".{path.name}.part"
            shutil.copy2(path, part)
            part.replace(folder / path.relative_to(aside))
    with suppress(OSError):
        shutil.rmtree(aside)
    return True
