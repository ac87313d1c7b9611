"""The browser of this machine, found and started."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


class BrowserError(Exception):
    """No browser on this machine; the message says what to install."""


def path() -> str:
    """The browser's file; RARE_EARTHS_CHROMIUM names one that is not on the path."""
    candidates = (os.environ.get("RARE_EARTHS_CHROMIUM"), *map(shutil.which, NAMES))
    for found in candidates:
        if found:
            return found
    raise BrowserError(
        "No browser for the tests: install the package chromium, or set RARE_EARTHS_CHROMIUM."
    )


@contextmanager
def started(*flags: str) -> Iterator[Browser]:
    """A headless browser that asks nothing of the network by itself."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path(), args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()
