"""Places in a page that only the whole book can fill: ``{fill}`` followed by what goes there.

The page says where, a module says what: it adds its maker to ``MAKERS``. A place is filled when a
page is written, in HTML and in print, and never kept: what it shows is as fresh as the book.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_LOG = logging.getLogger(__name__)
# What is asked for -> (application, name of the page that asks) -> what stands there.
MAKERS: dict[str, Callable[[Sphinx, str], list[nodes.Node]]] = {}


class place(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """Stands for what will be filled in."""


class Fill(SphinxDirective):
    """Marks a place; an unknown name is an error of the build."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The place, with the page's name."""
        what = self.arguments[0]
        if what not in MAKERS:
            _LOG.warning(
                f"nothing fills {what!r}; known are {', '.join(sorted(MAKERS))}",
                location=self.get_location(),
            )
            return []
        return [place(what=what, page=self.env.docname)]


class FillPlaces(SphinxPostTransform):
    """Puts what was asked for into each place, before references are resolved (10)."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Fill every place of the page, or of the whole book in print."""
        for spot in list(self.document.findall(place)):
            spot.replace_self(MAKERS[spot["what"]](self.app, spot["page"]))


def link(app: Sphinx, page: str, target: str, anchor: str, text: str) -> nodes.Node:
    """A link from one page to another; in print, where pages have no address, its text."""
    if app.builder.format != "html":
        return nodes.Text(text)
    address = app.builder.get_relative_uri(page, target) + (f"#{anchor}" if anchor else "")
    return nodes.reference("", text, refuri=address, internal=True)


def paragraph(*parts: nodes.Node | str) -> nodes.paragraph:
    """Words and links as one paragraph."""
    return nodes.paragraph("", "", *(nodes.Text(p) if isinstance(p, str) else p for p in parts))


def table(heads: list[str], rows: list[list[list[nodes.Node]]], widths: list[int]) -> nodes.table:
    """A table; each cell is a list of inline nodes. ``widths`` are parts of a hundred."""
    group = nodes.tgroup("", cols=len(heads))
    group += [nodes.colspec(colwidth=width) for width in widths]
    group += nodes.thead("", _row([[nodes.Text(head)] for head in heads]))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group, classes=["colwidths-given", "own-widths"])


def _row(cells: list[list[nodes.Node]]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))


def setup(app: Sphinx) -> None:
    """Hook the directive into Sphinx."""
    app.add_node(place)
    app.add_directive("fill", Fill)
    app.add_post_transform(FillPlaces)
