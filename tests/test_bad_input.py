"""Bad input: settings, contents, bibliographies, pages and notebooks that are broken in every way.

Each fault is one sentence with file and place, the command fails, and nothing is written or lost.
The tables of the evidence have their cases in test_evidence_bad_input.py.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pybtex.database import parse_string
from test_book_build import make_book, notebook, run

from rare_earths import bibliography
from rare_earths.book import inputs, told

Break = Callable[[Path], object]
CHAPTER = "chapters/01-one.ipynb"
CONFIG = (ROOT / "_config.yml").read_text("utf-8").replace("[data/sources.bib, ", "[")
TOC = """\
format: jb-book
root: index
parts:
  - caption: Chapters
    numbered: 1
    chapters:
      - file: chapters/01-one
  - caption: About
    chapters:
      - file: pages/methods
"""
BIB = """\
@misc{known_2020,
  author = {{A Survey}},
  title = {Known},
  year = {2020},
}

@article{other_2021,
  author = {Doe, Jane and Roe, Richard},
  title = {Other},
  journal = {Journal},
  year = 2021,
}
"""
CELLS = ("# One\n\nSays {cite:t}`known_2020`.", "#% total = 6 * 7", '#% claims.verdict("C01")')
# What a sentence on a fault looks like.
FORM = re.compile(
    r"^[\w./-]+(, line \d+)?(, column \d+)?(, cell \d+)?(, line \d+)?(, (key|entry) [^\n]+?)?"
    r": found [^\n]+, expected [^\n]+\.$"
)


def make(folder: Path) -> Path:
    """A book whose inputs have no fault."""
    for name, text in {
        "_config.yml": CONFIG,
        "_toc.yml": TOC,
        "index.md": "# Front\n",
        "pages/methods.md": "# Methods\n\nAfter {cite}`other_2021`.\n",
        "pages/references.bib": BIB,
        "data/claims.csv": "id,claim\nC01,one\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    notebook(folder / CHAPTER, *CELLS)
    return folder


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make(tmp_path_factory.mktemp("inputs") / "my book")
    assert inputs.faults(folder) == []
    return folder


@pytest.fixture
def book(sound: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(sound, tmp_path / "my book"))


def test_the_book_itself_has_no_fault() -> None:
    assert inputs.faults(ROOT) == []


# --- ways to break ---


def swap(file: str, old: str, new: str) -> Break:
    """Replace the first occurrence of a text."""

    def change(folder: Path) -> None:
        text = (folder / file).read_text("utf-8")
        assert old in text, old
        (folder / file).write_text(text.replace(old, new, 1), "utf-8")

    return change


def raw(file: str, content: bytes) -> Break:
    return lambda folder: (folder / file).write_bytes(content)


def gone(file: str) -> Break:
    return lambda folder: (folder / file).unlink()


def fact(name: str, value: object) -> Break:
    """Set a fact of the settings; `...` takes it away."""

    def change(folder: Path) -> None:
        data = yaml.safe_load((folder / "_config.yml").read_text("utf-8"))
        *way, last = f"sphinx.config.rare_earths_facts.{name}".split(".")
        place = data
        for step in way:
            place = place[step]
        if value is ...:
            del place[last]
        else:
            place[last] = value
        (folder / "_config.yml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")

    return change


def cell(change: Callable[[dict[str, Any]], object]) -> Break:
    """Change the notebook as JSON."""

    def write(folder: Path) -> None:
        data = json.loads((folder / CHAPTER).read_text("utf-8"))
        change(data)
        (folder / CHAPTER).write_text(json.dumps(data), "utf-8")

    return write


def cells(*texts: str) -> Break:
    return lambda folder: notebook(folder / CHAPTER, *texts)


def entry(text: str) -> Break:
    """Add to the bibliography."""
    return swap("pages/references.bib", "@misc", f"{text}\n\n@misc")


FACT = r"_config\.yml, line \d+, column \d+, key sphinx\.config\.rare_earths_facts"
SETTING = r"_config\.yml, line \d+, column \d+"
PAGES = r"_toc\.yml, line \d+, column \d+"
WORKS = r"pages/references\.bib, line \d+"
NOTE = r"chapters/01-one\.ipynb"

WRONG_FACTS: dict[str, list[object]] = {
    "subtitle": [..., None, 5, "", ["a"]],
    "authors": [..., None, "One Name", [], [5], [""], {"a": "b"}],
    "publisher": [5, ["a"], ""],
    "address": [
        "example.org",
        "http//example.org",
        "file:" + "///tmp",
        5,
        "https://",
        "https://a b.org",
    ],
    "repository": ["git@example.org:a/b", 5, "example"],
    "contact": ["someone", "@example.org", 5, "a b@example.org", "https://example.org"],
    "doi": ["https://doi.org/10.1/x", "zenodo", 10.5281],
    "article": [..., None, "title", []],
    "article.title": [..., None, 5],
    "article.date": ["20 July 2025", "2025-13-01", "2025-07-32", "2025", 20250720, ""],
    "licence_code": [..., "MIT", None],
    "licence_text.name": [..., 4.0],
    "licence_data.address": ["creativecommons", False],
    "autor": ["a fact nobody knows"],
    "licence_text.url": ["https://example.org"],
}

# name: what breaks it, where (a pattern), words of the sentence
CASES: dict[str, tuple[Break, str, str]] = {
    # settings
    "settings gone": (gone("_config.yml"), r"_config\.yml", "no such file"),
    "settings empty": (raw("_config.yml", b""), r"_config\.yml, line 1", "nothing"),
    "settings are a list": (raw("_config.yml", b"- a\n"), SETTING, "settings by name"),
    "settings are a word": (raw("_config.yml", b"title\n"), SETTING, "settings by name"),
    "settings in Latin-1": (
        raw("_config.yml", "title: M\xe9tal\n".encode("latin-1")),
        *(r"_config\.yml, line 1", "bytes that are no UTF-8"),
    ),
    "settings in UTF-16": (
        raw("_config.yml", "title: a\n".encode("utf-16")),
        *(r"_config\.yml, line 1", "bytes that are no UTF-8"),
    ),
    "null byte in the settings": (
        swap("_config.yml", "author:", "\0author:"),
        *(SETTING, "special characters are not allowed"),
    ),
    "bracket never closed": (swap("_config.yml", "title:", "title: ["), SETTING, "expected YAML"),
    "quote never closed": (swap("_config.yml", "title:", 'title: "'), SETTING, "expected YAML"),
    "tab as indent": (swap("_config.yml", "  timeout:", "\ttimeout:"), SETTING, "expected YAML"),
    "bad indent in the settings": (
        swap("_config.yml", "  timeout:", "   timeout:"),
        *(SETTING, "expected YAML"),
    ),
    "colon in a title": (
        swap("_config.yml", "title: ", "title: Rare: "),
        *(SETTING, "mapping values are not allowed here"),
    ),
    "a month 13": (
        swap("_config.yml", 'date: "2025-07-20"', "date: 2025-13-20"),
        *(r"_config\.yml", "month must be in 1..12"),
    ),
    "unquoted date": (
        swap("_config.yml", 'date: "2025-07-20"', "date: 2025-07-20"),
        *(FACT, "a date in quotation marks"),
    ),
    "setting twice": (
        swap("_config.yml", "author:", "title: Twice\nauthor:"),
        *(SETTING, "the key 'title' once more"),
    ),
    "unknown tag": (
        swap("_config.yml", "title:", "title: !!python/object:os.system"),
        *(SETTING, "could not determine a constructor"),
    ),
    "no title": (swap("_config.yml", "title:", "titel:"), SETTING, "no 'title'"),
    "title a number": (swap("_config.yml", "title: ", "title: 5 #"), SETTING, "book's title"),
    "no facts": (
        swap("_config.yml", "rare_earths_facts:", "rare_earth_facts:"),
        *(SETTING, "no 'rare_earths_facts'"),
    ),
    "failing cells let through": (
        swap("_config.yml", "raise_on_error: true", "raise_on_error: false"),
        *(SETTING, "must fail the build"),
    ),
    "timeout in words": (
        swap("_config.yml", "timeout: 120", "timeout: long"),
        *(f"{SETTING}, key execute.timeout", "'long'"),
    ),
    "unknown way to execute": (
        swap("_config.yml", "execute_notebooks: inline", "execute_notebooks: sometimes"),
        *(f"{SETTING}, key execute.execute_notebooks", "'sometimes'"),
    ),
    "bibliographies as one word": (
        swap("_config.yml", "[pages/references.bib]", "pages/references.bib"),
        *(SETTING, "a list of BibTeX files"),
    ),
    "bibliography that is not there": (
        swap("_config.yml", "references.bib]", "reference.bib]"),
        *(r"pages/reference\.bib", "no such file"),
    ),
    # contents
    "contents gone": (gone("_toc.yml"), r"_toc\.yml", "no such file"),
    "contents empty": (raw("_toc.yml", b"# nothing\n"), r"_toc\.yml, line 1", "nothing"),
    "contents are a list": (raw("_toc.yml", b"- file: index\n"), PAGES, "not a mapping"),
    "no root": (swap("_toc.yml", "root: index\n", ""), PAGES, "'root' key not found"),
    "root that is not there": (swap("_toc.yml", "index", "start"), PAGES, "'start', expected"),
    "page that is not there": (
        swap("_toc.yml", "chapters/01-one", "chapters/01-won"),
        *(r"_toc\.yml, line 7, column 15", "'chapters/01-won', expected a page"),
    ),
    "page in a folder above": (swap("_toc.yml", "pages/methods", "../x"), PAGES, "'../x'"),
    "page of another kind": (
        swap("_toc.yml", "pages/methods", "pages/references.bib"),
        *(PAGES, "expected a page"),
    ),
    "page without a name": (swap("_toc.yml", "file: pages/methods", "file: ''"), PAGES, "''"),
    "page that is a number": (swap("_toc.yml", "file: pages/methods", "file: 5"), PAGES, "'5'"),
    "page twice": (
        swap("_toc.yml", "pages/methods", "chapters/01-one"),
        *(r"_toc\.yml, line 10, column 15", "'chapters/01-one' once more"),
    ),
    "page twice, once with its ending": (
        swap("_toc.yml", "pages/methods", "chapters/01-one.ipynb"),
        *(r"_toc\.yml, line 10, column 15", "once more, expected each page once"),
    ),
    "root as a page": (swap("_toc.yml", "pages/methods", "index"), PAGES, "'index' once more"),
    "bad indent in the contents": (
        swap("_toc.yml", "    chapters:", "   chapters:"),
        *(PAGES, "expected YAML"),
    ),
    "tab in the contents": (swap("_toc.yml", "    chapters", "\tchapters"), PAGES, "expected YAML"),
    "chapters twice": (
        swap("_toc.yml", "  - caption: About\n", ""),
        *(r"_toc\.yml, line 8, column 5", "the key 'chapters' once more"),
    ),
    "unknown key in the contents": (
        swap("_toc.yml", "file: pages", "page: pages"),
        *(PAGES, "entry does not contain one of"),
    ),
    "chapters that are none": (
        swap("_toc.yml", "    chapters:\n      - file: pages/methods", "    chapters: []"),
        *(PAGES, "not a non-empty list"),
    ),
    "chapters that are a word": (
        swap("_toc.yml", "      - file: pages/methods", "      pages"),
        *(PAGES, "not a mapping type"),
    ),
    "unknown format": (swap("_toc.yml", "jb-book", "jb-paper"), PAGES, "'jb-paper'"),
    "contents in Latin-1": (
        raw("_toc.yml", b"format: jb-book\nroot: ind\xe9x\n"),
        *(r"_toc\.yml, line 2", "bytes that are no UTF-8"),
    ),
    # bibliography
    "bibliography gone": (gone("pages/references.bib"), r"pages/references\.bib", "no such file"),
    "bibliography in Latin-1": (
        raw("pages/references.bib", BIB.replace("Known", "Knôwn").encode("latin-1")),
        *(r"pages/references\.bib, line 3", "bytes that are no UTF-8"),
    ),
    "brace never closed": (
        swap("pages/references.bib", "{Other}", "{Other"),
        *(r"pages/references\.bib, line 7, entry other_2021", "syntax error"),
    ),
    "quote of an entry never closed": (
        swap("pages/references.bib", "{Other}", '"Other'),
        *(r"pages/references\.bib, line 7, entry other_2021", "syntax error"),
    ),
    "entry never closed": (
        swap("pages/references.bib", "year = {2020},\n}", "year = {2020},"),
        *(r"pages/references\.bib, line 1, entry known_2020", "syntax error"),
    ),
    "comma missing": (
        swap("pages/references.bib", "{Known},", "{Known}"),
        *(r"pages/references\.bib, line 1, entry known_2020", "syntax error"),
    ),
    "equals sign missing": (
        swap("pages/references.bib", "title = {Known}", "title {Known}"),
        *(r"pages/references\.bib, line 1, entry known_2020", "syntax error"),
    ),
    "key twice": (
        entry("@misc{other_2021, author={A}, title={B}, year=2000}"),
        *(r"pages/references\.bib, line 9, entry other_2021", "repeated"),
    ),
    "key twice in other letters": (
        entry("@misc{Other_2021, author={A}, title={B}, year=2000}"),
        *(r"pages/references\.bib, line 9, entry other_2021", "repeated"),
    ),
    "field twice": (
        entry("@misc{twice, author={A}, title={B}, title={C}, year=2000}"),
        *(f"{WORKS}, entry twice", "duplicate title"),
    ),
    "no key": (entry("@misc{, author={A}, title={B}, year=2000}"), WORKS, "entry key expected"),
    "blank in a key": (
        entry("@misc{a b, author={A}, title={B}, year=2000}"),
        *(f"{WORKS}, entry a", "syntax error"),
    ),
    "month of no calendar": (
        entry("@misc{m, author={A}, title={B}, year=2000, month=juin}"),
        *(f"{WORKS}, entry m", "undefined string"),
    ),
    "author of many commas": (
        entry("@misc{m, author={a, b, c, d}, title={B}, year=2000}"),
        *(f"{WORKS}, entry m", "Too many commas"),
    ),
    "no author": (entry("@misc{n, title={B}, year=2000}"), f"{WORKS}, entry n", "no author"),
    "no entry title": (entry("@misc{n, author={B}, year=2000}"), f"{WORKS}, entry n", "no title"),
    "no year": (entry("@misc{n, author={B}, title={A}}"), f"{WORKS}, entry n", "no year"),
    "empty year": (
        entry("@misc{n, author={B}, title={A}, year={ }}"),
        *(f"{WORKS}, entry n", "no year"),
    ),
    # pages
    "page in Latin-1": (
        raw("pages/methods.md", b"# Methods\n\nNa\xefve\n"),
        *(r"pages/methods\.md, line 3", "bytes that are no UTF-8"),
    ),
    "key that no page can cite": (
        swap("pages/methods.md", "other_2021", "other_2012"),
        *(r"pages/methods\.md, line 3", "the citation 'other_2012'"),
    ),
    "one of several keys": (
        swap("pages/methods.md", "other_2021", "known_2020, nobody"),
        *(r"pages/methods\.md, line 3", "the citation 'nobody'"),
    ),
    # notebooks
    "notebook empty": (raw(CHAPTER, b""), rf"{NOTE}, line 1, column 1", "expected JSON"),
    "no JSON": (raw(CHAPTER, b"# One\n"), rf"{NOTE}, line 1, column 1", "expected JSON"),
    "conflict of git": (
        swap(CHAPTER, ' "cells"', '<<<<<<< HEAD\n "cells"'),
        *(rf"{NOTE}, line 2, column 1", "expected JSON"),
    ),
    "comma too many": (swap(CHAPTER, "],", "],,"), rf"{NOTE}, line \d+, column", "expected JSON"),
    "notebook in Latin-1": (
        raw(CHAPTER, b'{"cells": ["\xe9"]}'),
        *(rf"{NOTE}, line 1", "bytes that are no UTF-8"),
    ),
    "a list": (raw(CHAPTER, b"[]"), NOTE, "no list 'cells'"),
    "a number": (raw(CHAPTER, b"5"), NOTE, "no list 'cells'"),
    "no cells": (cell(lambda nb: nb.pop("cells")), NOTE, "no list 'cells'"),
    "older form": (
        cell(lambda nb: nb.update(nbformat=3)),
        *(rf"{NOTE}, key nbformat", "(3, 5), expected (4, 5)"),
    ),
    "form without ids": (
        cell(lambda nb: nb.update(nbformat_minor=4)),
        *(rf"{NOTE}, key nbformat", "(4, 4)"),
    ),
    "no form": (cell(lambda nb: nb.pop("nbformat")), rf"{NOTE}, key nbformat", "None"),
    "no kernel": (
        cell(lambda nb: nb["metadata"].pop("kernelspec")),
        *(rf"{NOTE}, key metadata\.kernelspec\.name", "no kernel, expected 'python3'"),
    ),
    "another kernel": (
        cell(lambda nb: nb["metadata"]["kernelspec"].update(name="julia-1.10")),
        *(rf"{NOTE}, key metadata\.kernelspec\.name", "the kernel 'julia-1.10'"),
    ),
    "no metadata": (
        cell(lambda nb: nb.pop("metadata")),
        *(rf"{NOTE}, key metadata\.kernelspec\.name", "no kernel"),
    ),
    "cell without an id": (
        cell(lambda nb: nb["cells"][1].pop("id")),
        *(rf"{NOTE}, cell 2", "no id, expected an id of its own"),
    ),
    "id of a number": (cell(lambda nb: nb["cells"][1].update(id=5)), rf"{NOTE}, cell 2", "no id"),
    "id twice": (
        cell(lambda nb: nb["cells"][2].update(id="cell-0")),
        *(rf"{NOTE}, cell 3", "the id 'cell-0' of cell 1"),
    ),
    "id with blanks": (
        cell(lambda nb: nb["cells"][2].update(id="a b")),
        *(rf"{NOTE}, cell 3", "'a b'"),
    ),
    "cell that is text": (
        cell(lambda nb: nb["cells"].append("text")),
        *(rf"{NOTE}, cell 4", "no id"),
    ),
    "cell of no kind": (
        cell(lambda nb: nb["cells"][0].pop("cell_type")),
        *(rf"{NOTE}, cell 1", "expected the form of nbformat"),
    ),
    "cell of another kind": (
        cell(lambda nb: nb["cells"][0].update(cell_type="prose")),
        *(rf"{NOTE}, cell 1", "expected the form of nbformat"),
    ),
    "cell without source": (
        cell(lambda nb: nb["cells"][1].pop("source")),
        *(rf"{NOTE}, cell 2", "expected the form of nbformat"),
    ),
    "source of a number": (
        cell(lambda nb: nb["cells"][1].update(source=5)),
        *(rf"{NOTE}, cell 2", "expected the form of nbformat"),
    ),
    "code without outputs": (
        cell(lambda nb: nb["cells"][1].pop("outputs")),
        *(rf"{NOTE}, cell 2", "expected the form of nbformat"),
    ),
    "tags that are a word": (
        cell(lambda nb: nb["cells"][1]["metadata"].update(tags="hide")),
        *(rf"{NOTE}, cell 2", "expected the form of nbformat"),
    ),
    "code never closed": (
        cells(*CELLS, "#% a = 1\nb = (2"),
        *(rf"{NOTE}, cell 4, line 2", "'(' was never closed"),
    ),
    "code of another language": (
        cells(*CELLS, "#% let a = 1;"),
        *(rf"{NOTE}, cell 4, line 1", "expected Python"),
    ),
    "bad indent in code": (
        cells(*CELLS, "#% if True:\na = 1"),
        *(rf"{NOTE}, cell 4, line 2", "expected Python"),
    ),
    "unknown claim": (
        cells(*CELLS, '#% claims.verdict("C99")'),
        *(rf"{NOTE}, cell 4, line 1", "the claim 'C99'"),
    ),
    "claim in small letters": (
        cells(*CELLS, '#% a = 1\nclaims.rule("c01")'),
        *(rf"{NOTE}, cell 4, line 2", "the claim 'c01'"),
    ),
    "unknown key in a cell": (
        cells(*CELLS, "Text\n\nsays {cite:p}`nobody_1999`."),
        *(rf"{NOTE}, cell 4, line 3", "the citation 'nobody_1999'"),
    ),
    **{
        f"fact {name}: {value!r}": (fact(name, value), FACT, "expected")
        for name, values in WRONG_FACTS.items()
        for value in values
    },
}  # fmt: skip


def checksums(folder: Path) -> dict[str, str]:
    return {
        str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()
    }


@pytest.mark.parametrize("name", CASES)
def test_one_sentence_says_where_and_what(
    name: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, where, words = CASES[name]
    change(book)
    before = checksums(book)
    assert inputs.tell(book) == 1
    *found, last = capsys.readouterr().err.splitlines()
    assert last.startswith("The book was not built: ")
    hits = [line for line in found if re.match(f"{where}\\b.*: found ", line) and words in line]
    assert len(hits) == 1, found
    assert all(FORM.match(line) for line in found), found
    # One slip may bring another with it, no more.
    assert len(found) <= 2, found
    assert checksums(book) == before


def test_all_faults_come_at_once(book: Path) -> None:
    for name in ("no author", "unknown claim", "page in Latin-1", "no title"):
        CASES[name][0](book)
    found = inputs.faults(book)
    files = [re.split("[,:]", line)[0] for line in found]
    assert files == ["_config.yml", "pages/references.bib", CHAPTER, "pages/methods.md"]


# --- every place of a file, broken in one way ---

FEW = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
FILES = ("_config.yml", "_toc.yml", "pages/references.bib", "pages/methods.md", CHAPTER)
PIECES = st.sampled_from(
    ["", "\n", "{", "}", "[", '"', "'", ":", ",", "@", "- ", "\t", "\0", "&a ", "*a", "null", "#",
     "\u2028", "\ufeff", "é", "  ", "1", "!!x ", "%", "|", "`", "=", "\\"]
)  # fmt: skip


def found_in(folder: Path, file: str, content: bytes) -> list[str]:
    """What is said of the book with one file replaced, whose bytes must stay as they are."""
    path = folder / file
    sound = path.read_bytes()
    try:
        path.write_bytes(content)
        found = inputs.faults(folder)
        assert path.read_bytes() == content
    finally:
        path.write_bytes(sound)
    assert all(FORM.match(line) for line in found), found
    return found


@pytest.mark.parametrize("file", FILES)
@FEW
@given(data=st.data())
def test_a_slip_of_the_hand_is_never_a_traceback(
    file: str, data: st.DataObject, sound: Path
) -> None:
    """Some letters taken out, others put in, anywhere: faults are sentences, or there are none."""
    text = (sound / file).read_text("utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = min(len(text), start + data.draw(st.integers(0, 40)))
    changed = text[:start] + data.draw(PIECES) + text[end:]
    found_in(sound, file, changed.encode())


@pytest.mark.parametrize("file", FILES)
@FEW
@given(data=st.data())
def test_bytes_that_are_no_text_are_found(file: str, data: st.DataObject, sound: Path) -> None:
    content = (sound / file).read_bytes()
    place = data.draw(st.integers(0, len(content)))
    line = content[:place].count(b"\n") + 1
    found = found_in(sound, file, content[:place] + b"\xff" + content[place:])
    # Within a letter of several bytes that letter is the fault, on the same line.
    assert f"{file}, line {line}: found bytes that are no UTF-8, expected UTF-8." in found


@FEW
@given(data=st.data())
def test_a_cut_notebook_is_found(data: st.DataObject, sound: Path) -> None:
    text = (sound / CHAPTER).read_text("utf-8").rstrip()
    end = data.draw(st.integers(0, len(text) - 1))
    found = found_in(sound, CHAPTER, text[:end].encode())
    assert len(found) == 1
    assert re.match(rf"{NOTE}, line \d+, column \d+: found .*, expected JSON", found[0])


@FEW
@given(data=st.data())
def test_a_brace_taken_from_the_bibliography_is_found(data: st.DataObject, sound: Path) -> None:
    places = [m.start() for m in re.finditer("[{}]", BIB)]
    place = data.draw(st.sampled_from(places))
    broken = BIB[:place] + BIB[place + 1 :]
    found = found_in(sound, "pages/references.bib", broken.encode())
    # Around a number BibTeX asks for no braces: then the entries are what they were.
    assert any(line.startswith("pages/references.bib, line ") for line in found) or (
        [*entries(broken)] == [*entries(BIB)]
    )


def entries(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    for key, made in parse_string(text, "bibtex").entries.items():
        yield key, {**made.fields, **{k: str(v) for k, v in made.persons.items()}}


def test_the_places_of_entries_are_lines(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text("% words\n\n" + BIB)
    read = bibliography.read(tmp_path / "a.bib")
    assert read.slips == []
    assert read.lines == {"known_2020": 3, "other_2021": 9}
    assert list(read.entries) == ["known_2020", "other_2021"]


# --- the command ---


def test_the_command_stops_before_anything_runs(tmp_path: Path) -> None:
    """Front check and evidence's check tell all, then the build ends: no page, no stamp."""
    folder = make_book(tmp_path / "my book")
    swap(CHAPTER, '"python3"', '"julia"')(folder)
    swap("_toc.yml", "chapters/01-one", "chapters/01-won")(folder)
    swap("_config.yml", '"2025-07-20"', "soon")(folder)
    (folder / CHAPTER).with_name("01-won.md").write_text("{cite}`nobody`\n")
    before = checksums(folder)
    done = run(folder)
    assert done.returncode == 1
    *found, last = done.stderr.splitlines()
    assert last == "The book was not built: 2 faults."
    assert [line.split(",")[0] for line in found] == ["_config.yml", "chapters/01-won.md"]
    after = {name: s for name, s in checksums(folder).items() if "/_build/" not in name}
    assert {n: s for n, s in after.items() if "__pycache__" not in n} == before
    assert not (folder / "_build" / "html").exists()


def test_a_cell_that_raises_is_named_with_its_line(tmp_path: Path) -> None:
    folder = make_book(tmp_path / "my book")
    first = (folder / CHAPTER).read_text("utf-8")
    notebook(folder / CHAPTER, "# One", "#% a = 1", "#% b = a\nint('x' * b)\n")
    done = run(folder)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "The book was not built: chapters/01-one.ipynb, cell 3, line 2: int('x' * b)",
        "ValueError: invalid literal for int() with base 10: 'x'",
        "All of its trace: _build/failed-cell.txt",
    ]
    assert "ValueError" in (folder / "_build" / "failed-cell.txt").read_text("utf-8")
    assert not (folder / "_build" / "html.stamp").exists()
    (folder / CHAPTER).write_text(first, "utf-8")


def test_a_kernel_that_dies_is_named_with_its_page(tmp_path: Path) -> None:
    folder = make_book(tmp_path / "my book")
    notebook(folder / CHAPTER, "# One", "#% import os\nos._exit(3)")
    done = run(folder)
    assert done.returncode == 1
    assert done.stderr == "The book was not built: chapters/01-one.ipynb: Kernel died\n"


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("/a b/chapters/01-one.ipynb:20004", "chapters/01-one.ipynb, cell 2, line 3"),
        ("/a b/pages/methods.md:7", "pages/methods.md:7"),
        ("/a b/index.md:", "index.md"),
        ("elsewhere.md:1", "elsewhere.md:1"),
    ],
)
def test_places_of_warnings(location: str, said: str) -> None:
    assert told.place(location, "/a b") == said
