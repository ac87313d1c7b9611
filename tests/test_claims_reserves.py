"""C01 to C03 on the evidence and on copies of it with one datum changed."""

import copy

import pandas as pd
import pytest

from rare_earths import claims
from rare_earths.claims import reserves as rules
from rare_earths.claims.engine import judge
from rare_earths.evidence import evidence


@pytest.fixture(scope="module")
def data():
    return evidence()


def changed(data, row, **fields):
    """The evidence with some fields of one row changed."""
    other = copy.copy(data)
    other._parts = {}
    frame = data._corrected.copy()
    for name, value in fields.items():
        frame.loc[row, name] = value
    other._corrected = frame
    other.rows = frame
    return other


def with_row(data, like, key, **fields):
    """The evidence with one more row: a copy of another under a new id."""
    other = copy.copy(data)
    other._parts = {}
    row = data._corrected.loc[[like]].assign(**fields)
    row.index = pd.Index([key], name=data._corrected.index.name)
    other._corrected = pd.concat([data._corrected, row])
    other._places = other._corrected.groupby("series", sort=False).indices
    other.rows = other._corrected
    return other


CARD = ("word", "confidence", "certainty", "holds")


def card(claim, data):
    found = judge(claim, data)
    return tuple(getattr(found, name) for name in CARD)


def test_the_pair_of_the_claim_is_two_quotients_of_one_edition(data):
    outcome = rules.c02_reserve_share(data, rules.C02.default)
    assert outcome.value == pytest.approx(100 * 44 / 120)
    outcome = rules.c02_output_share(data, rules.C02.default)
    assert outcome.value == pytest.approx(100 * 140 / 240)


@pytest.mark.parametrize("claim", rules.CLAIMS, ids=lambda claim: claim.id)
def test_a_second_hand_copy_of_a_known_row_changes_nothing(data, claim):
    found = judge(claim, data)
    row = found.outcomes["a"].rows[0]
    more = with_row(data, row, "copy.of.a.row", hand="quoted", grade="C", quality="press")
    assert card(claim, more) == card(claim, data)


def test_another_country_with_more_contradicts_the_first_claim(data):
    row = rules.reserves_by_country(data, rules.USGS["USGS 2026, version 1.3"])["Brazil"].rows[0]
    found = judge(rules.C01, changed(data, row, value=50e6))
    assert found.word == "contradicted"


def test_a_wrong_output_moves_the_second_claim(data):
    own = data.rows[
        (data.rows["series"] == "mine_production")
        & (data.rows["entity"] == "China")
        & (data.rows["period"] == "2020")
        & (data.rows["vintage"] == "2021")
    ]
    for row in own.index:
        data = changed(data, row, value=14_000.0)
    assert judge(rules.C02, data).word == "not supported"


def test_a_small_inventory_supports_the_third_claim(data):
    row = rules.reserves(data, rules.USGS["USGS 2026, version 1.3"], "China").rows[0]
    found = judge(rules.C03, changed(data, row, value=3e6))
    assert found.outcomes["a"].value > rules.DEPLETED
    assert found.word == "supported"


def test_the_official_series_has_every_year_since_1985(data):
    series = rules.china_output(data)
    assert list(series.index) == list(range(1985, series.index[-1] + 1))


def test_an_illegal_share_is_never_added_to_the_british_figure():
    for claim in (rules.C01, rules.C03):
        for combination in claim.combinations():
            assert combination["output"] == "official" or combination["illegal"] == "none added"


def test_ionic_clays_are_never_mixed_with_usgs_reserves():
    own = [c for c in rules.C03.combinations() if c["ores"] == rules.IONIC]
    assert own
    assert {c["edition"] for c in own} == {rules.CHINESE}


def test_the_table_of_verdicts_lists_all_fourteen():
    table = claims.verdicts()
    assert list(table.index) == [f"C{n:02d}" for n in range(1, 15)]
