"""Every built page as readers meet it: weight, errors, access, phones, dark, print, contrast."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import built
import pytest
from bs4 import BeautifulSoup
from built import none
from playwright.sync_api import Browser

from browser.checks import axe, settle, unfold, visit, walk_through
from browser.served import Site, weight

WIDTHS = (1280, 390, 320)

# Kilobytes as sent, compressed: the budgets of the book's design.
PAGE, PAGE_WITH_FIGURES, PAGE_WITH_EXPLORERS, FRAMES = 60, 100, 150, 30
# A page, its style sheet, its scripts: what a reader waits for before anything is read.
REQUESTS = 10


def test_first_visit(page: str, site: Site, browser: Browser) -> None:
    """No script error, nothing asked of others, and light: bytes and requests before a scroll."""
    with site.counting() as answers, visit(browser, site.url(page)) as seen:
        settle(seen.page)
        none(seen.errors)
        none(seen.strangers())
    assert len(answers) <= REQUESTS, [answer.path for answer in answers]
    sizes = {answer.path: answer.size for answer in answers}
    total = sum(sizes.values()) / 1000
    figures = weight(site.text(page)) - weight(without_figures(site.text(page)))
    budget = PAGE_WITH_EXPLORERS if "data-explorer=" in site.text(page) else PAGE_WITH_FIGURES
    assert total <= budget, f"{total:.1f} kB of {budget}: {sizes}"
    assert total - figures <= PAGE, f"{total - figures:.1f} kB of {PAGE} without figures: {sizes}"


def test_read_to_the_end(page: str, site: Site, browser: Browser) -> None:
    """What loads on the way down: only frames of explorers, each small, all within the budget."""
    with site.counting() as answers, visit(browser, site.url(page)) as seen:
        first = len(site.answers)
        walk_through(seen.page)
        unfold(seen.page)
        settle(seen.page)
        later = site.answers[first:]
        none(seen.errors)
        none(seen.strangers())
    explorers = site.text(page).count("data-explorer=")
    assert len(later) <= explorers, [answer.path for answer in later]
    heavy = [a for a in later if a.size > FRAMES * 1000 or not a.path.startswith("_figures/")]
    none(heavy)
    budget = PAGE_WITH_EXPLORERS if explorers else PAGE_WITH_FIGURES
    assert sum(answer.size for answer in answers) / 1000 <= budget


def without_figures(text: str) -> str:
    """The page's HTML with every figure block taken out."""
    soup = BeautifulSoup(text, "html.parser")
    for figure in soup.select("figure[data-figure]"):
        figure.decompose()
    return str(soup)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe(page: str, scheme: str, site: Site, browser: Browser) -> None:
    with visit(browser, site.url(page), color_scheme=scheme) as seen:
        unfold(seen.page)
        for width in WIDTHS:
            seen.page.set_viewport_size({"width": width, "height": 900})
            settle(seen.page)
            found = axe(seen.page)
            none(found, f"at {width} px, {scheme}")


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_layout(page: str, width: int, site: Site, browser: Browser) -> None:
    """No page scrolls sideways; labels of charts are large enough, apart, and inside the chart."""
    with visit(browser, site.url(page), width=width) as seen:
        none(seen.measure("tooWide()"))
        none(seen.measure("smallText(12)"))
        none(seen.measure("overlaps()"))
        none(seen.measure("clipped()"))
        unfold(seen.page)
        settle(seen.page)
        none(seen.measure("tooWide()"), "with its folded parts open")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out(page: str, scheme: str, site: Site, browser: Browser) -> None:
    """Every word, those of the charts included, has 4.5 times the light of its ground or less."""
    with visit(browser, site.url(page), color_scheme=scheme) as seen:
        unfold(seen.page)
        for width in (1280, 390):
            seen.page.set_viewport_size({"width": width, "height": 900})
            settle(seen.page)
            none(seen.measure("faint(4.5)"), f"at {width} px")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours(page: str, scheme: str, site: Site, browser: Browser) -> None:
    """With the reader's own few colours no word is lost, and no mark that stood out before."""
    with visit(browser, site.url(page), color_scheme=scheme) as seen:
        before = seen.page.evaluate("measure.marks()")
    how = {"color_scheme": scheme, "forced_colors": "active"}
    with visit(browser, site.url(page), **how) as seen:
        unfold(seen.page)
        settle(seen.page)
        none(seen.measure("faint(4.5)"))
        after = seen.page.evaluate("measure.marks()")
    pairs = zip(before, after, strict=True)
    lost = Counter(a["figure"] for a, b in pairs if a["ratio"] >= 3 > b["ratio"])
    none(lost.items())


def test_dark_is_dark(page: str, site: Site, browser: Browser) -> None:
    """A reader's dark setting changes the ground, the words and the inks of every chart."""
    colours = {}
    for scheme in ("light", "dark"):
        with visit(browser, site.url(page), color_scheme=scheme) as seen:
            colours[scheme] = seen.page.evaluate("measure.colours()")
    light, dark = colours["light"], colours["dark"]
    assert light["ground"] == "255,255,255"
    assert max(map(int, dark["ground"].split(","))) < 64
    assert light["words"] != dark["words"]
    for one, other in zip(light["charts"], dark["charts"], strict=True):
        same = set(one["inks"]) & set(other["inks"]) - {"rgba(0, 0, 0, 0)"}
        none(same, f"{one['figure']} keeps")


def test_print(page: str, site: Site, browser: Browser, tmp_path: Path) -> None:
    """On paper: light even when the screen is dark, and the folded parts are there."""
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
        seen.page.pdf(path=tmp_path / "page.pdf")
    text = subprocess.run(
        ["pdftotext", "-raw", tmp_path / "page.pdf", "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    flat = "".join(text.split())
    lost = [words for words in folded if "".join(words.split())[:20] not in flat]
    none(lost)


def test_reads_without_scripts(page: str, site: Site, browser: Browser) -> None:
    with visit(browser, site.url(page), java_script_enabled=False) as seen:
        none(seen.errors)
        assert seen.page.locator("h1").first.is_visible()
