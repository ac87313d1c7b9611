"""C06 and C07 on the evidence and on copies of it with one datum changed; their measures."""

import copy

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rare_earths import measures
from rare_earths.claims import industry as rules
from rare_earths.claims.engine import Finding, NotCoveredError, judge
from rare_earths.evidence import evidence

SHARES = st.lists(st.floats(0.1, 30), min_size=1, max_size=8).map(
    lambda parts: [part * min(1, 99 / sum(parts)) for part in parts]
)


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


def card(claim, data):
    found = judge(claim, data)
    return found.word, found.confidence, found.certainty, found.holds


def default(claim, **options):
    return claim.default | options


# ---------------------------------------------------------------- measures


@given(SHARES)
def test_bounds_of_the_index_hold_what_any_split_of_the_rest_gives(parts):
    known = {str(i): part for i, part in enumerate(parts)}
    low, high = measures.herfindahl_bounds(known)
    rest = 100 - sum(parts)
    for count in (1, 2, 10):
        split = measures.herfindahl([*parts, *[rest / count] * count])
        assert low - 1e-6 <= split <= high + 1e-6


@given(SHARES)
def test_the_greatest_index_gives_the_rest_to_the_largest_open_holder(parts):
    known = {str(i): part for i, part in enumerate(parts)}
    _, closed = measures.herfindahl_bounds(known)
    _, opened = measures.herfindahl_bounds(known, known)
    assert opened >= closed - 1e-6
    biggest = max(parts)
    others = measures.herfindahl(parts) - biggest**2
    assert opened == pytest.approx(others + (biggest + 100 - sum(parts)) ** 2)


@given(SHARES, st.integers(1, 10))
def test_a_concentration_ratio_grows_with_the_count_up_to_the_whole(parts, count):
    here = measures.concentration_ratio(parts, count)
    assert max(parts) <= here + 1e-9 <= sum(parts) + 1e-6
    assert here <= measures.concentration_ratio(parts, count + 1) + 1e-9


@given(st.lists(st.floats(0.1, 1e3), min_size=1, max_size=20))
def test_a_lorenz_curve_lies_below_the_diagonal_and_the_coefficient_within_its_range(values):
    holders, held = measures.lorenz(values)
    assert held[-1] == pytest.approx(1)
    assert all(y <= x + 1e-9 for x, y in zip(holders, held, strict=True))
    assert -1e-9 <= measures.gini(values) < 1


def test_equal_holders_have_no_inequality():
    assert measures.gini([3, 3, 3]) == pytest.approx(0)


def test_a_falling_line_explains_nothing_and_a_rising_one_all():
    assert measures.explained([1, 2, 3], [3, 2, 1]) == 0
    assert measures.explained([1, 2, 3], [2, 4, 6]) == pytest.approx(100)
    assert measures.explained([1, 1, 1], [2, 4, 6]) == 0
    with pytest.raises(ValueError, match="three pairs"):
        measures.explained([1, 2], [1, 2])


# ---------------------------------------------------------------- counts


def test_licences_were_once_above_a_hundred_and_are_no_firms(data):
    outcome = rules.c06_hundred_firms(data, rules.C06.default)
    assert (outcome.finding, outcome.value) == (Finding.HELD_ONCE, 67)
    assert "one company held 43 of the 67" in outcome.imprecise


def test_a_press_page_of_a_later_year_does_not_beat_the_ministry(data):
    value, when = rules.count_now(data, rules.MAY_MINE)
    assert (value.value, when) == (2, 2024)
    press = "quota-holder-groups.china.2025.deepnewz-2025-quota"
    assert rules.count_now(changed(data, press, value=300), rules.MAY_MINE)[0].value == 2
    graded = changed(data, press, value=300, grade="A")
    assert rules.count_now(graded, rules.MAY_MINE)[0].value == 300


def test_an_undated_peak_is_no_count_of_today(data):
    value, when = rules.count_now(data, rules.RELATED)
    assert (value.value, when) == (100, 2015)


def test_a_newer_count_of_firms_above_a_hundred_would_support_the_claim(data):
    row = rules.count_now(data, rules.LICENCES)[0].rows[0]
    outcome = rules.c06_hundred_firms(changed(data, row, value=130), rules.C06.default)
    assert outcome.finding is Finding.HOLDS


def test_without_an_earlier_count_above_a_hundred_it_never_held(data):
    row = rules.earlier_peak(data, rules.LICENCES).rows[0]
    outcome = rules.c06_hundred_firms(
        changed(data, row, value=90), default(rules.C06, count=rules.LICENCES)
    )
    assert outcome.finding is Finding.FAILS


def test_licences_with_exploration_are_not_counted(data):
    assert rules.counts(data, rules.LICENCES)["value"].max() == 113


def test_one_company_counts_once_among_the_firms_behind_the_licences(data):
    value, when = rules.count_now(data, rules.HOLDERS_AT_MOST)
    assert (value.value, value.bound, when) == (67 - 43 + 1, "at most", 2012)


@pytest.mark.parametrize("claim", rules.CLAIMS, ids=lambda claim: claim.id)
def test_a_second_hand_copy_of_a_known_row_changes_nothing(data, claim):
    row = judge(claim, data).outcomes["a"].rows[0]
    more = with_row(data, row, "copy.of.a.row", hand="quoted", grade="C", quality="press")
    assert card(claim, more) == card(claim, data)


# ---------------------------------------------------------------- quota by group


@pytest.mark.parametrize(("stage", "year"), rules.SLOTS)
def test_groups_never_hold_more_than_the_quota(data, stage, year):
    held = rules.holdings(data, stage, year)
    assert 0 < sum(held.shares.values()) <= 100 + 1e-6
    low, high = held.index()
    assert 0 < low <= high <= 10_000


def test_the_six_groups_of_2019_leave_what_xiamen_and_guangdong_have(data):
    held = rules.holdings(data, rules.MINING, "2019")
    rest = held.total.value - sum(value.value for value in held.groups.values())
    assert rest == pytest.approx((0.1796 + 0.141) * 19_150, rel=0.001)


def test_the_second_group_has_what_the_first_leaves_in_2024(data):
    for stage in (rules.MINING, rules.SMELTING):
        held = rules.holdings(data, stage, "2024")
        assert sum(held.shares.values()) == pytest.approx(100)
        assert held.index()[0] == pytest.approx(held.index()[1])


def test_a_year_without_groups_is_not_covered(data):
    with pytest.raises(NotCoveredError, match="by group in 2013"):
        rules.holdings(data, rules.MINING, "2013")


def test_a_fringe_scales_the_index_by_the_square_of_what_is_left(data):
    held = rules.holdings(data, rules.MINING, "2024")
    assert held.index(0.5)[0] == pytest.approx(held.index()[0] / 4)
    assert held.largest(4, 0.2)[1] == pytest.approx(80)


def test_between_the_limits_the_industry_is_fragmented_in_part(data):
    options = default(rules.C06, illegal=list(rules.ILLEGAL)[1])
    assert 1000 < rules.c06_fragmented(data, options).value < 1800
    assert rules.c06_fragmented(data, options).finding is Finding.PARTLY
    assert rules.c06_fragmented(data, rules.C06.default).finding is Finding.FAILS


@pytest.mark.parametrize(
    ("low", "high", "finding"),
    [
        (800, 999, Finding.HOLDS),
        (1000, 1799, Finding.PARTLY),
        (1800, 2000, Finding.FAILS),
        (900, 1100, Finding.UNTESTABLE),
        (1700, 1900, Finding.UNTESTABLE),
    ],
)
def test_the_limits_of_the_guidelines_part_the_findings(data, monkeypatch, low, high, finding):
    monkeypatch.setattr(rules, "concentration", lambda *_: (low, high, ()))
    assert rules.c06_fragmented(data, rules.C06.default).finding is finding


def test_bounds_on_both_sides_of_the_limit_cannot_be_tested(data):
    rows = rules.holdings(data, rules.MINING, "2022").groups[rules.NORTHERN].rows
    other = data
    for row in rows:
        other = changed(other, row, value=data.rows.at[row, "value"] / 4)
    outcome = rules.c06_fragmented(other, default(rules.C06, year="2022"))
    assert outcome.finding is Finding.UNTESTABLE
    assert outcome.imprecise


# ---------------------------------------------------------------- efficiency and research


def test_the_margin_decides_and_a_higher_one_in_china_overturns(data):
    assert rules.c06_less_efficient(data, rules.C06.default).finding is Finding.HOLDS
    row = rules.margin(data, rules.MP, 2021).rows[0]
    lower = changed(data, row, value=-70)
    assert rules.c06_less_efficient(lower, rules.C06.default).finding is Finding.FAILS


def test_research_above_the_peer_overturns_the_second_claim(data):
    assert judge(rules.C07, data).word == "supported in part"
    more = data
    for when in rules.SPANS["2020 to 2024"]:
        row = rules.rd_intensity(data, rules.NORTH, when).rows[0]
        more = changed(more, row, value=3.0)
    assert judge(rules.C07, more).word == "not supported"


def test_unlike_pairs_are_no_options():
    measures_of = next(c for c in rules.C07.choices if c.name == "measure").options
    assert rules.RD_TONNE not in measures_of
    assert not any("magnet" in option for option in measures_of)


def test_currency_and_exchange_rate_are_applied(data):
    spent = rules.rd_usd(data, rules.NORTH)
    printed = data.rows.at[spent.rows[0], "value"]
    assert spent.value == pytest.approx(printed * 1e6 / data.parameter("cny_per_usd_2024").value)
    assert rules.rd_usd(data, rules.MP).value == pytest.approx(9.31e6)


def test_fixed_prices_leave_the_base_year_alone(data):
    fixed = rules.mean_rd_intensity(data, rules.NORTH, "2020 to 2021", True).value
    plain = [rules.rd_intensity(data, rules.NORTH, when).value for when in (2020, 2021)]
    ratio = rules.price(data, 2021).value / rules.price(data, 2020).value
    assert fixed == pytest.approx((plain[0] + plain[1] * ratio) / 2)


def test_margins_that_leave_the_price_show_nothing_about_research(data):
    assert rules.c07_holds_back_profit(data, rules.C07.default).finding is Finding.FAILS
    row = rules.margin(data, rules.NORTH, 2022).rows[0]
    outcome = rules.c07_holds_back_profit(changed(data, row, value=2.0), rules.C07.default)
    assert outcome.finding is Finding.UNTESTABLE
    assert "95% interval" in outcome.says


@given(st.floats(0, 100), st.integers(4, 50))
def test_an_interval_holds_its_share_and_narrows_with_years(share, pairs):
    low, high = measures.explained_interval(share, pairs)
    assert -1e-6 <= low <= share + 1e-6
    assert share - 1e-6 <= high <= 100
    fewer = measures.explained_interval(share, pairs - 1)
    assert fewer[0] <= low + 1e-9
    assert high <= fewer[1] + 1e-9


def test_an_interval_is_that_of_fisher():
    # r = 0.6, n = 28: z = 0.693, reach 1.96 / 5 = 0.392, r from 0.292 to 0.795
    low, high = measures.explained_interval(36, 28)
    assert (low, high) == pytest.approx((8.55, 63.22), abs=0.01)


def test_collaboration_is_said_to_be_untestable(data):
    assert rules.c07_little_collaboration(data, rules.C07.default).finding is Finding.UNTESTABLE
