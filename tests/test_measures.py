"""Measures: limiting cases, round trips, what is refused."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rare_earths import measures

positive = st.floats(min_value=1e-3, max_value=1e9)
growth = st.floats(min_value=-0.2, max_value=0.5)


def test_the_share_of_the_claim():
    assert measures.share(44e6, 120e6) == pytest.approx(36.6667, abs=1e-4)


def test_a_share_of_nothing_is_refused():
    with pytest.raises(ValueError, match="positive whole"):
        measures.share(1, 0)


def test_without_growth_years_left_is_the_ratio():
    assert measures.years_left(44e6, 270e3) == pytest.approx(44e6 / 270e3)


def test_years_left_by_hand():
    # 100 units, first year's rate 10, growing 10 % a year: ln(1 + 10 ln 1.1) / ln 1.1
    assert measures.years_left(100, 10, 0.1) == pytest.approx(7.0236, abs=1e-3)


def test_a_shrinking_output_may_never_use_the_reserves_up():
    assert measures.years_left(1000, 10, -0.05) == math.inf


@given(positive, positive, growth)
def test_what_is_mined_in_the_years_left_is_the_reserve(reserves, output, rate):
    years = measures.years_left(reserves, output, rate)
    if years < 500:
        assert measures.output_over(output, rate, years) == pytest.approx(reserves, rel=1e-6)


@given(positive, positive, st.floats(min_value=0, max_value=0.3))
def test_growth_never_lengthens_the_years_left(reserves, output, rate):
    slow = measures.years_left(reserves, output, rate)
    fast = measures.years_left(reserves, output, rate + 0.05)
    assert fast <= slow * (1 + 1e-9)


@pytest.mark.parametrize(("reserves", "output", "rate"), [(-1, 1, 0), (1, 0, 0), (1, 1, -1)])
def test_years_left_refuses_what_has_no_meaning(reserves, output, rate):
    with pytest.raises(ValueError, match=r"years left need|growth must"):
        measures.years_left(reserves, output, rate)


@given(positive, growth, st.integers(min_value=1, max_value=60))
def test_growth_rate_is_the_inverse_of_growing(first, rate, years):
    assert measures.growth_rate(first, first * (1 + rate) ** years, years) == pytest.approx(
        rate, abs=1e-9
    )


@given(positive, positive)
def test_depletion_lies_between_nothing_and_all(taken, left):
    value = measures.depletion(taken, left)
    assert 0 < value < 100
    assert value + measures.depletion(left, taken) == pytest.approx(100)


def test_the_largest_has_a_name_and_a_tie_has_none():
    assert measures.largest(pd.Series({"a": 1.0, "b": 3.0})) == "b"
    with pytest.raises(ValueError, match="share the first place"):
        measures.largest({"a": 2.0, "b": 2.0})


def test_herfindahl_of_a_monopoly_of_equals_and_of_too_much():
    assert measures.herfindahl([100]) == 10_000
    assert measures.herfindahl([25] * 4) == pytest.approx(2500)
    with pytest.raises(ValueError, match="sum to 100"):
        measures.herfindahl([60, 60])
