"""How a link to the book looks on other sites: Open Graph tags and the preview picture.

The front page's figure draws the picture into ``_build/figures`` (see ``rare_earths.overview``);
it is copied to the root of the site. Its tag needs a whole address and is left out while no public
address is set.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rare_earths.book.cite import is_chapter
from rare_earths.book.facts import Facts, facts
from rare_earths.book.languages import CHINESE, ENGLISH, TRANSLATIONS

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

PREVIEW = "preview.png"
LOCALES = {ENGLISH: "en_GB", CHINESE: "zh_CN"}
SIZE = (1200, 630)  # px, as rare_earths.overview draws it


def tags(book: Facts, pagename: str, title: str, description: str, *, kind: str, picture: bool,
         locale: str = "en_GB") -> list[tuple[str, str, str]]:  # fmt: skip
    """What other sites show of a page: kind of the tag (``property`` or ``name``), name, content.

    :param kind: ``book``, ``article`` or ``website``
    :param picture: whether the site has the preview
    """
    picture = picture and bool(book.address)
    found = {
        "og:site_name": book.title,
        "og:title": title,
        "og:description": description,
        "og:type": kind,
        "og:locale": locale,
        "og:url": book.page(pagename),
    }
    if picture:
        width, height = map(str, SIZE)
        found |= {
            "og:image": book.address + PREVIEW,
            "og:image:type": "image/png",
            "og:image:width": width,
            "og:image:height": height,
            "og:image:alt": f"{book.title}: how many claims have which verdict",
        }
    card = ("name", "twitter:card", "summary_large_image" if picture else "summary")
    return [*(("property", name, text) for name, text in found.items() if text), card]


def _kind(app: Sphinx, pagename: str) -> str:
    """What a page is in Open Graph's words; the front page stands for the book."""
    if pagename == app.config.root_doc:
        return "book"
    return "article" if is_chapter(pagename) else "website"


def _preview(app: Sphinx) -> Path:
    return Path(app.outdir).parent / "figures" / PREVIEW


def _page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the tags to the pages that are read; those made of tables are seldom shared."""
    if not doctree:
        return
    book, described = facts(app.config), dict(context.get("page_tags", []))
    context["social_tags"] = tags(
        book,
        pagename,
        app.env.titles[pagename].astext(),
        described.get("description", ""),
        kind=_kind(app, pagename),
        picture=_preview(app).is_file(),
        locale=LOCALES[TRANSLATIONS.get(pagename, (ENGLISH, None))[0]],
    )


def _copy(app: Sphinx, error: Exception | None) -> None:
    """Put the preview beside the front page."""
    if not error and app.builder.name == "html" and _preview(app).is_file():
        shutil.copyfile(_preview(app), Path(app.outdir) / PREVIEW)


def setup(app: Sphinx) -> None:
    """Hook tags and picture into Sphinx, when a page's description stands."""
    app.connect("html-page-context", _page, priority=930)
    app.connect("build-finished", _copy)
