"""What each topic of the evidence holds, counted: for the evidence page, the PDF and the topic
pages of the book.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from rare_earths.evidence import Evidence
from rare_earths.words import number


def span(periods: Iterable[str]) -> str:
    """The years that some periods touch: ``1900 to 2025``, ``2020`` or ``undated``."""
    years = sorted({year for period in periods for year in re.findall(r"\d{4}", period)})
    if not years:
        return "undated"
    return years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"


def coverage(rows: pd.DataFrame) -> dict[str, str]:
    """How far some rows reach: label to count or years, in the order in which a reader asks."""
    hands, grades = rows["hand"].value_counts(), rows["grade"].value_counts()
    countries = rows.loc[rows["kind"] == "country", "entity"].nunique()
    told = {"Rows": len(rows), "Series": rows["series"].nunique()}
    told |= {"Places and things": rows["entity"].nunique(), "of them countries": countries}
    told |= {"Documents": rows["source"].nunique(), "Lineages": rows["lineage"].nunique()}
    told |= {"At first hand": int(hands.get("first", 0))}
    told |= {f"Grade {grade}": int(grades.get(grade, 0)) for grade in "ABC"}
    return {
        "Years": span(rows["period"]),
        **{label: str(number(count)) for label, count in told.items()},
    }


def by_quantity(book: Evidence, topic: str) -> pd.DataFrame:
    """A topic by quantity, most rows first: columns quantity, series, rows, documents, lineages,
    years.
    """
    rows = book.rows[book.rows["topic"] == topic]
    found = [
        {
            "quantity": quantity,
            "series": part["series"].nunique(),
            "rows": len(part),
            "documents": part["source"].nunique(),
            "lineages": part["lineage"].nunique(),
            "years": span(part["period"]),
        }
        for quantity, part in rows.groupby(rows["series"].map(book.series["quantity"]))
    ]
    order = pd.DataFrame(found).sort_values(["rows", "quantity"], ascending=[False, True])
    return order.reset_index(drop=True)


@dataclass(frozen=True)
class Overview:
    """All topics in one table; in print a table for each topic, by quantity, with its holes."""

    book: Evidence

    def __repr__(self) -> str:
        return f"{len(self.book.topics)} topics, {len(self.book.rows)} rows"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        printed = {"kind": "markdown", "text": self.markdown()}
        return {
            "text/html": self.html(),
            "application/vnd.rare-earths.latex+json": printed,
            "text/plain": repr(self),
        }

    def html(self) -> str:
        """One line a topic, its name linked to its page."""
        heads = ["Topic", "Rows", "Series", "Documents", "Lineages", "Years"]
        head = "".join(
            f'<th scope="col"{"" if h in ("Topic", "Years") else _NUM}>{h}</th>' for h in heads
        )
        body = []
        for topic, words in self.book.topics.iterrows():
            told = coverage(self.book.rows[self.book.rows["topic"] == topic])
            cells = "".join(f"<td{_NUM}>{told[h]}</td>" for h in heads[1:-1])
            name = f'<a href="_evidence/{topic}">{escape(words["title"])}</a>'
            body.append(f'<tr><th scope="row">{name}</th>{cells}<td>{told["Years"]}</td></tr>')
        return (
            '<div class="table-scroll" role="region" tabindex="0" aria-label="Topics">'
            f'<table class="topics computed"><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(body)}</tbody></table></div>"
        )

    def markdown(self) -> str:
        """A table for each topic, by quantity."""
        return "\n\n".join(self._printed(str(topic)) for topic in self.book.topics.index)

    def _printed(self, topic: str) -> str:
        words = self.book.topics.loc[topic]
        told = coverage(self.book.rows[self.book.rows["topic"] == topic])
        facts = ", ".join(
            f"{told[label]} {label.lower()}"
            for label in ("Rows", "Documents", "Lineages", "At first hand")
        )
        lines = [f"**{words['title']}.** {_plain(words['meaning'])}. {facts}; {told['Years']}.", ""]
        table = by_quantity(self.book, topic)
        lines.append("| " + " | ".join(table.columns) + " |")
        lines.append("| --- | --: | --: | --: | --: | --- |")
        lines += [f"| {' | '.join(map(_plain, row))} |" for row in table.itertuples(index=False)]
        return "\n".join(lines)


_NUM = ' class="num"'


def _plain(text: object) -> str:
    """Text for a cell of a Markdown table."""
    return str(text).replace("|", "/").replace("_", r"\_")
