"""Every explorer of the built book, from a server and from disk, with no kernel and no network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from bs4 import BeautifulSoup
from conftest import HTML
from playwright.sync_api import Browser

from browser.checks import Visit, visit
from browser.explorers import Explorer, kind_of, name_of
from browser.served import Site, pages_of

PLACES = ("server", "disk")


def explorers() -> list[tuple[str, str]]:
    """Page and slug of every explorer that was built."""
    return [
        (page, block["data-explorer"])
        for page in pages_of(HTML)
        for block in BeautifulSoup((HTML / page).read_text("utf-8"), "html.parser").select(
            "[data-explorer]"
        )
    ]


every = pytest.mark.parametrize(
    ("page", "slug"), explorers() or [("index.html", "none")], ids=lambda value: value
)


@contextmanager
def opened(
    browser: Browser, site: Site, place: str, page: str, slug: str, **how: object
) -> Iterator[tuple[Visit, Explorer]]:
    """The explorer on its page, served or from disk; from disk the network is off."""
    state = str(how.pop("state", ""))
    url = site.url(page) if place == "server" else site.file_url(page)
    if place == "disk":
        how["offline"] = True
    with visit(browser, url + state, **how) as seen:  # type: ignore[arg-type]
        yield seen, Explorer(seen.page, slug)
        assert seen.errors == []
        assert seen.strangers() == []


def test_there_are_explorers() -> None:
    assert len(explorers()) >= 2


def test_at_most_three_controls(site: Site) -> None:
    for page, slug in explorers():
        block = BeautifulSoup(site.text(page), "html.parser").select_one(
            f'[data-explorer="{slug}"]'
        )
        names = {c.get("name") or c["id"] for c in block.select("input, select")}
        assert 1 <= len(names) <= 3, (slug, names)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("how", ["mouse", "keyboard"])
@every
def test_each_control(
    page: str, slug: str, how: str, place: str, site: Site, browser: Browser
) -> None:
    """Each control, by mouse and by keyboard, changes the picture, the numbers and the address."""
    with opened(browser, site, place, page, slug) as (_, explorer):
        explorer.ready()
        default = explorer.shown()
        for i in range(len(list(explorer.controls()))):
            control = list(explorer.controls())[i]
            name = name_of(control)
            steps = explorer.by_mouse(control) if how == "mouse" else explorer.by_keyboard(control)
            pictures, numbers, moved = set(), set(), False
            for step in steps:
                now = explorer.shown()
                pictures.add(now.picture)
                numbers.add(now.numbers)
                if now.state != default.state:
                    moved = True
                    assert explorer.hash().startswith(f"#{slug}?"), f"{name}, {step}"
            assert moved, f"{name} cannot be moved by {how}"
            assert len(pictures) > 1, f"{name} by {how} never changes the picture"
            assert len(numbers) > 1, f"{name} by {how} never changes the numbers"
            explorer.reset()
            assert explorer.shown() == default, f"reset after {name}"
            assert "?" not in explorer.hash(), "reset leaves the state in the address"


@pytest.mark.parametrize("place", PLACES)
@every
def test_address_restores(page: str, slug: str, place: str, site: Site, browser: Browser) -> None:
    """A link to a state shows that state, at once and without a touch."""
    with opened(browser, site, place, page, slug) as (_, explorer):
        explorer.ready()
        default = explorer.shown()
        for control in list(explorer.controls()):
            for _step in explorer.by_keyboard(control):
                pass
            if kind_of(control) == "radio":
                break  # the next radio button checked is another element: one is enough here
        if explorer.shown().state == default.state:  # lists end on their first option
            next(explorer.by_keyboard(next(iter(explorer.controls()))))
        left, address = explorer.shown(), explorer.hash()
        assert left.state != default.state
    with opened(browser, site, place, page, slug, state=address) as (_seen, explorer):
        assert explorer.loaded().shown() == left
        assert explorer.hash() == address
        top = explorer.block.evaluate("block => block.getBoundingClientRect().top")
        assert abs(top) < 900, "the linked explorer is not in view"
        explorer.reset()
        assert explorer.shown() == default


@every
def test_bad_address_is_harmless(page: str, slug: str, site: Site, browser: Browser) -> None:
    """A state that does not exist shows the default, with no script error."""
    with opened(browser, site, "server", page, slug) as (_, explorer):
        default = explorer.ready().shown()
    for state in (f"#{slug}?nonsense=1&x", f"#{slug}?%E0%A4%A", "#other?growth=3"):
        with opened(browser, site, "server", page, slug, state=state) as (_, explorer):
            assert explorer.ready().shown() == default, state


@every
def test_input_before_the_frames(page: str, slug: str, site: Site, browser: Browser) -> None:
    """The last input made before the frames have come is applied once they are there."""
    with opened(browser, site, "server", page, slug) as (seen, explorer):
        explorer.ready()
        control = next(explorer.controls())
        control.focus()
        seen.page.keyboard.press("ArrowRight" if kind_of(control) == "range" else "ArrowDown")
        wanted = explorer.shown()
    with visit(browser, site.url(page)) as seen:
        explorer = Explorer(seen.page, slug)
        held = []
        seen.page.route("**/_figures/*.js", lambda route: held.append(route))
        control = next(explorer.controls())
        control.focus()
        seen.page.keyboard.press("ArrowRight" if kind_of(control) == "range" else "ArrowDown")
        seen.page.wait_for_timeout(300)
        assert held, "focus and input do not ask for the frames"
        for route in held:
            route.continue_()
        assert explorer.loaded().shown() == wanted


@pytest.mark.parametrize("place", PLACES)
@every
def test_without_scripts(page: str, slug: str, place: str, site: Site, browser: Browser) -> None:
    """With scripts off: the default picture, its numbers and its table; no dead control on show."""
    with opened(browser, site, place, page, slug) as (_, explorer):
        default = explorer.ready().shown()
    how = {"java_script_enabled": False}
    with visit(browser, site.url(page), **how) as seen:
        explorer = Explorer(seen.page, slug)
        plain = explorer.block.evaluate(FINGERPRINT_ONLY)
        assert plain["svg"] >= 1
        assert plain["numbers"] == default.numbers
        assert plain["rows"] > 1
        assert plain["controls"] == 0, "controls that cannot work are on show"


FINGERPRINT_ONLY = """block => {
  const seen = e => e.getClientRects().length > 0 && !e.disabled && !e.closest("fieldset[disabled]")
  return {
    svg: [...block.querySelectorAll("svg")].filter(seen).length,
    numbers: [...block.querySelectorAll("output")]
      .filter(o => !o.closest("form, fieldset, .control, .re-control, [role=group]"))
      .map(o => o.textContent.trim()).join(" | "),
    rows: block.querySelectorAll("details table tr").length,
    controls: [...block.querySelectorAll("input, select, button")].filter(seen).length,
  }
}"""


@every
def test_numbers_are_said(page: str, slug: str, site: Site) -> None:
    """Numbers that change stand in `output` elements that a screen reader announces."""
    soup = BeautifulSoup(site.text(page), "html.parser")
    block = soup.select_one(f'[data-explorer="{slug}"]')
    numbers = [
        o
        for o in block.select("output")
        if o.find_parent(attrs={"aria-live": "polite"}) or o.get("aria-live") == "polite"
    ]
    assert numbers
    for control in block.select("input, select"):
        assert control.find_parent("label") or soup.select_one(f'label[for="{control["id"]}"]')
