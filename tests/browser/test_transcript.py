"""A chapter as a screen reader reads it: in order, with names, and nothing but words."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from built import figures, none, soup, titles, words
from playwright.sync_api import Browser

from browser.checks import visit
from browser.served import Site
from browser.transcript import lines

CHAPTER = "chapters/01-reserves.html"


@pytest.fixture(scope="module")
def told(site: Site, browser: Browser) -> list[str]:
    """The whole page, folded parts closed, as a reader meets it."""
    with visit(browser, site.url(CHAPTER)) as seen:
        return lines(seen.page.locator("body"))


@pytest.fixture(scope="module")
def read(told: list[str]) -> list[str]:
    """What is read of the chapter itself: from the main part to its end."""
    return told[told.index("main:") :]


def test_the_way_in_is_short(told: list[str]) -> None:
    """The first stop jumps over the contents; before the chapter there is little else."""
    assert told[0] == "Skip to main content"
    assert told.index("main:") <= 30


def test_headings_are_those_of_the_page(read: list[str], site: Site) -> None:
    """In order, without the sign that links to them, no level left out."""
    found = [re.fullmatch(r"heading (\d): (.+)", line) for line in read]
    heard = [(int(one[1]), one[2]) for one in found if one]
    page = soup(site.folder / CHAPTER).select_one("main")
    for sign in page.select("a.headerlink"):
        sign.extract()
    assert heard == [(int(h.name[1]), words(h)) for h in page.select("h1, h2, h3, h4")]
    assert heard[0][0] == 1
    assert [level for level, _ in heard].count(1) == 1
    assert all(after - before <= 1 for (before, _), (after, _) in pairwise(heard))


def test_figures_have_name_subtitle_description(read: list[str], site: Site) -> None:
    """Each by its number and title, then measure and place, then the description; in order."""
    at = [i for i, line in enumerate(read) if line.startswith("figure: ")]
    wanted = [titles(figure) for figure in figures(soup(site.folder / CHAPTER))]
    assert [read[i].removeprefix("figure: ") for i in at] == [title for title, _ in wanted]
    for i, (title, subtitle) in zip(at, wanted, strict=True):
        assert read[i + 1 : i + 3] == [title, subtitle]
        assert read[i + 3].startswith("Description of figure: ")
        assert re.match(r"[A-Z].+\w", read[i + 3].removeprefix("Description of figure: "))


def test_nothing_jars(read: list[str]) -> None:
    """No stop without words, no picture told letter by letter, no id, no code of the page."""
    kinds = r"(link|button|heading \d|figure|region|img|image|slider|combobox)"
    none(line for line in read if re.fullmatch(rf"{kinds}:", line) or "without a name" in line)
    none(line for line in read if re.search(r"\bfig-[a-z]|<[a-z/]|&[a-z]+;|�|#$", line))
    none(line for line in read if re.match(r"(img|image|graphics)", line))
    none(line for line, after in pairwise(read) if line == after)
    # ticks of an axis stand alone in a drawing: here a bare number is the name of a radio button
    none(line for line in read if re.fullmatch(r"[−\d.,]+", line))


def test_it_reads_as_prose(read: list[str]) -> None:
    """Most of what is said, but for code, are whole sentences."""
    code = r"[a-z]+( \d)?:|def |\w+(, \w+)* = "
    said = [line for line in read if not re.match(code, line)]
    whole = sum(len(line) for line in said if re.search(r"[.!?:”*]$", line))
    assert whole > 0.75 * sum(map(len, said))
