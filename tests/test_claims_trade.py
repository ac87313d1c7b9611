"""C09 and C10 on the evidence and on copies of it with one datum changed; the split of a gap."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_claims_reserves import card, changed, with_row

from rare_earths import measures
from rare_earths.claims import trade as rules
from rare_earths.claims.engine import Finding, NotCoveredError, judge
from rare_earths.evidence import evidence


@pytest.fixture(scope="module")
def data():
    return evidence()


def rows_of(data, start):
    """Ids that begin so; at least one, or the test tests nothing."""
    found = [key for key in data.rows.index if key.startswith(start)]
    assert found, start
    return found


def choose(claim, **options):
    """The default with some options changed."""
    return claim.default | options


@pytest.mark.parametrize("claim", rules.CLAIMS, ids=lambda claim: claim.id)
def test_a_second_hand_copy_of_a_known_row_changes_nothing(data, claim):
    row = judge(claim, data).outcomes["b"].rows[0]
    more = with_row(data, row, "copy.of.a.row", hand="quoted", grade="C", quality="press")
    assert card(claim, more) == card(claim, data)


def test_the_default_pair_of_magnets_is_three_thousand_of_a_hundred_and_thirty_thousand(data):
    outcome = rules.c09_dependent(data, rules.C09.default)
    assert outcome.value == pytest.approx(100 * 2_979_411 / 130_756_316)
    assert outcome.finding is Finding.FAILS


def test_the_first_claim_is_judged_in_the_newest_year_and_says_when_china_was_first(data):
    assert rules.C09.default["year"] == max(rules.YEARS)
    outcome = rules.c09_first(data, rules.C09.default)
    assert outcome.finding is Finding.HELD_ONCE
    assert "2024, Myanmar" in outcome.says
    assert "last came first in 2022 (BACI, value)" in outcome.says


def test_who_is_still_first_needs_no_past(data):
    outcome = rules.c09_first(data, choose(rules.C09, product=rules.MAGNETS))
    assert outcome.finding is Finding.HOLDS
    assert "last came first" not in outcome.says


@pytest.mark.parametrize(
    ("product", "table", "name"),
    [
        (rules.COMPOUNDS, rules.BACI_VALUE, "compounds without cerium"),
        (rules.COMPOUNDS, rules.OEC_VALUE, "all compounds"),
        (rules.BOTH, rules.MIXED_WEIGHT, "compounds without cerium, and metals"),
        (rules.MAGNETS, rules.BACI_VALUE, "magnets"),
    ],
)
def test_a_finding_says_whether_cerium_is_in_its_compounds(product, table, name):
    assert rules.goods(product, table) == name


# ---- whose output of magnets


def test_output_of_a_year_without_a_figure_is_the_next_over_its_growth(data):
    made = rules.magnet_output(data, rules.SMM, "2022")
    assert made.value == pytest.approx(240_000 / 1.14)
    assert made.bound == "about"
    assert rules.magnet_output(data, rules.SMM, "2023").value == 240_000
    assert rules.magnet_output(data, rules.FROST, "2022").value == 246_000
    with pytest.raises(NotCoveredError):
        rules.magnet_output(data, rules.SMM, "2021")


def test_less_output_means_a_larger_share_bought_and_the_same_word(data):
    share = {
        origin: rules.c10_imported(data, choose(rules.C10, output=origin))
        for origin in (rules.SMM, rules.FROST)
    }
    assert share[rules.SMM].value > share[rules.FROST].value
    assert {one.finding for one in share.values()} == {Finding.FAILS}


def test_whose_output_counts_multiplies_nothing_but_use():
    for claim, name, of_use in (
        (rules.C09, "test", rules.HALF_OF_USE),
        (rules.C10, "base", rules.OF_USE),
    ):
        for combination in claim.combinations():
            assert combination[name] == of_use or combination["output"] == rules.SMM


# ---- the year of the second claim


def test_the_second_claim_has_its_own_year_and_no_choice_of_it(data):
    assert "year" not in rules.C10.default
    assert " in 2022 " in rules.c10_exported(data, rules.C10.default).says
    stand_in = choose(rules.C10, high_end=rules.METALS, base=rules.OF_IMPORTS_VALUE)
    assert "in 2023" in rules.c10_imported(data, stand_in).says


def test_weights_of_magnets_are_marked_as_weak(data):
    heavy = choose(rules.C10, product=rules.MAGNETS, table=rules.REPORTS_WEIGHT)
    assert "imputed" in rules.c10_exported(data, heavy).imprecise
    assert not rules.c10_exported(data, rules.C10.default).imprecise


def test_a_country_that_sells_more_than_china_takes_the_first_place(data):
    other = data
    for row in rows_of(data, "hs284690-exports-value-baci.malaysia.2022"):
        other = changed(other, row, value=1.1e9)
    outcome = rules.c09_first(other, choose(rules.C09, year="2022"))
    assert outcome.value < 1
    assert outcome.finding is not Finding.HOLDS


def test_who_was_first_before_held_it_once(data):
    outcome = rules.c09_first(data, choose(rules.C09, product=rules.METALS, year="2024"))
    assert outcome.finding is Finding.HELD_ONCE
    other = data
    for at in ("2022", "2023"):
        for row in rows_of(data, f"hs280530-exports-value-baci.china.{at}"):
            other = changed(other, row, value=1.0)
    outcome = rules.c09_first(other, choose(rules.C09, product=rules.METALS, year="2024"))
    assert outcome.finding is Finding.FAILS


def test_imports_above_exports_are_dependence(data):
    row = rules.flows(data, rules.ALL_MAGNETS, rules.CUSTOMS_WEIGHT, "2024")[0].rows[0]
    found = judge(rules.C09, changed(data, row, value=200e6))
    assert found.outcomes["b"].finding is Finding.HOLDS
    assert found.word == "outdated"  # China is no longer first in compounds and metals


def test_the_softest_test_finds_that_magnets_were_a_quarter_once(data):
    soft = choose(rules.C09, test=rules.QUARTER, flow=rules.BACI_VALUE)
    assert rules.c09_dependent(data, soft).finding is Finding.HELD_ONCE
    plain = soft | {"test": rules.EXCEED}
    assert rules.c09_dependent(data, plain).finding is Finding.FAILS


def test_re_imports_are_part_of_the_imports(data):
    gross, _ = rules.flows(data, rules.ALL_MAGNETS, rules.CUSTOMS_VALUE, "2022")
    net, _ = rules.flows(data, rules.ALL_MAGNETS, rules.NET_VALUE, "2022")
    printed = rules.figure(data, "hs850511_china_imports_value_ex_reimports", "USD", "2022")
    assert net.value < gross.value
    assert net.value == pytest.approx(printed.value, rel=1e-4)


def test_the_summed_share_is_the_one_that_the_table_prints(data):
    share = rules.world_share(data, rules.ALL, rules.BACI_VALUE, "2022")
    printed = rules.figure(data, "re_group_china_share_world_exports_baci_cleaned", "%", "2022")
    assert share.value == pytest.approx(printed.value, abs=0.05)


def test_the_share_of_a_stage_is_the_one_that_the_table_prints(data):
    for stage, series in (
        (rules.COMPOUNDS, "hs284690_china_share_world_exports_baci"),
        (rules.METALS, "hs280530_china_share_world_exports_baci_cleaned"),
        (rules.MAGNETS, "hs850511_china_share_world_exports_baci"),
    ):
        share = rules.world_share(data, stage, rules.BACI_VALUE, "2022")
        assert share.value == pytest.approx(rules.figure(data, series, "%", "2022").value, abs=0.05)


def test_the_nearest_stage_is_never_further_than_any_single_one(data):
    for table in (*rules.TABLES, rules.MIXED_WEIGHT):
        for year in rules.YEARS:
            try:
                _, nearest = rules.nearest_share(data, table, year)
            except NotCoveredError:
                continue
            for stage in (rules.COMPOUNDS, rules.METALS, rules.MAGNETS):
                try:
                    share = rules.world_share(data, stage, table, year)
                except NotCoveredError:
                    continue
                claimed = rules.CLAIMED_EXPORTED
                assert abs(nearest.value - claimed) <= abs(share.value - claimed)


@pytest.mark.parametrize(
    ("value", "finding"),
    [(80, Finding.HOLDS), (75.1, Finding.HOLDS), (71, Finding.PARTLY), (69, Finding.FAILS)],
)
def test_eighty_per_cent_within_five_points(data, value, finding):
    world = rules.exports(data, rules.MAGNETS, rules.BACI_VALUE, "2022")["World"].value
    row = rules.exports(data, rules.MAGNETS, rules.BACI_VALUE, "2022")["China"].rows[0]
    other = changed(data, row, value=world * value / 100)
    outcome = rules.c10_exported(other, choose(rules.C10, product=rules.MAGNETS))
    assert outcome.finding is finding


def test_sixty_per_cent_of_use_would_support_the_second_half(data):
    bought, used = rules.use(data, rules.ALL_MAGNETS, "2022")
    made = rules.magnet_output(data, rules.SMM, "2022")
    output = bought.value / 0.58 - (used.value - made.value)
    other = changed(data, made.rows[0], value=output * 1.14)
    outcome = rules.c10_imported(other, rules.C10.default)
    assert outcome.value == pytest.approx(58)
    assert outcome.finding is Finding.HOLDS


def test_use_by_value_is_not_guessed(data):
    for flow in (rules.CUSTOMS_VALUE, rules.NET_VALUE, rules.BACI_VALUE):
        with pytest.raises(NotCoveredError):
            rules.reliance(data, rules.ALL_MAGNETS, flow, "2022", rules.HALF_OF_USE)


def test_every_admissible_product_is_in_its_table():
    for combination in rules.C09.combinations():
        stages = rules.PRODUCTS[combination["product"]]
        assert all(stage in rules.TABLES[combination["table"]] for stage in stages)


def test_one_code_that_mixes_goods_never_shows_the_gap_in_full(data):
    mixed = choose(rules.C09, high_end=rules.ALL_MAGNETS)
    clean = choose(rules.C09, high_end=rules.RE_MAGNETS)
    assert rules.c09_gap(data, mixed).finding is Finding.PARTLY
    assert rules.c09_gap(data, clean).finding is Finding.HOLDS


# ---- price and mix

weight = st.floats(min_value=0.1, max_value=1e4)
basket = st.lists(st.tuples(weight, weight, weight, weight), min_size=1, max_size=6)


def baskets(groups):
    before = {str(i): (w, w * p) for i, (w, p, _, _) in enumerate(groups)}
    after = {str(i): (w, w * p) for i, (_, _, w, p) in enumerate(groups)}
    return before, after


def mean(side):
    return math.fsum(v for _, v in side.values()) / math.fsum(w for w, _ in side.values())


@given(basket)
def test_price_and_mix_add_up_to_the_gap(groups):
    before, after = baskets(groups)
    price, mix = measures.price_and_mix(before, after)
    assert price + mix == pytest.approx(mean(after) - mean(before), rel=1e-6, abs=1e-6)


@given(basket)
def test_turned_round_both_change_their_sign(groups):
    before, after = baskets(groups)
    forth, back = measures.price_and_mix(before, after), measures.price_and_mix(after, before)
    assert forth == pytest.approx([-part for part in back], rel=1e-6, abs=1e-6)


def test_equal_prices_leave_only_mix_and_equal_shares_only_price():
    price, mix = measures.price_and_mix({"a": (1, 10), "b": (9, 9)}, {"a": (9, 90), "b": (1, 1)})
    assert (price, mix) == (0, pytest.approx(7.2))
    price, mix = measures.price_and_mix({"a": (1, 10), "b": (1, 1)}, {"a": (5, 100), "b": (5, 10)})
    assert (price, mix) == (pytest.approx(5.5), 0)


def test_groups_that_differ_or_weigh_nothing_are_refused():
    with pytest.raises(ValueError, match="same in both"):
        measures.price_and_mix({"a": (1, 1)}, {"b": (1, 1)})
    with pytest.raises(ValueError, match="positive weight"):
        measures.price_and_mix({"a": (0, 1)}, {"a": (1, 1)})
