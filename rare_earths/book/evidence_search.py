"""The search over the rows: its box, and its index, which loads at the first keystroke.

The index is a script, not JSON: pages opened from disk may load a script, and may not fetch a file.
Words that many rows share stand once in a list, a row names their places; an id is put together
from its parts (series, entity, period, source), and stands in full only where that fails.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable

    from rare_earths.book.evidence_pages import Book

INDEX = "search.js"


class Words:
    """A list of distinct words; ``words[x]`` is the place of ``x``, added if it is new."""

    def __init__(self) -> None:
        self.places: dict[Hashable, int] = {}

    def __getitem__(self, word: Hashable) -> int:
        return self.places.setdefault(word, len(self.places))

    def list(self) -> list[Any]:
        """The words in the order of their places."""
        return list(self.places)


def index(book: Book) -> str:
    """The script that holds the index: a call of ``evidenceIndex`` with columns of equal length."""
    from rare_earths.book.evidence_pages import figure_of

    words = {name: Words() for name in ("series", "entities", "periods", "sources", "pages")}
    columns: dict[str, list[Any]] = {name: [] for name in "sepkgv"}
    odd: dict[int, str] = {}
    for place, row in enumerate(row for part in book.parts for row in part.rows):
        entity = (row.entity, row.Index.split(".")[1])
        columns["s"].append(words["series"][row.series])
        columns["e"].append(words["entities"][entity])
        columns["p"].append(words["periods"][row.period])
        columns["k"].append(words["sources"][row.source, book.documents[row.source]])
        columns["g"].append(words["pages"][book.places[row.Index]])
        columns["v"].append(figure_of(row))
        if id_of(row.series, entity[1], row.period, row.source) != row.Index:
            odd[place] = row.Index
    held = {name: listed.list() for name, listed in words.items()} | columns | {"ids": odd}
    return f"evidenceIndex({json.dumps(held, ensure_ascii=False, separators=(',', ':'))});\n"


def id_of(series: str, entity: str, period: str, source: str) -> str:
    """The usual id of a row; ``evidence.js`` does the same."""
    when = period.lower().replace("../", "open-").replace("/..", "-open").replace("/", "-")
    return f"{series.replace('_', '-')}.{entity}.{when}.{source.replace('_', '-')}"


def search_box(script: str, data: str) -> str:
    """The box as HTML.

    :param script: address of the index from the page
    :param data: address of the folder with the files, for readers without scripts
    """
    return (
        f'<div class="row-search needs-js" role="search" aria-label="Rows" '
        f'data-index="{escape(script)}">'
        '<label for="row-query">Search all rows: a place, a quantity, a year, a source</label>'
        '<input type="search" id="row-query" autocomplete="off" spellcheck="false" '
        'aria-describedby="row-count" />'
        '<p id="row-count" role="status" aria-live="polite"></p><ol id="row-results"></ol></div>'
        '<p class="no-js-note">Searching needs JavaScript, which is off in this browser. '
        f'<a href="{escape(data)}rows.csv">All rows as CSV</a> can be searched in any program.</p>'
    )
