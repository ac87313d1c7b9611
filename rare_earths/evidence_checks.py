"""What must hold for the evidence: the schema of every table, and that rows do not contradict.

All faults of a run come at once, each with file, line, column, what was found and what was
expected. Nothing is repaired, dropped or coerced here.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pandas as pd

from rare_earths.evidence import HANDS, Fault, Raw, Units, joined, row_id

COUNT = r"\d+"
NUMBER = r"-?\d+(\.\d+)?"
_POINT = r"(FY\d{4}(-H[12])?|\d{4}(-Q[1-4]|-H[12]|-(0[1-9]|1[0-2])(-([0-2]\d|3[01]))?)?)"
PERIOD = rf"undated|\.\./{_POINT}|{_POINT}/\.\.|{_POINT}(/{_POINT})?"
VINTAGE = r"\d{4}(/\d{4})?|"
SLUG = r"[a-z0-9]+([.-][a-z0-9]+)*"
KEY = r"[a-z0-9_]+"
BOUNDS = ("exact", "about", "at least", "at most")
QUALITIES = ("reported", "estimated", "revised", "quota", "modelled", "press")
GRADES = ("A", "B", "C")
STATUSES = ("tested", "open")

# Column -> the pattern its whole cell must match, or the words it may hold.
Plan = dict[str, str | set[str]]

WORDS = {
    "id": "a lower-case id such as reserves.china.2020.bp-2021",
    "period": "a period such as 2020, 2025-04, 2020-Q1, FY2024, 2009/2012, ../2012 or undated",
    "vintage": "the year of the edition, or nothing",
    "locator": "where in the source the figure stands: edition, page, table",
    "bound": "one of " + ", ".join(BOUNDS),
    "quality": "one of " + ", ".join(QUALITIES),
    "hand": "one of " + ", ".join(HANDS),
    "series": "a series of vocabulary/series.csv",
    "entity": "an entity of vocabulary/entities.csv",
    "unit": "a unit of vocabulary/units.csv",
    "source": "a key of sources.bib",
    "lineage": "a lineage of lineages.csv",
    "topic": "a topic of vocabulary/topics.csv",
    "status": "one of " + ", ".join(STATUSES),
    "derives_from": "lineages of lineages.csv joined by ;",
    "row": "the id of a row",
    "kept": "the id of a row, or nothing",
    "printed": "what the row holds",
    "date": "a date such as 2020, 2025-04 or 2025-04-04",
    "rows": "a count",
}


def faults(raw: Raw) -> list[Fault]:
    """All faults of the tables. Meaning is judged only where the form is right, so that one slip
    is reported once.
    """
    found = list(raw.faults)
    # Without its vocabulary every reference of a row would be a fault.
    return found if _fatal(found) else found + _all(raw)


def _fatal(found: Iterable[Fault]) -> bool:
    shared = re.compile(r"vocabulary/|lineages\.csv|sources\.bib")
    return any(shared.match(f.file) for f in found)


def _all(raw: Raw) -> list[Fault]:
    rows = joined(raw)
    found = _form(raw, rows) + _relations(raw, rows)
    # With a line lost, sums would be short for that reason alone.
    return found if raw.faults else found + _meaning(raw, _sound(rows, found))


def _sound(rows: pd.DataFrame, found: list[Fault]) -> pd.DataFrame:
    """The rows that a fault of form cannot have touched: sums of a table with a broken row, or of
    one that a wrong key has moved elsewhere, would be reported as well.
    """
    places = {(f.file, f.line) for f in found}
    bad = rows[[p in places for p in zip(rows["file"], rows["line"], strict=True)]]
    return rows[~rows["source"].isin(bad["source"]) & ~rows["period"].isin(bad["period"])]


# --- form: one cell at a time --------------------------------------------------------------------


def _form(raw: Raw, rows: pd.DataFrame) -> list[Fault]:
    """Every table against its schema, by pandera, all failures at once."""
    tables = raw.tables
    series = tables["vocabulary/series.csv"]["series"]
    entities = tables["vocabulary/entities.csv"]["entity"]
    units = tables["vocabulary/units.csv"]["unit"]
    lineages = tables["lineages.csv"]["lineage"]
    row_schema: Plan = {
        "id": SLUG, "series": set(series), "entity": set(entities), "period": PERIOD,
        "value": NUMBER, "low": f"({NUMBER})?", "high": f"({NUMBER})?", "bound": set(BOUNDS),
        "unit": set(units), "quality": set(QUALITIES), "source": set(raw.sources.index),
        "locator": r".*\S.*", "vintage": VINTAGE, "lineage": set(lineages), "hand": set(HANDS),
    }  # fmt: skip
    found = _judge("", rows, row_schema)
    topics = set(tables["vocabulary/topics.csv"]["topic"])
    some = r".*\S.*"
    plans: dict[str, Plan] = {
        "vocabulary/topics.csv": {"topic": KEY, "title": some, "meaning": some},
        "vocabulary/series.csv": {"series": KEY, "topic": topics, "quantity": some,
                                  "stage": some, "product": some, "dimension": some,
                                  "meaning": some},
        "vocabulary/entities.csv": {"entity": some, "kind": some, "iso3": "([A-Z]{3})?",
                                    "part_of": {*entities, ""}},
        "vocabulary/units.csv": {"unit": some, "pint": some, "dimension": some, "meaning": some},
        "vocabulary/licences.csv": {"licence": some, "pass_on": {"yes", "no"}, "reason": some},
        "lineages.csv": {"lineage": r"[a-z0-9_:]+", "name": some},
        "claims.csv": {"id": r"C\d\d", "chapter": some, "claim": some, "status": set(STATUSES)},
        "corrections.csv": {"row": SLUG, "field": KEY, "reason": some,
                            "source": set(raw.sources.index)},
        "exclusions.csv": {"series": some, "reason": some, "source": set(raw.sources.index)},
        "parameters.csv": {"name": KEY, "value": NUMBER, "low": f"({NUMBER})?",
                           "high": f"({NUMBER})?", "unit": set(units),
                           "source": {*raw.sources.index, ""}, "note": some},
        "accepted.csv": {"check": some, "row": SLUG, "reason": some},
        "deviations.csv": {"series": set(series), "entity": {*entities, "*"}, "reason": some},
        "holes.csv": {"topic": topics, "missing": some},
        "origins.csv": {"origin": KEY, "rows": COUNT, "kept": COUNT, "excluded": COUNT},
        "events.csv": {"date": PERIOD, "title": some, "source": set(raw.sources.index)},
        "project_overview.csv": {"project": some, "sources": some},
    }  # fmt: skip
    for file, plan in plans.items():
        found += _judge(file, tables[file], plan)
    return found


UNIQUE = {"id", "topic", "series", "entity", "unit", "lineage", "name"}
KEYS = {
    "vocabulary/topics.csv": "topic", "vocabulary/series.csv": "series",
    "vocabulary/entities.csv": "entity", "vocabulary/units.csv": "unit",
    "vocabulary/licences.csv": "licence",
    "lineages.csv": "lineage", "claims.csv": "id", "parameters.csv": "name",
}  # fmt: skip


def _judge(file: str, table: pd.DataFrame, plan: Plan) -> list[Fault]:
    """One table against a plan; the joined topic tables have no file name."""
    import pandera.pandas as pa

    if table.empty:
        return []
    columns = {}
    for column, rule in plan.items():
        test = (
            pa.Check.str_matches(rf"^(?:{rule})$", name="form")
            if isinstance(rule, str)
            else pa.Check.isin(sorted(rule), name="form")
        )
        columns[column] = pa.Column(str, test)
    try:
        pa.DataFrameSchema(columns).validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        cases = cases[cases["index"].notna()]
        found = zip(cases["index"], cases["column"], cases["failure_case"], strict=True)
        return [
            _cell_fault(*_place(file, table, int(i)), str(column), str(value), plan)
            for i, column, value in found
        ]
    return []


def _place(file: str, table: pd.DataFrame, index: int) -> tuple[str, int]:
    """File and line of a row; the joined topic tables know their own."""
    if file:
        return file, index + 2
    return str(table.at[index, "file"]), int(str(table.at[index, "line"]))


def _cell_fault(file: str, line: int, column: str, value: str, plan: Plan) -> Fault:
    expected = WORDS.get(column, "some text")
    if plan[column] in (NUMBER, f"({NUMBER})?"):
        expected = _number_words(value)
    elif column in ("value", "printed") and not value:
        expected = "a number"
    return Fault("error", file, line, column, repr(value) if value else "nothing", expected)


def _number_words(value: str) -> str:
    """What was expected of a number, with a guess at what happened to it."""
    plain = "a plain number such as 140000 or 36.7"
    if re.search(r"\d[-/.]\d+[-/.]\d|[A-Za-z]{3}.?\d|\d.?[A-Za-z]{3}", value):
        return f"{plain}, not a date"
    if re.fullmatch(r"-?\d+,\d+", value):
        return f"{plain}, with a point as decimal mark and no separator of thousands"
    if re.fullmatch(r"-?\d+(\.\d+)?[eE][+-]?\d+", value):
        return f"{plain}, written out and not in a spreadsheet's short form"
    return plain


# --- relations: cells of one row, and rows that name each other ----------------------------------


def _relations(raw: Raw, rows: pd.DataFrame) -> list[Fault]:
    found = []
    for of_rows in (_order, _bound_words, _dimension, _topic_of_series, _same_id, _id_says):
        found += of_rows(raw, rows)
    for of_tables in (_keys_once, _names, _country_codes, _unit_words, _circles):
        found += of_tables(raw)
    # With a table lost, what refers to its rows cannot be judged.
    return found if raw.faults else found + _corrections(raw)


def _lines(table: pd.DataFrame) -> list[tuple[int, dict[str, str]]]:
    """The rows of a table, each with its line in the file."""
    cells = table.itertuples(index=False, name=None)
    return [
        (int(i) + 2, dict(zip(table.columns, row, strict=True)))
        for i, row in zip(table.index, cells, strict=True)
    ]


def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    columns = rows[["value", "low", "high"]]
    return columns.apply(lambda c: pd.to_numeric(c.where(c != ""), errors="coerce"))


def _row_faults(
    rows: pd.DataFrame,
    bad: pd.Series,
    column: str,
    expected: Callable[[dict[str, Any]], str],
) -> list[Fault]:
    """A fault for each row where ``bad`` is true."""
    return [
        Fault("error", r["file"], int(r["line"]), column, repr(r[column]), expected(r))
        for _, r in _lines(rows[bad])
    ]


def _order(raw: Raw, rows: pd.DataFrame) -> list[Fault]:
    """The value lies between low and high."""
    n = _numbers(rows)
    bad = (n["value"] < n["low"]) | (n["value"] > n["high"])
    return _row_faults(rows, bad, "value", lambda r: _between(r["low"], r["high"]))


def _between(low: str, high: str) -> str:
    parts = [f"at least {low} (low)" if low else "", f"at most {high} (high)" if high else ""]
    return "a value " + " and ".join(p for p in parts if p)


def _bound_words(raw: Raw, rows: pd.DataFrame) -> list[Fault]:
    """A bound agrees with low and high: "at least" has its low, "at most" its high."""
    least = (rows["bound"] == "at least") & ((rows["low"] == "") | (rows["high"] != ""))
    most = (rows["bound"] == "at most") & ((rows["high"] == "") | (rows["low"] != ""))
    exact = (rows["bound"] == "exact") & ((rows["high"] != "") | (rows["low"] != ""))
    return (
        _row_faults(rows, least, "bound", lambda r: "a low and no high for a lower bound")
        + _row_faults(rows, most, "bound", lambda r: "a high and no low for an upper bound")
        + _row_faults(rows, exact, "bound", lambda r: "no low and no high for an exact value")
    )


def _dimension(raw: Raw, rows: pd.DataFrame) -> list[Fault]:
    """The unit measures what the series measures."""
    units = raw.tables["vocabulary/units.csv"].drop_duplicates("unit")
    series = raw.tables["vocabulary/series.csv"].drop_duplicates("series")
    has = rows["unit"].map(units.set_index("unit")["dimension"])
    allowed = rows["series"].map(series.set_index("series")["dimension"])
    pairs = pd.DataFrame({"has": has, "allowed": allowed}).dropna().drop_duplicates()
    wrong = {
        (h, a)
        for h, a in zip(pairs["has"], pairs["allowed"], strict=True)
        if h not in a.split("; ")
    }
    bad = pd.Series([p in wrong for p in zip(has, allowed, strict=True)], index=rows.index)
    return _row_faults(
        rows.assign(allowed=allowed),
        bad,
        "unit",
        lambda r: f"a unit of {r['allowed']} for {r['series']}",
    )


def _topic_of_series(raw: Raw, rows: pd.DataFrame) -> list[Fault]:
    """Each series stands in the table of its topic."""
    series = raw.tables["vocabulary/series.csv"].drop_duplicates("series")
    topic = rows["series"].map(series.set_index("series")["topic"])
    bad = topic.notna() & (topic != rows["topic"])
    return _row_faults(
        rows.assign(home=topic), bad, "series", lambda r: f"this series in {r['home']}.csv"
    )


def _same_id(raw: Raw, rows: pd.DataFrame) -> list[Fault]:
    """An id is given once over all topics."""
    bad = rows["id"].duplicated() & (rows["id"] != "")
    once = rows.drop_duplicates("id")
    places = once["file"].astype(str) + ", line " + once["line"].astype(str)
    first = dict(zip(once["id"], places, strict=True))
    return _row_faults(rows, bad, "id", lambda r: f"an id of its own ({first[r['id']]} has it)")


def _id_says(raw: Raw, rows: pd.DataFrame) -> list[Fault]:
    """The id of a row is made of its series, entity, period and source, where these are sound."""
    tables = raw.tables
    sound = (
        rows["series"].isin(tables["vocabulary/series.csv"]["series"])
        & rows["entity"].isin(tables["vocabulary/entities.csv"]["entity"])
        & rows["source"].isin(raw.sources.index)
        & rows["period"].str.fullmatch(PERIOD)
        & rows["id"].str.fullmatch(SLUG)
    )
    some = rows[sound]
    cells = some[["series", "entity", "period", "source"]].itertuples(index=False, name=None)
    some = some.assign(right=list(itertools.starmap(row_id, cells)))
    plain = some["id"].str.replace(r"\.\d+$", "", regex=True)
    bad = (plain != some["right"]) & (some["id"] != some["right"])
    return _row_faults(some, bad, "id", lambda r: repr(r["right"]))


def _keys_once(raw: Raw) -> list[Fault]:
    """A key of a vocabulary or list is given once."""
    found = []
    for file, key in KEYS.items():
        table = raw.tables[file]
        for line, r in _lines(table[table[key].duplicated()]):
            found.append(Fault("error", file, line, key, repr(r[key]), "a key that stands once"))
    return found


def _names(raw: Raw) -> list[Fault]:
    """Grades and licences of the sources; each lineage derives from known ones."""
    found = []
    for key, grade in raw.sources["grade"].items():
        if grade not in GRADES:
            found.append(Fault("error", "sources.bib", 0, str(key), repr(grade), "grade A, B or C"))
    for key, other in raw.sources["supersedes"].items():
        if other and other not in raw.sources.index:
            expected = "a key of its own"
            found.append(Fault("error", "sources.bib", 0, str(key), repr(other), expected))
    licences = set(raw.tables["vocabulary/licences.csv"]["licence"])
    for key, licence in raw.sources["licence"].items():
        if licence not in licences:
            expected = "terms that vocabulary/licences.csv judges"
            found.append(Fault("error", "sources.bib", 0, str(key), repr(licence), expected))
    known = set(raw.tables["lineages.csv"]["lineage"])
    for line, r in _lines(raw.tables["lineages.csv"]):
        for parent in filter(None, r["derives_from"].split(";")):
            if parent not in known:
                place = ("lineages.csv", line, "derives_from", repr(parent))
                found.append(Fault("error", *place, WORDS["derives_from"]))
    return found


def _corrections(raw: Raw) -> list[Fault]:
    """A correction names a row and what that row prints."""
    rows = joined(raw).drop_duplicates("id").set_index("id")
    found = []
    for line, c in _lines(raw.tables["corrections.csv"]):
        place = ("corrections.csv", line)
        if c["row"] not in rows.index:
            found.append(Fault("error", *place, "row", repr(c["row"]), WORDS["row"]))
        elif c["field"] not in (*rows.columns, "use"):
            found.append(Fault("error", *place, "field", repr(c["field"]), "a column or use"))
        elif c["field"] != "use" and rows.at[c["row"], c["field"]] != c["printed"]:
            expected = f"what the row prints, {rows.at[c['row'], c['field']]!r}"
            found.append(Fault("error", *place, "printed", repr(c["printed"]), expected))
        elif c["field"] in ("value", "low", "high") and not re.fullmatch(NUMBER, c["corrected"]):
            words = _number_words(c["corrected"])
            found.append(Fault("error", *place, "corrected", repr(c["corrected"]), words))
    for file, column in (("accepted.csv", "row"), ("exclusions.csv", "kept")):
        for line, r in _lines(raw.tables[file]):
            if r[column] and r[column] not in rows.index:
                words = WORDS[column]
                found.append(Fault("error", file, line, column, repr(r[column]), words))
    return found


def _country_codes(raw: Raw) -> list[Fault]:
    """A country has the code that country_converter gives its name; nothing else has one."""
    table = raw.tables["vocabulary/entities.csv"]
    coded = table[(table["iso3"] != "") | (table["kind"] == "country")]
    if coded.empty:
        return []
    right = dict(zip(coded["entity"], iso3(list(coded["entity"])), strict=True))
    found = []
    for line, r in _lines(coded):
        code = right[r["entity"]]
        if r["kind"] != "country" or r["iso3"] != code:
            expected = code or "no code: no country of this name is known"
            place = ("vocabulary/entities.csv", line, "iso3", repr(r["iso3"]))
            found.append(Fault("error", *place, expected))
    return found


def iso3(names: list[str]) -> list[str]:
    """ISO codes of country names, "" where there is no such country."""
    return list(_iso3(tuple(names)))


@functools.lru_cache(maxsize=2)  # the library reads its table anew each time
def _iso3(names: tuple[str, ...]) -> tuple[str, ...]:
    import logging

    import country_converter as coco

    logging.getLogger("country_converter").setLevel(logging.CRITICAL)
    # Given as a frame of text: read by the library itself, the table breaks under pandas 3.
    table = pd.read_csv(
        coco.country_converter.COUNTRY_DATA_FILE, sep="\t", dtype=str, keep_default_na=False
    )
    table["obsolete"] = table["obsolete"].where(table["obsolete"] != "")
    converter = coco.CountryConverter(country_data=table)
    codes = converter.convert(list(names), to="ISO3", not_found="")
    codes = [codes] if isinstance(codes, str) else codes
    return tuple(c if isinstance(c, str) else "" for c in codes)


def _unit_words(raw: Raw) -> list[Fault]:
    """Each unit is one that pint understands, and one dimension has one dimensionality."""
    table = raw.tables["vocabulary/units.csv"]
    units = Units(table.drop_duplicates("unit"), raw.definitions)
    found: list[Fault] = []
    seen: dict[str, Any] = {}
    for line, r in _lines(table):
        place = ("vocabulary/units.csv", line, "pint", repr(r["pint"]))
        try:
            dimensionality = units.quantity(r["unit"]).dimensionality
        except Exception:
            found.append(Fault("error", *place, "an expression of units in vocabulary/units.txt"))
            continue
        if seen.setdefault(r["dimension"], dimensionality) != dimensionality:
            found.append(Fault("error", *place, f"the same measure as other {r['dimension']}"))
    return found


def _circles(raw: Raw) -> list[Fault]:
    """No lineage derives from itself."""
    lines = _lines(raw.tables["lineages.csv"].drop_duplicates("lineage"))
    parents = {r["lineage"]: r["derives_from"].split(";") for _, r in lines}
    found = []
    for line, r in lines:
        name, todo, seen = r["lineage"], list(parents[r["lineage"]]), set()
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo += parents.get(one, [])
        if name in seen:
            place = ("lineages.csv", line, "derives_from", repr(name))
            found.append(Fault("error", *place, "no circle"))
    return found


# --- meaning: rows that cannot all be true -------------------------------------------------------


def _meaning(raw: Raw, rows: pd.DataFrame) -> list[Fault]:
    """Identities within one source, edition and definition, on corrected values."""
    if rows.empty:
        return []
    # Rows set aside for a fault of form leave holes of their own.
    whole = len(rows) == sum(map(len, raw.topics.values()))
    rows = prepared(raw, rows)
    found = []
    for name, r, expected, known in Judge(raw).findings(rows):
        if name in OF_DOCUMENTS and not whole:
            continue
        severity = "note" if known else "conflict"
        found.append(
            Fault(severity, r["file"], int(r["line"]), "value", f"{r['n_value']:g}",
                  f"{expected} (check: {name})")
        )  # fmt: skip
    return found


class Judge:
    """The checks of meaning for a few rows at a time, accepted contradictions left out."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        accepted = raw.tables["accepted.csv"][["check", "row"]]
        self.accepted = set(accepted.itertuples(index=False, name=None))
        apart = raw.tables["deviations.csv"][["series", "entity", "period"]]
        self.apart = set(apart.itertuples(index=False, name=None))

    def findings(self, rows: pd.DataFrame) -> Iterator[tuple[str, Any, str, bool]]:
        """Check, row, what was expected, whether that contradiction is accepted."""
        for name, test in CHECKS.items():
            for index, expected in test(rows):
                row: Any = rows.loc[index]
                known = (name, row["id"]) in self.accepted
                known |= name == "sources agree" and _listed(row, self.apart)
                yield name, row, expected, known

    def names(self, rows: pd.DataFrame) -> set[tuple[str, str]]:
        """Check and row of every contradiction that is not accepted."""
        return {(name, row["id"]) for name, row, _, known in self.findings(rows) if not known}

    def of_row(self, line: pd.DataFrame) -> set[tuple[str, str]]:
        """The relations within one row (a line of the joined tables) that do not hold."""
        tests = {"order": _order, "bound": _bound_words, "dimension": _dimension}
        return {(name, f.file) for name, test in tests.items() for f in test(self.raw, line)}


def related(rows: pd.DataFrame, line: pd.DataFrame) -> pd.Series:
    """Which prepared rows a check of meaning may hold against a row: those of its document, of its
    series and entity, and of its topic and period."""
    one = line.iloc[0]
    return (
        (rows["source"] == one["source"])
        | (rows["series"] == one["series"]) & (rows["entity"] == one["entity"])
        | (rows["topic"] == one["topic"]) & (rows["period"] == one["period"])
    )


def prepared(raw: Raw, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as the checks of meaning want them: numbers ``n_value``, ``n_low``, ``n_high`` with
    corrections applied, ``use``, and the ``quantity`` of the series.
    """
    rows = rows.join(_numbers(rows).add_prefix("n_"))
    _apply(rows, raw.tables["corrections.csv"])
    series = raw.tables["vocabulary/series.csv"].drop_duplicates("series").set_index("series")
    return rows.assign(quantity=rows["series"].map(series["quantity"]))


def _listed(row: Any, apart: set[tuple[str, str, str]]) -> bool:
    """Whether deviations.csv has a reason for this quantity; * stands for any."""
    return any(
        (row["series"], entity, period) in apart
        for entity in (row["entity"], "*")
        for period in (row["period"], "*")
    )


def _apply(rows: pd.DataFrame, corrections: pd.DataFrame) -> None:
    rows["use"] = True
    places = dict(zip(rows["id"], rows.index, strict=True))
    for _, c in _lines(corrections):
        if c["row"] in places and c["field"] in ("value", "low", "high"):
            rows.at[places[c["row"]], f"n_{c['field']}"] = float(c["corrected"])
        elif c["row"] in places and c["field"] == "use":
            rows.at[places[c["row"]], "use"] = c["corrected"] != "no"


# The index of a row and what was expected of its value.
Finding = tuple[Any, str]
ONE_EDITION = ["series", "period", "source", "vintage", "unit"]


def _same_row_twice(rows: pd.DataFrame) -> Iterator[Finding]:
    """One document gives one value for a quantity."""
    cell = ["series", "entity", "period", "source", "unit"]
    for _, group in rows[rows.duplicated(cell, keep=False)].groupby(cell, sort=False):
        for i in group.index[1:]:
            first = group.iloc[0]
            place = f"{first['file']}, line {first['line']}"
            yield i, f"one row for this cell, which is in {place} already"


# Of a document with fewer other rows nothing can be said by comparison.
FEW = 3


def _odd_one_out(rows: pd.DataFrame, column: str) -> Iterator[tuple[Any, str]]:
    """The row of each document that alone differs in a column from all its other rows, and what
    those have."""
    some = rows[rows.groupby("source")["id"].transform("size") > FEW]
    counts = some.groupby(["source", column])["id"].transform("size")
    kinds = some.groupby("source")[column].transform("nunique")
    usual = some[counts > 1].drop_duplicates("source").set_index("source")[column]
    for i, source in some.loc[(counts == 1) & (kinds == 2), "source"].items():
        if source in usual.index:
            yield i, str(usual[source])


OF_DOCUMENTS = {
    "one edition a document",
    "one hand a document",
    "own lineage",
    "no year left out",
}  # these hold a row against all the rest of its document


def _one_edition(rows: pd.DataFrame) -> Iterator[Finding]:
    """A document is one edition."""
    for i, usual in _odd_one_out(rows, "vintage"):
        yield i, f"the edition of the other rows of this document, {usual or 'none'}"


def _one_hand(rows: pd.DataFrame) -> Iterator[Finding]:
    """A document that measures does not quote once, and one that quotes does not measure once."""
    for i, usual in _odd_one_out(rows.assign(own=rows["hand"] == "first"), "own"):
        hand = "first hand" if usual == "True" else "second hand"
        yield i, f"a document read at {hand} like its other rows"


def _own_lineage(rows: pd.DataFrame) -> Iterator[Finding]:
    """What a document measured itself has its own lineage."""
    first = rows[rows["hand"] == "first"]
    for i, usual in _odd_one_out(first, "lineage"):
        yield i, f"the lineage of this document's own figures, {usual}"


# So many years make a yearly table, of which a year may be missed.
YEARLY = 4


def _no_hole(rows: pd.DataFrame) -> Iterator[Finding]:
    """A yearly table of one document leaves out no year between two."""
    keys = ["series", "entity", "source", "unit"]
    some = rows[rows["period"].str.fullmatch(r"\d{4}")]
    some = some.assign(at=some["period"].astype(int)).sort_values([*keys, "at"])
    table = some.groupby(keys, sort=False)["at"]
    for i in some.index[(table.diff() == 2) & (table.transform("size") >= YEARLY)]:
        yield i, f"{int(str(some.at[i, 'at'])) - 1} as well in this document's yearly table"


# Elsewhere plans, targets and limits are printed as reported figures of a later year.
COUNTED = {"production", "reserves", "trade_codes", "us_statistics", "firms", "magnets",
           "industry", "environment", "patents", "illegal_output", "stages"}  # fmt: skip


def _not_yet(rows: pd.DataFrame) -> Iterator[Finding]:
    """What was counted was over when it was printed."""
    counted = rows[
        rows["topic"].isin(COUNTED) & rows["quality"].isin(["reported", "estimated", "revised"])
    ]
    last = counted["period"].str.findall(r"(?<!\d)\d{4}(?!\d)").str[-1]
    edition = counted["vintage"].str.extract(r"(\d{4})\D*$", expand=False)
    late = pd.to_numeric(last) > pd.to_numeric(edition)
    late &= ~counted["period"].str.endswith("/..")
    for i in counted.index[late]:
        yield i, f"a period that is over by the edition of {edition[i]}"


def _year_end(rows: pd.DataFrame) -> Iterator[Finding]:
    """The yearly tables of reserves give those of the year-end before the edition."""
    some = rows[(rows["series"] == "reserves") & rows["period"].str.fullmatch(r"\d{4}")]
    some = some[some["source"].isin(some.loc[some["entity"] == "World", "source"])]
    some = some[some["vintage"].str.fullmatch(r"\d{4}") & ~some["entity"].str.contains(",")]
    for i in some.index[some["vintage"].astype(int) - some["period"].astype(int) != 1]:
        yield i, "the year-end before the edition"


def _shares(rows: pd.DataFrame) -> Iterator[Finding]:
    """No share is above 100 per cent or below nothing."""
    share = rows["quantity"].str.startswith("share") & (rows["unit"] == "%")
    for i in rows.index[share & ((rows["n_value"] > 100) | (rows["n_value"] < 0))]:
        yield i, "a share between 0 and 100"


# A table read at first hand with as many countries is whole even without "Other countries".
FULL_TABLE = 8
WHOLES = ("mine_production", "reserves", "reserve_base")


def _editions(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Country rows of the tables that print a World line as well, each with the number of its
    World row (``world``); and those World rows, by that number.
    """
    some = rows[rows["series"].isin(WHOLES)]
    is_world = some["entity"] == "World"
    worlds = some[is_world & ~some.assign(w=is_world).duplicated([*ONE_EDITION, "w"], keep=False)]
    parts = some[~some["entity"].str.contains("World|,| together", regex=True)]
    numbers = worlds[ONE_EDITION].assign(world=worlds.index)
    parts = parts.reset_index().merge(numbers, on=ONE_EDITION).set_index("index")
    return parts, worlds


def _above_world(rows: pd.DataFrame) -> Iterator[Finding]:
    """No country is above the world of the same edition."""
    parts, worlds = _editions(rows)
    world = parts["world"].map(worlds["n_value"])
    bounded = parts["world"].map(worlds["bound"]) != "at least"
    for i in parts.index[bounded & (parts["n_value"] > world + world.map(_rounding))]:
        yield i, f"no more than the World of the same edition, {world[i]:g}"


def _sum_of_parts(rows: pd.DataFrame) -> Iterator[Finding]:
    """Countries and "Other countries" add up to the World of the same edition, within rounding."""
    parts, worlds = _editions(rows)
    other = parts.loc[parts["entity"] == "Other countries", "world"]
    size = parts[parts["hand"] == "first"].groupby("world").size()
    parts = parts[parts["world"].isin([*other, *size.index[size >= FULL_TABLE]])]
    sums = parts.assign(slack=parts["n_value"].map(_rounding)).groupby("world")
    for i, total, slack in sums[["n_value", "slack"]].sum().itertuples():
        value = float(str(worlds.at[i, "n_value"]))
        slack += _rounding(value)
        above = total > value + slack and worlds.at[i, "bound"] != "at least"
        if total < value - slack or above:
            yield i, f"the sum of the countries, {total:g}, within rounding"


def _rounding(value: float) -> float:
    """Half a unit of the last digit that is not nought: 240000 may be 235000 to 245000."""
    if not value or math.isnan(value):
        return 0.0
    text = f"{abs(value):f}".rstrip("0").rstrip(".")
    if "." in text:
        return 0.5 * 10 ** -len(text.split(".")[1])
    return 0.5 * 10.0 ** (len(text) - len(text.rstrip("0")))


def _quota_parts(rows: pd.DataFrame) -> Iterator[Finding]:
    """Light and ionic quota add up to the total of the same document."""
    some = rows[rows["series"].str.fullmatch("mining_quota_(total|light|ionic)")]
    for _, group in some.groupby(["entity", "period", "source"], sort=False):
        by = group.drop_duplicates("series").set_index("series")["n_value"]
        if len(by) == 3:
            total = by["mining_quota_light"] + by["mining_quota_ionic"]
            if abs(total - by["mining_quota_total"]) > 0.5:
                yield group.index[0], f"a total equal to light and ionic together, {total:g}"


def _reserve_shares(rows: pd.DataFrame) -> Iterator[Finding]:
    """A printed share of reserves equals reserves over the World of the same edition, where the
    source gives both unrounded (the reviews of bp and the Energy Institute)."""
    review = rows[rows["source"].str.match(r"(bp|ei)_\d{4}$")]
    yield from _quotient(review, "reserves_share", "reserves", "World", 100, 0.02)


def _reserve_lives(rows: pd.DataFrame) -> Iterator[Finding]:
    """A printed reserves-to-production ratio equals reserves over output of the same edition."""
    review = rows[rows["source"].str.match(r"(bp|ei)_\d{4}$")]
    keys = ["entity", "period", "source"]
    once = review.drop_duplicates(["series", *keys])
    value = {s: g.set_index(keys)["n_value"] for s, g in once.groupby("series")}
    if not {"reserves_to_production_ratio", "reserves", "mine_production"} <= set(value):
        return
    printed = review[review["series"] == "reserves_to_production_ratio"]
    for i, r in printed.iterrows():
        key = tuple(r[k] for k in keys)
        if key in value["reserves"].index and key in value["mine_production"].index:
            quotient = value["reserves"][key] / value["mine_production"][key]
            if abs(quotient / r["n_value"] - 1) > 0.005:
                yield i, f"reserves over output of the same edition, {quotient:.1f}"


def _quotient(
    rows: pd.DataFrame, share: str, part: str, whole: str, factor: float, slack: float
) -> Iterator[Finding]:
    keys = ["entity", "period", "source"]
    values = rows[rows["series"] == part].drop_duplicates(keys).set_index(keys)["n_value"]
    for i, r in rows[rows["series"] == share].iterrows():
        one, all_ = (r["entity"], r["period"], r["source"]), (whole, r["period"], r["source"])
        if one in values.index and all_ in values.index:
            quotient = factor * values[one] / values[all_]
            if abs(quotient - r["n_value"]) > slack:
                yield i, f"{part} over {whole} of the same edition, {quotient:.2f}"


def _batches(rows: pd.DataFrame) -> Iterator[Finding]:
    """The batches of a quota add up to its year, whoever prints them."""
    some = rows[(rows["entity"] == "China") & rows["series"].str.contains(QUOTA)]
    once = some.drop_duplicates(["series", "period"]).set_index(["series", "period"])["n_value"]
    for i, r in some[some["series"].str.endswith("_total")].iterrows():
        names = [r["series"].replace("total", f"batch{n}") for n in (1, 2, 3)]
        parts = [once[n, r["period"]] for n in names if (n, r["period"]) in once.index]
        if len(parts) > 1 and abs(sum(parts) - r["n_value"]) > 0.5:
            yield i, f"the sum of the batches, {sum(parts):g}"


QUOTA = r"^(?:mining|smelting)_quota_(?:total|batch\d)$"


def _unit_values(rows: pd.DataFrame) -> Iterator[Finding]:
    """A printed value per weight equals value over weight of the same code, partner and source."""
    keys = ["stem", "entity", "period", "source"]
    some = rows[rows["topic"] == "trade_codes"]
    stems = some["series"].str.replace(r"_(unit_value|value|weight)(?=_|$)", "_#", regex=True)
    some = some.assign(stem=stems)
    of = {
        name: some[some["series"].str.contains(pattern) & (some["unit"] == unit)]
        .drop_duplicates(keys)
        .set_index(keys)["n_value"]
        for name, pattern, unit in (
            ("value", r"(?<!unit)_value(?:_|$)", "USD"),
            ("weight", r"_weight(?:_|$)", "kg"),
        )
    }
    printed = some[some["series"].str.contains("_unit_value") & (some["unit"] == "USD/kg")]
    quotients = (of["value"] / of["weight"]).dropna().rename("quotient")
    both = printed.reset_index().merge(quotients.reset_index(), on=keys).set_index("index")
    wrong = (both["quotient"] / both["n_value"] - 1).abs() > 0.01
    for i, r in both[wrong].iterrows():
        yield i, f"value over weight, {r['quotient']:.4g}"


STOCKS = ("wind_capacity_cumulative", "ev_car_stock_bev")


def _growing(rows: pd.DataFrame) -> Iterator[Finding]:
    """A stock that only grows never falls from one year to the next in one source."""
    some = rows[rows["series"].isin(STOCKS)].sort_values("period")
    keys = ["series", "entity", "source", "vintage"]
    fall = some.groupby(keys)["n_value"].diff() < 0
    for i in some.index[fall]:
        yield i, "no less than the year before"


def _import_shares(rows: pd.DataFrame) -> Iterator[Finding]:
    """Shares of the origins of imports add up to a hundred, where "other countries" are given."""
    some = rows[rows["series"] == "us_import_source_share"]
    product = some["entity"].str.extract(r", (.*)$", expand=False).fillna("")
    for _, group in some.groupby([product, some["period"], some["source"]], sort=False):
        total = group["n_value"].sum()
        whole = group["entity"].str.startswith("Other countries").any()
        if whole and abs(total - 100) > 0.5 * len(group):
            yield group.index[0], f"shares that add up to 100, not {total:g}"


# Two sources that differ by more than this for one quantity need a reason in deviations.csv.
FAR = 1.5


def _far_apart(rows: pd.DataFrame) -> Iterator[Finding]:
    """No source is far from another for the same quantity, unless the reason is on record."""
    some = rows[(rows["n_value"] != 0) & (rows["use"])]
    keys = ["series", "entity", "period", "unit"]
    groups = some.groupby(keys, sort=False)["n_value"]
    low, high = groups.transform("min"), groups.transform("max")
    many = some.groupby(keys, sort=False)["source"].transform("nunique") > 1
    apart = many & ((high / low > FAR) | (high * low < 0))
    for i in some.index[apart & (some["n_value"] == high)]:
        yield i, f"within {FAR} times of another source, {low[i]:g}, or a reason in deviations.csv"


# Beyond this no reason is good enough: the widest real disagreement is thirtyfold.
FARTHEST = 50


def _worlds_apart(rows: pd.DataFrame) -> Iterator[Finding]:
    """No source is of another order of magnitude, whatever reason is on record for the series."""
    some = rows[(rows["n_value"] > 0) & rows["use"] & (rows["entity"] != "Other countries")]
    groups = some.groupby(["series", "entity", "period", "unit"], sort=False)["n_value"]
    low, high = groups.transform("min"), groups.transform("max")
    for i in some.index[(high / low > FARTHEST) & (some["n_value"] == high)]:
        yield i, f"within {FARTHEST} times of another source, {low[i]:g}"


CHECKS: dict[str, Callable[[pd.DataFrame], Iterator[Finding]]] = {
    "one value a cell": _same_row_twice,
    "one edition a document": _one_edition,
    "one hand a document": _one_hand,
    "own lineage": _own_lineage,
    "over when printed": _not_yet,
    "no year left out": _no_hole,
    "reserves of the year-end": _year_end,
    "share within 100": _shares,
    "part within world": _above_world,
    "parts sum to world": _sum_of_parts,
    "quota parts sum": _quota_parts,
    "share is quotient": _reserve_shares,
    "life is quotient": _reserve_lives,
    "batches sum": _batches,
    "unit value is quotient": _unit_values,
    "stock grows": _growing,
    "import shares sum": _import_shares,
    "sources agree": _far_apart,
    "one order of magnitude": _worlds_apart,
}
