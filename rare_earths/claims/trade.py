"""Chapter 4: what China sells to the world and what it buys (C09, C10).

Frozen before the combinations were run; see the history of this file. The leads in the evidence
were known to the authors beforehand (methods page).

Stages are judged each by itself. Where a sum over stages is formed, its option says so. BACI, OEC
and the national reports in Comtrade are one lineage: they are three ways to read the same customs
declarations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pandas as pd

from rare_earths import measures
from rare_earths.claims.engine import (
    Choice,
    Claim,
    Combination,
    Finding,
    NotCoveredError,
    Outcome,
    Part,
)
from rare_earths.claims.rows import Value, best, of_dimension
from rare_earths.evidence import Evidence
from rare_earths.words import Computed, number, percent, times, tonnes, usd

COMPOUNDS, METALS, MAGNETS = "compounds", "metals", "magnets"
BOTH, ALL = "compounds and metals", "all three summed"
PRODUCTS = {
    COMPOUNDS: (COMPOUNDS,),
    METALS: (METALS,),
    BOTH: (COMPOUNDS, METALS),
    MAGNETS: (MAGNETS,),
    ALL: (COMPOUNDS, METALS, MAGNETS),
}
YEARS = ("2022", "2023", "2024")
NEWEST = YEARS[-1]  # C09 speaks of the present
CLAIMED_YEAR = "2022"  # C10 names it
FIRST_YEAR = 2002  # of the reconciled tables

# ---------------------------------------------------------------- figures from the evidence


@dataclass(frozen=True)
class Table:
    """Exports by country under one code: the series of the countries and that of the world."""

    countries: str
    world: str
    unit: str


def reported(code: str, measure: str) -> Table:
    """The sum of what countries report to Comtrade, with its own World row."""
    series = f"hs{code}_exports_{measure}_reporters"
    return Table(series, series, "USD" if measure == "value" else "t")


BACI_VALUE, OEC_VALUE = "BACI, value", "OEC, value"
WITHOUT_CERIUM = "compounds without cerium"  # what HS 284690 holds; HS 2846 holds all compounds
REPORTS_VALUE, REPORTS_WEIGHT = "national reports, value", "national reports, weight"
BACI_WEIGHT = "BACI, weight"
TABLES: dict[str, dict[str, tuple[Table, ...]]] = {
    BACI_VALUE: {
        COMPOUNDS: (
            Table("hs284690_exports_value_baci", "hs284690_world_trade_value_baci", "USD"),
        ),
        METALS: (
            Table("hs280530_exports_value_baci", "hs280530_world_trade_value_baci_cleaned", "USD"),
        ),
        MAGNETS: (Table("hs850511_exports_value_baci", "hs850511_world_trade_value_baci", "USD"),),
    },
    OEC_VALUE: {COMPOUNDS: (Table("hs2846_exports_value_oec", "hs2846_exports_value_oec", "USD"),)},
    REPORTS_VALUE: {
        COMPOUNDS: (reported("284610", "value"), reported("284690", "value")),
        METALS: (reported("280530", "value"),),
        MAGNETS: (reported("850511", "value"),),
    },
    REPORTS_WEIGHT: {
        COMPOUNDS: (reported("284610", "weight"), reported("284690", "weight")),
        METALS: (reported("280530", "weight"),),
        MAGNETS: (reported("850511", "weight"),),
    },
    BACI_WEIGHT: {
        MAGNETS: (Table("hs850511_exports_weight_baci", "hs850511_world_trade_weight_baci", "t"),)
    },
}


def goods(product: str, table: str) -> str:
    """What a product is in a table: BACI's compounds (HS 284690) leave out cerium."""
    names = {
        COMPOUNDS: WITHOUT_CERIUM,
        BOTH: f"{WITHOUT_CERIUM}, and metals",
        ALL: f"{WITHOUT_CERIUM}, metals and magnets",
    }
    if table in (BACI_VALUE, MIXED_WEIGHT):
        return names.get(product, product)
    return f"all {product}" if product in (COMPOUNDS, BOTH) else product


@cache
def exports(evidence: Evidence, product: str, table: str, year: str) -> dict[str, Value]:
    """Exports by country, and of the World, of one product in one table, in USD or tonnes.

    A product of several codes is their sum, a country's missing code counting nothing: tables
    print the largest exporters of each code only. China and the World must be in each.
    """
    parts = [TABLES[table].get(stage, ()) for stage in PRODUCTS[product]]
    if not all(parts):
        raise NotCoveredError(f"no table of {product} in {table}")
    total: dict[str, Value] = {}
    for part in (part for group in parts for part in group):
        found = countries_of(evidence, part, year)
        for name in ("China", "World"):
            if name not in found:
                raise NotCoveredError(f"{name} is not in {part.countries} of {year}")
        for name, value in found.items():
            total[name] = plus(total.get(name), value)
    return total


@cache
def countries_of(evidence: Evidence, table: Table, year: str) -> dict[str, Value]:
    """Every country of one table in one year, and the World."""
    found = {
        name: best(rows, f"{table.countries} of {name}")
        for (name, period), rows in by_entity(evidence, table.countries, table.unit).items()
        if period == year
    }
    if table.world != table.countries:
        found["World"] = figure(evidence, table.world, table.unit, year, "World")
    return found


@cache
def by_entity(evidence: Evidence, series: str, unit: str) -> dict[tuple[str, str], pd.DataFrame]:
    """The rows of a series in `unit`, by entity and period."""
    rows = of_dimension(evidence, series, unit)
    return {(str(n), str(p)): own for (n, p), own in rows.groupby(["entity", "period"])}


def figure(evidence: Evidence, series: str, unit: str, period: str, entity: str = "China") -> Value:
    """One figure, of China if no other entity is named."""
    rows = by_entity(evidence, series, unit).get((entity, period))
    if rows is None:
        raise NotCoveredError(f"no row of {series} for {entity} in {period}")
    return best(rows, f"{series} of {entity}, {period}")


def plus(first: Value | None, second: Value) -> Value:
    """The sum of two values with the rows of both."""
    if first is None:
        return second
    bound = first.bound if first.bound != "exact" else second.bound
    return Value(first.value + second.value, first.rows + second.rows, bound)


def amount(value: float, unit: str) -> Computed:
    """Money in million dollars, weight in tonnes."""
    if unit == "t":
        return tonnes(value)
    return Computed(f"{usd(value / 1e6)} million", value)


def unit_of(table: str) -> str:
    """USD or t, by the name of a table or flow."""
    return "t" if table.endswith("weight") else "USD"


# ---- what China buys and sells

ALL_MAGNETS, RE_MAGNETS = "all metal magnets", "rare earth magnets"
CUSTOMS_VALUE, CUSTOMS_WEIGHT = "China's customs, value", "China's customs, weight"
NET_VALUE = "customs less re-imports, value"
NET_WEIGHT = "customs less re-imports, weight"

# Rare earth magnets alone have no figures for whole years but these. In 2024 both flows are known
# for nine months, the exports as eight months and one.
CLEAN_PERIODS = {
    "2017": (("2017",), ("2017",)),
    "2022": (("2022",), ("2022",)),
    "2024": (("2024-01/2024-09",), ("2024-01/2024-08", "2024-09")),
}


@cache
def flows(evidence: Evidence, product: str, flow: str, year: str) -> tuple[Value, Value]:
    """China's imports and exports of a high-end product in a year, in USD or tonnes."""
    unit = unit_of(flow)
    if product == RE_MAGNETS:
        return clean_flows(evidence, flow, year)
    measure = "value" if unit == "USD" else "weight"
    if product == METALS:
        if flow not in (CUSTOMS_VALUE, CUSTOMS_WEIGHT):
            raise NotCoveredError(f"no flows of metals in {flow}")
        pair = (f"hs280530_china_{way}_{measure}" for way in ("imports", "exports"))
    elif flow in (BACI_VALUE, BACI_WEIGHT):
        pair = (f"hs850511_{way}_{measure}_baci" for way in ("imports", "exports"))
    else:
        pair = (f"hs850511_china_{way}_{measure}" for way in ("imports", "exports"))
    bought, sold = (figure(evidence, series, unit, year) for series in pair)
    if flow in (NET_VALUE, NET_WEIGHT):
        back = figure(evidence, f"hs850511_china_imports_{measure}_from", unit, year)
        bought = Value(bought.value - back.value, bought.rows + back.rows, bought.bound)
    return bought, sold


def clean_flows(evidence: Evidence, flow: str, year: str) -> tuple[Value, Value]:
    """Imports and exports under China's own code for rare earth magnets, 85051110, in tonnes."""
    if flow != CUSTOMS_WEIGHT or year not in CLEAN_PERIODS:
        raise NotCoveredError(f"no flows of rare earth magnets in {flow}, {year}")
    found = []
    series_of = ("imports_magnets_volume", "exports_magnets_volume")
    for series, periods in zip(series_of, CLEAN_PERIODS[year], strict=True):
        first, *others = (figure(evidence, series, "t", period) for period in periods)
        total = first
        for other in others:
            total = plus(total, other)
        found.append(total)
    return found[0], found[1]


SMM, FROST = "Shanghai Metals Market", "Frost & Sullivan"
OUTPUT_OF = {SMM: "consultancy:smm", FROST: "consultancy:frost_sullivan"}


@cache
def magnet_output(evidence: Evidence, origin: str, year: str) -> Value:
    """China's output of rare earth magnets in tonnes, as one consultancy counts it.

    Where it has no figure for the year, the next year's figure over the growth it prints for that
    year.
    """
    lineage = OUTPUT_OF[origin]

    def own(series: str, unit: str, at: str) -> pd.DataFrame:
        rows = of_dimension(evidence, series, unit, "China", period=at)
        return rows[rows["lineage"] == lineage]

    rows = own("re_magnet_output_total", "t", year)
    if not rows.empty:
        return best(rows, f"output of magnets in {year} by {origin}")
    after = str(int(year) + 1)
    total = best(own("re_magnet_output_total", "t", after), f"output of magnets in {after}")
    growth = best(own("re_magnet_output_growth", "%", after), f"growth of output in {after}")
    return Value(total.value / (1 + growth.value / 100), total.rows + growth.rows, "about")


@cache
def use(evidence: Evidence, product: str, year: str, origin: str = SMM) -> tuple[Value, Value]:
    """China's imports and its apparent use of magnets in tonnes: output + imports - exports.

    Output is known for rare earth magnets only. Beside all metal magnets it makes the use too
    small and the share of imports too large: a bound in the claim's favour.
    """
    if product == METALS or (product == RE_MAGNETS and year != "2022"):
        raise NotCoveredError(f"no output of {product} in China for {year}")
    bought, sold = flows(evidence, product, CUSTOMS_WEIGHT, year)
    made = magnet_output(evidence, origin, year)
    rows = made.rows + bought.rows + sold.rows
    bound = "at least" if product == ALL_MAGNETS else "exact"
    return bought, Value(made.value + bought.value - sold.value, rows, bound)


# ---------------------------------------------------------------- C09: first, and dependent?

EXCEED, QUARTER, HALF_OF_USE = "imports exceed exports", "a quarter of exports", "half of use"


def c09_first(evidence: Evidence, combination: Combination) -> Outcome:
    """a: China's exports are larger than those of any other country of the table.

    Where they are not, the part held once if an earlier year of the same product had China first;
    the finding names the last such year.
    """
    product, table, year = (combination[name] for name in ("product", "table", "year"))
    found = exports(evidence, product, table, year)
    second = runner_up(found)
    ratio = found["China"].value / found[second].value
    finding, once = Finding.HOLDS, ""
    if ratio <= 1:
        before = first_before(evidence, product, table, year)
        finding = Finding.HELD_ONCE if before else Finding.FAILS
        once = f" China last came first in {before[0]} ({before[1]})." if before else ""
    unit = unit_of(table)
    return Outcome(
        finding,
        ratio,
        found["China"].rows + found[second].rows,
        f"China exported {amount(found['China'].value, unit)} of {goods(product, table)} in "
        f"{year}, {second} {amount(found[second].value, unit)} ({table}); the ratio is "
        f"{number(ratio, 2)}.{once}",
        "The first two are within a tenth of each other." if abs(ratio - 1) < 0.1 else "",
        measure=unit,
    )


def runner_up(found: dict[str, Value]) -> str:
    """The largest exporter that is not China."""
    others = [name for name in found if name not in ("China", "World")]
    if not others:
        raise NotCoveredError("no other country in the table")
    return max(others, key=lambda name: found[name].value)


@cache
def first_before(evidence: Evidence, product: str, table: str, year: str) -> tuple[str, str] | None:
    """The last earlier year in which China was first, and the table that says so: the same one,
    or for compounds by value OEC, which goes back further."""
    tables = dict.fromkeys((table, OEC_VALUE) if unit_of(table) == "USD" else (table,))
    for earlier in range(int(year) - 1, FIRST_YEAR - 1, -1):
        for name in tables:
            try:
                found = exports(evidence, product, name, str(earlier))
                if found["China"].value > found[runner_up(found)].value:
                    return str(earlier), name
            except NotCoveredError:
                continue
    return None


def c09_dependent(evidence: Evidence, combination: Combination) -> Outcome:
    """b: China relies on imports for high-end products.

    By default that means a net importer: imports as large as exports. Two softer tests stand
    beside it. Where the test fails now and an earlier year passed it, the part held once.
    """
    product, flow, year, test, origin = (
        combination[n] for n in ("high_end", "flow", "year", "test", "output")
    )
    value, rows, says = reliance(evidence, product, flow, year, test, origin)
    finding = Finding.HOLDS
    if value < least(evidence, test):
        before = relied_before(evidence, product, flow, year, test, origin)
        finding = Finding.HELD_ONCE if before else Finding.FAILS
    near = abs(value / least(evidence, test) - 1) < 0.1
    return Outcome(
        finding,
        value,
        rows,
        says,
        "The share is near the threshold." if near else "",
        measure=f"net, {unit_of(flow)}" if flow in (NET_VALUE, NET_WEIGHT) else unit_of(flow),
    )


@cache
def least(evidence: Evidence, test: str) -> float:
    """The threshold of a test of dependence, in percent."""
    over_exports = evidence.parameter("import_dependence_over_exports")
    if test == HALF_OF_USE:
        return evidence.parameter("import_dependence_of_use").value
    return over_exports.value if test == EXCEED else over_exports.low


def reliance(
    evidence: Evidence, product: str, flow: str, year: str, test: str, origin: str = SMM
) -> tuple[float, tuple[str, ...], str]:
    """Imports over exports, or over use, in percent, with rows and sentence."""
    unit = unit_of(flow)
    if test == HALF_OF_USE:
        if flow != CUSTOMS_WEIGHT:
            raise NotCoveredError("use is known by weight only")
        bought, used = use(evidence, product, year, origin)
        value = measures.share(bought.value, used.value)
        most = "at most " if used.bound == "at least" else ""
        return (
            value,
            used.rows,
            (
                f"China imported {tonnes(bought.value)} of {product} in {year}, {most}"
                f"{percent(value / 100)} of its use."
            ),
        )
    bought, sold = flows(evidence, product, flow, year)
    value = measures.share(bought.value, sold.value)
    return (
        value,
        bought.rows + sold.rows,
        (
            f"China imported {amount(bought.value, unit)} of {product} in {year} and exported "
            f"{amount(sold.value, unit)}: imports are {percent(value / 100)} of exports."
        ),
    )


@cache
def relied_before(
    evidence: Evidence, product: str, flow: str, year: str, test: str, origin: str
) -> bool:
    """Whether an earlier year passed the same test; magnets by value go back to 2002 in BACI."""
    history = BACI_VALUE if product == ALL_MAGNETS and unit_of(flow) == "USD" else flow
    for earlier in range(FIRST_YEAR, int(year)):
        try:
            value, _, _ = reliance(evidence, product, history, str(earlier), test, origin)
        except NotCoveredError:
            continue
        if value >= least(evidence, test):
            return True
    return False


def c09_gap(evidence: Evidence, combination: Combination) -> Outcome:
    """c: a kilogram bought costs more than a kilogram sold, like for like.

    Unit values of the newest year, up to the one chosen, that has both flows. Where one code mixes
    unlike goods the ratio cannot tell price from mix, and the part holds in part at most.
    """
    product = combination["high_end"]
    bought, sold, year = unit_values(evidence, product, combination["year"])
    ratio = bought.value / sold.value
    clear = ratio >= gap_needed(evidence)
    like = Finding.HOLDS if product == RE_MAGNETS else Finding.PARTLY
    return Outcome(
        like if clear else Finding.FAILS,
        ratio,
        bought.rows + sold.rows,
        f"In {year} a kilogram of {product} cost {usd(bought.value, 1)} coming in and "
        f"{usd(sold.value, 1)} going out: {times(ratio, 2)}.",
    )


@cache
def gap_needed(evidence: Evidence) -> float:
    """The ratio of unit values from which on they differ."""
    return evidence.parameter("value_gap").value


UNIT_VALUES = {
    ALL_MAGNETS: ("hs850511_china_imports_unit_value", "hs850511_china_exports_unit_value"),
    RE_MAGNETS: ("import_unit_value_magnets", "export_unit_value_magnets"),
    METALS: ("hs280530_china_imports_unit_value", "hs280530_china_exports_unit_value"),
}


@cache
def unit_values(evidence: Evidence, product: str, year: str) -> tuple[Value, Value, str]:
    """Unit values in and out in USD/kg, of the newest whole year up to `year` with both."""
    for back in range(int(year), FIRST_YEAR, -1):
        try:
            bought, sold = (
                figure(evidence, series, "USD/kg", str(back)) for series in UNIT_VALUES[product]
            )
        except NotCoveredError:
            continue
        return bought, sold, str(back)
    raise NotCoveredError(f"no unit values of {product}")


def c09_admissible(combination: Combination) -> bool:
    """Pairs that no table can fill stay out: a product the table of exporters does not have, a
    flow the high-end product does not have, use by value. Whose output counts matters for use
    only."""
    product, table, high_end, flow = (
        combination[name] for name in ("product", "table", "high_end", "flow")
    )
    allowed = {RE_MAGNETS: (CUSTOMS_WEIGHT,), METALS: (CUSTOMS_WEIGHT, CUSTOMS_VALUE)}
    return (
        all(stage in TABLES[table] for stage in PRODUCTS[product])
        and flow in allowed.get(high_end, (flow,))
        and (combination["test"] != HALF_OF_USE or flow == CUSTOMS_WEIGHT)
        and (combination["test"] == HALF_OF_USE or combination["output"] == SMM)
    )


C09 = Claim(
    "C09",
    (
        Part(
            "a",
            "China is the largest exporter of rare earths",
            "exports, China over the next country (ratio)",
            c09_first,
            True,
            "a country that exported more",
        ),
        Part(
            "b",
            "it relies on imports for high-end products",
            "imports over exports, or over use (%)",
            c09_dependent,
            True,
            "imports below exports; in the softer tests, below a quarter of exports or half of use",
            "imports as large as exports; in the softer tests, a quarter of exports or half of use",
        ),
        Part(
            "c",
            "a kilogram it buys is worth more than a kilogram it sells",
            "unit value of imports over unit value of exports (ratio)",
            c09_gap,
            False,
            "unit values that differ by less than a quarter under one code",
        ),
    ),
    (
        Choice("product", "Largest exporter of what?", tuple(PRODUCTS), BOTH),
        Choice("table", "Whose table of exporters?", tuple(TABLES), BACI_VALUE, prints=True),
        Choice(
            "high_end",
            "What is a high-end product?",
            (RE_MAGNETS, ALL_MAGNETS, METALS),
            ALL_MAGNETS,
        ),
        Choice(
            "flow",
            "Whose figures for what China buys and sells?",
            (CUSTOMS_WEIGHT, CUSTOMS_VALUE, NET_WEIGHT, NET_VALUE, BACI_VALUE, BACI_WEIGHT),
            CUSTOMS_WEIGHT,
            prints=True,
        ),
        Choice("test", "What is dependence?", (EXCEED, QUARTER, HALF_OF_USE), EXCEED),
        Choice("output", "Whose output of magnets?", (SMM, FROST), SMM),
        Choice("year", "Which year?", YEARS, NEWEST),
    ),
    admissible=c09_admissible,
    indirect="No trade code tells a high grade from a low one; magnets and metals stand in for "
    "high-end products.",
)

# ---------------------------------------------------------------- C10: 80 and nearly 60 per cent

CLAIMED_EXPORTED = 80.0
CLAIMED_IMPORTED = (55.0, 60.0)  # "nearly 60%"
NEAREST = "whichever comes nearest"
MIXED_WEIGHT = "China's customs over BACI, weight"
MIXED = {
    COMPOUNDS: "hs284690_china_share_world_exports_weight",
    METALS: "hs280530_china_share_world_exports_weight",
}
OF_USE = "of China's use, by weight"
OF_IMPORTS_VALUE = "of the world's imports, by value"
OF_IMPORTS_WEIGHT = "of the world's imports, by weight"
# Series and year: of metals no table of 2022 has the world's imports, so the next year stands in.
SHARES_OF_IMPORTS = {
    (ALL_MAGNETS, OF_IMPORTS_VALUE): ("hs850511_china_share_world_imports_baci", CLAIMED_YEAR),
    (ALL_MAGNETS, OF_IMPORTS_WEIGHT): (
        "hs850511_china_share_imports_weight_reporters",
        CLAIMED_YEAR,
    ),
    (METALS, OF_IMPORTS_VALUE): ("hs280530_china_share_imports_value_reporters", "2023"),
    (METALS, OF_IMPORTS_WEIGHT): ("hs280530_china_share_imports_weight_reporters", "2023"),
}


@cache
def world_share(evidence: Evidence, product: str, table: str, year: str) -> Value:
    """China's share of world exports of a product, in percent."""
    if table == MIXED_WEIGHT:
        if product not in MIXED:
            raise NotCoveredError(f"no mixed share of {product}")
        return figure(evidence, MIXED[product], "%", year)
    found = exports(evidence, product, table, year)
    rows = found["China"].rows + found["World"].rows
    return Value(measures.share(found["China"].value, found["World"].value), rows)


def nearest_share(evidence: Evidence, table: str, year: str) -> tuple[str, Value]:
    """The stage whose share comes nearest to the claimed one, each by itself."""
    shares = {}
    for product in (COMPOUNDS, METALS, MAGNETS):
        try:
            shares[product] = world_share(evidence, product, table, year)
        except NotCoveredError:
            continue
    if not shares:
        raise NotCoveredError(f"no share of any stage in {table}, {year}")
    product = min(shares, key=lambda name: abs(shares[name].value - CLAIMED_EXPORTED))
    return product, shares[product]


def c10_exported(evidence: Evidence, combination: Combination) -> Outcome:
    """a: China exported 80% of the world's rare earths: within five points, in part within ten.

    By default each stage is taken by itself and the one that comes nearest decides: the reading
    kindest to the claim.
    """
    product, table, year = combination["product"], combination["table"], CLAIMED_YEAR
    if product == NEAREST:
        product, share = nearest_share(evidence, table, year)
    else:
        share = world_share(evidence, product, table, year)
    distance = abs(share.value - CLAIMED_EXPORTED)
    tolerance = evidence.parameter("claimed_share_tolerance")
    imprecise = ""
    if abs(distance - tolerance.value) < 1:
        imprecise = "The share is within a point of the tolerance."
    elif product == MAGNETS and unit_of(table) == "t":
        imprecise = "Weights of magnets are partly imputed, one country's hardly possible."
    finding = Finding.HOLDS if distance <= tolerance.value else Finding.FAILS
    if tolerance.value < distance <= tolerance.high:
        finding = Finding.PARTLY
    return Outcome(
        finding,
        share.value,
        share.rows,
        f"China's share of world exports of {goods(product, table)} in {year} is "
        f"{percent(share.value / 100)} ({table}).",
        imprecise,
        measure=unit_of(table),
    )


def c10_imported(evidence: Evidence, combination: Combination) -> Outcome:
    """b: China imported 55 to 60% of high-end products, in part within five points of that: of
    what it uses, or of what the world imports."""
    product, base, year = combination["high_end"], combination["base"], CLAIMED_YEAR
    if base == OF_USE:
        bought, used = use(evidence, product, year, combination["output"])
        bound = "at most" if used.bound == "at least" else "exact"
        share = Value(measures.share(bought.value, used.value), used.rows, bound)
    elif (product, base) in SHARES_OF_IMPORTS:
        series, year = SHARES_OF_IMPORTS[product, base]
        share = figure(evidence, series, "%", year)
    else:
        raise NotCoveredError(f"no share of imports of {product} {base}")
    low, high = CLAIMED_IMPORTED
    distance = max(low - share.value, share.value - high, 0.0)
    tolerance = evidence.parameter("claimed_share_tolerance").value
    finding = Finding.HOLDS if distance == 0 else Finding.FAILS
    if 0 < distance <= tolerance:
        finding = Finding.PARTLY
    most = "at most " if share.bound == "at most" else ""
    return Outcome(
        finding,
        share.value,
        share.rows,
        f"China's imports of {product} in {year} are {most}{percent(share.value / 100)} {base}.",
        "The share is within five points of the claimed span." if 0 < distance <= tolerance else "",
    )


TABLES_2022 = (BACI_VALUE, OEC_VALUE, REPORTS_VALUE, REPORTS_WEIGHT, MIXED_WEIGHT)


def c10_admissible(combination: Combination) -> bool:
    """Whose output counts matters for use only."""
    return combination["base"] == OF_USE or combination["output"] == SMM


C10 = Claim(
    "C10",
    (
        Part(
            "a",
            "in 2022 China exported 80% of the world's rare earths",
            "share of world exports (%)",
            c10_exported,
            True,
            "a share more than five points away under every stage",
            "a share within five points under any stage",
        ),
        Part(
            "b",
            "in 2022 it imported nearly 60% of high-end rare earth products",
            "imports of high-end products as a share of use or of world imports (%)",
            c10_imported,
            True,
            "a share outside 55 to 60%",
            "a share of 55 to 60%",
        ),
    ),
    (
        Choice("product", "Exports of what?", (NEAREST, *PRODUCTS), NEAREST),
        Choice("table", "Whose table, value or weight?", TABLES_2022, BACI_VALUE, prints=True),
        Choice(
            "high_end",
            "What is a high-end product?",
            (RE_MAGNETS, ALL_MAGNETS, METALS),
            ALL_MAGNETS,
        ),
        Choice(
            "base", "Imported share of what?", (OF_USE, OF_IMPORTS_VALUE, OF_IMPORTS_WEIGHT), OF_USE
        ),
        Choice("output", "Whose output of magnets?", (SMM, FROST), SMM),
    ),
    admissible=c10_admissible,
    indirect="No trade code tells a high grade from a low one; magnets and metals stand in for "
    "high-end products.",
)

CLAIMS = (C09, C10)
