"""What a page may load and run, said on the page itself (Content-Security-Policy).

Nothing but the book's own files: no inline style, and one inline script, which sets the colours
before anything is painted and is named by its checksum. `'self'` is the place the page came from;
browsers do not count the disk as such a place, hence `file:`, which a page from a server cannot
reach in any case. Blocks of `application/ld+json` are data, which no policy forbids.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = "'self' file:"


def checksum(script: str) -> str:
    """The text between ``<script>`` and ``</script>`` as a source that the policy allows."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def policy(script: str) -> str:
    """The policy of a page.

    :param script: the text of the one inline script, to the last blank
    :returns: the value of the header ``Content-Security-Policy``
    """
    rules = {
        "default-src": "'none'",
        "script-src": f"{HERE} {checksum(script)}",
        "style-src": HERE,
        "img-src": f"{HERE} data:",
        "form-action": HERE,
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {allowed}" for name, allowed in rules.items())


def _page(app: Sphinx, pagename: str, template: str, context: dict[str, Any], tree: object) -> None:
    """Hand the policy to the layout, which knows the script."""
    context["policy"] = policy


def setup(app: Sphinx) -> None:
    """Hook into the making of every page."""
    app.connect("html-page-context", _page)
