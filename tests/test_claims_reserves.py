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


def test_a_recovery_stands_only_beside_what_is_in_place(data):
    for combination in rules.C03.combinations():
        if combination["recovery"] == rules.PRINTED:
            assert combination["ores"] == rules.ALL_ORES
        else:
            assert combination["edition"] == rules.CHINESE
    place = {"edition": rules.CHINESE, "recovery": rules.BY_ORE}
    left, until = rules.stock(data, {**rules.C03.default, **place})
    assert (left.value, until) == (84.68e6, 2007)
    assert rules.stock(data, {**rules.C03.default, "edition": rules.CHINESE})[0].value == 17.2e6


def test_the_recovery_of_bayan_obo_holds_for_its_share_alone(data):
    share, rows = rules.bayan_obo_share(data)
    assert share == pytest.approx(69250 / 120000)
    assert rules.recovery(data, rules.BY_ORE)[0] == pytest.approx(
        1 / (share / 0.1 + (1 - share) / 0.5)
    )
    more = changed(data, rows[0], value=120000.0)
    assert rules.recovery(more, rules.BY_ORE)[0] == pytest.approx(0.1)


def test_the_clays_have_their_basic_reserves_and_the_recovery_of_their_survey(data):
    own = [c for c in rules.C03.combinations() if c["ores"] == rules.IONIC]
    assert {c["in place"] for c in own} == {rules.IDENTIFIED, rules.ECONOMIC}
    assert rules.recovery(data, rules.CLAYS_2007)[0] == 0.46
    economic = next(c for c in own if c["in place"] == rules.ECONOMIC)
    assert rules.stock(data, economic)[0].value == 0.09e6


def test_growth_is_that_of_the_series_asked_for(data):
    official, _ = rules.growth(data, "as since 2015")
    british, british_rows = rules.growth(data, "as since 2015", "BGS")
    assert official != british
    assert all("usgs" not in row for row in british_rows)
    faster = changed(data, british_rows[-1], value=10e6)
    assert rules.growth(faster, "as since 2015", "BGS")[0] > british
    assert rules.growth(faster, "as since 2015")[0] == official


def test_the_share_of_output_is_followed_within_one_compilation(data):
    for since in (2010, 2015, 2018, 2020):
        span, noise = rules.newest_shares(data, since, False)
        assert span["compilation"].nunique() == 1
        assert 0 <= noise < 5
    assert rules.newest_shares(data, 2010, True) is None


def test_the_noise_of_revisions_is_the_median_of_the_years_printed_twice():
    shares = pd.DataFrame({"year": [1, 1, 2, 2, 3, 3, 4],
                           "share": [50.0, 51, 50, 52, 50, 90, 7]})  # fmt: skip
    assert rules.noise_of_revisions(shares) == 2


def test_the_second_claim_has_the_two_parts_of_its_text():
    assert [part.key for part in rules.C02.parts] == ["a", "b"]


def test_others_mine_too_in_the_newest_edition(data):
    default = rules.C01.default
    mined = rules.c01_at_risk(data, default).value
    assert mined > rules.c01_at_risk(data, {**default, "others": "left in the ground"}).value


def test_the_table_of_verdicts_lists_all_fourteen():
    table = claims.verdicts()
    assert list(table.index) == [f"C{n:02d}" for n in range(1, 15)]
