"""One browser for all browser tests, closed before other tests run (it owns an event loop)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from browser import chromium
from browser.checks import Visit, visit
from browser.served import Site


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    try:
        chromium.path()
    except chromium.BrowserError as error:
        pytest.fail(str(error), pytrace=False)
    with chromium.started() as found:
        yield found


@pytest.fixture(scope="module")
def opened(page: str, site: Site, browser: Browser) -> Iterator[Visit]:
    """A built page, opened once for all tests that look at it; each arranges it first."""
    with visit(browser, site.url(page)) as seen:
        yield seen
