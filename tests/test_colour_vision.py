"""No chart says anything by colour alone, light or dark, to any reader."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

import colour_vision
import numpy as np
import pytest
from built import none
from conftest import HTML, missing

from rare_earths.figures import STYLES
from rare_earths.palette import COLOURS, DARK

# CIEDE2000 from which two colours are told apart at a glance, in marks as small as ours.
APART = 10
MARKS = ("china", "rest", "third", "fourth", "fifth", "grey", "muted", "ink")
SCHEMES = {"light": COLOURS, "dark": DARK}


def test_the_differences_are_those_of_the_standard() -> None:
    """Pairs 1, 7 and 24 of the test data of Sharma, Wu and Dalal (2005)."""
    pairs = [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
    ]
    for one, other, wanted in pairs:
        found = colour_vision.difference(np.array(one, float), np.array(other, float))
        assert found == pytest.approx(wanted, abs=5e-5)


def test_simulation_keeps_grey_and_confuses_what_it_should() -> None:
    for name in colour_vision.DEFICIENCIES:
        grey = colour_vision.seen("#808080", name)
        assert np.abs(grey - colour_vision.seen("#808080")).max() < 1
    red_green = (
        colour_vision.seen("#9a6a00", "deuteranopia"),
        colour_vision.seen("#c2410c", "deuteranopia"),
    )
    assert colour_vision.difference(*red_green) < 2
    assert colour_vision.apart("#000000", "#ffffff") > 90


@pytest.mark.parametrize("scheme", SCHEMES)
def test_marks_stand_out(scheme: str) -> None:
    """Marks have 3:1 against the paper and every tint they may lie on, their labels 4.5:1."""
    colours = SCHEMES[scheme]
    none(m for m in MARKS if colour_vision.contrast(colours[m], colours["paper"]) < 4.5)
    grounds = ["paper", *(name for name in colours if name.endswith("_tint"))]
    none(
        f"{mark} on {ground}: {found:.2f}"
        for mark, ground in itertools.product(MARKS, grounds)
        if (found := colour_vision.contrast(colours[mark], colours[ground])) < 3
    )


def close_pairs() -> list[tuple[str, str]]:
    """Colours of marks that some reader may take for one another, in light or in dark."""
    return [
        (one, other)
        for one, other in itertools.combinations(MARKS, 2)
        if min(colour_vision.apart(c[one], c[other]) for c in SCHEMES.values()) < APART
    ]


def test_the_two_colours_of_most_charts_are_far_apart() -> None:
    assert min(colour_vision.apart(c["china"], c["rest"]) for c in SCHEMES.values()) > 25


def test_close_colours_have_other_dashes_and_markers() -> None:
    """The styles of series: who cannot tell two colours is helped by dash and by marker."""
    assert close_pairs(), "the simulation finds nothing: it does not simulate"
    for one, other in itertools.combinations(STYLES, 2):
        assert STYLES[one]["marker"] != STYLES[other]["marker"], (one, other)
    for one, other in close_pairs():
        assert STYLES[one]["linestyle"] != STYLES[other]["linestyle"], (one, other)


@dataclass
class Ways:
    """How one colour is used in a picture, beside being that colour."""

    dashes: set[str] = field(default_factory=set)
    markers: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    fills: int = 0

    @property
    def shapes(self) -> set[str]:
        return self.markers | ({"area"} if self.fills else set())

    @property
    def used(self) -> bool:
        return bool(self.dashes or self.shapes)


_PAINT = re.compile(r"var\(--re-([a-z-]+)")


def ways(svg: str) -> dict[str, Ways]:
    """The ways of each colour of a picture."""
    found: dict[str, Ways] = defaultdict(Ways)
    root = ET.fromstring(svg)
    shapes = {e.get("id"): e.get("d") for e in root.iter("path") if e.get("id")}

    def paint(element: ET.Element, kind: str, above: str) -> str:
        name = _PAINT.match(element.get(kind, ""))
        return name[1] if name else "" if element.get(kind) == "none" else above

    def look(element: ET.Element, fill: str, stroke: str) -> None:
        fill, stroke = paint(element, "fill", fill), paint(element, "stroke", stroke)
        if element.tag == "text":
            found[fill].words.add("".join(element.itertext()))
        elif element.tag == "use":
            found[fill or stroke].markers.add(str(shapes[element.get("href", "")[1:]]))
        elif element.tag in ("rect", "circle", "path") and extent(element):
            if fill and (shape := small_shape(element)):
                found[fill].markers.add(shape)
            elif fill:
                found[fill].fills += 1
            elif stroke:
                found[stroke].dashes.add(element.get("stroke-dasharray", "whole"))
        elif element.tag != "defs":
            for child in element:
                look(child, fill, stroke)

    look(root, "", "")
    return found


def small_shape(element: ET.Element) -> str:
    """The outline of a single marker, wherever it stands; empty for what is no marker."""
    letters = re.sub(r"[^A-Za-z]", "", element.get("d", ""))
    numbers = np.array(re.findall(r"-?[\d.]+", element.get("d", "")), float)
    places = numbers[: len(numbers) // 2 * 2].reshape(-1, 2)
    if len(places) < 3 or (np.ptp(places, axis=0) > 16).any():
        return ""
    return f"{letters} {(places - places.mean(axis=0)).round().astype(int).tolist()}"


def extent(element: ET.Element) -> bool:
    """Whether it is more than a point: nothing is seen of a line without length."""
    numbers = re.findall(r"-?[\d.]+ -?[\d.]+", element.get("d", "0 0 1 1"))
    return len(set(numbers)) > 1


def told_apart(one: Ways, other: Ways) -> bool:
    """Whether dash, marker or words in their own colours tell the two."""
    if one.words and other.words:
        return True
    if one.shapes and other.shapes:
        return not one.shapes & other.shapes
    if one.dashes and other.dashes:
        return not one.dashes & other.dashes
    return True  # a line and a bar, a point and a band


def test_a_planted_picture_by_colour_alone_is_found() -> None:
    line = '<path d="M0 0 1 1" stroke="var(--re-{})" fill="none"/>'
    one, other = line.format("china"), line.format("fourth")
    plain = ways(f"<svg>{one}{other}</svg>")
    assert not told_apart(plain["china"], plain["fourth"])
    dashed = other.replace("/>", ' stroke-dasharray="4 2"/>')
    told = ways(f"<svg>{one}{dashed}</svg>")
    assert told_apart(told["china"], told["fourth"])


# Pictures whose parts are told by place: figure to reason.
BY_PLACE = {
    "fig-quota-by-group": "segments stand in the order of the key, light edges between them",
    "fig-public-money": "segments stand in the order of the key, light edges between them",
    "fig-productivity": "one bar a row, each row named",
    "fig-demand": "one bar a row, each row named",
    "fig-tailings": "one bar a row, each row named",
    "fig-support": "two parts a bar, the second at its end and told in the number beside it",
}


def test_no_figure_tells_by_colour_alone() -> None:
    """In each picture of the book colours that some reader confuses differ in another way too."""
    if sentence := missing("_build", "html", "index.html", command="book"):
        pytest.fail(sentence, pytrace=False)
    pictures = [
        (page.name, figure, svg)
        for page in sorted(HTML.glob("*/*.html"))
        for figure, block in re.findall(
            r'<figure\b[^>]*data-figure="([^"]+)"(.*?)</figure>', page.read_text("utf-8"), re.DOTALL
        )
        for svg in re.findall(r"<svg.*?</svg>", block, re.DOTALL)
    ]
    assert len(pictures) > 2
    faults = []
    for page, figure, svg in pictures:
        found = ways(svg)
        for one, other in close_pairs():
            # axes, ticks and their words are muted: they are no series
            if "muted" in (one, other) or not (found[one].used and found[other].used):
                continue
            if figure not in BY_PLACE and not told_apart(found[one], found[other]):
                faults.append(f"{page}, {figure}: {one} and {other}")
    none(dict.fromkeys(faults))
    none(BY_PLACE.keys() - {figure for _, figure, _ in pictures}, "no such figure")
