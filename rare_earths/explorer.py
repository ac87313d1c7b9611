"""A chart with one to three controls: one definition, three lives.

With a kernel it is a widget that computes as the reader moves a control.  In the built page the
same chart follows native controls with no kernel and no network: the picture is drawn once, and
for every state of the controls the build stores where the moving artists are, as integers, in one
script beside the page (`book/static/explorer.js` applies them).  In the PDF it is a figure.

    Explorer(
        "years-left",
        controls=[Slider("growth", "Growth of output a year", [0, 0.02, 0.04], format=percent)],
        compute=lambda growth: {"line": (x, y), "end": (x[-1], y[-1], "46 years")},
        draw=lambda ax, frame: {"line": ax.plot(*frame["line"])[0], "end": ax.text(*frame["end"])},
        ...
    )

`draw` paints one frame with limits and ticks that suit all of them; `update` moves its artists to
another one (by default each artist goes where the value of its name in the frame says).
"""

from __future__ import annotations

import functools
import gzip
import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.cbook import STEP_LOOKUP_MAP
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from rare_earths import figures, svg
from rare_earths.figures import NARROW, WIDE, Figure, FigureError

Frame = Mapping[str, Any]
MOST_STATES = 300
MOST_BYTES = 30_000  # of one frames file, compressed
MISSING = 99999  # a coordinate that is not there


@dataclass(frozen=True)
class Control:
    """One native control over a fixed list of values.

    name: the argument of `compute` and the key in the address.  default: one of `values`, the
    first if not said.  format: how a value is shown.  live: finer values for a live kernel.
    """

    name: str
    label: str
    values: Sequence[Any]
    default: Any = None
    format: Callable[[Any], str] = str
    live: Sequence[Any] | None = None
    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        """Refuse what has no place in the page or the address."""
        if not self.name.isidentifier():
            raise FigureError(f"{self.name!r} cannot name a control; use a plain name.")
        if len(set(self.keys)) < max(2, len(self.values)):
            raise FigureError(f"The control {self.name!r} needs two or more different values.")
        if self.default is not None and self.default not in self.values:
            raise FigureError(
                f"The control {self.name!r} has the default {self.default!r}, which is not "
                f"among its values."
            )

    @property
    def keys(self) -> list[str]:
        """The values as the address writes them."""
        return [f"{v:g}" if isinstance(v, float) else str(v) for v in self.values]

    @property
    def labels(self) -> list[str]:
        """The values as the reader sees them."""
        return [str(self.format(value)) for value in self.values]

    @property
    def start(self) -> int:
        """Place of the default among the values."""
        return 0 if self.default is None else list(self.values).index(self.default)


class Slider(Control):
    """A range: values in order."""

    kind = "range"


class Select(Control):
    """A list that opens."""

    kind = "select"


class Radio(Control):
    """A few choices, all in view."""

    kind = "radio"


# --- moving artists -------------------------------------------------------------------------------


def move(artist: Any, to: Any) -> None:
    """Put an artist where a frame says.

    Line2D, scatter: (x, y); text: (x, y) or (x, y, string); bars: heights (lengths when they
    lie); Rectangle: (x, y, width, height); fill_between: (x, low, high).
    """
    if isinstance(artist, Line2D):
        artist.set_data(*to)
    elif isinstance(artist, Annotation):
        artist.xy = to[:2]
        artist.set_text(to[2] if len(to) > 2 else artist.get_text())
    elif isinstance(artist, Text):
        artist.set_position(to[:2])
        artist.set_text(to[2] if len(to) > 2 else artist.get_text())
    elif isinstance(artist, BarContainer):
        for bar, length in zip(artist, to, strict=True):
            (bar.set_height if artist.orientation == "vertical" else bar.set_width)(length)
    elif isinstance(artist, Rectangle):
        artist.set_bounds(*to)
    elif isinstance(artist, PathCollection):
        artist.set_offsets(np.column_stack(to))
    elif hasattr(artist, "set_data"):  # fill_between
        artist.set_data(*to)
    else:
        raise FigureError(f"An explorer cannot move a {type(artist).__name__}.")


def _parts(artists: Mapping[str, Any]) -> dict[str, Artist]:
    """The single artists that leave marks of their own: a bar container is its bars."""
    parts: dict[str, Artist] = {}
    for name, artist in artists.items():
        if isinstance(artist, BarContainer):
            parts |= {f"{name}.{i}": bar for i, bar in enumerate(artist)}
        elif isinstance(artist, Line2D | Text | Rectangle | PathCollection | PolyCollection):
            parts[name] = artist
        else:
            raise FigureError(
                f"The artist {name!r} is a {type(artist).__name__}; an explorer moves lines, "
                f"texts, bars, rectangles, areas and scatters."
            )
    return parts


def _kind(artist: Artist) -> str:
    kinds = {Text: "text", PathCollection: "dots", Line2D: "line"}
    return next((kind for type_, kind in kinds.items() if isinstance(artist, type_)), "area")


def _pixels(artist: Any) -> np.ndarray:
    """Where an artist is: points in px from the left and from the bottom, shape (n, 2)."""
    transform, places = _placed(artist)
    pixels = transform.transform(np.asarray(np.ma.filled(places, np.nan), dtype=float))
    return pixels + np.asarray(artist.xyann) if isinstance(artist, Annotation) else pixels


def _placed(artist: Any) -> tuple[Any, Any]:
    """The transform of an artist and its points in the coordinates of that."""
    kind = type(artist)
    if issubclass(kind, Annotation):
        return artist.axes.transData, [artist.xy]
    if issubclass(kind, Text):
        return artist.get_transform(), [artist.get_unitless_position()]
    if issubclass(kind, PathCollection):
        return artist.get_offset_transform(), artist.get_offsets()
    if issubclass(kind, Line2D):
        step = STEP_LOOKUP_MAP[artist.get_drawstyle()]
        return artist.get_transform(), np.column_stack(step(*artist.get_xydata().T))
    if issubclass(kind, Rectangle):
        return artist.get_transform(), artist.get_path().vertices[:4]
    paths = artist.get_paths()
    if len(paths) != 1:
        raise FigureError("An area of an explorer must be of one piece.")
    return artist.get_transform(), paths[0].vertices[:-1]


# --- drawing all states ---------------------------------------------------------------------------


@dataclass
class Track:
    """One moving artist in one picture: its places in all states, in tenths of a px of its axes.

    places: int array (states, 2 n), all x then all y, MISSING where there is nothing.
    box: x, y (from the top), width, height of its axes in px.
    """

    kind: str
    places: np.ndarray
    box: tuple[float, float, float, float]
    strings: list[str] = field(default_factory=list)


def _tenths(pixels: Any, ax: Any, scale: float = 10) -> np.ndarray:
    box = ax.get_window_extent()
    flat = ((pixels - [box.x0, box.y0]) * scale).T.ravel()
    return np.where(np.isfinite(flat), np.rint(np.nan_to_num(flat)), MISSING).astype(int)


def _stack(rows: Sequence[np.ndarray]) -> np.ndarray:
    """Rows of x then y as one array; shorter ones are filled up with MISSING."""
    most = max(len(row) // 2 for row in rows)
    stacked = np.full((len(rows), 2 * most), MISSING)
    for i, row in enumerate(rows):
        n = len(row) // 2
        stacked[i, :n], stacked[i, most : most + n] = row[:n], row[n:]
    return stacked


class Explorer:
    """A chart with controls; show it as the last line of a cell.

    slug: its name in the address; the figure's id is fig-<slug>.
    controls: one to three; the product of their values is at most 300 states.
    compute: called with one argument a control; any frame (a mapping).
    draw: called with one Axes a panel and a frame; returns the artists that move, by name.
    update: moves them to a frame; by default each goes to the frame's value of its name.
    describe, table, numbers: of a frame: the description (at most 60 words), a short DataFrame of
        the plotted values (always as many rows; a column `id` holds evidence rows), the numbers
        beside the chart by label.
    rows, note, panels, columns, height, narrow_height: as for figures.show.
    more: further controls that only a live kernel shows; `compute` has a default for each.

    Raises FigureError, one sentence, for what cannot be shown.
    """

    def __init__(
        self,
        slug: str,
        *,
        title: str,
        subtitle: str,
        controls: Sequence[Control],
        compute: Callable[..., Frame],
        draw: Callable[..., Mapping[str, Any]],
        describe: Callable[[Frame], str],
        table: Callable[[Frame], pd.DataFrame],
        numbers: Callable[[Frame], Mapping[str, str]] | None = None,
        update: Callable[[Mapping[str, Any], Frame], None] | None = None,
        rows: Iterable[str] | None = None,
        note: str = "",
        panels: int = 1,
        columns: int | None = None,
        height: float = 360,
        narrow_height: float | None = None,
        more: Sequence[Control] = (),
    ) -> None:
        self.slug, self.id = slug, f"fig-{slug}"
        self.title, self.subtitle, self.note = title, subtitle, note
        self.controls, self.more = tuple(controls), tuple(more)
        self.compute, self.draw, self.describe, self.table = compute, draw, describe, table
        self.numbers = numbers or (lambda frame: {})
        self.update = update or self._move_all
        self.rows = None if rows is None else list(rows)
        self.shape = figures.Shape(panels, columns, height, narrow_height)
        self._check()
        figures.claim_id(self.id)
        MADE.append(self)

    def _check(self) -> None:
        if not 1 <= len(self.controls) <= 3:
            raise FigureError(f"{self.slug} has {len(self.controls)} controls; 1 to 3 are allowed.")
        names = [control.name for control in (*self.controls, *self.more)]
        if len(set(names)) < len(names):
            raise FigureError(f"{self.slug} names a control twice.")
        count = len(self.states)
        if count > MOST_STATES:
            raise FigureError(
                f"{self.slug} has {count} states; at most {MOST_STATES} are allowed: give its "
                f"controls fewer values."
            )
        for data in (self.table(self.start), self.table(self.frame(self.states[-1]))):
            figures.check_words(self.id, self.title, self.subtitle, self.describe(self.start), data)

    @functools.cached_property
    def states(self) -> list[tuple[Any, ...]]:
        """All combinations of the controls' values; the last control runs fastest."""
        return list(itertools.product(*(control.values for control in self.controls)))

    @property
    def default(self) -> int:
        """Place of the default state among the states."""
        place = 0
        for control in self.controls:
            place = place * len(control.values) + control.start
        return place

    def frame(self, state: Sequence[Any]) -> Frame:
        """The frame of one state."""
        return self.compute(
            **{c.name: value for c, value in zip(self.controls, state, strict=True)}
        )

    @functools.cached_property
    def frames(self) -> list[Frame]:
        """The frames of all states."""
        return [self.frame(state) for state in self.states]

    @functools.cached_property
    def start(self) -> Frame:
        """The default frame."""
        return self.frame(self.states[self.default])

    @staticmethod
    def _move_all(artists: Mapping[str, Any], frame: Frame) -> None:
        for name, artist in artists.items():
            if name not in frame:
                raise FigureError(
                    f"The frame has no value {name!r} to move the artist of this name to; "
                    f"name it or pass `update`."
                )
            try:
                move(artist, frame[name])
            except (RuntimeError, TypeError, ValueError) as error:
                raise FigureError(
                    f"The frame's value {name!r} does not fit the {type(artist).__name__} of this "
                    f"name ({error}); see explorer.move or pass `update`."
                ) from error

    # --- pictures ---

    def paint(self, width: int, frame: Frame) -> tuple[Any, Mapping[str, Any]]:
        """Draw a frame afresh: the canvas and the artists that move, marked for the SVG."""
        with mpl.rc_context(figures.theme(width)):
            canvas, artists = figures.paint(
                lambda *axes: self.draw(*axes, frame), width, self.shape
            )
            self.update(artists, frame)  # labels find their places only now that axes are fixed
        for name, artist in _parts(artists).items():
            artist.set_gid(f"{svg.TRACK}{name}")
            if isinstance(artist, Text) and not artist.get_text():
                artist.set_text(" ")  # an empty text would leave no mark to write into
        return canvas, artists

    def figure(self) -> Figure:
        """The default frame as a figure, in a book with the controls and the frames' script."""
        canvas = {width: self.paint(width, self.start) for width in (WIDE, NARROW)}
        trees = {w: figures.picture(c, self.id, w) for w, (c, _) in canvas.items()}
        data = self.table(self.start)
        sources = figures.find_sources(self.id, data, self.rows)
        everything = self._all_values()
        extra = figures.Extra()
        if os.environ.get("RARE_EARTHS_OUTPUT") == "book":
            extra = figures.Extra(
                css_class=" re-explorer",
                attributes=f' data-explorer="{self.slug}" data-script="_figures/{self.slug}.js"',
                before=self._controls_html(),
                link=f"#{self.id}",
                files={
                    f"{self.slug}.js": self.script(canvas, trees),
                    f"{self.id}-all.csv": figures.csv(everything),
                },
                links=(("All states: CSV", f"{self.id}-all.csv"),),
            )
        return Figure(
            id=self.id,
            title=self.title,
            subtitle=self.subtitle,
            description=figures.PREFIX + self.describe(self.start).removeprefix(figures.PREFIX),
            data=data,
            sources=sources,
            rows=tuple(figures.row_ids(everything, self.rows) or ()),
            wide=trees[WIDE],
            slim=trees[NARROW],
            pdf=functools.partial(figures.pdf_of, canvas[WIDE][0]),
            note=self.note,
            extra=extra,
        )

    def _all_values(self) -> pd.DataFrame:
        parts = []
        for state, frame in zip(self.states, self.frames, strict=True):
            part = self.table(frame)
            for place, (control, value) in enumerate(zip(self.controls, state, strict=True)):
                part.insert(place, control.label, [value] * len(part), allow_duplicates=True)
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    # --- frames for the page ---

    def tracks(self, width: int, canvas: Any, artists: Mapping[str, Any]) -> dict[str, Track]:
        """Where each moving artist is in every state, in one picture."""
        parts = _parts(artists)

        def limits() -> list[Any]:
            return [(ax.get_xlim(), ax.get_ylim()) for ax in canvas.axes]

        fixed = limits()
        rows: dict[str, list[np.ndarray]] = {name: [] for name in parts}
        strings: dict[str, list[str]] = {name: [] for name in parts}
        for state, frame in zip(self.states, self.frames, strict=True):
            self.update(artists, frame)
            for name, artist in parts.items():
                rows[name].append(_tenths(_pixels(artist), artist.axes))
                if isinstance(artist, Text):
                    strings[name].append(artist.get_text())
            self._check_texts(canvas, parts.values(), state)
            if limits() != fixed:
                raise FigureError(f"{self.slug}: the limits of the axes move; fix them in `draw`.")
        self.update(artists, self.start)
        height = canvas.get_figheight() * 72
        made = {}
        for name, artist in parts.items():
            ax: Any = artist.axes
            box = ax.get_window_extent()
            made[name] = Track(
                _kind(artist),
                _stack(rows[name]),
                (box.x0, height - box.y1, box.width, box.height),
                strings[name],
            )
        return made

    def _check_texts(self, canvas: Any, parts: Iterable[Artist], state: Sequence[Any]) -> None:
        """Moving labels must neither leave the picture nor lie on each other."""
        width, height = canvas.get_size_inches() * 72
        boxes = [
            (part.get_text(), part.get_window_extent())
            for part in parts
            if isinstance(part, Text) and part.get_text().strip() and part.get_visible()
        ]
        where = f"{self.slug}, state {', '.join(map(str, state))}"
        for text, box in boxes:
            if min(box.x0, box.y0, width - box.x1, height - box.y1) < -0.5:
                raise FigureError(f"{where}: the text {text!r} leaves the picture.")
        for (text, box), (other, next_to) in itertools.combinations(boxes, 2):
            across = min(box.x1, next_to.x1) - max(box.x0, next_to.x0)
            if across > 1 and min(box.y1, next_to.y1) - max(box.y0, next_to.y0) > 2:
                raise FigureError(f"{where}: the texts {text!r} and {other!r} overlap.")

    def script(self, canvas: Mapping[int, Any], trees: Mapping[int, Any]) -> str:
        """The frames file: a classic script that hands its data to explorer.js."""
        both = {width: self.tracks(width, *canvas[width]) for width in (WIDE, NARROW)}
        store = Store(len(self.states))
        marks = []
        for name, wide in both[WIDE].items():
            mark = pack_track(name, wide, both[NARROW][name], trees, self.default, store)
            if mark:
                marks.append(mark)
        texts = [self._texts(frame) for frame in self.frames]
        data = {
            "sizes": [len(control.values) for control in self.controls],
            "marks": marks,
            "texts": {
                part: store.words([row[part] for row in texts], apart)
                for part, apart in (("about", " "), ("numbers", ""), ("cells", ""))
            },
            "words": store.pool,
            "grids": store.grids,
        }
        text = f"reFrames({json.dumps(self.slug)},{_json(data)});\n"
        weight = len(gzip.compress(text.encode()))
        if weight > MOST_BYTES:
            raise FigureError(
                f"{self.slug}: its frames weigh {weight} bytes compressed, more than {MOST_BYTES}; "
                f"give it fewer states, fewer points or a shorter table."
            )
        return text

    def _texts(self, frame: Frame) -> dict[str, list[str]]:
        described = self.describe(frame).removeprefix(figures.PREFIX)
        figures.check_words(self.id, self.title, self.subtitle, described, self.table(frame))
        return {
            "about": described.split(" "),
            "numbers": [str(text) for text in self.numbers(frame).values()],
            "cells": [cell for row in figures.cells(self.table(frame)) for cell in row],
        }

    # --- the page ---

    def _controls_html(self) -> str:
        e = figures.escape
        parts = [_CONTROL_HTML[control.kind](self.slug, control) for control in self.controls]
        numbers = []
        for i, (label, text) in enumerate(self.numbers(self.start).items()):
            # one region speaks: the first number
            live = "polite" if i == 0 else "off"
            id = f"{self.slug}-number-{i}"
            numbers.append(
                f'<div><label for="{id}">{e(label)}</label> <output class="computed" id="{id}" '
                f'data-number="{i}" aria-live="{live}">{e(text)}</output></div>'
            )
        said = f'<div class="explorer-numbers">{"".join(numbers)}</div>\n' if numbers else ""
        return (
            f'<div class="explorer-controls" role="group" '
            f'aria-label="Controls: {e(self.title)}">\n' + "\n".join(parts) + "\n"
            f'<button type="button" class="explorer-reset">Reset</button></div>\n{said}'
        )

    # --- a live kernel ---

    def widget(self) -> Any:
        """The live chart: ipywidgets over the same functions, with the full range of values."""
        import ipywidgets

        canvas, artists = self.paint(WIDE, self.start)
        view = ipywidgets.HTML()
        known = (*self.controls, *self.more)
        inputs = [_live_control(ipywidgets, control) for control in known]

        def show(_: Any = None) -> None:
            values = {own.name: box.value for own, box in zip(known, inputs, strict=True)}
            frame = self.compute(**values)
            self.update(artists, frame)
            view.value = self._live_html(canvas, frame)

        for control in inputs:
            control.observe(show, "value")
        reset = ipywidgets.Button(description="Reset")

        def back(_: Any) -> None:
            for control, given in zip(inputs, known, strict=True):
                control.value = given.values[given.start]

        reset.on_click(back)
        show()
        return ipywidgets.VBox([*inputs, reset, view])

    def _live_html(self, canvas: Any, frame: Frame) -> str:
        e = figures.escape
        paper, ink = figures.COLOURS["paper"], figures.COLOURS["ink"]
        picture = svg.plain(svg.tidy(canvas, self.id, figures.FONT[WIDE]))
        numbers = "".join(
            f"<p>{e(label)}: <output><b>{e(text)}</b></output></p>"
            for label, text in self.numbers(frame).items()
        )
        about = figures.PREFIX + self.describe(frame).removeprefix(figures.PREFIX)
        return (
            f'<div style="background:{paper};color:{ink};padding:8px;line-height:1.4">'
            f"<p><b>{e(self.title)}</b><br>{e(self.subtitle)}</p><p>{e(about)}</p>"
            f"{numbers}{picture}</div>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle = self.figure()._repr_mimebundle_()
        if not os.environ.get("RARE_EARTHS_OUTPUT"):
            view = self.widget()._repr_mimebundle_()
            bundle |= {kind: value for kind, value in view.items() if kind != "text/plain"}
        return bundle


MADE: list[Explorer] = []  # every explorer of this process, for the test of its frames


def _live_control(ipywidgets: Any, control: Control) -> Any:
    kinds = {
        "range": ipywidgets.SelectionSlider,
        "select": ipywidgets.Dropdown,
        "radio": ipywidgets.RadioButtons,
    }
    values = list(control.live or control.values)
    start = control.values[control.start]
    return kinds[control.kind](
        options=[(str(control.format(value)), value) for value in values],
        value=start if start in values else values[0],
        description=control.label,
        style={"description_width": "initial"},
        layout={"width": "32rem", "max_width": "100%"},
    )


# --- controls as HTML -----------------------------------------------------------------------------


def _range_html(slug: str, control: Control) -> str:
    e, id = figures.escape, f"{slug}-{control.name}"
    keys, labels = (e(_json(texts)) for texts in (control.keys, control.labels))
    now = e(control.labels[control.start])
    return (
        f'<div class="control"><span><label for="{id}">{e(control.label)}</label> '
        f'<output class="control-value" for="{id}" aria-live="off">{now}</output></span>'
        f'<input type="range" id="{id}" data-control="{control.name}" min="0" '
        f'max="{len(control.values) - 1}" step="1" value="{control.start}" autocomplete="off" '
        f'aria-valuetext="{now}" data-keys="{keys}" data-labels="{labels}"></div>'
    )


def _select_html(slug: str, control: Control) -> str:
    e, id = figures.escape, f"{slug}-{control.name}"
    options = "".join(
        f'<option value="{e(key)}"{" selected" if i == control.start else ""}>{e(label)}</option>'
        for i, (key, label) in enumerate(zip(control.keys, control.labels, strict=True))
    )
    return (
        f'<div class="control"><label for="{id}">{e(control.label)}</label>'
        f'<select id="{id}" data-control="{control.name}" autocomplete="off">{options}</select>'
        f"</div>"
    )


def _radio_html(slug: str, control: Control) -> str:
    e = figures.escape
    choices = "".join(
        f'<label><input type="radio" name="{slug}-{control.name}" id="{slug}-{control.name}-{i}" '
        f'value="{e(key)}" '
        f'autocomplete="off"{" checked" if i == control.start else ""}>{e(label)}</label>'
        for i, (key, label) in enumerate(zip(control.keys, control.labels, strict=True))
    )
    return (
        f'<fieldset class="control" data-control="{control.name}">'
        f'<legend>{e(control.label)}</legend><div class="control-choices">{choices}</div>'
        f"</fieldset>"
    )


_CONTROL_HTML: dict[str, Callable[[str, Control], str]] = {
    "range": _range_html,
    "select": _select_html,
    "radio": _radio_html,
}


# --- packing --------------------------------------------------------------------------------------


def _json(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("</", "<\\/").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@dataclass
class Store:
    """Grids of integers (states by columns) and a pool of words, as the frames file holds them."""

    states: int
    grids: list[Any] = field(default_factory=list)
    pool: list[str] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)

    def grid(self, values: np.ndarray) -> int:
        """Add a grid; returns its number."""
        self.grids.append(pack(values))
        return len(self.grids) - 1

    def words(self, rows: Sequence[Sequence[str]], apart: str) -> int:
        """Add texts, one list a state, as a grid of places in the pool; '' fills short rows."""
        most = max(len(row) for row in rows)
        if not apart and any(len(row) != most for row in rows):
            raise FigureError("An explorer's table and numbers must have one size in all states.")
        filled = [[*row, *[""] * (most - len(row))] for row in rows]
        grid = [[self._place(word) for word in row] for row in filled]
        return self.grid(np.array(grid, dtype=int).reshape(self.states, most))

    def _place(self, word: str) -> int:
        if word not in self._places:
            self._places[word] = len(self.pool)
            self.pool.append(word)
        return self._places[word]


WAYS = [(rows, columns) for rows in (0, 1) for columns in (0, 1, 2)]


def _differences(values: np.ndarray, way: tuple[int, int]) -> np.ndarray:
    rows, columns = way
    made = np.diff(values, n=rows, axis=0, prepend=values[:1] * 0) if rows else values
    for _ in range(columns):
        made = np.diff(made, axis=1, prepend=0)
    return made


def pack(values: np.ndarray) -> list[Any]:
    """A grid as [first row, columns that vary, rows, columns, text].

    The text holds the varying columns as differences, `rows` times from row to row and `columns`
    times from column to column, whichever of WAYS is smallest compressed: a smooth curve is
    smallest as second differences along itself.
    """
    first, vary = values[0], np.flatnonzero((values != values[0]).any(axis=0))
    texts = [_letters(_differences(values[:, vary], way).ravel()) for way in WAYS]
    weights = [len(gzip.compress(text.encode())) for text in texts]
    best = weights.index(min(weights))
    return [first.tolist(), vary.tolist(), *WAYS[best], texts[best]]


def _letters(numbers: Iterable[int]) -> str:
    """Integers as text, a letter for each small one.

    Sign last (2 n, or -2 n - 1), then digits to base 34 in the letters 93 to 126 while the rest
    is 57 or more, and the rest in the letters 35 to 91: no quote, no backslash.
    """
    out = []
    for number in map(int, numbers):
        rest = 2 * number if number >= 0 else -2 * number - 1
        while rest >= 57:
            rest, digit = divmod(rest, 34)
            out.append(chr(93 + digit))
        out.append(chr(35 + rest))
    return "".join(out)


def _numbers(text: str) -> list[int]:
    out, value, place = [], 0, 1
    for letter in map(ord, text):
        if letter >= 93:
            value, place = value + place * (letter - 93), place * 34
            continue
        value += place * (letter - 35)
        out.append(-(value + 1) // 2 if value % 2 else value // 2)
        value, place = 0, 1
    return out


def unpack(packed: Sequence[Any], states: int) -> np.ndarray:
    """The grid of `pack` again, as explorer.js does it."""
    first, vary, rows, columns, text = packed
    made = np.array(_numbers(text), dtype=int).reshape(states, len(vary))
    for _ in range(columns):
        made = np.cumsum(made, axis=1)
    if rows:
        made = np.cumsum(made, axis=0)
    grid = np.tile(np.array(first, dtype=int), (states, 1))
    grid[:, vary] = made
    return grid


def pack_track(
    name: str,
    wide: Track,
    narrow: Track,
    trees: Mapping[int, Any],
    start: int,
    store: Store,
) -> dict[str, Any] | None:
    """One artist's entry in the frames file, or None when it never moves.

    It holds, for each picture, px = a + b * x and c + d * y.  Both pictures share the wide one's
    integers where the narrow one is only scaled; else the narrow one has its own.
    """
    strings = [*wide.strings, *narrow.strings]
    still = (wide.places == wide.places[0]).all() and (narrow.places == narrow.places[0]).all()
    if still and len(set(wide.strings)) < 2 and len(set(narrow.strings)) < 2:
        return None
    if any("\n" in string for string in strings) and len(set(wide.strings)) > 1:
        raise FigureError(f"The text {name!r} changes and has several lines; give it one line.")
    entry: dict[str, Any] = {"name": name, "kind": wide.kind, "wide": store.grid(wide.places)}
    ratios = (narrow.box[2] / wide.box[2], narrow.box[3] / wide.box[3])
    shared = _only_scaled(wide.places, narrow.places, ratios)
    if not shared:
        entry["narrow"] = store.grid(narrow.places)
    scale = ratios if shared else (1, 1)
    for key, track, width, (across, down), places in (
        ("toWide", wide, WIDE, (1, 1), wide.places),
        ("toNarrow", narrow, NARROW, scale, wide.places if shared else narrow.places),
    ):
        left, top, _, height = track.box
        a, b, c, d = left, across / 10, top + height, -down / 10
        if wide.kind == "text":  # the SVG's place is that of the base line, not of the anchor
            x, y = _text_place(trees[width], name)
            a, c = x - b * places[start, 0], y - d * places[start, 1]
        entry[key] = [round(a, 2), round(b, 8), round(c, 2), round(d, 8)]
    if len(set(wide.strings)) > 1:
        entry["text"] = store.words([[string] for string in wide.strings], "")
    return entry


def _only_scaled(wide: np.ndarray, narrow: np.ndarray, ratios: tuple[float, float]) -> bool:
    if wide.shape != narrow.shape or ((wide == MISSING) != (narrow == MISSING)).any():
        return False
    half = wide.shape[1] // 2
    scaled = wide * np.repeat(ratios, half)
    return bool((np.abs(scaled - narrow)[wide != MISSING] <= 1).all())


def _text_place(tree: Any, name: str) -> tuple[float, float]:
    for group in tree.iter("g"):
        if group.get("data-track") == name:
            text = group.find("text")
            return float(text.get("x")), float(text.get("y"))
    raise FigureError(f"The text {name!r} is not in the picture.")


def places(data: Mapping[str, Any], mark: Mapping[str, Any], width: int) -> Iterator[np.ndarray]:
    """The px of one mark in every state, shape (n, 2), NaN where there is nothing.

    This reads the frames as explorer.js does; the tests compare it with pictures drawn afresh.
    """
    narrow = width == NARROW
    grid = mark["narrow"] if narrow and "narrow" in mark else mark["wide"]
    a, b, c, d = mark["toNarrow" if narrow else "toWide"]
    states = int(np.prod(data["sizes"]))
    for row in unpack(data["grids"][grid], states):
        x, y = row.reshape(2, -1).astype(float)
        gone = x == MISSING
        gone |= y == MISSING
        yield np.column_stack(
            [np.where(gone, np.nan, a + b * x), np.where(gone, np.nan, c + d * y)]
        )
