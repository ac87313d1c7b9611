"""The evidence: the only code that opens ``data/``.

Every figure of the book is a row of a topic table: what it is about (series, entity, period), what
the source prints (value, low, high, bound, unit), where (source, locator, vintage) and on whose
measurement it rests (lineage, hand). Values and units stay as printed; they are converted, and
declared corrections are applied, when read.

    from rare_earths.evidence import evidence
    book = evidence()
    book.select("reserves", "China", unit="Mt REO")
    book.pick("mine_production", "World", "2020", unit="t REO").value

``python -m rare_earths.evidence check`` lists every fault of the tables.
"""

from __future__ import annotations

import contextlib
import csv
import difflib
import functools
import hashlib
import io
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

DATA = Path(__file__).resolve().parent.parent / "data"

ROW_COLUMNS = [
    *("id", "series", "entity", "period", "value", "low", "high", "bound", "unit", "quality"),
    *("source", "locator", "vintage", "lineage", "hand", "note"),
]
# Every other table: file -> its columns. The topic tables are named in vocabulary/topics.csv.
TABLES = {
    "vocabulary/topics.csv": "topic title meaning",
    "vocabulary/series.csv": "series topic quantity stage product hs dimension meaning",
    "vocabulary/entities.csv": "entity kind iso3 part_of aliases note",
    "vocabulary/units.csv": "unit pint dimension meaning",
    "vocabulary/licences.csv": "licence pass_on reason",
    "lineages.csv": "lineage name kind derives_from note",
    "claims.csv": "id chapter claim status",
    "corrections.csv": "row field printed corrected reason source",
    "exclusions.csv": "origin series entity period value low high bound unit quality source locator"
    " vintage lineage hand note reason kept",
    "parameters.csv": "name value low high unit source locator note",
    "accepted.csv": "check row reason",
    "deviations.csv": "series entity period reason",
    "holes.csv": "topic missing",
    "origins.csv": "origin rows kept excluded",
    "events.csv": "date jurisdiction title kind magnitude source",
    "project_overview.csv": "project company country stage capacity capacity_unit status"
    " start_planned_first start_planned_latest start_actual capex_first capex_latest"
    " capex_currency public_funding sources note",
}
# While an edition is written, what its files held before.
UNDO = ".undo"
# These mix many origins: they never count as agreement.
NO_ORIGIN = {"press_unattributed", "machine_doubtful", "company:various_project_owners"}
NO_ORIGIN_PREFIX = "consultancy:unnamed_"
SEVERITIES = ("fatal", "error", "conflict", "note")
HANDS = ("first", "quoted", "inferred")


class EvidenceError(Exception):
    """The evidence cannot be used as asked; the message holds one clear sentence a fault."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the tables.

    severity: ``fatal`` (a file cannot be read), ``error`` (a row breaks the schema), ``conflict``
    (rows contradict each other), ``note`` (a contradiction accepted with its reason).
    line: line of the file, counted from 1, header included; 0 where the whole file is meant.
    """

    severity: str
    file: str
    line: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        """One sentence: file, line, column, what is there, what was expected."""
        where = self.file
        if self.line:
            where += f", line {self.line}"
        if self.column:
            where += f", column {self.column}"
        return f"{where}: found {self.found}, expected {self.expected}."


@dataclass(frozen=True)
class Raw:
    """The tables as text, before any judgement: every cell a string."""

    topics: dict[str, pd.DataFrame]
    tables: dict[str, pd.DataFrame]
    sources: pd.DataFrame
    definitions: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Picked:
    """One value chosen among several, with the rule that chose it and what it rejected.

    rejected: the other rows, best first, each with what it lost by (column ``why``): lower grade,
    second hand, older edition, superseded, later by id.
    """

    value: float
    low: float
    high: float
    bound: str
    unit: str
    id: str
    source: str
    rule: str
    rejected: pd.DataFrame


@dataclass(frozen=True)
class Parameter:
    """A number a rule uses: its value, range, unit, source and reason (note)."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    locator: str
    note: str


# --- reading -------------------------------------------------------------------------------------


def _damages(text: str, columns: list[str]) -> tuple[list[tuple[str, str]], str, str]:
    """What a spreadsheet or an editor did to a file as a whole, each as found and expected; the
    text without it, to look at its cells all the same; what stands between the cells.
    """
    found = []
    if text.startswith("\ufeff"):
        found.append(("a byte order mark at the start", "plain UTF-8 without it"))
        text = text.removeprefix("\ufeff")
    if "\r" in text:
        found.append(("line ends of another system", "plain line feeds"))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    header, between = text.split("\n", 1)[0], ","
    if ";" in header and "," not in header:
        found.append(("semicolons between the columns", "commas"))
        between = ";"
    elif "\t" in header:
        found.append(("tabs between the columns", "commas"))
        between = "\t"
    if header.split(between) != columns:
        found.append((f"the columns {header!r}", ",".join(columns)))
        between = ""
    return found, text, between


def _read_csv(folder: Path, file: str, columns: list[str], faults: list[Fault]) -> pd.DataFrame:
    """Read one table as text; what cannot be read becomes a fault and an empty table."""
    path = folder / file
    text = None
    if path.is_file():
        text = _decoded(path.read_bytes(), file, faults)
    else:
        faults.append(Fault("fatal", file, 0, "", "no such file", "a table"))
    damages, text, _ = _damages(text, columns) if text is not None else ([], None, "")
    faults += [Fault("fatal", file, 1, "", *damage) for damage in damages]
    if text is None or damages:
        return pd.DataFrame({c: pd.Series(dtype=str) for c in columns})
    return _table(text, file, columns, faults)


def _decoded(content: bytes, file: str, faults: list[Fault]) -> str | None:
    """The text of a file, None and a fault where it is no UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        faults.append(Fault("fatal", file, line, "", "bytes that are no UTF-8", "UTF-8"))
        return None


def _table(
    text: str, file: str, columns: list[str], faults: list[Fault], between: str = ","
) -> pd.DataFrame:
    """The rows of a table as text, index: line of the file less 2. A row that is not one line of
    as many cells as there are columns is a fault and left out.
    """
    rows, reader, line = {}, csv.reader(io.StringIO(text), delimiter=between), 1
    next(reader)
    for row in reader:
        line += 1
        if len(row) == len(columns):
            rows[line - 2] = row
        else:
            found = f"{len(row)} cells" if row else "a blank line"
            faults.append(Fault("fatal", file, line, "", found, f"{len(columns)} cells"))
        if reader.line_num != line:
            found = "a line feed within a cell"
            faults.append(Fault("fatal", file, line, "", found, "one line a row"))
            line = reader.line_num
    return pd.DataFrame(list(rows.values()), index=list(rows), columns=columns, dtype=str)


SOURCE_FIELDS = [
    *("title", "author", "year", "publisher", "journal", "url", "doi", "grade", "kind"),
    *("howread", "licence", "supersedes", "alsoat"),
]


def _read_sources(folder: Path, faults: list[Fault]) -> pd.DataFrame:
    """Read ``sources.bib``: one line a BibTeX entry, index ``key``."""
    from pybtex.database import parse_string
    from pybtex.exceptions import PybtexError

    path = folder / "sources.bib"
    if not path.is_file():
        faults.append(Fault("fatal", "sources.bib", 0, "", "no such file", "a bibliography"))
        return pd.DataFrame(columns=["key", *SOURCE_FIELDS]).set_index("key")
    try:
        entries = parse_string(path.read_text(encoding="utf-8"), "bibtex").entries
    except (PybtexError, UnicodeDecodeError) as error:
        found = " ".join(str(error).split())
        faults.append(Fault("fatal", "sources.bib", 0, "", found, "BibTeX entries with own keys"))
        return pd.DataFrame(columns=["key", *SOURCE_FIELDS]).set_index("key")
    rows = []
    for key, entry in entries.items():
        row = {field: _plain(entry.fields.get(field, "")) for field in SOURCE_FIELDS}
        row["author"] = "; ".join(_plain(str(p)) for p in entry.persons.get("author", []))
        rows.append({"key": key, **row})
    return pd.DataFrame(rows, columns=["key", *SOURCE_FIELDS], dtype=str).set_index("key")


def _plain(text: str) -> str:
    """BibTeX text without its braces and escapes."""
    text = text.replace("\\textasciitilde{}", "~").replace("\\textasciicircum{}", "^")
    return re.sub(r"\\([&%$#_])", r"\1", text).replace("{", "").replace("}", "")


def _read(folder: Path) -> Raw:
    """Read all tables of a data folder as text."""
    faults: list[Fault] = []
    tables = {f: _read_csv(folder, f, c.split(), faults) for f, c in TABLES.items()}
    names = list(tables["vocabulary/topics.csv"]["topic"])
    topics = {t: _read_csv(folder, f"{t}.csv", ROW_COLUMNS, faults) for t in names}
    known = {*TABLES, *(f"{t}.csv" for t in names)}
    for path in sorted(folder.rglob("*.csv")):
        file = path.relative_to(folder).as_posix()
        if file not in known and names and not file.startswith(UNDO):
            expected = "a table named in vocabulary/topics.csv"
            faults.append(Fault("fatal", file, 0, "", "a table nobody reads", expected))
    if (folder / UNDO).exists():
        found, expected = "an edition half taken", "make edition once more, which puts it back"
        faults.append(Fault("fatal", UNDO, 0, "", found, expected))
    definitions = folder / "vocabulary" / "units.txt"
    text = definitions.read_text(encoding="utf-8") if definitions.is_file() else ""
    if not text:
        faults.append(
            Fault("fatal", "vocabulary/units.txt", 0, "", "no such file", "unit definitions")
        )
    return Raw(topics, tables, _read_sources(folder, faults), text, tuple(faults))


# --- units ---------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=8)
def _registry(definitions: str) -> Any:
    """A pint registry that knows the units of the evidence and nothing else."""
    import pint

    registry: Any = pint.UnitRegistry(None)
    registry.load_definitions(definitions.splitlines())
    return registry


class Units:
    """The units of the evidence: what each printed unit means, and factors between them."""

    def __init__(self, table: pd.DataFrame, definitions: str) -> None:
        self.table = table.set_index("unit")
        self._definitions = definitions
        self._factors: dict[tuple[str, str], float] = {}

    def quantity(self, unit: str) -> Any:
        """One of the unit as a pint quantity. Raises EvidenceError for an unknown unit."""
        if unit not in self.table.index:
            raise EvidenceError(f"Unknown unit {unit!r}{_near(unit, self.table.index)}.")
        return _registry(self._definitions).Quantity(1.0, self.table.at[unit, "pint"])

    def factor(self, unit: str, to: str) -> float:
        """What to multiply a value in ``unit`` by to have it in ``to``.

        Raises EvidenceError where the two measure different things: gross weight and oxide, say.
        """
        if unit == to:
            return 1.0
        if (unit, to) not in self._factors:
            number, goal = self.quantity(unit), self.quantity(to)
            one, other = (str(self.table.at[u, "dimension"]) for u in (unit, to))
            # A mass fraction and a share are both plain numbers to pint: the names tell them apart.
            if one != other or number.dimensionality != goal.dimensionality:
                raise EvidenceError(
                    f"{unit} ({one}) does not convert into {to} ({other}): they are different"
                    " things, and a factor between them is a sourced parameter, not a unit."
                )
            self._factors[unit, to] = float(number.to(goal.units).magnitude)
        return self._factors[unit, to]


# --- asking --------------------------------------------------------------------------------------


def _near(word: str, known: Iterable[str]) -> str:
    """The nearest known words, as the end of a sentence."""
    near = difflib.get_close_matches(str(word), [str(k) for k in known], n=3)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _listed(value: Any) -> list[Any] | None:
    """A filter as a list; None means no filter."""
    if value is None:
        return None
    return [value] if isinstance(value, str | int) else list(value)


class Evidence:
    """The checked tables, and the questions one can ask of them.

    rows: index ``id``; the printed columns, value, low and high as numbers, with topic, iso3,
    grade (of the source), kind (of the entity), year (where the period lies in one year) and
    edition (year of the vintage). sources, lineages, claims, parameters, topics, series, entities,
    licences, projects, origins: the other tables, indexed by their key; corrections, exclusions,
    deviations, holes, events: lists.
    """

    def __init__(self, raw: Raw, rows: pd.DataFrame) -> None:
        tables = raw.tables
        self.rows = rows
        self.sources = raw.sources
        self.lineages = tables["lineages.csv"].set_index("lineage")
        self.claims = tables["claims.csv"].set_index("id")
        self.corrections = tables["corrections.csv"]
        self.exclusions = tables["exclusions.csv"]
        self.holes = tables["holes.csv"]
        self.deviations = tables["deviations.csv"]
        self.origins = tables["origins.csv"].set_index("origin")
        self.events = tables["events.csv"]
        self.projects = tables["project_overview.csv"].set_index("project")
        self.parameters = tables["parameters.csv"].set_index("name")
        self.topics = tables["vocabulary/topics.csv"].set_index("topic")
        self.series = tables["vocabulary/series.csv"].set_index("series")
        self.entities = tables["vocabulary/entities.csv"].set_index("entity")
        self.licences = tables["vocabulary/licences.csv"].set_index("licence")
        self.units = Units(tables["vocabulary/units.csv"], raw.definitions)
        self._corrected = _correct(rows, self.corrections)
        self._places = self._corrected.groupby("series", sort=False).indices
        self._parts: dict[tuple[str, ...], pd.DataFrame] = {}
        self._ancestors: dict[str, frozenset[str]] = {}

    def select(
        self,
        series: str | list[str],
        entity: str | list[str] | None = None,
        period: str | int | list[str] | None = None,
        *,
        unit: str | None = None,
        source: str | list[str] | None = None,
        vintage: str | int | list[str] | None = None,
        lineage: str | list[str] | None = None,
        unusable: bool = False,
        **columns: Any,
    ) -> pd.DataFrame:
        """Rows of one or several series, declared corrections applied (column ``corrected``).

        Each filter takes one value or several; ``columns`` are further columns of ``rows``, such
        as ``bound="exact"``, ``grade=["A", "B"]`` or ``edition=2026``. ``unit`` converts value,
        low and high. ``unusable`` keeps the rows that a correction says not to use. Raises
        EvidenceError for a series, entity or source that the vocabulary does not have.
        """
        wanted = _listed(series) or []
        self._known("series", wanted, self.series.index)
        filters = {
            "entity": _listed(entity),
            "period": _texts(period),
            "source": _listed(source),
            "vintage": _texts(vintage),
            "lineage": _listed(lineage),
            **{name: _listed(value) for name, value in columns.items()},
        }
        self._known("entity", filters["entity"] or [], self.entities.index)
        self._known("source", filters["source"] or [], self.sources.index)
        frame = self._of_series(tuple(wanted))
        keep = np.ones(len(frame), bool) if unusable else frame["use"].to_numpy(bool)
        for column, values in filters.items():
            if column not in frame.columns:
                raise EvidenceError(f"No column {column!r}{_near(column, frame.columns)}.")
            if values is not None:
                keep = keep & frame[column].isin(values).to_numpy(bool)
        frame = frame[keep]
        return self._converted(frame, unit) if unit else frame

    def _of_series(self, series: tuple[str, ...]) -> pd.DataFrame:
        """The corrected rows of some series, in the order of the tables; kept for the next time."""
        if series not in self._parts:
            places = sorted(i for s in series for i in self._places.get(s, ()))
            self._parts[series] = self._corrected.iloc[places]
        return self._parts[series]

    def pick(
        self,
        series: str,
        entity: str,
        period: str | int,
        *,
        unit: str,
        vintage: str | int | None = None,
        lineage: str | None = None,
        **columns: Any,
    ) -> Picked:
        """The one value to use where several sources give one: best grade, then first hand, then
        newest edition, then the version that supersedes. Raises EvidenceError if there is none.
        """
        found = self.select(
            series, entity, period, unit=unit, vintage=vintage, lineage=lineage, **columns
        )
        if found.empty:
            raise EvidenceError(f"No row of {series} for {entity} in {period}.")
        ranks = pd.DataFrame(
            {
                "lower grade": found["grade"],
                "second hand": found["hand"].map(HANDS.index),
                "older edition": -found["edition"].fillna(0).astype(int),
                "superseded": found["source"].isin(set(self.sources["supersedes"]) - {""}),
                "later by id": found.index,
            },
            index=found.index,
        )
        ranks = ranks.sort_values(list(ranks.columns))
        best = ranks.iloc[0]
        why = [str((other != best).idxmax()) for _, other in ranks.iloc[1:].iterrows()]
        row = found.loc[ranks.index[0]]
        return Picked(
            value=float(row["value"]),
            low=float(row["low"]),
            high=float(row["high"]),
            bound=str(row["bound"]),
            unit=unit,
            id=str(row.name),
            source=str(row["source"]),
            rule=_rule(row, len(why)),
            rejected=found.loc[ranks.index[1:]].assign(why=why),
        )

    def parameter(self, name: str) -> Parameter:
        """A parameter by name. Raises EvidenceError if there is none of that name."""
        self._known("parameter", [name], self.parameters.index)
        row: Any = self.parameters.loc[name]
        low, high = (float(str(row[c])) if row[c] else float("nan") for c in ("low", "high"))
        return Parameter(
            name, float(row["value"]), low, high, *row[["unit", "source", "locator", "note"]]
        )

    def independent(self, ids: Iterable[str]) -> int:
        """How many independent origins stand behind the rows.

        Two lineages are independent only if neither they nor their ancestors are shared. Rows
        without an attributable origin count for nothing. Raises EvidenceError for an unknown id.
        """
        ids = list(ids)
        self._known("row", [i for i in ids if i not in self.rows.index], self.rows.index)
        names = {n for n in self.rows.loc[ids, "lineage"] if not _without_origin(n)}
        origins = sorted(names, key=lambda n: (len(self.ancestors(n)), n))
        return _most_apart([self.ancestors(n) for n in origins])

    def ancestors(self, lineage: str) -> frozenset[str]:
        """A lineage with all it derives from, itself included."""
        if lineage not in self._ancestors:
            found, todo = set(), [lineage]
            while todo:
                name = todo.pop()
                if name not in found:
                    found.add(name)
                    parents = str(self.lineages.at[name, "derives_from"])
                    todo += filter(None, parents.split(";"))
            self._ancestors[lineage] = frozenset(found)
        return self._ancestors[lineage]

    def _known(self, what: str, words: Iterable[str], known: pd.Index) -> None:
        for word in words:
            if word not in known:
                raise EvidenceError(f"Unknown {what} {word!r}{_near(word, known)}.")

    def _converted(self, frame: pd.DataFrame, unit: str) -> pd.DataFrame:
        factors = {u: self.units.factor(u, unit) for u in frame["unit"].unique()}
        if set(factors.values()) <= {1.0}:
            return frame.assign(unit=unit)
        factor = frame["unit"].map(factors).to_numpy(float)
        numbers = {c: frame[c].to_numpy(float) * factor for c in ("value", "low", "high")}
        return frame.assign(**numbers, unit=unit)


def _texts(value: Any) -> list[str] | None:
    """A filter on a text column that people also write as a number."""
    listed = _listed(value)
    return None if listed is None else [str(v) for v in listed]


def _rule(row: pd.Series, rejected: int) -> str:
    """The sentence that says why a row was picked."""
    if not rejected:
        return "the only row"
    hand = {"first": "first hand", "quoted": "quoted", "inferred": "origin inferred"}[row["hand"]]
    edition = f", edition {row['edition']}" if pd.notna(row["edition"]) else ""
    return (
        f"best grade ({row['grade']}), then first hand ({hand}), then newest edition"
        f"{edition}; {rejected} other {'row' if rejected == 1 else 'rows'} rejected"
    )


def _without_origin(lineage: str) -> bool:
    return lineage in NO_ORIGIN or lineage.startswith(NO_ORIGIN_PREFIX)


def _most_apart(families: list[frozenset[str]]) -> int:
    """The largest number of families of which no two share a member (exact, by branching)."""
    if not families:
        return 0
    clashes = [
        [j for j, g in enumerate(families) if f & g and i != j] for i, f in enumerate(families)
    ]
    worst = max(range(len(families)), key=lambda i: len(clashes[i]))
    if not clashes[worst]:
        return len(families)
    without = families[:worst] + families[worst + 1 :]
    apart = [f for f in families if not f & families[worst]]
    return max(_most_apart(without), 1 + _most_apart(apart))


def _correct(rows: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Rows with the declared corrections applied; columns ``corrected`` and ``use`` added."""
    frame = rows.copy()
    frame["corrected"] = False
    frame["use"] = True
    for row, field, value in corrections[["row", "field", "corrected"]].itertuples(index=False):
        if row not in frame.index:
            continue
        numeric = field in ("value", "low", "high")
        if field == "use":
            frame.at[row, "use"] = value != "no"
        else:
            frame.at[row, field] = float(value) if numeric else value
        frame.at[row, "corrected"] = True
    return frame


# --- loading -------------------------------------------------------------------------------------


def check(folder: Path | str = DATA, *, notes: bool = False) -> list[Fault]:
    """Every fault of the tables in one list; ``notes`` adds the accepted contradictions."""
    from rare_earths import evidence_checks

    faults = evidence_checks.faults(_read(Path(folder)))
    return [f for f in faults if notes or f.severity != "note"]


def evidence(folder: Path | str = DATA) -> Evidence:
    """The evidence, read and checked once a change. Raises EvidenceError with all faults."""
    folder = Path(folder)
    if _stand_in and folder == DATA:
        return _stand_in[-1]
    return _load(folder, _stamp(folder))


_stand_in: list[Evidence] = []


@contextlib.contextmanager
def standing_in(book: Evidence) -> Iterator[None]:
    """Within the block `evidence()` gives ``book``: what would the report say on other rows?"""
    _stand_in.append(book)
    try:
        yield
    finally:
        _stand_in.pop()


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells one state of the folder from another within a process."""
    files = [p for p in folder.rglob("*") if p.suffix in (".csv", ".bib", ".txt")]
    return tuple(sorted((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in files))


@functools.lru_cache(maxsize=4)
def _load(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Evidence:
    raw = _read(folder)
    digest = _digest(folder)
    if raw.faults or not _known_sound(folder, digest):
        from rare_earths import evidence_checks

        faults = [f for f in evidence_checks.faults(raw) if f.severity != "note"]
        if faults:
            raise EvidenceError("\n".join(str(f) for f in faults))
        _remember_sound(folder, digest)
    return Evidence(raw, tidy(raw))


def _digest(folder: Path) -> str:
    """Names the exact state of the tables, of the code that checks them and of its libraries."""
    here = Path(__file__).resolve().parent
    paths = [p for p in sorted(folder.rglob("*")) if p.suffix in (".csv", ".bib", ".txt")]
    digest = hashlib.sha256()
    for path in [*paths, here / "evidence.py", here / "evidence_checks.py"]:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    for library in ("pandas", "pandera", "pint", "country_converter", "pybtex"):
        digest.update(f"{library} {metadata.version(library)}\n".encode())
    return digest.hexdigest()


# Checking costs each kernel of a build the import of pandera. A state found sound once is noted by
# its digest: another byte anywhere is another digest, so the note cannot be stale.
def _note(folder: Path) -> Path:
    return folder.parent / "_build" / "evidence.sound"


def _known_sound(folder: Path, digest: str) -> bool:
    try:
        return _note(folder).read_text(encoding="ascii") == digest
    except OSError:
        return False


def _remember_sound(folder: Path, digest: str) -> None:
    if folder.resolve() != DATA:
        return
    with contextlib.suppress(OSError):  # a tree that cannot be written to is checked every time
        _note(folder).parent.mkdir(exist_ok=True)
        part = _note(folder).with_suffix(f".{os.getpid()}")
        part.write_text(digest, encoding="ascii")
        part.replace(_note(folder))


def tidy(raw: Raw) -> pd.DataFrame:
    """The topic tables as one frame with numbers, years and what belongs to source and entity."""
    frame = joined(raw)
    for column in ("value", "low", "high"):
        frame[column] = pd.to_numeric(frame[column].where(frame[column] != ""), errors="coerce")
    entities = raw.tables["vocabulary/entities.csv"].drop_duplicates("entity").set_index("entity")
    frame["iso3"] = frame["entity"].map(entities["iso3"])
    frame["kind"] = frame["entity"].map(entities["kind"])
    frame["grade"] = frame["source"].map(raw.sources["grade"])
    frame["year"] = _years(frame["period"])
    edition = frame["vintage"].str.extract(r"(\d{4})\D*$", expand=False)
    frame["edition"] = pd.to_numeric(edition).astype("Int64")
    return frame.drop(columns=["file", "line"]).set_index("id")


def _years(periods: pd.Series) -> pd.Series:
    """The year of each period that lies within one year, else NA."""
    first = pd.to_numeric(periods.str.extract(r"^(?:FY)?(\d{4})", expand=False))
    last = pd.to_numeric(periods.str.extract(r"(\d{4})[^/]*$", expand=False))
    return first.where(first == last).astype("Int64")


def joined(raw: Raw) -> pd.DataFrame:
    """All topic tables in one frame of text, with topic, file and line of each row."""
    parts = [
        table.assign(topic=topic, file=f"{topic}.csv", line=table.index + 2)
        for topic, table in raw.topics.items()
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=ROW_COLUMNS)


def row_id(series: str, entity: str, period: str, source: str) -> str:
    """The id of a row, as all rows are named; of several such rows the second ends in ``.2``.

    An open span is named ``open-2012`` (../2012) or ``2014-open`` (2014/..).
    """
    period = period.replace("../", "open-").replace("/..", "-open")
    return ".".join(_slug(part) for part in (series, entity, period, source))


@functools.cache
def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


USAGE = """usage: python -m rare_earths.evidence check [folder]
       python -m rare_earths.evidence package [folder]
       python -m rare_earths.evidence edition table.csv [--write]"""


def main(arguments: list[str]) -> int:
    """Command line: ``check`` lists all faults and gives 1 if there is any; ``package`` writes
    datapackage.json and CATALOG.md; ``edition`` says what new rows would move, and takes them.
    """
    command, *rest = arguments or [""]
    if command == "edition" and rest:
        from rare_earths.keeper import edition

        return edition.main(rest)
    if command not in ("check", "package"):
        print(USAGE, file=sys.stderr)
        return 2
    folder = Path(rest[0]) if rest else DATA
    if faults := check(folder):
        print(*faults, f"{len(faults)} faults.", sep="\n", file=sys.stderr)
        return 1
    if command == "package":
        from rare_earths import evidence_package

        for path in evidence_package.write(folder):
            print(f"{path.name} written.")
        return 0
    raw = _read(folder)
    rows = sum(map(len, raw.topics.values()))
    print(f"{rows} rows in {len(raw.topics)} topics, {len(raw.sources)} sources: no fault.")
    return 0


if __name__ == "__main__":
    from rare_earths import evidence as module

    sys.exit(module.main(sys.argv[1:]))
