"""Reading help: terms found in sentences, the history of the verdicts, editions, filled places."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from built import none
from conftest import ROOT
from docutils import nodes
from docutils.utils import new_document

from rare_earths import claims
from rare_earths.book import changes, history, lists, terms
from rare_earths.claims.editions import editions
from rare_earths.evidence import evidence

# Terms


def entry(name: str, *others: str, by_hand: bool = False) -> terms.Term:
    return terms.Term(name, f"term-{name}", f"What {name} is.", others, by_hand)


BOOK = terms.Glossary(
    "pages/glossary",
    (
        entry("Reserve"),
        entry("Basic reserves"),
        entry("Reserves-to-production ratio"),
        entry("Rare-earth oxide equivalent", "REO"),
        entry("Ionic clays"),
        entry("Life-cycle assessment"),
        entry("Control", by_hand=True),
        entry("Patent family"),
    ),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The reserve and reserves.", ["Reserve", "Reserve"]),
        ("Reserves", ["Reserve"]),
        ("basic reserves", ["Basic reserves"]),
        ("basic\nreserves", ["Basic reserves"]),
        ("the reserves-to-production ratio", ["Reserves-to-production ratio"]),
        ("reserves-based, pre-reserve, reserved, preserve", []),
        ("tonnes REO", ["Rare-earth oxide equivalent"]),
        ("reo", []),
        ("an ionic clay", ["Ionic clays"]),
        ("life-cycle assessments", ["Life-cycle assessment"]),
        ("patent families", ["Patent family"]),
        ("export controls", []),
    ],
)
def test_terms_are_found(text: str, found: list[str]) -> None:
    assert [term.name for _, _, term in BOOK.found(text)] == found


def page(*parts: nodes.Node) -> nodes.section:
    """A page of one section with these parts."""
    return nodes.section("", nodes.title("", "Reserves"), *parts, ids=["reserves"])


def met(tree: nodes.Element) -> list[str]:
    return [
        text.astext()[low:high]
        for paragraph in terms.sentences(tree)
        for text, low, high, _ in terms.uses(BOOK, paragraph)
    ]


def says(*parts: nodes.Node | str) -> nodes.paragraph:
    return nodes.paragraph("", "", *(nodes.Text(p) if isinstance(p, str) else p for p in parts))


@pytest.mark.parametrize(
    "tree",
    [
        page(),
        page(nodes.figure("", nodes.legend("", says("Reserves.")))),
        page(says(nodes.reference("", "reserves", refuri="x"))),
        page(says(nodes.literal("", "reserves"))),
        page(says(nodes.raw("", "<b>reserves</b>", format="html"))),
        page(says(nodes.strong("", "Are reserves left?"))),
        page(says("It says “the reserves of ", nodes.emphasis("", "reserves"), "” and no more.")),
        page(nodes.block_quote("", says("Reserves."))),
        page(nodes.container("", says("Reserves."), classes=["cell_output"])),
        page(nodes.table("", nodes.tgroup("", nodes.entry("", says("Reserves."))))),
    ],
    ids=["title", "figure", "link", "code", "html", "question", "quoted", "block", "cell", "table"],
)
def test_no_term_where_none_belongs(tree: nodes.section) -> None:
    assert met(tree) == []


def test_terms_around_a_quote_are_found() -> None:
    tree = page(says("A reserve, “reserve”, and ", nodes.emphasis("", "reserves"), "."))
    assert met(tree) == ["reserve", "reserves"]


def test_definition_cannot_break_out() -> None:
    wild = terms.Term("X", "term-x", 'A "b" <c> & d', ())
    link = terms._anchor("../pages/glossary.html", wild, "a < b").astext()
    assert 'data-definition="A &quot;b&quot; &lt;c&gt; &amp; d"' in link
    assert link.endswith(">a &lt; b</a>")


def test_front_matter_of_the_glossary_names_terms() -> None:
    """A name that no entry has would silently do nothing."""
    text = (ROOT / "pages" / "glossary.md").read_text("utf-8")
    front = yaml.safe_load(text.split("---\n")[1])
    entries = set(re.findall(r"^\w.*$", text.partition("{glossary}")[2], re.MULTILINE))
    none(sorted({*front["by_hand"], *front["also"].values()} - entries))


def test_everyday_words_are_marked_by_hand() -> None:
    text = (ROOT / "pages" / "glossary.md").read_text("utf-8")
    front = yaml.safe_load(text.split("---\n")[1])
    assert {"Control", "Choice", "Bound", "Default", "Norm"} <= set(front["by_hand"])


# The index


def test_section_of_a_sentence() -> None:
    low, answer = says("low"), says("answer")
    inner = nodes.section("", nodes.title("", "Deep"), low, ids=["deep"])
    part = nodes.section("", nodes.title("", "Part"), inner, ids=["part"])
    chapter = nodes.section("", nodes.title("", "Chapter"), answer, part, ids=["chapter"])
    new_document("page").append(chapter)
    found = [lists._section(low), lists._section(answer)]
    assert [section and section["ids"] for section in found] == [["part"], ["chapter"]]
    assert [lists._title(section) for section in found if section] == ["Part", "the answer"]


def test_a_chapter_names_few_sections() -> None:
    places = [("a", "1", "One"), ("a", "2", "Two"), ("a", "3", "Three"), ("b", "4", "Four")]
    assert list(lists._by_page(places)) == [
        ("a", [("1", "One"), ("2", "Two")]),
        ("b", [("4", "Four")]),
    ]


# The history of the verdicts


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_history_ends_in_the_expected_verdicts() -> None:
    """`make expected` continues the history; a person writes why a verdict moved."""
    last = history.newest(read(ROOT / history.FILE))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    wanted = {
        row["claim"]: [version, *(row[name] for name in history.KEPT)]
        for row in read(ROOT / "tests" / "expected" / "verdicts.csv")
    }
    held = {
        key: [row["version"], *(row[name] for name in history.KEPT)] for key, row in last.items()
    }
    assert held == wanted


def test_history_has_the_days_of_the_change_log() -> None:
    days = {(row["version"], row["date"]) for row in read(ROOT / history.FILE)}
    assert days == {(version, history.date_of(ROOT, version)) for version, _ in days}


def verdict(claim: str, word: str, holds: str = "1/2") -> dict[str, str]:
    return {"claim": claim, "verdict": word, "certainty": "low", "holds": holds}


FIRST = {"version": "0.1.0", "date": "2026-01-01", "reason": "First edition"}


def test_history_is_continued() -> None:
    before = [verdict("C01", "supported") | FIRST, verdict("C02", "outdated") | FIRST]
    now = [verdict("C01", "supported"), verdict("C02", "supported")]
    after = history.continued(before, now, "0.2.0", "2026-02-02")
    assert after[:2] == before, "what was published stays"
    assert [row["reason"] for row in after[2:]] == ["Unchanged", ""]
    assert {row["date"] for row in after[2:]} == {"2026-02-02"}
    assert history.continued(after, now, "0.2.0", "2026-02-02") == after


def test_row_of_this_version_keeps_its_reason() -> None:
    before = [verdict("C01", "supported") | FIRST]
    (after,) = history.continued(before, [verdict("C01", "outdated")], "0.1.0", "2026-01-01")
    assert (after["verdict"], after["reason"]) == ("outdated", "First edition")


def test_unchanged_does_not_outlive_a_move() -> None:
    before = [verdict("C01", "supported") | FIRST]
    same = history.continued(before, [verdict("C01", "supported")], "0.2.0", "2026-02-02")
    moved = history.continued(same, [verdict("C01", "outdated")], "0.2.0", "2026-02-02")
    assert moved[-1]["reason"] == ""


def folder_with(path: Path, kept: str, built: str) -> Path:
    """A book's folder with one verdict in the history, and one just built."""
    for name, text in {
        "pyproject.toml": '[project]\nversion = "0.1.0"\n',
        "CHANGELOG.md": "# Changes\n\n## 0.1.0 (2026-01-01)\n",
        history.FILE: f"{','.join(history.COLUMNS)}\nC01,0.1.0,2026-01-01,{kept},low,1/2,First\n",
        "_build/verdicts.csv": f"claim,verdict,certainty,holds\nC01,{built},low,1/2\n",
    }.items():
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_text(text)
    return path


def test_build_says_what_the_history_lacks(tmp_path: Path) -> None:
    book = folder_with(tmp_path, "supported", "outdated")
    assert history.told(book) == [
        "data/verdict_history.csv: C01 ends in supported (low, 1/2); outdated (low, 1/2) now"
    ]
    assert history.take(book)
    assert history.told(book) == []
    assert not history.take(book)
    (book / "pyproject.toml").write_text('[project]\nversion = "0.2.0"\n')
    assert history.told(book) == ["data/verdict_history.csv: C01 has no row for version 0.2.0"]
    with pytest.raises(history.HistoryError, match=r"no heading for version 0\.2\.0"):
        history.take(book)


def test_since_when_a_verdict_stands() -> None:
    words = {"0.1.0": "supported", "0.2.0": "outdated", "0.3.0": "outdated", "0.4.0": "supported"}
    rows = [verdict("C01", word) | {"version": version} for version, word in words.items()]
    assert [changes._since(rows[:count], "C01") for count in (1, 2, 3, 4)] == [
        *("0.1.0", "0.2.0", "0.2.0", "0.4.0")
    ]


# How new the figures are


def test_editions_of_a_claim() -> None:
    """C02 reads the edition that the article copied; newer ones print the same quantities."""
    found = editions(claims.judged("C02"))
    rows = evidence().rows
    alike = rows[rows["series"].isin(["reserves", "mine_production"])]
    assert found.used == 2021
    assert found.known == alike.loc[alike["entity"].isin(["China", "World"]), "edition"].max()
    assert {*found.used_sources, *found.known_sources} <= set(evidence().sources.index)


# Corrections


def test_own_corrections_come_from_the_change_log() -> None:
    log = "- Correction: the share\n  was wrong.\n- C01: other.\n- Correction: again.\n"
    assert changes._CORRECTION.findall(log) == ["the share\n  was wrong.", "again."]


@pytest.mark.parametrize(
    ("printed", "shown"), [("41438", "41,438"), ("0.5", "0.5"), ("267652.25", "267,652.25")]
)
def test_printed_figures_keep_their_decimals(printed: str, shown: str) -> None:
    assert changes._figure(printed) == shown
