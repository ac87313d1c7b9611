"""Rare earth parks in China: output by year, target against outcome.

Output values are sums of local governments and the press, with what counts left open; they follow
the price of the metals, so they are also given at one price of neodymium oxide.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rare_earths.evidence import Evidence

CHANGTING, BAOTOU, GANZHOU = "Changting, Fujian", "Baotou", "Ganzhou"
_VALUE, _TARGET = "park-output-value.", "park-output-value-target."

OUTPUTS = {
    CHANGTING: (
        f"{_VALUE}changting-rare-earth-park.2006.vogel-longyan-2012",
        f"{_VALUE}changting-rare-earth-park.2010.chinamining-fujian-2018",
        f"{_VALUE}changting-rare-earth-park.2011.vogel-longyan-2012",
        f"{_VALUE}changting-rare-earth-park.2017.chinamining-fujian-2018",
        f"{_VALUE}changting-county-rare-earth-industry.2018.china-powder-changting-2019",
    ),
    BAOTOU: (
        f"{_VALUE}baotou-rare-earth-industry.2016.sina-baotou-2017",
        f"{_VALUE}baotou-rare-earth-industry.2018.xinhua-baotou-2019",
        f"{_VALUE}baotou-rare-earth-industry.2021.northnews-baotou-2021",
        f"{_VALUE}baotou-rare-earth-industry.2021-2025.btwb-2026",
    ),
    GANZHOU: (
        f"{_VALUE}ganzhou-rare-earth-industry.2010.toocle-ganzhou-2011",
        f"{_VALUE}ganzhou-rare-earth-industry.2012.tsr-ganzhou-2013",
        f"{_VALUE}ganzhou-rare-earth-industry.2013.cnmn-ganzhou-2014",
        f"{_VALUE}ganzhou-rare-earth-industry.2014.powder-ganzhou-2015",
        f"{_VALUE}ganzhou-rare-earth-industry.2021.gaoxinyuan-2022-ganzhou-cluster",
    ),
}


@dataclass(frozen=True)
class Target:
    """A target and the outcome nearest to it.

    scale: by what the outcome is multiplied to cover a year.  early: the outcome is from before
    the target's date, so it may have come nearer since.
    """

    label: str
    target: str
    outcome: str
    scale: float = 1.0
    early: bool = False
    note: str = ""


TARGETS = (
    Target(
        "Baotou, output value by 2025",
        f"{_TARGET}baotou-rare-earth-industry.2025.chinanews-baotou-2021",
        f"{_VALUE}baotou-rare-earth-industry.2021-2025.btwb-2026",
    ),
    Target(
        "Changting, output value by 2020",
        f"{_TARGET}changting-rare-earth-park.2020.chinamining-fujian-2018",
        f"{_VALUE}changting-county-rare-earth-industry.2018.china-powder-changting-2019",
        early=True,
        note="outcome of 2018",
    ),
    Target(
        "Baotou, motor projects by 2024",
        "park-projects-landed-target.baotou-rare-earth-permanent-magnet-motor-park.2024."
        "baotou-163-2024",
        "park-projects-landed.baotou-rare-earth-permanent-magnet-motor-park.2024-07."
        "baotou-163-2024",
        early=True,
        note="outcome of July 2024",
    ),
    Target(
        "Changting, output value by 2015",
        f"{_TARGET}changting-rare-earth-park.2015.longyan-comelan-2012",
        f"{_VALUE}changting-rare-earth-park.2017.chinamining-fujian-2018",
        note="outcome of 2017; the lower of two targets, the higher of two outcomes",
    ),
    Target(
        "Baotou, magnets in 2025",
        "park-magnet-output-target.baotou.2025.baotou-forum-2022",
        "park-magnet-output.baotou-rare-earth-high-tech-zone.2025-01-2025-05.rex-baotou-2025",
        scale=12 / 5,
        note="five months of the zone, taken for a year; the target is the city's",
    ),
    Target(
        "Earth-Panda, Anhui, capacity by 2025",
        "magnet-capacity-target.earth-panda.2025.ep-plan-note-2022",
        "magnet-capacity.earth-panda.2021.ep-2021-note1",
        early=True,
        note="outcome of 2021; part of both is in Baotou",
    ),
)


def price_level(evidence: Evidence) -> pd.Series:
    """Price of neodymium oxide by year since 2011, USD/kg, one chain: yearly means from 2014 on,
    before that moved as prices at the end of the year did. Newest edition of each year."""

    def by_year(series: str) -> dict[int, float]:
        rows = evidence.select(series, "Neodymium oxide", unit="USD/kg").sort_values("edition")
        return dict(zip(rows["year"].astype(int), rows["value"].astype(float), strict=True))

    average, ends = by_year("price_average"), by_year("price_yearend")
    first = min(average)
    earlier = {at: own * average[first] / ends[first] for at, own in ends.items() if at < first}
    return pd.Series(earlier | average, dtype=float).sort_index()


def price_rows(evidence: Evidence) -> list[str]:
    """Rows behind `price_level`."""
    rows = evidence.select(["price_average", "price_yearend"], "Neodymium oxide", unit="USD/kg")
    newest = rows.sort_values("edition").groupby(["series", "year"]).tail(1)
    return [str(row) for row in newest.index]


def outputs(evidence: Evidence) -> pd.DataFrame:
    """Output value by park and year: park, year, value and real (CNY billion), bound, id.

    `real` is at the neodymium price of 2014; NaN before 2011. A figure for a span of years stands
    at its end.
    """
    level = price_level(evidence)
    records = []
    for park, rows in OUTPUTS.items():
        for row in rows:
            own = evidence.rows.loc[row]
            when = int(str(own["period"])[-4:])
            value = float(str(own["value"])) / 1000
            then = float(level.get(when, float("nan")))
            records.append(
                {"park": park, "year": when, "value": value, "real": value * level[2014] / then,
                 "bound": own["bound"], "id": row}
            )  # fmt: skip
    return pd.DataFrame(records)


def targets(evidence: Evidence) -> pd.DataFrame:
    """Target against outcome: target, outcome, share (%), early, bound, note, id, index label."""
    records = {}
    for own in TARGETS:
        aim, came = evidence.rows.loc[own.target], evidence.rows.loc[own.outcome]
        wanted, got = float(str(aim["value"])), own.scale * float(str(came["value"]))
        records[own.label] = {
            "target": wanted,
            "outcome": got,
            "unit": str(aim["unit"]),
            "share": 100 * got / wanted,
            "early": own.early,
            "bound": str(came["bound"]),
            "note": own.note,
            "id": f"{own.target} {own.outcome}",
        }
    return pd.DataFrame.from_dict(records, orient="index")
