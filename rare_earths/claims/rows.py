"""From rows of the evidence to the one value a rule uses, with the ids it came from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from rare_earths.claims.engine import NotCoveredError
from rare_earths.evidence import Evidence

GRADES = "ABC"
HANDS = ("first", "quoted", "inferred")


@dataclass(frozen=True)
class Value:
    """A value in the unit asked for, with the evidence rows behind it and its bound."""

    value: float
    rows: tuple[str, ...]
    bound: str = "exact"


@cache
def threshold(evidence: Evidence, name: str) -> float:
    """A parameter of the rules, in its own unit; looked up once for all combinations."""
    return evidence.parameter(name).value


@cache
def printed(evidence: Evidence, row: str) -> float:
    """The value of a row as printed."""
    return float(str(evidence.rows.at[row, "value"]))


def best(rows: pd.DataFrame, what: str) -> Value:
    """The row of best grade, first hand before quoted, and among equals the most printed value.

    `rows` come from `Evidence.select`; `what` names them in the error. Raises NotCoveredError if
    there is none.
    """
    if rows.empty:
        raise NotCoveredError(f"no row for {what}")
    ranks = [
        (GRADES.index(grade), HANDS.index(hand))
        for grade, hand in zip(rows["grade"], rows["hand"], strict=True)
    ]
    top = rows[[rank == min(ranks) for rank in ranks]].sort_index()
    value = top["value"].mode().iloc[0]
    row = top[top["value"] == value].iloc[0]
    return Value(float(value), (str(row.name),), row["bound"])


def of_dimension(
    evidence: Evidence, series: str | list[str], unit: str, *names: str, **filters: Any
) -> pd.DataFrame:
    """Rows of a series in `unit`; rows in another dimension stay out.

    A row that prints plain tonnes does not say what was weighed, so it is no row in t REO.
    """
    rows = evidence.select(series, *names, **filters)
    dimensions = evidence.units.table["dimension"]
    rows = rows[rows["unit"].map(dimensions) == dimensions[unit]]
    factors = rows["unit"].map(lambda own: evidence.units.factor(own, unit)).astype(float)
    scaled = {name: rows[name] * factors for name in ("value", "low", "high")}
    return rows.assign(**scaled, unit=unit)
