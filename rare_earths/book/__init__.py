"""The Sphinx extension that turns the chapters into the book's pages and its PDF.

Each module does one thing and hooks itself into Sphinx by its own ``setup``:

- ``facts``: the facts of ``_config.yml`` (authors, address, licences), version and commit
- ``freshness``: reads every page again when the data, the package or the bibliography changed
- ``parallel``: reads the pages side by side
- ``blocks``: figures and links inside the pages: numbers, relative links, citations, files
- ``light``: small pages: own layout, no scripts or styles that a page does not use
- ``cite``: how to cite a chapter, files for reference managers, tags for search engines
- ``linked_data``: what a page is and which verdicts it gives, for machines (schema.org)
- ``data_files``: the evidence as CSV, Parquet and one zip beside the pages
- ``evidence_site``: pages of the topics, rows and documents of the evidence; links to them
- ``moved``: numbers and verdicts of the built book, compared with the expected ones
- ``latex``: title page, fonts and style of the PDF
- ``print_form``: (plug-in of MyST-NB) the form that an output takes in print

``python -m rare_earths.book`` runs the commands that the Makefile offers.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PARTS = (
    "facts",
    "freshness",
    "parallel",
    "blocks",
    "light",
    "cite",
    "linked_data",
    "moved",
    "latex",
)
# What a book with a page on its evidence has besides, before its pages are made light.
EVIDENCE_PAGE, EVIDENCE_PARTS = Path("pages/evidence.md"), ("data_files", "evidence_site")


def setup(app: Sphinx) -> dict[str, Any]:
    """Hook every part into Sphinx."""
    evidence = EVIDENCE_PARTS if (Path(app.srcdir) / EVIDENCE_PAGE).is_file() else ()
    for part in (*evidence, *PARTS):
        import_module(f"rare_earths.book.{part}").setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
