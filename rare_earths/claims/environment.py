"""Chapter 2: what the burden is, where it lies, and what the monitoring says (C04, C05).

Frozen before the combinations were run; see the history of this file. The leads in the evidence
were known to the authors beforehand (methods page).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from statistics import median

import pandas as pd

from rare_earths import measures
from rare_earths.claims import sites
from rare_earths.claims.engine import (
    Choice,
    Claim,
    Combination,
    Finding,
    NotCoveredError,
    Outcome,
    Part,
)
from rare_earths.claims.rows import GRADES, Value, best, of_dimension
from rare_earths.evidence import Evidence
from rare_earths.words import count_word, number, percent, times

EVERY_ORIGIN, JOURNALS = "all origins", "journals and officials"


def kept(evidence: Evidence, rows: Iterable[str], origins: str) -> bool:
    """Whether what these rows say stays: with `journals and officials`, what no row
    better than grade C says goes. A second-hand copy beside a first-hand row changes nothing."""
    return origins == EVERY_ORIGIN or any(
        GRADES.index(str(evidence.rows.at[row, "grade"])) < GRADES.index("C") for row in rows
    )


def one_each(rows: pd.DataFrame, *by: str) -> pd.DataFrame:
    """The best row of each group, so that copies of a figure do not weigh."""
    picked = [best(own, "a copy").rows[0] for _, own in rows.groupby(list(by), sort=False)]
    return rows.loc[picked]


# ------------------------------------------------------------ C04: severe, above all in the south?

STREAMS, RIVERS = "water at the mine", "rivers below the mines"
EFFLUENT, TREATED = "effluent, 2011 to 2014", "mine drainage treated, 2020"
COST = "external cost, Bayan Obo"
WHERE = (STREAMS, RIVERS, EFFLUENT, TREATED, COST)
MIDDLE, LOWEST = "middle of the range", "lowest value"

LAND_PER_TONNE, LAND = "damaged land per tonne of yearly quota", "damaged land"
AMMONIA_PER_TONNE = "ammonia per tonne, mine against plant"
SMELTING_PER_TONNE, SMELTING = "smelting cost per tonne", "smelting cost"
SOIL = "rare earths in soil"
COMPARED = (LAND_PER_TONNE, LAND, AMMONIA_PER_TONNE, SMELTING_PER_TONNE, SMELTING, SOIL)
THORIUM, MORE_THORIUM = "soil with added thorium", "the same, slight pollution left out"
FARMLAND, POND = "polluted farmland", "the tailings pond alone"
NORTH_LAND = (THORIUM, MORE_THORIUM, FARMLAND, POND)
LEFT_OUT = {
    THORIUM: ("no thorium pollution",),
    MORE_THORIUM: ("no thorium pollution", "slight pollution"),
}


@cache
def water_readings(evidence: Evidence, where: str) -> tuple[sites.Reading, ...]:
    """Measured ammonia nitrogen in one kind of water; highest values and models stay out."""
    if where in (EFFLUENT, TREATED):
        return sites.effluents(evidence, after=where == TREATED)
    place = sites.MINE if where == STREAMS else sites.BELOW
    return tuple(
        reading
        for reading in sites.readings(evidence, sites.AMMONIA, sites.SURFACE)
        if reading.where == place and reading.kind in ("measured", "class")
    )


def middle_of(values: Iterable[float]) -> float:
    """The middle value; between the two in the middle of an even number their geometric mean."""
    ranked = sorted(values)
    half = len(ranked) // 2
    return ranked[half] if len(ranked) % 2 else measures.middle(ranked[half - 1], ranked[half])


def typical_by_origin(readings: Iterable[sites.Reading], option: str) -> list[float]:
    """One typical value an origin (lineage): the median of its readings."""
    own: dict[str, list[float]] = {}
    for reading in readings:
        own.setdefault(reading.lineage, []).append(reading.typical(option))
    return [middle_of(values) for values in own.values()]


def limits_for(evidence: Evidence, where: str) -> tuple[Value, Value]:
    """The limit beyond which pollution is severe, and the stricter one below it, mg/L.

    River water: class V and class III of GB 3838; worse than class V is what China's surface water
    reports call severely polluted. Effluent: the general limit of GB 26451 and the one for
    sensitive areas.
    """
    if where in (EFFLUENT, TREATED):
        return sites.discharge_limit(evidence), sites.discharge_limit(evidence, sensitive=True)
    levels = ("V", "III")
    severe, strict = (sites.limit(evidence, sites.AMMONIA, sites.SURFACE, at) for at in levels)
    return severe, strict


@cache
def basket_price(evidence: Evidence) -> Value:
    """Price of the oxides of Bayan Obo at the end of 2013, CNY/t REO: free-on-board prices.

    Neodymium and praseodymium at the price of neodymium oxide; the rest, nearly all lanthanum and
    cerium, at the mean of those two.
    """
    names = ("Neodymium oxide", "Lanthanum oxide", "Cerium oxide")
    rows = [best(evidence.select("price_yearend", name, "2013"), name) for name in names]
    neodymium, lanthanum, cerium = (row.value for row in rows)
    share = evidence.parameter("ndpr_share_bayan_obo").value / 100
    per_kilogram = share * neodymium + (1 - share) * (lanthanum + cerium) / 2
    in_yuan = per_kilogram * 1000 * evidence.parameter("cny_per_usd_2013").value
    return Value(in_yuan, tuple(row.rows[0] for row in rows))


@cache
def external_cost(evidence: Evidence) -> Value:
    """External cost of a tonne of oxides at Bayan Obo in 2013, CNY/t REO (modelled)."""
    return best(evidence.select("external_cost_per_t_reo", "Bayan Obo, total"), "Bayan Obo")


def graded(value: float, severe: float, less: float) -> Finding:
    """Severe holds from `severe` on, in part from `less` on."""
    if value >= severe:
        return Finding.HOLDS
    return Finding.PARTLY if value >= less else Finding.FAILS


def c04_severe(evidence: Evidence, combination: Combination) -> Outcome:
    """a: it pollutes severely, in the typical case.

    Water: ammonia nitrogen, the agent that is poured in, one typical value an origin, the median
    of the origins (geometric between two), over the limit beyond which pollution counts as severe.
    Cost: external cost over the price of the oxides, against the share that counts as severe.
    """
    if combination["where"] == COST:
        return _severe_cost(evidence)
    readings = [
        reading
        for reading in water_readings(evidence, combination["where"])
        if kept(evidence, reading.rows, combination["origins"])
    ]
    if not readings:
        raise NotCoveredError(f"no reading of {combination['where']} of this grade")
    severe, strict = limits_for(evidence, combination["where"])
    values = typical_by_origin(readings, combination["typical"])
    typical = middle_of(values)
    ratio = measures.exceedance(typical, severe.value)
    least = evidence.parameter("burden_severe_ratio").value
    return Outcome(
        graded(ratio, least, least * strict.value / severe.value),
        ratio,
        tuple(row for reading in readings for row in reading.rows) + severe.rows + strict.rows,
        f"In {combination['where']} the typical ammonia nitrogen is {number(typical, 1)} mg/L, "
        f"{times(ratio)} the {number(severe.value)} mg/L beyond which pollution is severe.",
        _why_imprecise(evidence, [value / severe.value / least for value in values], ratio / least),
        measured=(tuple(row for reading in readings for row in reading.rows),),
    )


def _why_imprecise(evidence: Evidence, origins: list[float], typical: float) -> str:
    """Few origins, or a typical value near the limit; all as multiples of the limit."""
    if len(origins) < evidence.parameter("groundwater_studies_needed").value:
        within = sum(value < 1 for value in origins)
        few = count_word(len(origins))
        return f"Origins are few: {few}, of which {count_word(within)} within the limit."
    return "The typical value is within a factor of two of the limit." if 0.5 < typical < 2 else ""


def _severe_cost(evidence: Evidence) -> Outcome:
    cost, price = external_cost(evidence), basket_price(evidence)
    threshold = evidence.parameter("burden_severe_cost_share")
    share = measures.share(cost.value, price.value)
    return Outcome(
        graded(share, threshold.value, threshold.low),
        share / threshold.value,
        cost.rows + price.rows,
        f"The modelled external cost at Bayan Obo is {percent(share / 100, 0)} of the price of the "
        f"oxides; severe begins at {percent(threshold.value / 100, 0)}.",
    )


@cache
def quota(evidence: Evidence, province: str) -> Value:
    """Mining quota of a province in 2017, t REO: that of 2018 less the change to it."""
    year = of_dimension(evidence, "mining_quota_province", "t REO", province, period="2018")
    change = of_dimension(evidence, "mining_quota_province_change", "t REO", province)
    now, more = best(year, province), best(change, province)
    return Value(now.value - more.value, now.rows + more.rows)


SOUTH_QUOTA, NORTH_QUOTA = "Jiangxi, ionic", "Inner Mongolia, light"


@cache
def southern_land(evidence: Evidence) -> Value:
    """Abandoned rare earth mines of Ganzhou in 2011, km2."""
    return best(of_dimension(evidence, "abandoned_mine_area", "km2", "Ganzhou"), "Ganzhou")


@cache
def northern_land(evidence: Evidence, option: str) -> Value:
    """Land damaged at Baotou, km2, from the widest to the narrowest reading."""
    if option in LEFT_OUT:
        rows = of_dimension(evidence, "thorium_polluted_soil_area", "km2")
        rows = rows[~rows["entity"].str.endswith(LEFT_OUT[option])]
        if rows.empty:
            raise NotCoveredError("no area with added thorium")
        rows = one_each(rows, "entity")
        return Value(float(rows["value"].sum()), tuple(rows.index))
    series = {FARMLAND: "polluted_farmland", POND: "tailings_pond_area"}[option]
    return best(of_dimension(evidence, series, "km2"), option)


def first_of(evidence: Evidence, series: str, *entities: str) -> Value:
    """One value of a series, from the first of the names under which a study has it."""
    return best(evidence.select(series, list(entities)), f"{series}, {entities[0]}")


BAOTOU_SMELTING = ("Baotou, mixed ore, smelting", "North China (Baotou)")
SOUTH_SMELTING = ("Southern ion-adsorption ore, smelting", "South China (ionic)")
NORTH_SHARE = ("Northern light rare earth districts", "North China")
SOUTH_SHARE = ("Southern ion-adsorption districts", "South China")


def sides(evidence: Evidence, compared: str, north_land: str) -> tuple[Value, Value]:
    """South and north under one comparison, both in one unit."""
    if compared in (LAND, LAND_PER_TONNE):
        south, north = southern_land(evidence), northern_land(evidence, north_land)
        if compared == LAND:
            return south, north
        over = quota(evidence, SOUTH_QUOTA), quota(evidence, NORTH_QUOTA)
        return per_tonne(south, over[0]), per_tonne(north, over[1])
    if compared == AMMONIA_PER_TONNE:
        south = first_of(evidence, "ammonia_n_generated_per_t_reo", "In-situ leaching, Longnan")
        nitrogen = first_of(evidence, "rare_earth_wastewater_ammonia_n", "Baotou")
        return south, per_tonne(nitrogen, quota(evidence, NORTH_QUOTA))
    if compared == SMELTING_PER_TONNE:
        series = "abatement_cost_per_t_reo"
        return first_of(evidence, series, *SOUTH_SMELTING), first_of(
            evidence, series, *BAOTOU_SMELTING
        )
    if compared == SMELTING:
        series = "abatement_cost_share"
        return first_of(evidence, series, *SOUTH_SHARE), first_of(evidence, series, *NORTH_SHARE)
    return mine_soil(evidence, north=False), mine_soil(evidence, north=True)


def mine_soil(evidence: Evidence, north: bool) -> Value:
    """Rare earths in soil at the mines over their background: the median of the soils."""
    own = [
        soil
        for soil in soil_readings(evidence, NEAREST)
        if soil.indicator == RARE_EARTHS and soil.at_mine and soil.north == north
    ]
    rows = tuple(row for soil in own for row in soil.rows)
    return Value(median(soil.ratio for soil in own), rows)


def per_tonne(burden: Value, output: Value) -> Value:
    """A burden over the yearly quota of its district, in its unit per t REO a year.

    Land is a stock, damaged over decades; the quota is the flow of one year.
    """
    return Value(burden.value / output.value, burden.rows + output.rows)


def c04_south(evidence: Evidence, combination: Combination) -> Outcome:
    """b: above all in the south: the south carries 1.5 times what the north carries, or more.

    The opposite holds where the north carries 1.5 times what the south carries.
    """
    compared = combination["compared"]
    south, north = sides(evidence, compared, combination["north_land"])
    ratio = south.value / north.value
    least = evidence.parameter("burden_south_over_north").value
    finding = Finding.HOLDS if ratio >= least else Finding.FAILS
    says = f"In {compared}, the south has {times(ratio, 2)} what the north has."
    if compared == LAND_PER_TONNE:
        says = f"The south has {times(ratio)} the damaged land for each tonne of yearly quota."
    return Outcome(
        Finding.OPPOSITE if ratio <= 1 / least else finding,
        ratio,
        south.rows + north.rows,
        says,
    )


@cache
def reagents(evidence: Evidence) -> dict[str, tuple[Value, Value]]:
    """Least and most reagent per tonne of oxides that each origin states for in-situ leaching, t/t.

    An origin that names two salts means both.
    """
    rows = evidence.select(
        ["ammonium_sulfate_per_t_reo", "reagent_use_ammonium_sulfate",
         "reagent_use_ammonium_bicarbonate"], unit="t/t REO",
    )  # fmt: skip
    if rows.empty:
        raise NotCoveredError("no reagent per tonne")
    return {
        str(lineage): (
            Value(float(own["low"].sum()), tuple(own.index)),
            Value(float(own["high"].sum()), tuple(own.index)),
        )
        for lineage, own in one_each(rows, "lineage", "series").groupby("lineage")
    }


def c04_chemicals(evidence: Evidence, combination: Combination) -> Outcome:
    """c: it needs large amounts of chemicals: by the lowest statement more reagent than product."""
    stated = reagents(evidence)
    lowest = min((low for low, _ in stated.values()), key=lambda low: low.value)
    most = max((high for _, high in stated.values()), key=lambda high: high.value)
    least = evidence.parameter("burden_chemicals_per_tonne").value
    return Outcome(
        Finding.HOLDS if lowest.value >= least else Finding.FAILS,
        lowest.value,
        tuple(row for low, _ in stated.values() for row in low.rows),
        f"In-situ leaching takes {number(lowest.value)} to {number(most.value)} tonnes of ammonium "
        f"salts for a tonne of oxides, as {count_word(len(stated))} origins state.",
    )


def c04_admissible(combination: Combination) -> bool:
    """The land of the north matters only where land is compared; how a range is read and who
    counts matter only for water."""
    if combination["compared"] not in (LAND, LAND_PER_TONNE) and (
        combination["north_land"] != THORIUM
    ):
        return False
    return combination["where"] != COST or (
        combination["typical"] == MIDDLE and combination["origins"] == EVERY_ORIGIN
    )


C04 = Claim(
    "C04",
    (
        Part(
            "a",
            "extraction pollutes severely",
            "typical burden over the limit beyond which it is severe (times)",
            c04_severe,
            True,
            "a typical reading, over all origins, that keeps class V of the surface water standard",
        ),
        Part(
            "b",
            "above all in the southern districts",
            "burden of the south over that of the north",
            c04_south,
            False,
            "a north with as much damaged land for each tonne of its yearly quota",
        ),
        Part(
            "c",
            "it needs large amounts of chemicals",
            "reagent per tonne of oxides, lowest statement (t/t)",
            c04_chemicals,
            False,
            "a measured plant with less reagent than product",
        ),
    ),
    (
        Choice("where", "Which burden is meant?", WHERE, STREAMS),
        Choice("typical", "What is typical of a printed range?", (MIDDLE, LOWEST), MIDDLE),
        Choice("origins", "Whose readings count?", (EVERY_ORIGIN, JOURNALS), EVERY_ORIGIN),
        Choice("compared", "South against north in what?", COMPARED, LAND_PER_TONNE),
        Choice("north_land", "Which northern land?", NORTH_LAND, THORIUM),
    ),
    admissible=c04_admissible,
    indirect="Ammonia of the southern leaching stands for all that leaves a mine, and the quota of "
    "one year for all that a district has mined.",
)

# ---------------------------------------------------------------- C05: contaminated, turning acid?

CHINESE, WHO = "GB/T 14848, class III", "the same, nitrate by the WHO guideline"
NEAR, ANYWHERE = "in the mining area", "at any distance"
FIVE, THREE = "five studies", "three studies"
MINING_IONS = ("ammonia_n", "sulfate")  # printed as a share of samples over the limit
GROUNDWATER = {
    "South China legacy ion-type rare earth mining area": True,
    "Longnan, rare earth mining area, Jiangxi": True,
    "Abandoned rare earth mine, south Jiangxi": True,
    "Xinguang village, Baotou": True,
    "Longnan, Zudong mining area, groundwater": True,
    "Longnan, Zudong mine, downstream waters": True,
    "Largest ion-adsorption rare earth mine area, southern China, groundwater": True,
    "Rural Ganzhou, 15 drinking wells": False,
}  # place: whether it lies within the mining area


@dataclass(frozen=True)
class Study:
    """What one origin says of the groundwater of a place: most samples over a limit for an ion of
    the mining (True), not (False), or nothing that this standard can decide (None)."""

    lineage: str
    entity: str
    near: bool
    over: bool | None
    rows: tuple[str, ...]


@cache
def groundwater_studies(evidence: Evidence, standard: str) -> tuple[Study, ...]:
    """One study an origin, judged by what it prints: a share of samples, or words."""
    series = [
        "groundwater_mostly_over_limit",
        "share_samples_over_who_nitrate",
        "groundwater_bicarbonate_type_share",
        *(f"groundwater_share_over_limit_{ion}" for ion in MINING_IONS),
    ]
    rows = evidence.select(series)
    rows = rows[rows["entity"].isin(GROUNDWATER)]
    made = []
    for lineage, own in rows.groupby("lineage"):
        entity = str(own["entity"].iloc[0])
        made.append(
            Study(str(lineage), entity, GROUNDWATER[entity], _over(own, standard), tuple(own.index))
        )
    return tuple(made)


def _over(rows: pd.DataFrame, standard: str) -> bool | None:
    """Whether most samples are over the limit for any ion of the mining.

    A share over 50 mg/L of nitrate decides under the WHO guideline. China's class III is looser,
    so a majority over 50 mg/L leaves it open, and a minority is a minority there too.
    """
    findings: list[bool | None] = []
    for _, row in rows.iterrows():
        series, value = row["series"], row["value"]
        if series == "groundwater_mostly_over_limit":
            findings.append(value == 1)
        elif series.startswith("groundwater_share_over_limit"):
            findings.append(value >= 50)
        elif series == "share_samples_over_who_nitrate":
            most = value >= 50
            findings.append(None if most and standard == CHINESE else most)
    if True in findings:
        return True
    return None if None in findings or not findings else False


def c05_groundwater(evidence: Evidence, combination: Combination) -> Outcome:
    """a: groundwater near the mines is contaminated: over class III in most studies.

    The study is the unit. A study that this standard cannot decide counts as not over when the
    claim is to hold, and as over when it is to fail; between the two the part cannot be tested.
    """
    studies = [
        study
        for study in groundwater_studies(evidence, combination["standard"])
        if (study.near or combination["distance"] == ANYWHERE)
        and kept(evidence, study.rows, combination["origins"])
    ]
    if not studies:
        raise NotCoveredError("no study of groundwater")
    over = sum(study.over is True for study in studies)
    open_ = sum(study.over is None for study in studies)
    limit = sites.limit(evidence, sites.AMMONIA, sites.GROUNDWATER, "III")
    needed = evidence.parameter("groundwater_studies_needed")
    least = needed.value if combination["needed"] == FIVE else needed.low
    if len(studies) < least:
        finding = Finding.UNTESTABLE
    elif 2 * over > len(studies):
        finding = Finding.HOLDS
    elif 2 * (over + open_) > len(studies):
        finding = Finding.UNTESTABLE
    else:
        finding = Finding.FAILS
    return Outcome(
        finding,
        measures.share(over, len(studies)),
        tuple(row for study in studies for row in study.rows) + limit.rows,
        f"{count_word(over, capital=True)} of {count_word(len(studies))} studies find most samples "
        f"over the limit; undecided: {count_word(open_)}; "
        f"unaffected: {count_word(len(studies) - over - open_)}.",
        "One study more or less turns the majority." if abs(2 * over - len(studies)) <= 2 else "",
        measured=(tuple(row for study in studies for row in study.rows),),
    )


RARE_EARTHS, AMMONIUM = "rare earths", "ammonium"
EITHER = "rare earths or ammonium"
NEAREST, NATIONAL = "the nearest at hand", "the average of China"
PROVINCE = {
    "Ganzhou, ion-adsorption mining area, soil": "Jiangxi",
}  # soils whose study names the background of the province
SOILS = {
    "Longnan, mining area vs Jiangxi background": (True, False),
    "Longnan, mining area vs China background": (True, False),
    "Ganzhou, ion-adsorption mining area, soil": (True, False),
    "One of the largest ion-adsorption mine sites, southern China, tailings soil": (True, False),
    "One of the largest ion-adsorption mine sites, southern China, farmland soil": (True, False),
    "Bayan Obo, mine vicinity, surface soil": (True, True),
    "Changting, Zhuxi watershed paddy soil (Fujian)": (False, False),
    "Changting, Hetian Town (Fujian), agricultural soil": (False, False),
}  # place: whether at the mine itself, whether in the north
HEAP = "Eroded rare earth tailings heap, southern China"


@dataclass(frozen=True)
class Soil:
    """Soil at a place over its control: how many times as much of one indicator."""

    lineage: str
    entity: str
    indicator: str
    ratio: float
    at_mine: bool
    north: bool
    control: str
    rows: tuple[str, ...]


@cache
def soil_readings(evidence: Evidence, control: str) -> tuple[Soil, ...]:
    """Soils with a control: rare earths over a background, ammonium over the soil before mining or
    outside the heap."""
    made = []
    national = best(evidence.select("soil_ree_background", "China, average"), "background of China")
    totals = evidence.select("soil_ree_total_mean", list(SOILS))
    for _, row in one_each(totals, "lineage", "entity").iterrows():
        region = PROVINCE.get(row["entity"]) if control == NEAREST else None
        base = national
        if region:
            base = best(evidence.select("soil_ree_background", region), f"background of {region}")
        made.append(
            _soil(row, RARE_EARTHS, row["value"] / base.value, region or "China", base.rows)
        )
    own_base = "Jiangxi" if control == NEAREST else "China"
    place = f"Longnan, mining area vs {own_base} background"
    multiples = evidence.select("soil_ree_vs_background", place)
    for _, row in one_each(multiples, "lineage").iterrows():
        made.append(_soil(row, RARE_EARTHS, row["value"], own_base, ()))
    return tuple(made + (_ammonium(evidence) if control == NEAREST else []))


def _soil(
    row: pd.Series, indicator: str, ratio: float, control: str, more: tuple[str, ...]
) -> Soil:
    at_mine, north = SOILS[row["entity"]]
    return Soil(
        str(row["lineage"]), row["entity"], indicator, float(ratio), at_mine, north, control,
        (str(row.name), *more),
    )  # fmt: skip


def _ammonium(evidence: Evidence) -> list[Soil]:
    """Ammonium in soil against a local control: before mining, or outside the heap."""
    made = []
    multiples = evidence.select("soil_ammonia_n_vs_premining")
    for _, row in one_each(multiples, "lineage", "entity").iterrows():
        ratio = measures.middle(row["low"], row["high"])
        made.append(
            Soil(str(row["lineage"]), row["entity"], AMMONIUM, ratio, True, False,
                 "before mining", (str(row.name),))
        )  # fmt: skip
    heap = evidence.select("soil_ammonium", [f"{HEAP}, top of heap", f"{HEAP}, gully"])
    heap = one_each(heap, "entity")
    outside = best(evidence.select("soil_ammonium", f"{HEAP}, outside heap"), "outside the heap")
    if not heap.empty:
        ratio = float(heap["value"].median()) / outside.value
        made.append(
            Soil(str(heap["lineage"].iloc[0]), HEAP, AMMONIUM, ratio, True, False,
                 "outside the heap", (*map(str, heap.index), *outside.rows))
        )  # fmt: skip
    return made


def c05_soil(evidence: Evidence, combination: Combination) -> Outcome:
    """b: soil is contaminated: at twice its control or more in most studies.

    No limit exists for rare earths or ammonium in soil. One ratio an origin, the median of its
    soils. No study at hand prints a pH beside an unmined control.
    """
    own: dict[str, list[Soil]] = {}
    for soil in soil_readings(evidence, combination["control"]):
        wanted = combination["indicator"] == EITHER or soil.indicator == RARE_EARTHS
        if wanted and kept(evidence, soil.rows, combination["origins"]):
            own.setdefault(soil.lineage, []).append(soil)
    needed = evidence.parameter("groundwater_studies_needed")
    least = needed.value if combination["needed"] == FIVE else needed.low
    rows = tuple(row for soils in own.values() for soil in soils for row in soil.rows)
    if not own:
        raise NotCoveredError("no soil with a control")
    multiple = evidence.parameter("soil_multiple_of_control").value
    over = sum(median(soil.ratio for soil in soils) >= multiple for soils in own.values())
    finding = Finding.HOLDS if 2 * over > len(own) else Finding.FAILS
    return Outcome(
        Finding.UNTESTABLE if len(own) < least else finding,
        measures.share(over, len(own)),
        rows,
        f"{count_word(over, capital=True)} of {count_word(len(own))} studies find soil with "
        f"{number(multiple)} times its control or more.",
    )


def c05_acid(evidence: Evidence, combination: Combination) -> Outcome:
    """c: the groundwater is turning acid: pH at one place falls from one measurement to a later.

    One low value is acid, not turning. Without a place measured twice the part cannot be tested.
    """
    fall = evidence.parameter("groundwater_ph_fall").value
    fell, places, rows = 0, 0, []
    known = set(evidence.series.index)
    for series in ("groundwater_ph", "well_water_ph"):
        if series not in known:
            continue
        dated = evidence.select(series).dropna(subset=["year"]).sort_values("year")
        for _, own in dated.groupby(["lineage", "entity"]):
            if own["year"].nunique() > 1:
                places += 1
                fell += own["value"].iloc[0] - own["value"].iloc[-1] >= fall
                rows += list(own.index)
    if not places:
        says = "No place in the evidence has the pH of its groundwater measured twice."
        return Outcome(Finding.UNTESTABLE, 0.0, (), says)
    return Outcome(
        Finding.HOLDS if 2 * fell > places else Finding.FAILS,
        measures.share(fell, places),
        tuple(rows),
        f"At {count_word(fell)} of {count_word(places)} places the pH of the groundwater fell.",
    )


C05 = Claim(
    "C05",
    (
        Part(
            "a",
            "groundwater near the mines is contaminated",
            "studies with most samples over the limit (% of studies)",
            c05_groundwater,
            True,
            "a majority of studies in which most samples keep class III",
        ),
        Part(
            "b",
            "soil is contaminated",
            "studies with soil at twice its control or more (% of studies)",
            c05_soil,
            False,
            "a majority of studies with soil below twice its control",
        ),
        Part(
            "c",
            "monitoring shows that the groundwater is turning acid",
            "places where the pH of groundwater fell (% of places measured twice)",
            c05_acid,
            False,
            "places measured twice at which the pH did not fall",
            "places measured twice, at most of which the pH fell",
        ),
    ),
    (
        Choice("standard", "By which standard?", (CHINESE, WHO), CHINESE),
        Choice("distance", "How near to the mine?", (NEAR, ANYWHERE), NEAR),
        Choice("origins", "Whose studies count?", (EVERY_ORIGIN, JOURNALS), EVERY_ORIGIN),
        Choice("needed", "How many studies make a majority?", (FIVE, THREE), FIVE),
        Choice("control", "Which control for soil?", (NEAREST, NATIONAL), NEAREST),
        Choice("indicator", "What makes soil contaminated?", (EITHER, RARE_EARTHS), EITHER),
    ),
)

CLAIMS = (C04, C05)
