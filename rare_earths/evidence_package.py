"""What describes the evidence to others: ``datapackage.json`` (Frictionless) and ``CATALOG.md``.

Both are made from the tables and from the rules of `evidence_checks`, never by hand:
``python -m rare_earths.evidence package`` writes them, a test fails when they are stale.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

from rare_earths import evidence_checks as rules
from rare_earths.evidence import HANDS, ROW_COLUMNS, TABLES, Evidence, evidence
from rare_earths.topics import span

Descriptor = dict[str, Any]

MEANING = {
    "id": "Stable, readable name of the row",
    "series": "Name of the quantity; meaning in vocabulary/series.csv",
    "entity": "Country, firm, site, product or other thing the figure is about",
    "period": "The time the figure is about: year, month, day, quarter, half-year, fiscal year, "
    "span (a/b), open span (../b until, a/.. from), or undated",
    "value": "The figure as the source prints it; midpoint where it prints a range",
    "low": "Lower end, where the source prints a range or a lower bound",
    "high": "Upper end, where the source prints a range or an upper bound",
    "bound": "How the source prints the figure",
    "unit": "The unit as printed; meaning in vocabulary/units.csv",
    "quality": "What kind of figure the source gives",
    "source": "BibTeX key of the document in sources.bib",
    "locator": "Where in the source: edition, page, table, row, column",
    "vintage": "Year of the edition that prints the figure; a/b for a run of editions",
    "lineage": "On whose measurement or statement the figure finally rests; see lineages.csv",
    "hand": "Whether the source measured it, quotes it, or its origin was inferred",
    "note": "What a reader must know: definition, scope, doubts",
}
REFERENCES = {
    "series": ("series", "series"),
    "entity": ("entities", "entity"),
    "unit": ("units", "unit"),
    "lineage": ("lineages", "lineage"),
    "topic": ("topics", "topic"),
}
CONSTRAINTS: dict[str, Descriptor] = {
    "id": {"required": True, "unique": True, "pattern": rules.SLUG},
    "period": {"required": True, "pattern": rules.PERIOD},
    "value": {"required": True},
    "bound": {"required": True, "enum": list(rules.BOUNDS)},
    "quality": {"required": True, "enum": list(rules.QUALITIES)},
    "source": {"required": True, "pattern": rules.KEY},
    "locator": {"required": True},
    "vintage": {"pattern": rf"(?:{rules.VINTAGE})"},
    "hand": {"required": True, "enum": list(HANDS)},
    **{name: {"required": True} for name in ("series", "entity", "unit", "lineage")},
}
NUMBERS = {"value", "low", "high"}


def write(folder: Path) -> list[Path]:
    """Write both files into a data folder. Raises EvidenceError where the tables have faults."""
    made = texts(folder)
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    return list(made)


def texts(folder: Path) -> dict[Path, str]:
    """What the files should hold for the tables as they are."""
    book = evidence(folder)
    package = json.dumps(descriptor(folder, book), indent=1, ensure_ascii=False) + "\n"
    return {folder / "datapackage.json": package, folder / "CATALOG.md": catalogue(book)}


def descriptor(folder: Path, book: Evidence) -> Descriptor:
    """The Frictionless descriptor of the folder: every table with types, rules, keys, checksum."""
    topics = [
        _resource(folder, f"{topic}.csv", ROW_COLUMNS, title=title, description=meaning)
        for topic, title, meaning in book.topics.reset_index().itertuples(index=False, name=None)
    ]
    tables = [_resource(folder, file, columns.split()) for file, columns in TABLES.items()]
    return {
        "name": "rare-earths-evidence",
        "title": "Reckoning with China's Rare Earths: the evidence",
        "description": "Sourced figures on rare earths, each with its locator, grade, lineage and"
        " edition. Values and units stay as printed; see README.md.",
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
                "title": "Creative Commons Attribution 4.0, for the compilation: each figure keeps"
                " the terms of its source (field licence of sources.bib)",
            }
        ],
        "resources": [*topics, *tables, *_files(folder)],
    }


def _resource(folder: Path, file: str, columns: list[str], **texts: str) -> Descriptor:
    """One table of the package."""
    name = Path(file).stem.replace("_", "-")
    schema: Descriptor = {
        "fields": [_field(c, rows=columns == ROW_COLUMNS, file=file) for c in columns],
        "missingValues": [""],
    }
    if columns == ROW_COLUMNS:
        schema["primaryKey"] = ["id"]
    elif file in rules.KEYS:
        schema["primaryKey"] = [rules.KEYS[file]]
    if keys := [
        {"fields": [c], "reference": {"resource": REFERENCES[c][0], "fields": [REFERENCES[c][1]]}}
        for c in columns
        if c in REFERENCES and REFERENCES[c][0] != name and file not in UNBOUND
    ]:
        schema["foreignKeys"] = keys
    return {
        "name": name,
        **texts,
        "path": file,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **_checksum(folder / file),
        "schema": schema,
    }


# Rows that were left out may name a series or a unit that no kept row has; * stands for any.
UNBOUND = {"exclusions.csv", "deviations.csv", "parameters.csv"}


def _field(column: str, *, rows: bool, file: str) -> Descriptor:
    numeric = column in NUMBERS and (rows or file == "parameters.csv")
    field: Descriptor = {"name": column, "type": "number" if numeric else "string"}
    if rows:
        field["description"] = MEANING[column]
        if column in CONSTRAINTS:
            field["constraints"] = CONSTRAINTS[column]
    return field


def _files(folder: Path) -> list[Descriptor]:
    """What is no table: the bibliography and the unit definitions."""
    return [
        {"name": name, "path": path, "format": kind, "description": what}
        | {"encoding": "utf-8", **_checksum(folder / path)}
        for name, path, kind, what in (
            ("sources", "sources.bib", "bib", "The sources, one BibTeX entry a document"),
            ("unit-definitions", "vocabulary/units.txt", "txt", "Unit definitions for pint"),
        )
    ]


def _checksum(path: Path) -> Descriptor:
    content = path.read_bytes()
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


# --- the catalogue -------------------------------------------------------------------------------


def catalogue(book: Evidence) -> str:
    """A page that says, topic by topic, which series there are and how far they reach."""
    rows = book.rows
    lines = [
        "# Catalogue of the evidence",
        "",
        "Made by `python -m rare_earths.evidence package`; do not edit.",
        "",
        f"{len(rows):,} rows from {rows['source'].nunique():,} documents and"
        f" {rows['lineage'].nunique():,} origins in {len(book.topics)} topics;"
        f" {len(book.exclusions):,} rows left out with their reason, {len(book.corrections)}"
        " corrections.",
        "",
        *_table(["Topic", "Rows", "Series", "Documents", "Origins", "Years"]),
    ]
    by_topic: dict[Any, pd.DataFrame] = dict(list(rows.groupby("topic")))
    for topic, title in book.topics["title"].items():
        part = by_topic[topic]
        link = f"[{title}](#{title.lower().replace(' ', '-')})"
        counts = [part[c].nunique() for c in ("series", "source", "lineage")]
        lines.append(_row([link, len(part), *counts, span(part["period"])]))
    for topic, text in book.topics.iterrows():
        lines += ["", f"## {text['title']}", "", f"`{topic}.csv`: {text['meaning']}.", ""]
        missing = book.holes.loc[book.holes["topic"] == topic, "missing"]
        if len(missing):
            lines += ["Known holes:", "", *(f"- {hole}" for hole in missing), ""]
        lines += _table(["Series", "Meaning", "Unit", "Entities", "Years", "Rows", "Documents"])
        for series, part in by_topic[topic].groupby("series", sort=False):
            lines.append(_series_line(str(series), book.series.loc[series], part))
    return "\n".join(lines) + "\n"


def _series_line(series: str, words: Any, part: pd.DataFrame) -> str:
    names = list(part["entity"].value_counts().index)
    shown = "; ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    units = ", ".join(dict.fromkeys(part["unit"]))
    cells = [f"`{series}`", words["meaning"], units, shown, span(part["period"]), len(part)]
    return _row([*cells, part["source"].nunique()])


def _table(heads: list[str]) -> list[str]:
    return [_row(heads), "|" + " --- |" * len(heads)]


def _row(cells: list[Any]) -> str:
    return "| " + " | ".join(str(c).replace("|", "\\|") for c in cells) + " |"
