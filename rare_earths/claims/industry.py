"""Chapter 3: how many firms, how concentrated, how efficient, how inventive (C06, C07).

Frozen before the combinations were run; see the history of this file. The leads in the evidence
were known to the authors beforehand (methods page).

A group is the unit to which the ministry gives a quota. It owns several mining firms, and their
number is not published.
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
from rare_earths.claims.reserves import ILLEGAL, illegal_share
from rare_earths.claims.rows import Value, best, of_dimension, threshold
from rare_earths.evidence import Evidence
from rare_earths.words import number, percent, times, usd, year

TONNES = "t REO"
CHINA = "China"


# ---------------------------------------------------------------- counts of firms

CLAIMED_FIRMS = 100
LICENCES, MAY_MINE = "mining licences", "licences, then quota groups"
HOLDERS_AT_MOST, RELATED = "firms behind the licences, at most", "rare earth firms of all stages"
COUNTS = (LICENCES, MAY_MINE, HOLDERS_AT_MOST, RELATED)
SERIES_OF = {
    MAY_MINE: ("mining_licences", "quota_holder_groups"),
    LICENCES: ("mining_licences",),
    RELATED: ("rare_earth_firms", "firms_total"),
}
ONE_HOLDER = "Ganzhou Rare Earth Mineral Industry Co."


def date_of(period: str) -> float:
    """The year a period ends in, half a year earlier for "before then" ("../2012-09")."""
    return int(period.split("/")[-1][:4]) - (0.5 if period.startswith("..") else 0)


@cache
def counts(evidence: Evidence, reading: str) -> pd.DataFrame:
    """Every count of one reading, oldest first: columns as the evidence, and `date`.

    Licences that include exploration rights are no count of who may mine.
    """
    rows = pd.concat([evidence.select(name) for name in SERIES_OF[reading]])
    rows = rows[rows["entity"].str.split(",").str[0] == CHINA]
    rows = rows[~rows["note"].fillna("").str.contains("exploration and mining rights together")]
    return rows.assign(date=rows["period"].map(date_of)).sort_values("date", kind="stable")


def newest(rows: pd.DataFrame, what: str) -> tuple[Value, int]:
    """The newest row of the best grade, and its year: a better source ranks before a newer one.

    A peak whose year the source does not give is no count of today.
    """
    rows = rows[~rows["note"].fillna("").str.contains("year not given")]
    if rows.empty:
        raise NotCoveredError(f"no count of {what}")
    rows = rows[rows["grade"] == rows["grade"].min()]
    date = rows["date"].max()
    return best(rows[rows["date"] == date], what), int(date)


@cache
def one_holder(evidence: Evidence) -> Value:
    """Licences that one company of Ganzhou held after the list of September 2012."""
    return best(evidence.select("mining_licences", ONE_HOLDER), ONE_HOLDER)


@cache
def count_now(evidence: Evidence, reading: str) -> tuple[Value, int]:
    """The newest count of a reading, and its year.

    Firms behind the licences, at most: each licence a firm of its own, but for those that one
    company is known to hold.
    """
    if reading != HOLDERS_AT_MOST:
        return newest(counts(evidence, reading), reading)
    licences, when = newest(counts(evidence, LICENCES), LICENCES)
    held = one_holder(evidence)
    return Value(licences.value - held.value + 1, licences.rows + held.rows, "at most"), when


@cache
def earlier_peak(evidence: Evidence, reading: str) -> Value | None:
    """The largest count before the one of `count_now`, None where there is no earlier one."""
    if reading == HOLDERS_AT_MOST:
        return None
    rows = counts(evidence, reading)
    now = count_now(evidence, reading)[0].rows[0]
    rows = rows[rows["date"] < rows.at[now, "date"]]
    if rows.empty:
        return None
    top = rows[rows["value"] == rows["value"].max()].iloc[0]
    return Value(float(top["value"]), (str(top.name),), str(top["bound"]))


# ---------------------------------------------------------------- who holds the quota

NORTHERN, SOUTHERN, CHINALCO, MINMETALS, NATIONAL, XIAMEN, GUANGDONG = GROUPS = (
    "China Northern",
    "China Southern",
    "Chinalco",
    "Minmetals",
    "China Rare Earth Group",
    "Xiamen Tungsten",
    "Guangdong",
)
MINING, SMELTING = "mining", "smelting"


@dataclass(frozen=True)
class Take:
    """A row that counts towards a group's quota: series, entity, and how often."""

    series: str
    entity: str
    times: float = 1.0


@dataclass(frozen=True)
class Slot:
    """What is known of a group's quota in a year. Not `complete`: a batch is missing, so that the
    sum is a lower bound. `rest`: the group has what the rows leave of the total."""

    takes: tuple[Take, ...]
    complete: bool = True
    rest: bool = False


def m(part: str, entity: str, count: float = 1.0) -> Take:
    """A row of a mining quota."""
    return Take(f"mining_quota_group{part}", entity, count)


def s(part: str, entity: str, count: float = 1.0) -> Take:
    """A row of a smelting quota."""
    return Take(f"smelting_quota_group{part}", entity, count)


NRE, CREG = "China Northern Rare Earth", "China Rare Earth Group"
CSRE = "China Southern Rare Earth"
CHANGE = "_change_batch2_on_batch1"
FIRST_BATCH = "first batch"

# The notices name the groups in annexes that were not seen; trade papers print parts of them. In
# 2019 the ionic quotas were the same in both batches, and so were those of the three small groups.
SLOTS: dict[tuple[str, str], dict[str, Slot]] = {
    (MINING, "2011"): {NORTHERN: Slot((m("", NRE),))},
    (MINING, "2015"): {NORTHERN: Slot((m("_batch1", NRE),))},
    (MINING, "2016"): {NORTHERN: Slot((m("_batch1", NRE),))},
    (MINING, "2018"): {NORTHERN: Slot((Take("mining_quota_province", "Inner Mongolia, light"),))},
    (MINING, "2019"): {
        NORTHERN: Slot((m("_batch1", f"{NRE}, light"), m("_batch2", f"{NRE}, light"))),
        SOUTHERN: Slot(
            (
                m("_batch1", f"{CSRE}, light", 2),
                m(CHANGE, f"{CSRE}, light"),
                m("_batch1", f"{CSRE}, ionic", 2),
            )
        ),
        CHINALCO: Slot(
            (
                m("_batch1", "Chinalco, light"),
                m("_batch2", "Chinalco, light"),
                m("_batch1", "Chinalco, ionic"),
                m("_batch2", "Chinalco, ionic"),
            )
        ),
        MINMETALS: Slot((m("_batch2", "Minmetals, ionic", 2),)),
    },
    (MINING, "2020"): {
        NORTHERN: Slot((m("", NRE),)),
        SOUTHERN: Slot(
            (m("_batch1", f"{CSRE}, light"), m("_batch1", f"{CSRE}, ionic")), complete=False
        ),
        CHINALCO: Slot(
            (m("_batch1", "Chinalco, light"), m("_batch1", "Chinalco, ionic")), complete=False
        ),
    },
    (MINING, "2021"): {NORTHERN: Slot((m("", NRE),))},
    (MINING, "2022"): {
        NORTHERN: Slot((m("_batch1", NRE), m("_batch2", NRE))),
        NATIONAL: Slot((m("_batch2", CREG),), complete=False),
        XIAMEN: Slot((m("_batch2", "Xiamen Tungsten"),), complete=False),
        GUANGDONG: Slot((m("_batch2", "Guangdong Rare Earth"),), complete=False),
    },
    (MINING, "2023"): {
        NORTHERN: Slot((m("_batches12", NRE), m("_batch3", NRE))),
        NATIONAL: Slot((m("_batch3", CREG),), complete=False),
    },
    (MINING, "2024"): {NORTHERN: Slot((m("", NRE),)), NATIONAL: Slot((m("", CREG),))},
    (SMELTING, "2015"): {NORTHERN: Slot((s("_batch1", NRE),))},
    (SMELTING, "2019"): {
        NORTHERN: Slot((s("_batch1", NRE), s("_batch2", NRE))),
        SOUTHERN: Slot((s("_batch1", CSRE, 2), s(CHANGE, CSRE))),
        CHINALCO: Slot((s("_batch2", "Chinalco", 2), s(CHANGE, "Chinalco", -1))),
        MINMETALS: Slot((s("_batch2", "Minmetals", 2),)),
    },
    (SMELTING, "2022"): {
        NORTHERN: Slot((s("", NRE),)),
        NATIONAL: Slot((s("_batch2", CREG),), complete=False),
        GUANGDONG: Slot((s("_batch2", "Guangdong Rare Earth"),), complete=False),
    },
    (SMELTING, "2023"): {
        NORTHERN: Slot((s("_batches12", NRE), s("_batch3", NRE))),
        NATIONAL: Slot((s("_batch3", CREG),), complete=False),
    },
    (SMELTING, "2024"): {
        NATIONAL: Slot((s("", CREG),)),
        NORTHERN: Slot((s("", CREG, -1),), rest=True),
    },
}
# Years whose group rows are of the first batch: so is the total they are a share of.
FIRST_BATCH_ONLY = ((MINING, "2015"), (MINING, "2016"), (SMELTING, "2015"))


@dataclass(frozen=True)
class Holdings:
    """The quota of a year, t REO: the total, and each group's with its bound."""

    total: Value
    groups: dict[str, Value]

    @property
    def shares(self) -> dict[str, float]:
        """Known shares of the total, in percent."""
        return {n: measures.share(v.value, self.total.value) for n, v in self.groups.items()}

    @property
    def open(self) -> list[str]:
        """Groups whose share is a lower bound."""
        return [name for name, value in self.groups.items() if value.bound == "at least"]

    @property
    def rows(self) -> tuple[str, ...]:
        """All rows behind the year."""
        return self.total.rows + tuple(r for v in self.groups.values() for r in v.rows)

    def index(self, fringe: float = 0.0) -> tuple[float, float]:
        """Bounds of the Herfindahl-Hirschman index; `fringe` is a share of output outside the
        quota, as a fraction, scattered over so many that it adds nothing itself."""
        low, high = measures.herfindahl_bounds(self.shares, self.open)
        return low * (1 - fringe) ** 2, high * (1 - fringe) ** 2

    def largest(self, count: int, fringe: float = 0.0) -> tuple[float, float]:
        """Bounds of the share of the `count` largest groups, in percent."""
        known = measures.concentration_ratio(self.shares.values(), count)
        rest = 100 - sum(self.shares.values())
        return known * (1 - fringe), min(100.0, known + rest) * (1 - fringe)


def in_tonnes(evidence: Evidence, take: Take, when: str) -> Value:
    """One row of a quota in t REO."""
    rows = of_dimension(evidence, take.series, TONNES, take.entity, when)
    return best(rows, f"{take.series} of {take.entity} in {when}")


@cache
def holdings(evidence: Evidence, stage: str, when: str) -> Holdings:
    """Who held the quota of a stage in a year, as far as it is printed."""
    slots = SLOTS.get((stage, when))
    if slots is None:
        raise NotCoveredError(f"no {stage} quota by group in {when}")
    part = "batch1" if (stage, when) in FIRST_BATCH_ONLY else "total"
    total = in_tonnes(evidence, Take(f"{stage}_quota_{part}", CHINA), when)
    groups = {}
    for name, slot in slots.items():
        found = [in_tonnes(evidence, take, when) for take in slot.takes]
        held = sum(t.times * v.value for t, v in zip(slot.takes, found, strict=True))
        held += total.value if slot.rest else 0.0
        rows = tuple(row for value in found for row in value.rows)
        groups[name] = Value(held, rows, "exact" if slot.complete else "at least")
    return Holdings(total, groups)


@cache
def united_states(evidence: Evidence) -> Holdings:
    """Mine output of the United States by firm: MP Materials and the rest, newest common year."""
    mine = of_dimension(evidence, "us_mine_production", TONNES, "United States")
    firm = of_dimension(evidence, "firm_output_reo", TONNES, "MP Materials")
    when = max(set(mine["period"]) & set(firm["period"]))
    mine = mine[mine["period"] == when]
    total = best(mine[mine["edition"] == mine["edition"].max()], f"output of {when}")
    own = best(firm[firm["period"] == when], f"MP's output in {when}")
    return Holdings(total, {"MP": Value(min(own.value, total.value), own.rows)})


# ---------------------------------------------------------------- accounts of firms


@dataclass(frozen=True)
class Firm:
    """A firm in the accounts: its entity, the data provider of its income statement."""

    entity: str
    provider: str
    fiscal: str = ""


NORTH, RESOURCES, SHENGHE, JLMAG = (
    "China Northern",
    "China Rare Earth Resources",
    "Shenghe",
    "JL MAG",
)
EARTHPANDA = "Earth-Panda"
MP, LYNAS = "MP (United States)", "Lynas (Australia)"
FIRMS = {
    NORTH: Firm(NRE, "stockanalysis_2026_northern_income"),
    RESOURCES: Firm("China Rare Earth Resources", "stockanalysis_2025_crer_income"),
    SHENGHE: Firm("Shenghe Resources", "stockanalysis_2026_shenghe_income"),
    JLMAG: Firm("JL MAG", "stockanalysis_2026_jlmag_income"),
    EARTHPANDA: Firm("Earth-Panda", "stockanalysis_2026_earthpanda_income"),
    MP: Firm("MP Materials", "stocksnews_2025_mp_income"),
    LYNAS: Firm("Lynas Rare Earths", "stockanalysis_2025_lynas_income", "FY"),
}
SPANS = {
    "2020 to 2024": range(2020, 2025),
    "2021 to 2024": range(2021, 2025),
    "2023 to 2024": range(2023, 2025),
    "2020 to 2021": range(2020, 2022),
    "2022 to 2024": range(2022, 2025),
    "2024 alone": range(2024, 2025),
}


@cache
def account(evidence: Evidence, series: str, firm: str, when: int, source: str = "") -> Value:
    """One figure of a firm in one year as printed; Lynas's years end in June."""
    own = FIRMS[firm]
    rows = evidence.select(series, own.entity, f"{own.fiscal}{when}")
    if source:
        rows = rows[rows["source"] == source]
    return best(rows, f"{series} of {firm} in {when}")


@cache
def margin(evidence: Evidence, firm: str, when: int) -> Value:
    """Gross margin in percent of revenue after depreciation, one provider a firm.

    Chinese and Australian accounts put depreciation of plants into cost; MP's own line does not,
    so that one provider's reading with it is taken: like with like.
    """
    after = "_after_depreciation" if firm == MP else ""
    return account(evidence, f"firm_gross_margin{after}", firm, when, FIRMS[firm].provider)


@cache
def mean_margin(evidence: Evidence, firm: str, span: str, pooled: bool) -> Value:
    """Gross margin over the years of a span: mean of the years, or pooled by revenue."""
    margins = [margin(evidence, firm, when) for when in SPANS[span]]
    weights = [Value(1.0, ())] * len(margins)
    if pooled:
        weights = [account(evidence, "firm_revenue", firm, when) for when in SPANS[span]]
    whole = sum(weight.value for weight in weights)
    value = sum(w.value * m.value for w, m in zip(weights, margins, strict=True)) / whole
    return Value(value, tuple(row for found in (*margins, *weights) for row in found.rows))


@cache
def separated(evidence: Evidence, firm: str) -> Value:
    """Separated oxide of a firm in 2024 in t REO: Lynas's output, the quota of a Chinese firm.

    A quota is a permission; the firms name no output in oxide.
    """
    if firm == LYNAS:
        return account(evidence, "firm_output_reo", firm, 2024)
    group = holdings(evidence, SMELTING, "2024").groups
    if firm == NORTH:
        return group[NORTHERN]
    if firm == RESOURCES:
        part = account(evidence, "firm_share_of_group_smelting_quota", firm, 2024)
        own = group[NATIONAL]
        return Value(own.value * part.value / 100, own.rows + part.rows)
    raise NotCoveredError(f"no separated output of {firm} in oxide")


# ---------------------------------------------------------------- C06: many, small, inefficient?

INDEX_2023, INDEX_2010 = "index, guideline of 2023", "index, guideline of 2010"
FOUR_LARGEST = "share of the four largest"
MEAN, POOLED = "gross margin, mean of years", "gross margin, pooled by revenue"


def c06_hundred_firms(evidence: Evidence, combination: Combination) -> Outcome:
    """a: more than a hundred firms mine, by the newest count of the reading.

    It held once if an earlier count of the same reading was above a hundred. A licence is not a
    firm, and a group is not one either: the firms that mine are counted by nobody.
    """
    reading = combination["count"]
    now, when = count_now(evidence, reading)
    peak = earlier_peak(evidence, reading)
    over = now.value > CLAIMED_FIRMS or (now.value == CLAIMED_FIRMS and now.bound == "at least")
    once = peak is not None and peak.value > CLAIMED_FIRMS
    finding = Finding.HOLDS if over else Finding.HELD_ONCE if once else Finding.FAILS
    before = f"; the largest count before was {_counted(evidence, reading, peak)}" if peak else ""
    return Outcome(
        finding,
        now.value,
        now.rows + (peak.rows if peak else ()),
        f"{reading[0].upper()}{reading[1:]}: {_counted(evidence, reading, now)} in {year(when)}"
        f"{before}.",
        _doubt(evidence, reading),
    )


def _doubt(evidence: Evidence, reading: str) -> str:
    """Why a count may differ from the number of firms that mine."""
    if reading == MAY_MINE:
        return "A group mines through several firms, whose number is not published."
    if reading != LICENCES:
        return ""
    held, licences = one_holder(evidence), count_now(evidence, LICENCES)[0]
    return (
        f"A licence is not a firm: one company held {number(held.value)} of the "
        f"{number(licences.value)}, and how many held the earlier ones is not known."
    )


def _counted(evidence: Evidence, reading: str, count: Value) -> str:
    unit = "firms" if reading == HOLDERS_AT_MOST else str(evidence.rows["unit"][count.rows[0]])
    said = f"{'over ' if count.bound == 'at least' else ''}{number(count.value)}"
    return said if reading == LICENCES else f"{said} {unit}"


@cache
def concentration(
    evidence: Evidence, stage: str, when: str, illegal: str, four: bool
) -> tuple[float, float, tuple[str, ...]]:
    """Bounds of the index, or of the share of the four largest, and the rows."""
    held = holdings(evidence, stage, when)
    fringe, rows = illegal_share(evidence, illegal)
    low, high = held.largest(4, fringe) if four else held.index(fringe)
    return low, high, held.rows + rows


# Below the first parameter a market is fragmented, from the second on highly concentrated.
LIMITS = {
    INDEX_2023: ("hhi_unconcentrated_1992", "hhi_concentrated_2023"),
    INDEX_2010: ("hhi_unconcentrated_2010", "hhi_concentrated_2010"),
    FOUR_LARGEST: ("four_largest_fragmented", "four_largest_concentrated"),
}


def c06_fragmented(evidence: Evidence, combination: Combination) -> Outcome:
    """b: the quota is so scattered that the industry is fragmented.

    It holds below the limit under which the merger guidelines of the United States call a market
    unconcentrated, in part up to the limit of high concentration; for the four largest, rules of
    thumb. Where missing shares leave a limit between the bounds, it cannot be tested.
    """
    four = combination["index"] == FOUR_LARGEST
    scattered, tight = (threshold(evidence, name) for name in LIMITS[combination["index"]])
    low, high, rows = concentration(
        evidence, combination["stage"], combination["year"], combination["illegal"], four
    )

    def level(value: float) -> Finding:
        if value < scattered:
            return Finding.HOLDS
        return Finding.PARTLY if value < tight else Finding.FAILS

    finding = level(low) if level(low) is level(high) else Finding.UNTESTABLE
    what = "The four largest groups hold" if four else "The index of the quota is"
    return Outcome(
        finding,
        (low + high) / 2,
        rows,
        f"{what} {_bounds(low, high, four)} in {combination['year']}; under "
        f"{_bounds(scattered, scattered, four)} it would be fragmented, from "
        f"{_bounds(tight, tight, four)} on it is highly concentrated.",
        "Missing shares leave a limit between the bounds." if finding is Finding.UNTESTABLE else "",
    )


def _bounds(low: float, high: float, four: bool) -> str:
    first, last = (percent(v / 100) if four else number(v) for v in (low, high))
    return first if first == last else f"between {first} and {last}"


def c06_less_concentrated(evidence: Evidence, combination: Combination) -> Outcome:
    """c: mining in China is less concentrated than in the United States.

    The United States have one rare earth mine, so that its index is near the largest possible; the
    rest of its output is what rounding leaves between the firm's figure and the country's.
    """
    four = combination["index"] == FOUR_LARGEST
    low, high, rows = concentration(
        evidence, MINING, combination["year"], combination["illegal"], four
    )
    other = united_states(evidence)
    least, most = other.largest(4) if four else other.index()
    finding = Finding.HOLDS if high < least else Finding.FAILS if low >= most else Finding.PARTLY
    return Outcome(
        finding,
        (low + high) / 2 / least,
        rows + other.rows,
        f"China {_bounds(low, high, four)}, the United States, with one mine, near "
        f"{percent(1) if four else number(100**2)}.",
    )


def c06_less_efficient(evidence: Evidence, combination: Combination) -> Outcome:
    """d: a Chinese firm is less efficient than a concentrated foreign one, by gross margin over a
    price cycle. Tonnes for each employee cannot tell: a Chinese firm's quota is no output.
    """
    home, abroad, span = (combination[name] for name in ("chinese", "foreign", "years"))
    pooled = combination["efficiency"] == POOLED
    own, other = (mean_margin(evidence, firm, span, pooled) for firm in (home, abroad))
    return Outcome(
        Finding.HOLDS if own.value < other.value else Finding.FAILS,
        own.value - other.value,
        own.rows + other.rows,
        f"{home} {percent(own.value / 100)}, {abroad} {percent(other.value / 100)} of revenue as "
        f"gross margin, {span}.",
        "The two firms are close." if abs(own.value - other.value) < 5 else "",
    )


def c06_admissible(combination: Combination) -> bool:
    """An illegal share is an estimate of mine output. Lynas's revenue of 2020 was not found."""
    if combination["illegal"] != "none added" and combination["stage"] != MINING:
        return False
    whole = combination["years"] == "2020 to 2024"
    return not (combination["efficiency"] == POOLED and combination["foreign"] == LYNAS and whole)


C06 = Claim(
    "C06",
    (
        Part(
            "a",
            "more than a hundred small firms mine",
            "newest number of firms, licences or groups",
            c06_hundred_firms,
            True,
            "no count of firms that mine above a hundred at the date of the article",
            "a count of firms that mine above a hundred at the date of the article",
        ),
        Part(
            "b",
            "the industry is fragmented",
            "Herfindahl-Hirschman index of the quota, or share of the four largest groups (%)",
            c06_fragmented,
            False,
            "an index at or above the limit of a market that is not concentrated",
            "an index below the limit of a market that is not concentrated",
        ),
        Part(
            "c",
            "it is less concentrated than mining in the United States",
            "index or share of the four largest, China over the United States (ratio)",
            c06_less_concentrated,
            False,
            "a concentration at or above that of the United States",
        ),
        Part(
            "d",
            "it is less efficient than concentrated operations abroad",
            "gross margin, Chinese less foreign firm (points)",
            c06_less_efficient,
            False,
            "a margin over the price cycle at or above that abroad",
        ),
    ),
    (
        Choice("count", "What is counted?", COUNTS, LICENCES),
        Choice("year", "Quota of which year?", ("2019", "2022", "2024"), "2024"),
        Choice("stage", "Quota of which stage?", (MINING, SMELTING), MINING),
        Choice(
            "index",
            "Fragmented by which measure?",
            (INDEX_2023, INDEX_2010, FOUR_LARGEST),
            INDEX_2023,
        ),
        Choice(
            "illegal",
            "Is illegal output added as a scattered fringe?",
            ("none added", *ILLEGAL),
            "none added",
        ),
        Choice("efficiency", "Efficient by which measure?", (MEAN, POOLED), MEAN),
        Choice("chinese", "Which Chinese firm?", (NORTH, RESOURCES, SHENGHE), NORTH),
        Choice("foreign", "Which firm abroad?", (MP, LYNAS), MP),
        Choice(
            "years",
            "Margin of which years?",
            ("2020 to 2024", "2021 to 2024", "2023 to 2024"),
            "2020 to 2024",
        ),
    ),
    admissible=c06_admissible,
    indirect="Licences stand in for firms, of which no list is published. The firms compared do "
    "not sell the same product: MP sold concentrate for most of the years, China Northern buys it.",
)

# ---------------------------------------------------------------- C07: little progress?

RD_REVENUE, RD_FIXED = "R&D over revenue", "R&D over revenue at the prices of 2020"
RD_EMPLOYEE, FILINGS = "R&D per employee, 2024", "patent filings to 2018"
RD_TONNE = "R&D per tonne, 2024"  # a finding of the chapter, no option: the tonnes are unlike
PRICE, PEER = "price of neodymium oxide", "margin of the foreign firm"
BASE_YEAR = 2020


@cache
def price(evidence: Evidence, when: int) -> Value:
    """Yearly average price of neodymium oxide, FOB China, USD/kg: Argus, printed by USGS."""
    rows = of_dimension(evidence, "price_average", "USD/kg", "Neodymium oxide", str(when))
    return best(rows, f"price of neodymium oxide in {when}")


@cache
def rd_intensity(evidence: Evidence, firm: str, when: int) -> Value:
    """R&D expense over revenue, percent. Capitalised R&D is left out: a floor."""
    if firm == LYNAS:
        spent = account(evidence, "firm_rd_spending", firm, when)
        sold = account(evidence, "firm_revenue", firm, when)
        return Value(measures.share(spent.value, sold.value), spent.rows + sold.rows)
    return account(evidence, "firm_rd_intensity", firm, when, FIRMS[firm].provider)


@cache
def mean_rd_intensity(evidence: Evidence, firm: str, span: str, fixed: bool) -> Value:
    """Mean of the yearly R&D intensities; `fixed`: revenue at the price of the base year."""
    values: list[float] = []
    rows: list[str] = []
    for when in SPANS[span]:
        own = rd_intensity(evidence, firm, when)
        values.append(own.value)
        rows += own.rows
        if fixed:
            now, base = price(evidence, when), price(evidence, BASE_YEAR)
            values[-1] *= now.value / base.value
            rows += [*now.rows, *base.rows]
    return Value(sum(values) / len(values), tuple(dict.fromkeys(rows)))


@cache
def rd_usd(evidence: Evidence, firm: str) -> Value:
    """R&D expense of 2024 in USD, at the mean exchange rate of the year."""
    rows = evidence.select("firm_rd_spending", FIRMS[firm].entity, f"{FIRMS[firm].fiscal}2024")
    if firm != LYNAS:
        rows = rows[rows["source"] == FIRMS[firm].provider]
    spent = best(rows, f"R&D of {firm} in 2024")
    currency = str(rows.loc[spent.rows[0], "unit"])[:3]
    rates = {"USD": 1.0}
    if currency != "USD":
        rates[currency] = evidence.parameter(f"{currency.lower()}_per_usd_2024").value
    return Value(spent.value * 1e6 / rates[currency], spent.rows)


@cache
def rd_per(evidence: Evidence, firm: str, base: str) -> Value:
    """R&D expense of 2024 for each employee, or each tonne of oxide sold or allowed, in USD.

    Tonnes: MP's in concentrate, Lynas's separated, a Chinese firm's quota of separation.
    """
    spent = rd_usd(evidence, firm)
    if base == RD_EMPLOYEE:
        under = account(evidence, "firm_employees", firm, 2024)
    elif firm == MP:
        under = account(evidence, "firm_output_reo", firm, 2024)
    else:
        under = separated(evidence, firm)
    return Value(spent.value / under.value, spent.rows + under.rows)


def _progress(evidence: Evidence, combination: Combination) -> tuple[Value, Value, str, str]:
    """Chinese and foreign value, what is compared, and how it is said."""
    measure, home, abroad = (combination[name] for name in ("measure", "chinese", "foreign"))
    if measure in (RD_REVENUE, RD_FIXED):
        fixed = measure == RD_FIXED
        own, other = (
            mean_rd_intensity(evidence, firm, combination["years"], fixed)
            for firm in (home, abroad)
        )
        said = [percent(value.value / 100, 2) for value in (own, other)]
        return own, other, f"{home} {said[0]}, {abroad} {said[1]} of revenue", combination["years"]
    if measure == RD_EMPLOYEE:
        own, other = (rd_per(evidence, firm, measure) for firm in (home, abroad))
        said = [usd(value.value) for value in (own, other)]
        return own, other, f"{home} {said[0]}, {abroad} {said[1]} of R&D for each employee", "2024"
    rows = evidence.select("patents_cumulative")
    own = best(rows[rows["entity"] == CHINA], "China's filings")
    others = rows[rows["entity"] != CHINA].sort_values("value")
    name = str(others["entity"].iloc[-1])
    other = best(others.iloc[[-1]], name)
    said = [number(own.value), number(other.value)]
    return own, other, f"China {said[0]}, {name} {said[1]} patent filings", "to 2018"


def c07_little_progress(evidence: Evidence, combination: Combination) -> Outcome:
    """a: effort or output of research is below that of a peer abroad."""
    own, other, said, when = _progress(evidence, combination)
    ratio = own.value / other.value
    return Outcome(
        Finding.HOLDS if ratio < 1 else Finding.FAILS,
        ratio,
        own.rows + other.rows,
        f"{said} ({when}): {times(ratio, 2)} as much.",
        "The two are within a quarter of each other." if 0.8 < ratio < 1.25 else "",
    )


def c07_little_collaboration(evidence: Evidence, combination: Combination) -> Outcome:
    """b: a share of patents held jointly would test it; no source at hand prints one."""
    return Outcome(
        Finding.UNTESTABLE,
        float("nan"),
        (),
        "No figure of joint patents or joint projects was found, only abstracts without numbers.",
    )


@cache
def margins_and(evidence: Evidence, firm: str, cause: str, peer: str) -> pd.DataFrame:
    """Yearly gross margin of a firm beside the price, or beside a peer's margin.

    Index year; columns margin, cause (USD/kg or percent), ids. All years that have both.
    """
    found = {}
    for when in range(2017, 2026):
        try:
            own = margin(evidence, firm, when)
            other = price(evidence, when) if cause == PRICE else margin(evidence, peer, when)
        except NotCoveredError:
            continue
        found[when] = {"margin": own.value, "cause": other.value, "ids": own.rows + other.rows}
    if len(found) < 5:
        raise NotCoveredError(f"fewer than five years of {firm} beside the {cause}")
    return pd.DataFrame.from_dict(found, orient="index")


def c07_holds_back_profit(evidence: Evidence, combination: Combination) -> Outcome:
    """c: a lack of research holds back profit. It fails where the price explains the margin.

    Explained is the share of the variance of yearly margins by a straight line through the price,
    or through the margin of a firm abroad that faces the same price. A low share does not show what
    else moves the margin, so that the part cannot be tested then. A drag that is the same every
    year would not be seen.
    """
    home, cause = combination["chinese"], combination["explained by"]
    table = margins_and(evidence, home, cause, combination["foreign"])
    share = measures.explained(table["cause"], table["margin"])
    low, high = measures.explained_interval(share, len(table))
    limit = threshold(evidence, "margin_explained_by_price")
    span = f"{percent(low / 100, 0)} to {percent(high / 100, 0)}"
    told = "" if share >= limit else "; this does not say what else does"
    return Outcome(
        Finding.FAILS if share >= limit else Finding.UNTESTABLE,
        share,
        tuple(dict.fromkeys(row for ids in table["ids"] for row in ids)),
        f"The {cause} explains {percent(share / 100, 0)} of the moves of {home}'s gross margin in "
        f"{number(len(table))} years (95% interval {span}){told}.",
        f"In so few years the share is known to {span} only." if low < limit < high else "",
    )


def c07_admissible(combination: Combination) -> bool:
    """Choices that a measure does not use stay at their default. The foreign firm matters to the
    second half where the margins are compared."""
    default_years = combination["years"] == "2020 to 2024"
    if combination["measure"] in (RD_REVENUE, RD_FIXED):
        return True
    if combination["measure"] == RD_EMPLOYEE:
        return default_years
    unused = combination["explained by"] == PRICE and combination["foreign"] != MP
    return default_years and not unused


C07 = Claim(
    "C07",
    (
        Part(
            "a",
            "there is little technical progress",
            "research effort or patents, Chinese over foreign (ratio)",
            c07_little_progress,
            True,
            "research effort, or patents weighted by quality, at or above those of peers",
        ),
        Part(
            "b",
            "there is little collaboration",
            "share of patents held jointly",
            c07_little_collaboration,
            False,
            "a share of joint patents at or above that of peers",
            "a share of joint patents below that of peers",
        ),
        Part(
            "c",
            "this holds back profit",
            "share of the moves of the gross margin that the price explains (%)",
            c07_holds_back_profit,
            False,
            "margins that the price alone explains by half or more",
            "research that is shown to move margins apart from the price",
        ),
    ),
    (
        Choice(
            "measure",
            "Progress by which measure?",
            (RD_REVENUE, RD_FIXED, RD_EMPLOYEE, FILINGS),
            RD_REVENUE,
        ),
        Choice("chinese", "Which Chinese firm?", (NORTH, RESOURCES, SHENGHE, JLMAG), NORTH),
        Choice("foreign", "Which firm abroad?", (MP, LYNAS), MP),
        Choice(
            "years",
            "R&D of which years?",
            ("2020 to 2024", "2020 to 2021", "2022 to 2024", "2024 alone"),
            "2020 to 2024",
        ),
        Choice("explained by", "What may explain the margin?", (PRICE, PEER), PRICE),
    ),
    admissible=c07_admissible,
    indirect="Spending on research is not progress, revenue holds trading, MP's line holds "
    "start-up and advanced projects, and no count of patents weighted by quality was found.",
)

CLAIMS = (C06, C07)
