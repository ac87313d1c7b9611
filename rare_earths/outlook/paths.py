"""How inputs unfold in time: scenarios of electric cars, what rivals plan, quotas, thrift.

A scenario gives the sales of electric cars in 2030 and 2035 as printed by the International Energy
Agency; 2050 is the car market times the electric part of it. Between nodes lines are straight.
Quotas are inputs here, never results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from rare_earths.evidence import Evidence
from rare_earths.outlook import inputs as given
from rare_earths.outlook.inputs import FIRST, LAST_SEEN, OutlookError, Past

LAST = 2050
YEARS = np.arange(FIRST, LAST + 1)
NOW = LAST_SEEN - FIRST  # place of the last year seen
AHEAD = slice(NOW + 1, None)

STEPS, APS, NZE = "stated policies", "announced pledges", "net zero"
SCENARIOS = {STEPS: 0.0, APS: 1.0, NZE: 2.0}
NODES = (2030, 2035)
BEND = 2035  # growth halves from here on
# Magnet plants announced outside China, with the year of the last of them taken as 2030.
_PLANTS = (
    "project-capacity.mp-materials-us-magnet-capacity-total-10x-independence.2028.mp-press-jul-2025",
    "project-capacity.vulcan-elements-magnet-plant.2025.smm-nov-2025",
    "project-capacity.noveonkangwon-energy-magnet-plant-korea.2025.smm-nov-2025",
    "project-capacity.india-repm-scheme-up-to-five-firms.2025.caalley-india-2025",
    "project-capacity.narva-magnet-plant-phase-2.2025.northernminer-neo-2023",
)
PLANTS_BY = 2030
_IEA = "iea_2025_critical_minerals_dataset"
_RIVAL_MINES = ("Australia", "United States", "Rest of world")
_RIVAL_REFINERS = ("Malaysia", "Australia", "United States", "Rest of world")


@dataclass(frozen=True)
class Setting:
    """All that is the same in every run: the past, the nodes of scenarios and plans, constants.

    `cars` holds (scenario, node) in vehicles by place; `mines`, `refineries` and `plants` pairs of
    years and tonnes of magnet elements (plants: finished magnets); `rows` the evidence behind.
    """

    past: Past
    cars: dict[str, np.ndarray]
    mines: tuple[np.ndarray, np.ndarray]
    myanmar: tuple[np.ndarray, np.ndarray]
    refineries: tuple[np.ndarray, np.ndarray]
    plants: float
    magnet_share: float
    constants: dict[str, float]
    rows: dict[str, tuple[str, ...]]


@cache
def setting(evidence: Evidence) -> Setting:
    """The setting by the evidence."""
    past = given.past(evidence)
    cars, car_rows = _scenarios(evidence)
    mines, mine_rows = _plan(evidence, "magnet_ree_mining_iea_base", _RIVAL_MINES)
    myanmar, myanmar_rows = _plan(evidence, "magnet_ree_mining_iea_base", ("Myanmar",))
    refine, refine_rows = _plan(evidence, "magnet_ree_refining_iea_base", _RIVAL_REFINERS)
    plants = float(evidence.rows.loc[list(_PLANTS), "value"].astype(float).sum())
    share = float(str(evidence.rows.at[given.MAGNET_SHARE, "value"])) / 100
    rows = past.rows | {
        "scenarios": car_rows, "mines planned": (*mine_rows, *myanmar_rows),
        "refineries planned": refine_rows, "plants announced": _PLANTS,
    }  # fmt: skip
    return Setting(past, cars, mines, myanmar, refine, plants, share, given.fixed(evidence), rows)


def _scenarios(evidence: Evidence) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Cars sold by scenario and node. Net zero is known as one total of 2030 alone: the world's
    pledges are raised by its ratio to the pledges in the same table, China's part stays."""
    ids: list[str] = []
    cars = {}
    for place in given.PLACES:
        values = np.empty((len(SCENARIOS), len(NODES)))
        for row, code in enumerate(("steps", "aps")):
            for column, year in enumerate(NODES):
                values[row, column], used = _sales(evidence, code, place, year)
                ids += used
        cars[place] = values
    zero, pledged = (
        evidence.pick(f"ev_sales_{code}", "World", "2030", unit="vehicles")
        for code in ("nze", "aps")
    )
    cars["World"][2] = cars["World"][1] * zero.value / pledged.value
    cars["China"][2] = cars["China"][1]
    return cars, (*ids, zero.id, pledged.id)


def _sales(evidence: Evidence, code: str, place: str, year: int) -> tuple[float, list[str]]:
    """Battery cars and plug-in hybrids of a scenario, by the newest edition that has the year."""
    total, ids = 0.0, []
    for kind in ("bev", "phev"):
        rows = evidence.select(f"ev_car_sales_{kind}_{code}", place, str(year))
        if rows.empty:
            raise OutlookError(f"ev_car_sales_{kind}_{code}: the scenario has no year {year}.")
        newest = rows[rows["edition"] == rows["edition"].max()].iloc[0]
        total += float(newest["value"])
        ids.append(str(newest.name))
    return total, ids


def _plan(
    evidence: Evidence, series: str, places: Sequence[str]
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[str, ...]]:
    """A plan summed over places: years and tonnes of the four magnet elements."""
    rows = evidence.select(series, list(places), source=_IEA)
    total = rows.groupby("year")["value"].sum().sort_index() * 1000  # kt to t
    return (total.index.to_numpy(float), total.to_numpy(float)), tuple(rows.index)


def place_of(year: int) -> int:
    """Place of a year on the axis; a year outside the model raises."""
    if not FIRST <= year <= LAST:
        raise OutlookError(f"year {year}: the model runs from {FIRST} to {LAST}.")
    return int(year) - FIRST


def through(years: Sequence[float], values: Sequence[np.ndarray | float]) -> np.ndarray:
    """Straight lines through nodes, flat outside: (years of the model, runs)."""
    runs = max(np.size(value) for value in values)
    nodes = np.stack([np.broadcast_to(np.asarray(value, float), runs) for value in values])
    weights = np.stack([np.interp(YEARS, years, row) for row in np.eye(len(years))], axis=1)
    path = (
        weights[:, :1] * nodes[0]
    )  # term by term: the same to the last bit for any number of runs
    for column in range(1, len(nodes)):
        path += weights[:, column, None] * nodes[column]
    return path


def growing(rate: np.ndarray, since: int = LAST_SEEN) -> np.ndarray:
    """Multiple of the level of `since`: grows by `rate` until the bend, by half of it after."""
    spans = np.clip(YEARS, since, max(BEND, since)) - since
    late = 0.5 * np.maximum(YEARS - max(BEND, since), 0)
    return np.exp((spans + late)[:, None] * np.log1p(rate))


def after_plans(rate: np.ndarray) -> np.ndarray:
    """Multiple of what plans give: one until they end, growing by `rate` after."""
    return np.exp(np.maximum(YEARS - BEND, 0)[:, None] * np.log1p(rate))


def fading_in() -> np.ndarray:
    """From 0 in the last year seen to 1 in the last of the model, (years, 1)."""
    return np.clip((YEARS - LAST_SEEN) / (LAST - LAST_SEEN), 0, 1)[:, None]


def cars(setting: Setting, values: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Electric cars sold in the world and in China: (years, runs), vehicles."""
    past, error = setting.past, values["ev_sales_error"]
    market = past.car_market * through((LAST_SEEN, LAST), (1.0, values["car_market_2050"]))
    seen = past.cars["World"][-1]
    nodes = [_mixed(setting.cars["World"][:, i], values["scenario_weight"]) for i in (0, 1)]
    end = market[-1] * values["ev_share_2050"]
    path = through((LAST_SEEN, *NODES, LAST), (seen, *(node * error for node in nodes), end))
    world = np.minimum(path, market)
    parts = [
        _mixed(setting.cars["China"][:, i], values["scenario_weight"]) / nodes[i] for i in (0, 1)
    ]
    now = past.cars["China"][-1] / seen
    china = world * through((LAST_SEEN, *NODES, LAST), (now, *parts, values["ev_china_2050"]))
    world[: NOW + 1] = past.cars["World"][:, None]
    china[: NOW + 1] = past.cars["China"][:, None]
    return world, china


def _mixed(by_scenario: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Between scenarios: 0 the first, 1 the second, 2 the third."""
    if np.any((weight < 0) | (weight > len(by_scenario) - 1)):
        raise OutlookError(f"scenario_weight: between 0 and 2, got {float(weight.max()):g}.")
    return np.interp(weight, np.arange(len(by_scenario)), by_scenario)


def wind(setting: Setting, values: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Wind power added in the world and in China: (years, runs), GW."""
    past = setting.past
    now = past.wind["World"][-1]
    world = through((LAST_SEEN, 2030, LAST), (now, values["wind_2030"], values["wind_2050"]))
    part = past.wind["China"][-1] / now
    china = world * through((LAST_SEEN, 2030), (part, values["wind_china"]))
    world[: NOW + 1] = past.wind["World"][:, None]
    china[: NOW + 1] = past.wind["China"][:, None]
    return world, china


def realised(plan: tuple[np.ndarray, np.ndarray], part: np.ndarray, slip: np.ndarray) -> np.ndarray:
    """What comes of a plan: its first level stays, of what it adds a part comes, late by `slip`."""
    years, tonnes = plan
    at = np.maximum(YEARS[:, None] - np.where(YEARS[:, None] > LAST_SEEN, slip, 0), years[0])
    planned = np.interp(at, years, tonnes)
    return tonnes[0] + part * (planned - tonnes[0])
