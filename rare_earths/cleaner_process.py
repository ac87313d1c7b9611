"""What a mine earns by changing to a cleaner leaching process: discounted cash flow.

The mine leaches ionic clay with ammonium sulfate and can change to a process without ammonia. The
model is the difference between changing and staying, for one tonne of yearly capacity: money in
yuan (CNY) of constant value, mass in tonnes of oxide (t REO), time in years. Taxes on profit, the
cost of land and the damage to others are left out; the damage enters only as far as it is charged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq


@dataclass(frozen=True)
class Change:
    """The inputs of a change of process, for a capacity of one tonne of oxide a year.

    capital: cost of the change, CNY, paid at the start.  overrun: by what fraction it costs more.
    delay: years from payment to the first day of the new process.  life: years it then runs.
    failure: chance that it never works, a fraction; the capital is lost, the old process goes on.
    saving: what running costs less, CNY/t; negative where it costs more.
    gain: further oxide from the same ore, as a fraction of output.
    price: CNY/t of mixed oxide.  netback: fraction of the price that is left of a further tonne.
    capped: the quota caps output, so the gain is mined in further years at the end.
    ammonia: nitrogen of ammonia no longer lost, kg/t.  charge: what the old process pays for it,
    CNY/kg.  carbon: further greenhouse gas, t CO2e/t; negative where less.  carbon_price: CNY/t.
    support_share: fraction of the capital that the state pays.  support_tonne: CNY/t paid while it
    runs.  rate: return asked for, a fraction a year.
    """

    capital: float
    life: float
    rate: float
    delay: float = 0.0
    overrun: float = 0.0
    failure: float = 0.0
    saving: float = 0.0
    gain: float = 0.0
    price: float = 0.0
    netback: float = 1.0
    capped: bool = False
    ammonia: float = 0.0
    charge: float = 0.0
    carbon: float = 0.0
    carbon_price: float = 0.0
    support_share: float = 0.0
    support_tonne: float = 0.0

    def __post_init__(self) -> None:
        if self.capital < 0 or self.life <= 0 or self.delay < 0 or self.rate <= -1:
            raise ValueError(
                "a change needs capital and delay of nought or more, a life above nought and a "
                f"rate above -1: {self.capital}, {self.delay}, {self.life}, {self.rate}"
            )
        for name in ("failure", "support_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie between 0 and 1, got {getattr(self, name)}")


NAMES = tuple(field.name for field in fields(Change))


def yearly(change: Change) -> float:
    """What the new process brings in each year that it runs, CNY, if it works."""
    avoided = change.ammonia * change.charge - change.carbon * change.carbon_price
    extra = 0.0 if change.capped else change.gain * change.price * change.netback
    return change.saving + avoided + extra + change.support_tonne


def steps(span: float) -> NDArray[np.float64]:
    """Lengths of the years in a span: whole years and, last, what is left of one."""
    whole = math.floor(span + 1e-9)
    rest = span - whole
    return np.array([1.0] * whole + ([rest] if rest > 1e-9 else []), dtype=float)


def cash(change: Change) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """When money moves (years from the start) and how much is expected (CNY).

    The capital moves at the start, each year's money at its end. With a capped output the oxide
    gained is mined at full rate after the life of the mine.
    """
    outlay = -change.capital * (1 + change.overrun) * (1 - change.support_share)
    years = steps(change.life)
    ends = change.delay + np.cumsum(years)
    flows = yearly(change) * years
    if change.capped and change.gain > 0:
        more = steps(change.gain * change.life)
        ends = np.append(ends, ends[-1] + np.cumsum(more))
        flows = np.append(flows, change.price * change.netback * more)
    works = 1 - change.failure
    return np.append(0.0, ends), np.append(outlay, works * flows)


def present_value(change: Change) -> float:
    """Net present value of the change, CNY for a tonne of yearly capacity, at its own rate."""
    when, much = cash(change)
    return float(np.sum(much * (1 + change.rate) ** -when))


def internal_rate(change: Change) -> float:
    """The return, a fraction a year, at which the change is worth nothing; NaN if there is none.

    Searched between -99% and 1,000% a year; a change that pays nothing back has no return.
    """
    when, much = cash(change)

    def worth(rate: float) -> float:
        return float(np.sum(much * (1 + rate) ** -when))

    low, high = -0.99, 10.0
    if worth(low) * worth(high) > 0:
        return math.nan
    return float(brentq(worth, low, high))


def break_even(change: Change, name: str, low: float, high: float) -> float:
    """The value of one input at which the change is worth nothing, all else as it is.

    Searched between `low` and `high`, in the unit of the input; NaN if the worth does not change
    sign between them.
    """
    if name not in NAMES:
        raise ValueError(f"a change has no input {name!r}; it has {', '.join(NAMES)}")

    def worth(value: float) -> float:
        return present_value(replace(change, **{name: value}))  # type: ignore[arg-type]

    if worth(low) * worth(high) > 0:
        return math.nan
    return float(brentq(worth, low, high))


def support_needed(change: Change) -> float:
    """Share of the capital that the state must pay for the change to be worth nothing.

    Nought where it pays without support; above one where a gift of the whole capital is not
    enough.
    """
    alone = present_value(replace(change, support_share=0.0))
    outlay = change.capital * (1 + change.overrun)
    if alone >= 0:
        return 0.0
    return math.inf if outlay == 0 else -alone / outlay
