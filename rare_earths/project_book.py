"""Projects outside China: what was planned and what came of it, row by row of the evidence.

A pair holds two rows that can be compared: the first and the latest year of start, the first and
the latest cost in one currency, a nameplate and an output.  The cases are those in the news, not a
sample.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from rare_earths.evidence import Evidence

MINE, MIXED, REFINERY, MAGNETS = "mine", "mine with refinery", "refinery", "magnets"
OPERATING, BUILDING, PAPER, STOPPED = "operating", "being built", "on paper", "stopped or in doubt"
STATUSES = (OPERATING, BUILDING, PAPER, STOPPED)


@dataclass(frozen=True)
class Project:
    """What kind of project it is, as the newest row says."""

    country: str
    stage: str
    status: str


PROJECTS = {
    "Nolans": Project("Australia", MIXED, PAPER),
    "Eneabba": Project("Australia", REFINERY, BUILDING),
    "Kalgoorlie": Project("Australia", REFINERY, OPERATING),
    "Lynas Texas": Project("United States", REFINERY, STOPPED),
    "White Mesa 1": Project("United States", REFINERY, OPERATING),
    "White Mesa 2": Project("United States", REFINERY, PAPER),
    "Mountain Pass 2011": Project("United States", MIXED, STOPPED),
    "Independence": Project("United States", MAGNETS, OPERATING),
    "Sumter": Project("United States", MAGNETS, PAPER),
    "Longonjo": Project("Angola", MINE, BUILDING),
    "Pela Ema": Project("Brazil", MINE, OPERATING),
    "Narva": Project("European Union", MAGNETS, OPERATING),
    "La Rochelle": Project("European Union", REFINERY, OPERATING),
    "Caremag": Project("European Union", REFINERY, BUILDING),
    "Lynas Malaysia": Project("Malaysia", REFINERY, OPERATING),
}


@dataclass(frozen=True)
class Pair:
    """Two rows of one project; `open` says that the second is not the end of it."""

    project: str
    before: str
    after: str
    open: bool = False
    note: str = ""


_START = "project-planned-start-year."
STARTS = (
    Pair("Nolans", f"{_START}arafura-nolans.2011.rmb-kingsnorth-2011",
         f"{_START}arafura-nolans.2023.thewest-arafura-2023", True, "not built"),
    Pair("Independence",
         f"{_START}mp-materials-independence-magnet-plant-alloy.2022.magneticsmag-mp-2022",
         "project-actual-start-year.mp-materials-independence-magnet-plant-first-magnets-on-"
         "commercial-equipment.2025.mp-2026-results-fy2025",
         note="planned for the alloy, reached for magnets"),
    Pair("Eneabba", f"{_START}eneabba-refinery.2022.kallanish-2024-eneabba",
         f"{_START}eneabba-refinery.2024-12.nsenergy-2024-eneabba"),
    Pair("Lynas Texas", f"{_START}lynas-texas-heavy-re-plant.2022.reuters-lynas-2022",
         f"{_START}lynas-texas-heavy-re-plant.2024.reuters-chain-2024", True, "may not proceed"),
    Pair("Longonjo", f"{_START}pensana-longonjo.2025.orepulse-pensana-2025",
         f"{_START}pensana-longonjo.2025.moneyam-pensana-2025"),
    Pair("White Mesa 2", "project-capacity-ndpr.white-mesa-two-phases.2028.smm-nov-2025",
         f"{_START}white-mesa-phase-2.2026.reportify-uuuu-2026"),
    Pair("Caremag", f"{_START}carester-france.2024.reuters-chain-2024",
         f"{_START}caremag-lacq.2025-03.chemeng-caremag-2025"),
    Pair("Narva", f"{_START}narva-magnet-plant.2023.northernminer-neo-2023",
         "project-actual-start-year.narva-magnet-plant.2025.eb-narva-2025"),
    Pair("La Rochelle",
         f"{_START}solvay-la-rochelle-magnet-rare-earths.2024.reuters-chain-2024",
         "project-actual-start-year.solvay-la-rochelle-magnet-line.2025.aw-solvay-2025"),
)  # fmt: skip
_COST = "project-capex."
COSTS = (
    Pair("Lynas Texas",
         "project-public-funding.lynas-texas-heavy-re-plant-us-dod.2022.aum-lynas-2023",
         "project-public-funding.lynas-texas-heavy-re-plant-us-dod.2023.aum-lynas-2023",
         note="the contract pays the whole cost"),
    Pair("Mountain Pass 2011",
         f"{_COST}molycorp-mountain-pass-project-phoenix-phase-1-plan.2011.inn-molycorp-2011",
         f"{_COST}molycorp-mountain-pass-project-phoenix-at-completion.2013-10.sme-moly-2013"),
    Pair("Longonjo", f"{_COST}pensana-longonjo-concentrate-for-export.2019.theassay-pensana-2020",
         f"{_COST}pensana-longonjo-phase-1.2025.orepulse-pensana-2025",
         note="the scope changed between the two"),
    Pair("Kalgoorlie", f"{_COST}lynas-kalgoorlie.2019.miningweekly-kalgoorlie-2024",
         f"{_COST}lynas-kalgoorlie.2024-04.miningweekly-kalgoorlie-2024",
         note="capacity was raised on the way"),
    Pair("Nolans", f"{_COST}arafura-nolans.2021.miningweekly-arafura-2021",
         f"{_COST}arafura-nolans.2022.bn-arafura-2022", note="both on paper"),
    Pair("Eneabba", f"{_COST}eneabba-refinery.2022.nsenergy-2024-eneabba",
         f"{_COST}eneabba-refinery.2023-12.nsenergy-2024-eneabba"),
    Pair("Sumter", f"{_COST}e-vac-sumter.2023.rawmaterials-evac-2023",
         f"{_COST}e-vac-sumter.2023-12.item-evac-2024", note="within one year"),
    Pair("White Mesa 1", f"{_COST}white-mesa-phase-1-budget.2023.miningcom-2024-whitemesa",
         f"{_COST}white-mesa-phase-1-actual.2024.miningcom-2024-whitemesa",
         note="in an existing mill"),
)  # fmt: skip
OUTPUTS = (
    Pair("Lynas Malaysia", "project-capacity-ndpr.lynas-malaysia-separation.2025.reex-lynas-2025",
         "firm-output-ndpr.lynas-rare-earths.fy2025.firmsworld-2025-lynas"),
    Pair("Pela Ema", "project-capacity.serra-verde-pela-ema-phase-1.2023.mining-serraverde-2023",
         "mine-production.brazil.2025.usgs-mcs-2026-data", note="all of Brazil"),
    Pair("White Mesa 1", "firm-output-ndpr.white-mesa.2024-q2.miningcom-2024-whitemesa",
         "firm-output-ndpr.white-mesa.2024-q2.metalnomist-2024-energyfuels",
         note="plan and outcome of one quarter"),
    Pair("Mountain Pass 2011",
         "project-capacity.molycorp-mountain-pass-phase-1.2011.inn-molycorp-2011",
         "us-mine-production.united-states.2015.usgs-ds140-2023"),
)  # fmt: skip


def pairs(evidence: Evidence, listed: Iterable[Pair]) -> pd.DataFrame:
    """The pairs as a table: project, country, stage, status, before, after, unit, open, note, id.

    A start year that stands only as the year of a planned capacity is read from its period.
    """
    records = []
    for pair in listed:
        first, last = evidence.rows.loc[pair.before], evidence.rows.loc[pair.after]
        dated = last["unit"] == "year" and first["unit"] != "year"
        own = PROJECTS[pair.project]
        records.append({
            "project": pair.project,
            "country": own.country,
            "stage": own.stage,
            "status": own.status,
            "before": float(str(first["year"] if dated else first["value"])),
            "after": float(str(last["value"])),
            "unit": last["unit"],
            "open": pair.open,
            "note": pair.note,
            "id": f"{pair.before} {pair.after}",
        })  # fmt: skip
    return pd.DataFrame(records)


def starts(evidence: Evidence) -> pd.DataFrame:
    """First and latest year of start, with `slip` in years; `open`: the slip is at least that."""
    table = pairs(evidence, STARTS)
    return table.assign(slip=table["after"] - table["before"])


def costs(evidence: Evidence) -> pd.DataFrame:
    """First and latest cost in millions of one currency, with `growth` in percent."""
    table = pairs(evidence, COSTS)
    return table.assign(growth=100 * (table["after"] / table["before"] - 1))


def outputs(evidence: Evidence) -> pd.DataFrame:
    """Nameplate or plan and output, with `share` in percent of the plan."""
    table = pairs(evidence, OUTPUTS)
    return table.assign(share=100 * table["after"] / table["before"])


def book(evidence: Evidence) -> pd.DataFrame:
    """One row a project: country, stage, status, slip (years), growth (%), share (%), id.

    NaN where the evidence has no pair.
    """
    kinds = {"slip": starts(evidence), "growth": costs(evidence), "share": outputs(evidence)}
    table = pd.DataFrame.from_dict(
        {name: vars(own) for name, own in PROJECTS.items()}, orient="index"
    )
    ids = pd.Series("", index=table.index)
    for name, own in kinds.items():
        found = own.set_index("project")
        table[name] = found[name]
        ids = (ids + " " + found["id"].reindex(ids.index).fillna("")).str.strip()
    return table.assign(id=ids).rename_axis("project").reset_index()
