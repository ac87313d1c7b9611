"""From vehicles to magnets to rare earths: pure functions on numbers, no data access.

Units follow the arguments: vehicles times tonnes a vehicle are tonnes, and a quantity with units
passes through. Shares and yields are fractions between 0 and 1.
"""

from __future__ import annotations

from typing import NamedTuple


class Drive(NamedTuple):
    """How much one use drives the growth of a whole.

    `growth` is its share of the growth, `level` its share of the level at the end, both in percent.
    """

    growth: float
    level: float


def magnet_mass(nd_mass: float, nd_share: float) -> float:
    """Magnet that holds a mass of neodymium, in the unit of that mass.

    `nd_share` is the neodymium in the magnet as a fraction of its weight.
    """
    return nd_mass / _fraction(nd_share, "neodymium in the magnet")


def magnets(vehicles: float, motor_share: float, mass: float) -> float:
    """Finished magnets in traction motors: vehicles, share with permanent-magnet motors, mass each.

    The unit is that of `mass`, which is the mass in one vehicle that has such a motor.
    """
    return vehicles * _share(motor_share, "vehicles with permanent-magnet motors") * mass


def blanks(finished: float, scrap: float) -> float:
    """Rough magnets from which the finished ones are cut; `scrap` is the share cut away."""
    return finished / _fraction(1 - scrap, "magnet left after cutting")


def finished(rough: float, scrap: float) -> float:
    """Finished magnets from rough ones: the inverse of `blanks`."""
    return rough * _share(1 - scrap, "magnet left after cutting")


def ndpr_oxide(magnet: float, ndpr_share: float, oxide_per_metal: float) -> float:
    """Neodymium and praseodymium in magnets, as oxide, in the unit of `magnet`.

    `ndpr_share` is their weight in the magnet, `oxide_per_metal` the oxide that one unit of the
    metals makes (above 1: the oxygen adds weight). Losses on the way are not counted.
    """
    if oxide_per_metal < 1:
        raise ValueError(f"an oxide weighs more than its metal, got {oxide_per_metal}")
    return magnet * _share(ndpr_share, "NdPr in the magnet") * oxide_per_metal


def drive(part: tuple[float, float], whole: tuple[float, float]) -> Drive:
    """Shares of a part in the growth and in the level of a whole, from first and last values.

    All four values in one unit. The ratio of the two shares does not depend on how large the part
    is, only on how much faster than the whole it grew.
    """
    if whole[1] <= whole[0]:
        raise ValueError(f"the whole must grow to have a driver, got {whole[0]} to {whole[1]}")
    return Drive(100 * (part[1] - part[0]) / (whole[1] - whole[0]), 100 * part[1] / whole[1])


def _share(value: float, what: str) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"{what}: a share between 0 and 1, got {value}")
    return value


def _fraction(value: float, what: str) -> float:
    if not 0 < value <= 1:
        raise ValueError(f"{what}: a share above 0 and up to 1, got {value}")
    return value
