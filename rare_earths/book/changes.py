"""What the pages on changes and methods ask the book for: verdicts in time, corrections, errors.

The verdicts come from ``_build/claims.json``, which is judged while the pages are read, and from
``data/verdict_history.csv``; what changed in words stands once, in ``CHANGELOG.md``.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from docutils import nodes

from rare_earths.book import history, moved
from rare_earths.book.facts import facts
from rare_earths.book.places import MAKERS, link, paragraph, table

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

Cells = list[list[nodes.Node]]
_NEEDS = {"verdicts", "verdict-history"}


def _judged(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Read the verdicts before any page is written: the processes that write cannot wait."""
    needed = any(_NEEDS & set(env.metadata[name].get("asks", ())) for name in env.found_docs)
    path = moved.judged_file(Path(app.outdir).parent) if needed else None
    told = json.loads(path.read_text("utf-8"))["claims"] if path else []
    app.rare_earths_claims = told  # type: ignore[attr-defined]
    return []


def _text(text: str, *, computed: bool = False) -> list[nodes.Node]:
    return [nodes.inline("", text, classes=["computed"]) if computed else nodes.Text(text)]


def _claim(app: Sphinx, page: str, claim: dict[str, Any]) -> list[nodes.Node]:
    """A claim's id, linked to its card."""
    docname = f"chapters/{claim['chapter'].split()[0]}"
    return [link(app, page, docname, f"claim-{claim['id'].lower()}", claim["id"])]


def verdicts(app: Sphinx, page: str) -> list[nodes.Node]:
    """Each claim: verdict, since when, last checked, newest edition used, newer edition known."""
    held = _history(app)
    body = [
        [
            _claim(app, page, claim),
            _text(claim["verdict"]),
            _text(_since(held, claim["id"])),
            _text(_day(claim["checked"])) if "checked" in claim else [],
            _edition(app, claim.get("edition_used")),
            _edition(app, claim.get("edition_known")),
        ]
        for claim in app.rare_earths_claims  # type: ignore[attr-defined]
    ]
    heads = ["Claim", "Verdict", "Since", "Last checked", "Newest edition used"]
    return [table([*heads, "Newer edition known"], body, [9, 19, 9, 14, 27, 22])]


def _since(held: list[history.Row], claim: str) -> str:
    """The version since which a claim has had its present verdict."""
    own = [row for row in held if row["claim"] == claim]
    since = ""
    for before, row in zip([None, *own], own, strict=False):
        if before is None or before["verdict"] != row["verdict"]:
            since = row["version"]
    return since


def _edition(app: Sphinx, edition: dict[str, Any] | None) -> list[nodes.Node]:
    """Year and documents of an edition, each document with its address."""
    if not edition or not edition["year"]:
        return [nodes.Text("–")]
    made: list[nodes.Node] = _text(f"{edition['year']}", computed=True)
    publishers: dict[str, str] = {}
    for key in edition["sources"]:
        publisher, url = _document(key)
        publishers.setdefault(publisher, url)
    for i, (publisher, url) in enumerate(publishers.items()):
        made.append(nodes.Text(", " if i else ": "))
        made.append(_named(app, publisher, url))
    return made


def _document(key: str) -> tuple[str, str]:
    """Who issued a document, in a few words, and its address."""
    from rare_earths.evidence import evidence

    source = evidence().sources.loc[key]
    names = (str(source[field]) for field in ("publisher", "author"))
    known = (name for name in names if name and not name.startswith(_NO_NAME))
    title = f"“{shorten(str(source['title']), 60, placeholder=' …')}”"
    who = next((re.split(r" \(|;|,", name)[0] for name in known), title)
    return who, str(source["url"])


_NO_NAME = ("GitHub repository", "Not stated")


def _history(app: Sphinx) -> list[history.Row]:
    path = Path(app.srcdir) / history.FILE
    return history.rows(path) if path.is_file() else []


def verdict_history(app: Sphinx, page: str) -> list[nodes.Node]:
    """Each verdict in each version of the book, the newest version first."""
    held = _history(app)
    by_id = {claim["id"]: claim for claim in app.rare_earths_claims}  # type: ignore[attr-defined]
    made: list[nodes.Node] = []
    for version, date in reversed(dict.fromkeys((row["version"], row["date"]) for row in held)):
        rows = [row for row in held if row["version"] == version]
        changed = [row for row in rows if row["reason"] != history.UNCHANGED]
        made.append(paragraph(nodes.strong("", f"Version {version}, {_day(date)}")))
        if len(changed) < len(rows):
            made.append(paragraph(_unchanged(len(rows) - len(changed))))
        if changed:
            made.append(_version(app, page, changed, by_id))
    return made


def _unchanged(count: int) -> str:
    from rare_earths.words import count_word

    return f"Unchanged: {count_word(count)} verdict{'s' if count > 1 else ''}."


def _version(app: Sphinx, page: str, rows: list[history.Row], by_id: dict[str, Any]) -> nodes.table:
    """The verdicts that a version brought."""
    body: list[Cells] = []
    for row in rows:
        same, _, total = row["holds"].partition("/")
        claim = by_id.get(row["claim"])
        body.append(
            [
                _claim(app, page, claim) if claim else _text(row["claim"]),
                _text(row["verdict"]),
                _text(row["certainty"]),
                _text(f"{int(same):,} of {int(total):,}", computed=True),
                _text(row["reason"]),
            ]
        )
    heads = ["Claim", "Verdict", "Certainty", "Same word under", "What moved it"]
    return table(heads, body, [9, 25, 13, 18, 35])


MONTHS = "Jan Feb March April May June July Aug Sept Oct Nov Dec".split()  # noqa: SIM905


def _day(date: str) -> str:
    """2026-11-24 as 24 Nov 2026."""
    year, month, day = date.split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}"


def corrections(app: Sphinx, page: str) -> list[nodes.Node]:
    """The declared corrections of sources: what was printed, what is right, why, and after whom."""
    from rare_earths.evidence import evidence

    data = evidence()
    items = []
    for line in data.corrections.to_dict("records"):
        row = {str(name): str(text) for name, text in data.rows.loc[str(line["row"])].items()}
        about = _about(str(data.series.at[row["series"], "meaning"]))
        after = [line["source"]] if line["source"] != row["source"] else []
        told: list[nodes.Node | str] = [
            f"{about}, {row['entity']}, {row['period']} (",
            _named(app, *_document(row["source"])),
            f"{_vintage(row)}): ",
            *_changed({str(name): str(text) for name, text in line.items()}),
            f". {line['reason']}",
            *(part for key in after for part in ("; after ", _named(app, *_document(str(key))))),
            ".",
        ]
        items.append(nodes.list_item("", paragraph(*told)))
    return [nodes.bullet_list("", *items)]


def _about(meaning: str) -> str:
    """What a series is, without its small print."""
    return re.split(r"; | \(", meaning)[0]


def _vintage(row: dict[str, str]) -> str:
    return f", edition of {row['vintage']}" if row["vintage"] else ""


def _changed(line: dict[str, str]) -> list[nodes.Node]:
    """What was printed and what stands here instead."""
    if line["field"] == "use":
        return _text("not used here")
    printed, right = (
        _text(_figure(line[name]), computed=True) for name in ("printed", "corrected")
    )
    return [*printed, nodes.Text(" is printed, "), *right, nodes.Text(" is used")]


def _figure(text: str) -> str:
    """A figure with separators of thousands, its decimals as they are."""
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}"


def _named(app: Sphinx, name: str, url: str) -> nodes.Node:
    """A document by its publisher, linked on screen: in print each link would be a footnote."""
    linked = url and app.builder.format == "html"
    return nodes.reference("", name, refuri=url) if linked else nodes.Text(name)


@cache
def _log(folder: Path) -> str:
    return (folder / "CHANGELOG.md").read_text("utf-8")


_CORRECTION = re.compile(r"^- Correction[:,] (.*(?:\n  .*)*)", re.MULTILINE)


def own_corrections(app: Sphinx, page: str) -> list[nodes.Node]:
    """The corrections of the book itself: entries of the change log that begin "Correction:"."""
    found = [" ".join(text.split()) for text in _CORRECTION.findall(_log(Path(app.srcdir)))]
    if not found:
        return [paragraph("No published number or sentence has been corrected so far.")]
    items = [nodes.list_item("", paragraph(text[:1].upper() + text[1:])) for text in found]
    return [nodes.bullet_list("", *items)]


def report(app: Sphinx, page: str) -> list[nodes.Node]:
    """How to report an error: the ways that the facts of the book name, and what to name."""
    book = facts(app.config)
    ways: list[nodes.Node] = []
    if book.repository:
        url = f"{book.repository}/issues/new?{urlencode({'title': f'Error ({book.stamp})'})}"
        ways.append(nodes.reference("", "open an issue", refuri=url))
    if book.contact:
        query = urlencode({"subject": f"Error ({book.stamp})"})
        ways.append(nodes.reference("", book.contact, refuri=f"mailto:{book.contact}?{query}"))
    told: list[nodes.Node | str] = [
        "Name the figure, the claim or the row of the evidence, and the state of the book: "
        f"{book.stamp}."
    ]
    if ways:
        told += [
            " Report to: ",
            ways[0],
            *(part for way in ways[1:] for part in (" or ", way)),
            ".",
        ]
    return [paragraph(*told)]


MAKERS |= {
    "verdicts": verdicts,
    "verdict-history": verdict_history,
    "corrections": corrections,
    "own-corrections": own_corrections,
    "report": report,
}


def setup(app: Sphinx) -> None:
    """Hook the reading of the verdicts into Sphinx."""
    app.connect("env-updated", _judged)
