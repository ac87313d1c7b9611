"""Chapter 5: whether rivals invest in new mines and train people (C08).

Frozen before the combinations were run; see the history of this file. The leads in the evidence
were known to the authors beforehand (methods page).

A mine is a mine here: refineries and magnet plants are shown in the chapter and count for nothing.
A capacity printed in neodymium and praseodymium is taken as so many tonnes of oxide, which is too
little, since the ore holds other rare earths as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

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
from rare_earths.claims.rows import Value, best, of_dimension, printed, threshold
from rare_earths.evidence import Evidence
from rare_earths.words import count_word, number, percent, tonnes

TONNES = "t REO"
GROUP = "United States, Japan and Australia"
AMERICA, JAPAN, UNION = "United States", "Japan", "European Union"

OUTPUT = "mine output added"
FINANCED = "mine output added and mines financed"
NEW_OUTPUT = "new sites only, output"
NEW_FINANCED = "new sites only, built or financed"
NEW_ANNOUNCED = "new sites only, also announced"
COUNTS = (FINANCED, OUTPUT, NEW_OUTPUT, NEW_FINANCED, NEW_ANNOUNCED)

NEWEST, BEFORE, BGS = "USGS, newest edition", "USGS, edition of 2025", "BGS"
TABLES = (NEWEST, BEFORE, BGS)
YEARS = ("2022", "2023", "2024", "2025")
SINCE = ("2020", "2018", "2010")

# ---------------------------------------------------------------- figures from the evidence


@dataclass(frozen=True)
class Site:
    """A new mine: who pays for it, the rows of its capacity and of the public money."""

    payer: str
    capacity: str
    money: tuple[str, ...]
    firm: bool  # money granted or mine built; else a letter or a study


SITES = {
    "Pela Ema": Site(
        AMERICA,
        "project-capacity.serra-verde-pela-ema-phase-1.2023.mining-serraverde-2023",
        ("project-public-funding.serra-verde-us-dfc.2026.freq-serraverde-2026",),
        True,
    ),
    "Nolans": Site(
        "Australia",
        "project-capacity-ndpr.arafura-nolans.2021.miningweekly-arafura-2021",
        ("project-public-funding.arafura-nolans-commonwealth-loans.2024.ntnews-arafura-2024",),
        True,
    ),
    "Longonjo": Site(
        AMERICA,
        "project-capacity-ndpr.pensana-longonjo-full-two-phases.2025.orepulse-pensana-2025",
        (
            "project-public-funding.pensana-longonjo-us-exim-letter-of-interest.2025."
            "moneyam-pensana-2025",
        ),
        False,
    ),
    "Phalaborwa": Site(
        AMERICA,
        "project-capacity.rainbow-phalaborwa-south-africa.2024-12.miningmx-rainbow-2024",
        (
            "project-public-funding.rainbow-phalaborwa-us-dfc-through-techmet.2024-12."
            "miningmx-rainbow-2024",
        ),
        False,
    ),
}
PAYERS = {GROUP: (AMERICA, "Australia"), AMERICA: (AMERICA,), JAPAN: (), UNION: ()}
USERS = {GROUP: (AMERICA, JAPAN), AMERICA: (AMERICA,), JAPAN: (JAPAN,), UNION: (UNION,)}


@cache
def output(evidence: Evidence, country: str, year: str, table: str) -> Value:
    """Mine output of a country in a year by one compilation, in t REO.

    USGS as its newest edition prints the year, or as it was known in the edition of 2025.
    """
    series = ["mine_production"]
    if country == AMERICA and table != BGS:
        series.append("us_mine_production")
    rows = of_dimension(evidence, series, TONNES, country, year)
    rows = rows[(rows["lineage"] == ("bgs" if table == BGS else "usgs")) & (rows["grade"] == "A")]
    if table == BEFORE:
        rows = rows[rows["edition"] <= 2025]
    what = f"mine output of {country} in {year}, {table}"
    if rows.empty and year == "2010" and table != BGS:
        return output(evidence, country, year, BGS)  # nothing was mined; USGS lists no such row
    return best(rows[rows["edition"] == rows["edition"].max()], what)


@cache
def added(evidence: Evidence, country: str, since: str, year: str, table: str) -> Value:
    """Mine output that a country added between two years, t REO; a fall counts as nothing."""
    before, now = (output(evidence, country, at, table) for at in (since, year))
    return Value(max(0.0, now.value - before.value), before.rows + now.rows)


@cache
def use(evidence: Evidence, country: str, year: str, table: str = NEWEST) -> Value:
    """What a country uses of rare earths in a year, in t.

    The United States: apparent consumption by USGS. Japan: demand by its Society of Newer Metals,
    every second year, in weight of products; between them the year before. The European Union:
    imports of metals and compounds, known for 2024.
    """
    if country == AMERICA:
        rows = of_dimension(evidence, "us_apparent_consumption", TONNES, country, year)
        if table == BEFORE:
            rows = rows[rows["edition"] <= 2025]
        rows = rows[rows["edition"] == rows["edition"].max()]
        return best(rows, f"use of rare earths in the United States in {year}")
    if country == JAPAN:
        even = str(int(year) // 2 * 2)
        rows = evidence.select("rare_earth_demand", JAPAN, even)
        return best(rows[rows["unit"] == "t"], f"demand of Japan in {even}")
    rows = evidence.select("eu_imports_rare_earths_volume", UNION, year)
    return best(rows, f"imports of the European Union in {year}")


@cache
def site(evidence: Evidence, name: str) -> Value:
    """Capacity of a new mine in tonnes of oxide a year, with the rows of the money for it."""
    own = SITES[name]
    capacity = printed(evidence, own.capacity)
    return Value(capacity, (own.capacity, *own.money), "at least")


@cache
def sites(evidence: Evidence, rival: str, announced: bool) -> Value:
    """Capacity of the new mines that a rival built or pays for, t a year."""
    names = [n for n, s in SITES.items() if s.payer in PAYERS[rival] and (s.firm or announced)]
    found = [site(evidence, name) for name in names]
    return Value(sum(v.value for v in found), tuple(r for v in found for r in v.rows), "at least")


@cache
def for_japan(evidence: Evidence) -> Value:
    """What Japan was promised of Mount Weld for its loan and equity, t a year; a plan of 2010."""
    rows = evidence.select("offtake_secured", "Japan, Lynas (Sojitz and JOGMEC)")
    return best(rows, "Japan's offtake from Mount Weld")


@cache
def new_mines(
    evidence: Evidence, rival: str, counts: str, since: str, year: str, table: str
) -> Value:
    """New mine capacity of a rival in tonnes of oxide a year, by what counts as new."""
    if rival == JAPAN:
        return for_japan(evidence)
    if rival == UNION:  # no country of the Union stands in the tables of output
        rows = of_dimension(evidence, "mine_production", TONNES, "World", year, lineage="usgs")
        world = best(rows[rows["grade"] == "A"], f"the table of {year}")
        return Value(0.0, world.rows)
    if counts == NEW_OUTPUT:
        return added(evidence, "Brazil", since, year, table)
    grown = [added(evidence, name, since, year, table) for name in PAYERS[rival]]
    if counts == OUTPUT:
        new: list[Value] = grown
    elif counts == FINANCED:
        new = [*grown, sites(evidence, rival, False)]
    else:
        new = [sites(evidence, rival, counts == NEW_ANNOUNCED)]
    return Value(sum(v.value for v in new), tuple(r for v in new for r in v.rows), "at least")


# ---------------------------------------------------------------- a: mines


def c08_mines(evidence: Evidence, combination: Combination) -> Outcome:
    """a: new mine capacity of a rival is a tenth or more of what it uses of rare earths."""
    rival, counts, since, year, table = (
        combination[name] for name in ("rival", "counts", "since", "year", "table")
    )
    new = new_mines(evidence, rival, counts, since, year, table)
    used = [use(evidence, country, year, table) for country in USERS[rival]]
    whole = sum(part.value for part in used)
    share = measures.share(new.value, whole)
    least = threshold(evidence, "rival_mines_of_demand")
    least_word = "at least " if new.bound == "at least" else ""
    return Outcome(
        Finding.HOLDS if share >= least else Finding.FAILS,
        share,
        new.rows + tuple(row for part in used for row in part.rows),
        f"Mine capacity that {_the(rival)} added or paid for is {least_word}"
        f"{tonnes(new.value)} a year, "
        f"{percent(share / 100, 0)} of the {tonnes(whole)} used in {year}.",
        "The share is near the threshold." if abs(share / least - 1) < 0.2 else "",
    )


def _the(rival: str) -> str:
    return rival if rival == JAPAN else f"the {rival}"


# ---------------------------------------------------------------- b: training, the effort

SOME, NAMED = "a programme in two of four", "a programme in both that are named"
BY_NAME, MONEY = "one for critical minerals in two of four", "its share of public money"
EFFORTS = (SOME, BY_NAME, NAMED, MONEY)
PROGRAMMES = {
    AMERICA: (
        "training-programmes.united-states-montana-tech-online-certificates-defense-production-"
        "act.2025.newsguy-mt-2024",
        "students-employed.united-states-critical-materials-innovation-hub.2024.ameslab-cmi-2024",
    ),
    UNION: (
        "public-funding.european-union-european-raw-materials-academy.2024.soci-erma-2024",
        "student-intake-raw-materials.european-union-six-eit-labelled-master-programmes.2019."
        "eit-2019",
    ),
    "Australia": ("scholarships-funding.unsw-mining-engineering.2017.nmc-unsw-2017",),
}
MINING_AT_LARGE = ("Australia",)  # scholarships for mining engineering of any kind
TRAINING_MONEY = (
    "public-funding.united-states-dod-workforce-award-to-montana-tech.2024.govtech-mt-2024",
    "public-funding.european-union-european-raw-materials-academy.2024.soci-erma-2024",
)


@dataclass(frozen=True)
class Award:
    """Public money for one project: payer, project, stage, whether it is firm, evidence row."""

    payer: str
    project: str
    stage: str
    firm: bool
    row: str


MINE, MIXED, REFINERY, MAGNETS = "mine", "mine with refinery", "refinery", "magnets"
STAGES = (MINE, MIXED, REFINERY, MAGNETS)
_FUNDING = "project-public-funding."
AWARDS = (
    Award(AMERICA, "Pela Ema", MINE, True, "serra-verde-us-dfc.2026.freq-serraverde-2026"),
    Award(AMERICA, "10X", MAGNETS, True,
          "mp-materials-dod-preferred-stock.2025-07.mp-2025-8k-july"),
    Award(AMERICA, "10X", MAGNETS, True,
          "mp-materials-10x-texas-incentive-package.2026.mp-2026-results-fy2025"),
    Award(AMERICA, "Independence", MAGNETS, True,
          "mp-materials-independence-tax-credit-48c.2024-04-01.fastmarkets-2024-48c"),
    Award(AMERICA, "Mountain Pass, heavy", REFINERY, True,
          "mp-materials-dod-loan.2025-07.mp-2025-8k-july"),
    Award(AMERICA, "Mountain Pass, heavy", REFINERY, True,
          "mp-materials-heavy-re-us-dod.2022-02.moneyshow-mp-2022"),
    Award(AMERICA, "Lynas Texas", REFINERY, True,
          "lynas-texas-heavy-light-us-dod-total.2024.reuters-chain-2024"),
    Award(AMERICA, "Vulcan Elements", MAGNETS, True,
          "vulcan-elements-us-dod-loan.2025.smm-nov-2025"),
    Award(AMERICA, "Vulcan Elements", MAGNETS, True,
          "vulcan-elements-us-department-of-commerce.2025.smm-nov-2025"),
    Award(AMERICA, "Sumter", MAGNETS, True, "e-vac-sumter-dod.2023-09.item-evac-2024"),
    Award(AMERICA, "Sumter", MAGNETS, True, "e-vac-sumter-tax-credit-48c.2024.item-evac-2024"),
    Award(AMERICA, "Longonjo", MINE, False,
          "pensana-longonjo-us-exim-letter-of-interest.2025.moneyam-pensana-2025"),
    Award(AMERICA, "Phalaborwa", MINE, False,
          "rainbow-phalaborwa-us-dfc-through-techmet.2024-12.miningmx-rainbow-2024"),
    Award(AMERICA, "Round Top and Stillwater", MIXED, False,
          "usa-rare-earth-us-commerce-chips-direct-funding.2026-01-26.defensedaily-usar-2026"),
    Award(AMERICA, "Round Top and Stillwater", MIXED, False,
          "usa-rare-earth-us-commerce-chips-loan.2026-01-26.defensedaily-usar-2026"),
    Award("Australia", "Nolans", MIXED, True,
          "arafura-nolans-commonwealth-loans.2024.ntnews-arafura-2024"),
    Award("Australia", "Nolans", MIXED, True,
          "arafura-nolans-national-reconstruction-fund.2025.resreview-arafura-2025"),
    Award("Australia", "Nolans", MIXED, True,
          "arafura-nolans-separation-plant-mmi-grant.2022.thewest-arafura-2022"),
    Award("Australia", "Nolans", MIXED, False,
          "arafura-nolans-australia-equity.2025-10.manmonthly-2025"),
    Award("Australia", "Yangibana", MINE, True,
          "hastings-yangibana-naif-loan.2023-01.rexforum-au-2025"),
    Award("Australia", "Eneabba", REFINERY, True, "eneabba-refinery.2022.miningmag-2024-eneabba"),
    Award("Australia", "Eneabba", REFINERY, True,
          "eneabba-refinery-addition.2024-12.miningmag-2024-eneabba"),
    Award("Australia", "Kalgoorlie", REFINERY, True,
          "lynas-kalgoorlie-carbonate-refining-grant.2021-07.rexforum-au-2025"),
    Award(UNION, "Caremag", REFINERY, True,
          "caremag-lacq-french-state.2025-03.chemeng-caremag-2025"),
    Award(UNION, "Narva", MAGNETS, True,
          "narva-magnet-plant-eu-just-transition-fund.2025.wedoany-neo-2025"),
    Award(JAPAN, "Caremag", REFINERY, True,
          "caremag-lacq-jogmec-and-iwatani.2025-03.chemeng-caremag-2025"),
)  # fmt: skip
CURRENCIES = {
    "USD million": None,
    "AUD million": "aud_per_usd_2024",
    "EUR million": "eur_per_usd_2024",
    "JPY million": "jpy_per_usd_2023",
}


@cache
def dollars(evidence: Evidence, row: str) -> Value:
    """The money of a row in millions of US dollars, at one rate a currency."""
    rate = CURRENCIES[str(evidence.rows.at[row, "unit"])]
    value = printed(evidence, row) / (evidence.parameter(rate).value if rate else 1.0)
    return Value(value, (row,), str(evidence.rows.at[row, "bound"]))


@cache
def awarded(evidence: Evidence, firm: bool = True) -> Value:
    """Public money for projects of the rivals, granted (or only offered), in USD million."""
    found = [dollars(evidence, _FUNDING + a.row) for a in AWARDS if a.firm is firm]
    return Value(sum(v.value for v in found), tuple(r for v in found for r in v.rows))


@cache
def training_money(evidence: Evidence) -> Value:
    """Public money for training that names critical minerals, in USD million."""
    found = [dollars(evidence, row) for row in TRAINING_MONEY]
    return Value(sum(v.value for v in found), tuple(r for v in found for r in v.rows))


def c08_effort(evidence: Evidence, combination: Combination) -> Outcome:
    """b: programmes to train people stand in two of the four rivals; or, stricter readings: both
    countries that the claim names, programmes that name critical minerals, or money that counts
    beside the money for plants."""
    effort = combination["effort"]
    if effort == MONEY:
        spent, plants = training_money(evidence), awarded(evidence)
        share = measures.share(spent.value, plants.value)
        least = threshold(evidence, "training_money_share")
        return Outcome(
            Finding.HOLDS if share >= least else Finding.FAILS,
            share,
            spent.rows + plants.rows,
            f"Programmes got {number(spent.value)} million dollars of public money, projects "
            f"{number(plants.value)}: {percent(share / 100)}.",
        )
    among = (AMERICA, JAPAN) if effort == NAMED else (AMERICA, JAPAN, "Australia", UNION)
    passed = [n for n in among if n in PROGRAMMES]
    if effort == BY_NAME:
        passed = [n for n in passed if n not in MINING_AT_LARGE]
    rows = tuple(r for n in passed for r in PROGRAMMES[n] if r in evidence.rows.index)
    if not rows:
        raise NotCoveredError("no row on a programme of training")
    needed = threshold(evidence, "training_rivals_needed")
    enough = len(passed) >= needed
    finding = Finding.HOLDS if enough else Finding.PARTLY if passed else Finding.FAILS
    return Outcome(
        finding,
        float(len(passed)),
        rows,
        f"Programmes stand in {count_word(len(passed))} of {count_word(len(among))}: "
        f"{', '.join(passed)}.",
    )


# ---------------------------------------------------------------- c: training, the result


@dataclass(frozen=True)
class Change:
    """Two rows of one definition, or one row that prints the change in percent."""

    before: str
    after: str = ""


_DEGREES = "graduates-mining-engineering."
RESULTS = {
    "United States, bachelor's, 2015 to 2019": Change(
        f"{_DEGREES}united-states-undergraduates.2015.sme-president-2019",
        f"{_DEGREES}united-states-undergraduates.2019.sme-president-2019",
    ),
    "United States, bachelor's, 1982 to 2019": Change(
        f"{_DEGREES}united-states-undergraduates.1982.sme-president-2019",
        f"{_DEGREES}united-states-undergraduates.2019.sme-president-2019",
    ),
    "United States, all degrees, 2014 to 2015": Change(
        f"{_DEGREES}united-states-b-s-m-s-and-ph-d.2014.sme-2016-guide",
        f"{_DEGREES}united-states-b-s-m-s-and-ph-d.2015.sme-2016-guide",
    ),
    "American, with minerals, 2016 to 2020": Change(
        "graduates-mining-engineering-change.united-states.2016-2020.csis-2023-mining-engineers"
    ),
    "United States, enrolment, 2015 to 2019": Change(
        "enrolment-mining-engineering.united-states-undergraduates.2015.sme-president-2019",
        "enrolment-mining-engineering.united-states-undergraduates.2019.sme-president-2019",
    ),
    "Australia, six schools, 2015 to 2016": Change(
        f"{_DEGREES}australia-six-universities.2015.nmc-unsw-2017",
        f"{_DEGREES}australia-six-universities.2016.nmc-unsw-2017",
    ),
    "European Union, master's intake, 2019": Change(
        "student-intake-growth.european-union-six-eit-labelled-master-programmes.2019.eit-2019"
    ),
}


def c08_result(evidence: Evidence, combination: Combination) -> Outcome:
    """c: the number of those trained rises, within one definition; a fall is the opposite."""
    name = combination["result"]
    own = RESULTS[name]
    rows = tuple(row for row in (own.before, own.after) if row)
    if missing := [row for row in rows if row not in evidence.rows.index]:
        raise NotCoveredError(f"no row {missing[0]}")
    values = [printed(evidence, row) for row in rows]
    if len(values) == 2:
        change = 100 * (values[1] / values[0] - 1)
        says = f"{name}: {number(values[0])}, then {number(values[1])}, "
    else:
        change, says = values[0], f"{name}: "
    least = threshold(evidence, "graduates_change_needed")
    finding = (
        Finding.HOLDS if change >= least else Finding.OPPOSITE if change <= -least
        else Finding.FAILS
    )  # fmt: skip
    return Outcome(finding, change, rows, f"{says}a change of {percent(change / 100, 0)}.")


# ---------------------------------------------------------------- the claim


def c08_admissible(combination: Combination) -> bool:
    """Choices that a reading does not use stay at their default; pairs without rows stay out."""
    rival, counts, since, year, table = (
        combination[name] for name in ("rival", "counts", "since", "year", "table")
    )
    if rival == JAPAN:  # one promise, of 2010
        return counts == FINANCED and since == "2010" and table == NEWEST
    if rival == UNION:
        return counts == FINANCED and since == SINCE[0] and year == "2024" and table == NEWEST
    if counts in (NEW_FINANCED, NEW_ANNOUNCED) and since != SINCE[0]:
        return False
    if counts == NEW_OUTPUT and (table == BGS or since != SINCE[0]):
        return False
    latest = {NEWEST: "2025", BEFORE: "2024", BGS: "2023"}[table]
    return year <= latest and (counts in (OUTPUT, FINANCED) or table != BGS)


C08 = Claim(
    "C08",
    (
        Part(
            "a",
            "rivals invest in new mines",
            "mine capacity opened or financed over own use of rare earths (%)",
            c08_mines,
            True,
            "new mines that come to less than a tenth of what the rivals use",
        ),
        Part(
            "b",
            "they make an effort to train people",
            "programmes by rival (count), or training over plants in public money (%)",
            c08_effort,
            False,
            "fewer than two of the four rivals with a programme",
        ),
        Part(
            "c",
            "the number of people trained rises",
            "change of graduates or students within one definition (%)",
            c08_result,
            False,
            "less than a rise by a tenth in the newest pair of figures of one definition",
            "a rise by a tenth or more in the newest pair of figures of one definition",
        ),
    ),
    (
        Choice("rival", "Which rivals?", (GROUP, AMERICA, JAPAN, UNION), GROUP),
        Choice("counts", "What counts as a new mine?", COUNTS, FINANCED),
        Choice("since", "New since when?", SINCE, SINCE[0]),
        Choice("year", "Which year of output and use?", YEARS, "2024"),
        Choice("table", "Whose table?", TABLES, NEWEST, prints=True),
        Choice("effort", "What is an effort to train?", EFFORTS, SOME),
        Choice("result", "Who counts as trained?", tuple(RESULTS), next(iter(RESULTS))),
    ),
    admissible=c08_admissible,
    indirect="Degrees in mining engineering stand in for people who know rare earths; no country "
    "outside China counts those.",
)

CLAIMS = (C08,)
