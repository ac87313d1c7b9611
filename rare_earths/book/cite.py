"""How to cite a chapter: a block at its end, files for reference managers, tags for machines."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rare_earths.book.facts import Facts, facts

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


def name_of(pagename: str) -> str:
    """``01-reserves`` for ``chapters/01-reserves``: the name of a page's citation files."""
    return pagename.rsplit("/", 1)[-1]


def _people(book: Facts) -> str:
    """The authors in one line."""
    return " and ".join(filter(None, [", ".join(book.authors[:-1]), book.authors[-1]]))


def _year(book: Facts) -> str:
    """The year in brackets, nothing while no commit gives one."""
    return f" ({book.year})" if book.year else ""


def _end(book: Facts, address: str) -> str:
    """Book, version and, once they are set, DOI and address: the end of every citation."""
    parts = [f"<cite>{escape(book.title)}</cite>, {escape(str(book.stamp))}"]
    if book.publisher:
        parts.append(escape(book.publisher))
    if book.doi:
        parts.append(f'<a href="https://doi.org/{escape(book.doi)}">doi:{escape(book.doi)}</a>')
    if address:
        parts.append(f'<a href="{escape(address)}">{escape(address)}</a>')
    return ". ".join(parts) + "."


def figure_citation(book: Facts, title: str, number: str, page: str, figure_id: str) -> str:
    """One figure's citation as HTML; ``page`` is the public address of its page, or empty."""
    address = f"{page}#{figure_id}" if page else ""
    return (
        f"{escape(_people(book))}{_year(book)}. “{escape(title)}”. "
        f"Figure {number} of {_end(book, address)}"
    )


def _record(book: Facts, title: str, pagename: str) -> dict[str, Any]:
    """What the three file formats share; facts that are not set are left out."""
    record = {
        "key": f"rare-earths-{name_of(pagename)}",
        "title": title,
        "book": book.title,
        "authors": list(book.authors),
        "year": book.year,
        "version": book.stamp.version,
        "publisher": book.publisher,
        "doi": book.doi,
        "url": book.page(pagename),
        "note": f"commit {book.stamp.commit}" if book.stamp.commit else "",
    }
    return {name: value for name, value in record.items() if value}


def bibtex(record: dict[str, Any]) -> str:
    """The record as a BibTeX entry; braces keep an organisation's name in one piece."""
    fields = {
        "author": " and ".join(f"{{{name}}}" for name in record["authors"]),
        "title": f"{{{record['title']}}}",
        "booktitle": f"{{{record['book']}}}",
        **{name: record.get(name) for name in ("year", "version", "publisher", "doi", "url")},
        "note": record.get("note"),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@incollection{{{record['key']},", *lines, "}", ""])


def ris(record: dict[str, Any]) -> str:
    """The record in RIS, the format that most reference managers import."""
    tags = [("TY", "CHAP"), *(("AU", name) for name in record["authors"])]
    names = {"TI": "title", "T2": "book", "PY": "year", "ET": "version", "PB": "publisher"}
    names |= {"DO": "doi", "UR": "url", "N1": "note"}
    tags += [(tag, record[name]) for tag, name in names.items() if name in record]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in tags) + "ER  - \r\n"


def csl_json(record: dict[str, Any]) -> str:
    """The record in CSL-JSON."""
    names = {"title": "title", "container-title": "book", "version": "version"}
    names |= {"publisher": "publisher", "DOI": "doi", "URL": "url", "note": "note"}
    item: dict[str, Any] = {"id": record["key"], "type": "chapter"}
    item["author"] = [{"literal": name} for name in record["authors"]]
    item |= {csl: record[name] for csl, name in names.items() if name in record}
    if "year" in record:
        item["issued"] = {"date-parts": [[int(record["year"])]]}
    return json.dumps([item], indent=2, ensure_ascii=False) + "\n"


FORMATS = {
    "bib": ("BibTeX", bibtex),
    "ris": ("RIS", ris),
    "json": ("CSL-JSON", csl_json),
}


def is_chapter(pagename: str) -> bool:
    """Whether a page is a chapter, by its folder."""
    return pagename.startswith("chapters/")


def _title(app: Sphinx, pagename: str) -> str:
    """A page's title as text."""
    return app.env.titles[pagename].astext()


def _block(app: Sphinx, pagename: str) -> str:
    """The folded block at the end of a chapter."""
    book = facts(app.config)
    up = "../" * pagename.count("/")
    links = ", ".join(
        f'<a href="{up}_cite/{name_of(pagename)}.{ending}" download>{label}</a>'
        for ending, (label, _) in FORMATS.items()
    )
    citation = (
        f"{escape(_people(book))}{_year(book)}. “{escape(_title(app, pagename))}”. "
        f"In {_end(book, book.page(pagename))}"
    )
    return (
        '<details class="cite-block"><summary>Cite this chapter</summary>'
        f'<p class="cite-text">{citation}</p>'
        f'<p class="cite-files">For a reference manager: {links}.</p></details>'
    )


def _tags(app: Sphinx, pagename: str, description: str) -> list[tuple[str, str]]:
    """Pairs of name and content for search engines and reference managers."""
    book = facts(app.config)
    pairs = [("description", description)]
    if not is_chapter(pagename):
        return pairs
    title = _title(app, pagename)
    date = book.stamp.date
    pairs += [("citation_title", title), ("citation_inbook_title", book.title)]
    pairs += [("citation_author", name) for name in book.authors]
    pairs += [("citation_publication_date", date.replace("-", "/")), ("citation_doi", book.doi)]
    pairs += [("citation_public_url", book.page(pagename)), ("citation_language", "en")]
    pairs += [("citation_publisher", book.publisher)]
    pairs += [("DC.title", title), ("DC.date", date), ("DC.language", "en-GB")]
    pairs += [("DC.creator", name) for name in book.authors]
    pairs += [("DC.rights", book.licence_text.get("address", "")), ("DC.type", "Text")]
    return pairs


def describe(doctree: nodes.document | None, fallback: str) -> str:
    """A page's first paragraph outside code and finished HTML, cut at a word, as description."""
    from docutils import nodes

    if doctree is not None:
        for paragraph in doctree.findall(nodes.paragraph):
            in_output = paragraph.parent is not None and isinstance(
                paragraph.parent, (nodes.legend, nodes.figure, nodes.footnote, nodes.citation)
            )
            text = re.sub(r"<[^>]+>", "", paragraph.astext()).strip()
            if not in_output and len(text) > 40:
                text = " ".join(text.split())
                return text if len(text) <= 300 else text[:300].rsplit(" ", 1)[0] + " …"
    return fallback


def _page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add tags and, to a chapter, the citation block."""
    book = facts(app.config)
    fallback = f"{book.title}: {book.subtitle}"
    about = context.get("page_about", "")
    tags = [("description", about)] if about else []
    tags = _tags(app, pagename, describe(doctree, fallback)) if doctree else tags
    context["page_tags"] = [(name, content) for name, content in tags if content]
    if doctree and is_chapter(pagename):
        context["body"] = context.get("body", "") + _block(app, pagename)


def _files(app: Sphinx, error: Exception | None) -> None:
    """Write the citation files of every chapter."""
    if error or app.builder.format != "html":
        return
    book, folder = facts(app.config), Path(app.outdir) / "_cite"
    folder.mkdir(exist_ok=True)
    for pagename in filter(is_chapter, sorted(app.env.found_docs)):
        record = _record(book, _title(app, pagename), pagename)
        for ending, (_, write) in FORMATS.items():
            (folder / f"{name_of(pagename)}.{ending}").write_text(write(record), "utf-8")


def setup(app: Sphinx) -> None:
    """Hook block, tags and files into Sphinx."""
    app.connect("html-page-context", _page, priority=900)
    app.connect("build-finished", _files)
