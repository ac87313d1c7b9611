"""Which runs are made: scrambled Sobol points in powers of two, and Saltelli's design for indices.

Every input is drawn by itself, by its own inverse distribution; shares of one whole are kept whole
because each input's range leaves room for the others. A run depends on its number and the seed
alone, so that any cut of the work gives the same runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import qmc

from rare_earths.outlook.inputs import Input, OutlookError

SEED = 20_241_231


def power_of_two(runs: int) -> int:
    """The exponent of a number of runs; any other number raises."""
    exponent = int(runs).bit_length() - 1
    if runs < 2 or runs != 1 << exponent:
        raise OutlookError(f"runs: a power of two, so that the points are balanced, got {runs}.")
    return exponent


def points(dimensions: int, start: int, count: int, seed: int = SEED) -> np.ndarray:
    """Scrambled Sobol points number `start` to `start + count`, each in (0, 1): (count, inputs)."""
    engine = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    if start:
        engine.fast_forward(start)
    return np.clip(engine.random(count), 1e-12, 1 - 1e-12)


def values(
    inputs: Sequence[Input], unit: np.ndarray, changes: Mapping[str, float] | None = None
) -> dict[str, np.ndarray]:
    """Points as inputs of the model, one array a name; `changes` hold some at one value."""
    drawn = {one.name: one.at(unit[:, place]) for place, one in enumerate(inputs)}
    unknown = sorted(set(changes or {}) - set(drawn))
    if unknown:
        raise OutlookError(f"No input is named {unknown[0]!r}.")
    held = {name: np.full(len(unit), float(value)) for name, value in (changes or {}).items()}
    return drawn | held


def design(inputs: int, start: int, count: int, seed: int = SEED) -> np.ndarray:
    """Saltelli's design from base points `start` on, in SALib's order: A, A with each column of B
    in turn, B. Shape (count * (inputs + 2), inputs)."""
    both = points(2 * inputs, start, count, seed)
    a, b = both[:, :inputs], both[:, inputs:]
    out = np.repeat(a[:, None], inputs + 2, axis=1)
    for column in range(inputs):
        out[:, column + 1, column] = b[:, column]
    out[:, -1] = b
    return out.reshape(-1, inputs)


def indices(inputs: Sequence[Input], outcome: np.ndarray, seed: int = SEED) -> pd.DataFrame:
    """First-order and total Sobol indices of an outcome of the design, by SALib, with the half
    width of their 95% interval: name, label, group, first, first_half, total, total_half."""
    from SALib.analyze import sobol  # imports slowly

    if len(outcome) % (len(inputs) + 2):
        raise OutlookError("outcome: its length does not fit the design.")
    problem = {"num_vars": len(inputs), "names": [one.name for one in inputs]}
    found = sobol.analyze(
        problem, np.asarray(outcome, float), calc_second_order=False, num_resamples=200,
        conf_level=0.95, seed=seed,
    )  # fmt: skip
    return pd.DataFrame(
        {
            "name": problem["names"], "label": [one.label for one in inputs],
            "group": [one.group for one in inputs], "first": found["S1"],
            "first_half": found["S1_conf"], "total": found["ST"], "total_half": found["ST_conf"],
        }
    ).sort_values("total", ascending=False, ignore_index=True)  # fmt: skip
