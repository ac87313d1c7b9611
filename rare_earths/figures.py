"""The one way a chart is shown, and the look that all charts share.

A chapter writes a function `draw(ax)` and hands it to `show` with an id, a title that is the
finding, a subtitle (measure, place, period, unit), a description and the plotted values.  `show`
draws a wide and a narrow picture, refuses what a reader could not read (overlapping, clipped or
small text, colours that have no dark twin, a legend), and returns a Figure with one rendering for
each place: inline SVG in the page, vector PDF in LaTeX, a self-contained SVG in JupyterLab and on
GitHub, plain text for tests.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import io
import itertools
import json
import os
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.path import Path as Outline
from matplotlib.text import Annotation, Text

from rare_earths import svg
from rare_earths.palette import COLOURS, DARK, css_variables
from rare_earths.words import (
    NBSP,
    Computed,
    Said,
    count_word,
    interval,
    kilotonnes,
    megatonnes,
    number,
    ordinal,
    percent,
    points,
    times,
    tonnes,
    usd,
    year,
    years,
)

__all__ = [
    "COLOURS",
    "DARK",
    "STYLES",
    "Computed",
    "Figure",
    "FigureError",
    "Said",
    "at_least",
    "band",
    "check_overlaps",
    "cited",
    "count_word",
    "css_variables",
    "interval",
    "kilotonnes",
    "label_lines",
    "megatonnes",
    "move_labels",
    "name_rows",
    "narrow",
    "number",
    "ordinal",
    "percent",
    "points",
    "show",
    "spread",
    "style",
    "times",
    "tonnes",
    "usd",
    "use_theme",
    "value_axis",
    "year",
    "years",
]


class FigureError(Exception):
    """A figure cannot be shown; the message is one sentence."""


# --- the look ---------------------------------------------------------------------------------

# A series differs by dash and marker as well as by colour (dashes in widths of the line).
STYLES: dict[str, dict[str, Any]] = {
    "china": {"linestyle": "-", "marker": "o"},
    "rest": {"linestyle": (0, (4, 1.6)), "marker": "s"},
    "third": {"linestyle": (0, (1.2, 1.4)), "marker": "^"},
    "fourth": {"linestyle": (0, (6, 1.6, 1.2, 1.6)), "marker": "D"},
    "fifth": {"linestyle": (0, (9, 2.4)), "marker": "v"},
    "grey": {"linestyle": (0, (2.4, 1.2)), "marker": "P"},
    "ink": {"linestyle": "-", "marker": "X"},
    "muted": {"linestyle": (0, (1.2, 2.4)), "marker": "d"},
}

WIDE, NARROW = 720, 280  # px; 280 is the column on a phone of 320
# The page shows the wide picture from 620 px of column up, so 14 px there are never under 12.
FONT = {WIDE: 14.0, NARROW: 12.0}


def theme(width: int = WIDE) -> dict[Any, Any]:
    """Settings of matplotlib for the picture of this width."""
    size = FONT[width]
    ink, muted, grid = COLOURS["ink"], COLOURS["muted"], COLOURS["grid"]
    sizes = ("font.size", "axes.titlesize", "axes.labelsize", "xtick.labelsize", "ytick.labelsize")
    return (
        dict.fromkeys(sizes, size)
        | {
            "font.family": "DejaVu Sans",  # wider than the page's: what fits here fits there
            "figure.dpi": 72,
            "figure.facecolor": "none",
            "savefig.facecolor": "none",
            "axes.facecolor": "none",
            "axes.edgecolor": muted,
            "axes.labelcolor": muted,
            "axes.linewidth": 1,
            "axes.axisbelow": True,
            "axes.grid": True,
            "axes.grid.axis": "y",
            "axes.spines.left": False,
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
            "axes.titlepad": 8,
            "axes.prop_cycle": cycler(color=[COLOURS[name] for name in list(STYLES)[:6]]),
            "axes.formatter.useoffset": False,
            "grid.color": grid,
            "grid.linewidth": 1,
            "lines.linewidth": 2.25,
            "lines.markersize": 6,
            "lines.solid_capstyle": "round",
            "patch.edgecolor": COLOURS["paper"],
            "text.color": ink,
            "xtick.color": muted,
            "xtick.bottom": True,
            "xtick.major.size": 4,
            "xtick.major.width": 1,
            "ytick.color": muted,
            "ytick.left": False,
            "ytick.major.size": 0,
            "path.simplify": False,
            "svg.fonttype": "none",
            "svg.hashsalt": "rare-earths",
            "pdf.fonttype": 42,
        }
    )


def use_theme() -> None:
    """Set the theme for seaborn and matplotlib; importing this module has done so."""
    palette = [COLOURS[name] for name in list(STYLES)[:6]]
    sns.set_theme(style="white", palette=palette, rc=theme())


use_theme()


# --- helpers for draw functions -----------------------------------------------------------------


def narrow(ax: Axes) -> bool:
    """Whether this is the narrow picture."""
    return _canvas(ax).get_figwidth() * 72 < (WIDE + NARROW) / 2


def _canvas(ax: Axes) -> Canvas:
    return ax.get_figure(root=True)  # type: ignore[return-value]


def style(name: str, *, points: bool = False, **changes: Any) -> dict[str, Any]:
    """Keyword arguments for `Axes.plot`: colour and dash of a series, markers with `points`."""
    if name not in STYLES:
        raise FigureError(f"There is no style {name!r}; there are {', '.join(STYLES)}.")
    made = {"color": COLOURS[name], **STYLES[name]}
    if points:
        alone = changes.get("linestyle") in ("none", "None", "", " ")
        made |= {"markeredgecolor": COLOURS["paper"], "markeredgewidth": 1}
        made["markersize"] = 9 if alone else 6
    else:
        del made["marker"]
    return made | changes


def value_axis(ax: Axes, axis: Literal["x", "y"]) -> None:
    """Put the light grid on the axis that carries the values, "x" or "y", and on no other."""
    other: Literal["x", "y"] = "y" if axis == "x" else "x"
    ax.grid(True, axis=axis)
    ax.grid(False, axis=other)
    ax.spines["bottom" if axis == "y" else "left"].set_visible(True)
    ax.spines["left" if axis == "y" else "bottom"].set_visible(False)
    ax.tick_params(axis="x", length=4 if axis == "y" else 0)


def name_rows(ax: Axes, names: Sequence[str], *, lift: float = 0.3, colour: str = "muted") -> None:
    """Name the rows of a dot or bar chart, row 0 first: beside the axis, or above each row in the
    narrow picture (by `lift` of a row, in `colour`: ink where a band lies under the names). Call
    it when the limits of the x axis stand."""
    if narrow(ax):
        ax.set_yticks([])
        for place, name in enumerate(names):
            ax.text(ax.get_xlim()[0], place - lift, name, va="bottom", color=COLOURS[colour])
    else:
        ax.set_yticks(range(len(names)), names)
    ax.spines["left"].set_visible(False)


def band(ax: Axes, x: Any, low: Any, high: Any, name: str, **changes: Any) -> Any:
    """An area between two series: a tint, with thin edges that have contrast of their own."""
    for edge in (low, high):
        ax.plot(x, edge, color=COLOURS[name], linewidth=0.8)
    shown: dict[str, Any] = {"color": COLOURS[f"{name}_tint"], "linewidth": 0, "zorder": 1}
    return ax.fill_between(x, low, high, **(shown | changes))


def at_least(ax: Axes, x: Any, y: Any, name: str, *, upward: bool = True) -> None:
    """Points that are bounds ("more than"): an open circle with an arrow away from it."""
    sign = 1 if upward else -1
    arrow = Outline(
        [(0, 0.3 * sign), (0, sign), (-0.22, 0.72 * sign), (0, sign), (0.22, 0.72 * sign)],
        [Outline.MOVETO, Outline.LINETO, Outline.MOVETO, Outline.LINETO, Outline.LINETO],
    )
    colour = COLOURS[name]
    shared: dict[str, Any] = {"linestyle": "none", "markeredgecolor": colour, "clip_on": False}
    ax.plot(x, y, marker=arrow, markersize=38, markerfacecolor="none", markeredgewidth=1.5,
            **shared)  # fmt: skip
    ax.plot(x, y, marker=STYLES[name]["marker"], markersize=6, markeredgewidth=1.5,
            markerfacecolor=COLOURS["paper"], **shared)  # fmt: skip


def spread(
    places: Sequence[float],
    sizes: Sequence[float],
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> list[float]:
    """Places moved as little as possible so that intervals of these sizes do not overlap.

    All in one unit (pixels); a place is the middle of its interval; all intervals stay within
    `bounds` where there is room.  Least squares by pooling adjacent violators.
    """
    order = sorted(range(len(places)), key=lambda i: (places[i], -i))  # of equals the first on top
    gaps = [(sizes[one] + sizes[next_]) / 2 for one, next_ in itertools.pairwise(order)]
    offsets = [0.0, *itertools.accumulate(gaps)]
    pools: list[tuple[float, int]] = []  # mean, count
    for index, offset in zip(order, offsets, strict=False):
        mean, count = places[index] - offset, 1
        while pools and pools[-1][0] > mean:
            other, more = pools.pop()
            mean, count = (other * more + mean * count) / (more + count), more + count
        pools.append((mean, count))
    flat = [mean for mean, count in pools for _ in range(count)]
    if order:
        low = bounds[0] + sizes[order[0]] / 2
        high = bounds[1] - sizes[order[-1]] / 2 - offsets[-1]
        flat = [max(low, min(high, mean)) for mean in flat]
    moved = [0.0] * len(order)
    for index, mean, offset in zip(order, flat, offsets, strict=False):
        moved[index] = mean + offset
    return moved


def label_lines(
    ax: Axes,
    labels: Mapping[str, Line2D | tuple[str, Any, float]],
    *,
    wrap: int = 13,
    hair: bool = True,
) -> list[Annotation]:
    """Write each series' name at its end, in its colour, without overlaps.

    `labels` maps the text to the line it names, or to (style name, x, y).  Call it last, when
    the limits of the axes stand.  In the narrow picture names break after `wrap` letters.  A
    label that had to move is tied to its point by a hair line; an explorer says `hair=False`
    and moves its labels by `move_labels`.
    """
    _lay_out(_canvas(ax))
    made, ends = [], []
    for text, line in labels.items():
        if isinstance(line, Line2D):
            xs, ys = (np.asarray(values, dtype=float) for values in line.get_data(orig=False))
            last = np.flatnonzero(np.isfinite(xs) & np.isfinite(ys))[-1]
            ends.append((float(xs[last]), float(ys[last])))
            colour = mpl.colors.to_hex(line.get_color())
        else:
            ends.append((float(ax.convert_xunits(line[1])), line[2]))
            colour = COLOURS[line[0]]
        made.append(
            ax.annotate(
                textwrap.fill(text, wrap) if narrow(ax) else text,
                ends[-1],
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                color=colour,
                annotation_clip=False,
            )
        )
    moved = move_labels(made, ends)
    far = [abs(away) > mpl.rcParams["font.size"] / 2 for away in moved]
    for label, end, away, is_far in zip(made, ends, moved, far, strict=True):
        if hair and any(far):
            label.xyann = (16, away)
        if hair and is_far:
            tie = {"arrowstyle": "-", "color": label.get_color(), "linewidth": 0.8, "shrinkA": 0}
            tie["shrinkB"] = 4
            ax.annotate("", end, (14, away), textcoords="offset points", arrowprops=tie)
    return made


def move_labels(labels: Sequence[Annotation], ends: Sequence[tuple[float, float]]) -> list[float]:
    """Put the labels of one `label_lines` beside these points, without overlaps.

    Returns how far each is above its point, in px.
    """
    if not labels:
        return []
    ax: Any = labels[0].axes
    box = ax.get_window_extent()
    heights = [
        float(label.get_fontsize()) * 1.2 * (1 + label.get_text().count("\n")) + 2
        for label in labels
    ]
    levels = [float(ax.transData.transform(end)[1]) for end in ends]
    placed = spread(levels, heights, (box.y0 - 4, box.y1 + 4))
    moved = [place - level for place, level in zip(placed, levels, strict=True)]
    for label, end, away in zip(labels, ends, moved, strict=True):
        label.xy = end
        label.xyann = (8, away)
    return moved


# --- what a reader could not read -----------------------------------------------------------------


def _shown_texts(figure: Canvas) -> list[Text]:
    """Every text that is painted: not empty, visible, and no tick label beyond its axis."""
    hidden: set[Text] = set()
    for axis in figure.findobj(Axis):
        low, high = sorted(axis.get_view_interval())
        slack = 1e-9 * (high - low)
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if not low - slack <= tick.get_loc() <= high + slack or not axis.get_visible():
                hidden |= {tick.label1, tick.label2}
    texts = []
    for text in figure.findobj(Text):
        parent_visible = text.axes is None or text.axes.get_visible()
        if text.get_visible() and text.get_text().strip() and parent_visible:
            texts.append(text)
    return [text for text in texts if text not in hidden]


def check_overlaps(figure: Canvas, tolerance: float = 2.0) -> list[str]:
    """Sentences on texts that overlap by more than `tolerance` px or leave the canvas.

    The layout must stand: draw the figure first.
    """
    width, height = figure.get_size_inches() * 72
    boxes = [
        (" ".join(text.get_text().split()), text.get_window_extent())
        for text in _shown_texts(figure)
    ]
    faults = []
    for text, box in boxes:
        beyond = max(-box.x0, -box.y0, box.x1 - width, box.y1 - height)
        if beyond > 0.5:
            faults.append(f"the text {text!r} leaves the picture by {beyond:.0f} px")
    for (text, box), (other, next_to) in itertools.combinations(boxes, 2):
        across = min(box.x1, next_to.x1) - max(box.x0, next_to.x0)
        down = min(box.y1, next_to.y1) - max(box.y0, next_to.y0)
        if across > tolerance / 2 and down > tolerance:
            faults.append(f"the texts {text!r} and {other!r} overlap by {across:.0f} px")
    return faults


def _faults(figure: Canvas, least: float) -> list[str]:
    faults = check_overlaps(figure)
    small = {
        text.get_text()
        for text in _shown_texts(figure)
        if float(text.get_fontsize()) < least - 0.01
    }
    faults += [f"the text {text!r} is smaller than {least:g} px" for text in sorted(small)]
    if figure.legends or any(ax.get_legend() for ax in figure.axes):
        faults.append("it has a legend; name the series directly, for instance by label_lines")
    return faults


# --- drawing -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """How large the pictures are and how their panels lie."""

    panels: int = 1
    columns: int | None = None  # of the wide picture; the narrow one has one
    height: float = 360  # px, of the wide picture
    narrow_height: float | None = None  # px; default 280 for one panel, 210 for each of several

    def size(self, width: int) -> tuple[float, int, int]:
        """Height in px, rows, columns of the picture of this width."""
        if width == WIDE:
            columns = self.columns or min(self.panels, 3)
            return self.height, -(-self.panels // columns), columns
        default = 280.0 if self.panels == 1 else 210.0 * self.panels
        return self.narrow_height or default, self.panels, 1


def _blank(width: int, shape: Shape) -> tuple[Canvas, list[Axes]]:
    height, rows, columns = shape.size(width)
    figure = Canvas(figsize=(width / 72, height / 72), dpi=72, layout="constrained")
    engine: Any = figure.get_layout_engine()
    engine.set(w_pad=4 / 72, h_pad=4 / 72, wspace=0.04, hspace=0.04)
    axes = [figure.add_subplot(rows, columns, 1 + i) for i in range(shape.panels)]
    return figure, axes


def _lay_out(figure: Canvas) -> None:
    """Give the axes their places, much quicker than by drawing all."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)


def paint(
    draw: Callable[..., Any], width: int, shape: Shape, automatic: Iterable[str] = ()
) -> tuple[Canvas, Any]:
    """Draw one picture and fix its layout; returns it with what `draw` returned.

    Axis labels that are a name of `automatic` are seaborn's, not the author's: they go.
    """
    figure, axes = _blank(width, shape)
    made = draw(*axes)
    for ax in axes:
        for axis in (ax.xaxis, ax.yaxis):
            if axis.get_label_text() in set(automatic):
                axis.set_label_text("")
    _lay_out(figure)
    _lay_out(figure)  # labels and ticks settle at the second pass
    figure.set_layout_engine("none")
    return figure, made


def pdf_of(figure: Canvas) -> bytes:
    """The picture as vector PDF, with real fonts and without a date."""
    target = io.BytesIO()
    figure.savefig(target, format="pdf", transparent=True, metadata={"CreationDate": None})
    return target.getvalue()


def picture(figure: Canvas, id: str, width: int) -> ET.Element:
    """Check one picture and return its SVG tree; raises FigureError with all its faults."""
    kind = "wide" if width == WIDE else "narrow"
    faults = _faults(figure, FONT[width])
    tree = svg.tidy(figure, f"{id}-{kind[0]}", FONT[width])
    unknown = sorted(svg.colours(tree) - set(COLOURS.values()))
    if unknown:
        faults.append(f"it uses {', '.join(unknown)}, which figures.COLOURS does not have")
    if faults:
        more = f", and {len(faults) - 4} more" if len(faults) > 4 else ""
        raise FigureError(f"{id}, {kind} picture: {'; '.join(faults[:4])}{more}.")
    return tree


# --- the figure ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """One document behind a figure."""

    key: str
    label: str
    url: str
    locators: tuple[str, ...]
    origins: tuple[str, ...]  # whose measurements it holds, by the registry of lineages
    quoted: tuple[str, ...]  # those of them it has at second hand


@dataclass(frozen=True)
class Extra:
    """What an explorer adds to the figure block: attributes, markup before the picture, ..."""

    css_class: str = ""
    attributes: str = ""
    before: str = ""
    link: str | None = None  # fragment of the live one, for the PDF
    files: Mapping[str, str] = field(default_factory=dict)  # name to text, beside the page
    links: Sequence[tuple[str, str]] = ()  # to those: label, file name


@dataclass(frozen=True)
class Figure:
    """A chart with its words, values and sources, shown by its MIME bundle."""

    id: str
    title: str
    subtitle: str
    description: str  # begins "Description of figure"
    data: pd.DataFrame
    sources: tuple[Source, ...]
    rows: tuple[str, ...]  # ids of the evidence behind it
    wide: ET.Element
    slim: ET.Element
    pdf: Callable[[], bytes]
    note: str = ""
    extra: Extra = Extra()

    def __repr__(self) -> str:
        """What the figure says and a digest of its values: nbval compares this text."""
        keys = ", ".join(source.key for source in self.sources) or "own calculation"
        lines = [self.id, self.title, self.subtitle, self.description, f"Sources: {keys}"]
        return "\n".join([*lines, f"Values: {digest(self.data)}"])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        if os.environ.get("RARE_EARTHS_OUTPUT") != "book":
            return {"image/svg+xml": self.svg(), "text/plain": repr(self)}
        self.write()
        latex = {
            "kind": "figure",
            "id": self.id,
            "title": self.title,
            "subtitle": self.subtitle,
            "description": self.description,
            "source": self.source_line(),
            "note": self.note,
            "link": self.extra.link,
            "pdf": base64.b64encode(self.pdf()).decode(),
        }
        return {
            "text/html": self.html(),
            "application/vnd.rare-earths.latex+json": latex,
            "text/plain": repr(self),
        }

    def svg(self) -> str:
        """The picture as a file of its own, with title, source and fixed colours."""
        return svg.standalone(
            self.wide,
            title=self.title,
            subtitle=self.subtitle,
            description=self.description,
            footer=[*filter(None, [self.note]), f"{self.source_line()}.", f"{self.id}, {BOOK}"],
            ink=COLOURS["ink"],
            muted=COLOURS["muted"],
            paper=COLOURS["paper"],
        )

    def csv(self) -> str:
        """The plotted values as CSV."""
        return csv(self.data)

    def write(self) -> None:
        """Write the CSV, the SVG and an explorer's frames to the folder RARE_EARTHS_FIGURES."""
        folder = Path(os.environ["RARE_EARTHS_FIGURES"])
        folder.mkdir(parents=True, exist_ok=True)
        files = {f"{self.id}.csv": self.csv(), f"{self.id}.svg": self.svg(), **self.extra.files}
        files[f"{self.id}.rows"] = "\n".join(self.rows)  # for the pages of the evidence
        for name, text in files.items():
            part = folder / f".{name}.{os.getpid()}"
            part.write_text(text, encoding="utf-8", newline="\n")
            part.replace(folder / name)

    def source_line(self) -> str:
        """The sources in one line of plain text; more than four are named by origin."""
        return _plain(_source_markup(self.id, self.sources))

    def html(self) -> str:
        """The figure block of the page.

        The book extension fills the gaps (number, citation, report an error), makes the links to
        `_figures/` relative and points the sources to the page's bibliography.
        """
        names = {colour: name for name, colour in COLOURS.items()}
        id, e = self.id, escape
        told = e(self.description.removeprefix(PREFIX))
        note = f'<p class="fig-note computed">{e(self.note)}</p>\n' if self.note else ""
        wide = svg.themed(self.wide, names, "fig-wide")
        slim = svg.themed(self.slim, names, "fig-narrow")
        return (
            f'<figure class="re-figure{self.extra.css_class}" id="{id}" data-figure="{id}"'
            f"{self.extra.attributes}>\n"
            f'<figcaption><p class="fig-title"><span class="fig-number"></span>'
            f'<span class="computed">{e(self.title)}</span></p>\n'
            f'<p class="fig-subtitle computed">{e(self.subtitle)}</p></figcaption>\n'
            f'<p class="fig-description"><strong>{PREFIX.strip()}</strong> '
            f'<span class="computed">{told}</span></p>\n'
            f"{self.extra.before}"
            f'<div class="fig-chart">{wide}{slim}</div>\n'
            f"{note}"
            f'<p class="fig-source">{_source_markup(self.id, self.sources)}.</p>\n'
            f"{self._data_block()}\n"
            f'<details class="fig-cite"><summary>Cite, or report an error</summary>'
            f'<p class="fig-cite-text"></p><p class="fig-report"></p></details>\n</figure>'
        )

    def _data_block(self) -> str:
        files = [("CSV", f"{self.id}.csv", self.csv()), ("SVG", f"{self.id}.svg", self.svg())]
        files += [(label, name, self.extra.files[name]) for label, name in self.extra.links]
        links = " · ".join(
            f'<a href="_figures/{name}" download>{label}, {_size(text)}</a>'
            for label, name, text in files
        )
        behind = (
            f'<p class="fig-evidence"><a href="_evidence/{self.id}">The evidence behind it: '
            f"{count_rows(len(self.rows))}</a></p>"
            if self.rows
            else ""
        )
        # An explorer's script writes the cells of its table: none of them may be a link.
        linked = not self.extra.attributes
        return (
            f'<details class="fig-data"><summary>Data: table, files, sources</summary>\n'
            f"{table(self.data, self.id, linked=linked)}"
            f'<p class="fig-files">Plotted values and picture: {links}</p>{behind}'
            f"{_source_list(self.id, self.sources)}</details>"
        )


BOOK = "Reckoning with China’s Rare Earths"
_shown: set[str] = set()  # ids this process has shown: one notebook, one kernel


def show(
    draw: Callable[..., Any],
    *,
    id: str,
    title: str,
    subtitle: str,
    description: str,
    data: pd.DataFrame,
    panels: int = 1,
    columns: int | None = None,
    height: float = 360,
    narrow_height: float | None = None,
    rows: Iterable[str] | None = None,
    note: str = "",
) -> Figure:
    """Draw a chart twice, wide and narrow, and return it as a Figure.

    draw: called with one Axes a panel; paints with seaborn or matplotlib.  No title, source or
        legend in the picture; `narrow(ax)` tells which picture it is.
    id: "fig-" and lower-case letters, digits, hyphens.  One figure an id.
    title: the finding.  subtitle: measure, place, period, unit.
    description: kind, extremes and trend in at most 60 words, computed from the data.
    data: the plotted values; a column `id` holds the evidence rows behind each (joined by ' ').
    rows: further evidence row ids; `rows=[]` says that the figure is the report's own calculation.
    columns: of panels in the wide picture.  height, narrow_height: px.

    Raises FigureError, one sentence, for words, values or sources that are missing or wrong, and
    for a picture a reader could not read.
    """
    description = check_words(id, title, subtitle, description, data)
    rows = row_ids(data, rows)
    sources = find_sources(id, data, rows)
    claim_id(id)
    shape = Shape(panels, columns, height, narrow_height)
    automatic = [str(name) for name in data.columns]
    canvas = {width: _painted(draw, width, shape, automatic) for width in (WIDE, NARROW)}
    return Figure(
        id=id,
        title=title,
        subtitle=subtitle,
        description=description,
        data=data,
        sources=sources,
        rows=tuple(rows or ()),
        wide=picture(canvas[WIDE], id, WIDE),
        slim=picture(canvas[NARROW], id, NARROW),
        pdf=functools.partial(pdf_of, canvas[WIDE]),
        note=note,
    )


def _painted(
    draw: Callable[..., Any], width: int, shape: Shape, automatic: Iterable[str]
) -> Canvas:
    with mpl.rc_context(theme(width)):
        return paint(draw, width, shape, automatic)[0]


PREFIX = "Description of figure: "


def check_words(id: str, title: str, subtitle: str, description: str, data: pd.DataFrame) -> str:
    """Refuse missing or wrong words and values; return the description with its beginning."""
    if not re.fullmatch(r"fig-[a-z0-9-]+", id):
        raise FigureError(
            f"{id!r} cannot be a figure's id: it must be 'fig-' with lower-case letters, "
            f"digits and hyphens."
        )
    for name, text in (("title", title), ("subtitle", subtitle), ("description", description)):
        if not text.strip():
            raise FigureError(f"{id} has no {name}.")
    described = PREFIX + description.removeprefix(PREFIX).strip()
    count = len(described.removeprefix(PREFIX).split())
    if count > 60:
        raise FigureError(f"{id}: the description has {count} words; at most 60 are allowed.")
    if data.empty:
        raise FigureError(f"{id} has no data.")
    return described


def claim_id(id: str) -> None:
    """Refuse an id that this notebook has used before; a live reader may run a cell again."""
    if id in _shown and os.environ.get("RARE_EARTHS_OUTPUT"):
        raise FigureError(f"{id} is shown twice in one notebook; each figure needs its own id.")
    _shown.add(id)


def escape(text: str) -> str:
    """A text for HTML, in elements and attributes."""
    return html.escape(str(text), quote=True)


# --- sources ------------------------------------------------------------------------------------


def row_ids(data: pd.DataFrame, rows: Iterable[str] | None) -> list[str] | None:
    """The evidence rows a figure names, each once; None where it says nothing of them."""
    held: Iterable[Any] = data["id"].dropna() if "id" in data.columns else []
    ids = list(dict.fromkeys([one for cell in held for one in str(cell).split()] + [*(rows or ())]))
    return ids if ids or rows is not None else None


def find_sources(id: str, data: pd.DataFrame, rows: Iterable[str] | None) -> tuple[Source, ...]:
    """The documents behind the evidence rows a figure names, in order of first mention."""
    from rare_earths.evidence import evidence

    ids = row_ids(data, rows)
    if not ids:
        if ids is None:
            raise FigureError(
                f"{id} names no evidence: give `data` a column id, or say rows=[] when it is the "
                f"report's own calculation."
            )
        return ()
    base = evidence()
    unknown = [one for one in ids if one not in base.rows.index]
    if unknown:
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        raise FigureError(f"{id} names unknown evidence: {', '.join(unknown[:3])}{more}.")
    named = base.rows.loc[ids]
    found = [_source(str(key), base, part) for key, part in named.groupby("source", sort=False)]
    _cited.update((source.key, source) for source in found)
    return tuple(found)


_cited: dict[str, Source] = {}  # what the figures of this notebook rest on


class Sources:
    """All documents behind the figures shown so far: in the book a folded bibliography."""

    def __init__(self) -> None:
        self.cited = dict(sorted(_cited.items()))

    def __repr__(self) -> str:
        return "\n".join(source.label for source in self.cited.values())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        if os.environ.get("RARE_EARTHS_OUTPUT") != "book":
            items = [f"- {source.label}" for source in self.cited.values()]
            return {"text/markdown": "\n".join(items), "text/plain": repr(self)}
        count = count_word(len(self.cited), capital=True)
        entries = (
            f"::::{{dropdown}} {count} documents\n{{cite:empty}}`{','.join(self.cited)}`\n\n"
            "```{bibliography}\n:filter: docname in docnames\n```\n::::"
        )
        return {"text/markdown": entries, "text/plain": repr(self)}


def cited() -> Sources:
    """The sources of the chapter, to be shown at its end."""
    return Sources()


def _source(key: str, base: Any, rows: pd.DataFrame) -> Source:
    """The document `key` with what these rows say of it."""

    def field_of(name: str) -> str:
        value: Any = base.sources.loc[key, name] if name in base.sources.columns else ""
        return "" if pd.isna(value) else str(value).strip()

    who = field_of("publisher") or field_of("author") or key
    when = field_of("year").removesuffix(".0")
    title = field_of("title")
    shown = title if when and when in title else f"{title} ({when})" if when else title
    second_hand = rows.loc[rows["hand"] != "first", "lineage"]
    return Source(
        key,
        f"{who}, {shown}" if title else who,
        field_of("url"),
        locators=_distinct(rows["locator"]),
        origins=tuple(_origin(base, one) for one in _distinct(rows["lineage"])),
        quoted=tuple(_origin(base, one) for one in _distinct(second_hand)),
    )


def _distinct(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(one).strip() for one in values if not pd.isna(one)))


def _origin(base: Any, lineage: str) -> str:
    """Whose measurement it is: the registry's name without what is in brackets or behind commas."""
    known = lineage in base.lineages.index
    return re.split(r" \(|,", str(base.lineages.at[lineage, "name"]) if known else lineage)[0]


def _link(source: Source, text: str) -> str:
    url = source.url if re.match(r"https?://", source.url) else "#"
    return f'<a data-cite="{escape(source.key)}" href="{escape(url)}">{escape(text)}</a>'


def _source_markup(id: str, sources: Sequence[Source]) -> str:
    """The source line: up to four documents by name, more by whose measurements they hold."""
    if not sources:
        return 'Source: own calculation from <a href="_page/pages/evidence">the evidence</a>'
    if len(sources) <= 4:
        word = "Source" if len(sources) == 1 else "Sources"
        return f"{word}: " + "; ".join(_link(source, source.label) for source in sources)
    groups: dict[str, list[Source]] = {}
    for source in sources:
        for origin in source.origins:
            groups.setdefault(origin, []).append(source)
    told = [
        f'{escape(origin)} (<a href="#{id}-sources">{count_word(len(found))} documents</a>)'
        if len(found) > 1
        else _link(found[0], origin)
        for origin, found in groups.items()
    ]
    return "Sources, by origin: " + "; ".join(told)


def _source_list(id: str, sources: Sequence[Source]) -> str:
    if not sources:
        return ""
    items = []
    for source in sources:
        where = f": {escape('; '.join(source.locators))}" if any(source.locators) else ""
        quoting = f", quoting {escape('; '.join(source.quoted))}" if source.quoted else ""
        items.append(f"<li>{_link(source, source.label)}{where}{quoting}</li>")
    joined = "".join(items)
    return f'<p>Sources in full:</p><ul class="fig-sources" id="{id}-sources">{joined}</ul>'


def _plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


# --- values -------------------------------------------------------------------------------------


def digest(data: pd.DataFrame) -> str:
    """sha256 of the values, numbers rounded to six significant digits."""
    rows = [list(map(str, data.columns))]
    rows += [[_digest_value(value) for value in row] for row in data.itertuples(index=False)]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=True).encode()).hexdigest()[:16]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_)


def _digest_value(value: Any) -> str:
    if not isinstance(value, str) and pd.isna(value):
        return ""
    if _is_number(value):
        return f"{float(value) + 0.0:.6g}".replace("-0", "0") if value == 0 else f"{value:.6g}"
    return str(value)


def csv(data: pd.DataFrame) -> str:
    """Values as CSV, numbers with ten significant digits, so that machines agree."""
    return data.map(_csv_value).to_csv(index=False, lineterminator="\n")


def _csv_value(value: Any) -> Any:
    if isinstance(value, float | np.floating) and np.isfinite(value):
        return f"{float(value):.10g}"
    return value


def _cell(value: Any, plain_year: bool) -> str:
    if not isinstance(value, str) and pd.isna(value):
        return "–"
    if _is_number(value):
        if float(value).is_integer():
            return str(int(value)) if plain_year else str(number(value))
        magnitude = int(np.floor(np.log10(abs(value))))
        text = str(number(value, max(0, 3 - magnitude)))
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


_YEARS = re.compile(r"year|edition|vintage|period", re.IGNORECASE)


def cells(data: pd.DataFrame) -> list[list[str]]:
    """The values as the table writes them; the evidence ids are left to the CSV."""
    shown = data.drop(columns="id", errors="ignore")
    years = [bool(_YEARS.search(str(name))) for name in shown.columns]
    return [
        [_cell(value, is_year) for value, is_year in zip(row, years, strict=True)]
        for row in shown.itertuples(index=False)
    ]


def count_rows(count: int) -> str:
    """``1 row``, ``1,234 rows``."""
    return f"{number(count)} {'row' if count == 1 else 'rows'}"


# A line of a table links to each of a few rows; more stand on the figure's page of evidence.
MOST_LINKS = 3


def _evidence_cell(id: str, cell: Any) -> str:
    """Where a line's evidence stands; the book extension fills the links to the rows."""
    rows = [] if not isinstance(cell, str) else cell.split()
    if len(rows) > MOST_LINKS:
        link = f'<a href="_evidence/{id}">{count_rows(len(rows))}</a>'
        return f'<td class="fig-rows">{link}</td>'
    named = f' data-rows="{escape(" ".join(rows))}"' if rows else ""
    return f'<td class="fig-rows"{named}></td>'


def table(data: pd.DataFrame, id: str, attributes: str = "", *, linked: bool = False) -> str:
    """The plotted values as an HTML table; over 60 rows, a sentence instead.

    ``linked`` adds a column with links to the evidence of each line.
    """
    shown = data.drop(columns="id", errors="ignore")
    if len(shown) > 60:
        return f"<p>{number(len(shown))} rows: too many for a table here; the CSV holds them.</p>"
    names = [str(name) for name in shown.columns]
    numeric = [pd.api.types.is_numeric_dtype(kind) for kind in shown.dtypes]
    right = [' class="num"' if is_number else "" for is_number in numeric]
    head = "".join(
        f'<th scope="col"{mark}>{escape(name.replace("_", " "))}</th>'
        for name, mark in zip(names, right, strict=True)
    )
    linked = linked and "id" in data.columns
    ends = [_evidence_cell(id, cell) for cell in data["id"]] if linked else [""] * len(shown)
    head += '<th scope="col" class="fig-rows">evidence</th>' if linked else ""
    body = []
    for texts, end in zip(cells(data), ends, strict=True):
        texts = [escape(text) for text in texts]
        marked = [f'<th scope="row"{right[0]}>{texts[0]}</th>']
        marked += [
            f"<td{mark}>{text}</td>" for text, mark in zip(texts[1:], right[1:], strict=True)
        ]
        body.append(f"<tr>{''.join(marked)}{end}</tr>")
    return (
        f'<div class="table-scroll" role="region" tabindex="0" aria-label="Values of {id}">'
        f'<table class="fig-table"{attributes}><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>\n"
    )


def _size(text: str) -> str:
    kilo = len(text.encode()) / 1000
    return f"{kilo:.{1 if kilo < 10 else 0}f}{NBSP}kB"
