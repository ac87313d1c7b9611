"""The fills of a chart on paper, where a copy may be grey: each has a lightness of its own.

On a screen all marks have about one lightness, so that each stands out from the page; without
colour, bars that lie on each other would be one. Lines and points differ by dash and marker.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from matplotlib.artist import Artist
from matplotlib.colors import to_hex
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rare_earths.palette import COLOURS

# From dark to light, marks and tints; CIE lightness differs by ten or more within each row.
MARKS = {
    "fifth": "#35204b",
    "china": "#832c08",
    "rest": "#1f6fb2",
    "third": "#469c8d",
    "fourth": "#c8ae74",
    "grey": "#ced2d5",
}
TINTS = {
    "fourth_tint": "#c19a3d",
    "rest_tint": "#b0c0cf",
    "china_tint": "#f6d7c7",
    "grey_tint": "#f8f9fa",
}


def _fills(figure: Canvas) -> Iterator[tuple[Artist, str]]:
    """Bars and other filled shapes, and the squares that say what they mean, with their colour."""
    for artist in figure.findobj(Patch):
        yield artist, to_hex(artist.get_facecolor())
    for line in figure.findobj(Line2D):
        if line.get_marker() == "s" and len(line.get_xdata()) == 1:  # type: ignore[arg-type]
            yield line, to_hex(line.get_markerfacecolor())


def _set(artist: Artist, colour: str) -> None:
    artist.set(**{"markerfacecolor" if isinstance(artist, Line2D) else "facecolor": colour})


@contextmanager
def printed_fills(figure: Canvas) -> Iterator[None]:
    """Give a figure in which several marks, or several tints, meet those of paper; undo it after.

    A single tint, such as a band behind points, stays as it is.
    """
    printed: dict[str, str] = {}
    fills = list(_fills(figure))
    for row in (MARKS, TINTS):
        own = {COLOURS[name]: colour for name, colour in row.items()}
        if len({colour for _, colour in fills} & set(own)) > 1:
            printed |= own
    found = [(artist, colour) for artist, colour in fills if colour in printed]
    for artist, colour in found:
        _set(artist, printed[colour])
    try:
        yield
    finally:
        for artist, colour in found:
            _set(artist, colour)
