"""What a new edition would move, told before anything is written.

python -m rare_earths.evidence edition new.csv            # tells
python -m rare_earths.evidence edition new.csv --write    # tells, then takes the rows
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from rare_earths import evidence_edition
from rare_earths.evidence import DATA, Evidence, EvidenceError, Picked, tidy
from rare_earths.evidence_edition import Edition
from rare_earths.keeper import reading


def series_moved(edition: Edition) -> list[str]:
    """A sentence for each series that gets rows."""
    said = []
    for topic, rows in edition.rows.items():
        for series, part in rows.groupby("series", sort=False):
            held = edition.before.topics[topic]
            new = sorted(set(part["period"]) - set(held.loc[held["series"] == series, "period"]))
            text = f"{series} ({topic}.csv): {_count(len(part), 'row')} of "
            text += (
                f"{_count(part['entity'].nunique(), 'entity', 'entities')}, {_span(part['period'])}"
            )
            said.append(text + (f"; first figures for {', '.join(new)}" if new else ""))
    return said


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _span(periods: pd.Series) -> str:
    low, high = min(periods), max(periods)
    return str(low) if low == high else f"{low} to {high}"


def picks_moved(edition: Edition, before: Evidence, after: Evidence) -> list[str]:
    """A sentence for each quantity of which another value would be picked, and two on the rest."""
    said, first, same = [], 0, 0
    for rows in edition.rows.values():
        for key, part in rows.groupby(["series", "entity", "period"], sort=False):
            unit = str(part["unit"].iloc[0])
            old, new = _pick(before, key, unit), _pick(after, key, unit)
            if new is None or (old and old.id == new.id):
                continue
            if old is None:
                first += 1
            elif _value(old) == _value(new):
                same += 1
            else:
                was, now = (f"{_value(one)} ({one.source})" for one in (old, new))
                said.append(f"{', '.join(map(str, key))}: {was} -> {now}")
    said += [f"{first:,} quantities without a figure get their first"] if first else []
    said += [f"{same:,} picks keep their value and rest on the new rows"] if same else []
    return said


def _pick(book: Evidence, key: tuple, unit: str) -> Picked | None:
    try:
        return book.pick(*key, unit=unit)
    except EvidenceError:  # no row yet, or rows of another dimension: nothing can be picked
        return None


def _value(picked: Picked) -> str:
    bound = "" if picked.bound == "exact" else f"{picked.bound} "
    return f"{bound}{picked.value:,.6g} {picked.unit}"


def report_moved(before: dict[str, str], after: dict[str, str]) -> tuple[list[str], list[str]]:
    """Sentences on the verdicts, and on numbers and figures, that differ between two readings."""
    verdicts: list[str] = []
    others: list[str] = []
    figures: dict[str, list[str]] = {}
    for name in [n for n in before if before[n] != after.get(n, before[n])]:
        old, new = before[name], after[name]
        if figure := re.match(r"figure (\S+), (.*)", name):
            figures.setdefault(figure[1], []).append(figure[2])
        elif name.startswith("verdict "):
            verdicts.append(f"{name.removeprefix('verdict ')}: {old} -> {new}")
        else:
            others.append(f"{name.removeprefix('number ')}: {_short(old)} -> {_short(new)}")
    others += [f"{figure}: {', '.join(parts)}" for figure, parts in figures.items()]
    for there, here, side in ((before, after, "old"), (after, before, "new")):
        only = [name for name in there if name not in here]
        stops = [f"{n} on the {side} evidence: {there[n]}" for n in only if n.endswith("stops")]
        if rest := len(only) - len(stops):
            others.append(f"{_count(rest, 'text')} that only the {side} evidence gives")
        others += stops
    return verdicts, others


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else f"{line[:117]}..."


def report(edition: Edition) -> Iterator[str]:
    """All that the edition would move, as lines of text. Takes as long as two readings."""
    before = Evidence(edition.before, tidy(edition.before))
    after = Evidence(edition.after, tidy(edition.after))
    yield from _section("Series", series_moved(edition))
    yield from _section("Picked values", picks_moved(edition, before, after))
    verdicts, others = report_moved(reading.everything(before), reading.everything(after))
    yield from _section("Verdicts and cards", verdicts)
    yield from _section("Numbers and figures", others)


def _section(head: str, said: list[str]) -> list[str]:
    return [f"{head}: {'' if said else 'none would move'}".rstrip(), *(f"  {one}" for one in said)]


def main(arguments: list[str]) -> int:
    """Command line; 1 where the edition has faults or could not be written."""
    parser = argparse.ArgumentParser(prog="python -m rare_earths.evidence edition")
    parser.add_argument("table", type=Path, help="CSV with the columns of a topic table")
    parser.add_argument("--write", action="store_true", help="take the rows")
    parser.add_argument("--folder", type=Path, default=DATA, help="the data, if not the book's")
    given = parser.parse_args(arguments)
    if evidence_edition.restore(given.folder):
        print("An edition was interrupted; the tables are as they were before it.")
    try:
        edition = evidence_edition.read(given.table, given.folder)
        if edition.faults:
            said = evidence_edition.told(edition.faults)
            print(*said, f"{_count(len(edition.faults), 'fault')}; nothing is taken.", sep="\n",
                  file=sys.stderr)  # fmt: skip
            return 1
        for line in report(edition):
            print(line, flush=True)
        if given.write:
            print("Written:", ", ".join(evidence_edition.write(edition, given.folder)))
        else:
            print("Nothing is written. WRITE=1 (--write) takes the rows.")
    except (EvidenceError, OSError) as error:
        print(f"Nothing is taken: {error}", file=sys.stderr)
        return 1
    return 0
