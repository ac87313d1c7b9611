"""Recovery stage by stage, from the ore in the ground to the magnet: pure functions, no data.

A yield or recovery is the share of what enters a stage that leaves it as product, a fraction above
0 and up to 1. Masses are of rare earth oxides (t REO) in one unit throughout.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence


def steps(yields: Sequence[float]) -> list[float]:
    """What is left of one unit of ore after each stage, beginning with 1 in the ground."""
    left = [1.0]
    for value in yields:
        left.append(left[-1] * _yield(value))
    return left


def overall(yields: Iterable[float]) -> float:
    """Share of the ore's rare earths that passes all stages."""
    return math.prod(_yield(value) for value in yields)


def ore_needed(product: float, recovery: float) -> float:
    """Rare earths in the ore that had to be broken for a `product`, in its unit."""
    return product / _yield(recovery)


def mixed(products: Mapping[str, float], recoveries: Mapping[str, float]) -> float:
    """Recovery of several ores together: all product over all rare earths in the ore.

    Each ore counts by what had to be mined for it, so that a poorly used ore weighs more than its
    share of the product. Keys are ores; masses in one unit.
    """
    ore = sum(ore_needed(product, recoveries[name]) for name, product in products.items())
    if ore <= 0:
        raise ValueError("a mix needs a product above 0")
    return sum(products.values()) / ore


def mean_by_product(products: Mapping[str, float], recoveries: Mapping[str, float]) -> float:
    """Mean recovery weighed by product: the rate at which the average tonne was won."""
    total = sum(products.values())
    if total <= 0:
        raise ValueError("a mix needs a product above 0")
    return sum(product * _yield(recoveries[name]) for name, product in products.items()) / total


def gain(product: float, recovery: float, target: float = 1.0) -> float:
    """Product gained on the same ore if the recovery rose to `target`, in the unit of `product`.

    With the default it is the largest gain that recovery could possibly give. Negative where the
    target lies below the recovery.
    """
    return ore_needed(product, recovery) * (_yield(target) - recovery)


def recovery_needed(product: float, recovery: float, extra: float) -> float:
    """Recovery at which the same ore gives `extra` product; above 1 where no recovery would do."""
    return _yield(recovery) * (1 + extra / product)


def _yield(value: float) -> float:
    if not 0 < value <= 1:
        raise ValueError(f"a recovery lies above 0 and up to 1, got {value}")
    return value
