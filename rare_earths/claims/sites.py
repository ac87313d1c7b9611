"""Water and soil at named places, as a study gives them, in the species and unit of the limit.

A study mostly prints a range or a mean of one survey. A `Reading` keeps that: low and high where
a range is printed, a bound where the text says "more than". Ammonium as ion becomes nitrogen
(14/18), nitrate as ion becomes nitrogen (14/62), because the Chinese limits are set for nitrogen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from rare_earths import measures
from rare_earths.claims.engine import NotCoveredError
from rare_earths.claims.rows import Value, best
from rare_earths.evidence import Evidence

SURFACE, GROUNDWATER = "surface water", "groundwater"
CLASSES = ("I", "II", "III", "IV", "V")
# Each row: series, entity, short name, where it lies, what turns it into the limit's species.
MINE, BELOW, PLANT = "in the mining area", "below the mines", "at the plant"
Convert = Callable[[float], float]


def same(value: float) -> float:
    """The value itself: the row is in the species of the limit."""
    return value


def micrograms(value: float) -> float:
    """Micrograms as milligrams."""
    return value / 1000


@dataclass(frozen=True)
class Source:
    """Which rows of the evidence are readings of an analyte at a place."""

    analyte: str
    medium: str
    series: str
    entity: str
    name: str
    where: str
    convert: Convert = same


AMMONIA, NITRATE_N, SULFATE, LEAD = "ammonia nitrogen", "nitrate nitrogen", "sulfate", "lead"
LONGNAN = "Longnan, rare earth mining area, Jiangxi"
HEAP = "Eroded rare earth tailings heap, southern China, rainfall events"
LEGACY = "South China legacy ion-type rare earth mining area"
LARGEST = "Largest ion-adsorption rare earth mine area, southern China (surface and groundwater)"
LAIQIAO = "Laiqiao section, Ganxian (confluence of Longnan and Dingnan rivers)"
STATIONS = "Ganzhou, tail-water stations"
WELLS = "Rural Ganzhou, 15 drinking wells"
TAOJIANG, TAOJIANG_STATIONS = "Taojiang basin", "Taojiang basin, 10 sections"

SOURCES = (
    Source(AMMONIA, SURFACE, "surface_water_ammonium", LONGNAN, "Longnan, streams", MINE,
           measures.nitrogen_of_ammonium),
    Source(AMMONIA, SURFACE, "runoff_ammonium_dissolved", HEAP, "Old heap, runoff", MINE,
           measures.nitrogen_of_ammonium),
    Source(AMMONIA, SURFACE, "mine_drainage_ammonia_n", f"{STATIONS}, inflow",
           "Ganzhou, mine drainage untreated", MINE),
    Source(AMMONIA, SURFACE, "surface_water_ammonia_n", LAIQIAO, "Laiqiao, control station", BELOW),
    Source(NITRATE_N, SURFACE, "surface_water_nitrate", LONGNAN, "Longnan, streams", MINE,
           measures.nitrogen_of_nitrate),
    Source(NITRATE_N, SURFACE, "water_nitrate", LARGEST, "Largest mine area", MINE,
           measures.nitrogen_of_nitrate),
    Source(NITRATE_N, GROUNDWATER, "water_nitrate", LARGEST, "Largest mine area", MINE,
           measures.nitrogen_of_nitrate),
    Source(SULFATE, SURFACE, "surface_water_sulfate", LONGNAN, "Longnan, streams", MINE),
    Source(SULFATE, SURFACE, "runoff_sulfate_dissolved", HEAP, "Old heap, runoff", MINE),
    Source(LEAD, SURFACE, "surface_water_pb_max", LONGNAN, "Longnan, highest", MINE, micrograms),
)  # fmt: skip
# A highest value that a study prints as a multiple of the class III limit.
INDICES = (
    (AMMONIA, "groundwater_pollution_index_max_ammonia_n", LEGACY, "Legacy area, highest", MINE),
    (LEAD, "groundwater_pollution_index_max_pb", LEGACY, "Legacy area, highest", MINE),
)
PREDICTED = (AMMONIA, "groundwater_ammonium_predicted_max", WELLS, "Rural wells, model, highest")

LIMITS = {
    (AMMONIA, SURFACE): "standard_limit_surface_ammonia_n",
    (LEAD, SURFACE): "standard_limit_surface_lead",
    (AMMONIA, GROUNDWATER): "standard_limit_groundwater_ammonia_n",
    (NITRATE_N, GROUNDWATER): "standard_limit_groundwater_nitrate",
    (SULFATE, GROUNDWATER): "standard_limit_groundwater_sulfate",
    (LEAD, GROUNDWATER): "standard_limit_groundwater_lead",
}
# Surface water has one limit for these, for sources of drinking water, and no classes.
DRINKING = {
    NITRATE_N: "standard_limit_drinking_source_nitrate",
    SULFATE: "standard_limit_drinking_source_sulfate",
}
STANDARDS = {SURFACE: "GB 3838-2002", GROUNDWATER: "GB/T 14848-2017"}


@dataclass(frozen=True)
class Reading:
    """One survey of one analyte at one place, in mg/L of the limit's species.

    `lineage` says whose measurement it is, `samples` how many there were ("" where not printed),
    `kind` whether it is measured, a class of the middle sample, a highest value, one range for
    both waters, or modelled.
    """

    name: str
    where: str
    year: str
    low: float
    high: float
    bound: str
    lineage: str
    rows: tuple[str, ...]
    samples: str = ""
    kind: str = "measured"

    def typical(self, option: str = "middle of the range") -> float:
        """The value taken as typical: `middle of the range` (geometric) or `lowest value`."""
        if option == "lowest value":
            return self.low
        return measures.middle(self.low, self.high)


def samples_of(row: pd.Series) -> str:
    """The number of samples as the row's note or place says it, or nothing."""
    text = f"{row['note']} {row['entity']}"
    found = re.search(r"n=(\d+)|(\d+) drinking wells|(\d+) sections", text)
    return next(filter(None, found.groups()), "") if found else ""


def _reading(row: pd.Series, name: str, where: str, convert: Convert, kind: str) -> Reading:
    low = row["low"] if pd.notna(row["low"]) else row["value"]
    high = row["high"] if pd.notna(row["high"]) else row["value"]
    return Reading(
        name, where, str(row["period"]), convert(float(low)), convert(float(high)),
        str(row["bound"]), str(row["lineage"]), (str(row.name),), samples_of(row), kind,
    )  # fmt: skip


def kind_of(source: Source) -> str:
    """Measured, a highest value, or a range that ground and surface water share, which has no
    middle of its own."""
    if source.series.endswith("_max"):
        return "highest"
    return "both waters" if source.entity == LARGEST else "measured"


@cache
def readings(evidence: Evidence, analyte: str, medium: str) -> tuple[Reading, ...]:
    """All readings of an analyte in a medium; highest values and model results are marked."""
    found = [
        _reading(row, source.name, source.where, source.convert, kind_of(source))
        for source in SOURCES
        if (source.analyte, source.medium) == (analyte, medium)
        for _, row in evidence.select(source.series, source.entity).iterrows()
    ]  # fmt: skip
    if medium == GROUNDWATER:
        found += _indices(evidence, analyte)
        if analyte == PREDICTED[0]:
            found += [
                _reading(row, PREDICTED[3], BELOW, measures.nitrogen_of_ammonium, "modelled")
                for _, row in evidence.select(*PREDICTED[1:3]).iterrows()
            ]
    elif analyte == AMMONIA:
        found += _classed(evidence)
    return tuple(found)


def _indices(evidence: Evidence, analyte: str) -> list[Reading]:
    third = limit(evidence, analyte, GROUNDWATER, "III")
    return [
        _reading(row, name, where, lambda times: times * third.value, "highest")
        for what, series, entity, name, where in INDICES
        if what == analyte
        for _, row in evidence.select(series, entity).iterrows()
    ]


def _classed(evidence: Evidence) -> list[Reading]:
    """Surveys that print shares of classes: the class of the middle sample, between its limits."""
    survey = {
        name: best(evidence.select(f"share_samples_ammonia_n_{name}", TAOJIANG), name)
        for name in ("class3_4", "class4_5", "worse_than_class5")
    }
    stations = {
        name: best(evidence.select(f"share_monitoring_{name}", TAOJIANG_STATIONS), name)
        for name in ("class2", "class3")
    }
    brackets = {"class3_4": ("III", "IV"), "class4_5": ("IV", "V"), "worse_than_class5": ("V", "V"),
                "class2": ("I", "II"), "class3": ("II", "III")}  # fmt: skip
    made = []
    for shares, name, where in (
        (survey, "Taojiang, survey", MINE),  # tributaries of the mining basin
        (stations, "Taojiang, control stations", BELOW),
    ):
        low, high = brackets[middle_class({key: one.value for key, one in shares.items()})]
        row: Any = evidence.rows.loc[next(iter(shares.values())).rows[0]]
        made.append(
            Reading(
                name, where, str(row["period"]),
                limit(evidence, AMMONIA, SURFACE, low).value,
                limit(evidence, AMMONIA, SURFACE, high).value,
                "about", str(row["lineage"]),
                tuple(row for one in shares.values() for row in one.rows), samples_of(row), "class",
            )
        )  # fmt: skip
    return made


def middle_class(shares: dict[str, float]) -> str:
    """The class of the middle sample, from shares in percent in order from clean to dirty."""
    running = 0.0
    for name, share in shares.items():
        running += share
        if running >= 50:
            return name
    raise NotCoveredError("the printed classes hold less than half of the samples")


@cache
def limit(evidence: Evidence, analyte: str, medium: str, level: str) -> Value:
    """The upper limit of a class (I to V) in mg/L of the limit's species.

    Surface water has no classes for nitrate and sulfate; the limit for sources of drinking water
    stands for all. Groundwater has no upper limit for class V.
    """
    if medium == SURFACE and analyte in DRINKING:
        return best(evidence.select(DRINKING[analyte]), f"{analyte}, drinking water sources")
    if (analyte, medium) not in LIMITS or (medium == GROUNDWATER and level == "V"):
        raise NotCoveredError(f"{STANDARDS[medium]} has no limit of class {level} for {analyte}")
    rows = evidence.select(LIMITS[analyte, medium], f"{STANDARDS[medium]} class {level}")
    return best(rows, f"{STANDARDS[medium]}, class {level}, {analyte}")


@cache
def discharge_limit(evidence: Evidence, sensitive: bool = False) -> Value:
    """Ammonia nitrogen that rare earth plants may discharge under GB 26451-2011, mg/L."""
    kind = "specially sensitive areas" if sensitive else "general"
    rows = evidence.select(
        "standard_limit_wastewater_ammonia_n", f"GB 26451-2011 as adopted, {kind}"
    )
    return best(rows, f"GB 26451-2011, {kind}")


@cache
def effluents(evidence: Evidence, after: bool) -> tuple[Reading, ...]:
    """Ammonia nitrogen in effluent, mg/L: about 2011 to 2014, or after treatment in 2020."""
    if after:
        rows = evidence.select("mine_drainage_ammonia_n", f"{STATIONS}, outflow")
        return tuple(
            _reading(row, "Ganzhou, mine drainage treated", MINE, same, "measured")
            for _, row in rows.iterrows()
        )
    national = evidence.select("wastewater_ammonia_n_before_standard")
    made = [
        _reading(row, "China, plants", PLANT, same, "measured") for _, row in national.iterrows()
    ]
    nitrogen = best(evidence.select("rare_earth_wastewater_ammonia_n", "Baotou"), "nitrogen")
    water = best(evidence.select("rare_earth_wastewater", "Baotou"), "Baotou, wastewater")
    row = evidence.rows.loc[nitrogen.rows[0]]
    strength = 1e6 * nitrogen.value / water.value  # t of nitrogen per t of water, as mg/L
    made.append(
        Reading("Baotou, plants", PLANT, str(row["period"]), strength, strength, "about",
                str(row["lineage"]), nitrogen.rows + water.rows)
    )  # fmt: skip
    return tuple(made)
