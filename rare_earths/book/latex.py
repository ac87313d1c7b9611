"""Settings of the PDF: paper, fonts, title page. The look itself is in ``latex/book.sty``."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
\setCJKmainfont{Noto Serif CJK SC}[Scale=.95, ItalicFont=Noto Serif CJK SC]
\setCJKsansfont{Noto Sans CJK SC}[Scale=.95, ItalicFont=Noto Sans CJK SC]
\setCJKmonofont{Noto Sans Mono CJK SC}[Scale=.85]
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
    doi = rf"DOI: \url{{https://doi.org/{book.doi}}}" if book.doi else "DOI: none assigned yet"
    values = {
        "Title": escape(book.title),
        "Subtitle": escape(book.subtitle),
        "Authors": escape(", ".join(book.authors)),
        "Stamp": escape(str(book.stamp)),
        "DOI": doi,
        "Rights": escape(rights),
        "Place": rf"\url{{{book.address}}}\par " if book.address else "",
    }
    return "".join(
        rf"\renewcommand{{\book{name}}}{{{text}}}" + "\n" for name, text in values.items()
    )


def _names(book: Facts, language: str) -> str:
    """Title, authors, state and language in the PDF's own data; readers show the title."""
    names = {
        "pdftitle": escape(book.title),
        "pdfauthor": escape(", ".join(book.authors)),
        "pdfsubject": escape(f"{book.subtitle}; {book.stamp}"),
        "pdflang": language,
        "pdfdisplaydoctitle": "true",
    }
    return r"\hypersetup{" + ", ".join(f"{k}={{{v}}}" for k, v in names.items()) + "}\n"


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
        "preamble": "\\usepackage{book}\n" + _names(book, config.language) + _title_page(book),
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
    # What is a link on a screen can be followed on paper.
    config.latex_show_urls = "footnote"  # type: ignore[attr-defined]
    config.latex_show_pagerefs = True  # type: ignore[attr-defined]


class DoiAsAddress(SphinxPostTransform):
    """Print a DOI as the address it is, so that no footnote has to repeat it."""

    default_priority = 300
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Put the address in place of ``doi:10…``."""
        for link in self.document.findall(nodes.reference):
            address = link.get("refuri", "")
            if address.endswith(link.astext().removeprefix("doi:")) and "doi.org" in address:
                link.children = [nodes.Text(address)]


class NoEmptySections(SphinxPostTransform):
    """Leave out sections that hold nothing in print: the PDF's list of sources is at its end."""

    # After sphinx-jupyterbook-latex has moved the bibliographies there (700).
    default_priority = 800
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Remove each section, and each small heading, after which nothing would be printed."""
        for heading in list(self.document.findall(nodes.rubric)):
            after = heading.parent[heading.parent.index(heading) + 1 :]
            if not any(map(_prints, after)):
                heading.parent.remove(heading)
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
        """Make a long table of each that has more than twelve rows, or 25 of one line."""
        for table in self.document.findall(nodes.table):
            rows = [[cell.astext() for cell in row] for row in table.findall(nodes.row)]
            width = max(sum(map(len, row)) for row in rows)
            if len(rows) > (12 if width > LINE else 25):
                specs = [] if "own-widths" in table["classes"] else table.findall(nodes.colspec)
                shares = column_widths(list(zip(*rows, strict=False)))
                for spec, share in zip(specs, shares, strict=False):
                    spec["colwidth"] = share
                table["classes"] += ["longtable", "colwidths-given"]


# Letters of a table that fill a line, of the space beside a column, of a cell that is not broken.
LINE, BESIDE, SHORT = 96, 3, 15


def column_widths(columns: Sequence[Sequence[str]]) -> list[int]:
    """Each column's share of a table's width, in letters.

    No word is wider than its column; what is left of the line goes to the columns with long cells.
    """
    least, wish = [], []
    for texts in columns:
        words = [word for text in texts for word in _JOINT.split(text.replace(" ", "-"))]
        words += [text for text in texts if len(text) <= SHORT]
        least.append(max(map(len, words)) + BESIDE)
        wish.append(max(max(map(len, texts)) + BESIDE, least[-1]))
    wanted = sum(wish) - sum(least)
    part = min(1.0, max(0, LINE - sum(least)) / wanted) if wanted else 0.0
    return [round(low + part * (high - low)) for low, high in zip(least, wish, strict=True)]


class CodeStaysTogether(SphinxPostTransform):
    """Begin a block of code, or a table, on a new page where it would be cut without need.

    The heading or the short paragraph straight before it stays with it.
    """

    default_priority = 825
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Ask for room before each block: for all of a short one, for the first of a long one."""
        for parent in self.document.findall(nodes.Element):
            for child in parent:
                child.parent = parent  # outputs of cells were moved without it
        blocks: list[nodes.Element] = list(self.document.findall(nodes.table))
        blocks += self.document.findall(nodes.literal_block)
        for block in blocks:
            if isinstance(block, nodes.table):
                lines = len(list(block.findall(nodes.row))) + 3
            else:
                lines = block.astext().count("\n") + 2
            room = lines if lines <= WHOLE else LEAST
            first, above = _with_what_stands_above(block)
            command = rf"\needspace{{{room + above}\baselineskip}}"
            raw = nodes.raw("", command, format="latex")
            first.parent.insert(first.parent.index(first), raw)


def _with_what_stands_above(block: nodes.Element) -> tuple[nodes.Element, int]:
    """The heading, paragraph or block to which a block belongs, and the lines that it adds."""
    while isinstance(block.parent, nodes.container) and block.parent.index(block) == 0:
        block = block.parent
    place = block.parent.index(block)
    before = block.parent[place - 1] if place else None
    if isinstance(before, nodes.paragraph) and len(before.astext()) < LETTERS:
        return before, 4
    if isinstance(before, nodes.title) and block.parent.parent is not None:
        return block.parent, 4
    return block, 0


# Lines up to which a block is kept whole, and of which a longer one keeps its beginning; letters
# up to which a paragraph before it goes with it.
WHOLE, LEAST, LETTERS = 18, 9, 400


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
    # Its section, which held the name that links lead to, is gone.
    writer.body.append("}" + writer.hypertarget(nodes.make_id(node.astext())) + "\n")


def _headings(app: Sphinx) -> None:
    """In place of sphinx-jupyterbook-latex's own, which is loaded after this extension."""
    app.add_node(RootHeader, override=True, latex=(_open_heading, _close_heading))


def setup(app: Sphinx) -> None:
    """Hook the settings into Sphinx, after the facts and before the LaTeX theme."""
    app.connect("config-inited", _settings, priority=200)
    app.connect("builder-inited", _headings)
    app.add_post_transform(DoiAsAddress)
    app.add_post_transform(NoEmptySections)
    app.add_post_transform(OneListOfSources)
    app.add_post_transform(NumbersAsInThePages)
    app.add_post_transform(LongTablesBreak)
    app.add_post_transform(LongNamesBreak)
    app.add_post_transform(CodeStaysTogether)
