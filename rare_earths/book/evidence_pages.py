"""The evidence open to the reader: pages made from the tables at the end of a build.

- ``evidence/<topic>.html``: what a topic covers, its series, its known holes, and every document
  with grade, how it was read, licence and rows (``#source-<key>``);
- ``evidence/<topic>-<n>.html``: the rows (``#row-<id>``; how they are cut: see ``rows``), each with
  its place in the source, grade, lineage, hand, correction, and the figures and claims that use it;
- ``evidence/<figure>.html``: the rows behind a figure, by document;
- ``evidence/disagreements.html``: every quantity on which independent origins differ, by size.

All text comes from the tables and is escaped. ``evidence_site`` hands the pages to Sphinx.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from itertools import groupby
from typing import Any

import pandas as pd

from rare_earths import support
from rare_earths.book.data_files import kept_back
from rare_earths.book.evidence_search import search_box
from rare_earths.book.rows import Part, Row, parts, places
from rare_earths.evidence import Evidence
from rare_earths.topics import coverage, span
from rare_earths.words import number

HANDS = {"first": "first hand", "quoted": "quoted", "inferred": "origin inferred"}


@dataclass(frozen=True)
class Use:
    """A figure or claim that uses rows: what a link to it says, and its address from here."""

    label: str
    address: str


@dataclass
class Book:
    """The evidence with what the pages need to know of the book around it.

    figures: id to number, title, page and the ids of its rows. claims: id to page and rows.
    """

    data: Evidence
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def parts(self) -> list[Part]:
        """The pages of rows."""
        return parts(self.data.rows)

    @cached_property
    def places(self) -> dict[str, str]:
        """The page of each row."""
        return places(self.parts)

    @cached_property
    def rows(self) -> dict[str, Row]:
        """Every row by its id, in the order of the pages."""
        return {row.Index: row for part in self.parts for row in part.rows}

    @cached_property
    def sources(self) -> dict[str, dict[str, str]]:
        """The fields of each document."""
        return _lines(self.data.sources)

    @cached_property
    def meanings(self) -> dict[str, str]:
        """The meaning of each series."""
        return {key: words["meaning"] for key, words in _lines(self.data.series).items()}

    @cached_property
    def topics(self) -> dict[str, dict[str, str]]:
        """Title and meaning of each topic."""
        return _lines(self.data.topics)

    @cached_property
    def barred(self) -> dict[str, str]:
        """The licences that do not allow passing figures on, with the reason."""
        judged = _lines(self.data.licences)
        return {key: w["reason"] for key, w in judged.items() if w["pass_on"] == "no"}

    @cached_property
    def uses(self) -> dict[str, list[Use]]:
        """What uses each row: figures, then claims."""
        found: dict[str, list[Use]] = defaultdict(list)
        for name, figure in self.figures.items():
            use = Use(f"Figure {figure['number']}", f"../{figure['page']}#{name}")
            for row in figure["rows"]:
                found[row].append(use)
        for claim, judged in self.claims.items():
            use = Use(f"claim {claim}", f"../{judged['page']}#claim-{claim.lower()}")
            for row in judged["rows"]:
                found[row].append(use)
        return found

    @cached_property
    def corrections(self) -> dict[str, list[dict[str, str]]]:
        """The declared corrections of each row."""
        found: dict[str, list[dict[str, str]]] = defaultdict(list)
        for line in _lines(self.data.corrections).values():
            found[line["row"]].append(line)
        return found

    @cached_property
    def origins(self) -> dict[str, str]:
        """Each lineage's name without what stands in brackets or behind a comma."""
        names = _lines(self.data.lineages)
        return {key: re.split(r" \(|,", words["name"])[0] for key, words in names.items()}

    @cached_property
    def documents(self) -> dict[str, str]:
        """Each document in a few words: who, and when."""
        found = {}
        for key, words in self.data.sources[["publisher", "author", "year"]].iterrows():
            who = re.split(r" \(|;", words["publisher"] or words["author"] or str(key))[0]
            year = words["year"].removesuffix(".0")
            found[str(key)] = who if not year or year in who else f"{who} {year}"
        return found

    def row_address(self, row: str) -> str:
        """Address of a row from a page of the evidence."""
        return f"{self.places[row]}.html#row-{row}"

    def topics_of(self, source: str) -> list[str]:
        """The topics in which a document has rows."""
        return self._topics_of.get(source, [])

    @cached_property
    def _topics_of(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for source, topic in dict.fromkeys((r.source, r.topic) for r in self.rows.values()):
            found[source].append(topic)
        return found


def _lines(table: pd.DataFrame) -> dict[str, dict[str, str]]:
    """A table of text as one dictionary a line, by its index."""
    return {str(key): dict(line) for key, line in table.to_dict("index").items()}  # type: ignore[arg-type]


# --- words ---------------------------------------------------------------------------------------


def figure_of(row: Row) -> str:
    """A row's figure as the source prints it: bound, range and unit included."""
    value, low, high = (f"{x:,.15g}" if pd.notna(x) else "" for x in (row.value, row.low, row.high))
    told = value if row.bound == "exact" else f"{row.bound} {value}"
    if low and high and low != high:
        told = f"{low} to {high}"
    return f"{told.replace('-', '−')} {row.unit}"


def name_of(row: Row) -> str:
    """What a row is about, and when."""
    return f"{row.entity}, {row.period}"


def link(address: str, text: str) -> str:
    """A link; both are escaped."""
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def table(heads: Iterable[str], body: Iterable[str], label: str, css: str = "") -> str:
    """A table whose head cells are the given words; one that begins with # holds numbers."""
    head = "".join(
        f'<th scope="col"{_NUM if h.startswith("#") else ""}>{h.lstrip("#")}</th>' for h in heads
    )
    return (
        f'<div class="table-scroll" role="region" tabindex="0" aria-label="{escape(label)}">'
        f'<table class="evidence-table{css}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


_NUM = ' class="num"'


def grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Rows by what stands in a column, in order of first mention."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(getattr(row, column), []).append(row)
    return found


def rows_word(count: int) -> str:
    """``1 row``, ``1,234 rows``."""
    return f"{number(count)} {'row' if count == 1 else 'rows'}"


# --- rows ----------------------------------------------------------------------------------------


def rows_page(book: Book, part: Part, last: int) -> str:
    """The body of one page of rows."""
    topic = part.topic
    title = book.topics[topic]["title"]
    told = (
        f"<p>{rows_word(len(part.rows))} of {link(f'{topic}.html', title)}, page {part.number} of "
        f"{last}. Values and units stand as the source prints them.</p>"
    )
    sections = []
    for name, rows in grouped(part.rows, "series").items():
        body = (_row(book, row) for row in rows)
        sections.append(
            f'<section id="series-{name}"><h2>{escape(words_of(name))}</h2>'
            f"<p>{escape(book.meanings[name])}.</p>"
            + table(ROW_HEADS, body, words_of(name), " evidence-rows")
            + "</section>"
        )
    return f"<h1>{escape(rows_title(book, part))}</h1>{told}{''.join(sections)}"


ROW_HEADS = ("About", "#Figure", "Source and place in it", "How far to trust it", "Notes and use")


def words_of(series: str) -> str:
    """The name of a series for readers."""
    words = series.replace("_", " ")
    return words[0].upper() + words[1:]


def _row(book: Book, row: Row) -> str:
    source = f"{row.topic}.html#source-{row.source}"
    trust = f"grade {row.grade}, {row.quality}, {HANDS[row.hand]}: {book.origins[row.lineage]}"
    trust += f"; edition {row.vintage}" if row.vintage else ""
    return (
        f'<tr id="row-{row.Index}"><th scope="row"><a href="#row-{row.Index}">'
        f"{escape(name_of(row))}</a></th>"
        f"<td{_NUM}>{escape(figure_of(row))}</td>"
        f"<td>{link(source, book.documents[row.source])}: {escape(row.locator)}</td>"
        f"<td>{escape(trust)}</td><td>{_notes(book, row)}</td></tr>"
    )


def _notes(book: Book, row: Row) -> str:
    """Note, corrections, and what uses a row."""
    told = [escape(row.note)] if row.note else []
    for line in book.corrections.get(row.Index, []):
        what = (
            "Not to be used"
            if line["field"] == "use"
            else f"Corrected: {line['field']} {line['printed']} is read as {line['corrected']}"
        )
        told.append(f"<strong>{escape(what)}</strong>: {escape(line['reason'])}")
    if uses := book.uses.get(row.Index):
        told.append("Used in " + ", ".join(link(use.address, use.label) for use in uses))
    return "<br>".join(told)


# --- topics --------------------------------------------------------------------------------------


def topic_page(book: Book, topic: str) -> str:
    """The body of a topic's page."""
    data = book.data
    words, pages = book.topics[topic], [part for part in book.parts if part.topic == topic]
    rows = [row for part in pages for row in part.rows]
    told = coverage(data.rows[data.rows["topic"] == topic])
    reach = "".join(f"<div><dt>{label}</dt><dd>{x}</dd></div>" for label, x in told.items())
    holes = data.holes.loc[data.holes["topic"] == topic, "missing"]
    missing = "".join(f"<li>{escape(hole)}</li>" for hole in holes)
    listed = ", ".join(link(f"{part.name}.html", f"page {part.number}") for part in pages)
    files = link(f"../data/{topic}.csv", "CSV") + ", " + link(f"../data/{topic}.parquet", "Parquet")
    held = int((kept_back(data)["topic"] == topic).sum())
    less = (
        f" The files lack {rows_word(held)} whose sources do not allow passing them on "
        f"({link('../data/left-out.csv', 'list')}); the pages here show every row."
        if held
        else ""
    )
    return (
        f"<h1>{escape(words['title'])}</h1><p>{escape(words['meaning'])}.</p>"
        f'<dl class="coverage">{reach}</dl>'
        f"<p>All rows: {listed}. As files: {files}.{less} "
        f"{link('../pages/evidence.html', 'All topics')}.</p>"
        f"{search_box('search.js', '../data/')}"
        + (
            f'<section id="holes"><h2>Known holes</h2><ul>{missing}</ul></section>'
            if missing
            else ""
        )
        + f'<section id="series"><h2>Series</h2>{_series_table(book, rows)}</section>'
        + f'<section id="documents"><h2>Documents</h2>{_documents(book, rows)}</section>'
    )


def _series_table(book: Book, rows: list[Row]) -> str:
    heads = ("Series", "Meaning", "Unit", "Years", "#Rows", "#Documents", "#Lineages")
    body = []
    for series, part in grouped(rows, "series").items():
        address = f"{book.places[part[0].Index]}.html#series-{series}"
        units = ", ".join(dict.fromkeys(row.unit for row in part))
        counts = (len(part), len({r.source for r in part}), len({r.lineage for r in part}))
        body.append(
            f'<tr><th scope="row">{link(address, words_of(series))}</th>'
            f"<td>{escape(book.meanings[series])}</td><td>{escape(units)}</td>"
            f"<td>{span(row.period for row in part)}</td>"
            + "".join(f"<td{_NUM}>{number(count)}</td>" for count in counts)
            + "</tr>"
        )
    return table(heads, body, "Series")


def _by_document(book: Book, rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """Rows by the document they are from, the documents by name."""
    found = grouped(rows, "source")
    return sorted(found.items(), key=lambda pair: (book.documents[pair[0]].casefold(), pair[0]))


def _documents(book: Book, rows: list[Row]) -> str:
    return "".join(_document(book, key, part) for key, part in _by_document(book, rows))


def _document(book: Book, key: str, rows: list[Row]) -> str:
    """One document: what it is, how far to trust it, and which rows it gives."""
    words = book.sources[key]
    title = escape(words["title"])
    if re.match(r"https?://", words["url"]):
        title = f'<a href="{escape(words["url"])}">{title}</a>'
    names = dict.fromkeys([words["author"], words["publisher"], words["year"]])
    who = ". ".join(filter(None, names))
    hands = ", ".join(f"{len(part)} {HANDS[h]}" for h, part in grouped(rows, "hand").items())
    origins = "; ".join(dict.fromkeys(book.origins[row.lineage] for row in rows))
    told = [
        f"Grade {words['grade']}, {words['kind'].replace('-', ' ')}. Read: {words['howread']}. "
        f"Licence: {words['licence']}. Rows: {hands}; on the measurement of {origins}."
    ]
    if words["supersedes"]:
        told.append(f"Supersedes {words['supersedes']}.")
    if reason := book.barred.get(words["licence"]):
        told.append(f"Left out of the files: {reason}.")
    others = [t for t in book.topics_of(key) if t != rows[0].topic]
    also = ", ".join(link(f"{t}.html#source-{key}", book.topics[t]["title"]) for t in others)
    return (
        f'<section class="document" id="source-{escape(key)}">'
        f"<h3>{escape(book.documents[key])}</h3>"
        f"<p>{title}. {escape(who)}. <code>{escape(key)}</code></p>"
        f"<p>{escape(' '.join(told))}{f' Also in: {also}.' if also else ''}</p>"
        f"<p>{_rows_by_series(book, rows)}</p></section>"
    )


def _rows_by_series(book: Book, rows: list[Row]) -> str:
    """Links to the first row of each series."""
    told = [
        f"{link(book.row_address(part[0].Index), words_of(series))} ({rows_word(len(part))})"
        for series, part in grouped(rows, "series").items()
    ]
    return "In the tables: " + ", ".join(told) + "."


# --- figures, disagreements ----------------------------------------------------------------------


def figure_page(book: Book, name: str) -> str:
    """The body of the page that lists the rows behind a figure, by document."""
    figure = book.figures[name]
    rows = [book.rows[row] for row in figure["rows"]]
    label = f"Figure {figure['number']}"
    found = _by_document(book, rows)
    items = []
    for key, part in found:
        links = "; ".join(
            f"{link(book.row_address(row.Index), name_of(row))}: {escape(figure_of(row))}"
            for row in part
        )
        document = link(f"{part[0].topic}.html#source-{key}", book.documents[key])
        items.append(f"<li><strong>{document}</strong>: {links}.</li>")
    there = link(f"../{figure['page']}#{name}", label)
    return (
        f"<h1>The rows behind {label}</h1>"
        f"<p>{there}: {escape(figure['title'])}. It rests on "
        f"{rows_word(len(rows))} from {number(len(found))} "
        f"{'document' if len(found) == 1 else 'documents'}.</p><ul>{''.join(items)}</ul>"
    )


def disagreements_page(book: Book) -> str:
    """The body of the page that ranks the disagreements."""
    apart = support.disagreements(book.data, support.quantities(book.data))
    heads = ("#Rank", "Quantity", "#Lowest", "#Highest", "Unit", "#Ratio", "#Lineages", "Reason")
    body = []
    for rank, row in enumerate(apart.itertuples(), 1):
        first = str(row.id).split()[0]
        what = f"{words_of(str(row.series))}: {name_of(row)}"
        numbers = (f"{row.low:,.6g}", f"{row.high:,.6g}")
        body.append(
            f'<tr><td{_NUM}>{rank}</td><th scope="row">{link(book.row_address(first), what)}</th>'
            + "".join(f"<td{_NUM}>{told}</td>" for told in numbers)
            + f"<td>{escape(str(row.unit))}</td><td{_NUM}>{row.ratio:.2f}</td>"
            f"<td{_NUM}>{row.origins}</td><td>{escape(str(row.reason))}</td></tr>"
        )
    return (
        "<h1>Where sources disagree</h1>"
        f"<p>{number(len(apart))} quantities, each one series of one place in one period, have "
        "values from two or more independent lineages. They are ranked by the ratio of the highest "
        "to the lowest value; the reason stands where it is known. "
        f"{link('../pages/evidence.html', 'The evidence')}.</p>"
        + table(heads, body, "Disagreements")
    )


# --- all of them ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """A page of the evidence: name in its folder, title, body, pages before and after it."""

    name: str
    title: str
    body: str
    before: Part | None = None
    after: Part | None = None


def rows_title(book: Book, part: Part) -> str:
    """The title of a page of rows."""
    return f"{book.topics[part.topic]['title']}: rows, page {part.number}"


def pages(book: Book) -> Iterator[Page]:
    """Every page of the evidence."""
    for _, of_topic in groupby(book.parts, lambda part: part.topic):
        series = list(of_topic)
        around = zip([None, *series], series, [*series[1:], None], strict=False)
        for before, part, after in around:
            body = rows_page(book, part, len(series))
            yield Page(part.name, rows_title(book, part), body, before, after)
    for topic, words in book.topics.items():
        yield Page(topic, words["title"], topic_page(book, topic))
    for name, figure in book.figures.items():
        if figure["rows"]:
            title = f"The rows behind Figure {figure['number']}"
            yield Page(name, title, figure_page(book, name))
    yield Page("disagreements", "Where sources disagree", disagreements_page(book))
