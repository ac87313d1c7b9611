"""How goods age: what of the goods of each year is discarded when, vectorised over runs.

Goods enter in the middle of a year and are counted at its end, as in flodym's default. Arrays have
the year first and the run last.
"""

from __future__ import annotations

from math import gamma

import numpy as np

from rare_earths.outlook.inputs import OutlookError


def survival(mean: np.ndarray, shape: float, years: int) -> np.ndarray:
    """Part of a cohort still in use at the end of its year and of each later one.

    `mean` is the mean life in years, one a run; `shape` that of the Weibull distribution. The
    result has the shape (years, runs).
    """
    mean = np.atleast_1d(np.asarray(mean, float))
    if np.any(mean <= 0):
        raise OutlookError(f"life: a mean life must be above 0 years, got {mean.min():g}.")
    scale = mean / gamma(1 + 1 / shape)
    ages = np.arange(years)[:, None] + 0.5
    return np.exp(-((ages / scale) ** shape))


def discards(alive: np.ndarray) -> np.ndarray:
    """Part of a cohort that is discarded in its year and in each later one, from `survival`."""
    return -np.diff(alive, axis=0, prepend=1.0)


def outflow(inflow: np.ndarray, part: np.ndarray) -> np.ndarray:
    """What is discarded each year: every cohort's discards added up.

    inflow: (years, flows, runs), part: (years, runs) from `discards`.
    """
    years = len(inflow)
    begun = np.flatnonzero(inflow.any(axis=(1, 2)))
    first = int(begun[0]) if len(begun) else years
    out = np.zeros_like(inflow)
    for year in range(first, years):
        np.einsum("cfn,cn->fn", inflow[first : year + 1], part[year - first :: -1], out=out[year])
    return out


def standing(inflow: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """What is in use at the end of each year: every cohort's survivors added up."""
    return outflow(inflow, alive)


def inventory(balance: np.ndarray, start: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A store that takes surpluses and gives until it is empty: its level, and what it lacked.

    balance: supply less need, (years, runs). The gap is what neither supply nor store could give.
    """
    if start < 0:
        raise OutlookError(f"inventory: a stock cannot begin below 0, got {start:g}.")
    level, gap = np.empty_like(balance), np.empty_like(balance)
    before = np.full(balance.shape[1:], float(start))
    for year, change in enumerate(balance):
        after = before + change
        level[year] = np.maximum(after, 0.0)
        gap[year] = np.maximum(-after, 0.0)
        before = level[year]
    return level, gap
