"""The audit of the charts: each critical heuristic of Chartability, and the tests that show it met.

Chartability (Elavsky, Bennett and Moritz 2022, doi:10.1111/cgf.14522), its workbook POUR-CAF as of
March 2025: fourteen of its fifty tests are marked critical.  The audit is
`tests/accessibility_audit.csv`, a row a heuristic.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from built import description, figures, file_of, none, soup, table, titles
from conftest import HTML, ROOT, missing
from test_colour_vision import MARKS, ways

CRITICAL = {
    "Low contrast",
    "Content is only visual",
    "Small text size",
    "Visual presents seizure risk",
    "Interaction modality only has one input type",
    "No interaction cues or instructions",
    "Controls override AT controls",
    "No explanation for purpose or for how to read",
    "No title, summary, or caption",
    "Reading level inappropriate",
    "No table",
    "Data density is inappropriate",
    "Navigation and interaction is tedious",
    "User style change not respected",
}
AUDIT = Path(__file__).with_name("accessibility_audit.csv")
SCRIPTS = ROOT / "rare_earths" / "book" / "static"


def test_each_critical_heuristic_has_its_tests() -> None:
    """All fourteen, each with a reason in words and tests that exist."""
    rows = list(csv.DictReader(AUDIT.open(encoding="utf-8")))
    assert {row["heuristic"] for row in rows} == CRITICAL
    assert len(rows) == len(CRITICAL)
    for row in rows:
        assert len(row["how"]) > 40, row["heuristic"]
        for name in row["tests"].split(";"):
            path, _, test = name.partition("::")
            text = (ROOT / path).read_text(encoding="utf-8")
            assert re.search(rf"^def {test}\(", text, re.MULTILINE), name


@pytest.fixture(scope="module")
def pages() -> list[Path]:
    if sentence := missing("_build", "html", "index.html", command="book"):
        pytest.fail(sentence, pytrace=False)
    return sorted([HTML / "index.html", *HTML.glob("chapters/*.html"), *HTML.glob("pages/*.html")])


def test_each_figure_is_told_in_words(pages: list[Path]) -> None:
    """Title, subtitle, description, and the values as table and CSV; the picture is silent."""
    found = [(page, figure) for page in pages for figure in figures(soup(page))]
    assert found
    for page, figure in found:
        name = figure["id"]
        assert len(titles(figure)) == 2, name
        assert len(description(figure).split()) >= 8, name
        assert len(table(figure)) > 1 or "too many for a table" in figure.get_text(), name
        assert file_of(figure, page, ".csv").is_file(), name
        assert figure["aria-labelledby"] == f"title-{name}"
        assert figure.find(id=f"title-{name}"), name
        for svg in figure.select(".fig-chart svg"):
            assert (svg["aria-hidden"], svg["focusable"]) == ("true", "false"), name
            assert not svg.select("a, title, [tabindex]"), name


def grade(text: str) -> float:
    """The automated readability index: years of schooling, from letters, words and sentences."""
    sentences = [part for part in re.split(r"(?<=[.!?])\s+", text) if re.search("[a-z]", part)]
    found = re.findall(r"[^\W\d_][\w'’-]*", text)
    letters = sum(map(len, found))
    return 4.71 * letters / len(found) + 0.5 * len(found) / len(sentences) - 21.43


def test_the_grade_knows_plain_from_hard() -> None:
    plain = "The cat sat on the mat. It was warm there. He had a nap."
    hard = "Notwithstanding contemporaneous administrative determinations, beneficiation continued."
    assert grade(plain) < 3 < 15 < grade(hard)


def test_reading_level(pages: list[Path]) -> None:
    """Words of the figures: grade 9 or lower; prose of a page: under 10."""
    faults = []
    for page in pages:
        main = soup(page).select_one("main")
        kinds = {".fig-title > .computed, .fig-description > .computed": 9, "section > p": 10}
        for kind, limit in kinds.items():
            text = " ".join(part.get_text().strip().rstrip(".") + "." for part in main.select(kind))
            if len(text) > 500 and grade(text) > limit:
                faults.append(f"{page.name}, {kind}: {grade(text):.1f} of {limit}")
    none(faults)


def test_no_picture_is_crowded(pages: list[Path]) -> None:
    """At most eight colours of marks in a picture."""
    for page in pages:
        for figure in figures(soup(page)):
            for svg in figure.select(".fig-chart svg"):
                found = ways(str(svg))
                assert sum(found[mark].used for mark in MARKS) <= 8, figure["id"]


def test_scripts_leave_the_keys_alone(pages: list[Path]) -> None:
    """No access keys; the book's scripts listen to keys in three places, none in a chart."""
    for page in pages:
        assert not soup(page).select("[accesskey]"), page.name
    heard = {
        script.name: script.read_text("utf-8").count("keydown") for script in SCRIPTS.glob("*.js")
    }
    assert heard.pop("explorer.js") == 0
    assert sum(heard.values()) <= 3, heard
