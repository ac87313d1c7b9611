"""C13 and C14 on the evidence and on copies of it with one datum changed."""

import pytest
from test_claims_reserves import card, changed, with_row

from rare_earths.claims import demand as rules
from rare_earths.claims.engine import Finding, judge
from rare_earths.evidence import evidence


@pytest.fixture(scope="module")
def data():
    return evidence()


def choose(claim, **options):
    """The default with some options changed."""
    return claim.default | options


@pytest.mark.parametrize("claim", rules.CLAIMS, ids=lambda claim: claim.id)
def test_a_second_hand_copy_of_a_known_row_changes_nothing(data, claim):
    row = judge(claim, data).outcomes["a"].rows[0]
    more = with_row(data, row, "copy.of.a.row", hand="quoted", grade="C", quality="press")
    assert card(claim, more) == card(claim, data)


# ---------------------------------------------------------------- C13


def test_vehicles_by_hand(data):
    # the median study times the motor over a quarter of neodymium, times motors, times sales
    nd = rules.nd_per_motor(data).value
    mass = rules.magnet_mass(data, rules.MEDIAN, "82% (IDTechEx, 2019)").value
    assert mass == pytest.approx(nd * 53 / 0.25)
    held = rules.in_vehicles(data, rules.NEVS, 2024, rules.MEDIAN, "82% (IDTechEx, 2019)")
    assert held.value == pytest.approx(12_866_000 * 0.82 * mass / 1000)


def test_the_median_counts_each_study_once(data):
    row = data.select("intensity_ev_motor_nd", lineage="study:alonso_2012").index[0]
    more = with_row(data, row, "another.value.of.alonso", value=0.1)
    alonso_twice = rules.nd_per_motor(more).value
    assert alonso_twice == pytest.approx(rules.nd_per_motor(data).value)


def test_the_iea_totals_give_back_their_neodymium(data):
    motors = "82% (IDTechEx, 2019)"
    held = rules.in_vehicles(data, rules.WORLD_CARS, 2024, rules.IEA_IMPLIED, motors)
    nd = rules.figure(data, "cleantech_demand_steps", "Neodymium, EV", "t", 2024)
    assert held.value * rules.nd_in_magnet(data).value == pytest.approx(nd.value)


def test_vehicles_that_stand_still_drive_nothing(data):
    first = rules.sold(data, rules.NEVS, 2017)
    last = rules.sold(data, rules.NEVS, 2024)
    still = changed(data, last.rows[0], value=first.value)
    outcome = rules.c13_driver(still, rules.C13.default)
    assert outcome.finding is Finding.FAILS
    assert outcome.value == pytest.approx(0)


def test_the_amount_in_a_vehicle_cancels_in_the_default_reading(data):
    light = rules.c13_driver(data, rules.C13.default)
    heavy = rules.c13_driver(data, choose(rules.C13, intensity="3 kg a vehicle"))
    assert heavy.value == pytest.approx(light.value)
    strict = {"driver": rules.DRIVER_HALF}
    assert (
        rules.c13_driver(data, choose(rules.C13, **strict, intensity="3 kg a vehicle")).value
        > rules.c13_driver(data, choose(rules.C13, **strict)).value
    )


def test_a_demand_below_the_bound_decides_nothing(data):
    outcome = rules.c13_faster(data, rules.C13.default)
    assert outcome.finding is Finding.UNTESTABLE
    assert outcome.value < 1


def test_confidence_counts_the_quantities_in_dispute_only(data):
    outcome = rules.c13_faster(data, rules.C13.default)
    series = {data.rows.loc[row, "series"] for rows in outcome.measured for row in rows}
    assert "nev_sales" in series
    assert not series & {"mining_quota_total", "magnet_composition_nd", "intensity_ev_motor_nd"}
    rates = rules.c14_half_used(data, rules.C14.default).measured
    assert len(rates) == len(rules.ORES) + 1  # smelting is one rate for all ores


def test_a_demand_above_the_bound_holds_whatever_recovery_did(data):
    last = rules.sold(data, rules.NEVS, 2024)
    flood = changed(data, last.rows[0], value=last.value * 1000)
    outcome = rules.c13_faster(flood, rules.C13.default)
    assert outcome.finding is Finding.HOLDS


def test_a_better_start_leaves_less_to_gain(data):
    gains = [
        rules.efficiency_side(data, choose(rules.C13, start=start))[0]
        for start in (rules.BY_ORE, rules.CLAIMED, rules.HARD_NORMS)
    ]
    assert gains == sorted(gains, reverse=True)


def test_the_bound_by_hand(data):
    # half used on 105,000 t: as much again, a fifth of it NdPr
    gain, rows = rules.efficiency_side(data, choose(rules.C13, start=rules.CLAIMED))
    assert gain == pytest.approx(105_000 * 0.2)
    assert rows
    factor, _ = rules.efficiency_side(
        data, choose(rules.C13, start=rules.CLAIMED, measure=rules.IN_FACTORS)
    )
    assert factor == pytest.approx(2)


def test_demand_and_gain_are_weighed_at_the_concentrator(data):
    # a tenth is lost in smelting, a fifth in making the metal, 27.5% in cutting unless it returns
    one = rules.Value(1.0, ())
    assert rules.at_concentrator(data, one, rules.RETURNS).value == pytest.approx(1 / 0.72)
    assert rules.at_concentrator(data, one, rules.LOST).value == pytest.approx(1 / (0.72 * 0.725))


def test_growth_factors_compare_wholes_only(data):
    factors = [c for c in rules.C13.combinations() if c["measure"] == rules.IN_FACTORS]
    assert {c["counted"] for c in factors} == {rules.BY_ALL}
    asked, _ = rules.demand_side(data, choose(rules.C13, **factors[0]))
    assert asked == pytest.approx(260_000 / 150_000)


def test_an_inferred_gain_above_the_demand_is_the_opposite(data):
    outcome = rules.c13_faster(data, choose(rules.C13, efficiency=rules.ORE_GAIN))
    assert outcome.finding is Finding.OPPOSITE


def test_the_northern_quota_of_2017_is_that_of_2018_less_its_change(data):
    found = rules.bayan_obo_quota(data, 2017)
    assert found.value == 69_250 - 9_750
    assert len(found.rows) == 2


def test_batches_add_to_the_year(data):
    assert rules.bayan_obo_quota(data, 2023).value == 166_650 + 12_000
    assert rules.bayan_obo_quota(data, 2022).value == 60_210 + 81_400


def test_ores_add_to_the_quota(data):
    for year in (2011, 2017, 2018, 2020, 2024):
        total = rules.figure(data, "mining_quota_total", "China", "t REO", year).value
        parts = sum(value.value for value in rules.ore_mix(data, year).values())
        assert parts == pytest.approx(total)


def test_only_the_world_has_the_odd_span():
    for combination in rules.C13.combinations():
        odd = combination["years"] == rules.WORLD_SPAN
        assert odd == (combination["vehicles"] == rules.WORLD_CARS)


# ---------------------------------------------------------------- C14


@pytest.mark.parametrize(
    ("options", "bound", "finding"),
    [
        ({"mix": "ionic clays alone"}, "at most", Finding.UNTESTABLE),
        ({"mix": "ionic clays alone", "clays": rules.SURVEY}, "exact", Finding.HOLDS),
        ({"mix": "ionic clays alone", "clays": rules.IN_SITU}, "at least", Finding.FAILS),
        ({"rates": rules.HARD_NORMS}, "at least", Finding.UNTESTABLE),
        ({"rates": rules.NORMS}, "at least", Finding.FAILS),
        ({"clays": rules.IN_SITU}, "about", Finding.FAILS),
    ],
)
def test_a_bound_decides_on_one_side_only(data, options, bound, finding):
    combination = choose(rules.C14, stages=rules.TO_CONCENTRATE, **options)
    names = ("mix", "rates", "clays", "stages", "weighed")
    assert rules.utilisation(data, *(combination[name] for name in names)).bound == bound
    assert rules.c14_half_used(data, combination).finding is finding


def test_a_ceiling_below_half_fails_and_a_floor_below_half_is_open(data):
    clays = choose(rules.C14, mix="ionic clays alone", stages=rules.TO_MAGNET)
    assert rules.c14_half_used(data, clays).finding is Finding.FAILS
    norms = choose(rules.C14, rates=rules.HARD_NORMS, stages=rules.TO_MAGNET)
    assert rules.c14_half_used(data, norms).finding is Finding.UNTESTABLE


def test_the_default_by_hand(data):
    # ore behind the quota: 189,000 at 10 %, 61,850 at 0.9 x 55 %, 19,150 at 50 %; then 90 %
    ground = 189_000 / 0.1 + 61_850 / (0.9 * 0.55) + 19_150 / 0.5
    outcome = rules.c14_half_used(data, rules.C14.default)
    assert outcome.value == pytest.approx(100 * 270_000 / ground * 0.9)


def test_a_measured_half_at_bayan_obo_would_support_the_claim(data):
    found = judge(rules.C14, data).outcomes["a"].rows
    row = next(row for row in found if row.startswith("overall-utilisation-rate.bayan-obo.2012"))
    better = changed(data, row, value=55.0)
    assert rules.c14_half_used(better, rules.C14.default).finding is Finding.HOLDS


def test_each_further_stage_loses_more(data):
    values = [
        rules.c14_half_used(data, choose(rules.C14, stages=stages)).value for stages in rules.STAGES
    ]
    assert values == sorted(values, reverse=True)


def test_weighing_by_product_flatters(data):
    by_ground = rules.c14_half_used(data, rules.C14.default).value
    by_product = rules.c14_half_used(data, choose(rules.C14, weighed=rules.BY_PRODUCT)).value
    assert by_product > by_ground


def test_norms_are_floors(data):
    for rates in rules.NORM_ORE:
        for ore in rules.ORES:
            assert rules.mine_rate(data, rates, ore, rules.WHITE_PAPER, 2024).bound == "at least"


def test_unchanged_ore_turns_a_larger_quota_into_a_better_use(data):
    rates = [
        rules.mine_rate(data, rules.UNCHANGED, rules.BAYAN_OBO, rules.WHITE_PAPER, year).value
        for year in (2011, 2018, 2024)
    ]
    assert rates == sorted(rates)
    assert rates[0] == pytest.approx(50_000 / 660_000)


def test_tailings_are_a_stock_or_a_waste(data):
    stock = rules.c14_wasted(data, rules.C14.default)
    waste = rules.c14_wasted(data, choose(rules.C14, tailings=rules.WASTE))
    assert stock.value == pytest.approx(100 * 2.0 / 12.5)
    assert waste.value == pytest.approx(100 * (12.5 - 1.2) / 12.5)
    assert (stock.finding, waste.finding) == (Finding.FAILS, Finding.HOLDS)


def test_other_ores_have_no_balance(data):
    outcome = rules.c14_wasted(data, choose(rules.C14, mix="ionic clays alone"))
    assert outcome.finding is Finding.UNTESTABLE
