"""Definitions of terms: by mouse and keyboard, dismissed, kept, within the window (WCAG 1.4.13)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.checks import axe, visit
from browser.served import Site

CHAPTER = "chapters/02-environment.html"
LONG = 400  # milliseconds: beyond the pause after which a definition goes


@pytest.fixture
def opened(site: Site, browser: Browser) -> Iterator[Page]:
    with visit(browser, site.url(CHAPTER)) as seen:
        yield seen.page


def term(page: Page, number: int = 1) -> Locator:
    return page.locator("a.term").nth(number)


def shown(page: Page) -> Locator:
    return page.locator("[role=tooltip]:visible")


def test_by_mouse_it_can_be_reached_and_dismissed(opened: Page) -> None:
    term(opened).hover()
    expect(shown(opened)).to_have_text(term(opened).get_attribute("data-definition") or "missing")
    shown(opened).hover()
    opened.wait_for_timeout(LONG)
    expect(shown(opened)).to_have_count(1)
    opened.keyboard.press("Escape")
    expect(shown(opened)).to_have_count(0)


def test_by_keyboard_it_stays_and_is_announced(opened: Page) -> None:
    term(opened).focus()
    expect(shown(opened)).to_have_id(term(opened).get_attribute("aria-describedby") or "missing")
    opened.mouse.move(5, 5)
    opened.wait_for_timeout(LONG)
    expect(shown(opened)).to_have_count(1)
    opened.keyboard.press("Tab")
    opened.wait_for_timeout(LONG)
    assert term(opened).evaluate("link => link !== document.activeElement")
    hidden = opened.locator(f"#{term(opened).get_attribute('aria-describedby')}")
    expect(hidden).to_be_hidden()


def test_it_stays_in_a_narrow_window_and_off_paper(opened: Page) -> None:
    opened.set_viewport_size({"width": 320, "height": 700})
    for number in range(opened.locator("a.term").count()):
        term(opened, number).focus()
        box = shown(opened).bounding_box()
        assert box, number
        assert box["x"] >= 0, number
        assert box["x"] + box["width"] <= 320, number
    opened.emulate_media(media="print")
    expect(shown(opened)).to_have_count(0)


def test_open_definition_is_accessible(opened: Page) -> None:
    term(opened).focus()
    assert axe(opened) == []


def test_without_scripts_it_is_a_link(site: Site, browser: Browser) -> None:
    with visit(browser, site.url(CHAPTER), java_script_enabled=False) as seen:
        expect(seen.page.locator("[role=tooltip]")).to_have_count(0)
        term(seen.page).click()
        seen.page.wait_for_url("**/pages/glossary.html#term-*")
