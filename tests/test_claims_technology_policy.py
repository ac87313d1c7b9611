"""C11 and C12: the rules on evidence that is changed by hand, and the model's inputs."""

import math

import pytest
from test_claims_reserves import card, changed, with_row

from rare_earths import parks
from rare_earths.claims import technology_policy as rules
from rare_earths.claims.engine import Claim, Finding, NotCoveredError, Outcome, judge
from rare_earths.cleaner_process import present_value
from rare_earths.evidence import Evidence, evidence

C11, C12 = rules.C11, rules.C12


def moved(values: dict[str, object], column: str = "value") -> Evidence:
    """The evidence with some values of one column overwritten."""
    data = evidence()
    for row, value in values.items():
        data = changed(data, row, **{column: value})
    return data


def parks_under(data: Evidence, **options: str) -> Outcome:
    return rules.c11_parks(data, C11.default | options)


def test_one_province_of_two_is_in_part() -> None:
    found = parks_under(evidence())
    assert found.finding is Finding.PARTLY
    assert found.value == 1


def test_new_projects_in_anhui_would_make_it_hold() -> None:
    data = moved({rules.PARKS[rules.ANHUI].money[0]: 900})
    assert parks_under(data).finding is Finding.HOLDS


def test_no_projects_anywhere_would_make_it_fail() -> None:
    nothing = {row: 0.0 for park in rules.PARKS.values() for row in park.money}
    assert parks_under(moved(nothing)).finding is Finding.FAILS


def test_a_province_without_rows_is_said_and_does_not_pass() -> None:
    found = parks_under(evidence(), reading=rules.FIRMS)
    assert found.finding is Finding.PARTLY
    assert "Anhui no figure" in found.says
    with pytest.raises(NotCoveredError):
        parks_under(evidence(), reading=rules.FIRMS, province=rules.ANHUI)


def test_other_cities_projects_do_not_count() -> None:
    lujiang = rules.PARKS[rules.ANHUI].looked[0]
    assert parks_under(moved({lujiang: 1e6})).says == parks_under(evidence()).says


def obstacles_under(data: Evidence, **options: str) -> Outcome:
    return rules.c12_obstacles(data, C12.default | options)


def test_a_cheaper_change_is_less_dear() -> None:
    assert obstacles_under(evidence()).value == pytest.approx(0.5)
    dear = moved({rules.CAPITAL: 20 * 19_200_000})
    assert obstacles_under(dear).finding is Finding.HOLDS


def test_a_later_laboratory_makes_development_short() -> None:
    assert obstacles_under(moved({rules.LABORATORY: "2022"}, "period")).finding is Finding.FAILS


def test_abroad_all_obstacles_are_high() -> None:
    assert obstacles_under(evidence(), case=rules.ABROAD).finding is Finding.HOLDS


def pays_under(data: Evidence, **options: str) -> Outcome:
    return rules.c12_needs_support(data, C12.default | options)


def test_what_the_process_brings_decides_whether_it_pays() -> None:
    assert pays_under(evidence(), benefit=rules.NOTHING).finding is Finding.HOLDS
    assert pays_under(evidence(), benefit=rules.FULL).finding is Finding.FAILS
    poor = moved({rules.SAVING: 0})
    assert pays_under(poor, benefit=rules.FULL).finding is Finding.HOLDS


def test_dearer_first_cost_needs_support() -> None:
    dear = moved({rules.CAPITAL: 5 * 19_200_000})
    assert pays_under(dear, benefit=rules.FULL).finding is Finding.HOLDS


def test_inputs_of_the_model_are_those_of_the_rows() -> None:
    own = rules.change(evidence())
    assert own.capital == pytest.approx(19_200_000 / 1150)
    assert own.saving == pytest.approx(0.5 * 10_000)
    assert own.netback == pytest.approx(0.7813 - 0.27)
    assert own.support_share == own.support_tonne == 0
    assert pays_under(evidence()).value == pytest.approx(100 * present_value(own) / own.capital)


def test_the_lowest_charge_is_per_kilogram_of_nitrogen() -> None:
    assert rules.lowest_charge(evidence()) == pytest.approx(1.4 / 0.8)


def test_options_that_change_nothing_are_left_out() -> None:
    for combination in C12.combinations():
        if combination["benefit"] == rules.NOTHING:
            assert combination["quota"] == rules.CAPPED
    for combination in C11.combinations():
        assert combination["count"] == rules.ALL or combination["reading"] == rules.FIRMS


@pytest.mark.parametrize("claim", [C11, C12])
def test_a_second_hand_copy_of_a_known_row_changes_nothing(claim: Claim) -> None:
    bearing = [part.key for part in claim.parts if part.bears_load]
    for key in bearing:
        for row in judge(claim, evidence()).outcomes[key].rows[:2]:
            more = with_row(
                evidence(), row, "copy.of.a.row", hand="quoted", grade="C", quality="press"
            )
            assert card(claim, more) == card(claim, evidence())


def test_price_level_is_one_chain() -> None:
    level = parks.price_level(evidence())
    assert list(level.index) == sorted(set(level.index))
    ends = evidence().select("price_yearend", "Neodymium oxide").set_index("year")["value"]
    assert level[2012] / level[2014] == pytest.approx(ends[2012] / ends[2014])


def test_outputs_at_one_price_and_targets() -> None:
    table = parks.outputs(evidence())
    base = table[table["year"] == 2014].iloc[0]
    assert base["real"] == pytest.approx(base["value"])
    assert math.isnan(table.loc[table["year"] == 2010, "real"].iloc[0])
    aims = parks.targets(evidence())
    assert aims.loc["Changting, output value by 2015", "share"] == pytest.approx(100 * 8010 / 20000)
    assert aims.loc["Baotou, magnets in 2025", "outcome"] == pytest.approx(15300 * 12 / 5)
