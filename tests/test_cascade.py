"""Recovery stage by stage: limiting cases, inverses, units, what is refused."""

from itertools import pairwise

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rare_earths import cascade

recovery = st.floats(min_value=0.01, max_value=1)
mass = st.floats(min_value=1e-3, max_value=1e9)
yields = st.lists(recovery, min_size=1, max_size=6)
ORES = ("one", "two", "three")


@given(yields)
def test_the_last_step_is_the_overall_recovery_and_no_step_adds_anything(parts):
    left = cascade.steps(parts)
    assert left[0] == 1
    assert left[-1] == pytest.approx(cascade.overall(parts))
    assert all(after <= before for before, after in pairwise(left))


@given(st.permutations([0.9, 0.5, 0.8, 0.7]))
def test_the_order_of_stages_does_not_matter(parts):
    assert cascade.overall(parts) == pytest.approx(0.252)


def test_a_stage_that_loses_nothing_changes_nothing():
    assert cascade.overall([0.4, 1.0]) == cascade.overall([0.4])
    assert cascade.overall([]) == 1


@given(st.lists(mass, min_size=3, max_size=3), st.lists(recovery, min_size=3, max_size=3))
def test_a_mix_lies_between_its_ores_and_below_the_mean_by_product(masses, rates):
    made, rate = dict(zip(ORES, masses, strict=True)), dict(zip(ORES, rates, strict=True))
    found = cascade.mixed(made, rate)
    assert min(rates) * (1 - 1e-9) <= found <= max(rates) * (1 + 1e-9)
    assert found <= cascade.mean_by_product(made, rate) * (1 + 1e-9)


def test_a_mix_by_hand():
    # 10 at a tenth and 10 at a half: 20 of product out of 100 + 20 in the ore
    made = {"one": 10, "two": 10}
    assert cascade.mixed(made, {"one": 0.1, "two": 0.5}) == pytest.approx(20 / 120)
    assert cascade.mean_by_product(made, {"one": 0.1, "two": 0.5}) == pytest.approx(0.3)


@given(mass, recovery)
def test_the_largest_gain_is_all_that_was_lost(product, rate):
    assert cascade.gain(product, rate) == pytest.approx(
        cascade.ore_needed(product, rate) - product, rel=1e-6, abs=1e-6 * product
    )


@given(mass, recovery)
def test_no_gain_without_a_better_recovery(product, rate):
    assert cascade.gain(product, rate, rate) == pytest.approx(0, abs=1e-9 * product)


@given(mass, recovery, recovery)
def test_a_gain_needs_the_recovery_that_gives_it(product, rate, target):
    extra = cascade.gain(product, rate, target)
    assert cascade.recovery_needed(product, rate, extra) == pytest.approx(target)


@given(mass, recovery, st.floats(min_value=0.1, max_value=10))
def test_twice_the_product_gains_twice_as_much(product, rate, factor):
    assert cascade.gain(factor * product, rate) == pytest.approx(
        factor * cascade.gain(product, rate), rel=1e-6, abs=1e-9
    )


def test_masses_keep_their_unit():
    tonne = pint.UnitRegistry().tonne
    assert cascade.ore_needed(5 * tonne, 0.5) == 10 * tonne
    assert cascade.gain(5 * tonne, 0.5) == 5 * tonne
    assert cascade.recovery_needed(5 * tonne, 0.5, 1 * tonne) == pytest.approx(0.6)


@pytest.mark.parametrize("wrong", [0, -0.1, 1.1])
def test_a_recovery_outside_its_range_is_refused(wrong):
    for call in (
        lambda: cascade.overall([wrong]),
        lambda: cascade.steps([wrong]),
        lambda: cascade.ore_needed(1, wrong),
        lambda: cascade.gain(1, 0.5, wrong),
        lambda: cascade.mean_by_product({"one": 1}, {"one": wrong}),
    ):
        with pytest.raises(ValueError, match="above 0 and up to 1"):
            call()


def test_a_mix_of_nothing_is_refused():
    with pytest.raises(ValueError, match="product above 0"):
        cascade.mixed({"one": 0}, {"one": 0.5})
    with pytest.raises(ValueError, match="product above 0"):
        cascade.mean_by_product({}, {})
