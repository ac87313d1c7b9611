"""Would a slip in the evidence be seen? Each datum that a figure or verdict uses is broken on
purpose, in memory, and the checks of meaning and the report itself are asked.

    python -m rare_earths.keeper.mutation --sample 200 --seed 7
    python -m rare_earths.keeper.mutation --results _build/slips.csv  (takes up where it stopped)

A slip is *caught* when a check of `evidence_checks` objects, *changed* when it alters what a reader
sees (a verdict, a line of a card, a number, a figure's words or values), and *missed* otherwise.
The ids of rows are renewed with the slip, checksums and expected files are not looked at: they
would tell of any change, whether it matters or not.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import zip_longest
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd

from rare_earths import claims
from rare_earths import evidence_checks as checks
from rare_earths.evidence import DATA, Raw, _read, joined, row_id, tidy
from rare_earths.keeper import reading
from rare_earths.keeper.asked import Asked, Broken, Watched, noting, remembered, spared
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
        self.book = Watched(raw, tidy(raw))
        self.places = dict(zip(self.text["id"], self.text.index, strict=True))
        self.prepared = self._prepared(raw, self.text)
        self.judge = checks.Judge(raw)
        self.known = self.judge.names(self.prepared)
        self.judges = {name: checks.Judge(raw, [name]) for name in checks.CHECKS}
        self._corrections: dict[str, list[dict[str, str]]] = defaultdict(list)
        for c in raw.tables["corrections.csv"].to_dict("records"):
            self._corrections[c["row"]].append({str(k): str(v) for k, v in c.items()})
        self._groups: dict[tuple[str, ...], Any] = {}

    def broken(self, slip: Slip) -> tuple[Broken, pd.DataFrame | None]:
        """The evidence with the slip, and the broken row as text (none where it is deleted)."""
        if not slip.cells:
            return Broken(self.book, slip.row, None), None
        line = self.text.loc[[self.places[slip.row]]].assign(**dict(slip.cells))
        topic = str(line["topic"].iloc[0])
        alone = replace(self._about(line), topics={topic: line[self.raw.topics[topic].columns]})
        return Broken(self.book, slip.row, tidy(alone)), line

    def _about(self, line: pd.DataFrame) -> Raw:
        """The tables cut down to what they say of one row's series, entity and corrections."""
        cut = {"vocabulary/series.csv": ("series", "series"),
               "vocabulary/entities.csv": ("entity", "entity"),
               "corrections.csv": ("row", "id")}  # fmt: skip
        tables = {
            file: self.raw.tables[file][self.raw.tables[file][key] == line[column].iloc[0]]
            for file, (key, column) in cut.items()
        }
        return replace(self.raw, tables={**self.raw.tables, **tables})

    def objections(self, slip: Slip, line: pd.DataFrame | None) -> Iterator[str]:
        """Checks that object to the slip and not to the evidence as it is, one by one."""
        place = self.places[slip.row]
        after = None if line is None else self._prepared(self._about(line), line)
        if any(self._by_itself(slip, line)):
            yield "row by itself"
        by_near: dict[tuple[str, ...], pd.DataFrame] = {}
        for name in checks.concerning(str(self.prepared.at[place, "series"])):
            near = checks.NEAR[name]
            if near not in by_near:
                by_near[near] = self._near(place, after, near)
            if self.judges[name].names(by_near[near]) - self.known:
                yield name

    def _by_itself(self, slip: Slip, line: pd.DataFrame | None) -> Iterator[bool]:
        """Whether the row's own cells contradict each other, or a declared correction no longer
        finds its row or what it should print.
        """
        after = {} if line is None else {str(k): v for k, v in line.iloc[0].items()}
        if line is not None and {name for name, _ in slip.cells} & {"value", "low", "high"}:
            yield bool(self.judge.of_row(line))
        for c in self._corrections.get(slip.row, ()):
            yield after.get("id") != slip.row or after.get(c["field"], c["printed"]) != c["printed"]

    def _near(self, place: int, after: pd.DataFrame | None, near: tuple[str, ...]) -> pd.DataFrame:
        """The rows that agree in some columns with a row as it was or as it is after the slip, that
        row after the slip among them.
        """
        if near not in self._groups:
            self._groups[near] = self.prepared.groupby(list(near)).indices
        lines = [self.prepared.loc[[place]], *([] if after is None else [after])]
        keys = {tuple(line[column].iloc[0] for column in near) for line in lines}
        places = {
            int(i)
            for key in keys
            for i in self._groups[near].get(key if len(near) > 1 else key[0], ())
        }
        rest = self.prepared.iloc[sorted(places - {place})]
        return rest if after is None else pd.concat([rest, after[rest.columns]]).sort_index()

    @staticmethod
    def _prepared(raw: Raw, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows as the checks want them, as plain objects: quicker where few are taken."""
        made = checks.prepared(raw, rows).drop(columns=["locator", "note", "low", "high"])
        texts = made.columns[[isinstance(kind, pd.StringDtype) for kind in made.dtypes]]
        return made.astype(dict.fromkeys(texts, object))


# --- what the report says ------------------------------------------------------------------------


@dataclass
class Baseline:
    """What the report says on the sound evidence, which cells and claims use which row, and the
    series that each cell, with those it needs, and each claim asks for.
    """

    words: dict[str, str]
    cells: dict[str, list[tuple[Page, Cell]]]
    claims: dict[str, list[str]]
    cost: dict[tuple[str, int], float]
    asked: dict[tuple[str, int], Asked]
    asked_by_claim: dict[str, Asked]

    @property
    def used(self) -> list[str]:
        """Ids of all rows that a figure or a verdict uses."""
        return sorted({*self.cells, *self.claims})


def baseline(book: Watched) -> Baseline:
    """Read the whole report once. Raises whatever a page raises."""
    found = Baseline({}, defaultdict(list), defaultdict(list), {}, {}, {})
    with remembered(), reading.on(book) as told:
        for claim in claims.RULES:
            _read_claim(found, claim)
        for page in reading.pages():
            run = reading.Run(told, {"__name__": "__main__"})
            for cell in page.cells:
                _read_cell(found, run, page, cell)
            _with_needed(found, page)
    return found


def _read_claim(found: Baseline, claim: str) -> None:
    with noting() as asked:
        verdict = claims.judged(claim)
        found.words |= {one.name: one.text() for one in reading.of_claim(verdict)}
    found.asked_by_claim[claim] = frozenset(asked)
    for row in _rows_of(verdict):
        found.claims[row].append(claim)


def _rows_of(verdict: claims.Verdict) -> set[str]:
    columns = [c for c in verdict.combinations.columns if c.startswith("rows_")]
    default = {row for outcome in verdict.outcomes.values() for row in outcome.rows}
    return default.union(*(rows for c in columns for rows in verdict.combinations[c]))


def _read_cell(found: Baseline, run: reading.Run, page: Page, cell: Cell) -> None:
    start = time.process_time()
    with noting() as asked:
        told = run.cell(page.name, cell)
        found.words |= {one.name: one.text() for one in told}
    found.cost[page.name, cell.number] = time.process_time() - start
    found.asked[page.name, cell.number] = frozenset(asked)
    if page.name in COUNTING or any(one.name.endswith("-choices, title") for one in told):
        return  # the figure of a claim's choices stands on the claim's rows
    for row in sorted({row for one in told for row in one.rows}):
        found.cells[row].append((page, cell))


def _with_needed(found: Baseline, page: Page) -> None:
    """Add to what each cell costs and asks what the cells before it do that it needs."""
    own_cost, own_asked = dict(found.cost), dict(found.asked)
    for cell in page.cells:
        needed = [(page.name, one.number) for one in page.needed(cell)]
        found.cost[needed[-1]] = sum(own_cost[one] for one in needed)
        found.asked[needed[-1]] = frozenset[str]().union(*(own_asked[one] for one in needed))


def difference(base: Baseline, book: Broken) -> str:
    """The first thing that ``book`` makes the report say differently, or "" if there is none.

    The claims and cells that use the row are asked, then the rest of their pages, of these only
    what asks for the row's series: nothing else can tell the broken row from the sound one.
    """
    mine = base.claims.get(book.row, [])
    own: dict[Page, list[Cell]] = defaultdict(list)
    for page, cell in sorted(base.cells.get(book.row, ()), key=lambda c: _cost(base, c)):
        own[page].append(cell)
    rest = {page: [c for c in page.cells if c not in own[page] and _asks(base, book, page, c)]
            for page in own}  # fmt: skip
    return (
        _first_of(base, (_claim(book, claim, whole=False) for claim in mine))
        or _first_of(base, (reading.of_cells(book, *some) for some in own.items()))
        or _first_of(base, (_claim(book, claim, whole=True) for claim in mine))
        or _first_of(base, (reading.of_cells(book, *some) for some in rest.items()))
    )


def _cost(base: Baseline, one: tuple[Page, Cell]) -> float:
    page, cell = one
    return base.cost[page.name, cell.number]


def _asks(base: Baseline, book: Broken, page: Page, cell: Cell) -> bool:
    return not spared(base.asked[page.name, cell.number], book)


def _claim(book: Broken, claim: str, *, whole: bool) -> Iterator[Told]:
    with reading.on(book):
        yield from reading.of_claim(claims.judged(claim), whole=whole)


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
    if found := next(bench.objections(slip, line), ""):
        return Result(slip, CAUGHT, found)
    try:
        with remembered():
            moved = difference(base, book)
    finally:
        reading.forget()
    return Result(slip, CHANGED if moved else MISSED, moved)


def trial(bench: Bench, base: Baseline, chosen: list[Slip], jobs: int = 1) -> Iterator[Result]:
    """What became of each slip, one by one; ``jobs`` processes share the work."""
    if jobs == 1:
        yield from (tried(bench, base, slip) for slip in chosen)
        return
    _shared["all"] = (bench, base)  # inherited by the processes, never sent
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        yield from pool.map(_tried, chosen, chunksize=8)


_shared: dict[str, tuple[Bench, Baseline]] = {}


def _tried(slip: Slip) -> Result:
    bench, base = _shared["all"]
    return tried(bench, base, slip)


def kept(results: Iterable[Result], file: Path | None, count: int) -> Iterator[Result]:
    """The results, each written to the file as it comes, with a word now and then."""
    with ExitStack() as stack:
        rows = csv.writer(stack.enter_context(file.open("a", buffering=1))) if file else None
        for number, result in enumerate(results, 1):
            if rows:
                rows.writerow([str(result.slip), result.fate, result.by])
            if number % 200 == 0 or number == count:
                print(f"{number} of {count} slips tried", file=sys.stderr, flush=True)
            yield result


def found_before(file: Path | None, made: Iterable[Slip]) -> list[Result]:
    """The results of these slips that an earlier run has left in the file."""
    if not file or not file.is_file():
        return []
    with file.open(newline="") as lines:
        by_name = {name: rest for name, *rest in csv.reader(lines)}
    return [Result(slip, *by_name[str(slip)]) for slip in made if str(slip) in by_name]


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
    by = Counter(r.by for r in results if r.fate == CAUGHT)
    lines += ["", "caught first by: " + ", ".join(f"{name} {n}" for name, n in by.most_common())]
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
    parser.add_argument(
        "--results", type=Path, help="CSV to write to; what it holds is not retried"
    )
    given = parser.parse_args(arguments)
    bench = Bench(_read(DATA))
    base = baseline(bench.book)
    reading.forget()
    made = slips(bench.text.set_index("id"), base.used, given.seed)
    chosen = drawn(made, given.sample or len(made), given.seed)
    print(f"{len(base.used)} rows used by figures and verdicts, {len(made)} slips", flush=True)
    results = found_before(given.results, chosen)
    order = {slip: place for place, slip in enumerate(chosen)}
    todo = sorted({*chosen} - {r.slip for r in results}, key=order.__getitem__)
    results += kept(trial(bench, base, todo, given.jobs), given.results, len(todo))
    print(report(results))
    return int(any(r.fate == MISSED for r in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
