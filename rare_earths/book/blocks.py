"""Figures and links inside the pages.

Figures come from the notebooks as finished HTML with a few gaps that only the book can fill: the
number, the citation, relative links, the entry of a source in the page's bibliography. The files
beside a figure (CSV, SVG, frames) are copied when, and only when, a page names them.
"""

from __future__ import annotations

import re
import shutil
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from docutils import nodes
from sphinx.util import logging

from rare_earths.book.cite import figure_citation
from rare_earths.book.facts import facts

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

_LOG = logging.getLogger(__name__)
_FIGURE = re.compile(r'<figure\b[^>]*\bdata-figure="([^"]*)".*?</figure>', re.DOTALL)
_LINK = re.compile(r'\b((?:data-)?(?:href|src|script))="(_figures|_cite|_page)/([^"#]*)(#[^"]*)?"')
_SOURCE_LINK = re.compile(r'<a\b([^>]*?)\bdata-cite="([^"]+)"([^>]*)>(.*?)</a>', re.DOTALL)
_HREF = re.compile(r'\s*\bhref="[^"]*"')
_FIGURE_FILE = re.compile(r'\b(?:href|src|data-src|data-script)="(?:\.\./)*_figures/([\w.-]+)')


def raw_html(doctree: nodes.document) -> list[nodes.raw]:
    """The pieces of finished HTML in a page."""
    return [node for node in doctree.findall(nodes.raw) if "html" in node.get("format", "")]


def _check_figures(app: Sphinx, doctree: nodes.document) -> None:
    """Note a page's figures; each must have its form in print, where its number comes from."""
    docname = app.env.docname
    printed = [i for node in doctree.findall(nodes.figure) for i in node["ids"]]
    shown = [name for node in raw_html(doctree) for name in _FIGURE.findall(node.astext())]
    app.env.metadata[docname]["figures"] = printed
    for name in shown:
        if name not in printed:
            _LOG.warning(f"figure {name!r} has no form for print", location=docname)


def _check_book(app: Sphinx, env: BuildEnvironment) -> None:
    """A figure's id is used once in the whole book."""
    seen: dict[str, str] = {}
    for docname in sorted(env.found_docs):
        for name in env.metadata[docname].get("figures", []):
            if name in seen:
                first = env.doc2path(seen[name], base=False)
                _LOG.warning(f"figure {name!r} is already shown in {first}", location=docname)
            seen.setdefault(name, docname)


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fill the gaps of finished HTML; only in HTML, where it is seen."""
    if app.builder.format != "html":
        return
    for node in raw_html(doctree):
        text = _FIGURE.sub(lambda match: _fill_figure(app, docname, match), node.astext())
        text = _LINK.sub(lambda match: _relative(app, docname, match), text)
        text = _SOURCE_LINK.sub(lambda match: _source_link(app, docname, match), text)
        node.children = [nodes.Text(text)]


def figure_number(env: BuildEnvironment, docname: str, figure_id: str) -> str:
    """``1.2`` for the second figure of the first chapter; ``2`` on a page without a number."""
    number = env.toc_fignumbers.get(docname, {}).get("figure", {}).get(figure_id, ())
    return ".".join(map(str, number))


def _fill_figure(app: Sphinx, docname: str, match: re.Match[str]) -> str:
    """One figure block with number, citation and the way to report an error."""
    figure_id, block = match[1], match[0]
    number = figure_number(app.env, docname, figure_id)
    book = facts(app.config)
    title = re.search(r'class="fig-title">(.*?)</p>', block, re.DOTALL)
    plain = unescape(re.sub(r"<[^>]+>", "", title[1])).strip() if title else figure_id
    gaps = {
        '<span class="fig-number"></span>': f'<span class="fig-number">Figure {number}.</span> ',
        '<p class="fig-cite-text"></p>': '<p class="fig-cite-text">'
        + figure_citation(book, plain, number, book.page(docname), figure_id)
        + "</p>",
        '<p class="fig-report"></p>': f'<p class="fig-report">{_report(app, figure_id)}</p>',
    }
    for gap, filled in gaps.items():
        block = block.replace(gap, filled)
    return block


def _report(app: Sphinx, figure_id: str) -> str:
    """How to report an error in a figure, with its id and the book's state filled in."""
    book = facts(app.config)
    subject = f"Error in {figure_id} ({book.stamp})"
    if book.repository:
        query = urlencode({"title": subject})
        return f'<a href="{escape(book.repository)}/issues/new?{escape(query)}">Report an error</a>'
    if book.contact:
        query = urlencode({"subject": subject})
        return f'<a href="mailto:{escape(book.contact)}?{escape(query)}">Report an error</a>'
    name = f"<code>{escape(figure_id)}</code>"
    return f"To report an error, name the figure, {name}, and {escape(str(book.stamp))}."


def _relative(app: Sphinx, docname: str, match: re.Match[str]) -> str:
    """A link of the form ``_figures/…``, ``_cite/…`` or ``_page/…``, made relative to the page."""
    attribute, room, name, anchor = match[1], match[2], match[3], match[4] or ""
    if room == "_page":
        if name not in app.env.found_docs:
            _LOG.warning(f"link to a page that is not there: {name!r}", location=docname)
            return match[0]
        return f'{attribute}="{app.builder.get_relative_uri(docname, name)}{anchor}"'
    up = "../" * docname.count("/")
    return f'{attribute}="{up}{room}/{name}{anchor}"'


def _source_link(app: Sphinx, docname: str, match: re.Match[str]) -> str:
    """A link to a source: its entry on this page, else its public address, else plain text."""
    before, key, after, text = match.groups()
    rest = _HREF.sub("", f"{before.rstrip()}{after}")
    domain = app.env.get_domain("cite")
    for citation in domain.citations:  # type: ignore[attr-defined]
        if citation.key == key and citation.bibliography_key.docname == docname:
            return f'<a{rest} href="#{citation.citation_id}" data-cite="{key}">{text}</a>'
    entry = domain.bibdata.data.entries.get(key)  # type: ignore[attr-defined]
    if entry is None:
        _LOG.warning(f"source {key!r} is not in the bibliography", location=docname)
        return text
    url = entry.fields.get("url") or ""
    return f'<a{rest} href="{escape(url)}" data-cite="{key}">{text}</a>' if url else text


def _copy_files(app: Sphinx, error: Exception | None) -> None:
    """Copy the files that the pages name from ``_build/figures``; take away the others."""
    if error or app.builder.format != "html":
        return
    source, target = Path(app.outdir).parent / "figures", Path(app.outdir) / "_figures"
    wanted: dict[str, str] = {}
    for page in sorted(Path(app.outdir).rglob("*.html")):
        for name in _FIGURE_FILE.findall(page.read_text("utf-8")):
            wanted.setdefault(name, page.relative_to(app.outdir).as_posix())
    target.mkdir(exist_ok=True)
    for old in target.iterdir():
        if old.name not in wanted:
            old.unlink()
    for name, page_name in sorted(wanted.items()):
        if not (source / name).is_file():
            _LOG.warning(f"{page_name} names _figures/{name}, which no notebook has written")
            continue
        shutil.copyfile(source / name, target / name)


def setup(app: Sphinx) -> None:
    """Hook the checks and the gaps into Sphinx."""
    app.connect("doctree-read", _check_figures)
    app.connect("env-check-consistency", _check_book)
    app.connect("doctree-resolved", _fill)
    app.connect("build-finished", _copy_files, priority=600)
