"""Charts without colour: fills that lie on each other have each a lightness of its own."""

from __future__ import annotations

from itertools import pairwise

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex, to_rgb

from rare_earths.multiverse import FILL
from rare_earths.on_paper import MARKS, TINTS, printed_fills
from rare_earths.palette import COLOURS

APART = 9.5  # of a hundred steps of CIE lightness


def lightness(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * light ** (1 / 3) - 16


@pytest.mark.parametrize(
    "colours",
    [MARKS.values(), TINTS.values(), [(MARKS | TINTS)[fill] for fill, _ in FILL.values()],
     [MARKS[name] for name in ("china", "fourth", "rest", "third")] + [COLOURS["grey_tint"]]],
)  # fmt: skip
def test_fills_differ_in_grey(colours: list[str]) -> None:
    found = sorted(map(lightness, colours))
    assert min(high - low for low, high in pairwise(found)) >= APART


def test_screen_colours_come_back() -> None:
    """Bars and their squares change together, for the time of printing only."""
    figure, ax = plt.subplots()
    bars = [ax.bar(1, 1, color=COLOURS[name])[0] for name in ("china", "rest")]
    square = ax.plot(1, 1, marker="s", color=COLOURS["china"])[0]
    line = ax.plot([1, 2], [1, 2], marker="s", color=COLOURS["china"])[0]
    band = ax.axvspan(0, 1, color=COLOURS["grey_tint"])
    with printed_fills(figure):
        assert to_hex(bars[0].get_facecolor()) == MARKS["china"]
        assert to_hex(square.get_markerfacecolor()) == MARKS["china"]
        assert to_hex(line.get_markerfacecolor()) == COLOURS["china"]
        assert to_hex(band.get_facecolor()) == COLOURS["grey_tint"]
    assert to_hex(bars[0].get_facecolor()) == COLOURS["china"]
    assert to_hex(square.get_markerfacecolor()) == COLOURS["china"]
    plt.close(figure)


def test_one_fill_keeps_its_colour() -> None:
    figure, ax = plt.subplots()
    bar = ax.bar(1, 1, color=COLOURS["china"])[0]
    with printed_fills(figure):
        assert to_hex(bar.get_facecolor()) == COLOURS["china"]
    plt.close(figure)
