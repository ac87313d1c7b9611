"""How the 10,000 rows of the evidence lie on pages, and how a row is found again.

The rows of a topic are put in order (series, entity, period) and cut into pages of about
``ROWS_A_PAGE``. Why so: one page a topic would be 3,100 rows long and weigh ten times the budget;
one page a series would be 1,287 pages, most of a row or two, which nobody can read through; and
rows fetched by a script would have no place that a link, a search engine or a browser without
scripts can reach. Measured at 200 rows a page: 70 pages, at most 23 kB (gzip) of 60 allowed and
3,500 elements.

A page's number may change when rows are added. The address that lasts is the topic's,
``evidence/<topic>.html#row-<id>``: where a row stands on another page, ``evidence.js`` leads there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

ROWS_A_PAGE = 200
Row = Any  # a row of the evidence as a named tuple: Index is its id, then the columns


@dataclass(frozen=True)
class Part:
    """One page of rows: its topic, its number among the topic's pages from 1, its rows."""

    topic: str
    number: int
    rows: list[Row]

    @property
    def name(self) -> str:
        """The page's name in the folder ``evidence/``, without its ending."""
        return f"{self.topic}-{self.number}"


def parts(rows: pd.DataFrame) -> list[Part]:
    """All pages of rows, topic by topic in the order of ``rows``; each row is on one.

    Within a topic the series keep their order; entities, periods and sources go by name.
    """
    place = {series: i for i, series in enumerate(dict.fromkeys(rows["series"]))}
    topic = {name: i for i, name in enumerate(dict.fromkeys(rows["topic"]))}
    ordered = sorted(
        rows.itertuples(),
        key=lambda r: (topic[r.topic], place[r.series], r.entity, r.period, r.source, r.Index),
    )
    return [
        Part(name, number, page)
        for name, of_topic in groupby(ordered, lambda r: r.topic)
        for number, page in enumerate(_pages(list(of_topic)), 1)
    ]


def _pages(rows: list[Row]) -> Iterator[list[Row]]:
    """A topic's rows cut into pages: between series where these are short, else between entities,
    within an entity only where it has more rows than a page.
    """
    page: list[Row] = []
    for block in _blocks(rows):
        if page and len(page) + len(block) > ROWS_A_PAGE:
            yield page
            page = []
        page = page + block
    if page:
        yield page


def _blocks(rows: list[Row]) -> Iterator[list[Row]]:
    """What a page takes whole."""
    for _, group in groupby(rows, lambda r: r.series):
        series = list(group)
        if len(series) <= ROWS_A_PAGE:
            yield series
            continue
        for _, same in groupby(series, lambda r: r.entity):
            entity = list(same)
            for start in range(0, len(entity), ROWS_A_PAGE):
                yield entity[start : start + ROWS_A_PAGE]


def places(pages: list[Part]) -> dict[str, str]:
    """The name of the page on which each row stands."""
    return {row.Index: part.name for part in pages for row in part.rows}
