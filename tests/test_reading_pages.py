"""The built pages of reading help: every figure listed, every verdict with its history."""

from __future__ import annotations

import json
import re

import built
from browser.served import Site
from built import none

INDEX_BUDGET = 40_000  # characters of the page: the index stays short enough to be looked through


def plain(text: str) -> str:
    """Sentences have curly signs where finished HTML has straight ones."""
    return text.translate(str.maketrans("’‘“”", "''\"\""))


def test_every_figure_of_a_chapter_is_listed(site: Site) -> None:
    """Number and finding as at the figure; explorers are marked."""
    listed = {
        str(item.select("a")[0]["href"]).partition("#")[2]: plain(built.words(item))
        for item in built.soup(site.folder / "pages/figures.html").select(".figure-list li")
    }
    shown = {}
    for path in sorted((site.folder / "chapters").glob("*.html")):
        for figure in built.figures(built.soup(path)):
            title = built.titles(figure)[0].removeprefix("Figure ").replace(". ", " ", 1)
            explorer = " explorer" if figure.has_attr("data-explorer") else ""
            shown[figure["id"]] = plain(title) + explorer
    assert listed == shown


def test_terms_are_linked_once_a_chapter(site: Site) -> None:
    for path in sorted((site.folder / "chapters").glob("*.html")):
        links = [link["href"] for link in built.soup(path).select("a.term")]
        assert links, path.name
        assert len(links) == len(set(links)), path.name
        inside = "h1, h2, h3, h4, figure, pre, a a, table, .verdict-card"
        none(link for place in built.soup(path).select(inside) for link in place.select("a.term"))


def test_every_chapter_is_in_the_index(site: Site) -> None:
    page = site.folder / "pages/index-of-terms.html"
    links = [str(link["href"]) for link in built.soup(page).select(".index-list dd a")]
    named = {link.partition("#")[0].rpartition("/")[2] for link in links}
    assert named == {path.name for path in (site.folder / "chapters").glob("*.html")}
    assert len(page.read_text("utf-8")) < INDEX_BUDGET


def test_changes_tell_what_the_claims_say(site: Site) -> None:
    told = json.loads((site.folder / "claims.json").read_text("utf-8"))["claims"]
    tables = built.soup(site.folder / "pages/changes.html").select("main table")
    now, came = ([[built.words(c) for c in r("td")] for r in t.select("tbody tr")] for t in tables)
    assert [row[:2] for row in now] == [[claim["id"], claim["verdict"]] for claim in told]
    for row, claim in zip(now, told, strict=True):
        for cell, name in ((row[4], "edition_used"), (row[5], "edition_known")):
            assert cell.startswith(str(claim[name]["year"] or "–"))
    assert {row[0]: row[1] for row in came} == {claim["id"]: claim["verdict"] for claim in told}


def test_methods_list_every_correction(site: Site) -> None:
    from rare_earths.evidence import evidence

    page = built.soup(site.folder / "pages/methods.html")
    items = page.select("#of-sources li")
    assert len(items) == len(evidence().corrections)
    assert "Name the figure, the claim or the row" in built.words(page.find(id="report-an-error"))
    assert not re.search(r"\bnan\b|None|<NA>", built.words(page.find("main")))
