"""Reads BibTeX files with pybtex: all that is wrong in one go, each with its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pybtex.database import Entry

# Without these a source cannot be named: pybtex's styles leave a gap, and say so without a place.
NEEDED = ("title", "author", "year")


@dataclass(frozen=True)
class Slip:
    """One thing wrong: its line (from 1; 0 means the file), the entry's key, what was expected."""

    line: int
    key: str
    found: str
    expected: str


@dataclass
class Bibliography:
    """The entries of a file in their order, the line on which each begins, and what is wrong."""

    entries: dict[str, Entry] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    slips: list[Slip] = field(default_factory=list)


def read(path: Path) -> Bibliography:
    """Read a file; an entry that cannot be read is a slip, the others are given."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError:
        return Bibliography(slips=[Slip(0, "", "no such file", "a bibliography")])
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Bibliography(slips=[Slip(line, "", "bytes that are no UTF-8", "UTF-8")])
    return _parsed(text)


def _parsed(text: str) -> Bibliography:
    import pybtex.errors
    from pybtex.database.input.bibtex import LowLevelParser, Parser

    made = Bibliography()
    with pybtex.errors.capture() as said:
        parser, heard = Parser(), 0
        steps = LowLevelParser(text, handle_error=parser.handle_error, macros=parser.macros)
        for command, body in steps:
            line = text.count("\n", 0, steps.command_start) + 1
            if command.lower() not in ("string", "preamble") and body[0]:
                parser.process_entry(command, *body)
                made.lines.setdefault(body[0], line)
            made.slips += [_slip(error, text, line, str(body[0] or "")) for error in said[heard:]]
            heard = len(said)
        made.slips += [_slip(error, text, 0, "") for error in said[heard:]]
    made.entries = dict(parser.data.entries.items())
    damaged = {slip.key for slip in made.slips}
    for key, entry in made.entries.items():
        if key not in damaged:
            made.slips += _gaps(key, entry, made.lines[key])
    return made


def _slip(error: Any, text: str, line: int, key: str) -> Slip:
    """What pybtex says, with the line of the entry's beginning where it names none.

    A brace that is never closed is noticed at the end of the file: the entry is what is looked for.
    """
    start, *_ = getattr(error, "error_context_info", None) or (None,)
    if start is not None:
        line = text.count("\n", 0, start) + 1
    found = " ".join(str(error).split())
    return Slip(line, key, found, "BibTeX entries with own keys")


def _gaps(key: str, entry: Any, line: int) -> list[Slip]:
    given = {*(name.lower() for name, text in entry.fields.items() if text.strip("{} "))}
    given |= {role for role, people in entry.persons.items() if people}
    missing = [name for name in NEEDED if name not in given]
    return [Slip(line, key, f"no {name}", "title, author and year") for name in missing]
