"""The list of figures and the index: what is where in the chapters.

Both are taken from the pages as they were read. The index has the terms of the glossary, countries
and firms, each with the sections in which the chapters' sentences name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from docutils import nodes

from rare_earths.book.blocks import figure_number, raw_html
from rare_earths.book.cite import is_chapter
from rare_earths.book.latex import escape
from rare_earths.book.places import MAKERS, link, paragraph, place
from rare_earths.book.terms import Glossary, Term, glossary, sentences, uses

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

# Kinds of entities that a reader looks up.
KINDS = ("country", "company")
ABOUT = "China"  # every section names it
_PLAIN_NAME = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
_EXPLORER = re.compile(r'<figure\b[^>]*\bid="([^"]+)"[^>]*\bdata-explorer=')


def chapters(env: BuildEnvironment) -> list[str]:
    """The chapters in their order."""
    return sorted(filter(is_chapter, env.found_docs))


def number(env: BuildEnvironment, docname: str) -> str:
    """A chapter's number."""
    return ".".join(map(str, env.toc_secnumbers.get(docname, {}).get("", ())))


def _note(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the titles of a page's figures, and which of them are explorers."""
    titles = {
        name: figure.next_node(nodes.caption).astext()  # type: ignore[union-attr]
        for figure in doctree.findall(nodes.figure)
        if figure.next_node(nodes.caption) is not None
        for name in figure["ids"]
        if name.startswith("fig-")
    }
    text = "\n".join(node.astext() for node in raw_html(doctree))
    kept = {"titles": titles, "explorers": sorted(set(_EXPLORER.findall(text)))}
    app.env.metadata[app.env.docname]["listed"] = kept


def figure_list(app: Sphinx, page: str) -> list[nodes.Node]:
    """Every figure of the chapters: number, finding, whether it can be moved."""
    if app.builder.format != "html":
        return []  # print has its own list, with pages
    made: list[nodes.Node] = []
    for docname in chapters(app.env):
        listed = app.env.metadata[docname]["listed"]
        title = f"{number(app.env, docname)}. {app.env.titles[docname].astext()}"
        chapter = nodes.section("", nodes.title("", title), ids=[docname.rpartition("/")[2]])
        items = nodes.bullet_list(classes=["figure-list"])
        for name, finding in listed["titles"].items():
            line = paragraph(
                nodes.inline("", figure_number(app.env, docname, name), classes=["figure-number"]),
                " ",
                link(app, page, docname, name, finding),
            )
            if name in listed["explorers"]:
                line += [nodes.Text(" "), nodes.inline("", "explorer", classes=["kind"])]
            items += nodes.list_item("", line)
        chapter += items
        made.append(chapter)
    return made


def _names() -> Iterator[Term]:
    """Countries and firms of the evidence as entries; a part of one is no entry."""
    from rare_earths.evidence import evidence

    for name, entity in evidence().entities.iterrows():
        if entity["kind"] in KINDS and not entity["part_of"] and name != ABOUT:
            plain = filter(_PLAIN_NAME.fullmatch, entity["aliases"].split("|"))
            yield Term(str(name), "", "", tuple(plain))


Places = dict[str, list[tuple[str, str, str]]]


def mentions(env: BuildEnvironment, book: Glossary) -> Places:
    """For each entry, page, anchor and title of the sections that name it, in their order."""
    found: Places = {term.name: [] for term in book.terms}
    for docname in chapters(env):
        for paragraph_ in sentences(env.get_doctree(docname)):
            section = _section(paragraph_)
            if section is None:
                continue
            where = (docname, section["ids"][0], _title(section))
            for _, _, _, term in uses(book, paragraph_):
                if where not in found[term.name]:
                    found[term.name].append(where)
    return {name: places for name, places in found.items() if places}


def _section(node: nodes.Node) -> nodes.section | None:
    """The section of a chapter in which a node stands: the one below the chapter's title."""
    above: list[nodes.section] = []
    while (node := node.parent) is not None:  # type: ignore[assignment]
        if isinstance(node, nodes.section):
            above.append(node)
    return above[-2] if len(above) > 1 else (above[-1] if above else None)


def _title(section: nodes.section) -> str:
    """A section's title; what stands before the first one is the chapter's answer."""
    return section[0].astext() if isinstance(section.parent, nodes.section) else "the answer"


def _collect(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Find the entries once, before pages are written; the pages of lists are written anew."""
    asking = [name for name in env.found_docs if env.metadata[name].get("asks")]
    env.rare_earths_index = {}  # type: ignore[attr-defined]
    if any("index" in env.metadata[name]["asks"] for name in asking):
        known = glossary(env)
        terms = {term.name: term for term in (*_names(), *known.terms)}
        book = Glossary(known.docname, tuple(terms.values()))
        env.rare_earths_index = mentions(env, book)  # type: ignore[attr-defined]
    return asking


def _note_asking(app: Sphinx, doctree: nodes.document) -> None:
    """Keep what a page asks the book to fill in."""
    asks = sorted(spot["what"] for spot in doctree.findall(place))
    app.env.metadata[app.env.docname]["asks"] = asks


def index(app: Sphinx, page: str) -> list[nodes.Node]:
    """The entries by name, each with its sections by chapter."""
    found: Places = app.env.rare_earths_index  # type: ignore[attr-defined]
    if app.builder.format == "latex":
        return [nodes.raw("", printed_index(found), format="latex")]
    book = glossary(app.env)
    terms = {term.name: term for term in book.terms}
    list_ = nodes.definition_list(classes=["index-list"])
    for name in sorted(found, key=str.casefold):
        term = nodes.term("", name)
        if name in terms:
            term = nodes.term("", "", link(app, page, book.docname, terms[name].anchor, name))
        line = nodes.paragraph()
        for docname, places in _by_page(found[name]):
            if line.children:
                line += nodes.Text(" · ")
            line += nodes.Text(f"{number(app.env, docname)} ")
            for i, (anchor, title) in enumerate(places):
                line += [nodes.Text(", ")] if i else []
                line += link(app, page, docname, anchor, title)
        list_ += nodes.definition_list_item("", term, nodes.definition("", line))
    return [list_]


def printed_index(found: Places) -> str:
    """The entries in two columns, each with the page on which a chapter's first section begins.

    Sections are short: of two that begin on one page the page would stand twice.
    """
    lines = []
    for name in sorted(found, key=str.casefold):
        pages = ", ".join(
            rf"\hyperref[\detokenize{{{docname}:{anchor}}}]"
            rf"{{\pageref*{{\detokenize{{{docname}:{anchor}}}}}}}"
            for docname, [(anchor, _), *_rest] in _by_page(found[name])
        )
        lines.append(rf"\par\hangindent=1em {escape(name)}\enspace {pages}")
    return "\n".join([r"\begin{multicols}{2}\raggedright\parindent0pt", *lines, r"\end{multicols}"])


# A chapter's sections that are named for one entry: whoever wants the others reads on from these.
SECTIONS = 2


def _by_page(
    places: list[tuple[str, str, str]],
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The places of one entry chapter by chapter, the first few of each."""
    for docname in dict.fromkeys(place_[0] for place_ in places):
        yield (
            docname,
            [(anchor, title) for name, anchor, title in places if name == docname][:SECTIONS],
        )


MAKERS |= {"figures": figure_list, "index": index}


def setup(app: Sphinx) -> None:
    """Hook the lists into Sphinx."""
    app.connect("doctree-read", _note)
    app.connect("doctree-read", _note_asking)
    app.connect("env-updated", _collect)
