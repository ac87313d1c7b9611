"""Chapter 6: parks in Anhui and Fujian (C11), what holds innovation back (C12).

Frozen before the combinations were run; see the history of this file. The leads in the evidence
were known to the authors beforehand (methods page).

The claims say what parks are for and what policy must do. Whether parks reach their targets is a
finding of the chapter and no part of C11, whose text does not say it; the "must" of C12 is a
recommendation and is not tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from rare_earths import measures, project_book
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
from rare_earths.cleaner_process import Change, internal_rate, present_value, support_needed
from rare_earths.evidence import Evidence
from rare_earths.words import count_word, number, percent, years


def fraction(evidence: Evidence, name: str) -> float:
    """A parameter in percent as a fraction."""
    return threshold(evidence, name) / 100


# ---------------------------------------------------------------- C11: parks

ANHUI, FUJIAN, BOTH = "Anhui", "Fujian", "both provinces"
MONEY, FIRMS, OUTPUT = "new rare earth projects", "firms of the trade", "output value"
RECENT, EVER = "since 2020", "of any year"
ALL, LARGE = "all firms", "larger firms only"

_CONTRACTS, _PROJECT = "park-contracted-investment.", "park-project-investment."
_FIRMS, _VALUE = "park-firms", "park-output-value."


@dataclass(frozen=True)
class Park:
    """Rows of a province's best known park or cluster.

    money: new projects in rare earths or their magnets.  looked: rows that show the park's new
    projects where none of them is one.  all, large: counts of firms, all and above a size or a
    standard.  output: output values.
    """

    money: tuple[str, ...]
    looked: tuple[str, ...]
    all: tuple[str, ...]
    large: tuple[str, ...]
    output: tuple[str, ...]


PARKS = {
    FUJIAN: Park(
        (
            f"{_CONTRACTS}changting-rare-earth-park.2022.changting-xinhua-2022",
            f"{_PROJECT}zhongxi-jinlong-5000-t-yr-separation-relocation-longyan-park.2025-03."
            "minxi-daily-2025",
        ),
        (),
        (f"{_FIRMS}.changting-rare-earth-park.2022.changting-xinhua-2022",),
        (f"{_FIRMS}-above-scale.changting-rare-earth-park.2022.changting-xinhua-2022",),
        (f"{_VALUE}changting-county-rare-earth-industry.2018.china-powder-changting-2019",),
    ),
    ANHUI: Park(
        (
            f"{_PROJECT}huaining-county-anqing-anhui-2-000-t-permanent-magnet-project.2021."
            "tungusten-huaining-2021",
        ),
        (
            f"{_CONTRACTS}lujiang-high-tech-zone-hefei-anhui-all-projects.2022-q1.lujiang-q1-2022",
            f"{_PROJECT}lujiang-high-tech-zone-five-new-energy-projects-started-7-january-2023."
            "2023-01-07.lujiang-2023",
        ),
        (f"{_FIRMS}.lujiang-county-hefei-anhui-magnetic-materials.2011.techsun-2011-lujiang",),
        (
            "park-high-tech-firms.lujiang-county-hefei-anhui-magnetic-materials.2011."
            "techsun-2011-lujiang",
        ),
        (),
    ),
}


def of_years(evidence: Evidence, rows: tuple[str, ...], span: str) -> tuple[str, ...]:
    """Rows of the last years, or all."""
    return tuple(r for r in rows if span == EVER or int(str(evidence.rows.at[r, "year"])) >= 2020)


@cache
def park_measure(evidence: Evidence, province: str, reading: str, span: str, count: str) -> Value:
    """What a province's park comes to: CNY million of new projects, firms, or output value.

    Raises NotCoveredError where no row of the years asked for prints it.
    """
    park = PARKS[province]
    if reading == MONEY:
        rows = of_years(evidence, park.money, span)
        return Value(sum(printed(evidence, row) for row in rows), rows + park.looked)
    listed = park.output if reading == OUTPUT else park.all if count == ALL else park.large
    rows = of_years(evidence, listed, span)
    if not rows:
        raise NotCoveredError(f"no figure {span} of the {reading} of a park in {province}")
    return Value(printed(evidence, rows[0]), rows[:1], str(evidence.rows.at[rows[0], "bound"]))


def park_needed(evidence: Evidence, reading: str) -> float:
    """From what on a place counts as a concentrated park, in the unit of the reading."""
    names = {MONEY: "park_new_money", FIRMS: "park_firms_needed", OUTPUT: "park_output_needed"}
    return threshold(evidence, names[reading])


def _said(reading: str, value: float) -> str:
    return f"{number(value)} firms" if reading == FIRMS else f"CNY {number(value)} million"


def c11_parks(evidence: Evidence, combination: Combination) -> Outcome:
    """a: concentrated rare earth parks are built or stand, in the provinces that are named.

    A province passes if its park reaches the threshold of the reading. Both named provinces must
    pass; one of the two is in part. A province without rows does not pass, and is said; if no
    province asked for has rows, the part is not covered.
    """
    asked = (FUJIAN, ANHUI) if combination["province"] == BOTH else (combination["province"],)
    reading, span, count = (combination[name] for name in ("reading", "years", "count"))
    needed = park_needed(evidence, reading)
    passed, rows, said = 0, [], []
    for province in asked:
        try:
            own = park_measure(evidence, province, reading, span, count)
        except NotCoveredError:
            said.append(f"{province} no figure")
            continue
        passed += own.value >= needed
        rows.append(own.rows)
        said.append(f"{province} {_said(reading, own.value)}")
    if not rows:
        raise NotCoveredError(f"no figure {span} of the {reading} of the parks")
    some = Finding.HOLDS if passed == len(asked) else Finding.PARTLY
    return Outcome(
        some if passed else Finding.FAILS,
        passed,
        tuple(row for own in rows for row in own),
        f"{reading.capitalize()} {span}: {', '.join(said)}; {_said(reading, needed)} are needed.",
        measured=tuple(rows),
        measure=reading,
    )


def c11_efficiency(evidence: Evidence, combination: Combination) -> Outcome:
    """b: a plant inside compared with a like plant outside would test it; no source prints one."""
    return Outcome(
        Finding.UNTESTABLE, float("nan"), (),
        "No figure compares a plant inside these parks with a like plant outside.",
    )  # fmt: skip


def c11_rules(evidence: Evidence, combination: Combination) -> Outcome:
    """c: discharge or compliance inside against outside would test it; no source prints either."""
    return Outcome(
        Finding.UNTESTABLE, float("nan"), (),
        "No figure was found of a shared treatment plant, a discharge or compliance in these "
        "parks.",
    )  # fmt: skip


def c11_admissible(combination: Combination) -> bool:
    """The count matters only where firms are counted; new projects are recent by themselves."""
    if combination["reading"] == MONEY and combination["years"] != RECENT:
        return False
    return combination["reading"] == FIRMS or combination["count"] == ALL


C11 = Claim(
    "C11",
    (
        Part(
            "a",
            "concentrated rare earth parks are being built in Anhui and Fujian",
            "provinces whose park reaches the threshold (count)",
            c11_parks,
            True,
            "a park below the threshold in both provinces",
            "a park above the threshold in both provinces",
        ),
        Part(
            "b",
            "they raise efficiency",
            "output per worker or yield, inside over outside (ratio)",
            c11_efficiency,
            False,
            "a like plant outside that does as well",
        ),
        Part(
            "c",
            "they help to meet environmental rules",
            "discharge or compliance, inside over outside (ratio)",
            c11_rules,
            False,
            "a discharge inside that is no lower than outside",
        ),
    ),
    (
        # The claim names both provinces and says that they build, recently: new projects since
        # 2020 are the reading for which both have rows.
        Choice("province", "Which province?", (BOTH, FUJIAN, ANHUI), BOTH),
        Choice("reading", "What makes a park?", (MONEY, FIRMS, OUTPUT), MONEY),
        Choice("years", "Figures of which years?", (RECENT, EVER), RECENT),
        Choice("count", "Which firms count?", (ALL, LARGE), ALL),
    ),
    admissible=c11_admissible,
    indirect="Whether a park makes plants better or cleaner is not measured anywhere; what is "
    "tested is whether the parks are there.",
)

# ---------------------------------------------------------------- C12: the obstacles

MINE, SMELTER, ABROAD = "ionic mine, magnesium salts", "green smelter, Baotou", "projects abroad"
DEVELOPING, BUILDING = "laboratory to works", "approval to operation"
CAPITAL = (
    "mgso4-conversion-investment.jianghua-mine-china-rare-earth-hunan.2024.hunan-eia-jianghua-2024"
)
AREAS = tuple(
    f"mgso4-mine-capacity.jianghua-mine-working-area-{n}.2024.hunan-eia-jianghua-2024"
    for n in (1, 2)
)
LABORATORY = (
    "mgso4-leaching-efficiency.ion-adsorption-ore-laboratory-0-20-mol-l.2015.xiao-mgso4-2015"
)
_GREEN = "china-northern-green-smelting-upgrade-huamei-baotou"
SMELTER_BUDGET = f"project-capex.{_GREEN}.2023-03.treo-2024-northern-green"
SMELTER_COST = (
    "green-smelting-project-capex.china-northern-rare-earth.2024.broker-2025-northern-fy2024"
)
SMELTER_CAPACITY = f"project-capacity.{_GREEN}.2024.treo-2024-northern-green"
SMELTER_START = f"project-start-phase.{_GREEN}-phase-1.2024-10-15.cd-green-2024"
NOLANS = "project-capex.arafura-nolans.2022.bn-arafura-2022"
NOLANS_CAPACITY = "project-capacity-ndpr.arafura-nolans.2021.miningweekly-arafura-2021"
KALGOORLIE = (
    "project-build-time.lynas-kalgoorlie-decision-december-2019-to-official-opening-november-2024."
    "2024.kalminer-2024"
)
LEAD_TIME = "mine-lead-time-minimum.rare-earth-mine-ten-steps-kingsnorth.2011.rmb-kingsnorth-2011"

PRICE_YEARS = ("2020", "2021", "2022", "2023", "2024")
MEAN_PRICE, LOW_PRICE, HIGH_PRICE = "mean of 2020 to 2024", "2020, the lowest", "2022, the highest"


@cache
def oxide_price(evidence: Evidence, option: str) -> Value:
    """Price of mixed oxide from ionic clay, CNY/t: the unit value of what China imports as
    compounds, which is mostly such material from Myanmar. Per gross weight, so too low for oxide.
    """
    at = {LOW_PRICE: ("2020",), HIGH_PRICE: ("2022",), MEAN_PRICE: PRICE_YEARS}[option]
    found = [
        best(evidence.select("hs2846_china_imports_unit_value", "China", when), f"imports, {when}")
        for when in at
    ]
    mean = sum(own.value for own in found) / len(found)
    rate = threshold(evidence, "cny_per_usd_2020_2024")
    return Value(mean * 1000 * rate, tuple(row for own in found for row in own.rows))


@cache
def light_basket(evidence: Evidence) -> Value:
    """Price of the separated oxides of Bayan Obo in 2024, CNY/t, as in C04 but a yearly mean."""
    names = ("Neodymium oxide", "Lanthanum oxide", "Cerium oxide")
    rows = [
        best(of_dimension(evidence, "price_average", "USD/kg", name, "2024"), name)
        for name in names
    ]
    neodymium, lanthanum, cerium = (row.value for row in rows)
    share = fraction(evidence, "ndpr_share_bayan_obo")
    kilogram = share * neodymium + (1 - share) * (lanthanum + cerium) / 2
    rate = threshold(evidence, "cny_per_usd_2024")
    return Value(kilogram * 1000 * rate, tuple(row.rows[0] for row in rows))


@cache
def change_cost(evidence: Evidence) -> Value:
    """What the change to magnesium salts costs a mine, CNY for a tonne of yearly capacity."""
    capacity = sum(printed(evidence, row) for row in AREAS)
    return Value(printed(evidence, CAPITAL) / capacity, (CAPITAL, *AREAS))


def year_of(evidence: Evidence, row: str) -> float:
    """The date of a row as a number, months as twelfths."""
    parts = [int(part) for part in str(evidence.rows.at[row, "period"]).split("-")]
    return parts[0] + ((parts[1] - 1) / 12 if len(parts) > 1 else 0.0)


@cache
def first_cost(evidence: Evidence, case: str) -> Value:
    """First cost over a year's sales of the capacity, percent."""
    if case == MINE:
        cost, price = change_cost(evidence), oxide_price(evidence, MEAN_PRICE)
        return Value(measures.share(cost.value, price.value), cost.rows + price.rows)
    if case == SMELTER:
        price = light_basket(evidence)
        sales = printed(evidence, SMELTER_CAPACITY) * price.value
        cost_cny = 1e6 * printed(evidence, SMELTER_COST)
        rows = (SMELTER_COST, SMELTER_CAPACITY, *price.rows)
        return Value(measures.share(cost_cny, sales), rows, "at most")
    price = best(
        of_dimension(evidence, "price_average", "USD/kg", "Neodymium oxide", "2024"), "neodymium"
    )
    sales = printed(evidence, NOLANS_CAPACITY) * price.value / 1000
    cost_usd = printed(evidence, NOLANS) / threshold(evidence, "aud_per_usd_2024")
    return Value(measures.share(cost_usd, sales), (NOLANS, NOLANS_CAPACITY, *price.rows))


@cache
def time_taken(evidence: Evidence, case: str, time: str) -> Value:
    """Years from the laboratory (or, for a mine, the first step) to the works, or of building."""
    if case == MINE and time == DEVELOPING:
        span = year_of(evidence, CAPITAL) - year_of(evidence, LABORATORY)
        return Value(span, (LABORATORY, CAPITAL))
    if case == SMELTER and time == BUILDING:
        span = year_of(evidence, SMELTER_START) - year_of(evidence, SMELTER_BUDGET)
        return Value(span, (SMELTER_BUDGET, SMELTER_START))
    if case == ABROAD:
        row = LEAD_TIME if time == DEVELOPING else KALGOORLIE
        return Value(printed(evidence, row), (row,))
    raise NotCoveredError(f"no dates from {time} of the {case}")


@cache
def overrun(evidence: Evidence, case: str) -> Value | None:
    """By how much it cost more than planned, percent; abroad the median of the project book.

    None where no outcome is printed.
    """
    if case == MINE:
        return None
    if case == SMELTER:
        budget = printed(evidence, SMELTER_BUDGET) * threshold(evidence, "cny_per_usd_2024")
        over = 100 * (printed(evidence, SMELTER_COST) / budget - 1)
        return Value(over, (SMELTER_BUDGET, SMELTER_COST), "at most")
    table = project_book.costs(evidence)
    rows = tuple(row for ids in table["id"] for row in ids.split())
    return Value(float(table["growth"].median()), rows)


@cache
def without_prices(evidence: Evidence, rows: tuple[str, ...]) -> tuple[str, ...]:
    """Rows of a quantity without the prices and unit values that it is held against."""
    topics = evidence.rows["topic"]
    return tuple(row for row in rows if topics[row] not in ("prices", "trade_codes"))


def c12_obstacles(evidence: Evidence, combination: Combination) -> Outcome:
    """a: first cost is high, development is long, building is risky: all three.

    Dear: the first cost is half a year's sales or more. Long: five years or more. Risky: a quarter
    over the budget or more. All that have rows hold: it holds; some: in part; none: it does not.
    """
    case, time = combination["case"], combination["time"]
    found = (
        ("dear", first_cost(evidence, case), "first_cost_of_sales"),
        ("long", time_taken(evidence, case, time), "development_long"),
        ("risky", overrun(evidence, case), "overrun_high"),
    )
    tests = [(name, own, own.value >= threshold(evidence, limit))
             for name, own, limit in found if own is not None]  # fmt: skip
    holds = sum(passed for _, _, passed in tests)
    finding = Finding.HOLDS if holds == len(tests) else Finding.PARTLY if holds else Finding.FAILS
    over = found[2][1]
    risk = f"cost over plan {percent(over.value / 100, 0)}" if over else "no outcome of the cost"
    said = (
        f"First cost {percent(found[0][1].value / 100, 0)} of a year's sales, "
        f"{years(found[1][1].value, 1)} from {time}, {risk}: "
        f"{count_word(holds)} of {count_word(len(tests))} obstacles are high."
    )
    near = [own.value / threshold(evidence, limit) for _, own, limit in found if own]
    rows = tuple(dict.fromkeys(row for _, own, _ in tests for row in own.rows))
    return Outcome(
        finding,
        holds / len(tests),
        rows,
        said[0].upper() + said[1:],
        "One of the obstacles is near its threshold." if any(0.8 < n < 1.25 for n in near) else "",
        measured=tuple(without_prices(evidence, own.rows) for _, own, _ in tests),
        measure=f"{case}, {time}",
    )


# ---------------------------------------------------------------- C12: does it pay without support?

HALF, FULL, NOTHING = "half of what the developer says", "what the developer says", "none"
ELECTRO = "that of electrokinetic mining"
ASKED, LOWER = "15%, as asked of mines", "8%, as promoters use"
AS_BAOTOU, AS_ABROAD = "as in Baotou", "as abroad"
ONE_IN_FIVE, NEVER, ONE_IN_TWO = "one in five", "none", "one in two"
UNTAXED, TAXED = "no charge", "the lowest rate"
SHORT, LONG = "4 years, as permitted", "20 years"
CAPPED, FREE = "the quota caps output", "more may be mined"

SAVING = (
    "clean-process-saving.integrated-leaching-extraction-no-ammonia-against-precipitation-route-"
    "ion-adsorption-ore.2023.tzhj-leach-2023"
)
GAIN = (
    "recovery-gain.integrated-leaching-extraction-no-ammonia-against-precipitation-route.2023."
    "tzhj-leach-2023"
)
RECOVERY = "ekm-ree-recovery.electrokinetic-mining-5-000-t-ore-industrial-test.2025.wang-2025-ekm"
CUT = (
    "ekm-ammonia-emission-reduction.electrokinetic-mining-5-000-t-ore-industrial-test.2025."
    "wang-2025-ekm"
)
AMMONIA = "ammonia-n-generated-per-t-reo.in-situ-leaching-longnan.2020.jxdaily-2020-tailwater"
MARGIN = (
    "product-gross-margin.china-rare-earth-resources-rare-earth-ore-ionic-mine.2023.beawan-cre-2023"
)
TAX = "resource-tax-rate.medium-and-heavy-rare-earths-china.2015-05-01.xinhua-restax-2015"
HURDLE = "discount-rate-hurdle.ex-china-rare-earth-mines-return-required.2024.benchmark-2024"
PROMOTERS_RATE = "discount-rate-hurdle.white-mesa-phase-2.2026-01-15.stockstoday-uuuu-2026"


@cache
def benefit(evidence: Evidence, option: str) -> tuple[float, float, float, tuple[str, ...]]:
    """What a cleaner process brings: saving (CNY/t), further oxide (fraction), part of the ammonia
    avoided (fraction), and the rows.

    The electrokinetic process costs about as much to run, by a summary of its paper.
    """
    if option == ELECTRO:
        before = threshold(evidence, "recovery_electrokinetic_before")
        gain = printed(evidence, RECOVERY) / before - 1
        return 0.0, gain, printed(evidence, CUT) / 100, (RECOVERY, CUT)
    believed = {HALF: fraction(evidence, "promoter_discount"), FULL: 1.0, NOTHING: 0.0}[option]
    saving, gain = printed(evidence, SAVING), printed(evidence, GAIN) / 100
    return believed * saving, believed * gain, 1.0, (SAVING, GAIN)


@cache
def netback(evidence: Evidence) -> Value:
    """Part of the price that is left of a further tonne, a fraction: the gross margin of a Chinese
    ionic mine less the resource tax."""
    rows = (MARGIN, TAX)
    return Value((printed(evidence, MARGIN) - printed(evidence, TAX)) / 100, rows)


@cache
def lowest_charge(evidence: Evidence) -> float:
    """The lowest charge on ammonia nitrogen, CNY/kg."""
    rate = threshold(evidence, "ammonia_charge")
    return rate / threshold(evidence, "ammonia_equivalent")


@cache
def change(
    evidence: Evidence,
    benefit_: str = HALF,
    price: str = MEAN_PRICE,
    rate: str = ASKED,
    delay: str = AS_BAOTOU,
    failure: str = ONE_IN_FIVE,
    charge: str = UNTAXED,
    life: str = SHORT,
    quota: str = CAPPED,
) -> Change:
    """The change of a mine to a process without ammonia, under the options named, unsupported."""
    saving, gain, avoided, _ = benefit(evidence, benefit_)
    chance = {ONE_IN_FIVE: "process_failure", ONE_IN_TWO: "failure_high"}
    running = {SHORT: "mine_area_life", LONG: "project_life"}
    waiting = (SMELTER, BUILDING) if delay == AS_BAOTOU else (ABROAD, BUILDING)
    return Change(
        capital=change_cost(evidence).value,
        life=threshold(evidence, running[life]),
        rate=printed(evidence, HURDLE if rate == ASKED else PROMOTERS_RATE) / 100,
        delay=time_taken(evidence, *waiting).value,
        failure=0.0 if failure == NEVER else fraction(evidence, chance[failure]),
        saving=saving,
        gain=gain,
        price=oxide_price(evidence, price).value,
        netback=netback(evidence).value,
        capped=quota == CAPPED,
        ammonia=1000 * avoided * printed(evidence, AMMONIA),
        charge=lowest_charge(evidence) if charge == TAXED else 0.0,
        carbon=0.0 if benefit_ == ELECTRO else threshold(evidence, "process_carbon_change"),
        carbon_price=threshold(evidence, "carbon_price_china"),
    )


worth_of = cache(present_value)
return_of = cache(internal_rate)  # asked for each combination, and many share a change

MODEL = ("benefit", "price", "return", "delay", "failure", "charge", "life", "quota")


def c12_needs_support(evidence: Evidence, combination: Combination) -> Outcome:
    """b: without support the cleaner process is not built: its present value is below nought.

    Modelled: a mine that leaches with ammonium sulfate changes to a process without ammonia, at
    the cost of a Chinese mine's change to magnesium salts (rare_earths/cleaner_process.py). What
    is measured is the present value over that cost, in percent.
    """
    options = [combination[name] for name in MODEL]
    case = change(evidence, *options)
    worth = worth_of(case)
    share = 100 * support_needed(case)
    rate = return_of(case)
    earns = "no return" if rate != rate else f"a return of {percent(rate, 0)} a year"
    rows = benefit(evidence, options[0])[3]
    cost = change_cost(evidence)
    needs = f"support of {percent(share / 100, 0)} of its cost is needed" if share else "it pays"
    return Outcome(
        Finding.HOLDS if worth < 0 else Finding.FAILS,
        100 * worth / case.capital,
        cost.rows + rows + (HURDLE,),
        f"Modelled: the change is worth {percent(worth / case.capital, 0)} of its cost and earns "
        f"{earns}, where {percent(case.rate, 0)} is asked: {needs}.",
        "The modelled worth is within a quarter of the cost of nought."
        if abs(worth) < 0.25 * case.capital else "",
        measured=(cost.rows, *((row,) for row in rows)),
    )  # fmt: skip


def c12_admissible(combination: Combination) -> bool:
    """Pairs without rows stay out; where nothing is gained price and quota do not matter."""
    pairs = {(MINE, DEVELOPING), (SMELTER, BUILDING), (ABROAD, DEVELOPING), (ABROAD, BUILDING)}
    if (combination["case"], combination["time"]) not in pairs:
        return False
    unused = combination["price"] != MEAN_PRICE or combination["quota"] != CAPPED
    return not (combination["benefit"] == NOTHING and unused)


C12 = Claim(
    "C12",
    (
        Part(
            "a",
            "first cost, development time and risk are high",
            "obstacles that are high, of those with figures (share)",
            c12_obstacles,
            True,
            "a cleaner process that is cheap, quick to develop and on budget",
            "a cleaner process that is dear, long in the making and over its budget",
        ),
        Part(
            "b",
            "without support the cleaner process is not built",
            "present value of the change over its cost, modelled (%)",
            c12_needs_support,
            True,
            "a cost table by a neutral source under which the change pays by itself",
            "a cost table by a neutral source under which the change does not pay by itself",
        ),
    ),
    (
        # The article complains of leaching in the south: the ionic mine is the case, and what its
        # claim calls long is development, so the time runs from the laboratory.
        Choice("case", "Which case?", (MINE, SMELTER, ABROAD), MINE),
        Choice("time", "Time from what to what?", (DEVELOPING, BUILDING), DEVELOPING),
        # Of two ends, the promoter's figure and nothing, the middle.
        Choice("benefit", "What does it bring?", (HALF, FULL, NOTHING, ELECTRO), HALF),
        # One year is weather; the mean of the years in the other chapters' margins is not.
        Choice("price", "Which price?", (MEAN_PRICE, LOW_PRICE, HIGH_PRICE), MEAN_PRICE),
        # The one return that a source says rare earth mines must earn.
        Choice("return", "Which return is asked?", (ASKED, LOWER), ASKED),
        Choice("delay", "How long does it take?", (AS_BAOTOU, AS_ABROAD), AS_BAOTOU),
        # A process that ran in trials only: neither sure nor a toss.
        Choice("failure", "What chance of failure?", (ONE_IN_FIVE, NEVER, ONE_IN_TWO), ONE_IN_FIVE),
        # A charge is policy, and the question is what happens without.
        Choice("charge", "A charge on ammonia?", (UNTAXED, TAXED), UNTAXED),
        Choice("life", "How long does it run?", (SHORT, LONG), SHORT),
        # The quota for ionic clay has not moved since 2018.
        Choice("quota", "Does the quota bind?", (CAPPED, FREE), CAPPED),
    ),
    admissible=c12_admissible,
    indirect="The present value is modelled, on a promoter's figures; that the obstacles slow "
    "innovation is not measured.",
)

CLAIMS = (C11, C12)
