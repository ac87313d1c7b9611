"""An interactive chart as a reader handles it: its controls, its picture, its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page

from browser.checks import settle

# Everything that may be set in one explorer: ranges and selects, and groups of radio buttons.
CONTROLS = "input[type=range], select, input[type=radio]:checked"

FINGERPRINT = """block => {
  const shown = [...block.querySelectorAll("svg")].filter(s => s.getClientRects().length)
  return {
    picture: shown.map(s => s.outerHTML).join(""),
    numbers: [...block.querySelectorAll("output")]
      .filter(o => !o.closest("form, fieldset, .control, .re-control, [role=group]"))
      .map(o => o.textContent.trim()).join(" | "),
    state: [...block.querySelectorAll("input:not([type=radio]), select, input[type=radio]:checked")]
      .map(c => `${c.name || c.id}=${c.value}`).join("&"),
  }
}"""


@dataclass(frozen=True)
class Shown:
    """What an explorer shows: its picture's markup, its numbers, its controls' values."""

    picture: str
    numbers: str
    state: str


class Explorer:
    """The block with `data-explorer`, once its frames are there."""

    def __init__(self, page: Page, slug: str) -> None:
        self.page, self.slug = page, slug
        self.block = page.locator(f'[data-explorer="{slug}"]')

    def shown(self) -> Shown:
        settle(self.page)
        return Shown(**self.block.evaluate(FINGERPRINT))

    def hash(self) -> str:
        return self.page.evaluate("location.hash")

    def controls(self) -> Iterator[Locator]:
        found = self.block.locator(CONTROLS)
        for i in range(found.count()):
            yield found.nth(i)

    def ready(self) -> Explorer:
        """Bring it into view and wait until its frames have been loaded and shown."""
        self.block.scroll_into_view_if_needed()
        return self.loaded()

    def loaded(self) -> Explorer:
        """Wait until its frames have been loaded and shown, wherever the reader is."""
        script = self.block.get_attribute("data-script")
        assert script, "the explorer names no file of frames"
        self.page.wait_for_function(
            "name => loadedFiles.some(file => file.endsWith(name))", arg=script.removeprefix("../")
        )
        settle(self.page)
        return self

    def by_mouse(self, control: Locator) -> Iterator[str]:
        """Put the control, by mouse, on each of a few values; says which."""
        kind = kind_of(control)
        if kind == "range":
            for part in (0.02, 0.3, 0.7, 0.98):
                box = control.bounding_box()
                assert box, "a slider without size"
                control.click(position={"x": box["width"] * part, "y": box["height"] / 2})
                yield f"{part:.0%} of the way"
        elif kind == "radio":
            for option in self.options(control):
                self.block.locator(f"label:has(#{option}), label[for={option}]").first.click()
                yield option
        else:
            for option in control.locator("option").all():
                control.select_option(option.get_attribute("value"))
                yield option.inner_text()

    def by_keyboard(self, control: Locator) -> Iterator[str]:
        """Put the control, by keyboard, on each of a few values; says which."""
        keys = {
            "range": ["Home", "ArrowRight", "ArrowRight", "PageUp", "End", "ArrowLeft"],
            "radio": ["ArrowDown", "ArrowDown", "ArrowUp"],
            "select": ["ArrowDown", "ArrowDown", "End", "Home"],
        }[kind_of(control)]
        control.focus()
        for key in keys:
            self.page.keyboard.press(key)
            yield key

    def options(self, radio: Locator) -> list[str]:
        """Ids of all buttons of the radio button's group."""
        name = radio.get_attribute("name")
        return self.block.locator(f'input[type=radio][name="{name}"]').evaluate_all(
            "all => all.map(r => r.id)"
        )

    def reset(self) -> None:
        self.block.get_by_role("button", name="reset").click()


def kind_of(control: Locator) -> str:
    found: Any = control.evaluate("c => c.tagName === 'SELECT' ? 'select' : c.getAttribute('type')")
    return found


def name_of(control: Locator) -> str:
    """The control's name for readers: what its label or legend says."""
    return control.evaluate(
        "c => (c.closest('fieldset')?.querySelector('legend') ?? c.labels[0]).textContent.trim()"
    )
