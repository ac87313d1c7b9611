"""The book as EPUB: valid, whole, and the same bytes for the same sources."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import built
import pytest
from browser.served import Site
from built import none
from conftest import ROOT, missing
from test_book_build import GOOD, TOOLS, make_book, notebook, run

from rare_earths.book import epub
from rare_earths.book.facts import source_date
from rare_earths.book.files import EPOCH

SVG = (
    '<svg class="fig-wide" aria-hidden="true" focusable="false" viewBox="0 0 720 300">'
    '<use href="#a" fill="var(--re-ink,#1f2933)"/><text x="1">drawn</text></svg>'
)


@pytest.fixture(scope="module")
def path() -> Path:
    """The EPUB of the whole book."""
    if sentence := missing("_build", "epub", "rare-earths.epub", command="epub"):
        pytest.fail(sentence, pytrace=False)
    return ROOT / "_build" / "epub" / "rare-earths.epub"


@pytest.fixture(scope="module")
def book(path: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(path) as archive:
        yield archive


def check(path: Path) -> subprocess.CompletedProcess[str]:
    """What epubcheck says of a file; in CI it may not be missing."""
    jars = sorted(ROOT.glob(".venv-tools/lib/*/site-packages/epubcheck/epubcheck.jar"))
    if not jars or shutil.which("java") is None:
        pytest.skip("sh tests/setup.sh tools installs cffconvert and epubcheck")
    command = ["java", "-jar", jars[0], "--failonwarnings", path]
    return subprocess.run(command, capture_output=True, text=True)


def test_valid(path: Path) -> None:
    """epubcheck finds no error and nothing to warn of; links within the book lead somewhere."""
    done = check(path)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def test_check_finds_a_fault(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "broken.epub", "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
    assert check(tmp_path / "broken.epub").returncode != 0


def test_names_itself(book: zipfile.ZipFile) -> None:
    """Title, language, rights, and as its date that of the commit."""
    package = ET.fromstring(book.read("content.opf"))
    dc = "{http://purl.org/dc/elements/1.1/}"
    said = {name: package.findtext(f".//{dc}{name}") or "" for name in
            ("title", "language", "rights", "date", "identifier")}  # fmt: skip
    assert said["title"] == "Reckoning with China’s Rare Earths"
    assert said["language"] == "en-GB"
    assert "CC BY 4.0" in said["rights"]
    moment = datetime.fromtimestamp(int(source_date(ROOT)), UTC)
    assert said["date"] == f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    assert re.match(r"urn:uuid:|https://doi\.org/", said["identifier"])


def test_holds_every_page(book: zipfile.ZipFile, site: Site) -> None:
    """What the site's reader finds in the contents is there, in its language and with its fonts'
    glyphs left to the reader.
    """
    pages = {name.removesuffix(".xhtml") for name in book.namelist() if name.endswith(".xhtml")}
    written = {page.removesuffix(".html") for page in site.pages}
    assert {name for name in written if name.startswith("chapters/")} <= pages
    assert {"index", "pages/methods", "pages/glossary"} <= pages
    front = book.read("index.xhtml").decode()
    assert 'lang="en-GB"' in front
    assert "稀土资源快见底" in front
    assert 'class="computed"' in front


def test_every_figure_has_its_picture(book: zipfile.ZipFile, site: Site) -> None:
    """Explorers too, as their default frame; drawn, with words as words and fixed colours."""
    names = set(book.namelist())
    lost = []
    for page in site.pages:
        text = book.read(page.replace(".html", ".xhtml")).decode() if (
            page.replace(".html", ".xhtml") in names) else ""  # fmt: skip
        for figure in built.figures(built.soup(site.folder / page)):
            picture = f"_images/{figure['id']}.svg"
            if f'id="{figure["id"]}"' not in text or picture not in names:
                lost.append(figure["id"])
                continue
            drawn = ET.fromstring(book.read(picture))
            assert any(element.tag.endswith("}text") for element in drawn.iter()), picture
            assert "var(" not in book.read(picture).decode(), picture
    none(lost)


def test_nothing_of_the_site_alone(book: zipfile.ZipFile) -> None:
    for name in book.namelist():
        assert not name.endswith((".js", ".pdf", ".woff2")), name
        if name.endswith(".xhtml"):
            text = book.read(name).decode()
            for mark in ("<script", "cite-block", 'data-explorer="', "_evidence/", "http-equiv"):
                assert mark not in text, (name, mark)


def test_no_date_of_this_machine(book: zipfile.ZipFile) -> None:
    first, *others = book.infolist()
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert {entry.date_time for entry in (first, *others)} == {EPOCH}


# On a small book


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book whose figures are drawn, built as EPUB."""
    folder = make_book(tmp_path_factory.mktemp("epub") / "my book")
    drawn = TOOLS.replace('<p class="fig-source">', f'{SVG}<p class="fig-source">')
    notebook(folder / "chapters" / "01-one.ipynb", "#%" + drawn, *GOOD[1:])
    done = run(folder, "epub")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build" / "epub" / "rare-earths.epub"


def test_same_bytes_again(small: Path) -> None:
    """Made again from the pages as they were read, which are not executed for it."""
    folder, first = small.parents[2], small.read_bytes()
    ran = (folder / "_build" / "ran").read_text()
    assert run(folder, "epub").stdout.endswith("rare-earths.epub is up to date.\n")
    small.unlink()
    assert run(folder, "epub").returncode == 0
    assert small.read_bytes() == first
    assert (folder / "_build" / "ran").read_text() == ran


def test_svg_file() -> None:
    """On white, with colours that every reader knows and links that old ones know."""
    made = epub.svg_file(f"<figure>{SVG}</figure>")
    root = ET.fromstring(made)
    assert root.get("viewBox") == "0 0 720 300"
    assert root[0].attrib == {"width": "720", "height": "300", "fill": "#ffffff"}
    assert root[1].attrib == {"{http://www.w3.org/1999/xlink}href": "#a", "fill": "#1f2933"}
    assert epub.svg_file("<figure></figure>") == ""
