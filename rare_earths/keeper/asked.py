"""Which series each part of the report asks for, so that a slip in one need not run the rest.

`Watched` is the sound evidence that notes what is asked of it, `Broken` the same with one row
changed. Within `remembered` the package's cached functions keep their answers on the sound
evidence together with what they asked, and give them again on a broken evidence wherever the
broken row's series was not among it.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property, update_wrapper
from typing import Any

import pandas as pd

from rare_earths.claims import engine
from rare_earths.evidence import Evidence, Raw, _correct

_facts_as_they_are = engine._facts
_outcomes_as_they_are = engine._outcomes
# Stands for all series: something went through the rows as a whole.
ALL = "*"
# What a row is filed under never differs between the sound and a broken row.
SAME = ("topic", "series")

Asked = frozenset[str]

_open: list[set[str]] = []


@contextmanager
def noting() -> Iterator[set[str]]:
    """The set fills with the series asked for within the block, by whatever runs there."""
    found: set[str] = set()
    _open.append(found)
    try:
        yield found
    finally:
        _open.pop()
        note(found)


def note(series: Iterable[str]) -> None:
    """Add to what is being noted."""
    if _open:
        _open[-1].update(series)


class Watched(Evidence):
    """The sound evidence: notes the series that are asked for, of single rows theirs."""

    def __init__(self, raw: Raw, rows: pd.DataFrame) -> None:
        super().__init__(raw, rows)
        self.plain = rows
        self.rows = _Rows(rows)  # type: ignore[assignment]
        self.facts = _Facts(_facts_as_they_are.__wrapped__(_Bare(rows)))

    def _of_series(self, series: tuple[str, ...]) -> pd.DataFrame:
        note(series)
        return super()._of_series(series)


@dataclass(frozen=True)
class _Bare:
    """Nothing but rows, for a function that reads no more of the evidence."""

    rows: pd.DataFrame


class _Rows:
    """A table of rows that notes whose series is looked up."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._rows = rows
        self.index = _Index(rows.index)
        series = dict(zip(rows.index, rows["series"], strict=True))
        self.loc, self.at = (_Places(getattr(rows, name), series) for name in ("loc", "at"))

    def __getattr__(self, name: str) -> Any:
        note([ALL])
        return getattr(self._rows, name)

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str) or key not in SAME:
            note([ALL])
        return self._rows[key]

    def __len__(self) -> int:
        note([ALL])
        return len(self._rows)


class _Index:
    def __init__(self, index: pd.Index) -> None:
        self._index = index

    def __contains__(self, id: object) -> bool:
        return id in self._index

    def __iter__(self) -> Iterator[Any]:
        note([ALL])
        return iter(self._index)

    def __getitem__(self, key: Any) -> Any:
        note([ALL])
        return self._index[key]

    def __len__(self) -> int:
        note([ALL])
        return len(self._index)

    def __getattr__(self, name: str) -> Any:
        note([ALL])
        return getattr(self._index, name)


class _Places:
    def __init__(self, places: Any, series: dict[str, str]) -> None:
        self._places, self._series = places, series

    def __getitem__(self, key: Any) -> Any:
        ids = key[0] if isinstance(key, tuple) else key
        ids = [ids] if isinstance(ids, str) else ids
        try:
            note({self._series[id] for id in ids})
        except (KeyError, TypeError):  # a mask, a slice, an unknown row
            note([ALL])
        return self._places[key]


class Broken(Evidence):
    """The sound evidence with one row changed (``line``, as `tidy` makes it) or left out.

    Made without copying the ten thousand other rows: those are joined only if asked for whole.
    """

    def __init__(self, sound: Watched, row: str, line: pd.DataFrame | None) -> None:
        kept = {k: v for k, v in vars(sound).items() if k not in ("rows", "_corrected", "_parts")}
        self.__dict__.update(kept)
        self.whole, self.row, self.line = sound, row, line
        self.series_of = str(sound.plain.at[row, "series"])
        self._parts = {}

    @cached_property
    def rows(self) -> pd.DataFrame:  # type: ignore[override]
        """All rows."""
        return self._without(self.whole.plain)

    def _without(self, rows: pd.DataFrame) -> pd.DataFrame:
        place = int(rows.index.get_loc(self.row))  # type: ignore[arg-type]
        mine = [] if self.line is None else [self.line[rows.columns]]
        return pd.concat([rows[:place], *mine, rows[place + 1 :]])

    def _of_series(self, series: tuple[str, ...]) -> pd.DataFrame:
        if self.series_of not in series:
            return self.whole._of_series(series)
        if series not in self._parts:
            places = sorted(i for s in series for i in self._places.get(s, ()))
            own = self._without(self.whole.plain.iloc[places])
            self._parts[series] = _correct(own, self.corrections)
        return self._parts[series]


# --- answers kept --------------------------------------------------------------------------------


class Kept:
    """A function of the evidence that keeps its answers on the sound one, with what it asked.

    ``key`` tells calls apart by their arguments other than the evidence.
    """

    def __init__(self, function: Callable[..., Any], key: Callable[..., Hashable]) -> None:
        self._function, self._key = function, key
        self._answers: dict[Hashable, tuple[Any, Asked]] = {}
        update_wrapper(self, function)

    def __call__(self, *args: Any, **named: Any) -> Any:
        """The function's answer, kept or made."""
        book = next((a for a in args if isinstance(a, Watched | Broken)), None)
        if book is None:
            return self._function(*args, **named)
        key = self._key(*args, **named)
        known = self._answers.get(key)
        if known and (isinstance(book, Watched) or spared(known[1], book)):
            note(known[1])
            return known[0]
        if isinstance(book, Broken):
            return self._function(*args, **named)
        with noting() as found:
            answer = self._function(*args, **named)
        self._answers[key] = answer, frozenset(found)
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)


def spared(asked: Asked, book: Broken) -> bool:
    """Whether what asked for these series cannot tell the broken evidence from the sound one."""
    return book.series_of not in asked and ALL not in asked


def kept_by_arguments(function: Callable[..., Any]) -> Kept:
    """The function with its answers kept by all arguments but the evidence."""

    def key(*args: Any, **named: Any) -> Hashable:
        rest = tuple(None if isinstance(a, Evidence) else a for a in args)
        return rest, tuple(sorted(named.items()))

    return Kept(function, key)


def _by_combination(claim: engine.Claim, book: Evidence, at: engine.Combination) -> Hashable:
    return claim.id, tuple(at.values())


class _Facts(dict[str, tuple[str, str, str, str]]):
    """Series, entity, topic and lineage of the rows; notes whose are looked up."""

    def __getitem__(self, row: str) -> tuple[str, str, str, str]:
        found = super().__getitem__(row)
        note(found[:1])
        return found


def _facts(book: Evidence) -> dict[str, tuple[str, str, str, str]]:
    """`engine._facts` without going through all rows for each slip."""
    if isinstance(book, Broken):
        if book.line is None:
            return _facts(book.whole)
        mine = _facts_as_they_are.__wrapped__(_Bare(book.line))
        return {**_facts(book.whole), **mine}
    if isinstance(book, Watched):
        return book.facts
    return _facts_as_they_are(book)


@cache
def _wrapped() -> list[tuple[Any, str, Any, Any]]:
    """Module, name, function and stand-in of every cached function of the package."""
    stand_ins: dict[int, Any] = {}
    found: list[tuple[Any, str, Any, Any]] = []
    for module in [m for n, m in sorted(sys.modules.items()) if n.startswith("rare_earths.")]:
        if re.search(r"\.(keeper|book|evidence\w*)\b", module.__name__):
            continue  # these ask nothing of the evidence, or not through it
        for name, value in list(vars(module).items()):
            if value is _facts_as_they_are:
                found.append((module, name, value, _facts))
            elif value is _outcomes_as_they_are:
                found.append((module, name, value, Kept(value, _by_combination)))
            elif isinstance(value, functools._lru_cache_wrapper):
                one = stand_ins.setdefault(id(value), kept_by_arguments(value))
                found.append((module, name, value, one))
    return found


@contextmanager
def remembered() -> Iterator[None]:
    """Within the block the package's cached functions keep what they said of the sound evidence."""
    places = _wrapped()
    for module, name, _, stand_in in places:
        setattr(module, name, stand_in)
    try:
        yield
    finally:
        for module, name, function, _ in places:
            setattr(module, name, function)
