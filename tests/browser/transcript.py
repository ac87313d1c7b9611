"""A page as a screen reader goes through it: the accessibility tree as lines of text.

``python tests/browser/transcript.py chapters/01-reserves.html`` prints that of a built page.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Page

_ITEM = re.compile(r'(?P<role>[\w/-]+)(?: (?P<name>"(?:[^"\\]|\\.)*"))?(?P<state>(?: \[[^\]]+\])*)')
# What stands within a sentence: its words are read on without a stop.
_INLINE = {"text", "strong", "emphasis", "code", "link", "subscript", "superscript", "insertion"}
_SILENT = {"paragraph", "list", "listitem", "article", "generic", "rowgroup", "definition", "term"}


def lines(tree: Page | Any) -> list[str]:
    """What is said, a line for each stop: role and name, then the words."""
    return _told(yaml.safe_load(tree.aria_snapshot()))


def _told(items: list[Any]) -> list[str]:
    told: list[str] = []
    running: list[str] = []

    def stop() -> None:
        if running:
            told.append(" ".join(running))
            running.clear()

    for item in items:
        key, value = next(iter(item.items())) if isinstance(item, dict) else (item, None)
        if key.startswith("/"):
            continue
        role, words, inner = _parts(key, value)
        if role in _INLINE:
            running.append(" ".join(words) if words else f"({role} without a name)")
            continue
        stop()
        head = [] if role in _SILENT else [f"{role}:"]
        if head or words:
            told.append(" ".join([*head, *words]))
        told += _told(inner)
    stop()
    return told


def _parts(key: str, value: Any) -> tuple[str, list[str], list[Any]]:
    """Role, the words said with it, and what is inside and not part of those words."""
    found = _ITEM.match(key)
    assert found, key
    role = found["role"]
    name = [yaml.safe_load(found["name"])] if found["name"] else []
    level = re.search(r"level=(\d)", found["state"])
    role = f"{role} {level[1]}" if level else role
    if isinstance(value, list):
        return (
            role,
            name or _told(value) if role in _INLINE else name,
            [] if role in _INLINE or level else value,
        )
    return role, name + ([str(value)] if value is not None else []), []


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from browser import chromium
    from browser.checks import visit

    page = Path(__file__).parents[2] / "_build" / "html" / sys.argv[1]
    with chromium.started() as browser, visit(browser, page.as_uri()) as seen:
        print("\n".join(lines(seen.page.locator("body"))))
