"""What price a project needs: cost of running it plus a return on what it costs to build.

The incentive price is the price of one product at which a project earns the return asked for, if
it sells its capacity in every year of its life. Taxes, ramp-up, by-products, royalties and working
capital are left out, so it is a rule of thumb and no study.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rare_earths.evidence import Evidence

CURRENCIES = {"AUD": "aud_per_usd_2024", "GBP": "gbp_per_usd_2024", "EUR": "eur_per_usd_2024"}


def annuity(rate: float, years: float) -> float:
    """Share of a sum that must come back every year for `years` to earn `rate` (a fraction)."""
    if years <= 0 or rate < 0:
        raise ValueError(
            f"an annuity needs years above nought and no negative rate: {years}, {rate}"
        )
    return 1 / years if rate == 0 else rate / -math.expm1(-years * math.log1p(rate))


def incentive_price(
    running: float, capital: float, capacity: float, rate: float, years: float
) -> float:
    """Price in money a kg at which a project earns `rate`.

    running: cost of running it, money a kg.  capital: money.  capacity: kg a year.  rate: a
    fraction a year, real.  years: life.
    """
    if capacity <= 0:
        raise ValueError(f"a project needs a capacity above nought: {capacity}")
    return running + capital * annuity(rate, years) / capacity


@dataclass(frozen=True)
class Costed:
    """Rows of a project's cost; without `running` the price is a bound from below."""

    capital: tuple[str, ...]
    capacity: str
    running: str = ""
    bound: str = "exact"
    note: str = ""


_COST, _NDPR = "project-capex.", "project-capacity-ndpr."
COSTED = {
    "Nolans": Costed(
        (f"{_COST}arafura-nolans.2022.bn-arafura-2022",),
        f"{_NDPR}arafura-nolans.2021.miningweekly-arafura-2021",
        "unit-operating-cost.arafura-nolans-ndpr-oxide.2021.miningweekly-arafura-2021",
    ),
    "White Mesa 2": Costed(
        (f"{_COST}white-mesa-phase-2.2026-01-15.reportify-uuuu-2026",),
        f"{_NDPR}white-mesa-life-of-mine-average.2026.reportify-uuuu-2026",
        "unit-operating-cost.white-mesa-phase-2-ndpr-oxide-all-in.2026-01-15.stockstoday-uuuu-2026",
        note="own ore, own study",
    ),
    "Belfast": Costed(
        (f"{_COST}ionic-technologies-belfast-magnet-recycling.2024.severuss-ionic-2024",),
        "project-capacity.ionic-technologies-belfast-magnet-recycling.2024.mining-ionic-2024",
        "unit-operating-cost.ionic-technologies-belfast-recycled-magnet-reo-initial.2024."
        "hotcopper-ionic-2024",
        "at least",
        "without the scrap",
    ),
    "Phalaborwa": Costed(
        (f"{_COST}rainbow-phalaborwa-south-africa.2024-12.miningmx-rainbow-2024",),
        "project-capacity.rainbow-phalaborwa-south-africa.2024-12.miningmx-rainbow-2024",
        bound="at least",
        note="capital only",
    ),
    "Longonjo": Costed(
        (
            f"{_COST}pensana-longonjo-phase-1.2025.orepulse-pensana-2025",
            f"{_COST}pensana-longonjo-phase-2-expansion.undated.directorstalk-pensana",
        ),
        f"{_NDPR}pensana-longonjo-full-two-phases.2025.orepulse-pensana-2025",
        bound="at least",
        note="capital only",
    ),
}


def dollars(evidence: Evidence, row: str) -> float:
    """The money of a row in US dollars (in millions or a kg, as the row has it)."""
    rate = CURRENCIES.get(str(evidence.rows.at[row, "unit"])[:3])
    value = float(str(evidence.rows.at[row, "value"]))
    return value / (evidence.parameter(rate).value if rate else 1.0)


def price_of(evidence: Evidence, project: str, rate: float, overrun: float = 0.0) -> float:
    """Incentive price of a project, US dollars a kg of its magnet oxides.

    rate: return asked for, a fraction.  overrun: by what fraction it costs more to build.
    """
    own = COSTED[project]
    capital = sum(dollars(evidence, row) for row in own.capital) * 1e6 * (1 + overrun)
    capacity = float(str(evidence.rows.at[own.capacity, "value"])) * 1000
    running = dollars(evidence, own.running) if own.running else 0.0
    life = evidence.parameter("project_life").value
    return incentive_price(running, capital, capacity, rate, life)


def rows_of(project: str) -> tuple[str, ...]:
    """Evidence rows behind the price of a project."""
    own = COSTED[project]
    return tuple(filter(None, (*own.capital, own.capacity, own.running)))


def share_clearing(evidence: Evidence, price: float) -> tuple[float, float]:
    """Between which shares of the mines planned outside China a price, USD/kg of NdPr, is enough.

    After one consultancy, for a return of fifteen per cent: none at the price of early 2024, two
    fifths between two prices, a last part above the higher. Shares in percent.
    """
    middle = evidence.select("incentive_price_ndpr", "Almost 40% of ex-China mine pipeline").iloc[0]
    top = evidence.select("incentive_price_ndpr", "15% of ex-China mine pipeline").iloc[0]
    then = evidence.parameter("pipeline_price_none").value
    second, last = (evidence.parameter(f"pipeline_share_{n}").value for n in ("middle", "top"))
    first = 100 - second - last
    if price <= then:
        return 0.0, 0.0
    if price < middle["low"]:
        return 0.0, first
    if price < middle["high"]:
        return first, first + second
    return first + second, 100.0 if price > top["low"] else first + second
