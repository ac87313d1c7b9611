"""The model: from cars, turbines and other goods to magnets, ore and back, in tonnes of element.

One call runs many futures at once. Arrays have the year first (1990 to 2050) and the run last;
Nd+Pr and Dy+Tb are metal content. Demand is what goods ask for: there is no price, and the gap is
what no planned mine, no recycling and no store would give. Nothing here reads the evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rare_earths.outlook import paths, stocks
from rare_earths.outlook.inputs import LAST_SEEN, check
from rare_earths.outlook.paths import AHEAD, NOW, YEARS, Setting

Values = Mapping[str, np.ndarray]
NDPR, DYTB = 0, 1
CHINA, REST = 0, 1
USES = ("cars", "wind", "other")
LIVES = {"cars": "life_ev", "wind": "life_wind", "other": "life_other"}
ORES = ("light", "ionic", "Myanmar", "rivals")


@dataclass(frozen=True)
class Flows:
    """All flows of one call, t of element a year; the first axis is the element.

    use: goods to users (use, element, place); discarded: what they throw away; mined, refined by
    ore or place; rough, scrap, recycled and other in the chain; `difference` is supply less need,
    whatever its sign; `inventory` and `gap` split it after the last year seen.
    """

    use: np.ndarray  # (use, year, element and place, run)
    discarded: np.ndarray  # the same
    finished: np.ndarray  # (element, year, run), as the rest
    rough: np.ndarray
    other: np.ndarray
    mined: dict[str, np.ndarray]
    refined: np.ndarray
    refined_abroad: np.ndarray
    scrap: np.ndarray
    scrap_back: np.ndarray
    old: np.ndarray
    old_back: np.ndarray
    difference: np.ndarray
    inventory: np.ndarray
    gap: np.ndarray
    output: dict[str, np.ndarray]  # t REO mined in China, by ore
    ore: dict[str, np.ndarray]  # t REO in the ore broken for it
    abroad: np.ndarray  # part of magnets made outside China
    recycled_abroad: np.ndarray


def run(values: Values, setting: Setting) -> Flows:
    """The flows of all runs; `values` hold one number a run for every input."""
    check(values)
    use = _use(values, setting)
    discarded = np.stack([
        stocks.outflow(flow, stocks.discards(_alive(values, setting, name)))
        for name, flow in zip(USES, use, strict=True)
    ])  # fmt: skip
    finished = _elements(use.sum(axis=0)).sum(axis=1)
    rough = finished / (1 - values["scrap"])
    scrap = rough - finished
    scrap_back = scrap * values["scrap_recovered"]
    old_by_place = _elements(discarded.sum(axis=0))
    back = paths.through(
        (LAST_SEEN, paths.LAST), (setting.constants["eol_today"], values["eol_2050"])
    )
    old = old_by_place.sum(axis=1)
    old_back = old * back
    other = (rough[:, NOW] * values["other_uses"])[:, None] * np.ones((1, len(YEARS), 1))
    other[:, :NOW] = rough[:, :NOW] * values["other_uses"]
    abroad = _magnets_abroad(values, setting, finished)
    output, ore = _chinese_mines(values, setting)
    mined = _mined(values, setting, output)
    refined = sum(mined.values()) * values["separation_yield"]
    refined_abroad = _refined_abroad(values, setting, mined["rivals"])
    difference = refined + scrap_back + old_back - rough - other
    inventory, gap = np.zeros_like(difference), np.zeros_like(difference)
    for element in (NDPR, DYTB):
        inventory[element, AHEAD], gap[element, AHEAD] = stocks.inventory(
            difference[element, AHEAD]
        )
    recycled_abroad = scrap_back * abroad + old_by_place[:, REST] * back
    return Flows(
        use, discarded, finished, rough, other, mined, refined, refined_abroad, scrap,
        scrap_back, old, old_back, difference, inventory, gap, output, ore, abroad,
        recycled_abroad,
    )  # fmt: skip


def _elements(flow: np.ndarray) -> np.ndarray:
    """(year, element and place, run) as (element, place, year, run)."""
    years, _, runs = flow.shape
    return flow.reshape(years, 2, 2, runs).transpose(1, 2, 0, 3)


def _alive(values: Values, setting: Setting, use: str) -> np.ndarray:
    return stocks.survival(values[LIVES[use]], setting.constants["life_shape"], len(YEARS))


# ---------------------------------------------------------------- demand


def _use(values: Values, setting: Setting) -> np.ndarray:
    """Elements in goods put to use: (use, year, element and place, run).

    The four flows of a use are Nd+Pr in China and in the rest, Dy+Tb in China and in the rest.
    """
    later = paths.fading_in()
    leaner = 1 - later * values["thrift_ndpr"]
    less_heavy = 1 - later * values["thrift_dytb"]
    share = values["ndpr_in_magnet"]

    world, china = paths.cars(setting, values)
    motors = paths.through((LAST_SEEN, paths.LAST), (values["pm_share"], values["pm_share_2050"]))
    each = motors * leaner * (values["magnet_mass"] / 1000)  # kg to t of magnet a car
    cars = _placed(world, china, each * share, each * values["dytb_ev"] * less_heavy)

    built, built_china = paths.wind(setting, values)
    each = leaner * values["wind_pm_share"]  # kg a MW are t a GW
    per_gw = each * values["wind_ndpr"]
    wind = _placed(built, built_china, per_gw, each * values["wind_dytb"] * less_heavy)

    others = _other_magnets(values, setting, cars, wind)
    other = _placed(
        others, others * values["other_china"], share, values["dytb_other"] * less_heavy
    )
    return np.stack([cars, wind, other])


def _placed(world: np.ndarray, china: np.ndarray, ndpr: np.ndarray, dytb: np.ndarray) -> np.ndarray:
    out = np.empty((len(YEARS), 4, np.broadcast(world, ndpr, dytb).shape[-1]))
    rest = world - china
    for place, (goods, content) in enumerate(
        ((china, ndpr), (rest, ndpr), (china, dytb), (rest, dytb))
    ):
        np.multiply(goods, content, out=out[:, place])
    return out


def _other_magnets(
    values: Values, setting: Setting, cars: np.ndarray, wind: np.ndarray
) -> np.ndarray:
    """Finished magnets in all other goods, t: what is left of the past, grown ahead."""
    seen = setting.past.rough[:, None] * (1 - values["scrap"])
    known = (cars[: NOW + 1, :2] + wind[: NOW + 1, :2]).sum(axis=1) / values["ndpr_in_magnet"]
    left = np.maximum(seen - known, 0.0)
    ahead = left[-1] * paths.growing(values["other_growth"])
    ahead[: NOW + 1] = left
    return ahead


# ---------------------------------------------------------------- mines, refineries, magnets


def _chinese_mines(
    values: Values, setting: Setting
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Output by ore, and the rare earths in the ore broken for it, t REO.

    The quota says how much ore may be broken at today's recovery; a better recovery adds output.
    """
    output, ore = {}, {}
    growth = {"light": "quota_growth", "ionic": "quota_ionic_growth"}
    limit = setting.constants["recovery_limit"]
    for name, rate in growth.items():
        today = values[f"recovery_{name}"]
        seen = setting.past.mined[name]
        quota = seen[-1] * paths.growing(values[rate])
        quota[: NOW + 1] = seen[:, None]
        reached = today + values["recovery_gain"] * np.maximum(limit - today, 0)
        recovery = paths.through((LAST_SEEN, paths.LAST), (today, reached))
        ore[name] = quota / today
        output[name] = ore[name] * recovery
    return output, ore


def _mined(
    values: Values, setting: Setting, output: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Elements mined by ore, (element, year, run)."""
    metal = 1 / setting.constants["oxide_per_metal"]
    clay = np.stack([values["ndpr_ionic"], values["dytb_ionic"]])[:, None] * metal
    light = np.stack([values["ndpr_light"], values["dytb_light"]])[:, None] * metal
    past = setting.past.mined
    rivals = _rival_mines(values, setting)
    heavy = values["dytb_rivals"]
    parts = np.stack([1 - heavy, heavy])[:, None]
    later = paths.through((LAST_SEEN, paths.LAST), (1.0, values["myanmar_2050"]))
    burma = np.interp(YEARS, *setting.myanmar)[:, None] * later
    burma_mix = clay / clay.sum(axis=0)
    mined = {
        "light": output["light"] * light, "ionic": output["ionic"] * clay,
        "Myanmar": burma * burma_mix, "rivals": rivals * parts,
    }  # fmt: skip
    mined["Myanmar"][:, :NOW] = past["Myanmar"][:NOW, None] * clay
    return mined


def _rival_mines(values: Values, setting: Setting) -> np.ndarray:
    """Magnet elements mined outside China and Myanmar; the past by the content of 2024."""
    path = paths.realised(setting.mines, values["project_realised"], values["project_slip"])
    path = path * paths.after_plans(values["rivals_growth"])
    seen = setting.past.mined["rivals"]
    path[:NOW] = (seen[:NOW] / seen[-1] * setting.mines[1][0])[:, None]
    return path


def _refined_abroad(values: Values, setting: Setting, mined: np.ndarray) -> np.ndarray:
    """Refined outside China: what its refineries can take of what rivals mine."""
    room = paths.realised(setting.refineries, values["refinery_realised"], values["project_slip"])
    room = room * paths.after_plans(values["rivals_growth"])
    offered = mined.sum(axis=0) * values["separation_yield"]
    seen = np.interp(YEARS[:NOW], (2011, LAST_SEEN), (0.0, setting.refineries[1][0]))
    room[:NOW] = seen[:, None]  # nothing before the plant in Malaysia, rising evenly since
    taken = np.minimum(room, offered)
    return mined * (taken / np.maximum(mined.sum(axis=0), 1e-12))


def _magnets_abroad(values: Values, setting: Setting, finished: np.ndarray) -> np.ndarray:
    """Part of all magnets that is made outside China; in the past as in the last year seen."""
    magnets = finished[NDPR] / values["ndpr_in_magnet"]
    base = magnets[NOW] * (1 - setting.magnet_share)
    ramp = (
        np.array([LAST_SEEN, paths.PLANTS_BY], float), np.array([0.0, setting.plants])
    )  # fmt: skip
    added = paths.realised(ramp, values["magnet_realised"], values["project_slip"])
    made = (base + added) * paths.after_plans(values["magnet_growth"])
    part = np.minimum(made / np.maximum(magnets, 1e-12), 1.0)
    part[:NOW] = 1 - setting.magnet_share
    return part


# ---------------------------------------------------------------- what is asked of the flows

SHARES = ("mining", "separation", "magnets")


def china_share(flows: Flows, step: str) -> np.ndarray:
    """China's share of a step, a fraction: (year, run). Both elements together.

    Myanmar's feed counts as mined in Myanmar and refined in China; recycled material counts in
    separation where it arises.
    """
    if step == "mining":
        whole = np.sum(list(flows.mined.values()), axis=(0, 1))
        return (flows.mined["light"] + flows.mined["ionic"]).sum(axis=0) / whole
    if step == "separation":
        whole = (flows.refined + flows.scrap_back + flows.old_back).sum(axis=0)
        return 1 - (flows.refined_abroad + flows.recycled_abroad).sum(axis=0) / whole
    if step == "magnets":
        return 1 - flows.abroad
    raise KeyError(step)


def need(flows: Flows) -> np.ndarray:
    """What makers ask for: rough magnets and other uses, (element, year, run)."""
    return flows.rough + flows.other


def recycled(flows: Flows) -> np.ndarray:
    """What comes back from scrap and old goods, (element, year, run)."""
    return flows.scrap_back + flows.old_back


def imbalance(flows: Flows, values: Values, setting: Setting) -> float:
    """The largest miss of any balance in any year, element and run, over what is needed then.

    Goods in use are counted a second way, by survivors, so that the balance of the stock is a
    test. Every tonne mined is lost in separation, in use, in the store, used up, lost as scrap or
    old goods, or in the difference.
    """
    stock = np.stack([
        stocks.standing(flow, _alive(values, setting, name))
        for name, flow in zip(USES, flows.use, strict=True)
    ])  # fmt: skip
    grown = np.diff(stock, axis=1, prepend=0.0)
    goods = np.abs(flows.use - flows.discarded - grown).max(axis=(0, 2))
    added = _elements(grown.sum(axis=0)).sum(axis=1)
    mined = sum(flows.mined.values())
    lost = (
        mined - flows.refined + flows.scrap - flows.scrap_back + flows.old - flows.old_back
        + flows.other
    )  # fmt: skip
    whole = np.abs(mined - lost - added - flows.difference).max(axis=0)
    store = np.diff(flows.inventory, axis=1, prepend=0.0) - flows.gap - flows.difference
    market = np.abs(store[:, AHEAD]).max(axis=0)
    scale = np.maximum(need(flows).sum(axis=0), 1.0)
    return float(max((goods / scale).max(), (whole / scale).max(), (market / scale[AHEAD]).max()))
