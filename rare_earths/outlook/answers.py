"""What the model is asked beside many runs: one input at a time, and what a point is worth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from rare_earths.evidence import Evidence
from rare_earths.outlook import inputs, model
from rare_earths.outlook.inputs import LAST_SEEN
from rare_earths.outlook.model import NDPR, Flows
from rare_earths.outlook.paths import LAST, Setting, place_of


def shortfall(flows: Flows, year: int) -> float:
    """Nd+Pr asked for less what planned sources give in a year of the first run, t."""
    return float(-flows.difference[NDPR, place_of(year), 0])


def one_at_a_time(
    evidence: Evidence, setting: Setting, of: Callable[[Flows], float]
) -> pd.DataFrame:
    """Every input at its low and high end, all others at their most likely value: the table of
    inputs with columns `at_low`, `at_high` (the outcome) and `swing` (their distance)."""
    table = inputs.table(evidence)
    ends: dict[str, list[float]] = {"low": [], "high": []}
    for row in table.itertuples():
        for end, found in ends.items():
            values = inputs.central(evidence, **{str(row.name): float(getattr(row, end))})
            found.append(of(model.run(values, setting)))
    table = table.assign(at_low=ends["low"], at_high=ends["high"])
    table = table.assign(swing=(table["at_high"] - table["at_low"]).abs())
    return table.sort_values("swing", ascending=False, ignore_index=True)


# What is moved by one percentage point, or one percent, in the year asked about.
_POINTS = (
    ("mines of China grow a point a year more", ("quota_growth",), 1.0),
    ("a point of recovery in China's mines", ("recovery",), 1.0),
    ("a point more of cutting scrap recovered", ("scrap_recovered",), 1.0),
    ("a point more of old magnets recovered", ("eol_2050",), 1.0),
    ("a point fewer motors with magnets", ("pm_share_2050",), -1.0),
    ("one percent less magnet a motor", ("thrift_ndpr",), 1.0),
    ("a point more of the planned mines", ("project_realised",), 1.0),
)


def worth(evidence: Evidence, setting: Setting, year: int) -> pd.DataFrame:
    """Tonnes of Nd+Pr by which the shortfall of a year shrinks for one point of each lever.

    A path that fades in to 2050 is steepened until it has moved by the point in that year. All
    other inputs stay at their most likely value. Columns lever, tonnes.
    """
    central = inputs.central(evidence)
    base = shortfall(model.run(central, setting), year)
    reach = (year - LAST_SEEN) / (LAST - LAST_SEEN)
    records = []
    for lever, names, step in _POINTS:
        changes: dict[str, np.ndarray] = {}
        for name in names:
            if name == "recovery":
                changes |= _recovery(central, setting, 0.01 / reach)
                continue
            fades = name in ("eol_2050", "pm_share_2050", "thrift_ndpr")
            changes[name] = central[name] + step * 0.01 / (reach if fades else 1)
        moved = shortfall(model.run(central | changes, setting), year)
        records.append({"lever": lever, "tonnes": base - moved})
    return pd.DataFrame(records)


def _recovery(
    central: dict[str, np.ndarray], setting: Setting, more: float
) -> dict[str, np.ndarray]:
    """The gain that lifts the recovery of light ores in 2050 by `more`; clays follow."""
    way = setting.constants["recovery_limit"] - central["recovery_light"]
    return {"recovery_gain": central["recovery_gain"] + more / way}
