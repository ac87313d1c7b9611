"""C04 and C05 on the evidence and on copies of it with one datum changed."""

import copy

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rare_earths import measures
from rare_earths.claims import environment as rules
from rare_earths.claims import sites
from rare_earths.claims.engine import Finding, NotCoveredError, judge
from rare_earths.evidence import evidence

LEGACY = "groundwater-mostly-over-limit.south-china-legacy"
LONGNAN = "surface-water-ammonium.longnan"
positive = st.floats(min_value=1e-4, max_value=1e4)


@pytest.fixture(scope="module")
def data():
    return evidence()


def copy_of(data, frame):
    other = copy.copy(data)
    other._parts = {}
    other._corrected = frame
    other._places = frame.groupby("series", sort=False).indices
    other.rows = frame
    return other


def changed(data, start, **fields):
    """The evidence with fields of the one row whose id begins so changed."""
    frame = data._corrected.copy()
    (row,) = frame.index[frame.index.str.startswith(start)]
    for name, value in fields.items():
        frame.loc[row, name] = value
    return copy_of(data, frame)


def with_row(data, like, key, **fields):
    """The evidence with one more row: a copy of another under a new id."""
    row = data._corrected.loc[[like]].assign(**fields)
    row.index = pd.Index([key], name=data._corrected.index.name)
    return copy_of(data, pd.concat([data._corrected, row]))


def without(data, series):
    frame = data._corrected
    return copy_of(data, frame[frame["series"] != series])


def default(claim, **changes):
    return {**claim.default, **changes}


def findings(claim, data):
    return {key: outcome.finding for key, outcome in judge(claim, data).outcomes.items()}


# --- what the rules read ---


def test_ammonium_becomes_nitrogen_before_it_meets_a_limit(data):
    (longnan,) = [
        reading
        for reading in sites.readings(data, sites.AMMONIA, sites.SURFACE)
        if reading.name.startswith("Longnan")
    ]
    assert longnan.low == pytest.approx(33.7 * 14.007 / 18.039)
    assert longnan.high == pytest.approx(268 * 14.007 / 18.039)


def test_limits_are_those_of_the_standards(data):
    levels = [
        sites.limit(data, sites.AMMONIA, sites.SURFACE, level).value for level in sites.CLASSES
    ]
    assert levels == [0.15, 0.5, 1.0, 1.5, 2.0]
    assert sites.limit(data, sites.AMMONIA, sites.GROUNDWATER, "III").value == 0.5
    assert sites.limit(data, sites.NITRATE_N, sites.GROUNDWATER, "III").value == 20
    with pytest.raises(NotCoveredError):
        sites.limit(data, sites.AMMONIA, sites.GROUNDWATER, "V")


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"class2": 55, "class3": 29}, "class2"),
        ({"class2": 20, "class3": 40}, "class3"),
        ({"class3_4": 51.5, "class4_5": 8.4, "worse": 40.1}, "class3_4"),
    ],
)
def test_the_middle_sample_has_a_class(shares, expected):
    assert sites.middle_class(shares) == expected


def test_too_few_printed_classes_have_no_middle():
    with pytest.raises(NotCoveredError):
        sites.middle_class({"class2": 20, "class3": 20})


def test_highest_values_and_models_are_never_typical(data):
    for where in rules.WHERE[:-1]:
        kinds = {reading.kind for reading in rules.water_readings(data, where)}
        assert kinds <= {"measured", "class"}


def test_the_wrong_cell_of_one_copy_of_the_standard_is_corrected(data):
    rows = data.select("standard_limit_groundwater_fluoride", "GB/T 14848-2017 class I")
    assert set(rows["value"]) == {1.0}


# --- C04 ---


def test_the_middle_of_two_is_geometric_and_of_three_the_second():
    assert rules.middle_of([100.0, 1.0]) == pytest.approx(10)
    assert rules.middle_of([7.0, 100.0, 1.0]) == 7
    assert rules.middle_of([1e4, 1.0, 4.0, 9.0]) == pytest.approx(6)


@given(st.lists(positive, min_size=1, max_size=8))
def test_the_middle_lies_among_its_values_and_does_not_know_their_order(values):
    middle = rules.middle_of(values)
    assert min(values) * (1 - 1e-9) <= middle <= max(values) * (1 + 1e-9)
    assert middle == rules.middle_of(values[::-1])


def test_the_survey_of_the_tributaries_is_at_the_mines_and_the_stations_are_below(data):
    where = {one.name: one.where for one in sites.readings(data, sites.AMMONIA, sites.SURFACE)}
    assert where["Taojiang, survey"] == sites.MINE
    assert where["Taojiang, control stations"] == sites.BELOW


def test_few_origins_are_a_reason_of_imprecision(data):
    outcome = rules.c04_severe(data, default(rules.C04))
    origins = {
        data.rows.at[row, "lineage"]
        for reading in rules.water_readings(data, rules.STREAMS)
        for row in reading.rows
    }
    assert len(origins) == 4
    assert outcome.imprecise == "Origins are few: four, of which two within the limit."


def test_one_wild_origin_does_not_move_the_middle_of_four(data):
    wild = changed(
        data, "mine-drainage-ammonia-n.ganzhou-tail-water-stations-inflow", value=1e4, low=1e4
    )
    before, after = (rules.c04_severe(own, default(rules.C04)) for own in (data, wild))
    assert before.value == after.value


def test_without_slight_pollution_the_north_has_less_land(data):
    areas = [rules.northern_land(data, one).value for one in (rules.THORIUM, rules.MORE_THORIUM)]
    assert areas == [pytest.approx(87.58), pytest.approx(40.39)]


def test_land_is_compared_with_a_yearly_quota_and_says_so(data):
    says = rules.c04_south(data, default(rules.C04)).says
    assert "for each tonne of yearly quota" in says
    assert "yearly quota" in rules.LAND_PER_TONNE


def test_clean_streams_turn_the_first_verdict(data):
    clean = changed(data, LONGNAN, value=0.5, low=0.4, high=0.6)
    clean = changed(
        clean, "mine-drainage-ammonia-n.ganzhou-tail-water-stations-inflow", value=0.9, low=0.9
    )
    found = judge(rules.C04, clean)
    assert found.outcomes["a"].finding is Finding.FAILS
    assert found.word == "not supported"


def test_over_class_three_only_is_pollution_in_part(data):
    milder = changed(data, LONGNAN, value=1.9, low=1.9, high=1.9)
    milder = changed(
        milder, "mine-drainage-ammonia-n.ganzhou-tail-water-stations-inflow", value=1.5, low=1.5
    )
    assert findings(rules.C04, milder)["a"] is Finding.PARTLY


def test_a_larger_north_turns_the_comparison(data):
    wide = changed(
        data, "thorium-polluted-soil-area.baotou-tailings-reservoir-medium-pollution", value=5000.0
    )
    assert findings(rules.C04, wide)["b"] is Finding.OPPOSITE
    assert judge(rules.C04, wide).word == "supported in part"


def test_smelting_and_mining_point_in_opposite_directions(data):
    mining = rules.c04_south(data, default(rules.C04))
    smelting = rules.c04_south(data, default(rules.C04, compared=rules.SMELTING))
    assert mining.finding is Finding.HOLDS
    assert smelting.finding is Finding.OPPOSITE


def test_the_basket_price_lies_between_its_parts(data):
    price = rules.basket_price(data).value / 1000 / data.parameter("cny_per_usd_2013").value
    assert 5.5 < price < 67.5


# --- C05 ---


def test_one_study_less_leaves_the_majority_open(data):
    found = judge(rules.C05, changed(data, LEGACY, value=0))
    assert found.outcomes["a"].finding is Finding.UNTESTABLE
    assert found.word == "cannot be tested on open data"


def test_a_majority_of_clean_studies_overturns_it(data):
    clean = changed(data, LEGACY, value=0)
    for start in (
        "groundwater-mostly-over-limit.abandoned",
        "groundwater-mostly-over-limit.xinguang",
    ):
        clean = changed(clean, start, value=0)
    clean = changed(clean, "groundwater-share-over-limit-ammonia-n.longnan", value=10.0)
    assert judge(rules.C05, clean).word == "not supported"


def test_the_who_guideline_decides_what_class_three_leaves_open(data):
    start = "Largest ion-adsorption"
    study = {
        standard: next(
            s for s in rules.groundwater_studies(data, standard) if s.entity.startswith(start)
        )
        for standard in (rules.CHINESE, rules.WHO)
    }
    assert study[rules.CHINESE].over is None
    assert study[rules.WHO].over is True


def test_a_minority_over_the_stricter_limit_is_one_over_the_looser_too(data):
    few = changed(data, "share-samples-over-who-nitrate.largest-ion-adsorption-rare-earth-mine-area"
                  "-southern-china-groundwater", value=20.0)  # fmt: skip
    studies = rules.groundwater_studies(few, rules.CHINESE)
    assert next(s for s in studies if s.entity.startswith("Largest")).over is False


def test_the_study_that_found_nothing_counts(data):
    assert any(study.over is False and study.near for study in
               rules.groundwater_studies(data, rules.CHINESE))  # fmt: skip


def test_soil_at_its_control_is_not_contaminated(data):
    like = data.rows.index[data.rows["series"] == "soil_ree_total_mean"]
    clean = data
    for row in like:
        clean = changed(clean, row, value=100.0)
    assert findings(rules.C05, clean)["b"] is Finding.FAILS


def test_turning_acid_needs_one_place_measured_twice(data):
    assert findings(rules.C05, data)["c"] is Finding.UNTESTABLE


def acid(data, before, after):
    """The evidence with the pH of one well in two years, in a series made for the test."""
    like = data.rows.index[data.rows["series"] == "soil_ph"][0]
    fields = {"series": "groundwater_ph", "entity": "Longnan"}
    first = with_row(data, like, "test.ph.1", **fields, value=before, period="2010", year=2010)
    both = with_row(first, like, "test.ph.2", **fields, value=after, period="2020", year=2020)
    row = data.series.loc[["soil_ph"]].set_axis(["groundwater_ph"])
    both.series = pd.concat([data.series, row])
    return both


@pytest.mark.parametrize(
    ("after", "expected"), [(4.5, Finding.HOLDS), (5.8, Finding.FAILS), (6.5, Finding.FAILS)]
)
def test_a_fall_is_turning_acid_and_a_low_value_is_not(data, after, expected):
    assert rules.c05_acid(acid(data, 6.0, after), {}).finding is expected


# --- both ---


@pytest.mark.parametrize("claim", rules.CLAIMS, ids=lambda claim: claim.id)
def test_second_hand_copies_of_known_rows_change_nothing(data, claim):
    def card(own):
        found = judge(claim, own)
        return found.word, found.confidence, found.certainty, found.holds

    before, more = card(data), data
    for key, outcome in judge(claim, data).outcomes.items():
        for place, row in enumerate(outcome.rows):
            more = with_row(
                more, row, f"copy.{key}.{place}", hand="quoted", grade="C", quality="press"
            )
    assert card(more) == before


def test_no_rows_are_left_out_and_not_guessed(data):
    empty = without(data, "abandoned_mine_area")
    with pytest.raises(NotCoveredError):
        rules.c04_south(empty, default(rules.C04))
    assert rules.c04_south(empty, default(rules.C04, compared=rules.SMELTING)).rows


# --- measures ---


@given(positive)
def test_nitrogen_is_a_part_of_its_ion(mass):
    assert 0 < measures.nitrogen_of_nitrate(mass) < measures.nitrogen_of_ammonium(mass) < mass


@given(positive, positive)
def test_the_middle_lies_within_its_range_and_below_the_arithmetic_one(one, other):
    low, high = sorted((one, other))
    middle = measures.middle(low, high)
    assert low <= middle * (1 + 1e-9) and middle <= high * (1 + 1e-9)
    assert middle <= (low + high) / 2 * (1 + 1e-9)


@given(positive, positive, positive)
def test_an_exceedance_has_no_unit(value, limit, factor):
    once = measures.exceedance(value, limit)
    assert measures.exceedance(value * factor, limit * factor) == pytest.approx(once)


def test_what_has_no_meaning_is_refused():
    with pytest.raises(ValueError):
        measures.exceedance(1, 0)
    with pytest.raises(ValueError):
        measures.middle(2, 1)
