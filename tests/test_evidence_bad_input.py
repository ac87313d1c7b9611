"""Bad input: one clear sentence with file, line and column, and the tables stay as they were."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from rare_earths import evidence as module
from rare_earths import evidence_checks
from rare_earths.evidence import DATA, ROW_COLUMNS, EvidenceError, Fault, check, evidence

Break = Callable[[Path], None]


KEPT = ("reserves", "production", "quotas")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data with three topics only, so that each of the many checks below is quick."""
    folder = Path(shutil.copytree(DATA, tmp_path_factory.mktemp("small") / "data"))
    keep(folder, "vocabulary/topics.csv", lambda t: t["topic"].isin(KEPT))
    keep(folder, "vocabulary/series.csv", lambda t: t["topic"].isin(KEPT))
    series = set(table_of(folder, "vocabulary/series.csv")["series"])
    ids: set[str] = set()
    for path in folder.glob("*.csv"):
        if "locator" in (columns := path.read_text().split("\n", 1)[0].split(",")):
            if path.stem in KEPT:
                ids |= set(table_of(folder, path.name)["id"])
            elif columns == ROW_COLUMNS:
                path.unlink()
    keep(folder, "corrections.csv", lambda t: t["row"].isin(ids))
    keep(folder, "accepted.csv", lambda t: t["row"].isin(ids))
    keep(folder, "deviations.csv", lambda t: t["series"].isin(series))
    keep(folder, "holes.csv", lambda t: t["topic"].isin(KEPT))
    keep(folder, "exclusions.csv", lambda t: t["kept"].isin({*ids, ""}))
    assert check(folder) == []
    return folder


@pytest.fixture
def folder(small: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(small, tmp_path / "data"))


def table_of(folder: Path, file: str) -> pd.DataFrame:
    return pd.read_csv(folder / file, dtype=str, keep_default_na=False)


def keep(folder: Path, file: str, which: Callable[[pd.DataFrame], pd.Series]) -> None:
    table = table_of(folder, file)
    table[which(table)].to_csv(folder / file, index=False, lineterminator="\n")


def set_cell(file: str, row: str, /, **cells: str) -> Break:
    """Change cells of the row with this key (first column)."""

    def change(folder: Path) -> None:
        table = table_of(folder, file)
        place = table.index[table.iloc[:, 0] == row]
        assert len(place) == 1, row
        for column, value in cells.items():
            table.loc[place, column] = value
        table.to_csv(folder / file, index=False, lineterminator="\n")

    return change


def repeat(file: str, row: str, /, **cells: str) -> Break:
    """Add the row once more at the end, with some cells changed."""

    def change(folder: Path) -> None:
        table = table_of(folder, file)
        again = table[table.iloc[:, 0] == row].assign(**cells)
        pd.concat([table, again]).to_csv(folder / file, index=False, lineterminator="\n")

    return change


def rewrite(file: str, change: Callable[[str], str]) -> Break:
    """Change a whole file as text."""

    def write(folder: Path) -> None:
        path = folder / file
        path.write_bytes(change(path.read_text(encoding="utf-8")).encode())

    return write


def line_of(file: str, row: str) -> int:
    table = table_of(DATA, file)
    return int(table.index[table.iloc[:, 0] == row][0]) + 2


def last_line(file: str) -> int:
    return len((DATA / file).read_text(encoding="utf-8").splitlines()) + 1


CHINA = "reserves.china.2020.bp-2021"
WORLD = "reserves.world.2024.usgs-mcs-2025"
AT = line_of("reserves.csv", CHINA)
END = last_line("reserves.csv")

# name: what breaks it, file, line, column, words of the sentence
CASES: dict[str, tuple[Break, str, int, str, str]] = {
    "table gone": (
        lambda folder: (folder / "reserves.csv").unlink(),
        *("reserves.csv", 0, "", "no such file"),
    ),
    "bibliography gone": (
        lambda folder: (folder / "sources.bib").unlink(),
        *("sources.bib", 0, "", "no such file"),
    ),
    "table nobody reads": (
        lambda folder: shutil.copy(folder / "reserves.csv", folder / "reserves2.csv"),
        *("reserves2.csv", 0, "", "a table nobody reads"),
    ),
    "wrong unit": (
        set_cell("reserves.csv", CHINA, unit="tREO"),
        *("reserves.csv", AT, "unit", "'tREO', expected a unit of vocabulary/units.csv"),
    ),
    "unit of another thing": (
        set_cell("reserves.csv", CHINA, unit="t"),
        *("reserves.csv", AT, "unit", "'t', expected a unit of oxide mass for reserves"),
    ),
    "unknown country": (
        set_cell("reserves.csv", CHINA, entity="Chnia"),
        *("reserves.csv", AT, "entity", "'Chnia', expected an entity"),
    ),
    "country with the code of another": (
        set_cell("vocabulary/entities.csv", "China", iso3="CHE"),
        *("vocabulary/entities.csv", line_of("vocabulary/entities.csv", "China")),
        *("iso3", "'CHE', expected CHN"),
    ),
    "duplicate row": (
        repeat("reserves.csv", CHINA),
        *("reserves.csv", END, "id", f"an id of its own (reserves.csv, line {AT} has it)"),
    ),
    "same cell twice with different values": (
        repeat("reserves.csv", CHINA, id=f"{CHINA}.2", value="45000000"),
        *(
            "reserves.csv",
            END,
            "value",
            f"one row for this cell, which is in reserves.csv, line {AT} already",
        ),
    ),
    "date in a number column": (
        set_cell("reserves.csv", CHINA, value="2021-03-01"),
        *("reserves.csv", AT, "value", "'2021-03-01', expected a plain number"),
    ),
    "date as a spreadsheet writes it": (
        set_cell("reserves.csv", CHINA, value="44-Mar"),
        *("reserves.csv", AT, "value", "not a date"),
    ),
    "short form of a spreadsheet": (
        set_cell("reserves.csv", CHINA, value="4.4E+07"),
        *("reserves.csv", AT, "value", "'4.4E+07', expected a plain number"),
    ),
    "separator of thousands": (
        set_cell("reserves.csv", CHINA, value="44,000"),
        *("reserves.csv", AT, "value", "no separator of thousands"),
    ),
    "decimal comma": (
        set_cell("reserves.csv", "reserves-share.china.2020.bp-2021", value="35,4"),
        *("reserves.csv", line_of("reserves.csv", "reserves-share.china.2020.bp-2021")),
        *("value", "a point as decimal mark"),
    ),
    "no value": (
        set_cell("reserves.csv", CHINA, value=""),
        *("reserves.csv", AT, "value", "nothing, expected a plain number"),
    ),
    "value below its low": (
        set_cell("reserves.csv", WORLD, value="80000000"),
        *("reserves.csv", line_of("reserves.csv", WORLD), "value"),
        "a value at least 90000000 (low)",
    ),
    "value above its high": (
        set_cell("reserves.csv", CHINA, bound="at most", high="40000000"),
        *("reserves.csv", AT, "value", "a value at most 40000000 (high)"),
    ),
    "lower bound without its low": (
        set_cell("reserves.csv", WORLD, low=""),
        *("reserves.csv", line_of("reserves.csv", WORLD), "bound", "a low and no high"),
    ),
    "source not in the bibliography": (
        set_cell("reserves.csv", CHINA, source="bp_2012"),
        *("reserves.csv", AT, "source", "'bp_2012', expected a key of sources.bib"),
    ),
    "lineage nobody knows": (
        set_cell("reserves.csv", CHINA, lineage="bp"),
        *("reserves.csv", AT, "lineage", "a lineage of lineages.csv"),
    ),
    "empty locator": (
        set_cell("reserves.csv", CHINA, locator=" "),
        *("reserves.csv", AT, "locator", "where in the source the figure stands"),
    ),
    "quality out of the list": (
        set_cell("reserves.csv", CHINA, quality="guess"),
        *("reserves.csv", AT, "quality", "one of reported, estimated"),
    ),
    "bound out of the list": (
        set_cell("reserves.csv", CHINA, bound=">"),
        *("reserves.csv", AT, "bound", "one of exact, about"),
    ),
    "period out of the grammar": (
        set_cell("reserves.csv", CHINA, period="2020Q5"),
        *("reserves.csv", AT, "period", "'2020Q5', expected a period such as 2020"),
    ),
    "id of another row": (
        set_cell("reserves.csv", CHINA, period="2019"),
        *("reserves.csv", AT, "id", "expected 'reserves.china.2019.bp-2021'"),
    ),
    "edition of another year in one document": (
        set_cell("reserves.csv", "reserves.brazil.2023.usgs-mcs-2024-data", vintage="2023"),
        *("reserves.csv", line_of("reserves.csv", "reserves.brazil.2023.usgs-mcs-2024-data")),
        *("value", "the edition of the other rows of this document, 2024"),
    ),
    "series in the wrong table": (
        set_cell("reserves.csv", CHINA, series="mine_production"),
        *("reserves.csv", AT, "series", "this series in production.csv"),
    ),
    "byte order mark": (
        rewrite("reserves.csv", lambda text: "\ufeff" + text),
        *("reserves.csv", 1, "", "a byte order mark at the start"),
    ),
    "semicolons": (
        rewrite("reserves.csv", lambda text: text.replace(",", ";")),
        *("reserves.csv", 1, "", "semicolons between the columns"),
    ),
    "line ends of another system": (
        rewrite("reserves.csv", lambda text: text.replace("\n", "\r\n")),
        *("reserves.csv", 1, "", "line ends of another system"),
    ),
    "other bytes than UTF-8": (
        lambda folder: (folder / "reserves.csv").write_bytes(
            (folder / "reserves.csv").read_bytes().replace(b"Brazil", b"Br\xe9sil", 1)
        ),
        *("reserves.csv", None, "", "bytes that are no UTF-8"),
    ),
    "column renamed": (
        rewrite("reserves.csv", lambda text: text.replace("locator", "page", 1)),
        *("reserves.csv", 1, "", "expected id,series,entity"),
    ),
    "cell too many": (
        rewrite("reserves.csv", lambda text: text.rstrip("\n") + ",more\n"),
        *("reserves.csv", END - 1, "", "17 cells, expected 16 cells"),
    ),
    "cells missing": (
        rewrite("reserves.csv", lambda text: text + "reserves.x,reserves\n"),
        *("reserves.csv", END, "", "2 cells, expected 16 cells"),
    ),
    "blank line": (
        rewrite("reserves.csv", lambda text: text + "\n"),
        *("reserves.csv", END, "", "a blank line, expected 16 cells"),
    ),
    "line feed within a cell": (
        set_cell("reserves.csv", CHINA, note="one\ntwo"),
        *("reserves.csv", AT, "", "a line feed within a cell"),
    ),
    "country above the world": (
        set_cell("reserves.csv", CHINA, value="440000000"),
        *("reserves.csv", AT, "value", "no more than the World of the same edition"),
    ),
    "countries that do not add up": (
        set_cell("reserves.csv", "reserves.brazil.2023.usgs-mcs-2024-data", value="1000000"),
        *("reserves.csv", line_of("reserves.csv", "reserves.world.2023.usgs-mcs-2024-data")),
        *("value", "the sum of the countries"),
    ),
    "share above a hundred": (
        set_cell("reserves.csv", "reserves-share.china.2023.reporthb-2024", value="140"),
        *("reserves.csv", line_of("reserves.csv", "reserves-share.china.2023.reporthb-2024")),
        *("value", "a share between 0 and 100"),
    ),
    "share that is no quotient": (
        set_cell("reserves.csv", "reserves-share.china.2020.bp-2021", value="53.40"),
        *("reserves.csv", line_of("reserves.csv", "reserves-share.china.2020.bp-2021")),
        *("value", "reserves over World of the same edition"),
    ),
    "years left that are no quotient": (
        set_cell("reserves.csv", "reserves-to-production-ratio.china.2020.bp-2021", value="341"),
        "reserves.csv",
        line_of("reserves.csv", "reserves-to-production-ratio.china.2020.bp-2021"),
        *("value", "reserves over output of the same edition"),
    ),
    "quota parts that do not add up": (
        set_cell(
            "quotas.csv", "mining-quota-total.china.2021.mnr-2021-quota-notice", value="186000"
        ),
        *(
            "quotas.csv",
            line_of("quotas.csv", "mining-quota-total.china.2021.mnr-2021-quota-notice"),
        ),
        *("value", "a total equal to light and ionic together"),
    ),
    "correction of no row": (
        set_cell("corrections.csv", "mine-production.world.2020.bp-2021", row="mine.world"),
        *("corrections.csv", line_of("corrections.csv", "mine-production.world.2020.bp-2021")),
        *("row", "the id of a row"),
    ),
    "correction of another value": (
        set_cell("corrections.csv", "mine-production.world.2020.bp-2021", printed="1"),
        *("corrections.csv", line_of("corrections.csv", "mine-production.world.2020.bp-2021")),
        *("printed", "what the row prints, '267652'"),
    ),
    "claim with a status of its own": (
        set_cell("claims.csv", "C04", status="maybe"),
        *("claims.csv", line_of("claims.csv", "C04"), "status", "one of tested, open"),
    ),
    "entity named twice": (
        repeat("vocabulary/entities.csv", "China", iso3="", kind="part"),
        *("vocabulary/entities.csv", last_line("vocabulary/entities.csv"), "entity"),
        "a key that stands once",
    ),
    "lineage of an unknown lineage": (
        set_cell("lineages.csv", "bp_ei", derives_from="usgs;bsg"),
        *("lineages.csv", line_of("lineages.csv", "bp_ei"), "derives_from", "'bsg'"),
    ),
    "lineages in a circle": (
        set_cell("lineages.csv", "miit_quota", derives_from="usgs"),
        *("lineages.csv", line_of("lineages.csv", "miit_quota"), "derives_from", "no circle"),
    ),
    "grade out of the list": (
        rewrite("sources.bib", lambda text: text.replace("grade = {A}", "grade = {D}", 1)),
        *("sources.bib", 0, None, "grade A, B or C"),
    ),
    "key twice in the bibliography": (
        rewrite("sources.bib", lambda text: text + "\n@misc{bp_2021,\n  title = {Twice},\n}\n"),
        *("sources.bib", 0, "", "repeated bibliography entry: bp_2021"),
    ),
    "unit pint cannot read": (
        set_cell("vocabulary/units.csv", "Mt REO", pint="megatonn * REO"),
        *("vocabulary/units.csv", line_of("vocabulary/units.csv", "Mt REO")),
        *("pint", "an expression of units in vocabulary/units.txt"),
    ),
    "unit with the measure of another": (
        set_cell("vocabulary/units.csv", "kt REO", pint="kilotonne"),
        *("vocabulary/units.csv", line_of("vocabulary/units.csv", "kt REO")),
        *("pint", "the same measure as other oxide mass"),
    ),
    "parameter that is no number": (
        lambda folder: (folder / "parameters.csv").write_text(
            "name,value,low,high,unit,source,locator,note\nloss,a tenth,,,%,,,why\n"
        ),
        *("parameters.csv", 2, "value", "'a tenth', expected a plain number"),
    ),
}


def checksums(folder: Path) -> dict[str, str]:
    return {
        str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()
    }


@pytest.mark.parametrize("name", CASES)
def test_one_sentence_says_where_and_what(name: str, folder: Path) -> None:
    change, file, line, column, words = CASES[name]
    change(folder)
    before = checksums(folder)
    faults = check(folder)
    hits = [
        f
        for f in faults
        if f.file == file
        and (line is None or f.line == line)
        and (column is None or f.column == column)
        and words in str(f)
    ]
    assert len(hits) == 1, [str(f) for f in faults[:5]]
    assert_one_sentence(hits[0])
    # A broken table breaks what refers to it, but one wrong cell is one fault.
    assert len(faults) <= 5, [str(f) for f in faults]
    assert checksums(folder) == before


def assert_one_sentence(fault: Fault) -> None:
    text = str(fault)
    assert text.endswith(".") and "\n" not in text and text.startswith(fault.file)
    assert not fault.line or f"line {fault.line}" in text


@cache
def sound_rows() -> pd.DataFrame:
    raw = module._read(DATA)
    return evidence_checks.prepared(raw, module.joined(raw))


# check: the row whose value is changed, by which factor, words of the finding
MEANING = {
    "batches sum": ("smelting-quota-total.china.2022.wycsj-2022", 1.1, "the sum of the batches"),
    "unit value is quotient": (
        *("hs2846-china-exports-unit-value.china.2022.cmm-data-2025", 1000),
        "value over weight",
    ),
    "stock grows": ("wind-capacity-cumulative.china.2010.irena-owid-2024", 0.1, "the year before"),
    "import shares sum": (
        *("us-import-source-share.china.2020-2023.usgs-mcs-2025", 0.5),
        "shares that add up to 100",
    ),
    "sources agree": ("smelting-quota-total.china.2022.wycsj-2022", 10, "or a reason in"),
}


@pytest.mark.parametrize("name", MEANING)
def test_a_slip_in_one_figure_contradicts_the_others(name: str) -> None:
    row, factor, words = MEANING[name]
    rows = sound_rows().copy()
    before = set(evidence_checks.CHECKS[name](rows))
    rows.loc[rows["id"] == row, "n_value"] *= factor
    found = set(evidence_checks.CHECKS[name](rows)) - before
    assert found and all(words in expected for _, expected in found)


def test_all_faults_of_a_table_come_at_once(folder: Path) -> None:
    table = table_of(folder, "production.csv")
    table.loc[[3, 500, 1000], "value"] = ["x", "1e5", ""]
    table.loc[[3, 700], "source"] = "nobody"
    table.to_csv(folder / "production.csv", index=False, lineterminator="\n")
    found = {(f.line, f.column) for f in check(folder)}
    assert found == {(5, "value"), (502, "value"), (1002, "value"), (5, "source"), (702, "source")}


def test_evidence_with_a_fault_is_not_given(folder: Path) -> None:
    set_cell("reserves.csv", CHINA, value="44 Mt")(folder)
    with pytest.raises(EvidenceError, match=rf"reserves.csv, line {AT}, column value"):
        evidence(folder)


def test_a_change_is_seen_in_the_same_process(folder: Path) -> None:
    before = evidence(folder).rows.loc[CHINA, "note"]
    set_cell("reserves.csv", CHINA, note="changed")(folder)
    assert evidence(folder).rows.loc[CHINA, "note"] == "changed" != before


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rare_earths.evidence", *arguments, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_lists_faults_and_fails(folder: Path) -> None:
    set_cell("reserves.csv", CHINA, value="44,0", source="nobody")(folder)
    done = command(folder, "check")
    lines = done.stderr.splitlines()
    assert (done.returncode, len(lines), lines[-1]) == (1, 3, "2 faults.")
    assert all(re.match(rf"reserves\.csv, line {AT}, column ", line) for line in lines[:-1])


def test_the_command_is_content_with_the_evidence(folder: Path) -> None:
    done = command(folder, "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no fault" in done.stdout


def test_a_contradiction_can_be_accepted_with_its_reason(folder: Path) -> None:
    set_cell("reserves.csv", CHINA, value="440000000")(folder)
    names = {re.search(r"check: (.*)\)", str(f)).group(1): f for f in check(folder)}  # type: ignore[union-attr]
    rows = table_of(folder, "reserves.csv")["id"]
    lines = [f'{name},{rows[f.line - 2]},"why"\n' for name, f in names.items()]
    with (folder / "accepted.csv").open("a", encoding="utf-8") as accepted:
        accepted.writelines(lines)
    assert check(folder) == []
    assert {f.severity for f in check(folder, notes=True)} == {"note"}


def test_the_columns_of_a_row_are_those_of_the_book() -> None:
    assert ROW_COLUMNS[:6] == ["id", "series", "entity", "period", "value", "low"]
