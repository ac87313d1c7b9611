"""What a page is, in schema.org terms: book, chapters, and a ClaimReview for every verdict shown.

Read off the finished page, so that it cannot say another word than the card beside it. Facts that
are not set (address, DOI, publisher) are left out. `tests/schemas/linked_data.json` says which form
is promised.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from rare_earths.book.cite import is_chapter
from rare_earths.book.facts import Facts, facts

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

_CARD = re.compile(r'data-claim="([^"]+)" data-verdict="([^"]+)"')
# The words that stand on one scale. The others ("outdated", "cannot be tested") are no degrees of
# support: they carry the word and its meaning, no number.
SCALE = {"contradicted": 1, "not supported": 2, "supported in part": 3, "supported": 4}
SCALE_WORDS = "1 contradicted, 2 not supported, 3 supported in part, 4 supported"


def _given(**fields: Any) -> dict[str, Any]:
    """The fields that have a value; ``at_x`` becomes ``@x``."""
    return {name.replace("at_", "@"): value for name, value in fields.items() if value}


def _people(book: Facts) -> list[dict[str, Any]]:
    return [{"@type": "Organization", "name": name} for name in book.authors]


def _work(book: Facts) -> dict[str, Any]:
    """The whole book."""
    return _given(
        at_type="Book",
        name=book.title,
        alternativeHeadline=book.subtitle,
        author=_people(book),
        version=book.stamp.version,
        datePublished=book.stamp.date,
        inLanguage="en-GB",
        license=book.licence_text.get("address"),
        identifier=f"https://doi.org/{book.doi}" if book.doi else None,
        url=book.address,
    )


def _rating(verdict: str) -> dict[str, Any]:
    """A verdict as a rating, with the scale in words."""
    if verdict not in SCALE:
        return {
            "@type": "Rating",
            "alternateName": verdict,
            "ratingExplanation": "not on the scale",
        }
    return {
        "@type": "Rating",
        "alternateName": verdict,
        "ratingValue": SCALE[verdict],
        "worstRating": 1,
        "bestRating": 4,
        "ratingExplanation": SCALE_WORDS,
    }


def _review(book: Facts, pagename: str, key: str, claim: str, verdict: str) -> dict[str, Any]:
    """One verdict: the claim in our words, the article it was taken from, the word."""
    page = book.page(pagename)
    return _given(
        at_type="ClaimReview",
        at_id=f"{page}#claim-{key.lower()}" if page else None,
        url=f"{page}#claim-{key.lower()}" if page else None,
        claimReviewed=claim,
        itemReviewed={
            "@type": "Claim",
            "name": key,
            "appearance": _given(
                at_type="Article",
                headline=book.article.get("title"),
                datePublished=book.article.get("date"),
                publisher={"@type": "Organization", "name": book.article.get("publisher")},
                inLanguage="zh-CN",
            ),
        },
        reviewRating=_rating(verdict),
        author=_people(book),
        datePublished=book.stamp.date,
    )


def _chapter(book: Facts, pagename: str, title: str, description: str) -> dict[str, Any]:
    return _given(
        at_type=["ScholarlyArticle", "Chapter"],
        name=title,
        headline=title,
        description=description,
        author=_people(book),
        version=book.stamp.version,
        datePublished=book.stamp.date,
        inLanguage="en-GB",
        license=book.licence_text.get("address"),
        url=book.page(pagename),
        isPartOf={"@type": "Book", "name": book.title},
    )


def _reviews(book: Facts, pagename: str, body: str) -> list[dict[str, Any]]:
    """A review for each verdict card of a chapter; rows of the ledger only point to them."""
    cards = [found.groups() for found in _CARD.finditer(body)]
    if not cards:
        return []
    from rare_earths.evidence import evidence

    claims = evidence().claims["claim"]
    return [_review(book, pagename, key, str(claims[key]), verdict) for key, verdict in cards]


def _page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the front page the book, a chapter itself and its verdicts; others what they hand over
    as ``page_graph``.
    """
    book = facts(app.config)
    graph: list[dict[str, Any]] = context.get("page_graph", [])
    if pagename == app.config.root_doc:
        chapters = [name for name in sorted(app.env.found_docs) if is_chapter(name)]
        parts = [
            _given(at_type="Chapter", name=app.env.titles[name].astext(), url=book.page(name))
            for name in chapters
        ]
        graph = [_work(book) | {"hasPart": parts}]
    elif doctree and is_chapter(pagename):
        description = dict(context["page_tags"]).get("description", "")
        title = app.env.titles[pagename].astext()
        graph = [_chapter(book, pagename, title, description)]
        graph += _reviews(book, pagename, context.get("body", ""))
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    # "<" is escaped: no text of a claim can end the script element that holds it.
    context["linked_data"] = text.replace("<", "\\u003c") if graph else ""


def setup(app: Sphinx) -> None:
    """Read each page when citation block and tags stand on it."""
    app.connect("html-page-context", _page, priority=960)
