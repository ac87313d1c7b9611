"""Settings of the PDF: paper, fonts, title page. The look itself is in ``latex/book.sty``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.builders.latex.nodes import thebibliography
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_jupyterbook_latex.nodes import HiddenCellNode, RootHeader

from rare_earths.book.facts import Facts, facts

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

FOLDER = Path(__file__).parent / "latex"
# Body in Pagella, headings in Heros; Chinese needs all three families, or glyphs drop.
FONTS = r"""
\setmainfont{TeX Gyre Pagella}
\setsansfont{TeX Gyre Heros}[Scale=.93]
\setmonofont{DejaVu Sans Mono}[Scale=.8]
\usepackage{xeCJK}
\setCJKmainfont{WenQuanYi Micro Hei}[Scale=.95]
\setCJKsansfont{WenQuanYi Micro Hei}[Scale=.95]
\setCJKmonofont{WenQuanYi Micro Hei}[Scale=.85]
\xeCJKsetup{PunctStyle=plain}
% Quotes, dashes and dots are Latin here, in the text's font.
\xeCJKDeclareCharClass{Default}{"2013,"2014,"2018,"2019,"201C,"201D,"2026,"00B7}
% The sign of the rupee, which Pagella lacks.
\usepackage{newunicodechar}
\newfontface\bookSigns{DejaVu Sans}[Scale=.9]
\newunicodechar{₹}{{\bookSigns ₹}}
"""
_SPECIAL = {
    **{sign: "\\" + sign for sign in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def escape(text: str) -> str:
    """Text as LaTeX prints it."""
    return "".join(_SPECIAL.get(sign, sign) for sign in text)


def _title_page(book: Facts) -> str:
    """The commands that fill the title page."""
    rights = (
        f"Text: {book.licence_text.get('name', '')}. Code: {book.licence_code.get('name', '')}. "
        f"Data compilation: {book.licence_data.get('name', '')}; "
        f"{book.licence_data.get('note', '')}."
    )
    places = [rf"\url{{{book.address}}}\par " if book.address else ""]
    places += [rf"\url{{https://doi.org/{book.doi}}}\par " if book.doi else ""]
    values = {
        "Title": escape(book.title),
        "Subtitle": escape(book.subtitle),
        "Authors": escape(", ".join(book.authors)),
        "Stamp": escape(str(book.stamp)),
        "Rights": escape(rights),
        "Place": "".join(places),
    }
    return "".join(
        rf"\renewcommand{{\book{name}}}{{{text}}}" + "\n" for name, text in values.items()
    )


def _names(book: Facts) -> str:
    """Title and authors in the PDF's own data."""
    title, authors = escape(book.title), escape(", ".join(book.authors))
    return rf"\hypersetup{{pdftitle={{{title}}}, pdfauthor={{{authors}}}}}" + "\n"


def _settings(app: Sphinx, config: Config) -> None:
    """Hand paper, fonts and title page to the LaTeX builder."""
    book = facts(config)
    elements = dict(config.latex_elements)
    elements |= {
        "papersize": "a4paper",
        "pointsize": "10pt",
        "extraclassoptions": "openany,oneside",
        "fontpkg": FONTS,
        "fncychap": "",
        "babel": r"\usepackage{babel}",
        "classoptions": ",english",
        "tableofcontents": r"\sphinxtableofcontents\bookLists\bookSummary",
        "figure_align": "htbp",
        "preamble": "\\usepackage{book}\n" + _names(book) + _title_page(book),
        "maketitle": r"\bookTitlePage",
        "sphinxsetup": "VerbatimColor={HTML}{F5F7F9}, VerbatimBorderColor={HTML}{F5F7F9}",
        "makeindex": "",
        "printindex": "",
    }
    config.latex_elements = elements  # type: ignore[attr-defined]
    config.latex_additional_files = [  # type: ignore[attr-defined]
        *config.latex_additional_files,
        *(str(path) for path in sorted(FOLDER.glob("*.sty"))),
    ]
    config.latex_table_style = ["booktabs"]  # type: ignore[attr-defined]
    config.latex_show_urls = "no"  # type: ignore[attr-defined]


class NoEmptySections(SphinxPostTransform):
    """Leave out sections that hold nothing in print: the PDF's list of sources is at its end."""

    # After sphinx-jupyterbook-latex has moved the bibliographies there (700).
    default_priority = 800
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Remove each section in which nothing but its title would be printed."""
        for section in list(self.document.findall(nodes.section)):
            if section.parent is not None and not any(map(_prints, section.children[1:])):
                section.parent.remove(section)


class NumbersAsInThePages(SphinxPostTransform):
    """Give chapters and figures in print the numbers they have in the pages.

    A page without a number, such as the glossary, has none in print; its figures are counted
    through all such pages: 1, 2, 3.
    """

    default_priority = 810
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Set the way of counting at the beginning of each page that joined the document."""
        for file in self.document.findall(addnodes.start_of_file):
            if self.env.toc_secnumbers.get(file["docname"], {}).get(""):
                command = r"\bookNumbered"
            else:
                figures = self.env.toc_fignumbers.get(file["docname"], {}).get("figure", {})
                before = min((number[0] for number in figures.values()), default=1) - 1
                command = rf"\bookUnnumbered{{{before}}}"
            file.insert(0, nodes.raw("", command, format="latex"))


class OneListOfSources(SphinxPostTransform):
    """One list of sources at the PDF's end, in order, each source once.

    In the pages every chapter has its own list; Sphinx strings them together (750).
    """

    default_priority = 760
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Keep the first of equal entries and let links to the others lead to it."""
        for list_ in self.document.findall(thebibliography):
            kept: dict[str, nodes.Element] = {}
            for entry in list(list_.findall(nodes.citation)):
                first = kept.setdefault(entry[-1].astext(), entry)
                if first is not entry:
                    target = f"cite.{entry['docname']}:{entry['ids'][0]}"
                    raw = rf"\hypertarget{{{target}}}{{}}"
                    paragraph = first.next_node(nodes.paragraph) or first
                    paragraph.insert(0, nodes.raw("", raw, format="latex"))
            list_.children = [kept[text] for text in sorted(kept, key=str.casefold)]


class LongTablesBreak(SphinxPostTransform):
    """Let a table of many rows run over the page, its columns as wide as their words ask."""

    default_priority = 815
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Make a long table of each that has more than twelve rows."""
        for table in self.document.findall(nodes.table):
            rows = list(table.findall(nodes.row))
            if len(rows) > 12:
                columns = zip(*([cell.astext() for cell in row] for row in rows), strict=False)
                for spec, cells in zip(table.findall(nodes.colspec), columns, strict=False):
                    spec["colwidth"] = column_weight(cells)
                table["classes"] += ["longtable", "colwidths-given"]


def column_weight(cells: Iterable[str]) -> int:
    """A column's share of the width, in letters: its longest cell, up to forty, and its words."""
    texts = list(cells)
    word = max(len(word) for text in texts for word in _JOINT.split(text.replace(" ", "-")))
    return max(min(max(map(len, texts)), 40), word + 1) + 4


class LongNamesBreak(SphinxPostTransform):
    """Let names such as ``mine-production.china.2020`` break in the cells of a table."""

    default_priority = 820
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Put a sign into long words of table cells at which TeX may break (see book.sty)."""
        for cell in self.document.findall(nodes.entry):
            for text in list(cell.findall(nodes.Text)):
                broken = _LONG.sub(lambda word: _JOINT.sub("\u200b", word[0]), text.astext())
                if broken != text.astext():
                    text.parent.replace(text, nodes.Text(broken))


_LONG = re.compile(r"\S{16,}")
_JOINT = re.compile(r"(?<=[.\-_/])(?=\w)")


def _prints(node: nodes.Node) -> bool:
    """Whether a node or one inside it puts something on paper."""
    if isinstance(node, (nodes.target, nodes.comment, nodes.rubric, nodes.title, HiddenCellNode)):
        return False
    if isinstance(node, (nodes.Text, nodes.raw)):
        return bool(node.astext().strip())
    if isinstance(node, nodes.image):
        return True
    return any(map(_prints, node.children))


def _open_heading(writer: Any, node: RootHeader) -> None:
    """A heading of the front page: as in a chapter, without a place in the contents."""
    writer.body.append("\n" + (r"\section*{" if node["level"] <= 2 else r"\subsection*{"))


def _close_heading(writer: Any, node: RootHeader) -> None:
    writer.body.append("}\n")


def _headings(app: Sphinx) -> None:
    """In place of sphinx-jupyterbook-latex's own, which is loaded after this extension."""
    app.add_node(RootHeader, override=True, latex=(_open_heading, _close_heading))


def setup(app: Sphinx) -> None:
    """Hook the settings into Sphinx, after the facts and before the LaTeX theme."""
    app.connect("config-inited", _settings, priority=200)
    app.connect("builder-inited", _headings)
    app.add_post_transform(NoEmptySections)
    app.add_post_transform(OneListOfSources)
    app.add_post_transform(NumbersAsInThePages)
    app.add_post_transform(LongTablesBreak)
    app.add_post_transform(LongNamesBreak)
