"""The names that readers link to and other programs read: figures, cards, ledger, files, links."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import built
import pytest
from browser.served import Site, pages_of
from bs4 import Tag
from built import none
from conftest import HTML
from jsonschema import Draft202012Validator

SCHEMAS = Path(__file__).parent / "schemas"
WORDS = {
    "supported",
    "supported in part",
    "outdated",
    "not supported",
    "contradicted",
    "cannot be tested on open data",
}
NOT_YET = "not yet tested"
LEVELS = {"high", "moderate", "low", "very low"}
LONGEST_TABLE = 60


def built_figures() -> list[tuple[str, str]]:
    return [
        (page, str(figure["data-figure"]))
        for page in pages_of(HTML)
        for figure in built.figures(built.soup(HTML / page))
    ]


every_figure = pytest.mark.parametrize(
    ("page", "name"), built_figures() or [("index.html", "none")], ids=lambda value: value
)


@pytest.fixture
def figure(site: Site, page: str, name: str) -> Tag:
    found = built.soup(site.folder / page).select(f'figure[data-figure="{name}"]')
    assert len(found) == 1, f"{name} stands {len(found)} times on {page}"
    return found[0]


def test_figure_ids(site: Site) -> None:
    """Each figure's id begins fig- and is its only one; nothing else has such an id."""
    names = Counter(name for _, name in built_figures())
    assert [name for name, times in names.items() if times > 1] == []
    for page in site.pages:
        for element in built.soup(site.folder / page).find_all(id=re.compile("^fig-")):
            inside = element.find_parent("figure", attrs={"data-figure": True})
            assert element.get("data-figure") == element["id"] or inside, (page, element["id"])


def test_no_id_twice(page: str, site: Site) -> None:
    ids = Counter(element["id"] for element in built.soup(site.folder / page).find_all(id=True))
    assert [name for name, times in ids.items() if times > 1] == []


@every_figure
def test_figure_says_what_it_is(page: str, name: str, figure: Tag) -> None:
    """Number and finding, subtitle, description of at most 60 words, source with a link."""
    assert name == figure["id"]
    assert re.fullmatch("fig-[a-z0-9]+(-[a-z0-9]+)*", name)
    title, subtitle = built.titles(figure)
    number = r"\d+\.\d+" if page.startswith("chapters/") else r"\d+"
    assert re.match(rf"Figure {number}\. \S", title), title
    assert len(subtitle) > 20, subtitle
    said = built.description(figure)
    assert said, "no visible description"
    assert len(said.split()) <= 60, len(said.split())
    source = built.source_line(figure)
    assert source is not None, "no source line"
    assert source.find("a", href=True), "the source line has no link"
    for svg in figure.select("svg"):
        hidden = svg if svg.get("aria-hidden") else svg.find_parent(attrs={"aria-hidden": "true"})
        assert hidden, "the picture repeats itself to a screen reader"


@every_figure
def test_figure_computes_its_words(page: str, name: str, figure: Tag) -> None:
    """Digits in title, subtitle and description stand in elements of class `computed`."""
    for part in [figure.find("figcaption"), *figure.find_all("p", recursive=False)]:
        if built.words(part).startswith("Source"):
            continue
        copy = built.BeautifulSoup(str(part), "html.parser")
        for done in copy.select(".computed, .fig-number, .re-number"):
            done.decompose()
        assert not re.search(r"\d", built.words(copy)), built.words(copy)


@every_figure
def test_figure_files(page: str, name: str, figure: Tag, site: Site) -> None:
    """The CSV and the SVG of the figure are there, parse, and the CSV is the table."""
    at = site.folder / page
    csv_path = built.file_of(figure, at, f"{name}.csv")
    svg_path = built.file_of(figure, at, f"{name}.svg")
    assert csv_path, "no link to the CSV"
    assert svg_path, "no link to the SVG"
    assert csv_path == (site.folder / "_figures" / f"{name}.csv").resolve()
    drawing = ElementTree.parse(svg_path).getroot()
    assert drawing.tag.endswith("}svg")
    assert "var(" not in svg_path.read_text("utf-8"), "other programs do not know var()"
    assert any(element.tag.endswith("}text") for element in drawing.iter()), "no text in the SVG"
    rows = built.csv_rows(csv_path)
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}, "rows of unequal length"
    table = built.table(figure)
    assert (len(rows) <= LONGEST_TABLE + 1) == bool(table), f"{len(rows) - 1} rows"
    if table:
        assert len(table) == len(rows)
        for shown, held in zip(table[1:], rows[1:], strict=True):
            lost = [cell for cell in shown if not any(same(cell, other) for other in held)]
            assert not lost, f"in the table, not in the CSV: {lost}"


def same(shown: str, held: str) -> bool:
    """Whether a table's cell prints what the CSV holds, rounded to the digits shown."""
    text = re.sub(r"(?<=\d)[\u00a0\u202f\u2009, ](?=\d)", "", shown).replace("\u2212", "-")
    if text in ("", "–"):
        return held == ""
    try:
        return round(float(held), len(text.partition(".")[2])) == float(text)
    except ValueError:
        return " ".join(held.split()) == " ".join(shown.split())


@every_figure
def test_figure_link_sizes(page: str, name: str, figure: Tag, site: Site) -> None:
    """Each file's link says its type and its size."""
    for ending in ("csv", "svg"):
        link = figure.select_one(f'a[href$="{name}.{ending}"]')
        size = built.file_of(figure, site.folder / page, f".{ending}").stat().st_size
        said = re.search(r"(CSV|SVG), ([\d.]+)[\s\u00a0]kB", link.get_text())
        assert said, link.get_text()
        assert abs(float(said[2]) - size / 1000) <= max(1, 0.05 * size / 1000), (said[2], size)


def test_figures_have_twins_for_citing(site: Site) -> None:
    """Every figure offers how to cite it and how to report an error in it, with its id."""
    for page, name in built_figures():
        figure = built.soup(site.folder / page).select_one(f'figure[data-figure="{name}"]')
        folded = " ".join(built.words(part) for part in figure.select("details"))
        assert "error" in folded.lower(), name
        assert name in folded, name


def chapters(site: Site) -> list[str]:
    return [page for page in site.pages if page.startswith("chapters/")]


def test_ledger(site: Site) -> None:
    """Fourteen claims on the front page; those judged say what their chapter's card says."""
    ledger = built.cards(built.soup(site.folder / "index.html"))
    assert sorted(ledger) == [f"C{number:02d}" for number in range(1, 15)]
    judged = {}
    for page in chapters(site):
        judged |= built.cards(built.soup(site.folder / page))
    assert {"C01", "C02", "C03"} <= set(judged)
    for claim, said in ledger.items():
        if claim in judged:
            assert said == judged[claim]
            assert said["data-verdict"] in WORDS
            assert said["data-certainty"] in LEVELS
            same, total = map(int, said["data-holds"].split("/"))
            assert 0 < same <= total
            assert re.fullmatch(
                "(limited|medium|robust) evidence, (low|medium|high) agreement",
                said["data-confidence"],
            )
        else:
            assert said["data-verdict"] == NOT_YET


def test_words_on_cards(page: str, site: Site) -> None:
    """The word is written, not only coloured."""
    for element in built.soup(site.folder / page).select("[data-verdict]"):
        assert element["data-verdict"].lower() in built.words(element).lower()


def test_claims_json(site: Site) -> None:
    """`claims.json` says what the cards say, claim by claim."""
    held = json.loads((site.folder / "claims.json").read_text("utf-8"))
    entries = held["claims"] if isinstance(held, dict) and "claims" in held else held
    if isinstance(entries, dict):
        entries = [{"id": key, **value} for key, value in entries.items()]
    ledger = built.cards(built.soup(site.folder / "index.html"))
    assert len(entries) == len(ledger)
    for entry in entries:
        said = ledger[entry["id"]]
        assert entry["verdict"] == said["data-verdict"]
        for key in ("confidence", "certainty"):
            assert (entry.get(key) or None) == said.get(f"data-{key}")
        if "data-holds" in said:
            assert holds(entry["holds"]) == said["data-holds"]


def faults(held: object, schema: str) -> list[str]:
    """Where a JSON document breaks the form that we promise."""
    form = json.loads((SCHEMAS / f"{schema}.json").read_text("utf-8"))
    return [f"{e.json_path}: {e.message}" for e in Draft202012Validator(form).iter_errors(held)]


def test_claims_json_keeps_its_form(site: Site) -> None:
    none(faults(json.loads((site.folder / "claims.json").read_text("utf-8")), "claims"))


def test_linked_data(page: str, site: Site) -> None:
    """The front page describes the book, a chapter itself and each verdict that it shows."""
    soup = built.soup(site.folder / page)
    scripts = soup.select('script[type="application/ld+json"]')
    assert scripts or not (page == "index.html" or page.startswith("chapters/"))
    for script in scripts:
        none(faults(json.loads(script.get_text()), "linked_data"))
    said = {
        entry["itemReviewed"]["name"]: entry["reviewRating"]["alternateName"]
        for script in scripts
        for entry in json.loads(script.get_text())["@graph"]
        if entry["@type"] == "ClaimReview"
    }
    shown = {key: card["data-verdict"] for key, card in built.cards(soup).items()}
    assert said == (shown if page.startswith("chapters/") else {})


def holds(value: object) -> str:
    """Combinations that give the same word, and all of them, as `17/21`."""
    assert isinstance(value, dict), value
    return f"{value['same_word']}/{value['combinations']}"


# Committed numbers: a moved one fails until the move is committed with its line in the change log.


def moved(name: str, keys: tuple[str, ...], root: Path) -> list[str]:
    """What differs between the numbers just built and the committed ones, in words."""
    was = read(root / "tests" / "expected" / name, keys)
    now = read(root / "_build" / name, keys)
    found = [f"{' '.join(key)} is gone: it was {was[key]}" for key in was if key not in now]
    found += [f"{' '.join(key)} is new: {now[key]}" for key in now if key not in was]
    for key in was.keys() & now.keys():
        for column in was[key].keys() | now[key].keys():
            before, after = was[key].get(column), now[key].get(column)
            if before != after:
                found.append(f"{' '.join(key)}, {column}: it was {before!r}, it is {after!r}")
    return sorted(found)


def read(path: Path, keys: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return {tuple(row[key] for key in keys): row for row in csv.DictReader(lines)}


@pytest.mark.parametrize(
    ("name", "keys"), [("headlines.csv", ("page", "name")), ("verdicts.csv", ("claim",))]
)
def test_nothing_moved(name: str, keys: tuple[str, ...], root: Path, site: Site) -> None:
    difference = moved(name, keys, root)
    assert not difference, "\n".join(
        [
            "",
            *difference,
            "If this is meant: make expected, then commit it with its line in CHANGELOG.md.",
        ]
    )


def test_headlines_are_what_pages_say(root: Path, site: Site) -> None:
    """`headlines.csv` holds every named computed number of the built pages, and nothing else."""
    held = read(root / "_build" / "headlines.csv", ("page", "name"))
    shown = {}
    for page in site.pages:
        for element in built.soup(site.folder / page).select(".computed[data-name]"):
            shown[(page.removesuffix(".html"), str(element["data-name"]))] = built.words(element)
    assert {key: " ".join(row["text"].split()) for key, row in held.items()} == shown
    assert shown


def test_links(page: str, site: Site) -> None:
    """Every link, picture, script and style within the site leads somewhere, anchors too."""
    none(built.broken_links(site.folder, site.folder / page))


def test_page_files(site: Site) -> None:
    """Every chapter can be cited: its entry as BibTeX, RIS and CSL-JSON."""
    for page in chapters(site):
        name = Path(page).stem
        files = [site.folder / "_cite" / f"{name}.{end}" for end in ("bib", "ris", "json")]
        assert all(path.is_file() for path in files), name
        json.loads(files[2].read_text("utf-8"))


def test_page_head(page: str, site: Site) -> None:
    """Language, one title, one first heading, a description."""
    tree = built.soup(site.folder / page)
    assert str(tree.html["lang"]).startswith("en")
    assert len(tree.select("h1")) == 1
    assert built.words(tree.title)
    if page not in {"search.html", "genindex.html"}:
        assert len(tree.select_one('meta[name="description"]')["content"]) > 40


def test_no_raw_markup(page: str, site: Site) -> None:
    """No role, widget or error of a cell is left as text on a page."""
    body = built.BeautifulSoup(site.text(page), "html.parser").body
    for code in body.select("script, style, pre, code"):
        code.decompose()
    text = body.get_text()
    for trace in ("{eval}", "VBox(", "Traceback", "NameError", "<figure", "```", ":::"):
        assert trace not in text
