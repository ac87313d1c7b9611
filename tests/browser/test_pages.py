"""Every built page as readers meet it: weight, errors, access, phones, dark, print, contrast."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path
from typing import Literal

import built
import pytest
from bs4 import BeautifulSoup
from built import none
from playwright.sync_api import Browser

from browser.checks import SPACED, Visit, arrange, axe, settle, unfold, visit, walk_through
from browser.served import Site, weight

# Kilobytes as sent, compressed: the budgets of the book's design.
PAGE, PAGE_WITH_FIGURES, PAGE_WITH_EXPLORERS, FRAMES = 60, 100, 150, 30
# A page, its style sheet, its scripts: what a reader waits for before anything is read.
REQUESTS = 10


def test_weight(page: str, site: Site, browser: Browser) -> None:
    """Light, nothing asked of others, no script error; then what loads on the way down.

    Before a scroll: bytes and requests.  After: only frames of explorers, each small, all within
    the budget.
    """
    with site.counting() as answers, visit(browser, site.url(page)) as seen:
        settle(seen.page)
        first = site.answers[-len(seen.asked) :] if seen.asked else []
        walk_through(seen.page)
        unfold(seen.page)
        settle(seen.page)
        none(seen.errors)
        none(seen.strangers())
    assert len(first) <= REQUESTS, [answer.path for answer in first]
    sizes = {answer.path: answer.size for answer in first}
    total = sum(sizes.values()) / 1000
    text = site.text(page)
    figures = weight(text) - weight(without_figures(text))
    explorers = text.count("data-explorer=")
    budget = PAGE_WITH_EXPLORERS if explorers else PAGE_WITH_FIGURES
    assert total <= budget, f"{total:.1f} kB of {budget}: {sizes}"
    assert total - figures <= PAGE, f"{total - figures:.1f} kB of {PAGE} without figures: {sizes}"
    later = answers[len(first) :]
    assert len(later) <= explorers, [answer.path for answer in later]
    heavy = [a for a in later if a.size > FRAMES * 1000 or not a.path.startswith("_figures/")]
    none(heavy)
    assert sum(answer.size for answer in answers) / 1000 <= budget


def without_figures(text: str) -> str:
    """The page's HTML with every figure block taken out."""
    soup = BeautifulSoup(text, "html.parser")
    for figure in soup.select("figure[data-figure]"):
        figure.decompose()
    return str(soup)


# Zoom is a narrower view: a window of 1280 px shows 640 at 200 %, 320 at 400 %.
WIDTHS = (320, 390, 640, 768, 1280, 1920)


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (640, "light"), (390, "light"), (320, "dark")]
)
def test_axe(width: int, scheme: Literal["light", "dark"], opened: Visit) -> None:
    """No rule of axe finds anything; what it cannot decide is measured by us or fails.

    The two schemes differ in colours only (test_dark_is_dark), so the rules that read no colour
    run once a width.  The rule on contrast, three quarters of axe's time, runs once a scheme:
    test_words_stand_out measures every word at both widths.
    """
    arrange(opened.page, width=width, scheme=scheme)
    found = axe(opened.page, colours=width in (1280, 320))
    none(found, f"at {width} px, {scheme}")


@pytest.mark.parametrize("width", WIDTHS)
def test_layout(width: int, opened: Visit) -> None:
    """No page scrolls sideways; no words are small, on one another, or outside their box."""
    arrange(opened.page, width=width, folded=True)
    for call in ("tooWide()", "smallText(12)", "overlaps()", "clipped()", "cut()"):
        none(opened.measure(call), call)
    arrange(opened.page, width=width)
    for call in ("tooWide()", "smallWords(12)", "collisions()"):
        none(opened.measure(call), f"{call} with its folded parts open")


def test_zoom_leaves_room_to_read(opened: Visit) -> None:
    """At 400 % of a window of 1280 by 1024 what stays on the screen covers little of it."""
    arrange(opened.page, width=320, height=256, folded=True)
    opened.page.evaluate("scrollTo({top: 2000, behavior: 'instant'})")
    settle(opened.page)
    assert opened.page.evaluate("measure.covered()") <= 0.25


@pytest.mark.parametrize("width", [1280, 768, 320])
def test_text_spacing(width: int, opened: Visit) -> None:
    """With the reader's own spacing (WCAG 1.4.12) no word is cut, covered or out of reach."""
    arrange(opened.page, width=width, style=SPACED)
    for call in ("tooWide()", "cut()", "collisions()", "offPage()"):
        none(opened.measure(call), call)


def test_nothing_moves(opened: Visit) -> None:
    """No animation, no transition, no gliding: for nobody, so also for who asks for less motion."""
    arrange(opened.page)
    none(opened.measure("motion()"))


def test_search_from_disk(site: Site, browser: Browser) -> None:
    """The search over the pages finds words with neither server nor network."""
    address = f"{site.file_url('search.html')}?q=quota"
    with visit(browser, address, offline=True) as seen:
        found = seen.page.locator("#search-results a")
        found.first.wait_for()
        assert found.count() >= 3
        none(seen.errors)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out(scheme: Literal["light", "dark"], opened: Visit) -> None:
    """Every word, those of the charts included, has 4.5 times the light of its ground or less."""
    for width in (1280, 390):
        arrange(opened.page, width=width, scheme=scheme)
        none(opened.measure("faint(4.5)"), f"at {width} px")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours(scheme: Literal["light", "dark"], opened: Visit) -> None:
    """With the reader's own few colours no word is lost, and no mark that stood out before."""
    arrange(opened.page, scheme=scheme)
    before = opened.page.evaluate("measure.marks()")
    arrange(opened.page, scheme=scheme, forced=True)
    none(opened.measure("faint(4.5)"))
    after = opened.page.evaluate("measure.marks()")
    pairs = zip(before, after, strict=True)
    lost = Counter(a["figure"] for a, b in pairs if a["ratio"] >= 3 > b["ratio"])
    none(lost.items())


# Of a page of links, as those of the evidence are, the first two hundred stand for all.
STOPS = 200


def test_by_keyboard(opened: Visit) -> None:
    """Tab reaches everything that can be used, in the order of reading, each in sight and marked;
    of each figure its table and its citation, which Enter opens.
    """
    arrange(opened.page, folded=True)
    waiting = opened.page.evaluate("measure.tabStops()")[:STOPS]
    assert waiting[0] == "a Skip to main content"
    opened.page.evaluate("measure.watchFocus()")
    for _ in waiting:
        opened.page.keyboard.press("Tab")
    walked = opened.page.evaluate("measure.focused()")
    assert [stop["name"] for stop in walked] == waiting
    none(stop for stop in walked if not stop["marked"] or not stop["inSight"])
    folded = opened.page.locator("figure[data-figure] > details > summary")
    for i in range(min(folded.count(), 2)):
        folded.nth(i).focus()
        opened.page.keyboard.press("Enter")
        assert folded.nth(i).evaluate("summary => summary.parentElement.open")


def test_from_disk(page: str, site: Site, browser: Browser) -> None:
    """Opened from a folder with no network the page and its scripts work as from a server."""
    with visit(browser, site.file_url(page), offline=True) as seen:
        walk_through(seen.page)
        assert seen.page.evaluate("document.documentElement.dataset.theme") == "light"
        assert seen.page.evaluate("getComputedStyle(document.body).margin") == "0px"
        none(seen.errors)
        none(seen.strangers())


def test_dark_is_dark(page: str, site: Site, browser: Browser, opened: Visit) -> None:
    """A reader's dark setting changes the ground, the words and the inks of every chart, and
    nothing but colours: each element keeps its place.
    """
    arrange(opened.page)
    light = opened.page.evaluate("measure.colours()")
    places = opened.page.evaluate("measure.places()")
    with visit(browser, site.url(page), color_scheme="dark") as seen:
        dark = seen.page.evaluate("measure.colours()")
        unfold(seen.page)
        settle(seen.page)
        moved = zip(places, seen.page.evaluate("measure.places()"), strict=True)
        none(f"{one} is {other} in the dark" for one, other in moved if one != other)
    assert light["ground"] == "255,255,255"
    assert max(map(int, dark["ground"].split(","))) < 64
    assert light["words"] != dark["words"]
    for one, other in zip(light["charts"], dark["charts"], strict=True):
        same = set(one["inks"]) & set(other["inks"]) - {"rgba(0, 0, 0, 0)"}
        none(same, f"{one['figure']} keeps")


def test_print(page: str, site: Site, browser: Browser, tmp_path: Path) -> None:
    """On paper: light even when the screen is dark, folded parts there, no control, nothing cut;
    no page is blank and none ends on a heading.
    """
    with visit(browser, site.url(page), color_scheme="dark") as seen:
        folded = seen.page.eval_on_selector_all(
            "article details",
            "all => all.map(d => measure.words(d.lastElementChild).slice(0, 40))",
        )
        assert folded or not built.figures(built.soup(site.folder / page))
        seen.page.emulate_media(media="print", color_scheme="dark")
        settle(seen.page)
        assert seen.page.evaluate("measure.colours().ground") == "255,255,255"
        none(seen.measure("faint(4.5, 'white')"))
        none(seen.measure("cut()"))
        none(seen.measure("controls()"))
        headings = seen.page.locator("h1, h2, h3").all_inner_texts()
        seen.page.pdf(path=tmp_path / "page.pdf", format="A4")
    text = subprocess.run(
        ["pdftotext", "-raw", tmp_path / "page.pdf", "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    flat = "".join(text.split())
    lost = [words for words in folded if "".join(words.split())[:20] not in flat]
    none(lost)
    assert "".join(headings[0].split()) in flat
    sheets = [sheet.split("\n") for sheet in text.split("\f")[:-1]]
    none(f"page {i} is blank" for i, sheet in enumerate(sheets, 1) if not any(sheet))
    ends = [[line for line in sheet if line.strip()][-1] for sheet in sheets[:-1]]
    none(f"a page ends on {end!r}" for end in ends if end in headings)


def test_reads_without_scripts(page: str, site: Site, browser: Browser) -> None:
    with visit(browser, site.url(page), java_script_enabled=False) as seen:
        none(seen.errors)
        assert seen.page.locator("h1").first.is_visible()
