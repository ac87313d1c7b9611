"""Measures of the field: pure functions on numbers, no data access.

Tonnes are tonnes of rare-earth oxide equivalent (t REO) unless a function says otherwise.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping

import pandas as pd


def share(part: float, whole: float) -> float:
    """Part of a whole, in percent. Both in one unit and of one definition."""
    if whole <= 0:
        raise ValueError(f"a share needs a positive whole, got {whole}")
    return 100 * part / whole


def years_left(reserves: float, output: float, growth: float = 0.0) -> float:
    """Years until `reserves` are used up by an `output` that grows by `growth` a year.

    `reserves` and the newest yearly `output` in one unit, `growth` as a fraction (0.05 is 5 % a
    year). Without growth this is the reserves-to-production ratio; with growth the exponential
    index of Meadows and others (1972): ln(1 + r R / P) / r with r = ln(1 + growth). Infinite where
    a shrinking output never reaches the reserves. It is arithmetic, not a forecast: reserves are
    an economic inventory and are revised.
    """
    if reserves < 0 or output <= 0:
        raise ValueError(f"years left need reserves >= 0 and output > 0: {reserves}, {output}")
    if growth <= -1:
        raise ValueError(f"growth must be above -1 (-100 % a year), got {growth}")
    ratio = reserves / output
    rate = math.log1p(growth)
    if abs(rate * ratio) < 1e-9:
        return ratio
    argument = rate * ratio
    return math.log1p(argument) / rate if argument > -1 else math.inf


def output_over(output: float, growth: float, years: float) -> float:
    """Total mined in `years` from a yearly `output` that grows by `growth`: the inverse of
    `years_left`, in the unit of `output`."""
    rate = math.log1p(growth)
    if abs(rate * years) < 1e-9:
        return output * years
    return output * math.expm1(rate * years) / rate


def depletion(taken: float, left: float) -> float:
    """Share of what could ever be recovered that has been taken, in percent.

    `taken` and `left` must be alike: both recoverable, or both in the ground.
    """
    return share(taken, taken + left)


def growth_rate(first: float, last: float, years: float) -> float:
    """Compound growth a year as a fraction, from `first` to `last` in `years`."""
    if first <= 0 or last <= 0 or years <= 0:
        raise ValueError(f"growth needs positive values and years: {first}, {last}, {years}")
    return (last / first) ** (1 / years) - 1


def largest(values: Mapping[str, float] | pd.Series) -> str:
    """Name of the single largest entry; a tie for the first place has no name and raises."""
    ranked = pd.Series(values, dtype=float).sort_values(ascending=False)
    if ranked.empty:
        raise ValueError("no values to rank")
    if len(ranked) > 1 and ranked.iloc[0] == ranked.iloc[1]:
        raise ValueError(f"{ranked.index[0]} and {ranked.index[1]} share the first place")
    return str(ranked.index[0])


def herfindahl(shares: Iterable[float]) -> float:
    """Herfindahl-Hirschman index, 0 to 10,000, from shares in percent (Hirschman 1964)."""
    parts = list(shares)
    if any(part < 0 for part in parts) or sum(parts) > 100 + 1e-6:
        raise ValueError(f"shares must be non-negative and sum to 100 at most, got {sum(parts)}")
    return sum(part**2 for part in parts)


def herfindahl_bounds(
    known: Mapping[str, float], open_names: Iterable[str] = ()
) -> tuple[float, float]:
    """Least and greatest Herfindahl-Hirschman index that known shares (percent) leave open.

    The rest up to 100 belongs to unknown holders, or to those of `open_names`, whose known share
    is a lower bound. Least: the rest is scattered over so many that it adds nothing. Greatest: all
    of it belongs to the largest of `open_names`, or to one unknown holder if there are none.
    """
    least = herfindahl(known.values())
    rest = max(0.0, 100 - sum(known.values()))
    largest_open = max((known[name] for name in open_names), default=0.0)
    return least, least - largest_open**2 + (largest_open + rest) ** 2


def concentration_ratio(shares: Iterable[float], count: int) -> float:
    """CRn: the shares of the `count` largest together, in the unit of the shares."""
    if count < 1:
        raise ValueError(f"a concentration ratio needs one firm or more, got {count}")
    return sum(sorted(shares, reverse=True)[:count])


def lorenz(values: Iterable[float]) -> tuple[list[float], list[float]]:
    """Lorenz curve: cumulative share of holders and of what they hold, both 0 to 1, smallest
    holder first; both begin at the origin."""
    ranked = sorted(values)
    total = sum(ranked)
    if not ranked or ranked[0] < 0 or total <= 0:
        raise ValueError("a Lorenz curve needs non-negative values with a positive sum")
    held = [0.0]
    for value in ranked:
        held.append(held[-1] + value / total)
    return [i / len(ranked) for i in range(len(ranked) + 1)], held


def gini(values: Iterable[float]) -> float:
    """Gini coefficient, 0 (all equal) to near 1, as twice the area above the Lorenz curve."""
    holders, held = lorenz(values)
    width = holders[1]
    return 1 - width * sum(one + two for one, two in itertools.pairwise(held))


def explained(causes: Iterable[float], effects: Iterable[float]) -> float:
    """Share of the variance of `effects` that a rising straight line through `causes` explains,
    in percent (R squared). Nought where the line falls, or where either does not vary."""
    x, y = pd.Series(list(causes), dtype=float), pd.Series(list(effects), dtype=float)
    if len(x) != len(y) or len(x) < 3:
        raise ValueError(f"a fit needs three pairs or more, got {len(x)} and {len(y)}")
    if x.std() == 0 or y.std() == 0:
        return 0.0
    correlation = float(x.corr(y))
    return 100 * correlation**2 if correlation > 0 else 0.0


def explained_interval(share: float, pairs: int, deviations: float = 1.96) -> tuple[float, float]:
    """Bounds of a share of variance explained, in percent, as the number of pairs leaves them open.

    Fisher's transformation of the correlation; `deviations` of 1.96 give an interval of 95%. A
    lower bound that the correlation reaches only by turning negative is nought, as in `explained`.
    """
    if pairs < 4:
        return 0.0, 100.0
    centre = math.atanh(min(math.sqrt(share / 100), 1 - 1e-12))
    reach = deviations / math.sqrt(pairs - 3)
    low, high = (math.tanh(max(0.0, end)) for end in (centre - reach, centre + reach))
    return 100 * low**2, 100 * high**2


def price_and_mix(
    before: Mapping[str, tuple[float, float]], after: Mapping[str, tuple[float, float]]
) -> tuple[float, float]:
    """What the difference of two unit values is made of: price and mix (Bennet 1920).

    `before` and `after` give weight and value by group, the same groups in both. The difference of
    the two mean unit values (value over weight) is the sum of the two results, in value per
    weight. Price is what each group costs more, at the mean of its two shares of weight; mix is
    the shift towards dear or cheap groups, at the mean of their two prices.
    """
    if set(before) != set(after) or not before:
        raise ValueError(f"groups must be the same in both: {sorted(set(before) ^ set(after))}")
    if any(weight <= 0 for side in (before, after) for weight, _ in side.values()):
        raise ValueError("every group needs a positive weight")
    total_before, total_after = (sum(w for w, _ in side.values()) for side in (before, after))
    price = mix = 0.0
    for group, (weight, value) in before.items():
        later_weight, later_value = after[group]
        share_before, share_after = weight / total_before, later_weight / total_after
        first, last = value / weight, later_value / later_weight
        price += (share_before + share_after) / 2 * (last - first)
        mix += (first + last) / 2 * (share_after - share_before)
    return price, mix


# Masses of one mole in grams, IUPAC (2021): nitrogen, ammonium ion, nitrate ion.
NITROGEN, AMMONIUM, NITRATE = 14.007, 18.039, 62.005


def nitrogen_of_ammonium(mass: float) -> float:
    """Nitrogen in a mass of ammonium ion, in the unit of `mass` (a factor of 14/18)."""
    return mass * NITROGEN / AMMONIUM


def nitrogen_of_nitrate(mass: float) -> float:
    """Nitrogen in a mass of nitrate ion, in the unit of `mass` (a factor of 14/62)."""
    return mass * NITROGEN / NITRATE


def exceedance(value: float, limit: float) -> float:
    """How many times the limit a value is. Both in one unit and of one species."""
    if limit <= 0:
        raise ValueError(f"an exceedance needs a positive limit, got {limit}")
    return value / limit


def middle(low: float, high: float) -> float:
    """The geometric middle of a range: as many times above the low end as below the high one.

    For concentrations, which spread over orders of magnitude, it is a typical value where the
    arithmetic middle is half of the worst one. A range from nought has its middle at nought.
    """
    if low < 0 or high < low:
        raise ValueError(f"a range needs 0 <= low <= high, got {low} to {high}")
    return math.sqrt(low * high)
