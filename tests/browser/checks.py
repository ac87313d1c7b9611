"""What is looked for on a page; each check returns sentences, none when all is well.

The checks take a page or what was seen while it loaded, so that the self-tests can plant a fault in
a page of ten lines and see it found.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
NODE = HERE.parent / "node" / "node_modules"
IN_PAGE = (HERE / "in_page.js").read_text(encoding="utf-8")

# axe says "incomplete" when it cannot decide by itself. What is accepted stands here, by the rule
# and the ground that axe gives, with our reason. Anything else it cannot decide fails.
UNDECIDED = {
    ("color-contrast", "imgNode"): "words of a drawing: `faint` in in_page.js knows fills",
    ("color-contrast", "bgOverlap"): "axe asks what lies at the corners of a box; `faint` does not",
    ("color-contrast", "elmPartiallyObscured"): "tables and code that scroll sideways; `faint`",
    ("color-contrast", "shortTextContent"): "single digits and signs; `faint` measures them too",
}


# Files that scripts have asked for and got, from a server or from disk.
NOTE_LOADED = """
window.loadedFiles = [];
document.addEventListener("load", (e) => { loadedFiles.push(e.target.src ?? "") }, true);
"""


@dataclass
class Visit:
    """A page and all that went wrong or out while it was open."""

    page: Page
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def strangers(self) -> list[str]:
        """Requests to anything but the place the page itself came from."""
        home = urlsplit(self.page.url)
        away = [u for u in self.asked if urlsplit(u).scheme not in ("data", "blob", "about")]
        return [
            f"asked {url} of another place"
            for url in away
            if (urlsplit(url).scheme, urlsplit(url).netloc) != (home.scheme, home.netloc)
        ]

    def measure(self, call: str) -> list[str]:
        """Run one measure of in_page.js; each finding as one line of text."""
        found: list[dict[str, Any]] = self.page.evaluate(f"measure.{call}")
        return [json.dumps(item, ensure_ascii=False) for item in found]


@contextmanager
def visit(browser: Browser, url: str, *, width: int = 1280, **how: Any) -> Iterator[Visit]:
    """Open a page in a fresh context; `how` goes to it (colour scheme, scripts off ...)."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **how)
    context.add_init_script(NOTE_LOADED)
    context.add_init_script(f"document.addEventListener('DOMContentLoaded', () => {{{IN_PAGE}}})")
    page = context.new_page()
    seen = Visit(page)
    page.on("pageerror", lambda error: seen.errors.append(f"script error: {error}"))
    page.on("console", lambda said: said.type == "error" and seen.errors.append(said.text))
    page.on("request", lambda request: seen.asked.append(request.url))
    page.on("requestfailed", lambda request: seen.errors.append(f"no answer from {request.url}"))
    page.on(
        "response",
        lambda got: got.status >= 400 and seen.errors.append(f"{got.status} for {got.url}"),
    )
    try:
        page.goto(url, wait_until="load")
        yield seen
    finally:
        context.close()


def settle(page: Page) -> None:
    """Wait until the next picture has been painted."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def walk_through(page: Page) -> None:
    """Scroll to the end in steps of a screen, as a reader would, so that lazy parts load."""
    page.evaluate(
        """async () => {
             for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
               scrollTo({top: y, behavior: "instant"});
               await new Promise(done => setTimeout(done, 60));
             }
             scrollTo({top: 0, behavior: "instant"});
           }"""
    )
    page.wait_for_load_state("networkidle")


def unfold(page: Page) -> None:
    """Open every folded part and wait until the page's script has heard of each."""
    page.evaluate(
        """async () => {
             const folded = [...document.querySelectorAll("details:not([open])")];
             await Promise.all(folded.map(part => new Promise(heard => {
               part.addEventListener("toggle", heard, {once: true});
               part.open = true;
             })));
             await new Promise(done => requestIdleCallback(() => done()));
           }"""
    )


@cache
def axe_source() -> str:
    path = NODE / "axe-core" / "axe.min.js"
    assert path.exists(), "axe-core is not installed: run sh tests/setup.sh first."
    return path.read_text(encoding="utf-8")


def accepted(rule: str, node: dict[str, Any]) -> bool:
    """Whether axe's own "cannot tell" on this element is one with a reason."""
    results = node["any"] + node["all"] + node["none"]
    grounds = [result["data"] or {} for result in results]
    return bool(grounds) and all(
        isinstance(ground, dict) and (rule, ground.get("messageKey")) in UNDECIDED
        for ground in grounds
    )


def axe(page: Page) -> list[str]:
    """Every rule of axe on the whole page; what it could not decide counts unless accepted."""
    page.evaluate(axe_source())
    found = page.evaluate(
        """axe.run(document, {
             resultTypes: ["violations", "incomplete"],
             rules: {"target-size": {enabled: true}},
           })"""
    )
    assert found["passes"], "axe looked at nothing"
    nodes = [
        (kind, item, node)
        for kind in ("violations", "incomplete")
        for item in found[kind]
        for node in item["nodes"]
        if kind == "violations" or not accepted(item["id"], node)
    ]
    return [
        f"{item['id']} ({kind}, {item['impact']}) at {node['target']}: {node['html'][:160]}"
        for kind, item, node in nodes
    ]
