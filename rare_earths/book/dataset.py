"""The evidence for search engines of data: schema.org ``Dataset`` (see ``linked_data``)."""

from __future__ import annotations

import re
from typing import Any

from rare_earths.book.data_files import ZIP
from rare_earths.book.facts import Facts
from rare_earths.evidence import Evidence
from rare_earths.topics import span

Entry = dict[str, Any]


def of_book(book: Facts, data: Evidence) -> Entry:
    """The whole evidence as a Dataset: one variable a topic."""
    entry = _entry(book, "evidence", f"{book.title}: the evidence")
    rows = data.rows
    entry["description"] = (
        f"{len(rows):,} sourced figures on rare earths from {rows['source'].nunique():,} "
        f"documents, in {len(data.topics)} topics: reserves, output, quotas, trade, prices, "
        "magnets, demand, environment, firms and projects. Each figure stands with its place in "
        "the source, the grade of the source, and the measurement on which it finally rests."
    )
    entry["temporalCoverage"] = _years(span(rows["period"]))
    entry["variableMeasured"] = [
        _variable(words["title"], words["meaning"]) for _, words in data.topics.iterrows()
    ]
    files = {ZIP: "application/zip", "rows.parquet": "application/vnd.apache.parquet"}
    files |= {"rows.csv": "text/csv", "datapackage.json": "application/json"}
    entry["distribution"] = _files(book, files)
    return entry


def of_topic(book: Facts, data: Evidence, topic: str) -> Entry:
    """One topic as a Dataset that is part of the whole: one variable a series."""
    rows = data.rows[data.rows["topic"] == topic]
    words = data.topics.loc[topic]
    entry = _entry(book, topic, f"{words['title']}: sourced figures on rare earths")
    entry["description"] = (
        f"{words['meaning']}: {len(rows):,} figures from {rows['source'].nunique():,} documents, "
        "each with its place in the source."
    )
    entry["temporalCoverage"] = _years(span(rows["period"]))
    entry["variableMeasured"] = [
        _variable(name.replace("_", " "), str(data.series.at[name, "meaning"]))
        for name in rows["series"].unique()
    ]
    files = {f"{topic}.csv": "text/csv", f"{topic}.parquet": "application/vnd.apache.parquet"}
    entry["distribution"] = _files(book, files)
    whole = f"{book.title}: the evidence"
    entry["isPartOf"] = {"@type": "Dataset", "name": whole, "url": _at(book, "pages/evidence.html")}
    return entry


def _entry(book: Facts, name: str, title: str) -> Entry:
    """What both kinds share; a fact that is not set is left out."""
    page = "pages/evidence.html" if name == "evidence" else f"evidence/{name}.html"
    entry: Entry = {
        "@type": "Dataset",
        "name": title,
        "description": "",
        "url": _at(book, page),
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "creator": [{"@type": "Organization", "name": name} for name in book.authors],
        "isAccessibleForFree": True,
        "inLanguage": "en",
        "version": book.stamp.version,
        "dateModified": book.stamp.date,
        "conditionsOfAccess": book.licence_data.get("note", ""),
        "keywords": ["rare earths", "critical minerals", "China", "mining statistics"],
    }
    if book.doi:
        entry["identifier"] = f"https://doi.org/{book.doi}"
    if book.publisher:
        entry["publisher"] = {"@type": "Organization", "name": book.publisher}
    return {key: value for key, value in entry.items() if value or key == "description"}


def _at(book: Facts, path: str) -> str:
    """A public address, relative while none is set: programs resolve it against the page's."""
    return f"{book.address}{path}" if book.address else f"../{path}"


def _files(book: Facts, files: dict[str, str]) -> list[Entry]:
    return [
        {
            "@type": "DataDownload",
            "name": name,
            "encodingFormat": kind,
            "contentUrl": _at(book, f"data/{name}"),
        }
        for name, kind in files.items()
    ]


def _variable(name: str, meaning: str) -> Entry:
    return {"@type": "PropertyValue", "name": name, "description": meaning}


def _years(told: str) -> str:
    """``1900/2025`` for ``1900 to 2025``."""
    return "/".join(re.findall(r"\d{4}", told))
