"""The policy of the pages in a real browser: it holds, and it refuses what it should."""

from __future__ import annotations

import pytest
from built import none
from conftest import HTML
from playwright.sync_api import Browser

from browser.checks import settle, visit
from browser.served import Site, looked_at

PLANTED = """async () => {
  const add = (tag, more) => document.body.append(Object.assign(document.createElement(tag), more));
  add("script", {textContent: "window.planted = 'inline'"});
  add("script", {src: "https://planted.invalid/x.js"});
  add("img", {src: "https://planted.invalid/x.png"});
  add("div", {innerHTML: "<img src='' onerror='window.planted = \\"handler\\"'>"
    + "<p id=styled style='color: rgb(1, 2, 3)'>x</p>"});
  await fetch("https://planted.invalid/x").catch(() => {});
  await new Promise(done => setTimeout(done, 100));
  return [window.planted ?? null, getComputedStyle(document.getElementById("styled")).color];
}"""


def test_pages_from_disk_keep_to_it(site: Site, browser: Browser) -> None:
    """A page of every kind: no refusal, no error, and nothing asked but files beside it."""
    pages = [p for p in looked_at(HTML) if not p.startswith("chapters/0") or "/01-" in p]
    for page in pages:
        with visit(browser, site.file_url(page)) as seen:
            settle(seen.page)
            assert seen.page.evaluate("document.documentElement.classList.contains('js')"), page
            none(seen.errors, page)
            none(seen.strangers(), page)


@pytest.mark.parametrize("disk", [False, True], ids=["served", "disk"])
def test_what_is_planted_is_refused(disk: bool, site: Site, browser: Browser) -> None:
    """Inline scripts, handlers and styles, and anything of another place."""
    url = site.file_url("index.html") if disk else site.url("index.html")
    with visit(browser, url) as seen:
        assert seen.errors == []
        planted, colour = seen.page.evaluate(PLANTED)
        assert planted is None
        assert colour != "rgb(1, 2, 3)"
        said = "\n".join(seen.errors)
        for rule in ("inline script", "inline event handler", "inline style", "planted.invalid"):
            assert rule in said, rule


@pytest.mark.parametrize("disk", [False, True], ids=["served", "disk"])
def test_the_search_works_under_it(disk: bool, site: Site, browser: Browser) -> None:
    url = site.file_url("index.html") if disk else site.url("index.html")
    with visit(browser, url) as seen:
        box = seen.page.locator("input[name=q]").first
        box.fill("reserves")
        box.press("Enter")
        seen.page.wait_for_selector("#search-results li")
        none(seen.errors)
