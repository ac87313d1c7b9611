"""C08 on the evidence and on copies of it with one datum changed; project book; incentive price."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_claims_reserves import card, changed, with_row

from rare_earths import incentive, project_book
from rare_earths.claims import rivals as rules
from rare_earths.claims.engine import Finding, judge
from rare_earths.evidence import evidence

AUSTRALIA_2024 = "mine-production.australia.2024.usgs-mcs-2026-data"
BACHELORS_2019 = "graduates-mining-engineering.united-states-undergraduates.2019.sme-president-2019"


@pytest.fixture(scope="module")
def data():
    return evidence()


def choose(**options):
    """The default with some options changed."""
    return rules.C08.default | options


@pytest.mark.parametrize("part", ["a", "b", "c"])
def test_a_second_hand_copy_of_a_known_row_changes_nothing(data, part):
    row = judge(rules.C08, data).outcomes[part].rows[0]
    more = with_row(data, row, "copy.of.a.row", hand="quoted", grade="C", quality="press")
    assert card(rules.C08, more) == card(rules.C08, data)


def test_the_default_adds_two_old_mines_and_two_new_ones(data):
    outcome = rules.c08_mines(data, rules.C08.default)
    new = (45_500 - 39_000) + (29_000 - 20_000) + 5_000 + 4_440
    assert outcome.value == pytest.approx(100 * new / (9_010 + 18_835))
    assert outcome.finding is Finding.HOLDS


def test_a_fall_of_one_mine_does_not_undo_the_growth_of_another(data):
    other = changed(data, AUSTRALIA_2024, value=1_000.0)
    outcome = rules.c08_mines(other, choose(counts=rules.OUTPUT))
    assert outcome.value == pytest.approx(100 * 6_500 / (9_010 + 18_835))


def test_without_growth_and_without_new_sites_the_part_fails(data):
    other = changed(data, AUSTRALIA_2024, value=20_000.0)
    for row in (
        "mine-production.united-states.2024.usgs-mcs-2026-data",
        "us-mine-production.united-states.2024.usgs-mcs-2026-data",
    ):
        other = changed(other, row, value=39_000.0)
    assert rules.c08_mines(other, choose(counts=rules.OUTPUT)).finding is Finding.FAILS
    for name in ("Pela Ema", "Nolans"):
        other = changed(other, rules.SITES[name].capacity, value=0.0)
    assert judge(rules.C08, other).word == "not supported"


def test_announced_sites_count_only_where_asked(data):
    firm = rules.sites(data, rules.GROUP, False).value
    announced = rules.sites(data, rules.GROUP, True).value
    assert firm == 5_000 + 4_440
    assert announced == firm + 4_400 + 1_900


def test_the_union_opens_nothing(data):
    outcome = rules.c08_mines(data, choose(rival=rules.UNION))
    assert outcome.value == 0
    assert outcome.finding is Finding.FAILS


def test_every_admissible_combination_has_rows(data):
    combinations = list(rules.C08.combinations())
    assert len(judge(rules.C08, data).combinations) == len(combinations)
    assert all(rules.c08_mines(data, one).rows for one in combinations[::97])


def test_both_named_countries_are_asked_for_a_programme(data):
    assert rules.c08_effort(data, choose(effort=rules.NAMED)).finding is Finding.PARTLY
    assert rules.c08_effort(data, choose(effort=rules.SOME)).finding is Finding.HOLDS


def test_more_money_for_training_turns_the_stricter_reading(data):
    strict = choose(effort=rules.MONEY)
    assert rules.c08_effort(data, strict).finding is Finding.FAILS
    more = changed(data, rules.TRAINING_MONEY[0], value=100.0)
    assert rules.c08_effort(more, strict).finding is Finding.HOLDS


@pytest.mark.parametrize(
    "degrees,finding",
    [(219.0, Finding.OPPOSITE), (380.0, Finding.FAILS), (450.0, Finding.HOLDS)],
)
def test_graduates_rise_fall_or_neither(data, degrees, finding):
    other = changed(data, BACHELORS_2019, value=degrees)
    assert rules.c08_result(other, rules.C08.default).finding is finding


def test_a_change_is_within_one_definition(data):
    for own in rules.RESULTS.values():
        entities = {data.rows.at[row, "entity"] for row in (own.before, own.after) if row}
        notes = [str(data.rows.at[row, "note"]) for row in (own.before, own.after) if row]
        assert len(entities) == 1
        assert not any("level not stated for" in note for note in notes)


def test_letters_of_intent_are_kept_apart(data):
    letters = rules.awarded(data, firm=False)
    assert letters.value == pytest.approx(160 + 50 + 277 + 1300 + 100)
    assert not set(letters.rows) & set(rules.awarded(data).rows)


def test_no_award_is_counted_twice():
    rows = [own.row for own in rules.AWARDS]
    assert len(rows) == len(set(rows))


def test_slips_and_growth_by_hand(data):
    starts = project_book.starts(data).set_index("project")
    costs = project_book.costs(data).set_index("project")
    made = project_book.outputs(data).set_index("project")
    assert starts.at["Nolans", "slip"] == 12
    assert starts.at["White Mesa 2", "slip"] == 1  # the year of a planned capacity
    assert costs.at["Kalgoorlie", "growth"] == pytest.approx(60)
    assert made.at["Pela Ema", "share"] == pytest.approx(40)


def test_pairs_compare_like_with_like(data):
    for table in (project_book.starts(data), project_book.costs(data)):
        for row in table.itertuples():
            first, last = (data.rows.loc[key] for key in row.id.split())
            assert first["unit"] == last["unit"] or last["unit"] == "year"
    assert set(project_book.book(data)["status"]) <= set(project_book.STATUSES)


def test_nolans_needs_by_hand(data):
    yearly = 1_590e6 / 1.52 * 0.15 / (1 - 1.15**-20)
    assert incentive.price_of(data, "Nolans", 0.15) == pytest.approx(46.6 / 1.52 + yearly / 4.44e6)


rates = st.floats(0, 0.5, allow_subnormal=False)
lives = st.floats(1, 60)


@given(rates, lives)
def test_an_annuity_pays_the_sum_back_and_never_more_slowly_with_a_higher_rate(rate, life):
    share = incentive.annuity(rate, life)
    assert share >= 1 / life - 1e-9
    assert incentive.annuity(rate + 0.01, life) > share


@given(st.floats(0.01, 0.5), st.integers(1, 60))
def test_an_annuity_is_worth_the_sum_today(rate, life):
    worth = sum(incentive.annuity(rate, life) / (1 + rate) ** at for at in range(1, life + 1))
    assert worth == pytest.approx(1)


@given(st.floats(0, 100), st.floats(0, 1e9), st.floats(1e3, 1e8), rates, lives)
def test_the_price_is_never_below_the_cost_of_running(running, capital, capacity, rate, life):
    price = incentive.incentive_price(running, capital, capacity, rate, life)
    assert price >= running
    assert incentive.incentive_price(running, 0, capacity, rate, life) == pytest.approx(running)


@pytest.mark.parametrize("capacity,rate,life", [(0, 0.1, 20), (1, -0.1, 20), (1, 0.1, 0)])
def test_a_project_without_capacity_or_life_is_refused(capacity, rate, life):
    with pytest.raises(ValueError):
        incentive.incentive_price(1, 1, capacity, rate, life)


@given(st.floats(0, 200), st.floats(0, 100))
def test_a_higher_price_never_pays_fewer_mines(price, more):
    low, high = incentive.share_clearing(evidence(), price)
    low_2, high_2 = incentive.share_clearing(evidence(), price + more)
    assert 0 <= low <= high <= 100
    assert low_2 >= low and high_2 >= high
    assert not math.isnan(low)
