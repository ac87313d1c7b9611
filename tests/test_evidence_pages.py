"""The evidence open to the reader: pages of topics, rows and documents, files, search index."""

from __future__ import annotations

import copy
import csv
import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from browser.served import Site, weight
from built import none
from conftest import HTML
from test_book_parts import BOOK, KNOWN

from rare_earths import figures
from rare_earths.book import data_files, dataset
from rare_earths.book.data_files import kept_back
from rare_earths.book.evidence_pages import Book, disagreements_page, figure_of, pages, topic_page
from rare_earths.book.evidence_search import id_of, index
from rare_earths.book.evidence_site import Links
from rare_earths.book.rows import ROWS_A_PAGE, parts
from rare_earths.evidence import Evidence, evidence

ROW = "mine-production.china.2020.usgs-mcs-2022-data"
FIGURE = {"number": "1.2", "title": "Shares & more", "page": "chapters/01-reserves.html"}
NASTY = "<script>alert('x')</script> & \"more\""


@pytest.fixture(scope="module")
def data() -> Evidence:
    return evidence()


@pytest.fixture(scope="module")
def book(data: Evidence) -> Book:
    claim = {"page": "chapters/01-reserves.html", "rows": [ROW]}
    return Book(data, {"fig-shares": {**FIGURE, "rows": [ROW]}}, {"C02": claim})


@pytest.fixture(scope="module")
def made(book: Book) -> dict[str, str]:
    return {page.name: page.body for page in pages(book)}


# --- pages ---------------------------------------------------------------------------------------


def test_every_row_is_on_one_page(data: Evidence) -> None:
    cut = parts(data.rows)
    assert Counter(row.Index for part in cut for row in part.rows) == Counter(data.rows.index)
    assert max(len(part.rows) for part in cut) <= ROWS_A_PAGE


def test_a_row_tells_where_how_and_for_what(made: dict[str, str], book: Book) -> None:
    line = re.search(rf'<tr id="row-{re.escape(ROW)}">.*?</tr>', made[book.places[ROW]])
    assert line
    row = book.rows[ROW]
    for told in ("China, 2020", "140,000 t REO", row.locator, f"grade {row.grade}", "Figure 1.2",
                 "claim C02", "#claim-c02", f"production.html#source-{row.source}"):  # fmt: skip
        assert told in line[0], told


def test_a_correction_stands_beside_its_row(made: dict[str, str], book: Book) -> None:
    row = "mine-production.australia.2020.bp-2021"
    line = re.search(rf'<tr id="row-{re.escape(row)}">.*?</tr>', made[book.places[row]])
    assert line
    assert "value 41438 is read as 21089" in line[0]


def test_markup_in_the_tables_is_text(data: Evidence) -> None:
    """Whatever a table holds, no page gets an element from it."""
    broken = copy.copy(data)
    broken.rows = data.rows.copy()
    for column in ("note", "locator", "period", "unit"):
        broken.rows.loc[ROW, column] = NASTY
    broken.sources = data.sources.copy()
    for column in ("title", "author", "publisher", "howread"):
        broken.sources.loc[data.rows.at[ROW, "source"], column] = NASTY
    broken.holes = pd.DataFrame([{"topic": "production", "missing": NASTY}])
    nasty = {**FIGURE, "title": NASTY, "rows": [ROW]}
    for page in pages(Book(broken, {"fig-shares": nasty})):
        assert "<script" not in page.body, page.name
        if page.name in ("production", "fig-shares"):
            assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; &quot;more" in page.body
    script = index(Book(broken))
    assert NASTY not in topic_page(Book(broken), "production")
    assert json.loads(script[script.index("(") + 1 : script.rindex(")")])["v"]


@pytest.mark.parametrize(
    ("value", "low", "high", "bound", "told"),
    [
        (140000, None, None, "exact", "140,000 t"),
        (0.005, None, None, "about", "about 0.005 t"),
        (44, 44, None, "at least", "at least 44 t"),
        (-3, None, None, "exact", "−3 t"),
        (2, 1, 3, "about", "1 to 3 t"),
    ],
)
def test_figures_read_as_printed(
    value: float, low: float | None, high: float | None, bound: str, told: str
) -> None:
    row = pd.Series({"value": value, "low": low, "high": high, "bound": bound, "unit": "t"})
    assert figure_of(row) == told


def test_a_topic_says_what_it_lacks(made: dict[str, str], data: Evidence) -> None:
    for topic, missing in data.holes[["topic", "missing"]].itertuples(index=False):
        assert missing.split("'")[0].split("&")[0] in made[topic]
    for topic, words in data.topics.iterrows():
        assert words["meaning"].split("'")[0] in made[str(topic)]


def test_disagreements_are_ranked(book: Book) -> None:
    body = disagreements_page(book)
    ratio = r'<td class="num">([\d.]+)</td><td class="num">\d+</td><td>[^<]*</td></tr>'
    ratios = [float(found) for found in re.findall(ratio, body)]
    assert len(ratios) > 50
    assert ratios == sorted(ratios, reverse=True)
    assert "monazite" in body


def test_index_holds_every_id(book: Book) -> None:
    """The index puts every id together again; evidence.js does it in the same way."""
    script = index(book)
    held = json.loads(script[script.index("(") + 1 : script.rindex(")")])
    found = set()
    for i, (s, e, p, k) in enumerate(zip(held["s"], held["e"], held["p"], held["k"], strict=True)):
        entity, source = held["entities"][e][1], held["sources"][k][0]
        usual = id_of(held["series"][s], entity, held["periods"][p], source)
        found.add(held["ids"].get(str(i), usual))
    assert found == set(book.rows)
    assert len(held["ids"]) < len(found) / 10
    assert weight(script) < 130_000


# --- links from figures --------------------------------------------------------------------------


def test_a_figure_links_each_line_to_its_rows() -> None:
    few, many = " ".join("abc"), " ".join("abcd")
    frame = pd.DataFrame({"year": [1, 2, 3], "share": [1.0, 2.0, 3.0], "id": [few, many, None]})
    table = figures.table(frame, "fig-x", linked=True)
    assert 'data-rows="a b c"' in table
    assert '<a href="_evidence/fig-x">4 rows</a>' in table
    assert 'class="fig-rows"' not in figures.table(frame, "fig-x")
    links = Links({"a": "t-1", "b": "t-2", "c": "t-2"}, "")
    filled = links.fill(table, "../")
    assert '<a href="../evidence/t-2.html#row-c">row 3</a>' in filled
    assert '<a href="../evidence/fig-x.html">4 rows</a>' in filled


def test_a_figure_notes_all_its_rows() -> None:
    frame = pd.DataFrame({"id": ["a b", "b"]})
    assert figures.row_ids(frame, ["c", "a"]) == ["a", "b", "c"]
    assert figures.row_ids(pd.DataFrame({"x": [1]}), []) == []
    assert figures.row_ids(pd.DataFrame({"x": [1]}), None) is None


# --- files ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, data: Evidence) -> Path:
    target = tmp_path_factory.mktemp("files") / "data"
    data_files.write(target, data)
    return target


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_files_have_the_same_bytes_each_time(folder: Path, data: Evidence, tmp_path: Path) -> None:
    data_files.write(tmp_path, data)
    assert contents(tmp_path) == contents(folder)


def test_what_may_not_be_passed_on_is_in_no_file(folder: Path, data: Evidence) -> None:
    back = set(kept_back(data)["id"])
    licences = data.sources.loc[data.rows.loc[list(back), "source"], "licence"]
    assert any("UN Comtrade" in text for text in licences)
    with (folder / "left-out.csv").open(encoding="utf-8", newline="") as lines:
        listed = list(csv.DictReader(lines))
    assert {line["id"] for line in listed} == back
    assert all(line["reason"] for line in listed)
    rows = pd.read_parquet(folder / "rows.parquet")
    assert set(rows["id"]) == set(data.rows.index) - back
    held = {data.rows.at[i, "topic"] for i in back}
    for topic in held:
        for ending, read in ((".csv", pd.read_csv), (".parquet", pd.read_parquet)):
            ids = set(read(folder / f"{topic}{ending}")["id"])  # type: ignore[operator]
            assert not ids & back
    with zipfile.ZipFile(folder / data_files.ZIP) as archive:
        for name in archive.namelist():
            if name.endswith(".csv") and not name.endswith(("left-out.csv", "corrections.csv")):
                cells = csv.reader(io.StringIO(archive.read(name).decode()))
                assert not back & {row[0] for row in cells}, name


def test_parquet_is_the_table(folder: Path, data: Evidence) -> None:
    rows = pd.read_parquet(folder / "rows.parquet").set_index("id")
    ours = data.rows.loc[rows.index]
    assert rows["value"].to_list() == ours["value"].to_list()
    assert rows["unit"].to_list() == ours["unit"].to_list()
    assert len(pd.read_parquet(folder / "sources.parquet")) == len(data.sources)


def test_the_zip_describes_itself(folder: Path) -> None:
    """Every file that datapackage.json names is in the zip, with its size and checksum."""
    with zipfile.ZipFile(folder / data_files.ZIP) as archive:
        held = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
        assert {entry.date_time for entry in archive.infolist()} == {data_files.EPOCH}
    resources = json.loads(held["datapackage.json"])["resources"]
    assert len(resources) > 30
    for resource in resources:
        content = held[resource["path"]]
        assert resource["bytes"] == len(content), resource["path"]
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert {"README.md", "LICENSE-DATA.md", "left-out.csv"} <= set(held)


def test_every_licence_is_judged(data: Evidence) -> None:
    assert set(data.sources["licence"]) == set(data.licences.index)


# --- for machines --------------------------------------------------------------------------------


def test_dataset_is_described(data: Evidence) -> None:
    whole = dataset.of_book(KNOWN, data)
    assert whole["@type"] == "Dataset"
    assert 50 <= len(whole["description"]) <= 5000
    assert whole["temporalCoverage"] == "1900/2050"
    assert whole["license"].startswith("https://creativecommons.org/")
    assert len(whole["variableMeasured"]) == len(data.topics)
    formats = {file["encodingFormat"] for file in whole["distribution"]}
    assert {"application/zip", "application/vnd.apache.parquet", "text/csv"} <= formats
    assert all(f["contentUrl"].startswith(f"{KNOWN.address}data/") for f in whole["distribution"])
    topic = dataset.of_topic(KNOWN, data, "reserves")
    assert "reserves" in {v["name"] for v in topic["variableMeasured"]}
    assert topic["isPartOf"]["name"] == whole["name"]


def test_dataset_invents_no_address(data: Evidence) -> None:
    whole = dataset.of_book(BOOK, data)
    assert "identifier" not in whole
    assert "publisher" not in whole
    assert all(f["contentUrl"].startswith("../data/") for f in whole["distribution"])


# --- the built site ------------------------------------------------------------------------------


@cache
def text_of(path: Path) -> str:
    return path.read_text("utf-8")


def built_pages() -> list[Path]:
    return sorted((HTML / "evidence").glob("*.html"))


@cache
def ids_of(path: Path) -> Counter[str]:
    return Counter(re.findall(r'\bid="([^"]+)"', text_of(path)))


def test_site_has_a_place_for_every_row_and_source(site: Site, data: Evidence) -> None:
    places = {path.stem: ids_of(path) for path in built_pages()}
    for name, ids in places.items():
        none([one for one, times in ids.items() if times > 1], name)
    rows = Counter(i for ids in places.values() for i in ids if i.startswith("row-"))
    rows = Counter({i: n for i, n in rows.items() if i not in ("row-query", "row-count")})
    rows.pop("row-results", None)
    assert rows == Counter(f"row-{row}" for row in data.rows.index)
    for topic, source in data.rows[["topic", "source"]].drop_duplicates().itertuples(index=False):
        assert f"source-{source}" in places[topic]


def test_site_links_hold(site: Site) -> None:
    """Every link of the pages of the evidence leads to a page and a place that are there."""
    lost = set()
    for page in built_pages():
        for target in set(re.findall(r'\bhref="([^"]+)"', text_of(page))):
            path, _, anchor = target.partition("#")
            if re.match(r"[a-z]+:", path):
                continue
            file = (page.parent / unquote(path.split("?")[0])).resolve() if path else page
            found = file.is_file() and (
                not anchor or file.suffix != ".html" or unquote(anchor) in ids_of(file)
            )
            if not found:
                lost.add(f"{page.name}: {target}")
    none(sorted(lost))


def test_site_pages_are_light(site: Site) -> None:
    """Page, style and scripts within the 60 kB of a first visit, and not too many elements."""
    look = [HTML / "_static" / name for name in ("book.css", "page.js", "evidence.js")]
    shared = sum(weight(text_of(path)) for path in look)
    heavy = {p.name: (weight(text_of(p)) + shared) / 1000 for p in built_pages()}
    none([f"{name}: {kilo:.1f} kB" for name, kilo in heavy.items() if kilo > 60])
    elements = {p.name: len(re.findall(r"<[a-z]", text_of(p))) for p in built_pages()}
    none([f"{name}: {count} elements" for name, count in elements.items() if count > 4500])


def test_two_clicks_from_figure_to_source(site: Site) -> None:
    """A line of a figure's table leads to a row, the row to its document on the topic's page."""
    page = HTML / "chapters" / "01-reserves.html"
    cells = re.findall(r'<td class="fig-rows">(.*?)</td>', text_of(page))
    links = [link for cell in cells for link in re.findall(r'href="\.\./evidence/([^"]+)"', cell)]
    assert len(links) > 50
    for link in links:
        name, _, anchor = link.partition("#")
        body = text_of(HTML / "evidence" / name)
        if not anchor:
            assert "html#source-" in body
            continue
        row = re.search(rf'<tr id="{re.escape(anchor)}">.*?</tr>', body)
        assert row, link
        source = re.search(r'href="([\w-]+\.html)#(source-[^"]+)"', row[0])
        assert source, link
        assert source[2] in ids_of(HTML / "evidence" / source[1])


def test_every_figure_with_rows_has_its_page(site: Site) -> None:
    named = {
        name
        for page in [*HTML.glob("chapters/*.html"), *HTML.glob("pages/*.html")]
        for name in re.findall(
            r'class="fig-evidence"><a href="[./]*evidence/(fig-[\w-]+)\.html"', text_of(page)
        )
    }
    assert named == {path.stem for path in built_pages() if path.stem.startswith("fig-")}
    assert len(named) > 30


def test_site_describes_the_dataset(site: Site) -> None:
    page = HTML / "pages" / "evidence.html"
    found = re.findall(r'<script type="application/ld\+json">([^<]*)</script>', text_of(page))
    assert len(found) == 1
    told = json.loads(found[0])
    assert told["@context"] == "https://schema.org"
    for file in told["@graph"][0]["distribution"]:
        assert (page.parent / file["contentUrl"]).resolve().is_file()
    assert (HTML / "data" / data_files.ZIP).is_file()


def test_the_index_is_no_part_of_a_first_visit(site: Site) -> None:
    for page in [HTML / "pages" / "evidence.html", *built_pages()]:
        assert not re.search(r'<script[^>]*src="[^"]*search\.js', text_of(page))
