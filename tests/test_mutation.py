"""Slips in the evidence are seen: by a check of meaning or by what the report then says.

The whole trial is `make trust`; here a sample by lot and the parts of the machine.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from rare_earths import evidence_checks as checks
from rare_earths.evidence import DATA, _read
from rare_earths.keeper import mutation, reading
from rare_earths.keeper.mutation import CAUGHT, CHANGED, MISSED, Baseline, Bench, Slip

SEED, SIZE = 2026, 21
ROW = "reserves.china.2020.bp-2021"


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(_read(DATA))


@pytest.fixture(scope="module")
def base(bench: Bench) -> Baseline:
    found = mutation.baseline(bench.book)
    reading.forget()
    return found


def text(bench: Bench) -> pd.DataFrame:
    return bench.text.set_index("id")


def test_of_a_sample_by_lot_nearly_all_are_seen(bench: Bench, base: Baseline) -> None:
    """What is missed is told by name; more than a seventh: the checks have lost their teeth."""
    made = mutation.slips(text(bench), base.used, SEED)
    results = mutation.trial(bench, base, mutation.drawn(made, SIZE, SEED))
    missed = [str(r.slip) for r in results if r.fate == MISSED]
    assert len(missed) <= SIZE // 7, mutation.report(results)
    assert {r.fate for r in results} >= {CAUGHT, CHANGED}
    assert {r.slip.kind for r in results} == {*mutation.KINDS, mutation.DELETED}


def test_the_reading_is_what_the_pages_say(base: Baseline, root: Path) -> None:
    expected = pd.read_csv(root / "tests/expected/headlines.csv", dtype=str, keep_default_na=False)
    numbers = expected[expected["name"].str.match(r"(\d\d-|index\.|evidence\.)")]
    read = {name: base.words.get(f"number {name}") for name in numbers["name"]}
    assert read == dict(zip(numbers["name"], numbers["text"], strict=True))


def test_every_used_row_is_one_of_the_evidence(bench: Bench, base: Baseline) -> None:
    assert set(base.used) <= set(bench.book.rows.index)
    assert len(base.used) > 1000


def test_a_slip_that_says_nothing_new_is_missed(bench: Bench, base: Baseline) -> None:
    """The machine can say so: a locator is neither judged nor read aloud."""
    slip = Slip("other page", ROW, (("locator", "another page"),))
    assert mutation.tried(bench, base, slip).fate == MISSED


@pytest.mark.parametrize(
    ("row", "cells", "by"),
    [
        (ROW, {"value": "440000000"}, "part within world"),
        (ROW, {"vintage": "2022"}, "one edition a document"),
        ("mine-production.india.1997.bgs-wms-2026", {"lineage": "usgs"}, "own lineage"),
        ("mine-production.china.2005.bgs-wms-2026", {"entity": "India"}, "one value a cell"),
        ("mine-production.china.2005.bgs-wms-2026", {"entity": "Brazil, monazite"}, "no year left"),
        ("mine-production.china.2005.bgs-wms-2026", {"value": "9"}, "one order of magnitude"),
        ("reserves.china.2024.usgs-mcs-2025", {"period": "2023"}, "reserves of the year"),
        ("mine-production.china.2024.usgs-mcs-2025", {"period": "2026"}, "over when printed"),
        ("reserves.world.2024.usgs-mcs-2025", {"value": "1"}, "order"),
    ],
)
def test_a_check_of_meaning_catches(row: str, cells: dict[str, str], by: str, bench: Bench) -> None:
    slip = Slip("by hand", row, tuple(cells.items()))
    _, line = bench.broken(slip)
    assert any(name.startswith(by) for name in bench.objections(slip, line))


def test_near_rows_find_what_all_rows_find(bench: Bench, base: Baseline) -> None:
    """A slip is judged with the rows near it; all rows together must not say more."""
    made = mutation.slips(text(bench), base.used, SEED)
    for slip in mutation.drawn(made, 14, SEED + 1):
        _, line = bench.broken(slip)
        rows = bench.prepared.copy()
        place = bench.places[slip.row]
        if line is None:
            rows = rows.drop(index=place)
        else:
            rows.loc[place] = checks.prepared(bench.raw, line).loc[place, rows.columns]
        names = {name for name, _ in bench.judge.names(rows) - bench.known}
        assert names <= bench.objections(slip, line), slip


def test_slips_are_the_same_for_one_seed_and_differ_from_the_row(bench: Bench) -> None:
    rows = text(bench)
    made = mutation.slips(rows, [ROW, "reserves.world.2024.usgs-mcs-2025"], 3)
    assert made == mutation.slips(rows, ["reserves.world.2024.usgs-mcs-2025", ROW], 3)
    for slip in made:
        assert slip.kind == mutation.DELETED or any(
            rows.at[slip.row, column] != value for column, value in slip.cells if column != "id"
        )
    kinds = [slip.kind for slip in made if slip.row == ROW]
    assert kinds == [*mutation.KINDS, mutation.DELETED]


def test_a_cell_is_run_with_just_what_it_needs() -> None:
    cells = [
        (0, "import math\nsay = 1\nx = 1\ny = []"),
        (1, "x = 2\nz = 3"),
        (2, "y.append(1)"),
        (3, "def draw(ax):\n    return x + len(y)\ny, draw"),
        (4, "say.n = x"),
        (5, "say.n"),
    ]
    page = reading.Page("p", tuple(reading._cell("p", n, code) for n, code in cells))
    needed = {n: [c.number for c in page.needed(page.cells[n])] for n, _ in cells}
    assert needed == {0: [0], 1: [1], 2: [0, 2], 3: [0, 1, 2, 3], 4: [0, 1, 4], 5: [0, 1, 4, 5]}
