"""What a public site has besides its pages: a page for wrong addresses, and files for machines.

- ``404.html``: hosts such as GitHub Pages and Netlify send it, as it stands, for every address that
  is not there, so its links cannot be relative to it: they begin with the public address, without
  one with the root of the host;
- ``robots.txt``: everything may be read; it names the sitemap;
- ``sitemap.xml`` and ``feed.xml`` (Atom: an entry for each edition in ``CHANGELOG.md``) need whole
  addresses and are written only when the public address is set.

No file holds a date but those of the commit and of the change log: same sources, same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from rare_earths.book.facts import Facts, facts
from rare_earths.book.files import write_whole

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

LOST, SEARCH = "404", "search"
FEED, SITEMAP, ROBOTS = "feed.xml", "sitemap.xml", "robots.txt"
CHANGES = "CHANGELOG.md"
# The page that tells the changes, if the book has it; else the front page stands for it.
CHANGES_PAGE = "pages/changes"
ATOM, SITEMAPS = "http://www.w3.org/2005/Atom", "http://www.sitemaps.org/schemas/sitemap/0.9"
_EDITION = re.compile(r"^## (?P<version>\S+) \((?P<date>\d{4}-\d\d-\d\d)\)\n", re.MULTILINE)
# A link to a file of the site that is relative to its page.
_RELATIVE = re.compile(
    r'\b(?P<name>href|src|action)="(?!#|/|[a-z][a-z0-9+.-]*:)(?P<target>[^"]*)"', re.IGNORECASE
)


@dataclass(frozen=True)
class Edition:
    """An edition of the book as the change log tells it; ``text`` is Markdown."""

    version: str
    date: str
    text: str


def editions(log: str) -> list[Edition]:
    """The editions of a change log, newest first; what has no date yet is left out."""
    heads = list(_EDITION.finditer(log))
    ends = [head.start() for head in heads[1:]] + [len(log)]
    return [
        # The next heading of the second level ends an edition, dated or not.
        Edition(head["version"], head["date"], log[head.end() : end].split("\n## ")[0].strip())
        for head, end in zip(heads, ends, strict=True)
    ]


def rooted(page: str, root: str) -> str:
    """A page of the site's root with links that hold wherever it is sent from.

    :param page: HTML with links relative to the root
    :param root: the public address with its last slash, or ``/``
    """
    return _RELATIVE.sub(lambda link: f'{link["name"]}="{escape(root)}{link["target"]}"', page)


def robots(book: Facts) -> str:
    """Everything may be read; where the sitemap is."""
    lines = ["User-agent: *", "Disallow:"]
    if book.address:
        lines.append(f"Sitemap: {book.address}{SITEMAP}")
    return "\n".join([*lines, ""])


def sitemap(book: Facts, pages: Iterable[str]) -> str:
    """The addresses of all pages, with the date of this edition where a commit gives one."""
    root = ET.Element("urlset", xmlns=SITEMAPS)
    for page in pages:
        entry = ET.SubElement(root, "url")
        ET.SubElement(entry, "loc").text = book.page(page)
        if book.stamp.date:
            ET.SubElement(entry, "lastmod").text = book.stamp.date
    return _xml(root)


def feed(book: Facts, told: list[Edition], page: str) -> str:
    """The editions as an Atom feed.

    :param told: the editions, newest first, at least one
    :param page: the name of the page that tells the changes
    """
    from markdown_it import MarkdownIt

    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en-GB"})
    _say(root, title=book.title, subtitle=book.subtitle, id=book.address + FEED)
    _say(root, updated=_moment(told[0].date))
    ET.SubElement(root, "link", rel="self", href=book.address + FEED)
    ET.SubElement(root, "link", rel="alternate", href=book.page(page))
    for name in book.authors:
        _say(ET.SubElement(root, "author"), name=name)
    for one in told:
        entry = ET.SubElement(root, "entry")
        _say(entry, title=f"Edition {one.version}", id=f"{book.address}{FEED}#{one.version}")
        _say(entry, updated=_moment(one.date))
        ET.SubElement(entry, "link", rel="alternate", href=book.page(page))
        text = MarkdownIt("commonmark", {"html": False}).render(one.text)
        ET.SubElement(entry, "content", type="html").text = text
    return _xml(root)


def _say(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = text


def _moment(date: str) -> str:
    """A day as the moment that Atom asks for."""
    return f"{date}T00:00:00Z"


def _xml(root: ET.Element) -> str:
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _lost_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The page for wrong addresses."""
    if app.builder.name == "html":
        yield LOST, {"title": "Page not found"}, f"{LOST}.html"


def _page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Where the feed is; no canonical address for what stands for no page."""
    context["feed"] = facts(app.config).address and facts(app.config).address + FEED
    if pagename in (LOST, SEARCH):
        context["pageurl"] = None


def _files(app: Sphinx, error: Exception | None) -> None:
    """Root the links of the page for wrong addresses; write the files for machines."""
    if error or app.builder.name != "html":
        return
    book, html = facts(app.config), Path(app.outdir)
    lost = html / f"{LOST}.html"
    write_whole(lost, rooted(lost.read_text("utf-8"), book.address or "/"))
    write_whole(html / ROBOTS, robots(book))
    log = Path(app.srcdir) / CHANGES
    told = editions(log.read_text("utf-8")) if log.is_file() else []
    files = {SITEMAP: "", FEED: ""}
    if book.address:
        files[SITEMAP] = sitemap(book, _pages(html))
        page = CHANGES_PAGE if CHANGES_PAGE in app.env.found_docs else app.config.root_doc
        files[FEED] = feed(book, told, page) if told else ""
    for name, text in files.items():
        if text:
            write_whole(html / name, text)
        else:
            (html / name).unlink(missing_ok=True)


def _pages(html: Path) -> list[str]:
    """The names of all pages that a search engine may list."""
    found = (path.relative_to(html) for path in html.rglob("*.html"))
    names = (path.with_suffix("").as_posix() for path in found if path.parts[0][0] != "_")
    return sorted(name for name in names if name not in (LOST, SEARCH))


def setup(app: Sphinx) -> None:
    """Hook page and files into Sphinx, when the tags stand and before the styles are chosen."""
    app.connect("html-collect-pages", _lost_page)
    app.connect("html-page-context", _page, priority=920)
    app.connect("build-finished", _files, priority=700)
