"""The cash-flow model: hand-computed cases, limits, and what must rise with what."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rare_earths.cleaner_process import (
    Change,
    break_even,
    cash,
    internal_rate,
    present_value,
    steps,
    support_needed,
)

PLAIN = Change(capital=1000, life=2, rate=0.1, saving=605)
money = st.floats(1, 1e6)
fraction = st.floats(0, 1)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    return Change(
        capital=draw(money),
        life=draw(st.floats(0.5, 30)),
        rate=draw(st.floats(0, 0.5)),
        delay=draw(st.floats(0, 10)),
        overrun=draw(fraction),
        failure=draw(st.floats(0, 0.95)),
        saving=draw(st.floats(-1e5, 1e5)),
        gain=draw(fraction),
        price=draw(money),
        netback=draw(fraction),
        capped=draw(st.booleans()),
        ammonia=draw(st.floats(0, 3000)),
        charge=draw(st.floats(0, 20)),
        carbon=draw(st.floats(-5, 5)),
        carbon_price=draw(st.floats(0, 500)),
    )


def test_hand_computed_present_value() -> None:
    # -1000 + 605/1.1 + 605/1.21 = -1000 + 550 + 500
    assert present_value(PLAIN) == pytest.approx(50)


def test_hand_computed_delay_failure_and_overrun() -> None:
    # one year later: (550 + 500)/1.1; works in half the cases; costs a tenth more
    change = replace(PLAIN, delay=1, failure=0.5, overrun=0.1)
    assert present_value(change) == pytest.approx(-1100 + 0.5 * 1050 / 1.1)


def test_hand_computed_return() -> None:
    # 1000 back as 1210 after two years is ten per cent: 0 + 1210/1.1**2
    change = Change(capital=1000, life=1, rate=0.3, delay=1, saving=1210)
    assert internal_rate(change) == pytest.approx(0.1)


def test_hand_computed_gain_under_a_quota() -> None:
    # half of two years' output is one more year, at the end of year 3: 800 x 0.5 / 1.1**3
    change = Change(capital=0, life=2, rate=0.1, gain=0.5, price=800, netback=0.5, capped=True)
    assert present_value(change) == pytest.approx(400 / 1.331)


def test_hand_computed_charges() -> None:
    # 100 kg at 3 avoided, 2 t of carbon at 50 more: 200 a year
    change = Change(
        capital=0, life=1, rate=0, ammonia=100, charge=3, carbon=2, carbon_price=50
    )  # fmt: skip
    assert present_value(change) == pytest.approx(200)


def test_years_and_what_is_left_of_one() -> None:
    assert list(steps(2.5)) == [1, 1, 0.5]
    assert list(steps(3)) == [1, 1, 1]


@given(changes(), st.floats(1.01, 10))
def test_dearer_oxide_never_hurts(change: Change, more: float) -> None:
    dearer = replace(change, price=change.price * more)
    assert present_value(dearer) >= present_value(change) - 1e-6


@given(changes(), st.floats(1.01, 10))
def test_dearer_capital_never_helps(change: Change, more: float) -> None:
    dearer = replace(change, capital=change.capital * more)
    assert present_value(dearer) <= present_value(change) + 1e-6


@given(changes())
def test_a_change_that_never_works_loses_its_capital(change: Change) -> None:
    lost = -change.capital * (1 + change.overrun)
    assert present_value(replace(change, failure=1)) == pytest.approx(lost)


@given(changes(), st.floats(0.1, 100))
def test_the_unit_of_money_does_not_matter(change: Change, factor: float) -> None:
    names = ("capital", "saving", "price", "charge", "carbon_price", "support_tonne")
    other = replace(change, **{name: factor * getattr(change, name) for name in names})
    assert present_value(other) == pytest.approx(factor * present_value(change), abs=1e-3)


@given(changes())
def test_a_gift_of_the_whole_capital_leaves_the_yearly_money(change: Change) -> None:
    given_all = present_value(replace(change, support_share=1.0))
    outlay = change.capital * (1 + change.overrun)
    assert given_all == pytest.approx(present_value(change) + outlay, abs=1e-3)


@given(changes())
def test_support_makes_up_what_is_missing(change: Change) -> None:
    share = support_needed(change)
    if 0 < share <= 1:
        worth = present_value(replace(change, support_share=share))
        assert worth == pytest.approx(0, abs=1e-3)
    elif share == 0:
        assert present_value(change) >= 0


@given(changes())
def test_the_return_is_where_the_worth_is_nought(change: Change) -> None:
    found = internal_rate(change)
    if math.isnan(found):
        return
    when, much = cash(change)
    moved = sum(abs(much) * (1 + found) ** -when)
    assert abs(present_value(replace(change, rate=found))) <= 1e-6 * moved


@given(changes())
def test_a_quota_never_makes_a_gain_worth_more(change: Change) -> None:
    # the same tonnes, later: a whole year or more after the life of the mine
    free, capped = replace(change, capped=False), replace(change, capped=True)
    if change.gain * change.life >= 1 or change.gain == 0:
        assert present_value(capped) <= present_value(free) + 1e-6 * change.price * change.life


def test_break_even_price_and_unknown_input() -> None:
    change = replace(PLAIN, saving=0, gain=0.1, price=1)
    price = break_even(change, "price", 0, 1e5)
    assert price * 0.1 * (1 / 1.1 + 1 / 1.21) == pytest.approx(1000)
    assert math.isnan(break_even(change, "price", 0, 10))
    with pytest.raises(ValueError, match="no input 'prize'"):
        break_even(change, "prize", 0, 1)


@pytest.mark.parametrize(
    "wrong", [{"life": 0}, {"failure": 1.2}, {"support_share": -0.1}, {"rate": -1}, {"capital": -1}]
)
def test_impossible_inputs_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        replace(PLAIN, **wrong)
