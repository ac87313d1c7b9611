"""How far such a model could have been trusted: forecasts from the data up to a year, scored.

Pseudo-out-of-sample: most series exist in late editions only, so what stood in the books at the
time may have been other figures. What is scored is the demand side: the rule below for its drivers,
put through the model's own magnets. Mines, refineries and shares of China cannot be scored, because
the evidence has no older editions of the plans.

The rule, frozen before it was run. Yearly growth of a driver begins at its recent mean (in logs,
over the last three years), times a factor between a half and one and a half, and fades evenly to
nothing over 5 to 20 years; cars stop at a part, half to all, of the car market of that year.
Magnets are the sum of cars, wind and the rest, which grows as the whole did in its last five
years.

Naive forecasts stand beside it, each with the spread of its own past yearly changes, growing with
the root of the horizon: the last value, the trend of the last five years, a logistic curve to a
ceiling (the car market; for magnets three times the last value). Losses are the continuous ranked
probability score of the natural logarithm: 0.1 is about a tenth off. A band is that of 80%.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy import stats

from rare_earths.evidence import Evidence
from rare_earths.outlook import inputs as given
from rare_earths.outlook import sampling

ORIGINS = (2012, 2015, 2018, 2020)
RUNS = 4096
SEED = 8
RECENT = 3  # years of the mean growth at the start
PAST = 5  # changes that the naive forecasts look at
FACTOR = (0.5, 1.5)
FADE = (5.0, 20.0)
CEILING = (0.5, 1.0)
MAGNET_CEILING = 3.0
LEAST_SPREAD = 0.05  # a yearly change in logs: no naive forecast is surer than that
BAND = (0.1, 0.9)

NEVS, CARS, MAGNETS = "NEV sales, China", "electric cars, World", "rough magnets, China"
TARGETS = (NEVS, CARS, MAGNETS)
MODEL, LAST_VALUE, TREND, LOGISTIC = "the model", "last value", "trend", "logistic"
METHODS = (MODEL, LAST_VALUE, TREND, LOGISTIC)

_MAGNETS = (
    *(f"ndfeb-output-sintered.china.{year}.ccr-2011-ndfeb" for year in range(2001, 2011)),
    "re-magnet-output-total.china.2015.ccmagnetics-2022",
    "ndfeb-output-total.china.2018.adamas-2019-ndfeb-output-2018",
    "ndfeb-output-sintered.china.2019.reuters-2020-miit",
    "re-magnet-output-total.china.2020.ccmagnetics-2022",
    "ndfeb-output-total.china.2021.horizon-2022-ndfeb-output",
    "re-magnet-output-total.china.2022.askci-2023",
    "re-magnet-output-total.china.2023.smm-2024-forum",
    "re-magnet-output-total.china.2024.smm-2024-forum",
)
# Sintered rows that bonded magnets must be added to.
_BONDED = {"ccr-2011-ndfeb", "reuters-2020-miit"}
# China's share of the world's magnets, as printed for the last year before an origin.
_SHARES = {
    2012: "ndfeb-output-share.china.2010.chinaorg-ja-2013",
    2015: "ndfeb-output-share.china.2010.chinaorg-ja-2013",
    2018: "ndfeb-output-share.china.2017.magneticsmag-2018",
    2020: "ndfeb-output-share.china.2018.horizon-2020",
}


@dataclass(frozen=True)
class Known:
    """A series by year, with the row ids of each."""

    values: pd.Series
    rows: dict[int, str]

    def until(self, year: int) -> pd.Series:
        """What had happened by the end of a year."""
        return self.values[self.values.index <= year]


@cache
def happened(evidence: Evidence, target: str) -> Known:
    """What happened: vehicles, or tonnes of rough magnets."""
    if target == NEVS:
        rows = evidence.select("nev_sales", "China", lineage="caam", unit="vehicles")
        rows = rows[rows["year"].notna() & rows["period"].str.fullmatch(r"\d{4}")]
        rows = rows.sort_values("grade").drop_duplicates("year")
        years = rows["year"].astype(int)
        return Known(
            pd.Series(rows["value"].to_numpy(float), years).sort_index(),
            dict(zip(years, rows.index, strict=True)),
        )
    if target == CARS:
        past = given.past(evidence)
        series = pd.Series(past.cars["World"], past.years)
        kinds = evidence.select(
            ["ev_car_sales_bev", "ev_car_sales_phev"], "World", source="iea_gevo_2025"
        )
        years = kinds["year"].astype(int)
        ids = {year: " ".join(kinds.index[years == year]) for year in sorted(set(years))}
        return Known(series[series > 0], ids)
    values, ids = {}, {}
    for name in _MAGNETS:
        names = [name]
        if name.rsplit(".", 1)[1] in _BONDED:
            names.append(name.replace("sintered", "bonded"))
        year = int(str(evidence.rows.at[name, "year"]))
        values[year] = float(evidence.rows.loc[names, "value"].astype(float).sum())
        ids[year] = " ".join(names)
    return Known(pd.Series(values).sort_index(), ids)


@cache
def market(evidence: Evidence, place: str, year: int) -> float:
    """Cars sold in a year, from electric cars and their share by the agency."""
    share = evidence.select("ev_car_sales_share", place, str(year), source="iea_gevo_2025")
    sold = given.past(evidence).cars[place][year - given.FIRST]
    return float(sold / (share["value"].iloc[0] / 100))


# ---------------------------------------------------------------- the model's rule


def recent_growth(known: pd.Series, years: int) -> float:
    """Mean growth a year in logs over the last `years` years that the series reaches."""
    last = known.index[-1]
    before = known[known.index >= last - years]
    if len(before) < 2:
        before = known.iloc[-2:]
    span = before.index[-1] - before.index[0]
    return float(np.log(before.iloc[-1] / before.iloc[0]) / span)


def faded(growth: np.ndarray, fade: np.ndarray, horizon: int) -> np.ndarray:
    """Growth in logs summed over `horizon` years while it fades evenly to nothing over `fade`."""
    steps = np.arange(1, horizon + 1)[:, None]
    return (growth * np.clip(1 - (steps - 1) / fade, 0, None)).sum(axis=0)


def _drawn(count: int) -> np.ndarray:
    return sampling.points(count, 0, RUNS, SEED)


def _between(unit: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
    return ends[0] + unit * (ends[1] - ends[0])


def _driver(
    known: pd.Series, year: int, unit: np.ndarray, recent: int, ceiling: float | None
) -> np.ndarray:
    """Runs of a driver in a year ahead by the frozen rule; `unit` has three columns."""
    growth = recent_growth(known, recent) * _between(unit[:, 0], FACTOR)
    total = faded(growth, _between(unit[:, 1], FADE), year - known.index[-1])
    level = known.iloc[-1] * np.exp(total)
    return level if ceiling is None else np.minimum(level, ceiling * _between(unit[:, 2], CEILING))


def model_runs(evidence: Evidence, target: str, origin: int, year: int) -> np.ndarray:
    """The model's runs for a year after the origin, from what had happened by then."""
    unit = _drawn(12)
    known = happened(evidence, target).until(origin)
    if target != MAGNETS:
        place = "China" if target == NEVS else "World"
        return _driver(known, year, unit[:, :3], RECENT, market(evidence, place, origin))
    return _magnet_runs(evidence, origin, year, unit)


def _magnet_runs(evidence: Evidence, origin: int, year: int, unit: np.ndarray) -> np.ndarray:
    own = {one.name: one for one in given.inputs(evidence)}
    names = ("magnet_mass", "pm_share", "wind_pm_share", "wind_ndpr", "ndpr_in_magnet", "scrap")
    drawn = {name: own[name].at(unit[:, 6 + place]) for place, name in enumerate(names)}
    known = happened(evidence, MAGNETS).until(origin)
    base = int(known.index[-1])
    share = float(str(evidence.rows.at[_SHARES[origin], "value"])) / 100
    cars = happened(evidence, CARS).until(origin)
    past = given.past(evidence)
    wind = pd.Series(past.wind["World"], past.years)
    wind = wind[(wind > 0) & (wind.index <= origin)]
    ahead = _driver(cars, year, unit[:, :3], RECENT, market(evidence, "World", origin))
    built = _driver(wind, year, unit[:, 3:6], RECENT, None)

    def rough(vehicles: np.ndarray | float, gigawatts: np.ndarray | float) -> np.ndarray:
        car = vehicles * drawn["pm_share"] * drawn["magnet_mass"] / 1000
        turbine = gigawatts * drawn["wind_pm_share"] * drawn["wind_ndpr"] / drawn["ndpr_in_magnet"]
        return share * (car + turbine) / (1 - drawn["scrap"])

    rest = np.maximum(known.iloc[-1] - rough(float(cars.get(base, 0.0)), float(wind[base])), 0)
    growth = recent_growth(known, PAST) * _between(unit[:, 0], FACTOR)
    rest = rest * np.exp(faded(growth, _between(unit[:, 1], FADE), year - base))
    return rest + rough(ahead, built)


# ---------------------------------------------------------------- naive forecasts


def yearly_changes(known: pd.Series) -> np.ndarray:
    """The last yearly changes in logs; over a gap in the series each year has an even part."""
    steps = np.diff(np.log(known.to_numpy(float))) / np.diff(known.index.to_numpy(float))
    return steps[-PAST:]


def naive(known: pd.Series, year: int, method: str, ceiling: float) -> tuple[float, float]:
    """Mean and spread of the logarithm in a year ahead by a naive method."""
    steps = yearly_changes(known)
    horizon = year - int(known.index[-1])
    last = float(np.log(known.iloc[-1]))
    around = 0.0 if method == LAST_VALUE else float(steps.mean())
    spread = max(float(np.sqrt(np.mean((steps - around) ** 2))), LEAST_SPREAD)
    if method == LAST_VALUE:
        mean = last
    elif method == TREND:
        mean = last + around * horizon
    else:
        odds = np.log(known.to_numpy(float)) - np.log(
            np.maximum(ceiling - known.to_numpy(float), 1e-9)
        )
        rate = float((np.diff(odds) / np.diff(known.index.to_numpy(float)))[-PAST:].mean())
        mean = float(np.log(ceiling) - np.log1p(np.exp(-(odds[-1] + rate * horizon))))
    return mean, spread * float(np.sqrt(horizon))


# ---------------------------------------------------------------- losses


def crps_normal(mean: float, spread: float, outcome: float) -> float:
    """Continuous ranked probability score of a normal forecast."""
    z = (outcome - mean) / spread
    return float(
        spread * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    )


def crps_runs(runs: np.ndarray, outcome: float) -> float:
    """Continuous ranked probability score of a set of equally likely runs."""
    ordered = np.sort(runs)
    n = len(ordered)
    weights = 2 * np.arange(1, n + 1) - n - 1
    return float(np.abs(ordered - outcome).mean() - (weights * ordered).sum() / n**2)


@cache
def forecasts(evidence: Evidence) -> pd.DataFrame:
    """Every forecast of every method: target, origin, year, horizon, method, outcome, middle, low,
    high (the band), crps, inside, id."""
    records = []
    for target in TARGETS:
        known = happened(evidence, target)
        for origin in ORIGINS:
            seen = known.until(origin)
            for year in known.values.index[known.values.index > origin]:
                for method in METHODS:
                    records.append(_one(evidence, target, origin, int(year), method, known, seen))
    return pd.DataFrame(records)


def _one(
    evidence: Evidence, target: str, origin: int, year: int, method: str, known: Known,
    seen: pd.Series,
) -> dict[str, object]:  # fmt: skip
    outcome = float(np.log(known.values[year]))
    if method == MODEL:
        runs = np.log(model_runs(evidence, target, origin, year))
        low, middle, high = np.quantile(runs, (BAND[0], 0.5, BAND[1]))
        loss = crps_runs(runs, outcome)
    else:
        ceiling = _ceiling(evidence, target, origin, seen)
        middle, spread = naive(seen, year, method, ceiling)
        low, high = (middle + spread * stats.norm.ppf(end) for end in BAND)
        loss = crps_normal(middle, spread, outcome)
    return {
        "target": target, "origin": origin, "year": year, "horizon": year - origin,
        "method": method, "outcome": float(np.exp(outcome)), "middle": float(np.exp(middle)),
        "low": float(np.exp(low)), "high": float(np.exp(high)), "crps": loss,
        "inside": bool(low <= outcome <= high), "id": known.rows[year],
    }  # fmt: skip


def _ceiling(evidence: Evidence, target: str, origin: int, seen: pd.Series) -> float:
    if target == MAGNETS:
        return MAGNET_CEILING * float(seen.iloc[-1])
    return market(evidence, "China" if target == NEVS else "World", origin)


def table(evidence: Evidence, keys: Sequence[str] = ("target", "origin", "method")) -> pd.DataFrame:
    """Mean loss and coverage of forecasts grouped by `keys`; `best` marks the least loss among
    methods."""
    grouped = forecasts(evidence).groupby(list(keys), sort=False)
    found = grouped.agg(
        crps=("crps", "mean"), coverage=("inside", "mean"), years=("year", "size")
    ).reset_index()
    rest = [key for key in keys if key != "method"]
    least = found.groupby(rest)["crps"].transform("min") if rest else found["crps"].min()
    return found.assign(best=found["crps"] == least)


# ---------------------------------------------------------------- what others published


@dataclass(frozen=True)
class Published:
    """A forecast, plan or target in print, and the row that says what came. Values in `unit`."""

    what: str
    by: str
    said: str
    came: str
    note: str = ""


PUBLISHED = (
    Published("mine output of Mountain Pass, 2012", "its owner",
              "mine-output-plan.molycorp-mountain-pass.2012.inv-moly-2011",
              "us-mine-production.united-states.2012.usgs-ds140-2023"),
    Published("capacity of Mountain Pass by 2013, output of 2014", "its owner",
              "project-capacity.molycorp-mountain-pass-phoenix-phase-2-plan.2013.moly-10k-2011",
              "us-mine-production.united-states.2014.usgs-ds140-2023",
              "a capacity against an output"),
    Published("ceiling of China's mine output, 2020", "the thirteenth five-year plan",
              "mining-ceiling-planned.china.2020.plan1620-2016",
              "mining-quota-total.china.2020.miit-2020-no103-quota", "plan against quota"),
    Published("electric cars in the world, 2020", "governments, by a study of 2017",
              "ev-sales-target.world.2020.pavel-2017", CARS, "a target"),
)  # fmt: skip


def published(evidence: Evidence) -> pd.DataFrame:
    """Forecasts in print beside what came: what, by, said, came, ratio, note, id."""
    records = []
    for one in PUBLISHED:
        said = float(str(evidence.rows.at[one.said, "value"]))
        year = int(str(evidence.rows.at[one.said, "year"]))
        if one.came == CARS:
            known = happened(evidence, CARS)
            came, ids = float(known.values[year]), known.rows[year]
        else:
            came, ids = float(str(evidence.rows.at[one.came, "value"])), one.came
        records.append({
            "what": one.what, "by": one.by, "said": said, "came": came,
            "ratio": came / said, "note": one.note, "id": f"{one.said} {ids}",
        })  # fmt: skip
    return pd.DataFrame(records)
