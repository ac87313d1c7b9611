"""One browser for all browser tests, closed before other tests run (it owns an event loop)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from browser import chromium


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    try:
        chromium.path()
    except chromium.BrowserError as error:
        pytest.fail(str(error), pytrace=False)
    with chromium.started() as found:
        yield found
