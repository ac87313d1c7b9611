"""Hands the pages of the evidence to Sphinx and fills the links that lead from figures to rows.

The pages are made when all others have been read, since a row names the figures and claims that use
it: the figures' rows come from the files that notebooks leave in ``_build/figures``, the claims'
from ``_build/claims.json``. They are no part of the PDF, which has a table for each topic instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

from rare_earths.book import moved
from rare_earths.book.blocks import figure_number, raw_html
from rare_earths.book.data_files import LEFT_OUT, ZIP
from rare_earths.book.dataset import of_book, of_topic
from rare_earths.book.evidence_pages import Book, pages, rows_title
from rare_earths.book.evidence_search import INDEX, index, search_box
from rare_earths.book.facts import facts
from rare_earths.book.files import write_whole
from rare_earths.book.rows import parts, places
from rare_earths.evidence import Evidence, evidence

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def rows_of_figure(folder: Path, name: str) -> list[str]:
    """The ids of the rows behind a figure, as its notebook noted them."""
    path = folder / f"{name}.rows"
    return path.read_text("utf-8").split() if path.is_file() else []


def _figures(app: Sphinx) -> dict[str, dict[str, Any]]:
    """The figures of the book in the order of their ids."""
    folder, found = Path(app.outdir).parent / "figures", {}
    for docname in sorted(app.env.found_docs):
        for name in app.env.metadata[docname].get("figures", []):
            found[name] = {
                "number": figure_number(app.env, docname, name),
                "title": app.env.metadata[docname]["figure_titles"][name],
                "page": app.builder.get_relative_uri("index", docname),
                "rows": rows_of_figure(folder, name),
            }
    return found


def _claims(app: Sphinx, data: Evidence) -> dict[str, dict[str, Any]]:
    """The judged claims with the rows of their parts."""
    path = moved.judged_file(Path(app.outdir).parent)
    told = json.loads(path.read_text("utf-8"))["claims"] if path else []
    found = {}
    for claim in told:
        page = f"chapters/{claim['chapter'].split()[0]}"
        rows = [row for part in claim.get("parts", []) for row in part["rows"]]
        if rows and page in app.env.found_docs:
            found[claim["id"]] = {"page": f"{page}.html", "rows": list(dict.fromkeys(rows))}
    return found


def _collect(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Hand every page to Sphinx, which puts it into the book's layout; write the search's index."""
    data = evidence()
    book = Book(data, _figures(app), _claims(app, data))
    folder = Path(app.outdir) / "evidence"
    for page in pages(book):
        about = f"{page.title}: sourced figures on rare earths, with grade, lineage and use"
        context: dict[str, Any] = {"title": page.title, "body": page.body, "page_about": about}
        for side, part in (("prev", page.before), ("next", page.after)):
            if part:
                context[side] = {"link": f"{part.name}.html", "title": rows_title(book, part)}
        if page.name in data.topics.index:
            context["page_graph"] = [of_topic(facts(app.config), data, page.name)]
        yield f"evidence/{page.name}", context, "page.html"
    write_whole(folder / INDEX, index(book))


def _clean(app: Sphinx) -> None:
    """Take away the pages of an earlier build: topics and figures may be gone."""
    if app.builder.format == "html":
        for old in (Path(app.outdir) / "evidence").glob("*"):
            old.unlink()


_TITLE = re.compile(
    r'<figure\b[^>]*\bdata-figure="([^"]*)".*?class="fig-title">(.*?)</p>', re.DOTALL
)
_ROOM = re.compile(r'\bhref="_evidence/([^"#]*)(#[^"]*)?"')
_CELL = re.compile(r'<td class="fig-rows" data-rows="([^"]*)"></td>')
_GAP = '<div data-gap="search"></div>'
_FILES = '<div data-gap="files"></div>'
_PAGE = "pages/evidence"


def _note_titles(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the title of each figure: a page of the evidence names it."""
    text = "\n".join(node.astext() for node in raw_html(doctree))
    app.env.metadata[app.env.docname]["figure_titles"] = {
        name: " ".join(unescape(re.sub(r"<[^>]+>", "", title)).split())
        for name, title in _TITLE.findall(text)
    }


class Links:
    """Fills what only the book knows into finished HTML: where rows stand, the search box."""

    def __init__(self, places: dict[str, str], files: str) -> None:
        self.places, self.files = places, files

    def fill(self, text: str, up: str) -> str:
        """The HTML of a page that lies ``up`` (as ``../``) below the root, with links that work."""
        text = _CELL.sub(lambda cell: self._cell(cell[1].split(), up), text)
        text = _ROOM.sub(lambda m: f'href="{up}evidence/{m[1]}.html{m[2] or ""}"', text)
        text = text.replace(_GAP, search_box(f"{up}evidence/search.js", f"{up}data/"))
        return text.replace(_FILES, self.files) if _FILES in text else text

    def _cell(self, rows: list[str], up: str) -> str:
        """The links of one line of a figure's table."""
        links = [
            f'<a href="{up}evidence/{self.places[row]}.html#row-{row}">'
            f"row{f' {i}' if len(rows) > 1 else ''}</a>"
            for i, row in enumerate(rows, 1)
        ]
        return f'<td class="fig-rows">{", ".join(links)}</td>'


FILES = {
    ZIP: "All tables with their description, zip",
    "rows.csv": "All rows, CSV",
    "rows.parquet": "All rows, Parquet",
    LEFT_OUT: "Rows left out, CSV",
    "datapackage.json": "Description of the tables, JSON",
}


def file_list(folder: Path, address: str) -> str:
    """Links to the files of the evidence, each with its size."""
    items = "".join(
        f'<li><a href="{address}{name}" download>{told}, '
        f"{(folder / name).stat().st_size / 1000:,.0f}\u00a0kB</a></li>"
        for name, told in FILES.items()
    )
    return f'<ul class="evidence-files">{items}</ul>'


def _page_data(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Describe the evidence to search engines of data on its page."""
    if pagename == _PAGE:
        context["page_graph"] = [of_book(facts(app.config), evidence())]


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fill the links to rows in a page's figures."""
    if app.builder.format != "html":
        return
    up = "../" * docname.count("/")
    files = file_list(Path(app.outdir) / "data", f"{up}data/")
    links = Links(app.rare_earths_places, files)  # type: ignore[attr-defined]
    for node in raw_html(doctree):
        text = links.fill(node.astext(), up)
        node.children = [nodes.Text(text)]


def _find_places(app: Sphinx) -> None:
    """Note where every row will stand, before the pages that link there are written."""
    places_ = places(parts(evidence().rows)) if app.builder.format == "html" else {}
    app.rare_earths_places = places_  # type: ignore[attr-defined]


def setup(app: Sphinx) -> None:
    """Hook the pages into Sphinx."""
    app.connect("builder-inited", _clean)
    app.connect("builder-inited", _find_places)
    app.connect("doctree-read", _note_titles)
    app.connect("doctree-resolved", _fill)
    app.connect("html-page-context", _page_data)
    app.connect("html-collect-pages", _collect)
