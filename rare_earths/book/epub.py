"""The book as EPUB: Sphinx's builder, with the outputs in the form they have in print.

Built from the pages as they were read, like the PDF: nothing is executed again. A figure is its
wide picture as an SVG file with fixed colours, its caption and words as text, an explorer its
default frame with the address of the live one. What the site alone has (styles, scripts, citation
blocks, pages of the evidence) stays off duty.
"""

from __future__ import annotations

import re
import uuid
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.builders.epub3 import Epub3Builder
from sphinx.transforms.post_transforms import SphinxPostTransform

from rare_earths.book import light
from rare_earths.book.facts import Facts, facts
from rare_earths.book.files import EPOCH, write_whole
from rare_earths.book.languages import TRANSLATIONS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

NAME = "rare-earths"
PICTURES = "epub-pictures"
SHEET = "reader.css"
# Parts of the book and of its theme that work on the pages of the site.
SITE_ONLY = (
    *(f"rare_earths.book.{name}" for name in ("blocks", "light", "cite", "site", "social")),
    *(f"rare_earths.book.{name}" for name in ("linked_data", "moved")),
    *(f"rare_earths.book.{name}" for name in ("data_files", "evidence_site", "policy")),
    *(f"rare_earths.book.{name}" for name in ("notices", "languages", "launch")),
    "sphinx_book_theme",
    "pydata_sphinx_theme",
    "jupyter_book",
    "sphinx_design",
)
_WIDE = re.compile(r'<svg class="fig-wide"[^>]*?(?P<rest> viewBox=.*?</svg>)', re.DOTALL)
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_VARIABLE = re.compile(r"var\(--[\w-]+,\s*(#[0-9a-f]{6})\)")


class Book(Epub3Builder):
    """Sphinx's EPUB builder without the parts that are for the site, and with the same bytes for
    the same sources.
    """

    name = "epub"
    html_tag = (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
        ' lang="en-GB" xml:lang="en-GB">'
    )

    def init(self) -> None:
        """Take the site's parts off duty before templates and theme are chosen."""
        for event, listeners in self.events.listeners.items():
            self.events.listeners[event] = [
                one for one in listeners if not _is_for_the_site(one.handler.__module__ or "")
            ]
        places = self.config.templates_path
        places[:] = [place for place in places if place != str(light.TEMPLATES)]
        self.app.registry.css_files.clear()
        super().init()

    def handle_finish(self) -> None:
        """Ship the sheets that the pages name, with their pictures, and nothing else of the
        theme's.
        """
        static = Path(self.outdir) / "_static"
        for path in static.iterdir():
            if path.name not in ("epub.css", "pygments.css") and path.suffix != ".png":
                path.unlink()
        write_whole(static / SHEET, (light.STATIC / SHEET).read_text("utf-8"))
        super().handle_finish()

    def toc_metadata(self, level: int, navpoints: list[Any]) -> dict[str, Any]:
        """The old table of contents names the book as the package does."""
        return super().toc_metadata(level, navpoints) | {"uid": self.config.epub_identifier}

    def build_epub(self) -> None:
        """Write the archive, its entries in a fixed order and without dates."""
        target = Path(self.outdir) / f"{NAME}.epub"
        first = ("mimetype", "META-INF/container.xml", "content.opf", "toc.ncx")
        with zipfile.ZipFile(target, "w") as archive:
            for name in (*first, *self.files):
                entry = zipfile.ZipInfo(name, EPOCH)
                kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
                entry.compress_type, entry.external_attr = kind, 0o644 << 16
                archive.writestr(entry, (Path(self.outdir) / name).read_bytes(), compresslevel=9)


def _is_for_the_site(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in SITE_ONLY)


def svg_file(block: str) -> str:
    """The wide picture of a figure block as an SVG file on white, empty if there is none."""
    found = _WIDE.search(block)
    if not found:
        return ""
    rest = _VARIABLE.sub(r"\1", found["rest"]).replace(" href=", " xlink:href=")
    box = _BOX.search(rest)
    width, height = box.groups() if box else ("720", "360")
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    head, _, inner = rest.partition(">")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' font-family="sans-serif"{head}>{ground}{inner}\n'
    )


class Pictures(SphinxPostTransform):
    """Give each figure its picture as an SVG file, taken from its form in the pages."""

    # Before MyST-NB drops the forms that a builder does not show (4).
    default_priority = 3
    builders = ("epub",)

    def run(self, **kwargs: Any) -> None:
        """Write the files and point the figures to them."""
        for bundle in self.document.findall(nodes.container):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            html = "".join(node.astext() for node in bundle.findall(nodes.raw))
            for image in bundle.findall(nodes.image):
                self._replace(image, svg_file(html))

    def _replace(self, image: nodes.image, picture: str) -> None:
        if not picture:
            return
        name = f"{Path(image['uri']).stem}.svg"
        path = Path(self.app.outdir).parent / PICTURES / name
        write_whole(path, picture)
        uri = path.relative_to(self.app.srcdir).as_posix()
        image["uri"], image["candidates"] = uri, {"image/svg+xml": uri}
        self.env.images.add_file(self.env.docname, uri)


# What the validator refuses in the bodies that the extensions make, and what takes its place.
_MENDED = (
    # Lists of sources whose items are no list items.
    (re.compile(r' role="doc-(?:biblioentry|backlink|bibliography)"| role="list(?:item)?"'), ""),
    (re.compile(r' aria-label="Toggle hidden content"'), ""),
    # Paragraphs in the heading of a folded part, one for each state.
    (re.compile(r'<p class="expanded admonition-title">.*?</p>', re.DOTALL), ""),
    (re.compile(r'<p class="collapsed admonition-title">(.*?)</p>', re.DOTALL), r"\1"),
    # A sign drawn beside such a heading; readers have their own.
    (re.compile(r'<span class="sd-summary-state-marker.*?</svg></span>', re.DOTALL), ""),
    # Pages that the site alone has.
    (re.compile(r'<a href="_evidence/[^"]*">(.*?)</a>', re.DOTALL), r"\1"),
)


def _page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Make a body what the standard allows."""
    if app.builder.name == "epub":
        body = context.get("body", "")
        for pattern, instead in _MENDED:
            body = pattern.sub(instead, body)
        if pagename in TRANSLATIONS:
            language = TRANSLATIONS[pagename][0]
            body = f'<div lang="{language}" xml:lang="{language}">{body}</div>'
        context["body"] = body


def identifier(book: Facts) -> tuple[str, str]:
    """Of which kind the book's lasting name is, and the name: one made of the title, until there is
    a DOI.
    """
    if book.doi:
        return "DOI", f"https://doi.org/{book.doi}"
    return "UUID", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, book.title)}"


def _settings(app: Sphinx, config: Config) -> None:
    """What the EPUB says of itself."""
    book = facts(config)
    scheme, name = identifier(book)
    values = {
        "epub_basename": NAME,
        "epub_title": book.title,
        "epub_author": ", ".join(book.authors),
        "epub_publisher": book.publisher or ", ".join(book.authors),
        "epub_contributor": ", ".join(book.authors),
        "epub_copyright": f"{book.licence_text.get('name', '')}; {book.stamp}",
        "epub_description": f"{book.title}: {book.subtitle}",
        "epub_identifier": name,
        "epub_scheme": scheme,
        "epub_uid": "book",
        "epub_language": "en-GB",
        "epub_theme": "epub",
        "epub_show_urls": "no",
        "epub_tocdepth": 2,
        "epub_tocscope": "includehidden",
        "epub_use_index": False,
        "epub_css_files": [SHEET],
    }
    for key, value in values.items():
        setattr(config, key, value)


def setup(app: Sphinx) -> None:
    """Hook builder, pictures and settings into Sphinx."""
    app.add_builder(Book, override=True)
    app.add_post_transform(Pictures)
    app.connect("config-inited", _settings, priority=200)
    app.connect("html-page-context", _page, priority=970)
