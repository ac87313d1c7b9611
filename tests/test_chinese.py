"""The Chinese page: its words, its numbers, its language, its links, its letters on paper."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import built
import pytest
from browser.served import Site
from bs4 import BeautifulSoup
from built import none
from conftest import ROOT
from pypdf import PdfReader

from rare_earths import claims
from rare_earths.book import languages
from rare_earths.book.languages import CHINESE, ENGLISH, SearchBoth
from rare_earths.claims import chinese
from rare_earths.claims.engine import LEVELS, NOT_YET, WORDS, Finding, Verdict
from rare_earths.evidence import evidence

PAGE = "pages/zh.html"
HAN = re.compile("[\u4e00-\u9fff]")
MANY = {"thousand": 10**3, "million": 10**6, "万": 10**4, "亿": 10**8}
every_claim = pytest.mark.parametrize("claim", list(claims.RULES))


@pytest.fixture
def found(claim: str) -> Verdict:
    return claims.judged(claim)


@pytest.fixture(scope="module")
def tree(site: Site) -> BeautifulSoup:
    return built.soup(site.folder / PAGE)


# Words


def test_every_word_has_its_chinese() -> None:
    """Of all that the engine can say, whether a verdict says it today or not."""
    said = {*WORDS, NOT_YET, *LEVELS, *(finding.value for finding in Finding)}
    said |= {f"{word} evidence" for word in ("limited", "medium", "robust")}
    said |= {f"{word} agreement" for word in ("low", "medium", "high")}
    none(sorted(said - set(chinese.WORDS)))
    assert set(chinese.SENTENCES) == set(LEVELS)
    assert list(chinese.CLAIMS) == list(evidence().claims.index)
    parts = {key + part.key for key, claim in claims.RULES.items() for part in claim.parts}
    assert set(chinese.STATEMENTS) == set(chinese.FORMS) == parts


@every_claim
def test_words_of_the_verdicts(claim: str, found: Verdict) -> None:
    """What the verdicts say under any combination, and why they are not certain."""
    used = set(found.combinations["word"]) | {found.certainty, *found.confidence.split(", ")}
    used |= {outcome.finding.value for outcome in found.outcomes.values()}
    used |= {code for code, _, _ in found.reasons}
    none(sorted(used - set(chinese.WORDS)))


# Numbers


def amounts(text: str) -> list[Decimal]:
    """The numbers of a sentence in either language, in order of size."""
    text = re.sub(r"\b[A-Za-z]+\b", lambda word: chinese.COUNTS.get(word[0].lower(), word[0]), text)
    numbers = re.findall(r"(−?\d[\d,]*(?:\.\d+)?)(?:\s?(thousand|million|万|亿))?", text)
    return sorted(
        Decimal(value.replace(",", "").replace("−", "-")) * MANY.get(size, 1)
        for value, size in numbers
    )


@every_claim
def test_numbers_are_those_of_the_english_card(claim: str, found: Verdict) -> None:
    for key, outcome in found.outcomes.items():
        said = chinese.sentence(claim + key, outcome.says)
        assert said, f"{claim}, part {key} has no Chinese form for: {outcome.says}"
        assert amounts(said) == amounts(outcome.says), said
        assert not re.search(r"[{}]", said)


@every_claim
def test_claims_keep_their_numbers(claim: str, found: Verdict) -> None:
    assert amounts(chinese.CLAIMS[claim]) == amounts(found.text)
    for part in found.claim.parts:
        assert amounts(chinese.STATEMENTS[claim + part.key]) == amounts(part.statement)


def test_no_number_is_typed() -> None:
    """The Chinese forms hold fields and no digit; each field of one stands in the English form."""
    for forms in chinese.FORMS.values():
        for english, said in forms.items():
            assert not re.search(r"\d", said), said
            fields = re.findall(r"\{(\w+)", english)
            assert sorted(re.findall(r"\{(\w+)\}", said)) == sorted(fields), said


def test_punctuation_is_chinese() -> None:
    """No half-width comma, colon or bracket beside Chinese in what is said."""
    said = [*chinese.WORDS.values(), *chinese.SENTENCES.values(), *chinese.CLAIMS.values()]
    said += [*chinese.STATEMENTS.values()]
    said += [text for forms in chinese.FORMS.values() for text in forms.values()]
    none([text for text in said if re.search(r"[,;:()?!]", text)])


def test_large_numbers() -> None:
    """In 万 and 亿, exact."""
    assert chinese.large("44000000", "吨") == "4400万吨"
    assert chinese.large(120_000_000, "吨") == "1.2亿吨"
    assert chinese.large(27845, "吨") == "2.7845万吨"
    assert chinese.large("9999", "吨") == "9999吨"
    assert chinese.large(Decimal("-100000"), "元") == "-10万元"
    assert chinese.plain("100") == "100"


def test_new_sentence_stays_english() -> None:
    """A sentence without a form, or with a name that has no Chinese, is shown and marked."""
    assert chinese.sentence("C01a", "Nobody knows.") == ""
    known = "China has 44 million tonnes, the next, Brazil, 11.0 million tonnes: 4.0 times as much."
    assert chinese.sentence("C01a", known)
    assert chinese.sentence("C01a", known.replace("Brazil", "Atlantis")) == ""
    marked = chinese._said("", "Nobody knows.", "C01.part_a")
    assert f'<span lang="{ENGLISH}">' in marked


# Search


def test_chinese_is_split() -> None:
    split = SearchBoth({}).split("稀土储量2020 and reserves")
    assert {"储量", "储", "稀土", "2020", "and", "reserves"} <= set(split)
    assert "稀土储量" not in split


def test_what_is_asked_for_is_split_alike() -> None:
    node = shutil.which("node")
    assert node, "the tests need Node: run sh tests/setup.sh browser"
    asked = ["储量", "钕", "表观消费量", "HS 2846 CO2 reserves-to", "镨钕NdPr", "Größe"]
    script = SearchBoth.js_splitter_code + f"console.log(JSON.stringify({asked}.map(splitQuery)))"
    done = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [
        ["储量"],
        ["钕"],
        ["表观", "观消", "消费", "费量"],
        ["HS", "2846", "CO2", "reserves", "to"],
        ["镨钕", "NdPr"],
        ["Größe"],
    ]


def test_search_finds_chinese(site: Site) -> None:
    text = (site.folder / "searchindex.js").read_text("utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").rstrip().removesuffix(")"))
    place = index["docnames"].index("pages/zh")
    for word in ("储量", "配额", "钕"):
        held = index["terms"][word]
        assert place in (held if isinstance(held, list) else [held]), word


# The page


def test_language(tree: BeautifulSoup) -> None:
    """The page is Chinese; what stands around it in English says so."""
    assert tree.html["lang"] == CHINESE
    for part in (".skip-link", "#book-contents", ".bd-header-article", ".book-footer"):
        assert tree.select_one(part)["lang"] == ENGLISH, part
    assert not tree.select_one("main").find_all(lang=re.compile("^en"))
    assert len(HAN.findall(tree.select_one('meta[name="description"]')["content"])) > 40


def alternates(page: Path) -> dict[str, Path]:
    links = built.soup(page).select('head link[rel="alternate"][hreflang]')
    return {str(link["hreflang"]): (page.parent / str(link["href"])).resolve() for link in links}


def test_links_both_ways(site: Site) -> None:
    front, page = site.folder / "index.html", site.folder / PAGE
    assert alternates(front) == alternates(page) == {ENGLISH: front, CHINESE: page}
    assert not alternates(site.folder / "pages" / "methods.html")
    shown = built.soup(front).select_one('main a[href="pages/zh.html"]')
    assert shown["hreflang"] == shown["lang"] == CHINESE
    assert built.soup(page).select_one('main a[href="../index.html"]')
    nav = built.soup(front).select_one('#book-contents a[href="pages/zh.html"]')
    assert nav["lang"] == CHINESE


def test_public_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a public address the links are whole."""
    monkeypatch.setattr(
        languages, "facts", lambda _: SimpleNamespace(page=lambda name: f"https://a.org/{name}")
    )
    env = SimpleNamespace(found_docs={"index", "pages/zh", "pages/methods"})
    app = SimpleNamespace(env=env, config=SimpleNamespace(root_doc="index"))
    expected = [(ENGLISH, "https://a.org/index"), (CHINESE, "https://a.org/pages/zh")]
    assert languages._alternates(app, "index") == expected
    assert languages._alternates(app, "pages/zh") == expected
    assert languages._alternates(app, "pages/methods") == []


def test_verdicts_are_the_ledgers(tree: BeautifulSoup, site: Site) -> None:
    """All fourteen, once in the table and once as a card, with what programs read unchanged."""
    cards = built.cards(tree)
    assert cards == built.cards(built.soup(site.folder / "index.html"))
    assert len(cards) == len(evidence().claims) == len(tree.select("section[data-claim]"))
    for card in tree.select("section[data-claim]"):
        assert built.words(card.select_one(".verdict-word")) == chinese.WORDS[card["data-verdict"]]
        assert card.select_one("q").get_text() == chinese.CLAIMS[card["data-claim"]]


def test_numbers_are_computed(tree: BeautifulSoup) -> None:
    """Digits stand in computed elements, in years and in the claims' own words."""
    main = BeautifulSoup(str(tree.select_one("main")), "html.parser")
    for done in main.select(".computed, q, .verdict-id, [data-label='编号'], a[href*='#claim-']"):
        done.decompose()
    text = re.sub(r"(?:19|20)\d\d年(?:\d+月)?|(?:19|20)\d\d(?=至)", "", main.get_text())
    assert re.findall(r".{5}\d.{0,5}", text) == []


def test_linked_data(tree: BeautifulSoup) -> None:
    graph = json.loads(tree.select_one('script[type="application/ld+json"]').string)["@graph"]
    assert [entry["inLanguage"] for entry in graph] == [CHINESE]
    assert HAN.search(graph[0]["name"])


def test_glossary_in_both_languages(tree: BeautifulSoup, site: Site) -> None:
    """Each term has its Chinese name, marked as Chinese, and the page links to some."""
    glossary = built.soup(site.folder / "pages" / "glossary.html")
    terms = glossary.select("dl.glossary dt")
    spoken = [term for term in terms if term.get("lang") == CHINESE]
    assert all(HAN.match(built.words(term)) for term in spoken)
    pairs = [term.find_next_sibling() for term in terms if term not in spoken]
    assert all(after.name == "dt" and after in spoken for after in pairs)
    assert len(spoken) * 2 == len(terms)
    linked = tree.select('main a[href^="glossary.html#"]')
    names = {built.words(term).rstrip("#") for term in spoken}
    assert len(linked) >= 8
    assert {built.words(link) for link in linked} <= names


# On paper


def test_letters_on_paper(pdf_path: Path) -> None:
    """The page is in the PDF in a Chinese type of its own, every verdict with its numbers."""
    said = subprocess.run(
        ["pdftotext", "-raw", pdf_path, "-"], check=True, capture_output=True, text=True
    ).stdout
    text = re.sub(r"[\s\u200b]", "", said)
    missing = [words for words in chinese.CLAIMS.values() if re.sub(r"\s", "", words) not in text]
    for key in claims.RULES:
        for part, outcome in claims.judged(key).outcomes.items():
            sentence = re.sub(r"\s", "", chinese.sentence(key + part, outcome.says))
            missing += [] if sentence in text else [sentence]
    none(missing)
    pages = [
        page for page in PdfReader(pdf_path).pages if len(HAN.findall(page.extract_text())) > 200
    ]
    assert pages
    for page in pages:
        fonts = {
            str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()
        }
        assert any("NotoSerifCJK" in font for font in fonts), fonts


def test_page_is_source_alone() -> None:
    """No sentence of the article but its title is quoted."""
    text = (ROOT / "pages" / "zh.md").read_text("utf-8")
    assert text.count("《") == 1
