"""The page in another language: its tag, links both ways, its words in the search, its type.

`TRANSLATIONS` names each page that has a counterpart in another language. Such a page carries its
own ``lang`` (what the layout says in English around it is marked English), both pages name each
other by ``hreflang``, and links to it say which language waits behind them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.search.en import SearchEnglish
from sphinx.transforms.post_transforms import SphinxPostTransform

from rare_earths.book.facts import facts

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

ENGLISH, CHINESE = "en-GB", "zh-Hans"
# Page, its language, and the English page that it stands for (None: the front page).
TRANSLATIONS: dict[str, tuple[str, str | None]] = {"pages/zh": (CHINESE, None)}
WORDS_ON_PAGE = {CHINESE: "本页内容"}
_IDEOGRAPHS = r"\u3400-\u4dbf\u4e00-\u9fff"
_CHINESE_WORD = re.compile(f"[{_IDEOGRAPHS}]")
_CLAIM = re.compile(r"C\d\d")
_PIECES = re.compile(rf"[{_IDEOGRAPHS}]+|[^\W{_IDEOGRAPHS}]+")


def pieces(run: str) -> list[str]:
    """A run of Chinese as the search knows it: every character, every pair of neighbours."""
    return [*run, *(run[place : place + 2] for place in range(len(run) - 1))]


class SearchBoth(SearchEnglish):
    """English words by their stems; Chinese, which has no spaces, by pairs of characters."""

    lang = "en-zh"
    language_name = "English and Chinese"
    # What is asked for is split likewise; one character alone is looked up as it is.
    js_splitter_code = f"""
function splitQuery(query) {{
  const found = query.match(/[{_IDEOGRAPHS}]+|(?:(?![{_IDEOGRAPHS}])[\\p{{L}}\\p{{N}}_])+/gu) || [];
  const pairs = (run) => run.length < 2 ? [run]
    : Array.from({{length: run.length - 1}}, (_, place) => run.slice(place, place + 2));
  return found.flatMap((run) => /[{_IDEOGRAPHS}]/u.test(run) ? pairs(run) : [run]);
}}
"""

    def split(self, input: str) -> list[str]:
        """Words of a text, as they enter the index."""
        return [
            part
            for run in _PIECES.findall(input)
            for part in (pieces(run) if _CHINESE_WORD.match(run) else [run])
        ]


class ChineseTerms(SphinxPostTransform):
    """Chinese terms of the glossary say what language they are in."""

    default_priority = 830
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Give each such term the class from which docutils makes ``lang``."""
        for term in self.document.findall(nodes.term):
            if _CHINESE_WORD.match(term.astext()):
                term["classes"].append(f"language-{CHINESE}")


class ChineseType(SphinxPostTransform):
    """In print a Chinese page has Chinese punctuation and more space between its lines."""

    default_priority = 825
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Set the type at the beginning of the page and back at its end."""
        for file in self.document.findall(addnodes.start_of_file):
            if TRANSLATIONS.get(file["docname"], ("",))[0] == CHINESE:
                file.insert(0, nodes.raw("", r"\bookChinese", format="latex"))
                file.append(nodes.raw("", r"\bookEnglish", format="latex"))
                _keep_heads(file)


def _keep_heads(page: nodes.Element) -> None:
    """Let no card begin at the foot of a printed page: its claim, its word, its first part."""
    for paragraph in list(page.findall(nodes.paragraph)):
        first = paragraph.next_node(nodes.strong)
        if first is not None and first.parent is paragraph and _CLAIM.fullmatch(first.astext()):
            room = nodes.raw("", r"\needspace{7\baselineskip}", format="latex")
            paragraph.parent.insert(paragraph.parent.index(paragraph), room)


def _english_of(app: Sphinx, pagename: str) -> str:
    return TRANSLATIONS[pagename][1] or app.config.root_doc


def _counterparts(app: Sphinx, pagename: str) -> dict[str, str]:
    """Language and page of all that say the same, the page itself included; empty for most."""
    names = {name for name in TRANSLATIONS if name in app.env.found_docs}
    groups = {name: _english_of(app, name) for name in names}
    english = groups.get(pagename, pagename)
    others = {TRANSLATIONS[name][0]: name for name, of in groups.items() if of == english}
    return {ENGLISH: english} | others if others else {}


def _alternates(app: Sphinx, pagename: str) -> list[tuple[str, str]]:
    """Language and address of the counterparts: the public address, or while none is set the way
    from this page.
    """
    book = facts(app.config)
    return [
        (language, book.page(name) or _way(app, pagename, name))
        for language, name in _counterparts(app, pagename).items()
    ]


def _way(app: Sphinx, pagename: str, name: str) -> str:
    """From one page to another, or to itself by its file's name: an empty link is no link."""
    own = f"{pagename.rsplit('/', 1)[-1]}.html"
    return own if name == pagename else app.builder.get_relative_uri(pagename, name)


def _marked(app: Sphinx, pagename: str, html: str) -> str:
    """Links to a page in another language say so."""
    for name, (language, _) in TRANSLATIONS.items():
        if name in app.env.found_docs and name != pagename:
            address = re.escape(app.builder.get_relative_uri(pagename, name))
            tags = rf'\g<0> lang="{language}" hreflang="{language}"'
            html = re.sub(rf'<a [^>]*href="{address}(?:#[^"]*)?"', tags, html)
    return html


def _summary(app: Sphinx, pagename: str, context: dict[str, Any]) -> dict[str, Any]:
    """What the page is, in schema.org terms."""
    book = facts(app.config)
    fields = {
        "@type": "Article",
        "name": app.env.titles[pagename].astext(),
        "description": dict(context["page_tags"]).get("description", ""),
        "inLanguage": TRANSLATIONS[pagename][0],
        "author": [{"@type": "Organization", "name": name} for name in book.authors],
        "version": book.stamp.version,
        "datePublished": book.stamp.date,
        "license": book.licence_text.get("address"),
        "url": book.page(pagename),
        "about": {"@type": "Book", "name": book.title, "inLanguage": ENGLISH},
    }
    return {name: value for name, value in fields.items() if value}


def _page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Hand language and counterparts to the layout."""
    context["alternates"] = _alternates(app, pagename) if doctree else []
    context["body"] = _marked(app, pagename, context.get("body", ""))
    if contents := context.get("generate_toctree_html"):
        context["generate_toctree_html"] = lambda *given, **named: _marked(
            app, pagename, str(contents(*given, **named))
        )
    if pagename in TRANSLATIONS:
        context["language"] = TRANSLATIONS[pagename][0]
        context["around"] = f' lang="{ENGLISH}"'
        context["words_on_page"] = WORDS_ON_PAGE[context["language"]]
        context["page_graph"] = [_summary(app, pagename, context)]


def _search(app: Sphinx, config: Config) -> None:
    config.html_search_language = SearchBoth.lang  # type: ignore[attr-defined]


def setup(app: Sphinx) -> None:
    """After the tags of the page are known, before its linked data is written."""
    app.add_search_language(SearchBoth)
    app.connect("config-inited", _search, priority=150)
    app.connect("html-page-context", _page, priority=940)
    app.add_post_transform(ChineseTerms)
    app.add_post_transform(ChineseType)
