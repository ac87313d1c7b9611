"""The search over the rows, from a server and from disk, and the way to a row that has moved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.checks import Visit, axe, visit
from browser.served import Site

PAGE = "pages/evidence.html"
TOPIC = "evidence/reserves.html"
ROW = "reserves.china.2020.bp-2021"


@contextmanager
def opened(browser: Browser, site: Site, page: str, *, disk: bool = False) -> Iterator[Visit]:
    with visit(browser, site.file_url(page) if disk else site.url(page)) as seen:
        if disk:
            seen.page.context.set_offline(True)
        yield seen


def box(page: Page):
    return page.get_by_role("searchbox", name="Search all rows")


def results(page: Page):
    return page.locator("#row-results a")


@pytest.mark.parametrize("page", [PAGE, TOPIC])
def test_index_loads_at_the_first_keystroke(page: str, site: Site, browser: Browser) -> None:
    with opened(browser, site, page) as seen, site.counting() as answers:
        box(seen.page).click()
        seen.page.wait_for_timeout(200)
        assert not [a.path for a in site.answers[-3:] if a.path.endswith("search.js")]
        box(seen.page).press("c")
        expect(results(seen.page).first).to_be_visible()
        box(seen.page).press("h")
        expect(seen.page.locator("#row-count")).to_contain_text("rows")
    assert [a.path for a in answers].count("evidence/search.js") == 1


@pytest.mark.parametrize("disk", [False, True], ids=["server", "disk"])
def test_search_by_mouse(disk: bool, site: Site, browser: Browser) -> None:
    """Words in any order find a row; its link leads to its line. From disk too, offline."""
    with opened(browser, site, PAGE, disk=disk) as seen:
        box(seen.page).fill("bp 2021 china 2020 reserves")
        expect(results(seen.page).first).to_be_visible()
        link = seen.page.locator(f'#row-results a[href$="#row-{ROW}"]')
        expect(link).to_have_text("reserves: China, 2020")
        seen.page.context.set_offline(False)
        link.click()
        seen.page.wait_for_url("**/evidence/reserves-*.html#row-*")
        line = seen.page.locator("tr:target")
        expect(line).to_be_in_viewport()
        expect(line).to_contain_text("China, 2020")
        assert seen.errors == []
        assert seen.strangers() == []


def test_search_by_keyboard(site: Site, browser: Browser) -> None:
    """Arrows move into the results and back, Escape empties, Enter follows."""
    with opened(browser, site, TOPIC, disk=True) as seen:
        box(seen.page).focus()
        seen.page.keyboard.type("turkiye")
        expect(results(seen.page).first).to_be_visible()
        for _ in range(2):
            seen.page.keyboard.press("ArrowDown")
        expect(results(seen.page).nth(1)).to_be_focused()
        for _ in range(2):
            seen.page.keyboard.press("ArrowUp")
        expect(box(seen.page)).to_be_focused()
        seen.page.keyboard.press("Escape")
        expect(results(seen.page)).to_have_count(0)
        seen.page.keyboard.type("World reserves 2020")
        expect(results(seen.page).first).to_be_visible()
        seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url("**#row-*")
        expect(seen.page.locator("tr:target")).to_contain_text("World")


def test_search_says_what_it_found(site: Site, browser: Browser) -> None:
    with opened(browser, site, PAGE) as seen:
        count = seen.page.locator("#row-count")
        assert count.get_attribute("aria-live") == "polite"
        box(seen.page).fill("china")
        expect(count).to_have_text(re.compile(r"^\d{4} rows; the first 50 are shown\.$"))
        expect(results(seen.page)).to_have_count(50)
        assert axe(seen.page) == []
        box(seen.page).fill("140,000 2020 mine production china myb")
        expect(results(seen.page).first).to_be_visible()
        box(seen.page).fill("unobtainium")
        expect(count).to_have_text("No row has all these words.")
        box(seen.page).fill("<img src=x onerror=alert(1)>")
        expect(seen.page.locator(".row-search img")).to_have_count(0)
        assert seen.errors == []


def test_an_old_address_leads_to_the_row(site: Site, browser: Browser) -> None:
    """The address that lasts names the topic; the page of the row may change."""
    for disk in (False, True):
        with opened(browser, site, f"{TOPIC}", disk=disk) as seen:
            seen.page.evaluate(f"location.hash = 'row-{ROW}'")
            seen.page.wait_for_url("**/evidence/reserves-*.html#row-*")
            expect(seen.page.locator("tr:target")).to_contain_text("China, 2020")


def test_without_scripts_the_files_are_named(site: Site, browser: Browser) -> None:
    with visit(browser, site.url(PAGE), java_script_enabled=False) as seen:
        assert not box(seen.page).is_visible()
        link = seen.page.get_by_role("link", name="All rows as CSV")
        assert link.is_visible()
        assert (site.folder / "data" / "rows.csv").is_file()
        assert link.get_attribute("href") == "../data/rows.csv"


def test_without_scripts_a_row_has_its_place(site: Site, browser: Browser) -> None:
    page = next(
        p
        for p in sorted((site.folder / "evidence").glob("reserves-*.html"))
        if ROW in p.read_text()
    )
    address = f"{site.url(f'evidence/{page.name}')}#row-{ROW}"
    with visit(browser, address, java_script_enabled=False) as seen:
        expect(seen.page.locator("tr:target")).to_be_in_viewport()
