"""What the report says on a given evidence: every verdict, number and figure, in one process.

The pages' own cells are executed with an `Evidence` swapped in and nothing is drawn, so that a
question such as "what would this row move?" takes a second and not a build. A single cell is
executed with only those earlier cells whose names it uses.
"""

from __future__ import annotations

import ast
import functools
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from symtable import SymbolTable, symtable
from types import CodeType
from typing import Any
from unittest import mock

import pandas as pd

from rare_earths import claims, explorer, figures, multiverse
from rare_earths.claims import engine
from rare_earths.claims.cards import Card
from rare_earths.evidence import Evidence, standing_in
from rare_earths.words import Said

ROOT = Path(__file__).resolve().parents[2]

# --- pages and their cells -----------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One code cell: its place on the page, its code, and the names that tie it to other cells.

    sets: names it gives a value; changes: names whose value it alters; uses: names it needs from
    before. ``say.x`` is a name of its own: a number said in one cell and repeated in another.
    """

    number: int
    body: CodeType
    last: CodeType | None
    sets: frozenset[str]
    changes: frozenset[str]
    uses: frozenset[str]


@dataclass(frozen=True)
class Page:
    """A page of the book with code: its name without suffix, its cells in order."""

    name: str
    cells: tuple[Cell, ...]

    def needed(self, cell: Cell) -> list[Cell]:
        """The cell with those before it that set or change what it uses, in order."""
        found, wanted = [cell], set(cell.uses)
        for before in reversed(self.cells[: self.cells.index(cell)]):
            if (before.sets | before.changes) & wanted:
                found.append(before)
                wanted = wanted - before.sets | before.uses
        return found[::-1]


@cache
def pages(root: Path = ROOT) -> tuple[Page, ...]:
    """All pages of the book that compute something."""
    found = []
    for path in [*sorted((root / "chapters").glob("*.ipynb")), root / "index.md",
                 *sorted((root / "pages").glob("*.md"))]:  # fmt: skip
        if codes := _codes(path):
            name = path.relative_to(root).with_suffix("").as_posix()
            found.append(Page(name, tuple(_cell(name, n, code) for n, code in codes)))
    return tuple(found)


def _codes(path: Path) -> list[tuple[int, str]]:
    """Number and source of each code cell."""
    if path.suffix == ".ipynb":
        import nbformat

        cells = nbformat.read(path, as_version=4).cells
        return [(n, c.source) for n, c in enumerate(cells) if c.cell_type == "code"]
    fence = r"^```\{code-cell\}[^\n]*\n(?::[^\n]*\n)*(.*?)^```$"
    return list(enumerate(re.findall(fence, path.read_text("utf-8"), re.DOTALL | re.MULTILINE)))


def _cell(page: str, number: int, code: str) -> Cell:
    tree = ast.parse(code)
    statements, last = tree.body, None
    if statements and isinstance(statements[-1], ast.Expr):
        last = ast.Expression(statements[-1].value)
    file = f"{page}, cell {number}"
    return Cell(
        number,
        compile(ast.Module(statements[: len(statements) - bool(last)], []), file, "exec"),
        compile(last, file, "eval") if last else None,
        *_names(statements),
    )


def _names(statements: list[ast.stmt]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Names that statements set, change, and use before they set them."""
    sets: set[str] = set()
    changes: set[str] = set()
    uses: set[str] = set()
    for statement in statements:
        here, read = _bound_and_read(symtable(ast.unparse(statement), "cell", "exec"))
        changed, said, told = _changed(statement)
        uses |= (read | told | changed) - sets
        changes |= changed - sets
        sets |= here | said
    return frozenset(sets), frozenset(changes), frozenset(uses)


def _bound_and_read(table: SymbolTable) -> tuple[set[str], set[str]]:
    """Names of the page that a scope sets, and those it or a function in it reads."""
    top = table.get_type() == "module"
    bound = {
        s.get_name()
        for s in table.get_symbols()
        if top and (s.is_assigned() or s.is_imported() or s.is_namespace())
    }
    read = {
        s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())
    }
    for child in table.get_children():
        read |= _bound_and_read(child)[1]
    return bound, read


# Methods that change what they are called on.
_CHANGING = {"append", "extend", "insert", "update", "pop", "sort", "add", "setdefault", "remove"}


def _changed(statement: ast.stmt) -> tuple[set[str], set[str], set[str]]:
    """Names whose value a statement alters; numbers it says; numbers it repeats."""
    changed: set[str] = set()
    said: set[str] = set()
    told: set[str] = set()
    for node in ast.walk(statement):
        root: ast.AST | None = None
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "say":
            (told if isinstance(node.ctx, ast.Load) else said).add(f"say.{node.attr}")
        elif isinstance(node, ast.Attribute | ast.Subscript):
            root = None if isinstance(node.ctx, ast.Load) else node.value
        elif isinstance(node, ast.AugAssign):
            root = node.target
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            root = node.func.value if node.func.attr in _CHANGING else None
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if isinstance(root, ast.Name):
            changed.add(root.id)
    return changed, said, told


# --- what is told --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """One thing the reader sees: a number, a text of a figure, its values, a line of a card.

    name: what it is, such as ``number 01-reserves.depleted`` or ``figure fig-x, title``.
    text: gives the words; made only when asked for. rows: evidence rows that stand behind it.
    """

    name: str
    text: Callable[[], str]
    rows: tuple[str, ...] = ()


@contextmanager
def on(book: Evidence) -> Iterator[list[Told]]:
    """Within the block pages are computed on ``book`` and nothing is drawn; the list fills with
    what figures tell."""
    told: list[Told] = []
    quiet = {k: v for k, v in os.environ.items() if k != "RARE_EARTHS_OUTPUT"}
    with ExitStack() as stack:
        stack.enter_context(standing_in(book))
        stack.enter_context(mock.patch.dict(os.environ, quiet, clear=True))
        stack.enter_context(mock.patch.object(figures, "show", functools.partial(_shown, told)))
        stack.enter_context(mock.patch.object(claims, "_judged_on", cache(Unhurried)))
        stack.enter_context(mock.patch.object(explorer, "MADE", []))
        yield told


class Unhurried(engine.Verdict):
    """A verdict whose combinations are run only when somebody asks for them."""

    def __init__(self, claim: str, data: Evidence) -> None:
        rule = claims.RULES[claim]
        outcomes = engine._outcomes(rule, data, rule.default)
        for name, value in (("claim", rule), ("evidence", data), ("outcomes", outcomes)):
            object.__setattr__(self, name, value)

    @cached_property
    def combinations(self) -> pd.DataFrame:  # type: ignore[override]
        """Every admissible combination, a row each."""
        return engine.judge(self.claim, self.evidence).combinations


def _shown(told: list[Told], draw: Any, **given: Any) -> None:
    """Stand in for `figures.show`: note what it would say."""
    data, id = given["data"], given["id"]
    figures.check_words(id, given["title"], given["subtitle"], given["description"], data)
    sources = figures.find_sources(id, data, given.get("rows"))
    rows = _ids(data, given.get("rows"))
    for part in ("title", "subtitle", "description", "note"):
        told.append(Told(f"figure {id}, {part}", functools.partial(str, given.get(part, "")), rows))
    told.append(Told(f"figure {id}, values", functools.partial(_values, data), rows))
    told.append(Told(f"figure {id}, sources", lambda: ", ".join(s.key for s in sources), rows))


def _ids(data: pd.DataFrame, rows: Iterable[str] | None) -> tuple[str, ...]:
    held: Iterable[Any] = data["id"].dropna() if "id" in data.columns else []
    return tuple(dict.fromkeys([i for cell in held for i in str(cell).split()] + [*(rows or ())]))


def _values(data: pd.DataFrame) -> str:
    """The plotted values without the names of their rows."""
    return figures.csv(data.drop(columns="id", errors="ignore"))


def _explorer(made: explorer.Explorer) -> Iterator[Told]:
    rows = _ids(made.table(made.start), made.rows)
    figures.find_sources(made.id, made.table(made.start), made.rows)
    for part, text in (
        ("title", lambda: made.title),
        ("subtitle", lambda: made.subtitle),
        ("description", lambda: made.describe(made.start)),
        ("values", lambda: _values(made.table(made.start))),
        ("all states", lambda: _values(made._all_values())),
    ):
        yield Told(f"figure {made.id}, {part}", text, rows)


@dataclass
class Run:
    """Pages under way: the names set so far and what was told."""

    told: list[Told]
    space: dict[str, Any] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)

    def cell(self, page: str, cell: Cell) -> list[Told]:
        """Execute one cell; what it tells. Raises whatever the cell raises."""
        before, made = len(self.told), len(explorer.MADE)
        exec(cell.body, self.space)
        value = eval(cell.last, self.space) if cell.last else None
        found = [*self._numbers(), *self.told[before:]]
        for one in explorer.MADE[made:]:
            found += _explorer(one)
        if (text := _text(value)) is not None:
            found.append(Told(f"{page}, text of cell {cell.number}", text))
        return found

    def _numbers(self) -> Iterator[Told]:
        say = self.space.get("say")
        for name, text in say if isinstance(say, Said) else ():
            if name not in self.said:
                self.said.add(name)
                yield Told(f"number {name}", functools.partial(str, text))


def _text(value: Any) -> Callable[[], str] | None:
    """What a cell shows as its last line, where that is text; cards are told by claim."""
    if isinstance(value, str | tuple | list):
        return lambda: str(value)
    if isinstance(getattr(value, "data", None), str):  # Markdown
        return lambda: value.data
    return None


def of_cell(book: Evidence, page: Page, cell: Cell) -> Iterator[Told]:
    """What one cell says on ``book``; its words are made while the caller goes through them."""
    with on(book) as told:
        run = Run(told, {"__name__": "__main__"})
        for before in page.needed(cell)[:-1]:
            run.cell(page.name, before)
        yield from run.cell(page.name, cell)


def of_claim(verdict: engine.Verdict, *, whole: bool = True) -> Iterator[Told]:
    """What the card of a claim says, and with ``whole`` the shares of its figure of choices."""
    rows = tuple(sorted({row for o in verdict.outcomes.values() for row in o.rows}))
    name = f"verdict {verdict.id}"
    yield Told(f"{name}, word", lambda: verdict.word, rows)
    for key, outcome in verdict.outcomes.items():
        own, part = tuple(outcome.rows), f"{name}, part {key}"
        yield Told(f"{part}, finding", functools.partial(str, outcome.finding.value), own)
        yield Told(f"{part}, words", functools.partial(str, outcome.says), own)
    if whole:
        yield from _card(verdict, name)


def _card(verdict: engine.Verdict, name: str) -> Iterator[Told]:
    """What needs every combination: the lines of the card, the shares of the choices' figure."""
    for line, words in Card(verdict).facts().items():
        yield Told(f"{name}, {line.lower()}", functools.partial(str, words))
    values = functools.partial(_values, multiverse.shares(verdict))
    yield Told(f"figure fig-{verdict.id.lower()}-choices, values", values)


def everything(book: Evidence, root: Path = ROOT) -> dict[str, str]:
    """Name and words of all that the report says on ``book``.

    A page that cannot be computed tells one thing, why.
    """
    words: dict[str, str] = {}
    with on(book) as told:
        for claim in claims.RULES:
            words |= _words(of_claim(claims.judged(claim)), f"verdict {claim}")
        for page in pages(root):
            run = Run(told, {"__name__": "__main__"})
            for cell in page.cells:
                found = _words_of(run, page, cell)
                words |= found
                if any(name.endswith("stops") for name in found):
                    break
    return words


def _words_of(run: Run, page: Page, cell: Cell) -> dict[str, str]:
    where = f"{page.name}, cell {cell.number}"
    try:
        told = run.cell(page.name, cell)
    except Exception as error:
        return {f"{where}, stops": f"{type(error).__name__}: {error}"}
    return _words(told, where)


def _words(told: Iterable[Told], where: str) -> dict[str, str]:
    try:
        return {one.name: one.text() for one in told}
    except Exception as error:
        return {f"{where}, stops": f"{type(error).__name__}: {error}"}


def forget() -> None:
    """Empty the package's caches: they hold the evidence they were filled from."""
    for name, module in list(sys.modules.items()):
        if name.startswith("rare_earths."):
            for kept in vars(module).values():
                if hasattr(kept, "cache_clear") and kept is not pages:
                    kept.cache_clear()
