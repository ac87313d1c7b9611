"""Terms of the glossary in the chapters: the first use links to the entry and carries its words.

A writer need do nothing. A term is found in the sentences of a chapter in singular and plural, and
never in headings, figures, tables, code, quoted words or other links. The front matter of the
glossary's page says what only a person can know:

- ``by_hand``: terms that are everyday words too (*control*, *choice*), linked only where a chapter
  marks them with ``{term}``;
- ``also``: other names of a term (``REO: Rare-earth oxide equivalent``).

``static/terms.js`` shows the definition on hover and focus; without scripts it is a plain link.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

_LOG = logging.getLogger(__name__)
# Nothing in these is a sentence of the chapter, or it is a link already.
_NOT_PROSE = (
    *(nodes.figure, nodes.table, nodes.footnote, nodes.citation, nodes.block_quote),
    *(nodes.title, nodes.admonition, addnodes.glossary),
)
_NOT_WORDS = (
    *(nodes.reference, nodes.literal, nodes.raw, nodes.strong, nodes.math, nodes.image),
    *(nodes.footnote_reference, nodes.citation_reference),
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|《[^》]*》")


@dataclass(frozen=True)
class Term:
    """An entry of the glossary: its name, its anchor, its words, and how else it is called."""

    name: str
    anchor: str
    definition: str
    others: tuple[str, ...] = ()
    by_hand: bool = False


@dataclass(frozen=True)
class Glossary:
    """All terms and the page on which they stand."""

    docname: str
    terms: tuple[Term, ...]

    @cached_property
    def by_anchor(self) -> dict[str, Term]:
        """The terms by the anchors of their entries."""
        return {term.anchor: term for term in self.terms}

    @cached_property
    def _spelled(self) -> dict[str, Term]:
        """Every spelling under which a term is found without a mark."""
        return {
            key(spelling): term
            for term in self.terms
            if not term.by_hand
            for name in (term.name, *term.others)
            for spelling in spellings(name)
        }

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Any spelling, the longest first, so that basic reserves are not reserves."""
        words = sorted(self._spelled, key=len, reverse=True)
        if not words:
            return re.compile(r"(?!)")
        return re.compile(
            r"(?<![\w-])(?:" + "|".join(map(_loose, words)) + r")(?![\w-])", re.IGNORECASE
        )

    def found(self, text: str) -> Iterator[tuple[int, int, Term]]:
        """Where terms stand in a text: begin, end, term."""
        for match in self._pattern.finditer(text):
            if term := self._spelled.get(key(match[0])):
                yield match.start(), match.end(), term


def key(spelling: str) -> str:
    """A spelling as it is compared: names with inner capitals (REO, NdPr) keep their letters."""
    words = " ".join(spelling.split())
    return words if re.search(r"\w[A-Z]", words) else words.casefold()


def spellings(name: str) -> set[str]:
    """A name, its plural and its singular, by the rules that the glossary's words follow."""
    if name.endswith(("ss", "ics", "assay")) or re.search(r"\w[A-Z]", name):
        return {name}
    if name.endswith("ies"):
        return {name, name[:-3] + "y"}
    if name.endswith("ses"):
        return {name, name[:-1], name[:-2]}
    if name.endswith("s"):
        return {name, name[:-1]}
    if name.endswith("y") and name[-2] not in "aeiou":
        return {name, name[:-1] + "ies"}
    if name.endswith(("x", "ch")):
        return {name, name + "es"}
    return {name, name + "s"}


def _loose(spelling: str) -> str:
    """A spelling in which a line may break at each blank."""
    return r"\s+".join(map(re.escape, spelling.split(" ")))


def _note(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the entries of a page that holds the glossary, with what its front matter says."""
    entries = [item for list_ in doctree.findall(addnodes.glossary) for item in _entries(list_)]
    if not entries:
        return
    front = app.env.metadata[app.env.docname]
    by_hand = json.loads(front.get("by_hand", "[]"))
    also = json.loads(front.get("also", "{}"))
    names = [name for name, _, _ in entries]
    for unknown in sorted({*by_hand, *also.values()} - set(names)):
        _LOG.warning(f"front matter: {unknown!r} is no term of the glossary", location=doctree)
    front["glossary"] = [
        Term(
            name,
            anchor,
            definition,
            tuple(other for other, meant in also.items() if meant == name),
            name in by_hand,
        )
        for name, anchor, definition in entries
    ]


def _entries(list_: addnodes.glossary) -> Iterator[tuple[str, str, str]]:
    """Name, anchor and definition of each entry."""
    for item in list_.findall(nodes.definition_list_item):
        (definition,) = item.findall(nodes.definition)
        for term in item.findall(nodes.term):
            words = "".join(
                part.astext() for part in term.children if not isinstance(part, addnodes.index)
            )
            yield words.strip(), term["ids"][0], " ".join(definition.astext().split())


def glossary(env: BuildEnvironment) -> Glossary:
    """The glossary of the book; without terms where it has none."""
    for docname in sorted(env.found_docs):
        if terms := env.metadata[docname].get("glossary"):
            return Glossary(docname, tuple(terms))
    return Glossary("", ())


def _all_when_changed(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Every page is written again when the glossary changed."""
    before, now = getattr(env, "rare_earths_glossary", None), glossary(env)
    env.rare_earths_glossary = now  # type: ignore[attr-defined]
    return [] if before == now else sorted(env.found_docs)


def sentences(doctree: nodes.Element) -> Iterator[nodes.paragraph]:
    """The paragraphs of a page that are its author's sentences."""
    for paragraph in doctree.findall(nodes.paragraph):
        if not any(isinstance(part, _NOT_PROSE) or _is_output(part) for part in _above(paragraph)):
            yield paragraph


def _above(node: nodes.Node) -> Iterator[nodes.Element]:
    """What a node stands in, from near to far."""
    while (node := node.parent) is not None:
        yield node


def _is_output(part: nodes.Element) -> bool:
    """Whether a part was made by a cell."""
    return bool({"cell_output", "cell"} & set(part.get("classes", ())))


def words(paragraph: nodes.paragraph) -> list[tuple[nodes.Text, list[tuple[int, int]]]]:
    """The texts of a paragraph that may hold terms, each with the quoted stretches in it."""
    texts = list(paragraph.findall(nodes.Text))
    quoted = [m.span() for m in _QUOTED.finditer("".join(text.astext() for text in texts))]
    found, start = [], 0
    for text in texts:
        inside = [part for part in _above(text) if isinstance(part, _NOT_WORDS)]
        if not inside:
            found.append((text, [(low - start, high - start) for low, high in quoted]))
        start += len(text.astext())
    return found


def uses(book: Glossary, paragraph: nodes.paragraph) -> Iterator[tuple[nodes.Text, int, int, Term]]:
    """Where a paragraph uses terms: the text, begin and end in it, the term."""
    for text, quoted in words(paragraph):
        for start, end, term in book.found(text.astext()):
            if not any(start < high and end > low for low, high in quoted):
                yield text, start, end, term


def _link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Link each term where a chapter first uses it, and wherever its author marked it."""
    if app.builder.name != "html" or not docname.startswith("chapters/"):
        return
    book = glossary(app.env)
    address = app.builder.get_relative_uri(docname, book.docname) if book.terms else ""
    met: set[str] = set()
    for paragraph in sentences(doctree):
        for mark in [m for m in paragraph.findall(nodes.reference) if _is_mark(m)]:
            anchor = mark.get("refuri", "").partition("#")[2]
            if term := book.by_anchor.get(anchor):
                mark.replace_self(_anchor(address, term, mark.astext()))
                met.add(term.anchor)
        new: dict[nodes.Text, list[tuple[int, int, Term]]] = {}
        for text, start, end, term in uses(book, paragraph):
            if term.anchor not in met:
                met.add(term.anchor)
                new.setdefault(text, []).append((start, end, term))
        for text, places in new.items():
            text.parent.replace(text, list(_pieces(text.astext(), places, address)))


def _is_mark(link: nodes.reference) -> bool:
    """Whether a link was written as ``{term}``."""
    return any("std-term" in part["classes"] for part in link.findall(nodes.inline))


def _pieces(
    text: str, places: list[tuple[int, int, Term]], address: str
) -> Iterator[nodes.Text | nodes.raw]:
    """A text cut at its terms, with a link for each."""
    done = 0
    for start, end, term in places:
        if start > done:
            yield nodes.Text(text[done:start])
        yield _anchor(address, term, text[start:end])
        done = end
    if done < len(text):
        yield nodes.Text(text[done:])


def _anchor(address: str, term: Term, shown: str) -> nodes.raw:
    """The link of a term with its definition."""
    link = (
        f'<a class="term" href="{escape(address)}#{escape(term.anchor)}" '
        f'data-definition="{escape(term.definition)}">{escape(shown, quote=False)}</a>'
    )
    return nodes.raw("", link, format="html")


def setup(app: Sphinx) -> None:
    """Hook the links into Sphinx."""
    app.connect("doctree-read", _note)
    app.connect("env-updated", _all_when_changed)
    app.connect("doctree-resolved", _link)
