"""Finds figures that somebody typed: no number in prose, captions or descriptions may be typed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

# What may stand in prose as typed digits: names and dates, never a result. Each with its reason.
ALLOWED = {
    "a year, or years": r"\b(?:1[89]\d\d|20[0-4]\d|2050)(?:s\b|(?:[-–/]\d{2,4})?\b)",
    "a claim": r"\bC(?:0[1-9]|1[0-4])\b",
    "a day of the calendar": r"\b(?:[12]?\d|3[01]) (?=(?:January|February|March|April|May|June|July"
    r"|August|September|October|November|December)\b)",
    "a section, chapter or figure of the book": r"\b(?:[Cc]hapter|[Ss]ection|[Ss]ections) \d+"
    r"(?:\.\d+)*",
    "Data Series of the USGS": r"\b(?:Data Series|DS) 140\b",
    "a version of Python or of a licence": r"\b(?:Python|CC BY) \d(?:\.\d+)*",
    "Rule, order or announcement of a state": r"\b(?:Announcement|Order|Decree) (?:No\. )?\d+\b",
    "a standard": r"\b(?:(?:ISO|RFC|HS) \d+|GB(?:/T)? \d+(?:-\d{4})?)\b",
    "a compound": r"\b(?:CO2|RE2O3|REE2O3)\b",
}
DIGITS = re.compile(r"\S*\d[\d.,  ]*\S*")

# Roles whose text is not prose, and those whose text is.
PROSE_FENCES = re.compile(
    r"^\{(?:note|tip|warning|important|admonition|dropdown|margin|seealso"
    r"|epigraph|pull-quote|glossary|list-table|table|figure|topic)\}"
)
CODE_CELL = re.compile(r"^```\{code-cell\}.*\n(?::.*\n)*([\s\S]*?)^```", re.MULTILINE)
# Words handed to a figure or a card, in the code of a chapter.
SPOKEN = {
    "title",
    "subtitle",
    "description",
    "note",
    "label",
    "caption",
    "question",
    "says",
    "statement",
    "measure",
    "overturned_by",
}


def typed(text: str) -> list[str]:
    """The words of a text that hold digits which nobody may type."""
    text = re.sub(r"[\"“][^\"“”]*[\"”]", " ", text)  # the words of a quoted claim
    for pattern in ALLOWED.values():
        text = re.sub(pattern, " ", text)
    return [found.strip() for found in DIGITS.findall(text)]


# Markdown


@cache
def parser() -> Any:
    extensions = {"colon_fence", "deflist", "dollarmath", "substitution"}
    made = create_md_parser(MdParserConfig(enable_extensions=extensions), _Plain)
    made.enable("table")
    return made


class _Plain:
    """Stands where the parser wants a renderer; only tokens are used."""

    __output__ = "none"

    def __init__(self, _parser: object) -> None:
        self.rules: dict[str, object] = {}


def prose(markdown: str) -> Iterator[tuple[int, str]]:
    """Line and text of all that a reader reads as prose: no code, role, label or address."""
    yield from _of(parser().parse(markdown), 0)


def _of(tokens: list[Token], start: int) -> Iterator[tuple[int, str]]:
    for token in tokens:
        line = start + (token.map[0] if token.map else 0)
        if token.type == "inline":
            yield line + 1, "".join(_words(token.children or []))
        elif token.type in ("fence", "colon_fence") and PROSE_FENCES.match(token.info):
            title = token.info.split("}", 1)[1]
            yield line + 1, title
            content = re.sub(r"\A(?::[\w-]+:.*\n)+", "\n", token.content)
            yield from _of(parser().parse(content), line + 1)
        elif token.type == "html_block":
            yield line + 1, re.sub(r"<[^>]*>", " ", token.content)


def _words(children: list[Token]) -> Iterator[str]:
    for child in children:
        if child.type in ("text", "math_inline"):
            yield child.content
        elif child.type in ("softbreak", "hardbreak"):
            yield " "
        elif child.type == "image":
            yield child.content
        elif child.type in ("code_inline", "myst_role", "html_inline"):
            yield "\u2060"  # holds the place, so that words on both sides do not run together


def typed_in_markdown(text: str) -> list[str]:
    return [f"line {line}: {word}" for line, words in prose(text) for word in typed(words)]


# Code


def typed_in_code(source: str) -> list[str]:
    """Digits in the literal words that code hands to a title, description, note and the like."""
    found = []
    for node in ast.walk(ast.parse(source)):
        for value in _spoken(node):
            found += [f"line {value.lineno}: {word}" for word in typed(_literal(value))]
    return found


def _spoken(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions of this node that a reader will read."""
    if isinstance(node, ast.Call):
        yield from (word.value for word in node.keywords if word.arg in SPOKEN)
        if getattr(node.func, "id", getattr(node.func, "attr", "")) in ("Markdown", "print"):
            yield from node.args
    elif isinstance(node, ast.Assign) and any(_is_spoken(target) for target in node.targets):
        yield node.value


def _is_spoken(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id in SPOKEN


def _literal(value: ast.expr) -> str:
    """All constant text within an expression; what is computed leaves a gap."""
    if isinstance(value, ast.Constant):
        return value.value if isinstance(value.value, str) else "\u2060"
    if isinstance(value, ast.FormattedValue):
        return "\u2060"
    if isinstance(value, ast.JoinedStr):
        return "".join(_literal(part) for part in value.values)
    if isinstance(value, ast.BinOp):
        return _literal(value.left) + _literal(value.right)
    if isinstance(value, ast.IfExp):
        return f"{_literal(value.body)} {_literal(value.orelse)}"
    return "\u2060"


# Files


def typed_in_file(path: Path) -> list[str]:
    """All typed figures of a Markdown page or a notebook."""
    if path.suffix == ".md":
        text = without_front_matter(path.read_text("utf-8"))
        cells = CODE_CELL.findall(text)
        return typed_in_markdown(text) + [word for code in cells for word in typed_in_code(code)]
    found = []
    for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
        look = typed_in_markdown if cell.cell_type == "markdown" else typed_in_code
        found += [f"cell {number}, {word}" for word in look(cell.source)]
    return found


def without_front_matter(text: str) -> str:
    return re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
