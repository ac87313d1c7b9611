"""Computed numbers as words of a sentence.

No result is typed into the prose of the book: a chapter computes it, gives it a name and
says it with one of the formatters here.

    say = Said("01-reserves")
    say.share_2020 = percent(0.367)

In Markdown the role ``{eval}`say.share_2020` `` then prints 36.7% in an element of class
``computed`` that carries the name ``01-reserves.share_2020``.
"""

from __future__ import annotations

import html
import math
import os
from collections.abc import Callable, Iterator
from typing import Any

NBSP = "\u00a0"  # keeps a number and its unit on one line
MINUS = "\u2212"

_UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_UNITS += ["eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"]
_UNITS += ["eighteen", "nineteen", "twenty"]
_ORDINALS = ["", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]
_ORDINALS += ["ninth", "tenth"]


class NamingError(ValueError):
    """A computed number is named wrongly or twice; the message is one sentence."""


class Computed(str):
    """A text that code wrote, with the value behind it.

    It is an ordinary string, so it fits into f-strings; only a Computed that stands alone
    keeps its name and its element in HTML.
    """

    value: Any
    name: str

    def __new__(cls, text: str, value: Any = None, name: str = "") -> Computed:
        """The text; `value` is what it says (default the text), `name` its full name."""
        made = super().__new__(cls, text)
        made.value = text if value is None else value
        made.name = name
        return made

    def __repr__(self) -> str:
        """The text without quotes: this is what print and notebooks show."""
        return str(self)

    def _repr_html_(self) -> str:
        name = f' data-name="{html.escape(self.name)}"' if self.name else ""
        return f'<span class="computed"{name}>{html.escape(self, quote=False)}</span>'


class Said:
    """The named numbers of one chapter, in the order in which they were said.

    Outside a live kernel a name keeps its value: naming it again with another one raises
    NamingError, because the page would print two numbers under one name.
    """

    _chapter: str
    _said: dict[str, Computed]

    def __init__(self, chapter: str) -> None:
        self.__dict__["_chapter"] = chapter
        self.__dict__["_said"] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        """Say a number; anything that is not Computed is said as `str` writes it."""
        if not name.isidentifier() or name.startswith("_"):
            raise NamingError(f"{self._chapter}: {name!r} cannot name a number; use a plain name.")
        text = value if isinstance(value, Computed) else Computed(str(value), value)
        before = self._said.get(name)
        if before is not None and before != text and os.environ.get("RARE_EARTHS_OUTPUT"):
            raise NamingError(
                f"{self._chapter}: {name!r} is said twice, as {str(before)!r} and {str(text)!r}."
            )
        self._said[name] = Computed(text, text.value, f"{self._chapter}.{name}")

    def __getattr__(self, name: str) -> Computed:
        """The number of this name."""
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._said[name]
        except KeyError:
            raise AttributeError(f"{self._chapter}: no number is named {name!r}.") from None

    def __iter__(self) -> Iterator[tuple[str, Computed]]:
        """Pairs of full name (chapter.name) and Computed."""
        return iter([(text.name, text) for text in self._said.values()])

    def __len__(self) -> int:
        """How many numbers are said."""
        return len(self._said)

    def __dir__(self) -> list[str]:
        """For completion in a live notebook."""
        return [*super().__dir__(), *self._said]


def _plain(value: float, digits: int) -> str:
    """Digits with commas and a proper minus sign; never a negative zero."""
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number that can be said.")
    text = f"{abs(value):,.{digits}f}"
    negative = value < 0 and any(digit in "123456789" for digit in text)
    return MINUS + text if negative else text


def number(value: float, digits: int = 0) -> Computed:
    """140000 as 140,000."""
    return Computed(_plain(value, digits), value)


def percent(share: float, digits: int = 1) -> Computed:
    """A share between 0 and 1 as a percentage: 0.367 as 36.7%."""
    return Computed(_plain(100 * share, digits) + "%", share)


def points(difference: float, digits: int = 1) -> Computed:
    """A difference of two shares (0.05) in percentage points."""
    return _counted(100 * difference, digits, "percentage point", difference)


def _counted(shown: float, digits: int, unit: str, value: float) -> Computed:
    text = _plain(shown, digits)
    plural = "" if text.lstrip(MINUS) == "1" else "s"
    return Computed(f"{text}{NBSP}{unit.replace(' ', NBSP)}{plural}", value)


def tonnes(value: float, digits: int = 0) -> Computed:
    """Tonnes in full: 140,000 tonnes."""
    return _counted(value, digits, "tonne", value)


def kilotonnes(value: float, digits: int = 0) -> Computed:
    """A value in tonnes as thousand tonnes: 140000 as 140 thousand tonnes."""
    return Computed(f"{_plain(value / 1e3, digits)}{NBSP}thousand tonnes", value)


def megatonnes(value: float, digits: int = 0) -> Computed:
    """A value in tonnes as million tonnes: 44e6 as 44 million tonnes."""
    return Computed(f"{_plain(value / 1e6, digits)}{NBSP}million tonnes", value)


def years(value: float, digits: int = 0) -> Computed:
    """A span of time: 314 years, 1 year."""
    return _counted(value, digits, "year", value)


def times(value: float, digits: int = 1) -> Computed:
    """A ratio: 2.5 times."""
    return Computed(f"{_plain(value, digits)}{NBSP}times", value)


def usd(value: float, digits: int = 0) -> Computed:
    """US dollars: US$1,234."""
    text = _plain(value, digits)
    sign = MINUS if text.startswith(MINUS) else ""
    return Computed(f"{sign}US${text.lstrip(MINUS)}", value)


def year(value: int) -> Computed:
    """A calendar year, without a comma."""
    return Computed(str(int(value)), int(value))


def interval(low: float, high: float, say: Callable[..., Computed], *args: Any) -> Computed:
    """Two values in one formatter, "36.7% to 58.3%"; one value when both print alike.

    A unit that follows the number is said once: "12 to 15 years".
    """
    first, last = say(low, *args), say(high, *args)
    if first == last:
        return Computed(last, (low, high))
    number_of, _, unit = first.partition(NBSP)
    if unit and last.partition(NBSP)[1]:
        first = Computed(number_of)
    return Computed(f"{first} to {last}", (low, high))


def count_word(value: int, capital: bool = False) -> Computed:
    """A count as a word up to twenty ("three"), then in digits ("21")."""
    if value != int(value) or value < 0:
        raise ValueError(f"{value} is not a count.")
    value = int(value)
    word = _UNITS[value] if value < len(_UNITS) else _plain(value, 0)
    return Computed(word.capitalize() if capital else word, value)


def ordinal(value: int) -> Computed:
    """A rank as a word up to tenth ("third"), then in digits ("21st")."""
    if value != int(value) or value < 1:
        raise ValueError(f"{value} is not a rank.")
    value = int(value)
    if value < len(_ORDINALS):
        return Computed(_ORDINALS[value], value)
    teen = value % 100 in (11, 12, 13)
    ending = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return Computed(f"{_plain(value, 0)}{ending}", value)
