"""The book on paper: its text, its drawings, its fonts, and what TeX complained of."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import built
import pytest
from browser.served import Site
from built import none
from conftest import ROOT
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from rare_earths.evidence import evidence

A4 = (595.28, 841.89)
CHINESE_TITLE = "稀土资源快见底"
# Points by which a line may stand out into the margin.
OVERFULL = 5.0


@pytest.fixture(scope="module")
def pdf(pdf_path: Path) -> PdfReader:
    return PdfReader(pdf_path)


@pytest.fixture(scope="module")
def text(pdf_path: Path) -> str:
    """All words of the PDF, without white space and hyphens at line ends."""
    said = subprocess.run(
        ["pdftotext", "-raw", pdf_path, "-"], check=True, capture_output=True, text=True
    ).stdout
    return flat(said)


@pytest.fixture(scope="module")
def log() -> str:
    """What TeX said; its lines are broken at a fixed width, so they are joined again."""
    path = ROOT / "_build" / "latex" / "rare-earths.log"
    assert path.is_file(), "no TeX log: run make pdf first."
    return joined(path.read_text(encoding="utf-8", errors="replace"))


def joined(said: str) -> str:
    lines = said.split("\n")
    return "".join(line if len(line) == 79 else line + "\n" for line in lines)


def flat(said: str) -> str:
    """A text as one run of characters: white space, hyphens, quotes and dashes made alike."""
    said = said.replace("\u2212", "-").replace("ﬁ", "fi").replace("ﬂ", "fl").replace("ﬀ", "ff")
    said = said.replace("ﬃ", "ffi").replace("ﬄ", "ffl")
    return re.sub(r"[\s\u00ad\u2010-\u2015\-'\"‘’“”]", "", said)


def objects(pdf: PdfReader, kind: str) -> Iterator[tuple[int, str, DictionaryObject]]:
    """Page number, name and object of every resource of a kind, within forms too."""
    for number, page in enumerate(pdf.pages, 1):
        seen: set[int] = set()
        waiting = [page.get("/Resources", DictionaryObject()).get_object()]
        while waiting:
            resources = waiting.pop()
            held = resources.get("/XObject", DictionaryObject()).get_object()
            for entry in held.values():
                if isinstance(entry, IndirectObject) and entry.idnum in seen:
                    continue
                seen.add(getattr(entry, "idnum", 0))
                inner = entry.get_object()
                if inner.get("/Subtype") == "/Form" and "/Resources" in inner:
                    waiting.append(inner["/Resources"].get_object())
            for name, entry in resources.get(kind, DictionaryObject()).get_object().items():
                yield number, name, entry.get_object()


def test_paper(pdf: PdfReader) -> None:
    sizes = {tuple(round(float(side)) for side in page.mediabox[2:]) for page in pdf.pages}
    assert sizes == {tuple(round(side) for side in A4)}
    assert len(pdf.pages) >= 5


def test_named(pdf: PdfReader) -> None:
    """Title and author in the file's own data."""
    assert "Rare Earths" in (pdf.metadata.title or "")
    assert pdf.metadata.author


def test_front_matter(pdf: PdfReader) -> None:
    """Version and date stand on the first pages."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    front = " ".join(page.extract_text() for page in pdf.pages[:3])
    assert version in front
    assert re.search(r"\b20\d\d\b", front)


def test_outline(pdf: PdfReader, site: Site) -> None:
    """A reader can jump to every chapter."""
    names = [flat(entry.title) for entry in entries(pdf.outline)]
    for page in chapters(site):
        title = flat(heading(site, page))
        assert any(title in name or name in title for name in names), (title, names)


def entries(outline: list) -> Iterator:
    for entry in outline:
        if isinstance(entry, list):
            yield from entries(entry)
        else:
            yield entry


def chapters(site: Site) -> list[str]:
    return [page for page in site.pages if page.startswith("chapters/")]


def heading(site: Site, page: str) -> str:
    """A chapter's title without its number and the sign of its permanent link."""
    title = built.soup(site.folder / page).h1
    return re.sub(r"^[\d.]+\s*|[#¶]$", "", built.words(title)).strip()


def test_chapters_and_claims(text: str, site: Site) -> None:
    """Every chapter's title, every claim with its verdict."""
    for page in chapters(site):
        assert flat(heading(site, page)) in text
    for claim, said in built.cards(built.soup(site.folder / "index.html")).items():
        assert claim in text
        assert flat(said["data-verdict"]).lower() in text.lower()


def test_list_of_claims(pdf: PdfReader, site: Site) -> None:
    """Each claim with its verdict and the page on which its card stands."""
    pages = [" ".join(page.extract_text().split()) for page in pdf.pages]
    first = next(
        place for place, text in enumerate(pages) if text.startswith("Claims and verdicts")
    )
    listed = pages[first]
    for claim, said in built.cards(built.soup(site.folder / "index.html")).items():
        entry = re.search(rf"{claim} .*?: ([a-z][a-z ]+?)[ .]*(\d+)(?= C\d\d | \d+$|$)", listed)
        assert entry, (claim, listed)
        assert entry[1] == said["data-verdict"], claim
        # Arabic numbers begin on the page of this list.
        assert f"{claim}." in pages[first + int(entry[2]) - 1], (claim, entry[2])


def test_list_of_figures(pdf: PdfReader, site: Site) -> None:
    text = "\n".join(page.extract_text() for page in pdf.pages[:12])
    for page in chapters(site):
        for figure in built.figures(built.soup(site.folder / page)):
            number = re.match(r"Figure ([\d.]+)\.", built.titles(figure)[0])[1]
            assert len(re.findall(rf"(?m)^ ?{re.escape(number)} ", text)) == 1, number


def test_figures_are_told(text: str, site: Site) -> None:
    """Every figure of the pages is in the PDF: number, title, subtitle, description, source."""
    missing = []
    for page in site.pages:
        for figure in built.figures(built.soup(site.folder / page)):
            title, subtitle = built.titles(figure)
            number, finding = re.fullmatch(r"(Figure [\d.]+)\. (.*)", title).groups()
            source = built.words(built.source_line(figure)).removeprefix("Source")
            wanted = (number, finding, subtitle, built.description(figure), source)
            missing += [part for part in wanted if flat(part).strip(":.") not in text]
    none(missing)


def test_figures_are_drawings(pdf: PdfReader, site: Site) -> None:
    """No raster picture in the book; as many drawings as the pages have figures."""
    rasters = [
        (page, name)
        for page, name, held in objects(pdf, "/XObject")
        if held.get("/Subtype") == "/Image"
    ]
    none(rasters)
    figures = sum(len(built.figures(built.soup(site.folder / page))) for page in site.pages)
    forms = [name for _, name, held in objects(pdf, "/XObject") if held.get("/Subtype") == "/Form"]
    assert len(forms) >= figures >= 2


def test_fonts_are_embedded(pdf: PdfReader) -> None:
    def embedded(font: DictionaryObject) -> bool:
        if font["/Subtype"] == "/Type3":  # its glyphs are drawings within the file
            return "/CharProcs" in font
        if font["/Subtype"] == "/Type0":
            return embedded(font["/DescendantFonts"][0].get_object())
        described = font.get("/FontDescriptor", DictionaryObject()).get_object()
        return bool({"/FontFile", "/FontFile2", "/FontFile3"} & set(described))

    fonts = list(objects(pdf, "/Font"))
    assert fonts
    none(sorted({str(f["/BaseFont"]) for _, _, f in fonts if not embedded(f)}))


def test_chinese_has_glyphs(text: str, log: str) -> None:
    assert CHINESE_TITLE in text
    none(re.findall(r"Missing character: .*", log))


# What must never be read on paper: unresolved references, names of objects, markup.
RAW = ("??", "VBox(", "{eval}", "<figure", "<span", "</", "```", ":::", "Traceback", " at 0x")


def test_nothing_raw(pdf_path: Path) -> None:
    said = subprocess.run(
        ["pdftotext", pdf_path, "-"], check=True, capture_output=True, text=True
    ).stdout
    assert [mark for mark in RAW if mark in said] == []


def test_numbers_are_the_pages(text: str, site: Site) -> None:
    """The computed numbers of the chapters' sentences are the same on paper."""
    missing = []
    for page in chapters(site):
        for element in built.soup(site.folder / page).select("p .computed[data-name]"):
            if flat(built.words(element)) not in text:
                missing.append((element["data-name"], built.words(element)))
    none(missing)


def test_references_resolve(log: str) -> None:
    for complaint in ("undefined references", "multiply defined", "Citation"):
        assert not re.search(f"LaTeX Warning: .*{complaint}", log), complaint


def overfull(said: str) -> list[tuple[float, str]]:
    found = re.findall(r"Overfull \\[hv]box \(([\d.]+)pt too (?:wide|high)\)(.*\n.*)", said)
    return sorted(((float(points), what) for points, what in found), reverse=True)


def test_nothing_stands_out(log: str) -> None:
    """No line or box stands out into the margin by more than a reader would notice."""
    wide = [found for found in overfull(log) if found[0] > OVERFULL]
    none(wide)


def test_overfull_is_seen() -> None:
    said = "Overfull \\hbox (12.5pt too wide) in paragraph at lines 3--4\n[]words\n"
    assert overfull(said)[0][0] == 12.5


def test_links_lead_somewhere(pdf: PdfReader) -> None:
    """Links within the PDF go to places that exist; those out of it are web or mail addresses."""
    named = set(pdf.named_destinations)
    broken = []
    for number, page in enumerate(pdf.pages, 1):
        for entry in page.get("/Annots", []):
            action = entry.get_object().get("/A", DictionaryObject()).get_object()
            if action.get("/S") == "/GoTo" and isinstance(action["/D"], str):
                broken += [] if action["/D"] in named else [(number, action["/D"])]
            if action.get("/S") == "/URI" and not re.match("https?:|mailto:", action["/URI"]):
                broken.append((number, action["/URI"]))
    none(broken)


def test_the_evidence_is_summed_up(text: str) -> None:
    """On paper a table for each topic, by quantity; the rows themselves are in the pages."""
    data = evidence()
    none([title for title in data.topics["title"] if flat(title) not in text])
    printed = [row for row in data.rows.index[::97] if flat(row) in text]
    none(printed, "ids of rows in print")
