"""A new edition: all its faults at once, what it would move, and written whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from rare_earths import evidence_edition, evidence_package
from rare_earths.evidence import DATA, ROW_COLUMNS, EvidenceError, check, row_id
from rare_earths.keeper import edition as command

MCS_2026 = "usgs_mcs_2026"


def table_of(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def saved(table: pd.DataFrame, path: Path) -> Path:
    table.to_csv(path, index=False, lineterminator="\n")
    return path


def topics(folder: Path) -> list[Path]:
    names = table_of(folder / "vocabulary" / "topics.csv")["topic"]
    return [folder / f"{name}.csv" for name in names]


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """The data without the summaries of 2026, and their rows."""
    folder = Path(shutil.copytree(DATA, tmp_path_factory.mktemp("held") / "data"))
    taken = []
    for path in topics(folder):
        table = table_of(path)
        newest = table["source"].str.startswith(MCS_2026)
        taken.append(table[newest])
        saved(table[~newest], path)
    origins = table_of(folder / "origins.csv").set_index("origin")
    rows = pd.concat(taken, ignore_index=True)
    for column in ("rows", "kept"):
        now = int(origins.at["production_reserves", column])
        origins.loc["production_reserves", column] = str(now - len(rows))
    saved(origins.reset_index(), folder / "origins.csv")
    return folder, rows


@pytest.fixture
def folder(held_out: tuple[Path, pd.DataFrame], tmp_path: Path) -> Path:
    """A copy to write into."""
    return Path(shutil.copytree(held_out[0], tmp_path / "data"))


@pytest.fixture
def rows(held_out: tuple[Path, pd.DataFrame]) -> pd.DataFrame:
    return held_out[1].copy()


@pytest.fixture
def new(rows: pd.DataFrame, tmp_path: Path) -> Path:
    return saved(rows, tmp_path / "mcs2026.csv")


def state(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def told(path: Path, folder: Path) -> list[str]:
    return evidence_edition.told(evidence_edition.read(path, folder).faults)


# --- the real rows of 2026, held out and put back ------------------------------------------------


def test_the_trial_run_tells_what_would_move_and_writes_nothing(
    new: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(folder)
    assert command.main([str(new), "--folder", str(folder)]) == 0
    said = capsys.readouterr().out
    assert state(folder) == before
    assert "reserves (reserves.csv): 14 rows" in said
    assert "mine_production (production.csv): 36 rows of 18 entities, 2024 to 2025" in said
    moved = "mine_production, Australia, 2024: 13,000 t REO (usgs_mcs_2025) -> 29,000 t REO"
    assert moved in said
    # The newest edition is the default table of these claims: without it there is no verdict.
    assert "C01, word: cannot be tested on open data -> supported in part" in said
    assert "C03, word: cannot be tested on open data -> not supported" in said
    assert re.search(r"^  C08, part a, words: .* -> .*$", said, re.MULTILINE)
    assert "C02" not in said
    assert "Nothing is written" in said


def test_put_back_the_tables_hold_the_same_rows(new: Path, folder: Path) -> None:
    written = evidence_edition.write(evidence_edition.read(new, folder), folder)
    tables = {"production.csv", "reserves.csv", "prices.csv", "us_statistics.csv", "origins.csv"}
    assert set(written) == tables | {"datapackage.json", "CATALOG.md"}
    for path in topics(folder):
        own, book = (table_of(p).sort_values("id") for p in (path, DATA / path.name))
        assert own.to_numpy().tolist() == book.to_numpy().tolist(), path.name
    for path, text in evidence_package.texts(folder).items():
        assert path.read_text(encoding="utf-8") == text, path.name
    kept, book = (table_of(p / "origins.csv")["kept"].astype(int).sum() for p in (folder, DATA))
    assert kept == book
    assert check(folder) == []
    assert sorted(p.name for p in folder.parent.iterdir()) == ["data", "mcs2026.csv"]


def test_an_appended_table_begins_as_it_was(new: Path, folder: Path) -> None:
    before = state(folder)
    evidence_edition.write(evidence_edition.read(new, folder), folder)
    for path in topics(folder):
        assert path.read_bytes().startswith(before[path.name])


def test_an_empty_id_is_made_by_the_rule_of_all_ids(
    rows: pd.DataFrame, folder: Path, tmp_path: Path
) -> None:
    path = saved(rows.assign(id=""), tmp_path / "new.csv")
    taken = pd.concat(evidence_edition.read(path, folder).rows.values())
    assert set(taken["id"]) == set(rows["id"])


# --- interrupted ---------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [0, 3, 6])  # of seven files
def test_stopped_while_writing_the_tables_are_as_they_were(
    at: int, new: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, moved = state(folder), []
    replace = Path.replace

    def stopped(self: Path, target: Path) -> Path:
        if ".edition-" in str(self):
            moved.append(target)
            if len(moved) == at + 1:
                raise KeyboardInterrupt
        return replace(self, target)

    edition = evidence_edition.read(new, folder)
    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        evidence_edition.write(edition, folder)
    assert len(moved) == at + 1
    assert state(folder) == before


KILLED = """
import os, sys
from pathlib import Path
from rare_earths import evidence_edition as e
new, folder = map(Path, sys.argv[1:])
moved, replace = [], Path.replace
def killed(self, target):
    if ".edition-" in str(self):
        moved.append(target)
        if len(moved) == 3:
            os._exit(9)
    return replace(self, target)
edition = e.read(new, folder)
Path.replace = killed
e.write(edition, folder)
"""


def test_killed_while_writing_the_next_run_puts_the_tables_back(new: Path, folder: Path) -> None:
    before = state(folder)
    done = subprocess.run([sys.executable, "-c", KILLED, str(new), str(folder)], check=False)
    assert done.returncode == 9
    assert [str(f) for f in check(folder)][:1] == [
        ".undo: found an edition half taken, expected make edition once more, which puts it back."
    ]
    assert evidence_edition.restore(folder)
    assert state(folder) == before
    assert not evidence_edition.restore(folder)


@pytest.mark.skipif(os.name != "posix", reason="a full disk is simulated with a limit of POSIX")
def test_a_full_disk_is_one_sentence(new: Path, folder: Path) -> None:
    before = state(folder)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000));"
    code = (
        f"{limit} import sys, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "from rare_earths.keeper import edition as e; e.report = lambda _: ();"
        "sys.exit(e.main(sys.argv[1:]))"
    )
    arguments = [str(new), "--write", "--folder", str(folder)]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert re.fullmatch(r"Nothing is taken: .*File too large.*\n", done.stderr)
    assert state(folder) == before
    assert [p.name for p in folder.parent.iterdir() if p.name.startswith(".")] == []


# --- bad input -----------------------------------------------------------------------------------


def test_the_same_row_twice_with_different_values(
    rows: pd.DataFrame, folder: Path, tmp_path: Path
) -> None:
    again = rows.iloc[[3]].assign(value="1")
    path = saved(pd.concat([rows, again]), tmp_path / "new.csv")
    line, first, id = len(rows) + 2, 5, rows["id"].iloc[3]
    assert told(path, folder) == [
        f"new.csv, line {line}, column id: found '{id}', "
        f"expected an id of its own (new.csv, line {first} has it)."
    ]


def test_the_same_row_twice_under_another_id(
    rows: pd.DataFrame, folder: Path, tmp_path: Path
) -> None:
    again = rows.iloc[[3]].assign(value="1", id=rows["id"].iloc[3] + ".2")
    path = saved(pd.concat([rows, again]), tmp_path / "new.csv")
    said = told(path, folder)
    words = "expected one row for this cell, which is in new.csv, line 5 already"
    assert len([s for s in said if s.startswith(f"new.csv, line {len(rows) + 2}") and words in s])


def test_a_row_that_the_evidence_has_already(folder: Path, tmp_path: Path) -> None:
    held = table_of(folder / "reserves.csv")
    path = saved(held.iloc[[10]].assign(value="1"), tmp_path / "new.csv")
    assert told(path, folder) == [
        f"new.csv, line 2, column id: found '{held['id'].iloc[10]}', "
        "expected an id of its own (reserves.csv, line 12 has it)."
    ]


def test_one_bad_row_among_a_thousand(folder: Path, tmp_path: Path) -> None:
    """All its faults at once, and nothing is taken."""
    few = (
        table_of(folder / "production.csv").iloc[[0]].assign(entity="China", source="usgs_mcs_2025")
    )
    many = pd.concat([few] * 1000, ignore_index=True)
    many["period"] = [f"{1700 + i // 12}-{i % 12 + 1:02}" for i in range(1000)]
    many["id"] = ""
    bad = {"value": "140,5", "unit": "tons", "entity": "Chnia", "locator": " ", "source": "nobody"}
    for column, text in bad.items():
        many.loc[700, column] = text
    before = state(folder)
    path = saved(many, tmp_path / "new.csv")
    faults = evidence_edition.read(path, folder).faults
    assert {(f.file, f.line, f.column) for f in faults} == {("new.csv", 702, c) for c in bad}
    with pytest.raises(EvidenceError, match="line 702, column locator"):
        evidence_edition.write(evidence_edition.read(path, folder), folder)
    assert state(folder) == before


def test_an_empty_locator(rows: pd.DataFrame, folder: Path, tmp_path: Path) -> None:
    rows.loc[7, "locator"] = ""
    assert told(saved(rows, tmp_path / "new.csv"), folder) == [
        "new.csv, line 9, column locator: found nothing, "
        "expected where in the source the figure stands: edition, page, table."
    ]


def test_one_slip_in_many_rows_is_one_sentence(
    rows: pd.DataFrame, folder: Path, tmp_path: Path
) -> None:
    path = saved(rows.assign(source="usgs_mcs_2027", id=""), tmp_path / "new.csv")
    (sentence,) = told(path, folder)
    assert sentence.startswith("new.csv, line 2, column source: found 'usgs_mcs_2027', expected")
    assert sentence.endswith(f"Likewise in line 3 to {len(rows) + 1}.")


def test_a_table_saved_by_a_spreadsheet(rows: pd.DataFrame, folder: Path, tmp_path: Path) -> None:
    """Semicolons, decimal commas, a byte order mark, short forms, dates: all told at once."""
    rows = rows[rows["bound"] == "exact"].reset_index(drop=True)
    rows.loc[0, "value"] = "7,73"
    rows.loc[1, "value"] = "1.0E+05"
    rows.loc[2, "value"] = "44-Mar"
    rows.loc[3, "period"] = "01.01.2025"
    rows.loc[3, "id"] = ""
    text = rows.to_csv(index=False, sep=";", lineterminator="\r\n")
    path = tmp_path / "new.csv"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    before = state(folder)
    said = told(path, folder)
    number = "a plain number such as 140000 or 36.7"
    assert said == [
        "new.csv, line 1: found a byte order mark at the start, expected plain UTF-8 without it.",
        "new.csv, line 1: found line ends of another system, expected plain line feeds.",
        "new.csv, line 1: found semicolons between the columns, expected commas.",
        f"new.csv, line 2, column value: found '7,73', expected {number}, "
        "with a point as decimal mark and no separator of thousands.",
        f"new.csv, line 3, column value: found '1.0E+05', expected {number}, "
        "written out and not in a spreadsheet's short form.",
        f"new.csv, line 4, column value: found '44-Mar', expected {number}, not a date.",
        "new.csv, line 5, column period: found '01.01.2025', expected a period such as 2020, "
        "2025-04, 2020-Q1, FY2024, 2009/2012, ../2012 or undated.",
    ]
    assert state(folder) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "new.csv: found No such file or directory, expected a table."),
        (b"", "new.csv, line 1: found the columns '', expected id,series,"),
        (",".join(ROW_COLUMNS).encode() + b"\n", "new.csv: found no row, expected rows under"),
        (b"id,series\nx,y\n", "new.csv, line 1: found the columns 'id,series', expected id,"),
        (b"\xff\xfei\x00d\x00", "new.csv, line 1: found bytes that are no UTF-8"),
        (",".join(ROW_COLUMNS).encode() + b"\nreserves.x,reserves\n", "line 2: found 2 cells"),
    ],
)
def test_a_file_that_is_no_table(
    content: bytes | None, words: str, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "new.csv"
    if content is not None:
        path.write_bytes(content)
    (sentence,) = told(path, folder)
    assert words in sentence


def test_the_command_tells_the_faults_and_fails(
    rows: pd.DataFrame, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows.loc[7, "locator"] = ""
    path = saved(rows, tmp_path / "new.csv")
    before = state(folder)
    assert command.main([str(path), "--write", "--folder", str(folder)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1] == "1 fault; nothing is taken."
    assert state(folder) == before


def test_faults_of_the_evidence_come_first(new: Path, folder: Path) -> None:
    path = folder / "reserves.csv"
    path.write_text(path.read_text().replace(",exact,", ",exactly,", 1))
    with pytest.raises(EvidenceError, match=r"faults of its own.*\nreserves.csv, line"):
        evidence_edition.read(new, folder)


def test_every_id_of_the_evidence_follows_the_rule() -> None:
    for path in topics(DATA):
        for id, *cells in table_of(path)[["id", "series", "entity", "period", "source"]].to_numpy():
            assert re.sub(r"\.\d+$", "", id) in (row_id(*cells), row_id(*cells).rsplit(".", 1)[0])
