"""How the 10,000 rows of the evidence lie on pages, and how a row is found again.

The rows of a topic are put in order (series, entity, period) and cut into pages of about
``ROWS_A_PAGE``. Why so: one page a topic would be 3,100 rows long and weigh ten times the budget;
one page a series would be 1,287 pages, most of a row or two, which nobody can read through; and
rows fetched by a script would have no place that a link, a search engine or a browser without
scripts can reach. Measured at 200 rows a page: 66 pages, at most 21 kB (gzip) of 60 allowed.

A page's number may change when rows are added. The address that lasts is the topic's,
``evidence/<topic>.html#row-<id>``: where a row stands on another page, ``evidence.js`` leads there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import pandas as pd

ROWS_A_PAGE = 200


@dataclass(frozen=True)
class Part:
    """One page of rows: its topic, its number among the topic's pages from 1, its rows."""

    topic: str
    number: int
    rows: pd.DataFrame

    @property
    def name(self) -> str:
        """The page's name in the folder ``evidence/``, without its ending."""
        return f"{self.topic}-{self.number}"


def parts(rows: pd.DataFrame) -> list[Part]:
    """All pages of rows, topic by topic in the order of ``rows``; each row is on one."""
    return [
        Part(str(topic), number, page)
        for topic, of_topic in rows.groupby("topic", sort=False)
        for number, page in enumerate(_pages(of_topic), 1)
    ]


def _pages(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """A topic's rows cut into pages: between series where these are short, else between entities,
    within an entity only where it has more rows than a page.
    """
    place = {series: i for i, series in enumerate(dict.fromkeys(rows["series"]))}
    rows = rows.sort_values(
        ["series", "entity", "period", "source"],
        key=lambda column: column.map(place) if column.name == "series" else column,
        kind="stable",
    )
    start = end = 0
    for block in _blocks(rows):
        if end > start and end + block - start > ROWS_A_PAGE:
            yield rows.iloc[start:end]
            start = end
        end += block
    yield rows.iloc[start:end]


def _blocks(rows: pd.DataFrame) -> Iterator[int]:
    """How many rows a page takes whole, one block after the other."""
    for _, names in groupby(zip(rows["series"], rows["entity"], strict=True), itemgetter(0)):
        entities = Counter(entity for _, entity in names)
        if entities.total() <= ROWS_A_PAGE:
            yield entities.total()
            continue
        for count in entities.values():
            yield from [ROWS_A_PAGE] * (count // ROWS_A_PAGE)
            yield count % ROWS_A_PAGE


def places(pages: list[Part]) -> dict[str, str]:
    """The name of the page on which each row stands."""
    return {str(row): part.name for part in pages for row in part.rows.index}
