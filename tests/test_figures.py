"""The one way a chart is shown: what it emits, and what it refuses. All values are made up."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import seaborn as sns
from hypothesis import given
from hypothesis import strategies as st

from rare_earths import figures, svg, words
from rare_earths.figures import COLOURS, DARK, FigureError, label_lines, narrow, style

MADE_UP = pd.DataFrame(
    {
        "year": range(2000, 2021),
        "China": [40 + 20 * math.sin(i / 4) for i in range(21)],
        "Rest": [41 - i / 2 for i in range(21)],
        "id": ["made-up.1 made-up.2"] * 21,
    }
)


def fake_evidence(documents: int = 2) -> Any:
    keys = [f"source_{i}" for i in range(1, documents + 1)]
    rows = pd.DataFrame(
        {
            "source": keys,
            "locator": [f"p. {i}" for i in range(documents)],
            "lineage": "office_a",
            "hand": "first",
        },
        index=[f"made-up.{i}" for i in range(1, documents + 1)],
    )
    sources = pd.DataFrame(
        {
            "title": [f"Made-up Yearbook {2020 + i}" for i in range(documents)],
            "publisher": ["Office <A>", *["Office B"] * (documents - 1)],
            "year": range(2020, 2020 + documents),
            "url": ["https://example.org/1", *[math.nan] * (documents - 1)],
        },
        index=keys,
    )
    rows.loc["made-up.2":, "lineage"] = "office_b"  # type: ignore[misc]
    rows.loc["made-up.3":, "hand"] = "quoted"  # type: ignore[misc]
    lineages = pd.DataFrame({"name": ["Survey <A> (made up)", "Ministry B, quotas"]},
                            index=["office_a", "office_b"])  # fmt: skip
    return SimpleNamespace(rows=rows, sources=sources, lineages=lineages)


@pytest.fixture(autouse=True)
def _made_up_evidence(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    module: Any = ModuleType("rare_earths.evidence")
    module.evidence = fake_evidence
    monkeypatch.setitem(sys.modules, "rare_earths.evidence", module)
    monkeypatch.delenv("RARE_EARTHS_OUTPUT", raising=False)
    monkeypatch.setattr(figures, "_shown", set())
    yield


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Book mode, with its folder for files (whose name has a space)."""
    folder = tmp_path / "with space" / "figures"
    monkeypatch.setenv("RARE_EARTHS_OUTPUT", "book")
    monkeypatch.setenv("RARE_EARTHS_FIGURES", str(folder))
    return folder


def draw(ax: Any) -> None:
    lines = [ax.plot(MADE_UP.year, MADE_UP[n], **style(n.lower()))[0] for n in ("China", "Rest")]
    ax.set_ylim(0, 80)
    label_lines(ax, dict(zip(("China", "Rest of the world"), lines, strict=True)))


def shown(draw_it: Any = draw, **changes: Any) -> figures.Figure:
    words_: dict[str, Any] = {
        "id": "fig-made-up",
        "title": "A finding & its <limits>",
        "subtitle": "Share, made-up land, 2000 to 2020, per cent",
        "description": "Two lines; the first swings between 20 and 60 per cent.",
        "data": MADE_UP,
    }
    return figures.show(draw_it, **(words_ | changes))


# --- the bundle -----------------------------------------------------------------------------------


def test_store_bundle_stands_alone() -> None:
    """Outside the book: a picture with fixed colours, words and sources, and comparable text."""
    bundle = shown()._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/plain"}
    picture = bundle["image/svg+xml"]
    ElementTree.fromstring(picture)
    assert "var(" not in picture
    assert f'fill="{COLOURS["paper"]}"' in picture
    for part in ("A finding &amp; its &lt;limits&gt;", "2000 to 2020", "Made-up Yearbook 2021"):
        assert part in picture
    plain = bundle["text/plain"].splitlines()
    assert plain[0] == "fig-made-up"
    assert plain[3].startswith("Description of figure: Two lines")
    assert plain[4] == "Sources: source_1, source_2"
    assert re.fullmatch("Values: [0-9a-f]{16}", plain[5])


def test_bundle_is_the_same_twice_and_in_another_process() -> None:
    first = shown()._repr_mimebundle_()
    assert shown()._repr_mimebundle_() == first
    code = (
        "import sys; sys.path[:0] = ['.', 'tests']; import test_figures as t, types;"
        "m = types.ModuleType('rare_earths.evidence'); m.evidence = t.fake_evidence;"
        "sys.modules['rare_earths.evidence'] = m;"
        "b = t.shown()._repr_mimebundle_(); print(b['text/plain']); print(b['image/svg+xml'])"
    )
    env = {**os.environ, "PYTHONHASHSEED": "7"}
    root = Path(__file__).resolve().parents[1]
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=env, capture_output=True, text=True, check=True
    )
    assert run.stdout == f"{first['text/plain']}\n{first['image/svg+xml']}\n"


def test_digest_sees_values_not_noise() -> None:
    noisy = MADE_UP.assign(China=MADE_UP.China * (1 + 1e-12))
    moved = MADE_UP.assign(China=MADE_UP.China * (1 + 1e-4))
    assert figures.digest(noisy) == figures.digest(MADE_UP) != figures.digest(moved)
    zeros = [pd.DataFrame({"a": [value]}) for value in (0.0, -0.0, 0)]
    assert len({figures.digest(frame) for frame in zeros}) == 1


def test_book_bundle_and_files(book: Path) -> None:
    figure = shown(note="A note.")
    bundle = figure._repr_mimebundle_()
    form = bundle["application/vnd.rare-earths.latex+json"]
    json.dumps(form)
    assert form["kind"] == "figure"
    assert form["id"] == "fig-made-up"
    assert form["note"] == "A note."
    assert "<" not in form["source"].replace("Office <A>", "")
    pdf = base64.b64decode(form["pdf"])
    assert pdf.startswith(b"%PDF")
    assert b"CreationDate" not in pdf
    assert b"/Type3" not in pdf
    assert {path.name for path in book.iterdir()} == {
        *("fig-made-up.csv", "fig-made-up.svg", "fig-made-up.rows"),
    }
    assert (book / "fig-made-up.rows").read_text("utf-8").split() == list(figure.rows)
    frame = pd.read_csv(book / "fig-made-up.csv")
    pd.testing.assert_frame_equal(frame, MADE_UP, rtol=1e-9)
    assert (book / "fig-made-up.svg").read_text("utf-8") == figure.svg()


def test_block(book: Path) -> None:
    """The names other programs find the parts by, and the gaps the book fills."""
    html = shown()._repr_mimebundle_()["text/html"]
    assert html.startswith('<figure class="re-figure" id="fig-made-up" data-figure="fig-made-up">')
    for part in (
        '<span class="fig-number"></span>',
        '<p class="fig-cite-text"></p>',
        '<p class="fig-report"></p>',
        'href="_figures/fig-made-up.csv"',
        'href="_figures/fig-made-up.svg"',
        '<a data-cite="source_1" href="https://example.org/1">Office &lt;A&gt;, ',
        '<a data-cite="source_2" href="#">Office B, Made-up Yearbook 2021</a>: p. 1',
        "<strong>Description of figure:</strong>",
        '<th scope="col" class="num">year</th>',
        '<th scope="row" class="num">2000</th>',
    ):
        assert part in html
    assert html.count("<svg") == 2
    assert html.count('aria-hidden="true"') == 2
    bare = re.sub(r'data-rows="[^"]*"', "", html)
    assert "made-up.1" in html
    assert "made-up.1" not in bare, "ids belong to the CSV and to the links to the rows"
    assert "<style" not in html
    assert "style=" not in html
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert all(name.startswith("fig-made-up") for name in ids)


def test_pictures_are_small_and_follow_the_theme(book: Path) -> None:
    html = shown()._repr_mimebundle_()["text/html"]
    for picture in re.findall("<svg.*?</svg>", html, re.DOTALL):
        assert len(gzip.compress(picture.encode())) < 5_000
        assert not re.search(r'(fill|stroke)="#', picture), "a colour that cannot follow the theme"
        assert not re.search(r"\d\.\d{3}", picture), "needless decimals"
        assert "font-family" not in picture
    assert "var(--re-china,#c2410c)" in html
    assert html.count("<title>") == 0


def test_narrow_picture_stacks_its_panels(book: Path) -> None:
    seen = []

    def panels(*axes: Any) -> None:
        seen.append(([ax.get_subplotspec().rowspan.start for ax in axes], narrow(axes[0])))
        for ax in axes:
            ax.plot([1, 2], [1, 2], **style("china"))

    figure = shown(panels, panels=3)
    assert seen == [([0, 0, 0], False), ([0, 1, 2], True)]
    assert figure.wide.get("viewBox", "").split()[2] == "720"
    assert figure.slim.get("viewBox", "").split()[2] == "280"


def test_seaborn_chart_passes() -> None:
    def bars(ax: Any) -> None:
        frame = pd.DataFrame({"land": ["China", "Rest"], "share": [3, 4]})
        kinds = [COLOURS["china"], COLOURS["rest"]]
        sns.barplot(frame, x="share", y="land", hue="land", palette=kinds, saturation=1,
                    errorbar=None, legend=False, ax=ax)  # fmt: skip
        figures.value_axis(ax, "x")

    figure = shown(bars, data=pd.DataFrame({"land": ["China"], "share": [3.0], "id": "made-up.1"}))
    texts = [text.text for text in figure.wide.iter("text")]
    assert "China" in texts
    assert "share" not in texts, "seaborn's automatic label stays out"


def test_lines_of_a_label_keep_their_side() -> None:
    """Flush-right lines end at one place in any font."""

    def labelled(ax: Any) -> None:
        ax.plot([0, 1], [0, 1], **style("china"))
        ax.text(0.9, 0.2, "a long line\nshort", ha="right")

    tree = shown(labelled).wide
    found = [text for text in tree.iter("text") if text.text in ("a long line", "short")]
    assert len(found) == 2
    assert {text.get("text-anchor") for text in found} == {"end"}
    assert len({text.get("x") for text in found}) == 1


# --- sources and table ----------------------------------------------------------------------------


def test_many_sources_are_grouped(monkeypatch: pytest.MonkeyPatch, book: Path) -> None:
    module: Any = sys.modules["rare_earths.evidence"]
    monkeypatch.setattr(module, "evidence", lambda: fake_evidence(6))
    figure = shown(rows=[f"made-up.{i}" for i in range(1, 7)])
    assert figure.source_line() == ("Sources, by origin: Survey <A>; Ministry B (five documents)")
    html = figure.html()
    assert html.count("<li>") == 6
    assert html.count(", quoting Ministry B</li>") == 4
    assert 'href="#fig-made-up-sources"' in html
    assert 'id="fig-made-up-sources"' in html


def test_own_calculation_must_be_said() -> None:
    bare = MADE_UP.drop(columns="id")
    assert shown(data=bare, rows=[]).source_line() == "Source: own calculation from the evidence"
    with pytest.raises(FigureError, match="names no evidence"):
        shown(data=bare)


def test_long_table_is_left_to_the_csv(book: Path) -> None:
    frame = pd.DataFrame({"x": range(61), "id": "made-up.1"})
    html = shown(data=frame).html()
    assert "<table" not in html
    assert "61 rows" in html
    assert "<table" in shown(id="fig-sixty", data=frame.head(60)).html()


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (140000, "tonnes", "140,000"),
        (140000.0, "tonnes", "140,000"),
        (2020, "edition", "2020"),
        (0.366666, "share", "0.3667"),
        (1234.567, "kt", "1,235"),
        (-0.5, "change", "−0.5"),
        (1e-5, "share", "0.00001"),
        (math.nan, "kt", "–"),
        ("a < b", "text", "a < b"),
    ],
)
def test_cells(value: Any, name: str, text: str) -> None:
    assert figures.cells(pd.DataFrame({name: [value]})) == [[text]]


@pytest.mark.parametrize("text", ["a word and " * 40, "中国稀土" * 40, "x" * 300 + " 稀土 y"])
def test_lines_of_a_standalone_picture_fit(text: str) -> None:
    lines = svg.wrap(text, 50)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        wide = sum(1 if ord(c) > 0x2E80 else 0.6 for c in line)
        assert wide <= 50 or " " not in line


# --- what is refused ------------------------------------------------------------------------------


def overlapping(ax: Any) -> None:
    ax.plot([0, 1], [0, 1], **style("china"))
    ax.text(0.5, 0.5, "one label")
    ax.text(0.52, 0.5, "another")


def clipped(ax: Any) -> None:
    ax.plot([0, 1], [0, 1], **style("china"))
    ax.text(0.5, 0.5, "a very long label " * 8).set_in_layout(False)


def small(ax: Any) -> None:
    ax.plot([0, 1], [0, 1], **style("china"))
    ax.text(0.5, 0.5, "small print", fontsize=9)


def with_legend(ax: Any) -> None:
    ax.plot([0, 1], [0, 1], label="x", **style("china"))
    ax.legend()


def strange_colour(ax: Any) -> None:
    ax.plot([0, 1], [0, 1], color="#123456")


@pytest.mark.parametrize(
    ("draw_it", "sentence"),
    [
        (overlapping, "the texts 'one label' and 'another' overlap"),
        (clipped, "leaves the picture"),
        (small, "the text 'small print' is smaller than 14 px"),
        (with_legend, "it has a legend"),
        (strange_colour, "it uses #123456, which figures.COLOURS does not have"),
    ],
)
def test_unreadable_pictures_fail(draw_it: Any, sentence: str) -> None:
    with pytest.raises(FigureError) as caught:
        shown(draw_it)
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("fig-made-up, wide picture: ")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id": "shares"}, "cannot be a figure's id"),
        ({"id": "fig-Shares"}, "cannot be a figure's id"),
        ({"title": " "}, "fig-made-up has no title."),
        ({"subtitle": ""}, "fig-made-up has no subtitle."),
        ({"description": ""}, "fig-made-up has no description."),
        ({"description": "word " * 61}, "the description has 61 words"),
        ({"data": MADE_UP.head(0)}, "fig-made-up has no data."),
        ({"rows": ["made-up.9"]}, "names unknown evidence: made-up.9."),
    ],
)
def test_bad_words_fail(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(FigureError, match=re.escape(sentence)):
        shown(**changes)


def test_one_name_one_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A live reader may run a cell again; a stored or built notebook may not."""
    shown()
    shown()
    monkeypatch.setenv("RARE_EARTHS_OUTPUT", "store")
    with pytest.raises(FigureError, match="fig-made-up is shown twice"):
        shown()


# --- labels ---------------------------------------------------------------------------------------

places_ = st.lists(st.tuples(st.floats(-500, 500), st.floats(1, 40)), min_size=1, max_size=9)


@given(places_)
def test_spread_separates_and_keeps_the_mean(pairs: list[tuple[float, float]]) -> None:
    places, sizes = zip(*pairs, strict=True)
    moved = figures.spread(places, sizes)
    order = sorted(range(len(moved)), key=lambda i: moved[i])
    for one, other in itertools.pairwise(order):
        assert moved[other] - moved[one] >= (sizes[one] + sizes[other]) / 2 - 1e-6
    assert np.mean(moved) == pytest.approx(np.mean(places), abs=1e-6)


@given(places_)
def test_spread_stays_within_bounds(pairs: list[tuple[float, float]]) -> None:
    places, sizes = zip(*pairs, strict=True)
    for place, size in zip(figures.spread(places, sizes, (-500, 500)), sizes, strict=True):
        assert place - size / 2 >= -500 - 1e-6
        assert place + size / 2 <= 500 + 1e-6


def test_spread_leaves_what_is_apart() -> None:
    assert figures.spread([0, 100, 50], [10, 10, 10]) == pytest.approx([0, 100, 50])


# --- colours --------------------------------------------------------------------------------------

MARKS = ["china", "rest", "third", "fourth", "fifth", "grey", "ink", "muted"]


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [COLOURS, DARK], ids=["light", "dark"])
def test_marks_and_labels_stand_out(palette: dict[str, str]) -> None:
    """Series have 4.5:1, because their labels are written in their colour (marks need 3:1)."""
    assert {name: contrast(palette[name], palette["paper"]) >= 4.5 for name in MARKS} == (
        dict.fromkeys(MARKS, True)
    )


# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
BLINDNESS = {
    "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritan": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = np.clip(rgb, 0, 1) @ np.array(
        [[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]]
    )
    f = np.cbrt(xyz / [0.9505, 1, 1.089])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize("palette", [COLOURS, DARK], ids=["light", "dark"])
def test_first_colours_differ_for_the_colour_blind(palette: dict[str, str], kind: str) -> None:
    """The two colours of most charts are far apart; the next ones have dashes and markers too."""
    matrix = np.array(BLINDNESS[kind])
    seen = {name: lab(matrix @ linear(palette[name])) for name in ("china", "rest", "third")}
    apart = {
        (one, other): float(np.linalg.norm(seen[one] - seen[other]))
        for one, other in itertools.combinations(seen, 2)
    }
    assert apart["china", "rest"] > 30, apart
    assert min(apart.values()) > 8, apart


def test_every_colour_has_a_name_of_its_own_and_a_twin() -> None:
    assert list(COLOURS) == list(DARK)
    assert len(set(COLOURS.values())) == len(COLOURS)
    css = figures.css_variables()
    for name in COLOURS:
        assert css.count(f"--re-{name.replace('_', '-')}:") == 4
    assert css.index("@media print") > css.index('html[data-theme="dark"]')


def test_styles_differ_without_colour() -> None:
    looks = [(str(s["linestyle"]), s["marker"]) for s in figures.STYLES.values()]
    assert len({marker for _, marker in looks}) == len(looks)
    first = list(figures.STYLES)[:6]
    assert len({str(figures.STYLES[name]["linestyle"]) for name in first}) == len(first)


# --- computed words -------------------------------------------------------------------------------

finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)


@given(finite, st.integers(0, 4))
def test_numbers_read_back(value: float, digits: int) -> None:
    text = words.number(value, digits)
    assert "-" not in text, "a hyphen is no minus sign"
    back = float(text.replace("−", "-").replace(",", ""))
    assert abs(back - value) <= 0.5 * 10**-digits * (1 + 1e-9) + 1e-4 * abs(value) * 1e-9
    assert not (back == 0 and text.startswith("−")), "a negative zero"


@given(st.floats(-10, 10), st.integers(0, 2))
def test_percent_is_a_hundred_times(share: float, digits: int) -> None:
    text = words.percent(share, digits)
    assert text.endswith("%")
    assert text == f"{words.number(100 * share, digits)}%"
    assert text.value == share


@given(st.integers(0, 5000))
def test_counts_and_ranks(value: int) -> None:
    assert words.count_word(value).value == value
    assert words.count_word(value)[0].isdigit() == (value > 20)
    if value:
        assert re.fullmatch(r"[a-z]+|[\d,]+(st|nd|rd|th)", words.ordinal(value))


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (words.percent(0.3667), "36.7%"),
        (words.percent(-0.0001), "0.0%"),
        (words.number(-1234.5, 1), "−1,234.5"),
        (words.tonnes(140000), "140,000\u00a0tonnes"),
        (words.kilotonnes(140000), "140\u00a0thousand tonnes"),
        (words.megatonnes(44e6), "44\u00a0million tonnes"),
        (words.years(1), "1\u00a0year"),
        (words.years(314.3), "314\u00a0years"),
        (words.times(2.46), "2.5\u00a0times"),
        (words.points(-0.052), "−5.2\u00a0percentage\u00a0points"),
        (words.usd(-1234), "−US$1,234"),
        (words.year(2020), "2020"),
        (words.count_word(3, capital=True), "Three"),
        (words.ordinal(112), "112th"),
        (words.ordinal(21), "21st"),
        (words.interval(0.361, 0.367, words.percent), "36.1% to 36.7%"),
        (words.interval(12, 15, words.years), "12 to 15\u00a0years"),
        (words.interval(0.3601, 0.3602, words.percent), "36.0%"),
    ],
)
def test_words(said: words.Computed, text: str) -> None:
    assert said == text


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_no_number_is_not_said(bad: float) -> None:
    with pytest.raises(ValueError, match="not a number"):
        words.percent(bad)


def test_said_names_and_marks_up() -> None:
    say = words.Said("01-made-up")
    say.share = words.percent(0.3667)
    say.word = "a <b>"
    assert f"{say.share} of all" == "36.7% of all"
    assert repr(say.share) == "36.7%"
    assert say.share._repr_html_() == (
        '<span class="computed" data-name="01-made-up.share">36.7%</span>'
    )
    assert "a &lt;b&gt;" in say.word._repr_html_()
    assert [name for name, _ in say] == ["01-made-up.share", "01-made-up.word"]
    assert len(say) == 2
    with pytest.raises(AttributeError, match="no number is named 'other'"):
        _ = say.other
    with pytest.raises(ValueError, match="cannot name"):
        setattr(say, "two words", words.year(2020))


def test_said_keeps_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Live, a reader may change a number; in a build a name has one value."""
    say = words.Said("01-made-up")
    say.share = words.percent(0.1)
    say.share = words.percent(0.2)
    monkeypatch.setenv("RARE_EARTHS_OUTPUT", "book")
    say.share = words.percent(0.2)
    with pytest.raises(ValueError, match="said twice"):
        say.share = words.percent(0.3)
