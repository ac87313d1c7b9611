"""From matplotlib's SVG to a small, clean one.

matplotlib writes one style attribute an element, hashed ids that repeat from picture to picture,
a style rule that leaks to the whole page, and six decimals. `tidy` turns that into a tree with
presentation attributes, ids of our own and one decimal; `themed` and `standalone` serialise it
for the page (colours as CSS variables) and as a picture of its own (fixed colours, white ground,
title and source inside).
"""

from __future__ import annotations

import io
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

TRACK = "re-track:"  # gid of an artist that an explorer moves
_LINES = "re-lines:"  # gid of a text of several lines that is not flush left
_DEFAULTS = {
    "stroke-dashoffset": "0",
    "opacity": "1",
    "fill-opacity": "1",
    "stroke-opacity": "1",
    "stroke-linejoin": "round",  # said once, on the root
    "stroke-linecap": "butt",
    "stroke-width": "1",
}
_NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
_PIECE = re.compile(r"[\u2e80-\u9fff\uf900-\uffef]|[^\s\u2e80-\u9fff\uf900-\uffef]+|\s")
_HEX = re.compile(r'"(#[0-9a-f]{6})"')


def short(value: float, digits: int = 1) -> str:
    """A number with at most `digits` decimals, without trailing zeros or a negative zero."""
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def tidy(figure: Figure, prefix: str, font_size: float) -> ET.Element:
    """Draw a figure (at 72 dots an inch: a point is a pixel) and return its clean SVG tree.

    `prefix` begins every id, so that pictures can share a page.  `font_size` is the size of text
    that needs no attribute.
    """
    root = _parse(figure)
    _drop_furniture(root)
    for element in root.iter():
        _attributes(element)
    root.attrib.clear()
    _flatten(root)
    _inline_single_uses(root)
    _hoist(root)
    _rename(root, prefix)
    for element in root.iter():
        _round(element, font_size)
    width, height = (72 * inches for inches in figure.get_size_inches())
    root.attrib.update(
        {
            "viewBox": f"0 0 {short(width)} {short(height)}",
            "width": short(width),
            "height": short(height),
            "font-size": short(font_size),
            "stroke-linejoin": "round",
        }
    )
    return root


def colours(root: ET.Element) -> set[str]:
    """Every colour the picture uses, as lower-case hex."""
    used = (element.get(name, "") for element in root.iter() for name in ("fill", "stroke"))
    return {colour for colour in used if colour.startswith("#")}


def themed(root: ET.Element, names: Mapping[str, str], css_class: str) -> str:
    """The SVG for the page: each colour is the CSS variable of its name (`names`: hex to name)."""
    text = _serialise(root).replace(
        "<svg ", f'<svg class="{css_class}" aria-hidden="true" focusable="false" ', 1
    )
    return _HEX.sub(
        lambda m: f'"var(--re-{names[m[1]].replace("_", "-")},{m[1]})"' if m[1] in names else m[0],
        text,
    )


def plain(root: ET.Element) -> str:
    """The SVG with fixed colours, for a place without the page's style sheet."""
    return _serialise(root)


def standalone(
    root: ET.Element,
    *,
    title: str,
    subtitle: str,
    description: str,
    footer: Iterable[str],
    ink: str,
    muted: str,
    paper: str,
) -> str:
    """The SVG as a picture of its own: title, subtitle, chart, footer lines, on paper."""
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    margin = 16
    out: list[str] = []

    def write(text: str, size: int, y: float, colour: str, weight: str = "") -> float:
        for line in wrap(text, width / size):
            y += size * 1.35
            mark = ET.Element("text", {"x": str(margin), "y": short(y), "font-size": str(size)})
            mark.set("fill", colour)
            if weight:
                mark.set("font-weight", weight)
            mark.text = line
            out.append(ET.tostring(mark, encoding="unicode"))
        return y

    top = write(title, 18, 6, ink, "bold")
    top = write(subtitle, 14, top + 2, muted) + 12
    inner = "".join(ET.tostring(child, encoding="unicode") for child in root)
    size, join = root.get("font-size", "14"), root.get("stroke-linejoin", "round")
    out.append(
        f'<g transform="translate({margin} {short(top)})" font-size="{size}" '
        f'stroke-linejoin="{join}">{inner}</g>'
    )
    bottom = top + height + 4
    for text in footer:
        bottom = write(text, 12, bottom, muted)
    box = f"{short(width + 2 * margin)} {short(bottom + 12)}"
    across, down = box.split()
    head = ET.Element("title")
    head.text = title
    long = ET.Element("desc")
    long.text = description
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {box}" width="{across}" height="{down}" role="img" '
        f'font-family="system-ui, Helvetica, Arial, sans-serif">'
        + ET.tostring(head, encoding="unicode")
        + ET.tostring(long, encoding="unicode")
        + f'<rect width="{across}" height="{down}" fill="{paper}"/>'
        + "".join(out).replace(" href=", " xlink:href=")  # older viewers know only this form
        + "</svg>"
    )


def wrap(text: str, ems: float) -> list[str]:
    """Lines that stay within a width in any usual font.

    Chinese may break between any two characters and takes one em each; of other letters 0.6 em
    is a wide mean.
    """
    lines, filled = [""], 0.0
    for piece in _PIECE.findall(text):
        taken = sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.6 for c in piece)
        if filled + taken > ems and lines[-1]:
            lines.append("")
            filled = 0.0
        if piece.isspace() and not lines[-1]:
            continue
        lines[-1] += piece
        filled += taken
    return [line.rstrip() for line in lines if line.strip()]


def _serialise(root: ET.Element) -> str:
    return ET.tostring(root, encoding="unicode")


def _parse(figure: Figure) -> ET.Element:
    marked = _mark_lines(figure)
    target = io.StringIO()
    # not savefig, which draws everything twice
    FigureCanvasSVG(figure).print_svg(target, metadata={"Date": None})
    for text, gid in marked:
        text.set_gid(gid)
    root = ET.fromstring(target.getvalue().encode())
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for name in [name for name in element.attrib if name.startswith("{")]:
            element.set(name.rpartition("}")[2], element.attrib.pop(name))
        if element.tag != "text":
            element.text = None
        element.tail = None
    return root


def _mark_lines(figure: Figure) -> list[tuple[Text, Any]]:
    """Tell the SVG where centred or flush-right lines are anchored; matplotlib forgets it.

    Without this the lines would start where they start in matplotlib's font, not the page's.
    """
    marked: list[tuple[Text, Any]] = []
    anchors = {"center": "middle", "right": "end"}
    for text in figure.findobj(Text):
        if (
            "\n" not in text.get_text()
            or text.get_horizontalalignment() not in anchors
            or text.get_rotation()
        ):
            continue
        box = text.get_window_extent()
        x = (box.x0 + box.x1) / 2 if text.get_horizontalalignment() == "center" else box.x1
        marked.append((text, text.get_gid()))
        text.set_gid(f"{_LINES}{anchors[text.get_horizontalalignment()]}:{x}")
    return marked


def _drop_furniture(root: ET.Element) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            is_style = child.tag == "defs" and all(inner.tag == "style" for inner in child)
            if child.tag == "metadata" or (is_style and len(child)):
                parent.remove(child)


def _attributes(element: ET.Element) -> None:
    """Style declarations become attributes; what is default or invisible goes."""
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip(), value.strip()
        if name and name != "font-family" and _DEFAULTS.get(name) != value:
            element.set(name, value.removesuffix("px") if name == "font-size" else value)
    if element.get("fill-opacity") == "0":  # else it would be black to who reads the colours
        del element.attrib["fill-opacity"]
        element.set("fill", "none")
    if element.tag == "text":
        _place_text(element)
    if "href" in element.attrib:
        element.set("href", element.attrib.pop("href"))


def _place_text(element: ET.Element) -> None:
    transform = element.get("transform", "")
    numbers = [float(found) for found in _NUMBER.findall(transform)]
    if transform.startswith("translate") and "rotate" not in transform:
        element.set("x", repr(numbers[0]))
        element.set("y", repr(numbers[1]))
        del element.attrib["transform"]
    elif transform.startswith("rotate") and numbers[0] == 0:
        del element.attrib["transform"]


def _flatten(element: ET.Element) -> None:
    """Dissolve groups that say nothing, and drop what paints nothing."""
    kept: list[ET.Element] = []
    for child in list(element):
        _flatten(child)
        gid = child.get("id", "")
        if child.tag == "g" and gid.startswith(_LINES):
            _, anchor, x = gid.split(":")
            for line in child:
                line.set("x", x)
                line.set("text-anchor", anchor)
        if child.tag == "g" and gid.startswith(TRACK):
            child.set("data-track", child.attrib.pop("id").removeprefix(TRACK))
        elif child.tag == "g":
            child.attrib.pop("id", None)
        invisible = child.get("fill") == "none" and "stroke" not in child.attrib
        if child.tag == "path" and invisible and element.tag != "defs":
            continue
        if child.tag == "g" and not child.attrib:
            kept.extend(child)
        elif child.tag == "g" and not len(child) and "data-track" not in child.attrib:
            continue
        else:
            kept.append(child)
    for child in list(element):
        element.remove(child)
    element.extend(kept)


def _inline_single_uses(root: ET.Element) -> None:
    """A shape defined for one use only becomes a path in its place."""
    shapes = {path.get("id"): path for defs in root.iter("defs") for path in defs.iter("path")}
    uses: dict[str, list[ET.Element]] = {}
    tracked = {use for group in root.iter("g") if "data-track" in group.attrib
               for use in group.iter("use")}  # fmt: skip
    for use in root.iter("use"):
        uses.setdefault(use.get("href", "")[1:], []).append(use)
    gone = set()
    for name, found in uses.items():
        # an explorer moves markers by their place, so those stay; areas are placed at x = 0
        if len(found) > 1 or (found[0] in tracked and float(found[0].get("x", 0)) != 0):
            continue
        use, shape = found[0], shapes[name]
        dx, dy = float(use.attrib.pop("x", 0)), float(use.attrib.pop("y", 0))
        del use.attrib["href"]
        use.tag = "path"
        use.attrib = {"d": _moved(shape.get("d", ""), dx, dy)} | use.attrib | {
            key: value for key, value in shape.attrib.items() if key not in ("id", "d")
        }  # fmt: skip
        gone.add(shape)
    for parent in list(root.iter()):
        for child in list(parent):
            if child in gone:
                parent.remove(child)
    _drop_empty_defs(root)


def _drop_empty_defs(root: ET.Element) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == "defs" and not len(child):
                parent.remove(child)


def _moved(path: str, dx: float, dy: float) -> str:
    axis = itertools.cycle((dx, dy))
    return _NUMBER.sub(lambda m: repr(float(m[0]) + next(axis)), path)


def _hoist(root: ET.Element) -> None:
    """Paint that all uses of one group share is said once, on the group."""
    places = {"x", "y", "href"}
    for group in root.iter("g"):
        uses = [child for child in group if child.tag == "use"]
        if not uses or len(uses) < len(group):
            continue
        shared = dict(uses[0].items())
        if any({**use.attrib, "x": "", "y": ""} != {**shared, "x": "", "y": ""} for use in uses):
            continue
        for name in set(shared) - places:
            group.set(name, shared[name])
        group.attrib = dict(sorted(group.attrib.items()))
        for use in uses:
            use.attrib = {name: value for name, value in use.attrib.items() if name in places}


def _rename(root: ET.Element, prefix: str) -> None:
    names: dict[str, str] = {}
    for element in root.iter():
        if "id" in element.attrib:
            names.setdefault(element.get("id", ""), f"{prefix}-{len(names)}")
            element.set("id", names[element.get("id", "")])
    for element in root.iter():
        for name in ("href", "clip-path"):
            value = element.get(name, "")
            found = re.search(r"#([^)]+)", value)
            if found:
                element.set(name, value.replace(found[1], names[found[1]]))


def _round(element: ET.Element, font_size: float) -> None:
    digits = 2 if element.tag == "path" and "id" in element.attrib else 1
    if "d" in element.attrib:
        element.set("d", compact(element.get("d", ""), digits))
    for name in ("x", "y", "width", "height", "stroke-width", "font-size", "stroke-dasharray",
                 "transform"):  # fmt: skip
        if name in element.attrib:
            element.set(name, _NUMBER.sub(lambda m: short(float(m[0]), 1), element.get(name, "")))
    if element.get("font-size") == short(font_size):
        del element.attrib["font-size"]


def compact(path: str, digits: int = 1) -> str:
    """Path data with few decimals and no needless letters: M and L need none between pairs."""
    out, meaning = [], ""  # what a bare pair would mean here
    for letter, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        pairs = " ".join(short(float(found), digits) for found in _NUMBER.findall(numbers))
        out.append((" " if letter == meaning and pairs else letter) + pairs)
        meaning = "L" if letter == "M" else letter
    return "".join(out)
