"""Would a slip in the evidence be seen? Each datum that a figure or verdict uses is broken on
purpose, in memory, and the checks of meaning and the report itself are asked.

    python -m rare_earths.keeper.mutation --sample 200 --seed 7

A slip is *caught* when a check of `evidence_checks` objects, *changed* when it alters what a reader
sees (a verdict, a line of a card, a number, a figure's words or values), and *missed* otherwise.
The ids of rows are renewed with the slip, checksums and expected files are not looked at: they
would tell of any change, whether it matters or not.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import zip_longest
from multiprocessing import get_context

import pandas as pd

from rare_earths import claims
from rare_earths import evidence_checks as checks
from rare_earths.evidence import DATA, Evidence, Raw, _read, joined, row_id, tidy
from rare_earths.keeper import reading
from rare_earths.keeper.reading import Cell, Page, Told

# The page on the evidence counts all rows; a row that it counts is not used for what it says.
COUNTING = {"pages/evidence"}

Row = dict[str, str]

# --- slips ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slip:
    """One row broken in one way: the cells that differ, or none where the row is deleted."""

    kind: str
    row: str
    cells: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """One line: kind, row, the cells."""
        said = ", ".join(f"{column} {text}" for column, text in self.cells if column != "id")
        return f"{self.kind}: {self.row}" + (f" ({said})" if said else "")


Others = Callable[[Row, str], list[str]]


def _digits_swapped(row: Row, others: Others, lot: random.Random) -> Row | None:
    """Two neighbouring digits of the value change places."""
    text = row["value"]
    swapped = {
        text[:i] + text[i + 1] + text[i] + text[i + 2 :]
        for i in range(len(text) - 1)
        if text[i : i + 2].isdigit()
    }
    fit = sorted(t for t in swapped if float(t) != float(text) and not re.match(r"-?0\d", t))
    return {"value": lot.choice(fit)} if fit else None


def _scaled(power: int) -> Callable[[Row, Others, random.Random], Row | None]:
    """Value, low and high times a power of ten, as in a wrong unit."""

    def scale(row: Row, others: Others, lot: random.Random) -> Row | None:
        made = {c: _times(row[c], power) for c in ("value", "low", "high") if row[c]}
        return made if float(row["value"]) else None

    return scale


def _times(text: str, power: int) -> str:
    return f"{float(text) * 10.0**power:.12f}".rstrip("0").rstrip(".")


def _other_year(row: Row, others: Others, lot: random.Random) -> Row | None:
    """All years of the period one later or one earlier."""
    step = lot.choice((-1, 1))
    made = re.sub(r"(?<!\d)\d{4}(?!\d)", lambda y: str(int(y[0]) + step), row["period"])
    return {"period": made} if made != row["period"] else None


def _other(column: str) -> Callable[[Row, Others, random.Random], Row | None]:
    """Another entity or source of the same series, or of the same table where there is none."""

    def change(row: Row, others: Others, lot: random.Random) -> Row | None:
        fit = others(row, column)
        return {column: lot.choice(fit)} if fit else None

    return change


KINDS: dict[str, Callable[[Row, Others, random.Random], Row | None]] = {
    "digits swapped": _digits_swapped,
    "a thousand times": _scaled(3),
    "a tenth": _scaled(-1),
    "year off by one": _other_year,
    "other entity": _other("entity"),
    "other source": _other("source"),
}
DELETED = "row deleted"


def slips(rows: pd.DataFrame, used: Iterable[str], seed: int) -> list[Slip]:
    """Every slip of the used rows; ``rows`` is the text of all topic tables, index id.

    The same seed gives the same slips, whatever other rows there are.
    """
    columns = ["series", "topic", "entity", "source"]
    pools: dict[tuple[str, str], list[str]] = {}
    for column in ("entity", "source"):
        for key in ("series", "topic"):
            for name, part in rows[columns].groupby(key)[column]:
                pools[column, f"{key} {name}"] = sorted(part.unique())

    def others(row: Row, column: str) -> list[str]:
        for key in ("series", "topic"):
            if fit := [o for o in pools[column, f"{key} {row[key]}"] if o != row[column]]:
                return fit
        return []

    made = []
    for id in sorted(used):
        row = {str(k): str(v) for k, v in rows.loc[id].items()}
        for kind, change in KINDS.items():
            lot = random.Random(f"{seed} {kind} {id}")
            if cells := change(row, others, lot):
                made.append(Slip(kind, id, tuple(_renamed(row, id, cells, rows.index).items())))
        made.append(Slip(DELETED, id))
    return made


def _renamed(row: Row, id: str, cells: Row, taken: pd.Index) -> Row:
    """The cells with the id that the broken row would bear."""
    if not cells.keys() & {"period", "entity", "source"}:
        return cells
    after = row | cells
    name = base = row_id(after["series"], after["entity"], after["period"], after["source"])
    number = 1
    while name in taken:
        number += 1
        name = f"{base}.{number}"
    return {**cells, "id": name}


# --- the evidence with a slip --------------------------------------------------------------------


class Bench:
    """The evidence as it is, made ready for many slips."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.text = joined(raw)
        self.tidy = tidy(raw)
        self.book = Evidence(raw, self.tidy)
        self.places = dict(zip(self.text["id"], self.text.index, strict=True))
        self.prepared = checks.prepared(raw, self.text)
        self.judge = checks.Judge(raw)
        self.known = self.judge.names(self.prepared)

    def broken(self, slip: Slip) -> tuple[Evidence, pd.DataFrame | None]:
        """The evidence with the slip, and the broken row as text (none where it is deleted)."""
        if not slip.cells:
            return Evidence(self.raw, self.tidy.drop(index=slip.row)), None
        line = self.text.loc[[self.places[slip.row]]].assign(**dict(slip.cells))
        topic = str(line["topic"].iloc[0])
        alone = tidy(replace(self.raw, topics={topic: line[self.raw.topics[topic].columns]}))
        rows = self.tidy.copy()
        place = list(rows.index).index(slip.row)
        parts: list[pd.DataFrame] = [rows[:place], alone[rows.columns], rows[place + 1 :]]
        rows = pd.concat(parts)
        return Evidence(self.raw, rows), line

    def objections(self, slip: Slip, line: pd.DataFrame | None) -> set[str]:
        """Checks that object to the slip and not to the evidence as it is."""
        place = self.places[slip.row]
        near = checks.related(self.prepared, self.prepared.loc[[place]])
        if line is None:
            rest: pd.DataFrame = self.prepared[near].drop(index=place)
            return {name for name, _ in self.judge.names(rest) - self.known}
        after = checks.prepared(self.raw, line)
        mine = self.prepared[near | checks.related(self.prepared, after)].copy()
        mine.loc[place] = after.loc[place, mine.columns]
        found = self.judge.names(mine) - self.known | self.judge.of_row(line)
        return {name for name, _ in found}


# --- what the report says ------------------------------------------------------------------------


@dataclass
class Baseline:
    """What the report says on the sound evidence, and which cells and claims use which row."""

    words: dict[str, str]
    cells: dict[str, list[tuple[Page, Cell]]]
    claims: dict[str, list[str]]
    cost: dict[tuple[str, int], float]

    @property
    def used(self) -> list[str]:
        """Ids of all rows that a figure or a verdict uses."""
        return sorted({*self.cells, *self.claims})


def baseline(book: Evidence) -> Baseline:
    """Read the whole report once. Raises whatever a page raises."""
    found = Baseline({}, defaultdict(list), defaultdict(list), {})
    with reading.on(book) as told:
        for claim in claims.RULES:
            verdict = claims.judged(claim)
            found.words |= {one.name: one.text() for one in reading.of_claim(verdict)}
            for row in _rows_of(verdict):
                found.claims[row].append(claim)
        for page in reading.pages():
            run = reading.Run(told, {"__name__": "__main__"})
            for cell in page.cells:
                _read_cell(found, run, page, cell)
    return found


def _rows_of(verdict: claims.Verdict) -> set[str]:
    columns = [c for c in verdict.combinations.columns if c.startswith("rows_")]
    default = {row for outcome in verdict.outcomes.values() for row in outcome.rows}
    return default.union(*(rows for c in columns for rows in verdict.combinations[c]))


def _read_cell(found: Baseline, run: reading.Run, page: Page, cell: Cell) -> None:
    start = time.process_time()
    told = run.cell(page.name, cell)
    found.words |= {one.name: one.text() for one in told}
    found.cost[page.name, cell.number] = time.process_time() - start
    if page.name in COUNTING or any(one.name.endswith("-choices, title") for one in told):
        return  # the figure of a claim's choices stands on the claim's rows
    for row in sorted({row for one in told for row in one.rows}):
        found.cells[row].append((page, cell))


def difference(base: Baseline, book: Evidence, row: str) -> str:
    """The first thing that ``book`` makes the report say differently, or "" if there is none.

    ``row`` is the id of the row that differs. The cells and claims that use it are asked first,
    the cheapest first, then the rest of their pages.
    """
    first = sorted(base.cells.get(row, ()), key=lambda c: base.cost[c[0].name, c[1].number])
    own = {(page.name, cell.number) for page, cell in first}
    rest = [
        (page, cell)
        for page in dict.fromkeys(page for page, _ in first)
        for cell in page.cells
        if (page.name, cell.number) not in own
    ]
    mine = base.claims.get(row, [])
    return (
        _first_of(base, (reading.of_cell(book, *c) for c in first))
        or _first_of(base, (_claim(book, claim, whole=False) for claim in mine))
        or _first_of(base, (_claim(book, claim, whole=True) for claim in mine))
        or _first_of(base, (reading.of_cell(book, *c) for c in rest))
    )


def _claim(book: Evidence, claim: str, *, whole: bool) -> Iterator[Told]:
    with reading.on(book):
        yield from reading.of_claim(reading.Unhurried(claim, book), whole=whole)


def _first_of(base: Baseline, parts: Iterable[Iterator[Told]]) -> str:
    for part in parts:
        try:
            for one in part:
                if base.words.get(one.name) != one.text():
                    return one.name
        except Exception as error:
            return f"the build stops: {type(error).__name__}: {error}"
    return ""


# --- the trial -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """What became of a slip: caught, changed or missed, and by what."""

    slip: Slip
    fate: str
    by: str


CAUGHT, CHANGED, MISSED = "caught", "changed", "missed"


def tried(bench: Bench, base: Baseline, slip: Slip) -> Result:
    """Ask the checks, then the report."""
    book, line = bench.broken(slip)
    if found := bench.objections(slip, line):
        return Result(slip, CAUGHT, ", ".join(sorted(found)))
    try:
        moved = difference(base, book, slip.row)
    finally:
        reading.forget()
    return Result(slip, CHANGED if moved else MISSED, moved)


def trial(
    bench: Bench, base: Baseline, chosen: list[Slip], jobs: int = 1, tell: bool = False
) -> list[Result]:
    """What became of each slip; ``jobs`` processes share the work."""
    if jobs == 1:
        return list(_told((tried(bench, base, slip) for slip in chosen), len(chosen), tell))
    _shared["all"] = (bench, base)  # inherited by the processes, never sent
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        return list(_told(pool.map(_tried, chosen, chunksize=8), len(chosen), tell))


_shared: dict[str, tuple[Bench, Baseline]] = {}


def _tried(slip: Slip) -> Result:
    bench, base = _shared["all"]
    return tried(bench, base, slip)


def _told(results: Iterable[Result], count: int, tell: bool) -> Iterator[Result]:
    for number, result in enumerate(results, 1):
        if tell and (number % 200 == 0 or number == count):
            print(f"{number} of {count} slips tried", file=sys.stderr, flush=True)
        yield result


def drawn(made: list[Slip], size: int, seed: int) -> list[Slip]:
    """A sample with as many slips of each kind as can be."""
    lot = random.Random(seed)
    by_kind: dict[str, list[Slip]] = defaultdict(list)
    for slip in made:
        by_kind[slip.kind].append(slip)
    for own in by_kind.values():
        lot.shuffle(own)
    turns = [slip for turn in zip_longest(*by_kind.values()) for slip in turn if slip]
    return turns[:size]


def report(results: list[Result]) -> str:
    """A table of kinds by fate, what caught most, and every slip that was missed."""
    fates = (CAUGHT, CHANGED, MISSED)
    count = Counter((result.slip.kind, result.fate) for result in results)
    kinds = list(dict.fromkeys(result.slip.kind for result in results))
    width = max(map(len, [*kinds, "all"]))
    lines = [f"{'slip':{width}}  " + "  ".join(f"{f:>7}" for f in fates)]
    for kind in [*kinds, "all"]:
        own = [sum(n for (k, f), n in count.items() if f == fate and kind in (k, "all"))
               for fate in fates]  # fmt: skip
        lines.append(f"{kind:{width}}  " + "  ".join(f"{n:>7}" for n in own))
    by = Counter(n for r in results if r.fate == CAUGHT for n in r.by.split(", "))
    lines += ["", "caught by: " + ", ".join(f"{name} {n}" for name, n in by.most_common())]
    stops = sum(r.by.startswith("the build stops") for r in results)
    lines += [f"of the changed, {stops} stop the build"]
    missed = [r for r in results if r.fate == MISSED]
    return "\n".join([*lines, "", f"{len(missed)} missed", *(f"  {r.slip}" for r in missed)])


def main(arguments: list[str]) -> int:
    """Command line; 1 if a slip was missed."""
    parser = argparse.ArgumentParser(prog="python -m rare_earths.keeper.mutation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, help="so many slips by lot, else all")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    given = parser.parse_args(arguments)
    bench = Bench(_read(DATA))
    base = baseline(bench.book)
    reading.forget()
    made = slips(bench.text.set_index("id"), base.used, given.seed)
    chosen = drawn(made, given.sample, given.seed) if given.sample else made
    print(f"{len(base.used)} rows used by figures and verdicts, {len(made)} slips")
    results = trial(bench, base, chosen, given.jobs, tell=True)
    print(report(results))
    return int(any(r.fate == MISSED for r in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
