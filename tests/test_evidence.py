"""What the evidence must hold, and what asking it must give."""

from __future__ import annotations

import math
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import parse_file
from pybtex.plugin import find_plugin

from rare_earths import evidence as module
from rare_earths.evidence import DATA, Evidence, EvidenceError, check, evidence
from rare_earths.evidence_package import texts


@cache
def book() -> Evidence:
    return evidence()


def test_no_fault() -> None:
    assert [str(f) for f in check()] == []


def test_the_row_of_the_claim() -> None:
    rows = book().select("mine_production", "China", "2020", source="usgs_mcs_2022_data")
    assert rows[["value", "unit"]].to_numpy().tolist() == [[140000, "t REO"]]


def test_no_sentence_of_a_source_is_kept() -> None:
    assert "quote" not in book().rows.columns


def test_reserves_stand_at_the_year_end_before_their_edition() -> None:
    rows = book().select("reserves", source=["usgs_mcs_2025", "bp_2021", "usgs_mcs_2026_v13"])
    assert (rows["edition"] - rows["year"] == 1).all()


def test_a_lower_bound_is_no_point() -> None:
    world = book().select("reserves", "World", source="usgs_mcs_2026_v13").iloc[0]
    assert (world["bound"], world["low"]) == ("at least", world["value"])
    assert math.isnan(world["high"])


def test_every_row_names_its_source_and_lineage() -> None:
    rows = book().rows
    assert rows["source"].isin(book().sources.index).all()
    assert rows["lineage"].isin(book().lineages.index).all()
    assert rows["grade"].isin(["A", "B", "C"]).all()


def test_countries_have_codes_and_their_parts_have_none() -> None:
    entities = book().entities
    assert entities.at["Myanmar", "iso3"] == "MMR"
    assert entities.at["China, ionic clays", "iso3"] == ""
    assert entities.at["China, ionic clays", "part_of"] == "China"


# --- corrections ---------------------------------------------------------------------------------


def test_corrections_are_applied_when_read_and_shown() -> None:
    row = "mine-production.australia.2020.bp-2021"
    printed = book().rows.loc[row, "value"]
    read = book().select("mine_production", "Australia", "2020", source="bp_2021").loc[row]
    assert (printed, read["value"], bool(read["corrected"])) == (41438, 21089, True)


def test_world_of_the_corrected_edition_follows_its_parts() -> None:
    table = book().corrections.set_index("row")
    cell = "mine-production.{}.2020.bp-2021"
    change = {
        name: float(table.at[cell.format(name), "printed"])
        - float(table.at[cell.format(name), "corrected"])
        for name in ("australia", "world")
    }
    assert change["australia"] == change["world"]


def test_a_row_not_to_use_is_left_out_unless_asked_for() -> None:
    row = "reserves.china.2020.bp-2021"
    line = {"row": row, "field": "use", "printed": "yes", "corrected": "no", "reason": "test"}
    book_rows = book().rows
    frame = module._correct(book_rows, pd.DataFrame([line]))
    one = Evidence.__new__(Evidence)
    one.__dict__ = {**book().__dict__, "_corrected": frame, "_parts": {}}
    assert row not in one.select("reserves", "China", "2020").index
    assert row in one.select("reserves", "China", "2020", unusable=True).index


# --- asking --------------------------------------------------------------------------------------


def test_unit_converts_value_and_bounds() -> None:
    world = book().select("reserves", "World", source="usgs_mcs_2025", unit="Mt REO").iloc[0]
    assert (world["value"], world["low"], world["unit"]) == (90, 90, "Mt REO")


def test_oxide_never_becomes_gross_weight() -> None:
    with pytest.raises(EvidenceError, match="different things"):
        book().select("mine_production", "China", unit="t")


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda b: b.select("reservs"), "Unknown series 'reservs'; did you mean reserves"),
        (lambda b: b.select("reserves", "Chian"), "Unknown entity 'Chian'; did you mean China"),
        (lambda b: b.select("reserves", source="bp_2012"), "Unknown source 'bp_2012'"),
        (lambda b: b.select("reserves", colour="red"), "No column 'colour'"),
        (lambda b: b.select("reserves", unit="Mt RE"), "Unknown unit 'Mt RE'"),
        (lambda b: b.pick("reserves", "China", 1850, unit="t REO"), "No row of reserves"),
        (lambda b: b.parameter("nothing"), "Unknown parameter 'nothing'"),
        (lambda b: b.independent(["nothing"]), "Unknown row 'nothing'"),
    ],
)
def test_a_wrong_question_gets_one_sentence(ask: object, says: str) -> None:
    with pytest.raises(EvidenceError, match=says):
        ask(book())  # type: ignore[operator]


def test_pick_says_rule_source_and_what_it_rejected() -> None:
    picked = book().pick("mine_production", "World", "2020", unit="t REO")
    rows = book().select("mine_production", "World", "2020")
    assert picked.rule.startswith("best grade (A)")
    assert picked.source in set(rows["source"])
    assert set(picked.rejected.index) | {picked.id} == set(rows.index)
    assert picked.id not in picked.rejected.index


def test_each_rejected_row_says_what_it_lost_by() -> None:
    picked = book().pick("mine_production", "World", "2020", unit="t REO")
    row = book().rows.loc[picked.id]
    for id, other in picked.rejected.iterrows():
        lost = {
            "lower grade": other["grade"] > row["grade"],
            "second hand": (other["grade"], row["hand"]) == (row["grade"], "first"),
            "older edition": other["edition"] < row["edition"],
            "superseded": book().sources.at[row["source"], "supersedes"] == other["source"],
            "later by id": str(id) > picked.id,
        }
        assert lost[other["why"]], (id, other["why"])
    assert {"lower grade", "older edition"} <= set(picked.rejected["why"])


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(sorted(evidence().rows.index)))
def test_every_pick_explains_itself(id: str) -> None:
    row = book().select(str(book().rows.at[id, "series"]), unusable=True).loc[id]
    if not row["use"]:
        return
    picked = book().pick(row["series"], row["entity"], row["period"], unit=row["unit"],
                         source=str(row["source"]))  # fmt: skip
    assert picked.rule and picked.source in book().sources.index
    assert (picked.rejected["why"] != "").all()
    rows = book().select(row["series"], row["entity"], row["period"], source=str(row["source"]))
    assert {picked.id, *picked.rejected.index} == set(rows.index)


def test_pick_takes_the_version_that_supersedes() -> None:
    picked = book().pick("reserves", "World", "2025", unit="t REO", vintage=2026)
    assert picked.source == "usgs_mcs_2026_v13"
    assert "usgs_mcs_2026_data" in set(picked.rejected["source"])


def test_pick_of_a_single_row_says_so() -> None:
    picked = book().pick("reserve_extraction_ratio", "China, ionic clays", 1992, unit="years")
    assert (picked.rule, len(picked.rejected)) == ("the only row", 0)


# --- independence --------------------------------------------------------------------------------


def of_lineage(*names: str) -> list[str]:
    rows = book().rows
    return [rows.index[rows["lineage"] == name][0] for name in names]


def test_bp_is_no_second_witness_beside_its_own_sources() -> None:
    assert book().independent(of_lineage("usgs", "bp_ei")) == 1
    assert book().independent(of_lineage("usgs", "bgs", "bp_ei")) == 2


def test_usgs_is_no_second_witness_beside_the_quota() -> None:
    assert book().independent(of_lineage("usgs", "miit_quota")) == 1


def test_press_without_origin_counts_for_nothing() -> None:
    assert book().independent(of_lineage("press_unattributed")) == 0


def test_a_second_hand_copy_adds_no_witness() -> None:
    rows = book().rows
    first = rows.index[rows["source"] == "usgs_mcs_2025"][0]
    quoted = rows.index[(rows["lineage"] == "usgs") & (rows["hand"] == "quoted")]
    assert book().independent([first, *quoted]) == book().independent([first])


all_ids = st.lists(st.sampled_from(sorted(evidence().rows.index)), max_size=12)


@settings(deadline=None)
@given(all_ids, all_ids)
def test_independence_never_falls_with_more_rows_and_never_exceeds_lineages(
    some: list[str], more: list[str]
) -> None:
    few, many = book().independent(some), book().independent(some + more)
    assert few <= many <= few + book().independent(more)
    assert few <= book().rows.loc[some, "lineage"].nunique()
    assert few == book().independent(some + some) == book().independent(some[::-1])


@settings(deadline=None)
@given(st.lists(st.frozensets(st.integers(0, 6), min_size=1, max_size=3), max_size=8))
def test_most_apart_equals_trying_every_subset(families: list[frozenset[int]]) -> None:
    def apart(chosen: list[frozenset[int]]) -> bool:
        return sum(map(len, chosen)) == len(frozenset().union(*chosen))

    subsets = (
        [f for i, f in enumerate(families) if number >> i & 1]
        for number in range(2 ** len(families))
    )
    best = max(len(s) for s in subsets if apart(s))
    assert module._most_apart([frozenset(map(str, f)) for f in families]) == best


# --- units ---------------------------------------------------------------------------------------

known_units = st.sampled_from(sorted(evidence().units.table.index))


@settings(deadline=None)
@given(known_units, known_units, st.floats(1e-6, 1e12))
def test_a_unit_goes_there_and_back_or_not_at_all(one: str, other: str, value: float) -> None:
    units = book().units
    if units.table.at[one, "dimension"] != units.table.at[other, "dimension"]:
        with pytest.raises(EvidenceError):
            units.factor(one, other)
        return
    there = value * units.factor(one, other)
    assert there * units.factor(other, one) == pytest.approx(value, rel=1e-12)


def test_periods_give_a_year_only_where_they_lie_in_one() -> None:
    periods = ["2020", "2025-04", "2024-Q1", "FY2024", "2024-01/2024-06", "2009/2012", "undated"]
    frame = pd.DataFrame({"period": periods})
    years = module._years(frame["period"]).tolist()
    assert years[:5] == [2020, 2025, 2024, 2024, 2024]
    assert years[5:] == [pd.NA, pd.NA]


# --- the whole stock -----------------------------------------------------------------------------


def test_every_row_of_the_stock_is_in_or_left_out_with_its_reason() -> None:
    """Rows added or taken out later are counted in the last line of origins.csv."""
    ledger = book().origins.astype(int)
    assert (ledger["kept"] + ledger["excluded"] == ledger["rows"]).all()
    assert ledger["kept"].sum() == len(book().rows)
    left_out = book().exclusions["origin"].str.split(":").str[0].value_counts()
    counted = ledger["excluded"][ledger["excluded"] > 0]
    assert left_out.to_dict() == counted.to_dict()
    assert (book().exclusions["reason"] != "").all()


def test_descriptor_and_catalogue_are_fresh() -> None:
    stale = [p.name for p, text in texts(DATA).items() if p.read_text(encoding="utf-8") != text]
    assert stale == [], "run python -m rare_earths.evidence package"


def test_every_source_of_a_row_project_or_event_has_its_entry() -> None:
    keys = set(book().sources.index)
    assert set(book().events["source"]) <= keys
    assert {k for cell in book().projects["sources"] for k in cell.split(";")} <= keys


def test_every_entry_of_the_bibliography_renders() -> None:
    entries = parse_file(DATA / "sources.bib", "bibtex").entries.values()
    rendered = list(find_plugin("pybtex.style.formatting", "plain")().format_entries(entries))
    plain = find_plugin("pybtex.backends", "plaintext")()
    assert all(entry.text.render(plain).strip() for entry in rendered)
    assert len(rendered) == len(book().sources)


def test_trade_by_code_has_its_code_apart() -> None:
    series = book().series
    packed = series.index.str.match(r"hs\d")
    assert (series.loc[packed, "hs"] != "").all()


def test_independence_over_the_whole_stock_is_quick_and_below_the_number_of_lineages() -> None:
    rows = book().rows
    assert 1 < book().independent(rows.index) < rows["lineage"].nunique()
