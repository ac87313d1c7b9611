"""Chapter 1: who has the reserves, who mines, and how much is left (C01, C02, C03).

Frozen before the combinations were run; see the history of this file. The leads in the evidence
were known to the authors beforehand (methods page).
"""

from __future__ import annotations

from collections.abc import Mapping
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
from rare_earths.words import megatonnes, number, percent, times, tonnes, years

TONNES = "t REO"
ILLEGAL = {"20% (Adamas)": "consultancy:adamas", "50% (Kingsnorth)": "consultancy:kingsnorth"}
HORIZON = 2050


@dataclass(frozen=True)
class Edition:
    """One printed table: the compilation (`usgs`, `bp_ei`), its edition year, one document of it
    where the year had several versions."""

    compilation: str
    vintage: str
    source: str | None = None


USGS = {
    "USGS 2026, version 1.3": Edition("usgs", "2026", "usgs_mcs_2026_v13"),
    "USGS 2025": Edition("usgs", "2025"),
    "USGS 2024": Edition("usgs", "2024"),
    "USGS 2023": Edition("usgs", "2023"),
    "USGS 2022": Edition("usgs", "2022"),
    "USGS 2021": Edition("usgs", "2021"),
    "USGS 2020": Edition("usgs", "2020"),
    "USGS 2019": Edition("usgs", "2019"),
    "USGS 2015": Edition("usgs", "2015"),
    "USGS 2009": Edition("usgs", "2009"),
}
REVIEW = {
    "EI 2024": Edition("bp_ei", "2024"),
    "EI 2023": Edition("bp_ei", "2023"),
    "bp 2022": Edition("bp_ei", "2022"),
    "bp 2021": Edition("bp_ei", "2021"),
    "bp 2020": Edition("bp_ei", "2020"),
    "bp 2019": Edition("bp_ei", "2019"),
}
EDITIONS = USGS | REVIEW

# ---------------------------------------------------------------- figures from the evidence


def in_tonnes(evidence: Evidence, series: str, *names: str, **filters: str) -> pd.DataFrame:
    """Rows of a series in t REO."""
    return of_dimension(evidence, series, TONNES, *names, **filters)


@cache
def printed(evidence: Evidence, series: str, edition: Edition) -> pd.DataFrame:
    """Rows of one series in one edition, also where a document quotes that edition.

    A row belongs to a compilation by its document, not by its own lineage: USGS prints the
    Chinese quota as China's output, and that row's lineage is the quota.
    """
    rows = in_tonnes(evidence, series, vintage=edition.vintage)
    if edition.source:
        return rows[rows["source"] == edition.source]
    members = rows.loc[rows["lineage"] == edition.compilation, "source"].unique()
    return rows[rows["source"].isin(members)]


@cache
def reserves(evidence: Evidence, edition: Edition, entity: str) -> Value:
    """Reserves of a country or the World as one edition prints them."""
    rows = printed(evidence, "reserves", edition)
    rows = rows[(rows["entity"] == entity) & ~is_unrounded_sum(rows)]
    return best(rows, f"reserves of {entity}, {edition.vintage}")


def is_unrounded_sum(rows: pd.DataFrame) -> pd.Series:
    """Rows that a document summed itself over the table, beside the edition's rounded total."""
    return rows["note"].fillna("").str.startswith("Unrounded sum")


def reserves_by_country(evidence: Evidence, edition: Edition) -> dict[str, Value]:
    """All countries of an edition's table; at least six with China, else it is not the table."""
    table = by_country(evidence, "reserves", edition)
    if len(table) < 6 or "China" not in table:
        raise NotCoveredError(f"no full table of reserves in the edition of {edition.vintage}")
    return table


@cache
def by_country(evidence: Evidence, series: str, edition: Edition) -> dict[str, Value]:
    """Each country's newest figure in an edition, none of a year after the edition."""
    rows = printed(evidence, series, edition)
    rows = rows[(rows["kind"] == "country") & (rows["year"] < int(edition.vintage))]
    return {
        str(name): best(own[own["year"] == own["year"].max()], f"{series} of {name}")
        for name, own in rows.groupby("entity")
    }


@cache
def china_output(evidence: Evidence, series: str = "official") -> pd.DataFrame:
    """China's yearly mine output since 1985: index year, columns value (t REO) and id.

    `official`: USGS in its newest edition, else bp and the Energy Institute, else BGS (before
    1995). `BGS`: the British Geological Survey, followed by USGS where it ends.
    """
    order = {"official": ("usgs", "bp_ei", "bgs"), "BGS": ("bgs", "usgs")}[series]
    rows = in_tonnes(evidence, "mine_production", "China")
    rows = rows[rows["year"].between(1985, 2100)]
    picked: dict[int, tuple[float, str]] = {}
    for compilation in order:
        members = compilation_sources(evidence, compilation)
        own = rows[rows["source"].isin(members)]
        for year, group in own.groupby("year"):
            if year not in picked:
                newest = group[group["edition"] == group["edition"].max()]
                figure = best(newest, f"China's output in {year}")
                picked[int(str(year))] = (figure.value, figure.rows[0])
    return pd.DataFrame.from_dict(picked, orient="index", columns=["value", "id"]).sort_index()


@cache
def compilation_sources(evidence: Evidence, compilation: str) -> set[str]:
    """Documents that print a compilation's world output: those with a World or foreign row of
    that lineage."""
    rows = evidence.rows
    own = rows[(rows["series"] == "mine_production") & (rows["lineage"] == compilation)]
    return set(own["source"])


@cache
def illegal_share(evidence: Evidence, option: str) -> tuple[float, tuple[str, ...]]:
    """Share of illegal output in the whole, as a fraction: the last that a consultancy states."""
    if option == "none added":
        return 0.0, ()
    rows = evidence.select("illegal_share_of_output", "China", lineage=ILLEGAL[option])
    latest = rows[rows["period"].str.endswith("/..")]
    if latest.empty:
        raise NotCoveredError(f"no lasting illegal share by {option}")
    row = latest.sort_index().iloc[-1]
    return row["value"] / 100, (str(row.name),)


@cache
def taken(evidence: Evidence, output: str, illegal: str, until: int) -> Value:
    """What China mined from 1985 to `until`, in t REO of product."""
    yearly = china_output(evidence, output).loc[:until]
    extra, extra_rows = illegal_share(evidence, illegal)
    return Value(yearly["value"].sum() / (1 - extra), (*yearly["id"], *extra_rows))


@cache
def yearly_output(evidence: Evidence, output: str, illegal: str, year: int) -> Value:
    """China's output of one year, illegal output added if so chosen."""
    row = china_output(evidence, output).loc[:year].iloc[-1]
    extra, extra_rows = illegal_share(evidence, illegal)
    return Value(row["value"] / (1 - extra), (row["id"], *extra_rows))


@cache
def growth(
    evidence: Evidence, option: str, output: str = "official"
) -> tuple[float, tuple[str, ...]]:
    """Growth of output a year: none, or China's own past growth since a year.

    The growth is that of the series asked for; where it is BGS, up to the last year of BGS, since
    the step to another definition is no growth.
    """
    if option == "none":
        return 0.0, ()
    since = int(option.split()[-1])
    yearly = china_output(evidence, output)
    if output == "BGS":
        own = evidence.rows.loc[yearly["id"], "source"].isin(compilation_sources(evidence, "bgs"))
        yearly = yearly[own.to_numpy()]
    span = yearly.loc[since:]
    first, last = span["value"].to_numpy(dtype=float)[[0, -1]]
    rate = measures.growth_rate(first, last, len(span) - 1)
    return rate, (str(span["id"].iloc[0]), str(span["id"].iloc[-1]))


# ---------------------------------------------------------------- C01: first, and at risk?


def c01_first(evidence: Evidence, combination: Combination) -> Outcome:
    """a: China's reserves are larger than those of any other country of the table."""
    table = reserves_by_country(evidence, EDITIONS[combination["table"]])
    ranked = sorted(table, key=lambda name: -table[name].value)
    second = next(name for name in ranked if name != "China")
    ratio = table["China"].value / table[second].value
    return Outcome(
        Finding.HOLDS if ranked[0] == "China" else Finding.OPPOSITE,
        ratio,
        table["China"].rows + table[second].rows,
        f"China has {megatonnes(table['China'].value)}, the next, {second}, "
        f"{megatonnes(table[second].value, 1)}: {times(ratio)} as much.",
        "The first two are within a tenth of each other." if abs(ratio - 1) < 0.1 else "",
    )


def c01_at_risk(evidence: Evidence, combination: Combination) -> Outcome:
    """b: the standing falls: by extraction to 2050, or, another reading, in the share of output."""
    if combination["standing"] == "first in reserves until 2050":
        return _first_in_2050(evidence, combination)
    myanmar = combination["standing"].endswith("with Myanmar")
    return _output_share_since(evidence, int(combination["since"]), myanmar)


def _first_in_2050(evidence: Evidence, combination: Combination) -> Outcome:
    edition = EDITIONS[combination["table"]]
    table = reserves_by_country(evidence, edition)
    rate, rate_rows = growth(evidence, combination["growth"], combination["output"])
    start = int(edition.vintage) - 1
    span = HORIZON - start
    output = yearly_output(evidence, combination["output"], combination["illegal"], start)
    left = {name: figure.value for name, figure in table.items()}
    left["China"] -= measures.output_over(output.value, rate, span)
    rows = output.rows + rate_rows
    if combination["others"] == "mined at the same growth":
        # One version of an edition may hold reserves alone; its output is that of the year.
        printed_output = Edition(edition.compilation, edition.vintage)
        for name, figure in by_country(evidence, "mine_production", printed_output).items():
            if name in left and name != "China":
                mined = measures.output_over(figure.value, rate, span)
                left[name] = max(0.0, left[name] - mined)
    second = max((name for name in left if name != "China"), key=left.__getitem__)
    rows += table["China"].rows + table[second].rows
    return Outcome(
        Finding.FAILS if left["China"] > left[second] else Finding.HOLDS,
        max(left["China"], 0.0) / left[second],
        rows,
        f"After output to {HORIZON} China would have {megatonnes(max(left['China'], 0.0))} of "
        f"today's reserves, {second} {megatonnes(left[second])}.",
    )


@cache
def output_shares(evidence: Evidence, myanmar: bool) -> pd.DataFrame:
    """China's share of world mine output in every edition of USGS, bp and the Energy Institute.

    Columns compilation, edition, year, share (%), ids. Myanmar's ore, separated in China, counts
    as Chinese if so asked.
    """
    records = []
    for label, edition in EDITIONS.items():
        rows = printed(evidence, "mine_production", Edition(edition.compilation, edition.vintage))
        for year, group in rows.groupby("year"):
            try:
                share, ids = _output_share(group, myanmar)
            except NotCoveredError:
                continue
            records.append((edition.compilation, label, int(str(year)), share, ids))
    return pd.DataFrame(records, columns=["compilation", "edition", "year", "share", "ids"])


def _output_share(rows: pd.DataFrame, myanmar: bool) -> tuple[float, tuple[str, ...]]:
    names = ["China", "Myanmar"] if myanmar else ["China"]
    parts = [best(rows[rows["entity"] == name], name) for name in names]
    world = best(rows[rows["entity"] == "World"], "World")
    ids = tuple(row for part in (*parts, world) for row in part.rows)
    return measures.share(sum(part.value for part in parts), world.value), ids


def noise_of_revisions(shares: pd.DataFrame) -> float:
    """How far the editions of one compilation differ over the share of a year, points: the median
    of the years that two editions or more print."""
    years_of = shares.groupby("year")["share"]
    spread = (years_of.max() - years_of.min())[years_of.count() > 1]
    return float(spread.median())


@cache
def newest_shares(
    evidence: Evidence, since: int, myanmar: bool
) -> tuple[pd.DataFrame, float] | None:
    """China's share of output, a year, in the compilation that has the year `since`, each year in
    its newest edition, and the noise of its revisions; None if no compilation has that year.

    USGS goes first. One compilation only: the step from one to another is no fall.
    """
    shares = output_shares(evidence, myanmar)
    for compilation in ("usgs", "bp_ei"):
        own = shares[shares["compilation"] == compilation]
        newest = own.drop_duplicates("year").set_index("year").sort_index()
        if since in newest.index:
            return newest.loc[since:], noise_of_revisions(own)
    return None


def _output_share_since(evidence: Evidence, since: int, myanmar: bool) -> Outcome:
    found = newest_shares(evidence, since, myanmar)
    if found is None:
        raise NotCoveredError(f"no share of output for {since}")
    span, noise = found
    before, now = span["share"].to_numpy(dtype=float)[[0, -1]]
    fall = float(before - now)
    return Outcome(
        Finding.HOLDS if fall > noise else Finding.FAILS,
        fall,
        span["ids"].iloc[0] + span["ids"].iloc[-1],
        f"China's share of mine output went from {percent(before / 100)} in {since} to "
        f"{percent(now / 100)} in {span.index[-1]} in one compilation, whose editions differ by "
        f"{number(noise, 1)} points for a typical year.",
        "The change is close to the noise of revisions." if abs(fall - noise) < 1 else "",
    )


def c01_admissible(combination: Combination) -> bool:
    """Choices that a reading does not use stay at their default; an illegal share is an addition
    to the quota, not to BGS, which already tries to count it. Myanmar's output is printed beside
    China's from 2018 on only."""
    if combination["standing"].endswith("with Myanmar") and int(combination["since"]) < 2018:
        return False
    unused = {
        "first in reserves until 2050": {"since": SINCE},
        "share of output": EXTRACTION_DEFAULTS,
        "share of output with Myanmar": EXTRACTION_DEFAULTS,
    }[combination["standing"]]
    if any(combination[name] != option for name, option in unused.items()):
        return False
    return combination["output"] == "official" or combination["illegal"] == "none added"


# bp and the Energy Institute print the mining quota as China's output from 2010 on: first and last
# year have one definition, over the longest span that has. Written before the rule was run with it.
SINCE = "2010"
OUTPUT = Choice(
    "output", "Whose figure for China's output?", ("official", "BGS"), "official", prints=True
)
EXTRACTION_DEFAULTS = {
    "growth": "none",
    "output": "official",
    "illegal": "none added",
    "others": "mined at the same growth",
}

C01 = Claim(
    "C01",
    (
        Part(
            "a",
            "China holds the largest rare earth reserves of any country",
            "reserves, China over the next country (ratio)",
            c01_first,
            True,
            "an edition of a full table in which another country has more",
        ),
        Part(
            "b",
            "its standing is at risk",
            "reserves left in 2050, China over the next (ratio), or fall of output share (points)",
            c01_at_risk,
            False,
            "reserves that stay the largest after output to 2050; or an output share that does not "
            "fall by more than the editions differ among themselves",
            "another country ahead after output to 2050; or an output share that falls by more "
            "than the editions differ among themselves",
        ),
    ),
    (
        Choice(
            "table",
            "Which table of reserves?",
            (*(k for k in USGS if k not in ("USGS 2009", "USGS 2021")), *REVIEW),
            "USGS 2026, version 1.3",
            prints=True,
        ),
        Choice(
            "standing",
            "What is the standing?",
            ("first in reserves until 2050", "share of output", "share of output with Myanmar"),
            "first in reserves until 2050",
        ),
        Choice(
            "growth",
            "How does output grow to 2050?",
            ("none", "as since 2000", "as since 2015"),
            "none",
        ),
        OUTPUT,
        Choice(
            "illegal",
            "Is illegal output added?",
            ("none added", *ILLEGAL),
            "none added",
        ),
        Choice(
            "others",
            "What happens to the others' reserves?",
            ("mined at the same growth", "left in the ground"),
            "mined at the same growth",
        ),
        Choice("since", "Share of output since when?", (SINCE, "2015", "2018", "2020"), SINCE),
    ),
    admissible=c01_admissible,
)

# ---------------------------------------------------------------- C02: 36.7% and 58.3%

CLAIMED_RESERVE_SHARE = 36.7
CLAIMED_OUTPUT_SHARE = 58.3
WITHIN, NEAR = 1.0, 5.0
YEAR = 2020
GENERATIONS = 100

RESERVE_PAIRS = {
    "USGS 2021, printed total": ("USGS 2021", "printed"),
    "USGS 2020, printed total": ("USGS 2020", "printed"),
    "USGS 2020, sum of countries": ("USGS 2020", "sum"),
    "USGS 2022, printed total": ("USGS 2022", "printed"),
    "bp 2021, printed total": ("bp 2021", "printed"),
    "bp 2020, printed total": ("bp 2020", "printed"),
    "bp 2022, printed total": ("bp 2022", "printed"),
}
OUTPUT_PAIRS: Mapping[str, Edition] = {
    "USGS 2021": Edition("usgs", "2021"),
    "USGS 2022": Edition("usgs", "2022", "usgs_mcs_2022_data"),
    "USGS Yearbook 2022": Edition("usgs", "2025", "usgs_myb_2022"),
    "bp 2021": Edition("bp_ei", "2021"),
    "bp 2022": Edition("bp_ei", "2022"),
    "EI 2023": Edition("bp_ei", "2023"),
    "EI 2024": Edition("bp_ei", "2024"),
    "BGS": Edition("bgs", "2026"),
}


def closeness(value: float, claimed: float) -> Finding:
    """Within one point the figure stands, within five in part."""
    distance = abs(value - claimed)
    if distance <= WITHIN:
        return Finding.HOLDS
    return Finding.PARTLY if distance <= NEAR else Finding.FAILS


@cache
def reserve_pair(evidence: Evidence, option: str) -> tuple[Value, Value]:
    """China's and the World's reserves in one edition; the World as printed or summed."""
    label, total = RESERVE_PAIRS[option]
    edition = EDITIONS[label]
    china = reserves(evidence, edition, "China")
    if total == "printed":
        return china, reserves(evidence, edition, "World")
    rows = printed(evidence, "reserves", edition)
    summed = rows[(rows["entity"] == "World") & is_unrounded_sum(rows)]
    return china, best(summed, f"unrounded sum of {label}")


@cache
def output_pair(evidence: Evidence, option: str, year: int = YEAR) -> tuple[Value, Value]:
    """China's and the World's output of a year in one source; BGS prints no World, so it is the
    sum of its countries."""
    edition = OUTPUT_PAIRS[option]
    rows = printed(evidence, "mine_production", edition)
    rows = rows[rows["year"] == year]
    china = best(rows[rows["entity"] == "China"], f"China's output, {option}")
    if option != "BGS":
        return china, best(rows[rows["entity"] == "World"], f"the World's output, {option}")
    countries = rows[rows["kind"] == "country"]
    if countries.empty:
        raise NotCoveredError(f"no countries in BGS for {year}")
    # One figure a country: a page that quotes BGS must not be added to BGS.
    each = [best(own, f"{name}, BGS") for name, own in countries.groupby("entity", sort=False)]
    return china, Value(sum(one.value for one in each), tuple(r for one in each for r in one.rows))


def c02_reserve_share(evidence: Evidence, combination: Combination) -> Outcome:
    """a: China's share of world reserves was 36.7%."""
    china, world = reserve_pair(evidence, combination["reserves"])
    value = measures.share(china.value, world.value)
    return Outcome(
        closeness(value, CLAIMED_RESERVE_SHARE),
        value,
        china.rows + world.rows,
        f"{megatonnes(china.value)} of {megatonnes(world.value)} is {percent(value / 100)}.",
    )


def c02_output_share(evidence: Evidence, combination: Combination) -> Outcome:
    """b: China's share of world output was 58.3%."""
    china, world = output_pair(evidence, combination["output"])
    value = measures.share(china.value, world.value)
    return Outcome(
        closeness(value, CLAIMED_OUTPUT_SHARE),
        value,
        china.rows + world.rows,
        f"{tonnes(china.value)} of {tonnes(world.value)} is {percent(value / 100)}.",
    )


C02 = Claim(
    "C02",
    (
        Part(
            "a",
            "in 2020 China had 36.7% of world reserves",
            "share of world reserves (%)",
            c02_reserve_share,
            True,
            "a share more than five points away",
        ),
        Part(
            "b",
            "in 2020 China had 58.3% of world output",
            "share of world mine output (%)",
            c02_output_share,
            True,
            "a share more than five points away",
        ),
    ),
    (
        Choice(
            "reserves",
            "Whose share of reserves?",
            tuple(RESERVE_PAIRS),
            "USGS 2021, printed total",
            prints=True,
        ),
        Choice("output", "Whose share of output?", tuple(OUTPUT_PAIRS), "USGS 2021", prints=True),
    ),
)

# ---------------------------------------------------------------- C03: depleted?

DEPLETED = 50
CHINESE = "Chinese classification, end of 2007"
ALL_ORES, IONIC = "all ores", "ionic clays"
IDENTIFIED, ECONOMIC = "all that is identified", "the economic part (basic reserves)"
PRINTED = "reserves as printed"
BY_ORE = "10% at Bayan Obo, 50% elsewhere (2012)"
CLAYS_2007, CLAYS_2012 = "46% of the clays (2007)", "50% of the clays (2012)"
RECOVERY = {
    CLAYS_2007: ("mining_recovery_rate", "China, ionic clays", "2007"),
    CLAYS_2012: ("mining_recovery_rate", "China, ionic clays", "2012"),
    "Bayan Obo": ("overall_utilisation_rate", "Bayan Obo", "2012"),
}
IN_PLACE = {
    (ALL_ORES, IDENTIFIED): "China, resources in place",
    (ALL_ORES, ECONOMIC): "China, basic reserves",
    (IONIC, IDENTIFIED): "China, ionic clays, identified",
    (IONIC, ECONOMIC): "China, ionic clays, basic reserves",
}  # entities of the Chinese classification, before losses


@cache
def recovery(evidence: Evidence, option: str) -> tuple[float, tuple[str, ...]]:
    """Product per rare earths broken out of the ground, as a fraction.

    By ore: the recovery of Bayan Obo for its share of output, that of the clays for the rest. The
    share is Inner Mongolia's in the quota of 2018, the one year that is printed by province; it
    stands in for all years.
    """
    if option == PRINTED:
        return 1.0, ()
    if option == BY_ORE:
        at_mine, mine_rows = recovery(evidence, "Bayan Obo")
        elsewhere, other_rows = recovery(evidence, CLAYS_2012)
        share, share_rows = bayan_obo_share(evidence)
        rows = mine_rows + other_rows + share_rows
        return 1 / (share / at_mine + (1 - share) / elsewhere), rows
    figure = best(evidence.select(*RECOVERY[option]), option)
    return figure.value / 100, figure.rows


@cache
def bayan_obo_share(evidence: Evidence) -> tuple[float, tuple[str, ...]]:
    """Bayan Obo's share of China's mining quota in 2018, as a fraction."""
    names = {"mining_quota_province": "Inner Mongolia, light", "mining_quota_total": "China"}
    own, whole = (
        best(in_tonnes(evidence, series, name, period="2018"), f"{series} of {name} in 2018")
        for series, name in names.items()
    )
    return own.value / whole.value, own.rows + whole.rows


def stock(evidence: Evidence, combination: Combination) -> tuple[Value, int]:
    """What was left, and at the end of which year: recoverable, or with a recovery in place.

    Reserves, Chinese or by USGS, are what is left after losses; only the Chinese classification
    also prints what is in place.
    """
    if combination["edition"] != CHINESE:
        edition = USGS[combination["edition"]]
        return reserves(evidence, edition, "China"), int(edition.vintage) - 1
    name = "China, reserves"
    if combination["recovery"] != PRINTED:
        name = IN_PLACE[combination["ores"], combination["in place"]]
    rows = in_tonnes(evidence, "reserves_chinese_classification", name)
    return best(rows, name), 2007


@cache
def ionic_taken(evidence: Evidence) -> Value:
    """Ionic-clay quota since 2008, only of years with a row: a lower bound of what was taken."""
    rows = in_tonnes(evidence, "mining_quota_ionic", "China")
    by_year = [best(group, "ionic quota") for _, group in rows.groupby("year")]
    return Value(
        sum(y.value for y in by_year), tuple(r for y in by_year for r in y.rows), "at least"
    )


def c03_depleted(evidence: Evidence, combination: Combination) -> Outcome:
    """a: half or more of what could be recovered has been taken since 1985.

    Like with like: product with reserves, which are what is left after losses; or, with a recovery,
    what was broken out with what is in place. Ionic clays: taken since 2008 out of the stock in
    place at the end of 2007.
    """
    left, until = stock(evidence, combination)
    rate, rate_rows = recovery(evidence, combination["recovery"])
    if combination["ores"] == IONIC:
        out = ionic_taken(evidence)
        value = min(100.0, measures.share(out.value / rate, left.value))
    else:
        out = taken(evidence, combination["output"], combination["illegal"], until)
        value = measures.depletion(out.value / rate, left.value)
    return Outcome(
        Finding.HOLDS if value >= DEPLETED else Finding.FAILS,
        value,
        out.rows + left.rows + rate_rows,
        f"{megatonnes(out.value, 1)} were taken, {megatonnes(left.value, 1)} stood in the "
        f"inventory: {percent(value / 100, 0)} of the whole.",
        "The share is within five points of half." if abs(value - DEPLETED) < 5 else "",
    )


def c03_generations(evidence: Evidence, combination: Combination) -> Outcome:
    """b: what is left lasts less than a hundred years."""
    left, until = stock(evidence, combination)
    rate, rate_rows = growth(evidence, combination["growth"], combination["output"])
    efficiency, efficiency_rows = recovery(evidence, combination["recovery"])
    if combination["ores"] == IONIC:
        quota = in_tonnes(evidence, "mining_quota_ionic", "China")
        output = best(quota[quota["year"] == quota["year"].max()], "newest ionic quota")
        stock_left = max(0.0, left.value - ionic_taken(evidence).value / efficiency)
    else:
        output = yearly_output(evidence, combination["output"], combination["illegal"], until)
        stock_left = left.value
    lasting = measures.years_left(stock_left * efficiency, output.value, rate)
    return Outcome(
        Finding.HOLDS if lasting < GENERATIONS else Finding.FAILS,
        lasting,
        left.rows + output.rows + rate_rows + efficiency_rows,
        f"At {tonnes(output.value)} a year and growth of {percent(rate)} what is left lasts "
        f"{years(lasting)}.",
    )


def c03_admissible(combination: Combination) -> bool:
    """Like with like: a recovery stands beside an inventory in place, which only the Chinese
    classification has, and the recovery is that of the ores. Ionic clays are told apart only there,
    and as quota. An illegal share is added to the quota only."""
    chinese = combination["edition"] == CHINESE
    if combination["recovery"] == PRINTED:
        return (
            combination["ores"] == ALL_ORES
            and combination["in place"] == IDENTIFIED
            and (combination["output"] == "official" or combination["illegal"] == "none added")
        )
    if combination["ores"] == IONIC:
        return (
            chinese
            and combination["output"] == "official"
            and combination["illegal"] == "none added"
            and combination["recovery"] in (CLAYS_2007, CLAYS_2012)
        )
    return (
        chinese
        and combination["recovery"] == BY_ORE
        and (combination["output"] == "official" or combination["illegal"] == "none added")
    )


C03 = Claim(
    "C03",
    (
        Part(
            "a",
            "decades of extraction have depleted the resource",
            "share taken of what could be recovered (%)",
            c03_depleted,
            True,
            "less than half of the recoverable taken",
            "half or more of the recoverable taken",
        ),
        Part(
            "b",
            "what is left for later generations is in question",
            "years left",
            c03_generations,
            False,
            "a hundred years or more",
            "less than a hundred years",
        ),
    ),
    (
        Choice("ores", "Which ores?", (ALL_ORES, IONIC), ALL_ORES),
        Choice(
            "edition",
            "Which inventory?",
            (
                "USGS 2026, version 1.3",
                "USGS 2025",
                "USGS 2024",
                "USGS 2020",
                "USGS 2015",
                "USGS 2009",
                CHINESE,
            ),
            "USGS 2026, version 1.3",
            prints=True,
        ),
        OUTPUT,
        Choice(
            "illegal",
            "Is illegal output added?",
            ("none added", *ILLEGAL),
            "none added",
        ),
        Choice(
            "recovery", "What is recovered?", (PRINTED, BY_ORE, CLAYS_2007, CLAYS_2012), PRINTED
        ),
        Choice("in place", "Which inventory in place?", (IDENTIFIED, ECONOMIC), IDENTIFIED),
        Choice(
            "growth",
            "How does output grow?",
            ("none", "as since 2000", "as since 2015"),
            "none",
        ),
    ),
    admissible=c03_admissible,
)

CLAIMS = (C01, C02, C03)
