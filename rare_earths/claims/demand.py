"""Chapter 7: what vehicles ask of the ore, and what becomes of the ore (C13, C14).

Frozen before the combinations were run; see the history of this file. The leads in the evidence
were known to the authors beforehand (methods page).

No series of recovery is measured anywhere in China. Efficiency is therefore bounded, never
observed: a demand above the largest possible gain settles the question, a demand below it leaves
it open.
"""

from __future__ import annotations

from functools import cache

from rare_earths import cascade, magnet_demand, measures
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
from rare_earths.evidence import Evidence, Parameter
from rare_earths.words import kilotonnes, percent, times

TONNES = "t REO"
CHINA, WORLD = "China", "World"

Rows = tuple[str, ...]


@cache
def parameter(evidence: Evidence, name: str) -> Parameter:
    """A threshold or an input that is no evidence, with its range, in its own unit."""
    return evidence.parameter(name)


@cache
def figure(
    evidence: Evidence, series: str, entity: str, unit: str, period: int | str | None = None
) -> Value:
    """The best row of a series for an entity, and a period if one is named, in `unit`."""
    filters = {} if period is None else {"period": str(period)}
    rows = of_dimension(evidence, series, unit, entity, **filters)
    return best(rows, f"{series} of {entity} {period or ''}".strip())


def fraction(evidence: Evidence, series: str, entity: str, period: str | None = None) -> Value:
    """The best row of a share, as a fraction."""
    found = figure(evidence, series, entity, "%", period)
    return Value(found.value / 100, found.rows, found.bound)


def rows_of(*values: Value) -> Rows:
    """The evidence rows behind several values, each once."""
    return tuple(dict.fromkeys(row for value in values for row in value.rows))


# ---------------------------------------------------------------- vehicles and magnets

NEVS, PLUG_INS, BATTERY = "China, NEVs (CAAM)", "China, plug-in cars (IEA)", "China, battery cars"
WORLD_CARS = "World, plug-in cars (IEA)"
VEHICLES = (NEVS, PLUG_INS, BATTERY, WORLD_CARS)
MEDIAN, IEA_IMPLIED = "median of motor studies", "implied by the IEA"
KILOS = {"2 kg a vehicle": "value", "3 kg a vehicle": "high"}
INTENSITIES = (MEDIAN, IEA_IMPLIED, *KILOS)
MOTORS = {
    "82% (IDTechEx, 2019)": ("EV traction motors, World", "2019"),
    "95% (REIA, 2024)": ("Electric vehicles using rare earth PM motors, World", "2024"),
}
WORLD_SPAN = "2017 to 2022"
SPANS = {
    "2017 to 2024": (2017, 2024),
    "2018 to 2021": (2018, 2021),
    "2020 to 2023": (2020, 2023),
    WORLD_SPAN: (2017, 2022),
}


def place(option: str) -> str:
    """China or the World, by the vehicles that are counted."""
    return WORLD if option == WORLD_CARS else CHINA


@cache
def sold(evidence: Evidence, option: str, year: int) -> Value:
    """Vehicles sold in a year. CAAM counts all kinds, exports included; the IEA counts cars."""
    if option == NEVS:
        rows = evidence.select("nev_sales", CHINA, lineage="caam")
        return best(rows[rows["period"] == str(year)], f"vehicles in {year}")
    series = (
        ["ev_car_sales_bev"] if option == BATTERY else ["ev_car_sales_bev", "ev_car_sales_phev"]
    )
    kinds = [newest(evidence, name, place(option), year) for name in series]
    return Value(sum(kind.value for kind in kinds), rows_of(*kinds))


def newest(evidence: Evidence, series: str, entity: str, year: int) -> Value:
    """The figure of a year in the newest edition that has it."""
    rows = evidence.select(series, entity)
    rows = rows[rows["period"] == str(year)]
    return best(rows[rows["edition"] == rows["edition"].max()], f"{series} of {entity} in {year}")


@cache
def magnets_made(evidence: Evidence, where: str, year: int) -> Value:
    """Rough magnets made in a year, t: NdFeB where printed, else all rare earth magnets."""
    for series in ("ndfeb_output_total", "re_magnet_output_total"):
        rows = of_dimension(evidence, series, "t", where)
        rows = rows[rows["period"] == str(year)]
        if not rows.empty:
            return best(rows, f"magnets of {where} in {year}")
    raise NotCoveredError(f"no output of magnets of {where} in {year}")


@cache
def nd_per_motor(evidence: Evidence) -> Value:
    """Neodymium per kilogram of motor: the median study, each study being the median of its own
    values."""
    rows = evidence.select("intensity_ev_motor_nd")
    studies = rows.groupby("lineage")["value"].median()
    return Value(float(studies.median()), tuple(rows.index))


@cache
def nd_in_magnet(evidence: Evidence) -> Value:
    """Neodymium as a fraction of a magnet's weight."""
    return fraction(evidence, "magnet_composition_nd", "NdFeB, typical")


@cache
def ndpr_in_magnet(evidence: Evidence) -> Value:
    """Neodymium and praseodymium as a fraction of a magnet's weight."""
    nd = nd_in_magnet(evidence)
    pr = fraction(evidence, "magnet_composition_pr", "NdFeB, typical")
    return Value(nd.value + pr.value, rows_of(nd, pr))


@cache
def motor_share(evidence: Evidence, motors: str) -> Value:
    """Share of vehicles whose motors hold rare earth magnets, a fraction."""
    return fraction(evidence, "pm_motor_share", *MOTORS[motors])


@cache
def magnet_mass(evidence: Evidence, intensity: str, motors: str) -> Value:
    """Finished magnet in one vehicle with permanent-magnet motors, kg."""
    if intensity in KILOS:
        given = parameter(evidence, "magnet_mass_vehicle")
        return Value(float(getattr(given, KILOS[intensity])), ())
    share = nd_in_magnet(evidence)
    if intensity == MEDIAN:
        nd = nd_per_motor(evidence)
        mass = nd.value * parameter(evidence, "motor_mass_ev").value
        return Value(magnet_demand.magnet_mass(mass, share.value), rows_of(nd, share))
    nd = figure(evidence, "cleantech_demand_steps", "Neodymium, EV", "t", 2024)
    cars, fitted = sold(evidence, WORLD_CARS, 2024), motor_share(evidence, motors)
    mass = 1000 * nd.value / (cars.value * fitted.value)  # t to kg
    return Value(
        magnet_demand.magnet_mass(mass, share.value), rows_of(nd, cars, fitted, share), "about"
    )


@cache
def in_vehicles(evidence: Evidence, vehicles: str, year: int, intensity: str, motors: str) -> Value:
    """Finished magnets in the vehicles sold in a year, t."""
    cars = sold(evidence, vehicles, year)
    fitted = motor_share(evidence, motors)
    mass = magnet_mass(evidence, intensity, motors)
    value = magnet_demand.magnets(cars.value, fitted.value, mass.value / 1000)  # kg to t
    return Value(value, rows_of(cars, fitted, mass))


@cache
def scrap(evidence: Evidence) -> Value:
    """Share of a rough magnet that is cut away, a fraction."""
    return fraction(evidence, "magnet_scrap_rate", "China, NdFeB magnet plants")


def as_oxide(evidence: Evidence, magnet: float) -> float:
    """NdPr oxide in finished magnets, t."""
    return magnet_demand.ndpr_oxide(
        magnet, ndpr_in_magnet(evidence).value, parameter(evidence, "ndpr_oxide_per_metal").value
    )


# ---------------------------------------------------------------- ore and recovery

BAYAN_OBO, BASTNAESITE, CLAYS = "Bayan Obo", "bastnaesite", "ionic clays"
ORES = (BAYAN_OBO, BASTNAESITE, CLAYS)
REPORTED, UNCHANGED = "rates reported in 2012", "Bayan Obo's ore unchanged since 2012"
HARD_NORMS, NORMS = "norms of 2016, refractory ore", "norms of 2016, ordinary ore"
RATES = (REPORTED, UNCHANGED, HARD_NORMS, NORMS)
NORM_ORE = {
    HARD_NORMS: "Mixed and bastnaesite ore, low grade or refractory",
    NORMS: "Mixed and bastnaesite ore, ordinary",
}
WHITE_PAPER, SURVEY, IN_SITU = "at most 50% (2012)", "46% (2007)", "at least 70% (in situ)"
CLAY_RATES = {
    WHITE_PAPER: ("China, ionic clays", "2012"),
    SURVEY: ("China, ionic clays", "2007"),
    IN_SITU: ("China, ionic clays, in-situ leaching", "undated"),
}
NORTHERN, INNER_MONGOLIA = "China Northern Rare Earth", "Inner Mongolia, light"


@cache
def bayan_obo_quota(evidence: Evidence, year: int) -> Value:
    """Mining quota of the northern group, which stands for Bayan Obo, t REO.

    The whole year where printed; else its batches; for 2018 and 2017 the quota of Inner Mongolia
    and the change that was printed with it.
    """
    for entity, batches in (
        (NORTHERN, ("mining_quota_group",)),
        (NORTHERN, ("mining_quota_group_batches12", "mining_quota_group_batch3")),
        (NORTHERN, ("mining_quota_group_batch1", "mining_quota_group_batch2")),
        (INNER_MONGOLIA, ("mining_quota_province",)),
    ):
        try:
            parts = [figure(evidence, series, entity, TONNES, year) for series in batches]
        except NotCoveredError:
            continue
        return Value(sum(part.value for part in parts), rows_of(*parts))
    following = figure(evidence, "mining_quota_province", INNER_MONGOLIA, TONNES, year + 1)
    change = figure(evidence, "mining_quota_province_change", INNER_MONGOLIA, TONNES, year + 1)
    return Value(following.value - change.value, rows_of(following, change))


@cache
def ore_mix(evidence: Evidence, year: int) -> dict[str, Value]:
    """Mining quota by ore, t REO: Bayan Obo, bastnaesite of Sichuan and Shandong, ionic clays."""
    light = figure(evidence, "mining_quota_light", CHINA, TONNES, year)
    northern = bayan_obo_quota(evidence, year)
    return {
        BAYAN_OBO: northern,
        BASTNAESITE: Value(light.value - northern.value, rows_of(light, northern)),
        CLAYS: figure(evidence, "mining_quota_ionic", CHINA, TONNES, year),
    }


@cache
def bayan_obo_ore(evidence: Evidence) -> Value:
    """Rare earths in the ore that Bayan Obo mined in 2012, t REO: ore times its grade."""
    ore = figure(evidence, "ore_mined_annual", "Baotou, Bayan Obo", "Mt ore", 2012)
    grade = evidence.select("ore_grade_reo", "Baotou, Bayan Obo")
    share = best(grade, "ore grade of Bayan Obo")
    return Value(ore.value * 1e6 * share.value / 100, rows_of(ore, share))  # Mt, percent


@cache
def mine_rate(evidence: Evidence, rates: str, ore: str, clays: str, year: int) -> Value:
    """Recovery from the ore to concentrate (mining and beneficiation), a fraction."""
    if rates in NORM_ORE:
        return norm_rate(evidence, rates, ore)
    if ore == CLAYS:
        return fraction(evidence, "mining_recovery_rate", *CLAY_RATES[clays])
    if ore == BASTNAESITE:
        loss = fraction(evidence, "maximum_mining_loss", "Mixed and bastnaesite ore")
        plant = fraction(
            evidence, "beneficiation_recovery", "Dalucao, flotation and magnetic separation"
        )
        return Value((1 - loss.value) * plant.value, rows_of(loss, plant), "about")
    if rates == REPORTED:
        return fraction(evidence, "overall_utilisation_rate", BAYAN_OBO, "2012")
    product, ground = bayan_obo_quota(evidence, year), bayan_obo_ore(evidence)
    return Value(product.value / ground.value, rows_of(product, ground), "about")


def norm_rate(evidence: Evidence, rates: str, ore: str) -> Value:
    """What the norms of 2016 ask from ore to concentrate, a fraction: a floor, not a rate."""
    if ore == CLAYS:
        return fraction(evidence, "minimum_mining_and_beneficiation_recovery", "Ionic clay")
    loss = fraction(evidence, "maximum_mining_loss", "Mixed and bastnaesite ore")
    plant = fraction(evidence, "minimum_beneficiation_recovery", NORM_ORE[rates])
    return Value((1 - loss.value) * plant.value, rows_of(loss, plant), "at least")


@cache
def smelting_rate(evidence: Evidence, rates: str, ore: str) -> Value:
    """Recovery from concentrate to separated oxide, a fraction."""
    if rates not in NORM_ORE:
        loss = fraction(evidence, "refining_loss", CHINA)
        return Value(1 - loss.value, loss.rows, "about")
    series = "minimum_smelting_recovery"
    if ore == CLAYS:
        return fraction(evidence, series, "Ionic clay: mixed to single rare earths")
    first = fraction(evidence, series, "Mixed and bastnaesite: concentrate to mixed rare earths")
    second = fraction(evidence, series, "Mixed and bastnaesite: mixed to single rare earths")
    return Value(first.value * second.value, rows_of(first, second), "at least")


TO_CONCENTRATE, TO_OXIDE = "ore to concentrate", "ore to separated oxide"
TO_METAL, TO_MAGNET = "ore to metal", "ore to finished magnet"
STAGES = (TO_CONCENTRATE, TO_OXIDE, TO_METAL, TO_MAGNET)


@cache
def later_rates(evidence: Evidence, rates: str, ore: str) -> tuple[Value, ...]:
    """Yields after the concentrate: smelting and separation, metal, cutting the magnet."""
    metal = fraction(evidence, "oxide_to_metal_loss", "Conversion of oxide to metal")
    cut = scrap(evidence)
    return (
        smelting_rate(evidence, rates, ore),
        Value(1 - metal.value, metal.rows, "about"),
        Value(1 - cut.value, cut.rows, "about"),
    )


@cache
def chain(evidence: Evidence, rates: str, ore: str, clays: str, year: int) -> tuple[Value, ...]:
    """The yields of all stages in order, each stage once."""
    return (
        mine_rate(evidence, rates, ore, clays, year),
        *later_rates(evidence, rates, ore),
    )


# ---------------------------------------------------------------- C13: faster than efficiency?

DRIVER_RATIO, DRIVER_HALF = "above its share of the level", "half of the growth"
LARGEST, NORM_GAIN = "largest possible gain", "gain if the norms were met"
ORE_GAIN = "gain if Bayan Obo's ore is unchanged"
BY_ORE, CLAIMED = "reported, by ore", "50%, as the article says"
IN_TONNES, IN_FACTORS = "tonnes", "growth factors"
BY_VEHICLES, BY_ALL = "what vehicles added", "what all magnets added"
RETURNS, LOST = "it is recycled", "it is lost"
WHOSE = {BY_VEHICLES: "Vehicles", BY_ALL: "All magnets"}


def c13_driver(evidence: Evidence, combination: Combination) -> Outcome:
    """a: vehicles drive the demand for magnets.

    Their share of its growth is at least half as large again as their share of its level; in the
    stricter reading they make half of the growth, or a quarter for "in part". Both sides in rough
    magnets.
    """
    vehicles, span = combination["vehicles"], SPANS[combination["years"]]
    wholes = [magnets_made(evidence, place(vehicles), year) for year in span]
    parts = [
        in_vehicles(evidence, vehicles, year, combination["intensity"], combination["motors"])
        for year in span
    ]
    cut = scrap(evidence)
    first, last = (magnet_demand.blanks(part.value, cut.value) for part in parts)
    shares = magnet_demand.drive((first, last), (wholes[0].value, wholes[1].value))
    says = (
        f"From {span[0]} to {span[1]} vehicles took {percent(shares.growth / 100, 0)} of the "
        f"growth of magnet output; in {span[1]} they took {percent(shares.level / 100, 0)} of its "
        "level."
    )
    rows = rows_of(*parts, *wholes, cut)
    sales = [sold(evidence, vehicles, year) for year in span]
    measured = (rows_of(*sales), rows_of(*wholes))
    if combination["driver"] == DRIVER_HALF:
        half = parameter(evidence, "nev_half_of_growth")
        found = Finding.PARTLY if shares.growth >= half.low else Finding.FAILS
        found = Finding.HOLDS if shares.growth >= half.value else found
        return Outcome(
            found, shares.growth, rows, says, measured=measured, measure=combination["driver"]
        )
    ratio = shares.growth / shares.level
    needed = parameter(evidence, "nev_growth_over_level").value
    return Outcome(
        Finding.HOLDS if ratio >= needed else Finding.FAILS,
        ratio,
        rows,
        says,
        "The ratio is within a tenth of the threshold." if abs(ratio / needed - 1) < 0.1 else "",
        measured=measured,
        measure=combination["driver"],
    )


def c13_faster(evidence: Evidence, combination: Combination) -> Outcome:
    """b: demand grew faster than efficiency. Both sides in the oxide that leaves the concentrator.

    Demand above the largest gain that recovery could give holds whatever recovery did; below it
    the bound leaves the question open. Where a gain is inferred (Bayan Obo's ore unchanged), a
    demand below it is the opposite. Norms are floors and no rates, so a gain up to them is none.
    """
    asked, asked_rows = demand_side(evidence, combination)
    gained, gained_rows = efficiency_side(evidence, combination)
    ratio = asked / gained
    inferred = combination["efficiency"] == ORE_GAIN
    undecided = Finding.OPPOSITE if inferred else Finding.UNTESTABLE
    if combination["measure"] == IN_TONNES:
        says = (
            f"{WHOSE[combination['counted']]} added {kilotonnes(asked, 1)} of NdPr oxide; the "
            f"{combination['efficiency']} is {kilotonnes(gained, 1)}."
        )
    else:
        says = (
            f"{WHOSE[combination['counted']]} took {times(asked)} what they took at first; output "
            f"on the same ore could rise to {times(gained)}."
        )
    return Outcome(
        Finding.HOLDS if ratio > 1 else undecided,
        ratio,
        tuple(dict.fromkeys(asked_rows + gained_rows)),
        says,
        "Demand and gain are within a fifth of each other." if 0.8 < ratio < 1.25 else "",
        measured=disputed(evidence, combination),
        measure=combination["measure"],
    )


def disputed(evidence: Evidence, combination: Combination) -> tuple[Rows, ...]:
    """Rows of the quantities that part b disputes: what grew, and the recovery of each ore."""
    vehicles, span = combination["vehicles"], SPANS[combination["years"]]
    if combination["counted"] == BY_ALL:
        grew = [magnets_made(evidence, place(vehicles), year) for year in span]
    else:
        grew = [sold(evidence, vehicles, year) for year in span]
    if combination["efficiency"] == ORE_GAIN:
        return rows_of(*grew), bayan_obo_ore(evidence).rows
    starts = [start_rate(evidence, combination["start"], ore) for ore in ORES]
    return tuple(rows for rows in (rows_of(*grew), *(start.rows for start in starts)) if rows)


@cache
def growth_of_quota(evidence: Evidence, span: tuple[int, int]) -> Value:
    """What Bayan Obo's quota grew by over a span, t REO."""
    first, last = (bayan_obo_quota(evidence, year) for year in span)
    return Value(last.value - first.value, rows_of(first, last))


def at_concentrator(evidence: Evidence, oxide: Value, swarf: str) -> Value:
    """NdPr oxide that must leave the concentrator for the `oxide` in finished magnets, t.

    Smelting, metal and, unless what is cut off returns, the cutting of the magnet lose a part.
    """
    yields = later_rates(evidence, REPORTED, BAYAN_OBO)
    counted = yields[:-1] if swarf == RETURNS else yields
    needed = cascade.ore_needed(oxide.value, cascade.overall(y.value for y in counted))
    return Value(needed, rows_of(oxide, *counted))


def demand_side(evidence: Evidence, combination: Combination) -> tuple[float, Rows]:
    """What demand grew by: t NdPr oxide as it leaves the concentrator, or the factor."""
    vehicles, span = combination["vehicles"], SPANS[combination["years"]]
    if combination["counted"] == BY_ALL:
        made = [magnets_made(evidence, place(vehicles), year) for year in span]
        cut = scrap(evidence)
        first, last = (magnet_demand.finished(value.value, cut.value) for value in made)
        rows = rows_of(*made, cut)
    else:
        chosen = (combination["intensity"], combination["motors"])
        parts = [in_vehicles(evidence, vehicles, year, *chosen) for year in span]
        first, last = (part.value for part in parts)
        rows = rows_of(*parts)
    if combination["measure"] == IN_FACTORS:
        return last / first, rows
    added = Value(as_oxide(evidence, last - first), rows + ndpr_in_magnet(evidence).rows)
    needed = at_concentrator(evidence, added, combination["swarf"])
    return needed.value, needed.rows


def efficiency_side(evidence: Evidence, combination: Combination) -> tuple[float, Rows]:
    """What efficiency could give on the ore of the first year: t NdPr oxide as it leaves the
    concentrator, or the factor."""
    span = SPANS[combination["years"]]
    products = ore_mix(evidence, span[0])
    mined = sum(product.value for product in products.values())
    gain = Value(0.0, ())
    if combination["efficiency"] == ORE_GAIN:
        gain = growth_of_quota(evidence, span)
    else:
        for ore, product in products.items():
            start = start_rate(evidence, combination["start"], ore)
            goal = Value(1.0, ())
            if combination["efficiency"] == NORM_GAIN:
                goal = norm_rate(evidence, HARD_NORMS, ore)
            extra = cascade.gain(product.value, start.value, goal.value)
            gain = Value(gain.value + extra, rows_of(gain, product, start, goal))
    if combination["measure"] == IN_FACTORS:
        return 1 + gain.value / mined, gain.rows
    return gain.value * parameter(evidence, "ndpr_share_china_output").value / 100, gain.rows


@cache
def start_rate(evidence: Evidence, start: str, ore: str) -> Value:
    """The recovery from which efficiency could have risen, a fraction."""
    if start == CLAIMED:
        return Value(parameter(evidence, "recovery_as_claimed").value / 100, ())
    if start in NORM_ORE:
        return norm_rate(evidence, start, ore)
    return mine_rate(evidence, REPORTED, ore, WHITE_PAPER, 2012)


def c13_admissible(combination: Combination) -> bool:
    """Growth factors compare wholes: a part that begins near nothing outgrows any whole, and
    losses cancel. An inferred gain has no starting rate. A demand of all magnets does not ask how
    much is in a vehicle, so only the median is kept there. The World has an output of magnets for
    2017 and 2022; China's for 2022 is a projection that exceeds the estimate of 2023, so it is not
    used."""
    if (combination["vehicles"] == WORLD_CARS) != (combination["years"] == WORLD_SPAN):
        return False
    if combination["efficiency"] == ORE_GAIN and combination["start"] != BY_ORE:
        return False
    if combination["measure"] == IN_FACTORS and (
        combination["counted"] != BY_ALL or combination["swarf"] != RETURNS
    ):
        return False
    return combination["counted"] == BY_VEHICLES or combination["intensity"] == MEDIAN


# Reasons for the defaults. Vehicles: the claim speaks of new energy vehicles, and the association
# counts all of them. Years: the longest span with an output of magnets at both ends. Magnet mass:
# the median gives each study one voice. Motors: the share of 2019 lies in the middle of the span
# and is kept, so that the mix of motors makes no growth. Driver: the wider reading; half of the
# growth is the stricter one. Counted: vehicles, the subject of the claim. Measure: tonnes, since
# factors hide size. Scrap: recyclers turn out about what the scrap holds. Efficiency: the one gain
# that needs no assumption. Start: reported rates; half is what C14 tests.
C13 = Claim(
    "C13",
    (
        Part(
            "a",
            "new energy vehicles drive the demand for magnets",
            "share of the growth over share of the level (ratio), or share of the growth (%)",
            c13_driver,
            True,
            "vehicles that take no more of the growth than their share of the level and half as "
            "much again",
        ),
        Part(
            "b",
            "demand grows faster than extraction becomes more efficient",
            "growth of demand over what recovery could have given (ratio)",
            c13_faster,
            True,
            "a measured series of recovery whose gain in tonnes exceeds what vehicles added",
            "a measured series of recovery whose gain in tonnes is less than what vehicles added",
        ),
    ),
    (
        Choice("vehicles", "Which vehicles?", VEHICLES, NEVS),
        Choice("years", "Which years?", tuple(SPANS), "2017 to 2024"),
        Choice("intensity", "How much magnet is in a vehicle?", INTENSITIES, MEDIAN),
        Choice("motors", "How many motors hold magnets?", tuple(MOTORS), "82% (IDTechEx, 2019)"),
        Choice(
            "driver", "What makes a driver of demand?", (DRIVER_RATIO, DRIVER_HALF), DRIVER_RATIO
        ),
        Choice("counted", "Whose demand is set against it?", (BY_VEHICLES, BY_ALL), BY_VEHICLES),
        Choice("measure", "In which measure?", (IN_TONNES, IN_FACTORS), IN_TONNES),
        Choice("swarf", "What becomes of the scrap of cutting?", (RETURNS, LOST), RETURNS),
        Choice(
            "efficiency",
            "What stands for efficiency?",
            (LARGEST, ORE_GAIN),
            LARGEST,
        ),
        Choice(
            "start",
            "From which recovery?",
            (BY_ORE, CLAIMED, HARD_NORMS),
            BY_ORE,
        ),
    ),
    admissible=c13_admissible,
    indirect="No series of recovery is measured, so efficiency is bounded and not observed.",
)

# ---------------------------------------------------------------- C14: half used, half wasted?

MIXES = {
    "quota of 2024": 2024,
    "quota of 2018": 2018,
    "quota of 2011": 2011,
}
ALONE = {f"{ore} alone": ore for ore in (BAYAN_OBO, BASTNAESITE, CLAYS)}
BY_GROUND, BY_PRODUCT = "rare earths in the ore mined", "product"
STOCK, WASTE = "a stock that can still be won", "waste"


@cache
def products(evidence: Evidence, mix: str) -> dict[str, Value]:
    """Product by ore, t REO: a year's quota, or one ore alone as in the newest quota."""
    if mix in MIXES:
        return ore_mix(evidence, MIXES[mix])
    return {ALONE[mix]: ore_mix(evidence, MIXES["quota of 2024"])[ALONE[mix]]}


@cache
def utilisation(
    evidence: Evidence, mix: str, rates: str, clays: str, stages: str, weighed: str
) -> Value:
    """Share of the rare earths in the ore mined that reaches the end of the stages, a fraction.

    Quotas count concentrate. The ore behind them is the quota over the recovery up to there. The
    share is a bound where the recovery of every ore is one.
    """
    year = MIXES.get(mix, 2024)
    made = products(evidence, mix)
    end = 1 + STAGES.index(stages)
    yields = {ore: chain(evidence, rates, ore, clays, year)[:end] for ore in made}
    rows = rows_of(*made.values(), *(value for own in yields.values() for value in own))
    bounds = {own[0].bound for own in yields.values()}
    bound = bounds.pop() if len(bounds) == 1 else "about"
    through = {ore: cascade.overall(v.value for v in own) for ore, own in yields.items()}
    amounts = {ore: value.value for ore, value in made.items()}
    if weighed == BY_PRODUCT:
        return Value(cascade.mean_by_product(amounts, through), rows, bound)
    first = {ore: own[0].value for ore, own in yields.items()}
    later = {ore: cascade.overall(v.value for v in own[1:]) for ore, own in yields.items()}
    ended = {ore: amount * later[ore] for ore, amount in amounts.items()}
    share = cascade.mixed(amounts, first) * sum(ended.values()) / sum(amounts.values())
    return Value(share, rows, bound)


def c14_half_used(evidence: Evidence, combination: Combination) -> Outcome:
    """a: about half is used: within 5 points of 50%, within 10 in part.

    A floor (norms) above that range or a ceiling below it shows that the part does not hold; a
    bound within it or on its other side shows nothing.
    """
    found = utilisation(
        evidence, *(combination[name] for name in ("mix", "rates", "clays", "stages", "weighed"))
    )
    value = 100 * found.value
    claimed = parameter(evidence, "recovery_as_claimed").value
    tolerance = parameter(evidence, "claimed_share_tolerance")
    distance = abs(value - claimed)
    finding = Finding.PARTLY if distance <= tolerance.high else Finding.FAILS
    finding = Finding.HOLDS if distance <= tolerance.value else finding
    open_side = {"at least": value <= claimed + tolerance.high}
    open_side["at most"] = value >= claimed - tolerance.high
    if open_side.get(found.bound):
        finding = Finding.UNTESTABLE
    bounded = f"{found.bound.capitalize()} " if found.bound in open_side else ""
    return Outcome(
        finding,
        value,
        found.rows,
        f"{bounded}{percent(found.value, 0)} of the rare earths in the ore mined pass from "
        f"{combination['stages']} ({combination['mix']}; {combination['rates']}).",
        "The rate is within two points of a limit."
        if min(abs(distance - tolerance.value), abs(distance - tolerance.high)) < tolerance.low
        else "",
        measured=rates_counted(evidence, combination),
        measure=combination["weighed"],
    )


def rates_counted(evidence: Evidence, combination: Combination) -> tuple[Rows, ...]:
    """Rows of each rate of recovery that a combination counts: one quantity an ore and stage."""
    mix, end = combination["mix"], 1 + STAGES.index(combination["stages"])
    chains = [
        chain(evidence, combination["rates"], ore, combination["clays"], MIXES.get(mix, 2024))
        for ore in products(evidence, mix)
    ]
    return tuple(dict.fromkeys(rate.rows for own in chains for rate in own[:end]))


@cache
def balance(evidence: Evidence) -> dict[str, Value]:
    """What became of the rare earths that Bayan Obo mined from 1958 to 2006, t REO."""
    names = ("ree_mined_cumulative", "ree_used_cumulative", "ree_lost_cumulative")
    found = {name: figure(evidence, name, BAYAN_OBO, TONNES, "1958/2006") for name in names}
    found["ree_in_tailings_cumulative"] = figure(
        evidence, "ree_in_tailings_cumulative", BAYAN_OBO, TONNES, "1958/2006"
    )
    return found


def c14_wasted(evidence: Evidence, combination: Combination) -> Outcome:
    """b: what is not used is waste, about half of the whole or more.

    Only Bayan Obo has a balance. What lies in the tailings pond can still be won and is no waste
    by default; what was lost on the way is.
    """
    if ALONE.get(combination["mix"], BAYAN_OBO) != BAYAN_OBO:
        return Outcome(
            Finding.UNTESTABLE, float("nan"), (), "No balance of tailings exists for this ore."
        )
    parts = balance(evidence)
    mined, used, lost = (parts[name] for name in list(parts)[:3])
    wasted = lost.value if combination["tailings"] == STOCK else mined.value - used.value
    value = measures.share(wasted, mined.value)
    half = parameter(evidence, "recovery_as_claimed").value
    enough = half - parameter(evidence, "claimed_share_tolerance").value
    return Outcome(
        Finding.HOLDS if value >= enough else Finding.FAILS,
        value,
        rows_of(*parts.values()),
        f"Of the rare earths mined at Bayan Obo up to 2006, {percent(value / 100, 0)} count as "
        f"wasted if the tailings are {combination['tailings']}.",
    )


def c14_admissible(combination: Combination) -> bool:
    """Norms name their own rate for the clays; one ore needs no weights; clays alone do not depend
    on Bayan Obo's ore, nor the other ores alone on the clays."""
    only = ALONE.get(combination["mix"])
    has_clays = only in (None, CLAYS) and combination["rates"] not in NORM_ORE
    if not has_clays and combination["clays"] != WHITE_PAPER:
        return False
    if only and combination["weighed"] != BY_GROUND:
        return False
    return combination["rates"] != UNCHANGED or only in (None, BAYAN_OBO)


# Reasons for the defaults. Mix: the newest quota by ore. Rates: the only ones that are no norms and
# need no inference. Clays: the source of best grade. Stages: up to the oxide, the first product of
# all ores that is sold by element. Weighed: the claim speaks of the resource, so each ore counts by
# what is broken. Tailings: ground ore that lies in a pond can still be won.
C14 = Claim(
    "C14",
    (
        Part(
            "a",
            "about half of the resource is used in China",
            "share of the rare earths in the ore mined that becomes product (%)",
            c14_half_used,
            True,
            "a rate more than ten points away from half",
            "a measured rate of all ores within five points of half",
        ),
        Part(
            "b",
            "so half of its value is wasted",
            "share of the rare earths mined that cannot be won any more (%)",
            c14_wasted,
            False,
            "less than about half lost for good; a loss by value or through pollution has no "
            "measure",
            "about half of what is mined lost for good; a loss by value or through pollution has "
            "no measure",
        ),
    ),
    (
        Choice("mix", "Which ores?", (*MIXES, *ALONE), "quota of 2024"),
        Choice("rates", "Which rates of recovery?", RATES, REPORTED),
        Choice("clays", "Which rate of the clays?", tuple(CLAY_RATES), WHITE_PAPER),
        Choice("stages", "From where to where?", STAGES, TO_OXIDE),
        Choice("weighed", "By what are ores weighed?", (BY_GROUND, BY_PRODUCT), BY_GROUND),
        Choice("tailings", "What are the tailings?", (STOCK, WASTE), STOCK),
    ),
    admissible=c14_admissible,
    indirect="No national rate is measured; it is put together from single ores, years and stages.",
)

CLAIMS = (C13, C14)
