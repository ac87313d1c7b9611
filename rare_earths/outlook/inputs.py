"""What goes into the outlook: uncertain inputs with their range, and the past, all from evidence.

An uncertain input is a row of data/parameters.csv or rows of the evidence; both have a low end, a
most likely value and a high end. Percent become fractions here; all else keeps its unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from rare_earths.evidence import Evidence, EvidenceError

TRIANGLE, UNIFORM = "triangular", "uniform"


class OutlookError(ValueError):
    """The model cannot take an input; the message names the input and, where there is one, the
    year."""


@dataclass(frozen=True)
class Input:
    """One uncertain input: low end, most likely value and high end in `unit`, and how it is drawn.

    `rows` are ids of the evidence; `basis` is the source or the assumption in words.
    """

    name: str
    label: str
    group: str
    low: float
    value: float
    high: float
    unit: str
    drawn: str
    rows: tuple[str, ...]
    basis: str

    def __post_init__(self) -> None:
        if not self.rows and not self.basis:
            raise OutlookError(f"{self.name}: an input without a source.")
        if not self.low <= self.value <= self.high:
            raise OutlookError(
                f"{self.name}: the value {self.value} lies outside {self.low} to {self.high}."
            )

    def at(self, unit: np.ndarray) -> np.ndarray:
        """Values at points between 0 and 1 of the cumulative distribution (its quantiles)."""
        width = self.high - self.low
        if self.drawn == UNIFORM or width == 0:
            return self.low + unit * width
        mode = (self.value - self.low) / width
        rising = np.sqrt(unit * mode)
        falling = 1 - np.sqrt((1 - unit) * (1 - mode))
        return self.low + width * np.where(unit < mode, rising, falling)


DEMAND, THRIFT, RECYCLING, CHINA, RIVALS = (
    "demand", "thrift and substitution", "recycling and lives", "mines of China", "rivals",
)  # fmt: skip

# Name, what it is in words, and group. The name is the parameter's without `outlook_`.
_OWN = (
    ("scenario_weight", "electric cars: stated policies to pledges", DEMAND),
    ("ev_sales_error", "electric cars: over the scenario", DEMAND),
    ("car_market_2050", "cars sold in 2050", DEMAND),
    ("ev_share_2050", "electric part of them in 2050", DEMAND),
    ("ev_china_2050", "China's part of them in 2050", DEMAND),
    ("pm_share_2050", "motors with magnets in 2050", THRIFT),
    ("ndpr_in_magnet", "Nd and Pr in a magnet", DEMAND),
    ("dytb_ev", "Dy and Tb in a car's magnet", DEMAND),
    ("dytb_other", "Dy and Tb in other magnets", DEMAND),
    ("wind_pm_share", "wind power with magnets", DEMAND),
    ("wind_2030", "wind power built in 2030", DEMAND),
    ("wind_2050", "wind power built in 2050", DEMAND),
    ("wind_china", "China's part of wind power", DEMAND),
    ("thrift_ndpr", "less magnet a motor by 2050", THRIFT),
    ("thrift_dytb", "less Dy and Tb a magnet by 2050", THRIFT),
    ("other_growth", "growth of other magnets", DEMAND),
    ("other_china", "China's part of other magnets", DEMAND),
    ("other_uses", "uses that are no magnets", DEMAND),
    ("scrap_recovered", "cutting scrap recovered", RECYCLING),
    ("eol_2050", "old magnets recovered in 2050", RECYCLING),
    ("life_ev", "life of a car", RECYCLING),
    ("life_wind", "life of a wind turbine", RECYCLING),
    ("life_other", "life of other goods", RECYCLING),
    ("quota_growth", "growth of the light quota", CHINA),
    ("quota_ionic_growth", "growth of the clay quota", CHINA),
    ("dytb_light", "Dy and Tb in light ores", CHINA),
    ("ndpr_ionic", "Nd and Pr in clays", CHINA),
    ("dytb_ionic", "Dy and Tb in clays", CHINA),
    ("recovery_light", "recovery of light ores today", CHINA),
    ("recovery_ionic", "recovery of clays today", CHINA),
    ("recovery_gain", "gain of recovery by 2050", CHINA),
    ("separation_yield", "yield of separation", CHINA),
    ("myanmar_2050", "Myanmar's output in 2050", RIVALS),
    ("dytb_rivals", "Dy and Tb in rivals' ores", RIVALS),
    ("project_realised", "planned mines that come", RIVALS),
    ("project_slip", "years that projects slip", RIVALS),
    ("rivals_growth", "rivals' growth after 2035", RIVALS),
    ("refinery_realised", "planned refineries that come", RIVALS),
    ("magnet_realised", "announced magnet plants that come", RIVALS),
    ("magnet_growth", "rivals' magnets after 2035", RIVALS),
)
# Parameters that other chapters use too, under their own names.
_SHARED = (
    ("magnet_mass", "magnet in a car", DEMAND, "magnet_mass_vehicle"),
    ("ndpr_light", "Nd and Pr in light ores", CHINA, "ndpr_share_china_output"),
)
_UNIFORM = {"scenario_weight"}
_DD = "direct-drive-wind-turbine.2020.premise-metals-db"
_MEAN = "direct-drive-permanent-magnet-wind-turbine-mean-of-studies.2020.schlichenmaier-si2-2022"
# Inputs that are rows: their ranges add up, because each row gives one of two elements.
_ROWS = (
    ("wind_ndpr", "Nd and Pr in a megawatt", DEMAND,
     (f"intensity-wind-dd-nd-median.{_DD}", f"intensity-wind-dd-pr-mean.{_MEAN}")),
    ("wind_dytb", "Dy and Tb in a megawatt", DEMAND,
     (f"intensity-wind-dd-dy-median.{_DD}", f"intensity-wind-dd-tb-mean.{_MEAN}")),
    ("scrap", "magnet cut away", RECYCLING,
     ("magnet-scrap-rate.china-ndfeb-magnet-plants.open-2025.argus-2025-recycled",)),
)  # fmt: skip
# The share of motors with magnets today: one row is the value, two others the ends.
_PM = "pm-motor-share."
_PM_ROWS = (
    f"{_PM}ev-traction-motors-world.2015-2023.idtechex-2024",
    f"{_PM}ev-traction-motors-world.2019.idtechex-2020",
    f"{_PM}electric-vehicles-using-rare-earth-pm-motors-world.2024.reia-2024",
)

# Inputs that are not varied, by the name the model knows.
FIXED = {
    "life_shape": "outlook_life_shape",
    "eol_today": "outlook_eol_today",
    "recovery_limit": "outlook_recovery_limit",
    "oxide_per_metal": "ndpr_oxide_per_metal",
}

# Shares of one whole: each set may not exceed it.
_WHOLES = (
    ("ndpr_in_magnet", "dytb_ev"),
    ("ndpr_in_magnet", "dytb_other"),
    ("ndpr_light", "dytb_light"),
    ("ndpr_ionic", "dytb_ionic"),
)
_POSITIVE = ("life_ev", "life_wind", "life_other", "recovery_light", "recovery_ionic")
_FRACTIONS = {
    "ev_share_2050", "ev_china_2050", "pm_share", "pm_share_2050", "wind_pm_share", "wind_china",
    "thrift_ndpr", "thrift_dytb", "other_china", "scrap", "scrap_recovered", "eol_2050",
    "recovery_gain", "separation_yield", "dytb_rivals", "recovery_light", "recovery_ionic",
}  # fmt: skip


@cache
def inputs(evidence: Evidence) -> tuple[Input, ...]:
    """All uncertain inputs, in the order in which they are drawn."""
    own = [
        _given(evidence, name, label, group, f"outlook_{name}") for name, label, group in _OWN
    ] + [_given(evidence, *row) for row in _SHARED]
    read = [_read(evidence, *row) for row in _ROWS]
    low, value, high = (float(str(evidence.rows.at[row, "value"])) / 100 for row in _PM_ROWS)
    motors = Input(
        "pm_share", "motors with magnets today", DEMAND, low, value, high, "ratio", TRIANGLE,
        _PM_ROWS, "rows of the evidence",
    )  # fmt: skip
    return (*own, *read, motors)


def _given(evidence: Evidence, name: str, label: str, group: str, parameter: str) -> Input:
    row = evidence.parameter(parameter)
    unit, scale = _plain(row.unit)
    basis = row.note if not row.source else f"{row.source}, {row.locator}: {row.note}"
    return Input(
        name, label, group, row.low * scale, row.value * scale, row.high * scale, unit,
        UNIFORM if name in _UNIFORM else TRIANGLE, (), basis,
    )  # fmt: skip


def _read(evidence: Evidence, name: str, label: str, group: str, ids: tuple[str, ...]) -> Input:
    rows = evidence.rows.loc[list(ids)]
    unit, scale = _plain(str(rows["unit"].iloc[0]))
    low, value, high = (float(rows[c].sum()) * scale for c in ("low", "value", "high"))
    return Input(name, label, group, low, value, high, unit, TRIANGLE, ids, "rows of the evidence")


def _plain(unit: str) -> tuple[str, float]:
    """Percent become fractions; the rest stays."""
    return (unit.replace("%", "ratio"), 0.01) if unit.startswith("%") else (unit, 1.0)


def table(evidence: Evidence) -> pd.DataFrame:
    """Every uncertain input: name, label, group, low, value, high, unit, drawn, basis, id."""
    return pd.DataFrame(
        {
            "name": one.name, "label": one.label, "group": one.group, "low": one.low,
            "value": one.value, "high": one.high, "unit": one.unit, "drawn": one.drawn,
            "basis": one.basis, "id": " ".join(one.rows),
        }
        for one in inputs(evidence)
    )  # fmt: skip


def central(evidence: Evidence, **changes: float) -> dict[str, np.ndarray]:
    """One run in which every input has its most likely value, but for the changes."""
    values = {one.name: np.array([one.value]) for one in inputs(evidence)}
    unknown = sorted(set(changes) - set(values))
    if unknown:
        raise OutlookError(f"No input is named {unknown[0]!r}.")
    return values | {name: np.array([float(value)]) for name, value in changes.items()}


def fixed(evidence: Evidence) -> dict[str, float]:
    """Inputs that are not varied, percent as fractions."""
    out = {}
    for name, parameter in FIXED.items():
        row = evidence.parameter(parameter)
        out[name] = row.value * _plain(row.unit)[1]
    return out


def check(values: Mapping[str, np.ndarray]) -> None:
    """Raises OutlookError at the first input that the model cannot take, by name."""
    for name, value in values.items():
        if not np.all(np.isfinite(value)):
            raise OutlookError(f"{name}: not a number.")
    for name in _POSITIVE:
        if np.any(values[name] <= 0):
            raise OutlookError(f"{name}: must be above 0, got {float(np.min(values[name])):g}.")
    for name in _FRACTIONS & set(values):
        if np.any((values[name] < 0) | (values[name] > 1)):
            worst = values[name][np.argmax(np.abs(values[name] - 0.5))]
            raise OutlookError(f"{name}: a share between 0 and 1, got {float(worst):g}.")
    for parts in _WHOLES:
        whole = sum(values[name] for name in parts)
        if np.any(whole > 1):
            raise OutlookError(
                f"{' and '.join(parts)}: shares of one whole sum to {float(np.max(whole)):g}."
            )


# ---------------------------------------------------------------- the past


@dataclass(frozen=True)
class Past:
    """Yearly series from the first year of the model to the last one observed, with their rows.

    Cars in vehicles, wind in GW added, magnets in t of rough magnets, mines in t REO.
    """

    years: np.ndarray
    cars: dict[str, np.ndarray]
    car_market: float
    wind: dict[str, np.ndarray]
    rough: np.ndarray
    mined: dict[str, np.ndarray]
    rows: dict[str, tuple[str, ...]]


FIRST, LAST_SEEN = 1990, 2024
PLACES = ("World", "China")
# Rough rare earth magnets of the world, t. Between these years growth is taken as steady; 2024 is
# China's output over its share.
_ROUGH = (
    "ndfeb-output-sintered.world.1987.micromagnet-2002",
    "ndfeb-output-sintered.world.2000.micromagnet-2002",
    "ndfeb-output-sintered.world.2003.iask-ndfeb-industry-2017",
    "ndfeb-output-total.world.2006.iask-ndfeb-industry-2017",
    "ndfeb-output-sintered.world.2010.chinaorg-ja-2013",
    "re-magnet-output-total.world.2015.ccmagnetics-2022",
    "re-magnet-output-total.world.2020.ccmagnetics-2022",
)
_ROUGH_CHINA = "re-magnet-output-total.china.2024.smm-2024-forum"
MAGNET_SHARE = "china-share-sintered-magnet-production.china.2024.iea-ree-2026"
_CLAYS = ("2009", "2010", "2011", "2013", "2014", "2018", "2020", "2021", "2024")
_WIND_NOW = {
    "World": "wind-installations-annual.world.2024.gwec-2025-windinsider",
    "China": "wind-installations-annual.china.2024.xinhua-2026-wind",
}


@cache
def past(evidence: Evidence) -> Past:
    """The past as the model needs it; what lies between two printed years is interpolated."""
    years = np.arange(FIRST, LAST_SEEN + 1)
    cars, car_rows = _cars(evidence, years)
    wind, wind_rows = _wind(evidence, years)
    rough, rough_rows = _rough(evidence, years)
    mined, mine_rows = _mined(evidence, years)
    share = evidence.select("ev_car_sales_share", "World", str(LAST_SEEN)).iloc[0]
    market = float(cars["World"][-1] / (share["value"] / 100))
    rows = {
        "cars": (*car_rows, str(share.name)), "wind": wind_rows, "rough": rough_rows,
        "mined": mine_rows,
    }  # fmt: skip
    return Past(years, cars, market, wind, rough, mined, rows)


def _cars(evidence: Evidence, years: np.ndarray) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    out, ids = {}, []
    for place in PLACES:
        rows = evidence.select(
            ["ev_car_sales_bev", "ev_car_sales_phev"], place, source="iea_gevo_2025"
        )
        total = rows.groupby("year")["value"].sum()
        out[place] = np.array([float(total.get(year, 0.0)) for year in years])
        ids += list(rows.index)
    return out, tuple(ids)


def _wind(evidence: Evidence, years: np.ndarray) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    out, ids = {}, []
    for place in PLACES:
        rows = evidence.select("wind_capacity_cumulative", place, source="irena_owid_2024")
        stock = rows.set_index("year")["value"].sort_index()
        added = stock.diff().clip(lower=0)
        newest = evidence.rows.loc[_WIND_NOW[place]]
        added[LAST_SEEN] = newest["value"]
        out[place] = np.array([float(added.get(year, 0.0)) for year in years])
        ids += [*rows.index, _WIND_NOW[place]]
    return {name: np.nan_to_num(series) for name, series in out.items()}, tuple(ids)


def _rough(evidence: Evidence, years: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    rows = evidence.rows.loc[list(_ROUGH)]
    share = float(str(evidence.rows.at[MAGNET_SHARE, "value"])) / 100
    now = float(str(evidence.rows.at[_ROUGH_CHINA, "value"])) / share
    at = [*rows["year"].astype(int), LAST_SEEN]
    values = [*rows["value"].astype(float), now]
    series = np.exp(np.interp(years, at, np.log(values)))
    return series, (*_ROUGH, _ROUGH_CHINA, MAGNET_SHARE)


def _mined(evidence: Evidence, years: np.ndarray) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Light ores and clays of China, Myanmar, the rest; to 2023 by the British survey."""
    rows = evidence.select("mine_production", unit="t REO", source="bgs_wms_2026")
    newest = evidence.select("mine_production", period=str(LAST_SEEN), source="usgs_mcs_2026_data")
    newest = newest[~newest["entity"].isin(["World"])]
    ids = [*rows.index, *newest.index]
    both = pd.concat([rows[rows["year"] < LAST_SEEN], newest])
    wide = both.pivot_table(index="year", columns="entity", values="value", aggfunc="sum")
    wide = wide.reindex(years).fillna(0.0)
    clay, clay_rows = _clay_share(evidence, years)
    china = wide["China"].to_numpy(float)
    myanmar = wide["Myanmar"].to_numpy(float)
    rest = wide.drop(columns=["China", "Myanmar"]).sum(axis=1).to_numpy(float)
    mined = {
        "light": china * (1 - clay), "ionic": china * clay, "Myanmar": myanmar, "rivals": rest,
    }  # fmt: skip
    return mined, (*ids, *clay_rows)


def _clay_share(evidence: Evidence, years: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Clays in China's mining quota, a fraction; steady before the first quota that says so."""
    shares, ids = [], []
    for period in _CLAYS:
        clays = evidence.pick("mining_quota_ionic", "China", period, unit="t REO")
        whole = evidence.pick("mining_quota_total", "China", period, unit="t REO")
        shares.append(clays.value / whole.value)
        ids += [clays.id, whole.id]
    return np.interp(years, [int(period) for period in _CLAYS], shares), tuple(ids)


# ---------------------------------------------------------------- what others say will come


def series(
    evidence: Evidence, name: str, entity: str, source: str
) -> tuple[dict[int, float], tuple[str, ...]]:
    """A projection by year, in the unit it is printed in, with its rows."""
    rows = evidence.select(name, entity, source=source)
    if rows.empty:
        raise OutlookError(f"{name}: no row for {entity} from {source}.")
    return {int(year): float(value) for year, value in zip(
        rows["year"], rows["value"], strict=True
    )}, tuple(rows.index)  # fmt: skip


def needed(evidence: Evidence, parameter: str) -> float:
    """A parameter that must exist; percent as a fraction."""
    try:
        row = evidence.parameter(parameter)
    except EvidenceError as missing:
        raise OutlookError(f"{parameter}: {missing}") from missing
    return row.value * _plain(row.unit)[1]
