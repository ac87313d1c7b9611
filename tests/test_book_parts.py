"""Parts of the book's extension by themselves: styles, citations, differences, files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from rare_earths.book import cite, latex, moved
from rare_earths.book.facts import Facts, Stamp, stamp
from rare_earths.book.files import write_whole
from rare_earths.book.freshness import digest
from rare_earths.book.styles import Used, purge

BOOK = Facts(
    title="A Book",
    subtitle="with a subtitle",
    authors=("The Authors",),
    publisher="",
    address="",
    repository="",
    contact="",
    doi="",
    licence_code={"name": "MIT"},
    licence_text={"name": "CC BY 4.0"},
    licence_data={"name": "CC BY 4.0", "note": "a note"},
    article={},
    stamp=Stamp("0.1.0", "2026-11-24", "abc1234", False),
)
KNOWN = replace(BOOK, address="https://example.org/b/", doi="10.1234/x", publisher="A Press")


# Styles


def used(html: str = "", script: str = "") -> Used:
    names = Used()
    names.page(html)
    names.script(script)
    return names


@pytest.mark.parametrize(
    ("sheet", "kept"),
    [
        (".a { color: red }", True),
        (".b { color: red }", False),
        (".b, .a { color: red }", True),
        (".a .b { color: red }", False),
        ("#i { color: red }", True),
        ("#j { color: red }", False),
        ("table { color: red }", False),
        (".a:hover::before { color: red }", True),
        (".a:not(.b) { color: red }", True),
        (".set-by-script { color: red }", True),
        ("[data-x='1'] { color: red }", True),
        ("@media (min-width: 3em) { .b { color: red } }", False),
        ("@media (min-width: 3em) { .a { color: red } }", True),
        ("@font-face { font-family: x; src: url(x.woff2) }", False),
    ],
)
def test_purge_keeps_what_occurs(sheet: str, kept: bool) -> None:
    made = purge([sheet], used('<p class="a" id="i">x</p>', 'add("set-by-script")'))
    assert ("color:red" in made or "font-family" in made) == kept


def test_purge_keeps_used_variables_only() -> None:
    sheet = ":root { --one: var(--two); --two: 1px; --three: 2px } p { margin: var(--one) }"
    made = purge([sheet], used("<p>x</p>"))
    assert "--two" in made
    assert "--three" not in made


def test_purge_keeps_order_and_importance() -> None:
    made = purge(["p { color: red !important }", "p { color: blue }"], used("<p>x</p>"))
    assert made.index("red!important") < made.index("blue")


def test_alternative_text_of_signs_survives() -> None:
    made = purge(['p::before { content: "▸"; content: "▸" / "" }'], used("<p>x</p>"))
    assert 'content:"▸"' in made
    assert 'content:"▸" / ""' in made


# Citations


def record(book: Facts) -> dict[str, object]:
    return cite._record(book, "How much?", "chapters/01-reserves")


def test_what_is_not_set_is_left_out() -> None:
    texts = [write(record(BOOK)) for _, write in cite.FORMATS.values()]
    for text in texts:
        for mark in ("doi", "DO  -", "UR  -", "http", "publisher", "None", "null", "{}"):
            assert mark not in text


def test_bibtex_reads_back() -> None:
    from pybtex.database import parse_string

    entry = parse_string(cite.bibtex(record(KNOWN)), "bibtex").entries["rare-earths-01-reserves"]
    assert str(entry.persons["author"][0]) == "{The Authors}"
    assert entry.fields["doi"] == "10.1234/x"
    assert entry.fields["url"] == "https://example.org/b/chapters/01-reserves.html"
    assert entry.fields["year"] == "2026"


def test_ris_has_its_frame() -> None:
    lines = cite.ris(record(KNOWN)).split("\r\n")
    assert lines[0] == "TY  - CHAP"
    assert lines[-2:] == ["ER  - ", ""]
    assert "DO  - 10.1234/x" in lines


def test_csl_json() -> None:
    (item,) = json.loads(cite.csl_json(record(KNOWN)))
    assert item["type"] == "chapter"
    assert item["author"] == [{"literal": "The Authors"}]
    assert item["issued"] == {"date-parts": [[2026]]}
    assert item["DOI"] == "10.1234/x"


def test_figure_citation_has_its_address() -> None:
    page = KNOWN.page("chapters/01-reserves")
    told = cite.figure_citation(KNOWN, "It <fell>", "1.2", page, "fig-x")
    assert "Figure 1.2 of <cite>A Book</cite>" in told
    assert "chapters/01-reserves.html#fig-x" in told
    assert "It &lt;fell&gt;" in told


# Stamp


def test_stamp_in_words() -> None:
    assert str(Stamp("1.0", "", "", False)) == "version 1.0"
    assert str(Stamp("1.0", "2026-01-02", "abc", True)) == (
        "version 1.0, 2026-01-02, commit abc, with changes not committed"
    )


def test_stamp_outside_git(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "2.0"\n')
    assert stamp(tmp_path) == Stamp("2.0", "", "", False)


# What moved


def tables(folder: Path, before: str, after: str, name: str = "headlines.csv") -> list[str]:
    for sub, text in (("tests/expected", before), ("_build", after)):
        write_whole(folder / sub / name, text)
    return moved.report(folder)


def test_differences_in_words(tmp_path: Path) -> None:
    before = "page,name,text\np,a,1 %\np,b,2\np,c,3\n"
    after = "page,name,text\np,a,2 %\np,b,2\np,d,4\n"
    assert tables(tmp_path, before, after) == [
        "moved: p a: 1 % -> 2 %",
        "gone: p c",
        "new: p d (4)",
    ]


def test_difference_of_a_verdict(tmp_path: Path) -> None:
    told = tables(
        tmp_path,
        "claim,verdict,holds\nC01,supported,3/4\n",
        "claim,verdict,holds\nC01,outdated,3/4\n",
        "verdicts.csv",
    )
    assert told == ["moved: C01, verdict: supported -> outdated"]


def test_a_new_chapter_is_one_sentence(tmp_path: Path) -> None:
    head = "page,name,text\np,a,1\n"
    after = head + "".join(f"q,{number:02},x\n" for number in range(40))
    assert tables(tmp_path, head, after) == ["new: 40 numbers of q"]


def test_numbers_of_pages(tmp_path: Path) -> None:
    span = '<span class="computed" data-name="{}">{}</span>'
    (tmp_path / "a.html").write_text(
        span.format("x.y", "1&nbsp;%") + span.format("z", "<b>2</b>") + "<b>3</b>", "utf-8"
    )
    assert list(moved.numbers(tmp_path)) == [("a", "x.y", "1\xa0%"), ("a", "z", "2")]


# Files


@given(st.text())
def test_latex_escape_leaves_no_command(text: str) -> None:
    made = latex.escape(text)
    plain = made
    for command in (r"\textbackslash{}", r"\textasciitilde{}", r"\textasciicircum{}"):
        plain = plain.replace(command, "")
    for sign in "&%$#_{}":
        plain = plain.replace("\\" + sign, "")
    assert not set("&%$#_{}~^\\") & set(plain)


def test_write_whole_leaves_no_part(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "b.txt", "text")
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b.txt"]


def test_digest_knows_names_and_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a.csv").write_text("1")
    first = digest(tmp_path, ["data"])
    assert digest(tmp_path, ["data", "missing"]) == first
    (folder / "a.csv").rename(folder / "b.csv")
    second = digest(tmp_path, ["data"])
    (folder / "b.csv").write_text("2")
    assert len({first, second, digest(tmp_path, ["data"])}) == 3
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_text("x")
    assert digest(tmp_path, ["data"]) == digest(tmp_path, ["data"])


def test_nothing_of_the_books_look_is_missing() -> None:
    """Every template and sheet that the extension names is in the package."""
    from rare_earths.book import light

    for name in light.OWN_SHEETS:
        assert (light.STATIC / name).is_file()
    assert (ROOT / "rare_earths" / "book" / "latex" / "book.sty").is_file()
