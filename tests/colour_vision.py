"""How colours look to readers who see two of the three primaries, and how far apart they are.

Written out here, forty lines, rather than taken from a library: the small ones that simulate colour
vision are no longer kept, and the kept one (colour-science) would bring far more than it does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.float64]

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision
# deficiency", IEEE TVCG 15 (2009), doi:10.1109/TVCG.2009.113: severity 1, on linear RGB.
DEFICIENCIES: dict[str, list[list[float]]] = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# sRGB (D65) to XYZ, IEC 61966-2-1.
_XYZ = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175],
        [0.0193339, 0.119192, 0.9503041]]  # fmt: skip


def linear(colour: str) -> Colour:
    """``#rrggbb`` as linear RGB, 0 to 1."""
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def seen(colour: str, deficiency: str | None = None) -> Colour:
    """The colour in CIE Lab, as a reader with this deficiency sees it."""
    rgb = linear(colour)
    if deficiency:
        rgb = np.clip(np.array(DEFICIENCIES[deficiency]) @ rgb, 0, 1)
    x = np.array(_XYZ) @ rgb / np.array([0.95047, 1.0, 1.08883])
    f = np.where(x > 216 / 24389, np.cbrt(x), (24389 / 27 * x + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: Colour, other: Colour) -> float:
    """CIEDE2000 between two colours in Lab (Sharma, Wu and Dalal 2005); 1 is just seen."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 1 + 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + 25**7)))
    c1, c2 = np.hypot(a1 * g, b1), np.hypot(a2 * g, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1 * g)) % 360, np.degrees(np.arctan2(b2, a2 * g)) % 360
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    turn = (h2 - h1 + 180) % 360 - 180
    hue = (h1 + h2 + 360 * (abs(h1 - h2) > 180)) / 2 % 360
    waves = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.2, 4, -63))
    t = 1 + sum(size * np.cos(np.radians(times * hue + shift)) for size, times, shift in waves)
    dl = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    blue = np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    turned = -2 * np.sqrt(chroma**7 / (chroma**7 + 25**7)) * blue
    return float(np.sqrt(dl**2 + dc**2 + dh**2 + turned * dc * dh))


def apart(one: str, other: str) -> float:
    """The smallest difference of two colours, over full colour vision and the deficiencies."""
    return min(difference(seen(one, d), seen(other, d)) for d in (None, *DEFICIENCIES))


def contrast(one: str, other: str) -> float:
    """The ratio of light of WCAG, 1 to 21."""
    low, high = sorted(float(np.array([0.2126, 0.7152, 0.0722]) @ linear(c)) for c in (one, other))
    return (high + 0.05) / (low + 0.05)
