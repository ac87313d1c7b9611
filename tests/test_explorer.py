"""Explorers: frames equal to the chart drawn afresh, in Python and in a real browser.

All values are made up, apart from the last part of the chapters' own explorers.
"""

from __future__ import annotations

import ast
import gzip
import json
import math
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from browser import chromium
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from playwright.sync_api import Browser, Page
from test_figures import fake_evidence

from rare_earths import evidence as real_evidence
from rare_earths import explorer as module
from rare_earths import figures, svg
from rare_earths.explorer import Explorer, Radio, Select, Slider
from rare_earths.figures import COLOURS, NARROW, WIDE, FigureError, label_lines, style

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "rare_earths" / "book" / "static"
YEARS = np.arange(2000, 2021)


@pytest.fixture(autouse=True)
def _made_up_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "_shown", set())
    monkeypatch.setattr(module, "MADE", [])
    monkeypatch.delenv("RARE_EARTHS_OUTPUT", raising=False)
    fake: Any = ModuleType("rare_earths.evidence")
    fake.evidence = fake_evidence
    monkeypatch.setitem(sys.modules, "rare_earths.evidence", fake)


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RARE_EARTHS_OUTPUT", "book")
    monkeypatch.setenv("RARE_EARTHS_FIGURES", str(tmp_path / "_figures"))
    return tmp_path


# --- an explorer with everything that can move ----------------------------------------------------


def compute(growth: float, land: str, ore: str) -> dict[str, Any]:
    level = {"Here": 40.0, "There": 30.0}[land]
    line = level * (1 + growth) ** (YEARS - 2000) % 97
    holes = np.where((YEARS % 7 == 0) & (ore == "clay"), np.nan, line / 2)
    return {
        "growth": growth,
        "ends": {"A": line[-1], "B": holes[-2], "C": line[-1] + 1},
        "line": (YEARS, line),
        "holes": (YEARS, holes),
        "steps": (YEARS, np.roll(line, 3)),
        "area": (YEARS, line * 0.8, line * 0.9),
        "dots": (YEARS[:: 4 if ore == "clay" else 5], line[:: 4 if ore == "clay" else 5]),
        "bars": line[:4],
        "box": (2003, line[2], 4, 5),
        "said": (2001, 90, f"{line[-1]:.1f} at {growth:.0%}"),
        "level": (1, line[-1]),
    }


def draw(left: Any, right: Any, frame: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "line": left.plot(*frame["line"], **style("china"))[0],
        "holes": left.plot(*frame["holes"], **style("rest", points=True))[0],
        "steps": left.plot(*frame["steps"], drawstyle="steps-post", **style("third"))[0],
        "area": left.fill_between(*frame["area"], color=COLOURS["china_tint"], linewidth=0),
        "box": left.add_patch(module.Rectangle((0, 0), 1, 1, color=COLOURS["fifth_tint"])),
        "said": left.text(*frame["said"]),
        "dots": right.scatter(*frame["dots"], color=COLOURS["fourth"]),
        "bars": right.bar([2002, 2006, 2010, 2014], frame["bars"], color=COLOURS["grey"]),
        "level": left.axhline(frame["level"][1], color=COLOURS["muted"], linewidth=1),
    }
    left.set(xlim=(2000, 2020), ylim=(0, 100))
    right.set(xlim=(1998, 2022), ylim=(1, 200), yscale="log")
    ends = {name: ("china", 2020, at) for name, at in frame["ends"].items()}
    made["labels"] = label_lines(left, ends, hair=False)
    for name, label in zip(ends, made.pop("labels"), strict=True):
        made[f"label {name}"] = label
    return made


def update(artists: dict[str, Any], frame: dict[str, Any]) -> None:
    for name in ("line", "holes", "steps", "area", "dots", "bars", "box", "said"):
        module.move(artists[name], frame[name])
    artists["level"].set_ydata([frame["level"][1]] * 2)
    names = list(frame["ends"])
    figures.move_labels(
        [artists[f"label {name}"] for name in names],
        [(2020, frame["ends"][name]) for name in names],
    )


def numbers(frame: dict[str, Any]) -> dict[str, str]:
    return {"Level": figures.number(frame["level"][1], 1), "Growth": f"{frame['growth']:.0%}"}


def made_up(**changes: Any) -> Explorer:
    words: dict[str, Any] = {
        "title": "Everything that can move",
        "subtitle": "Made-up values, made-up land, 2000 to 2020, per cent",
        "controls": [
            Slider("growth", "Growth a year", [0.0, 0.01, 0.02, 0.05], 0.01, lambda v: f"{v:.0%}",
                   live=[0.0, 0.01, 0.015]),
            Select("land", "Land", ["Here", "There"]),
            Radio("ore", "Ore", ["rock", "clay"], "clay"),
        ],
        "compute": compute,
        "draw": draw,
        "update": update,
        "describe": lambda f: f"A line ends at {f['line'][1][-1]:.1f} with {f['growth']:.0%}.",
        "table": lambda f: pd.DataFrame({"year": YEARS[::5], "share": f["line"][1][::5]}),
        "numbers": numbers,
        "rows": ["made-up.1"],
        "panels": 2,
        "narrow_height": 480,
    }  # fmt: skip
    return Explorer("made-up", **(words | changes))


# --- frames ---------------------------------------------------------------------------------------


def shipped(one: Explorer) -> dict[str, Any]:
    """The data of an explorer's frames file."""
    canvas = {width: one.paint(width, one.start) for width in (WIDE, NARROW)}
    trees = {w: svg.tidy(c, one.id, figures.FONT[w]) for w, (c, _) in canvas.items()}
    text = one.script(canvas, trees)
    assert text.startswith(f'reFrames("{one.slug}",{{')
    return json.loads(text[text.index(",") + 1 : -3])


def marks_of(tree: ElementTree.Element) -> dict[str, tuple[np.ndarray, str]]:
    """Where each moving artist is in a picture: points (n, 2) and the text."""
    found = {}
    for group in tree.iter("g"):
        if "data-track" not in group.attrib:
            continue
        hidden = {path for defs in group.iter("defs") for path in defs.iter("path")}
        paths = [path for path in group.iter("path") if path not in hidden]
        uses, texts = list(group.iter("use")), list(group.iter("text"))
        if paths:
            numbers_ = re.findall(r"-?[\d.]+", paths[0].get("d", ""))
            points = np.array(numbers_, dtype=float).reshape(-1, 2)
        else:
            places = [(mark.get("x"), mark.get("y")) for mark in uses or texts]
            points = np.array(places, dtype=float).reshape(-1, 2)
        found[group.get("data-track", "")] = (points, texts[0].text or "" if texts else "")
    return found


def faults(one: Explorer, every: int = 1) -> list[str]:
    """Where the shipped frames differ from pictures drawn afresh by more than their rounding."""
    data, said = shipped(one), []
    chosen = [i for i in range(len(one.states)) if i % every == 0 or i == len(one.states) - 1]
    for width in (WIDE, NARROW):
        held = {m["name"]: list(module.places(data, m, width)) for m in data["marks"]}
        words = {
            m["name"]: module.unpack(data["grids"][m["text"]], len(one.states))[:, 0]
            for m in data["marks"]
            if "text" in m
        }
        for i in chosen:
            canvas, _ = one.paint(width, one.frames[i])
            for name, (points, text) in marks_of(svg.tidy(canvas, "x", 12)).items():
                if name not in held:
                    held[name] = [points] * len(one.states)  # never moves: stays as first seen
                kept = held[name][i][np.isfinite(held[name][i]).all(axis=1)]
                if kept.shape != points.shape:
                    said.append(f"{width} {one.states[i]} {name}: {len(kept)} of {len(points)}")
                elif np.abs(kept - points).max(initial=0) > 0.2:
                    said.append(f"{width} {one.states[i]} {name}: {np.abs(kept - points).max()}")
                # an empty text ships as a space, so that it leaves a mark to write into
                if name in words and data["words"][words[name][i]].strip() != text.strip():
                    said.append(f"{width} {one.states[i]} {name}: says {text}")
    return said


def test_every_frame_is_the_chart_drawn_afresh() -> None:
    one = made_up()
    names = {mark["name"] for mark in shipped(one)["marks"]}
    assert names >= {"line", "holes", "steps", "area", "dots", "bars.0", "box", "said", "level"}
    assert names >= {"label A", "label B", "label C"}
    assert faults(one) == []


def test_the_comparison_sees_a_wrong_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    one = made_up()
    places = module.places
    monkeypatch.setattr(module, "places", lambda *a: [p + 0.5 for p in places(*a)])
    assert faults(one, 8)


@given(arrays(int, st.tuples(st.integers(1, 9), st.integers(0, 9)),
              elements=st.integers(-100_000, 100_000)))  # fmt: skip
def test_grids_read_back(grid: np.ndarray) -> None:
    packed = json.loads(module._json(module.pack(grid)))
    assert (module.unpack(packed, len(grid)) == grid).all()


def test_frames_are_light_and_classic(book: Path) -> None:
    text = made_up().figure().extra.files["made-up.js"]
    assert len(gzip.compress(text.encode())) < 6_000
    assert "import" not in text
    assert len(gzip.compress((STATIC / "explorer.js").read_bytes())) < 4_000
    for word in ("eval(", "Function(", "innerHTML", "fetch(", "import "):
        assert word not in (STATIC / "explorer.js").read_text("utf-8")


# --- the bundle -----------------------------------------------------------------------------------


def test_three_lives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Live a widget, stored a picture, in the book HTML, frames and a figure for print."""
    live = made_up()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in live
    assert live["text/plain"].startswith("fig-made-up\n")
    monkeypatch.setenv("RARE_EARTHS_OUTPUT", "store")
    figures._shown.clear()
    assert set(made_up()._repr_mimebundle_()) == {"image/svg+xml", "text/plain"}
    monkeypatch.setenv("RARE_EARTHS_OUTPUT", "book")
    monkeypatch.setenv("RARE_EARTHS_FIGURES", str(tmp_path))
    figures._shown.clear()
    bundle = made_up()._repr_mimebundle_()
    form = bundle["application/vnd.rare-earths.latex+json"]
    assert form["link"] == "#fig-made-up"
    assert form["pdf"]
    assert {path.name for path in tmp_path.iterdir()} == {
        "made-up.js", "fig-made-up.csv", "fig-made-up-all.csv", "fig-made-up.svg",
        "fig-made-up.rows",
    }  # fmt: skip
    everything = pd.read_csv(tmp_path / "fig-made-up-all.csv")
    assert len(everything) == 16 * 5
    assert list(everything.columns[:3]) == ["Growth a year", "Land", "Ore"]
    html = bundle["text/html"]
    assert 'data-explorer="made-up" data-script="_figures/made-up.js"' in html
    assert html.count('aria-live="polite"') == 1
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    for label in re.findall(r'<label for="([^"]+)"', html):
        assert label in ids


def test_live_control_moves_picture_and_number() -> None:
    box = made_up().widget()
    slider, land, ore, reset, view = box.children
    first = view.value
    assert "<svg" in first
    assert "Growth: <output><b>1%</b></output>" in first
    slider.value = 0.015  # only the live chart has it
    assert view.value != first
    assert [option for _, option in slider.options] == [0.0, 0.01, 0.015]
    land.value, ore.value = "There", "rock"
    second = view.value
    assert "Growth: <output><b>2%</b></output>" in second  # 1.5 as a whole per cent
    reset.click()
    assert (slider.value, land.value, ore.value) == (0.01, "Here", "clay")
    assert view.value == first


# --- what is refused ------------------------------------------------------------------------------


def shifty(artists: dict[str, Any], frame: dict[str, Any]) -> None:
    update(artists, frame)
    artists["line"].axes.set_ylim(0, 100 + frame["growth"])


def crowded(artists: dict[str, Any], frame: dict[str, Any]) -> None:
    update(artists, frame)
    artists["said"].set_text("too long " * 30 if frame["growth"] > 0.04 else "ok")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"controls": []}, "made-up has 0 controls; 1 to 3 are allowed."),
        ({"controls": [Select("land", "Land", ["Here", "There"])] * 2}, "names a control twice"),
        (
            {
                "controls": [
                    Slider("growth", "Growth", [i / 400 for i in range(101)]),
                    Select("land", "Land", ["Here", "There"]),
                    Radio("ore", "Ore", ["rock", "clay"]),
                ]
            },
            "made-up has 404 states; at most 300 are allowed",
        ),
        ({"title": ""}, "fig-made-up has no title."),
        ({"describe": lambda f: "word " * 61}, "the description has 61 words"),
        ({"update": shifty}, "the limits of the axes move"),
        ({"update": crowded}, "leaves the picture"),
        ({"update": None}, "The frame's value 'level' does not fit the Line2D of this name"),
        ({"table": lambda f: pd.DataFrame({"a": range(1 + int(100 * f["growth"]))})}, "one size"),
        ({"rows": ["made-up.7"]}, "names unknown evidence: made-up.7."),
    ],
)
def test_bad_explorers_fail(book: Path, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(FigureError) as caught:
        made_up(**changes).figure()
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_heavy_frames_fail(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 500)
    with pytest.raises(FigureError, match="its frames weigh"):
        made_up().figure()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Select("two words", "x", [1, 2]), "cannot name a control"),
        (lambda: Select("one", "x", [1]), "two or more different values"),
        (lambda: Select("one", "x", [1, 1, 2]), "two or more different values"),
        (lambda: Select("one", "x", [1, 2], default=3), "has the default 3"),
    ],
)
def test_bad_controls_fail(make: Any, sentence: str) -> None:
    with pytest.raises(FigureError, match=sentence):
        make()


# --- in a browser, from disk ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.started() as started:
        yield started


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Explorer]:
    """A page on disk with the explorer, under a policy that forbids inline scripts and styles."""
    folder = tmp_path_factory.mktemp("page on disk")
    fake: Any = ModuleType("rare_earths.evidence")
    fake.evidence = fake_evidence
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "rare_earths.evidence", fake)
        patch.setenv("RARE_EARTHS_OUTPUT", "book")
        patch.setenv("RARE_EARTHS_FIGURES", str(folder / "_figures"))
        patch.setattr(figures, "_shown", set())
        one = made_up()
        block = one._repr_mimebundle_()["text/html"]
    looks = figures.css_variables() + (STATIC / "figures.css").read_text("utf-8")
    looks += "body { max-width: 720px } .above { height: 5000px }"
    (folder / "figures.css").write_text(looks, "utf-8")
    (folder / "explorer.js").write_text((STATIC / "explorer.js").read_text("utf-8"), "utf-8")
    for name, above in (("page.html", ""), ("far.html", "<p class=above>")):
        (folder / name).write_text(
            "<!doctype html><html lang=en><meta charset=utf-8><title>Made up</title>"
            "<meta name=viewport content='width=device-width'>"
            "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
            'script-src file:; style-src file:">'
            f"<link rel=stylesheet href=figures.css><body>{above}{block}"
            '<script src="explorer.js"></script>',
            "utf-8",
        )
    return folder / "page.html", one


@pytest.fixture
def disk_page(on_disk: tuple[Path, Explorer], browser: Browser) -> Iterator[tuple[Page, Explorer]]:
    """That page, open; a script error, a refusal or a request out fails the test."""
    path, one = on_disk
    page = browser.new_page(viewport={"width": 900, "height": 1000})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("request", lambda r: None if r.url.startswith("file:") else errors.append(r.url))
    page.goto(path.as_uri())
    yield page, one
    page.close()
    assert errors == []


READ = """kind => Object.fromEntries(
  [...document.querySelectorAll(`.fig-${kind} [data-track]`)]
    .map(group => [group.dataset.track, group.outerHTML])
)"""


def test_page_shows_what_a_fresh_chart_shows(disk_page: tuple[Page, Explorer]) -> None:
    """Python's reading of the frames is not enough: the script must place every mark too."""
    page, one = disk_page
    page.wait_for_selector("[data-ready]", state="attached")
    for i, state in enumerate(one.states):
        pairs = zip(one.controls, state, strict=True)
        keys = [c.keys[list(c.values).index(value)] for c, value in pairs]
        address = "&".join(f"{c.name}={k}" for c, k in zip(one.controls, keys, strict=True))
        page.evaluate(f"location.hash = '#made-up?{address}'")
        page.wait_for_function(f"location.hash.endsWith('{address}')")
        page.wait_for_timeout(30)
        if i % 3:
            continue
        for width, kind in ((WIDE, "wide"), (NARROW, "narrow")):
            canvas, _ = one.paint(width, one.frames[i])
            fresh = marks_of(svg.tidy(canvas, "x", 12))
            seen = page.evaluate(READ, kind)
            assert set(seen) == set(fresh)
            for name, (points, text) in fresh.items():
                group = ElementTree.fromstring(seen[name].replace("xlink:", ""))
                for element in group.iter():
                    element.tag = element.tag.rpartition("}")[2]
                wrapped = ElementTree.Element("svg")
                wrapped.append(group)
                at, said = marks_of(wrapped)[name]
                assert at.shape == points.shape, (state, kind, name)
                assert np.abs(at - points).max(initial=0) <= 0.2, (state, kind, name)
                assert said.strip() == text.strip()
        outputs = page.locator(".explorer-numbers output").all_inner_texts()
        assert outputs == list(numbers(one.frames[i]).values())
        assert page.inner_text(".fig-description .computed") == one.describe(one.frames[i])
        cells = page.locator(".fig-table tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
        )
        assert cells == figures.cells(one.table(one.frames[i]))


def test_keyboard_mouse_address_reset(disk_page: tuple[Page, Explorer]) -> None:
    page, _ = disk_page
    page.wait_for_selector("[data-ready]", state="attached")
    before = page.inner_text(".explorer-numbers")
    page.focus("#made-up-growth")
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".control-value") == "2%"
    assert page.get_attribute("#made-up-growth", "aria-valuetext") == "2%"
    assert page.inner_text(".explorer-numbers") != before
    page.click("label:has(#made-up-ore-0)")
    page.select_option("#made-up-land", "There")
    assert page.evaluate("location.hash") == "#made-up?growth=0.02&land=There&ore=rock"
    told = page.inner_text(".explorer-numbers")
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("[data-ready]", state="attached")
    assert page.inner_text(".explorer-numbers") == told
    assert page.is_checked("#made-up-ore-0")
    page.get_by_role("button", name="Reset").click()
    assert page.inner_text(".explorer-numbers") == before
    assert page.evaluate("location.hash") == ""


def test_last_input_before_the_frames_counts(disk_page: tuple[Page, Explorer]) -> None:
    """Far down the page nothing is loaded; what is set meanwhile is applied when frames come."""
    page, _ = disk_page
    held: list[Any] = []
    page.route("**/_figures/*.js", lambda route: held.append(route))
    page.goto(page.url.replace("page.html", "far.html"))
    page.wait_for_timeout(200)
    assert held == []
    page.focus("#made-up-growth")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(200)
    assert len(held) == 1
    assert page.locator("[data-ready]").count() == 0
    held[0].continue_()
    page.wait_for_selector("[data-ready]", state="attached")
    assert page.locator(".explorer-numbers output").nth(1).inner_text() == "2%"


def test_without_scripts_and_when_printed(disk_page: tuple[Page, Explorer]) -> None:
    page, _ = disk_page
    context = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    plain = context.new_page()
    plain.goto(page.url)
    assert plain.locator(".fig-wide").is_visible()
    assert not plain.locator(".explorer-controls").is_visible()
    assert plain.locator(".explorer-numbers output").first.is_visible()
    context.close()
    page.emulate_media(media="print")
    assert not page.locator(".explorer-controls").is_visible()
    assert page.locator(".fig-table").evaluate("t => t.getBoundingClientRect().height") > 50


@pytest.mark.parametrize("width", [320, 390, 900])
def test_text_is_readable_and_inside(disk_page: tuple[Page, Explorer], width: int) -> None:
    page, _ = disk_page
    page.set_viewport_size({"width": width, "height": 900})
    sizes = page.evaluate(
        """() => [...document.querySelectorAll('.fig-chart svg')]
          .filter(s => s.getClientRects().length).flatMap(s => {
            const frame = s.getBoundingClientRect()
            return [...s.querySelectorAll('text')].map(t => {
              const box = t.getBoundingClientRect()
              return [parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a,
                Math.min(box.left - frame.left, frame.right - box.right)]
            })
          })"""
    )
    assert sizes
    assert min(size for size, _ in sizes) >= 11.95
    assert min(room for _, room in sizes) >= -1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_control_to_picture_is_quick(disk_page: tuple[Page, Explorer]) -> None:
    """20 ms in the median from the control to a laid-out picture (a wide margin is left)."""
    page, _ = disk_page
    page.wait_for_selector("[data-ready]", state="attached")
    median = page.evaluate(
        """() => {
          const input = document.getElementById('made-up-growth'), times = []
          for (let i = 0; i < 41; i++) {
            const start = performance.now()
            input.value = i % 4
            input.dispatchEvent(new Event('input', {bubbles: true}))
            document.querySelector('.fig-chart').getBoundingClientRect()
            times.push(performance.now() - start)
          }
          return times.sort((a, b) => a - b)[20]
        }"""
    )
    assert median < 20


# --- the chapters' own explorers ------------------------------------------------------------------


def run_cells(path: Path) -> None:
    """Run a notebook's code, with its last expressions, but show no figure."""
    names: dict[str, Any] = {}
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile(ast.parse("".join(cell["source"])), path.name, "exec"), names)


def test_frames_of_the_chapters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every explorer of every chapter: some fifteen of its frames, drawn afresh."""
    monkeypatch.setitem(sys.modules, "rare_earths.evidence", real_evidence)
    monkeypatch.setattr(figures, "show", lambda *a, **k: None)
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        monkeypatch.chdir(path.parent)
        run_cells(path)
    assert len(module.MADE) >= 2
    found = {one.slug: faults(one, math.ceil(len(one.states) / 15)) for one in module.MADE}
    assert not any(found.values()), found
    assert os.environ.get("RARE_EARTHS_OUTPUT") is None
