"""Looks at what a build begins with before anything is executed: all that is wrong, in one report.

Settings, contents, bibliographies, pages and chapters are read with the libraries that read them
later (PyYAML, sphinx-external-toc, Jupyter Book's schema, pybtex, nbformat), and each fault is one
sentence with file and place. Nothing is written. The tables and the bibliography in ``data`` have
their own check, ``python -m rare_earths.evidence check``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from rare_earths import bibliography
from rare_earths.book import marked, notebooks
from rare_earths.book.facts_schema import SETTINGS

SETTINGS_FILE, CONTENTS = "_config.yml", "_toc.yml"
ENDINGS = ("", ".md", ".ipynb", ".rst")
_AT = re.compile(r"^(.*?)(?:, allowed: .*?)? @ '([^']*)'(.*)$", re.DOTALL)


def faults(folder: Path) -> list[str]:
    """One sentence for each fault of the book in ``folder``, file by file."""
    settings, found = _settings(folder)
    pages, wrong = _contents(folder)
    found += wrong
    keys, wrong = _bibliographies(folder, settings)
    found += wrong
    claims = notebooks.claim_ids(folder)
    for page in pages:
        if page.suffix == ".ipynb":
            found += notebooks.faults(folder, page, keys, claims)
        elif page.suffix == ".md":
            found += _page(folder, page, keys)
    return found


def tell(folder: Path) -> int:
    """Print all faults; 1 when there is any."""
    if found := faults(folder):
        count = "1 fault." if len(found) == 1 else f"{len(found)} faults."
        print(*found, f"The book was not built: {count}", sep="\n", file=sys.stderr)
    return 1 if found else 0


# --- settings ------------------------------------------------------------------------------------


def _settings(folder: Path) -> tuple[dict[str, Any], list[str]]:
    read = marked.read(folder, SETTINGS_FILE)
    if read.faults:
        return {}, read.faults
    found = [
        read.fault(list(error.absolute_path) + extra, *words)
        for validator in _validators()
        for error in sorted(validator.iter_errors(read.data), key=lambda e: [*map(str, e.path)])
        for extra, *words in _words(error)
    ]
    return (read.data if isinstance(read.data, dict) else {}), list(dict.fromkeys(found))


@cache
def _validators() -> tuple[Any, ...]:
    """Jupyter Book's schema of the settings, and the book's own."""
    from jsonschema import Draft7Validator
    from jupyter_book.config import get_validator

    return get_validator(), Draft7Validator(SETTINGS)


def _words(error: Any) -> Iterator[tuple[list[str], str, str]]:
    """The further path, what was found and what was expected, of an error of jsonschema."""
    meant = error.schema.get("description", "")
    if error.validator == "additionalProperties":
        known = ", ".join(sorted(error.schema["properties"]))
        for name in sorted(map(str, error.instance.keys() - error.schema["properties"].keys())):
            yield [name], f"the unknown key {name!r}", f"one of {known}"
    elif error.validator == "required":
        name = error.message.split("'")[1]
        yield [], f"no {name!r}", f"the key {name!r}"
    else:
        rule = f"{error.validator} {error.validator_value}"
        yield [], marked.short(error.instance), meant or rule


# --- contents ------------------------------------------------------------------------------------


def _contents(folder: Path) -> tuple[list[Path], list[str]]:
    """The pages that the table of contents names, and what is wrong with it."""
    read = marked.read(folder, CONTENTS)
    if read.faults:
        return [], read.faults
    found = list(_form(read))
    pages: dict[str, Path] = {}
    for path, name in read.scalars("root", "file"):
        page = _page_of(folder, name)
        if page is None:
            found.append(read.fault(path, repr(name), "a page (.md or .ipynb) of this book"))
        elif page.as_posix() in pages:
            found.append(read.fault(path, f"{name!r} once more", "each page once"))
        else:
            pages[page.as_posix()] = page
    return list(pages.values()), found


def _form(read: marked.Marked) -> Iterator[str]:
    """What sphinx-external-toc has to say; it stops at the first fault."""
    from sphinx_external_toc.parsing import MalformedError, parse_toc_data

    try:
        parse_toc_data(read.data)
    except (MalformedError, TypeError, ValueError, AttributeError, KeyError) as error:
        said = str(error)
        if "used multiple times" in said:
            return  # told with its line below
        parts = _AT.match(said)
        path = parts[2].strip("/").split("/") if parts else []
        what = f"{parts[1]}{parts[3]}" if parts else said
        expected = "root, then parts or chapters, whose entries name a file"
        yield read.fault([*filter(None, path)], " ".join(what.split()), expected)


def _page_of(folder: Path, name: str) -> Path | None:
    """The file of a page, relative to the book; None where there is none within it."""
    if not name or "\0" in name or len(name) > 200:
        return None
    for ending in ENDINGS:
        path = folder / f"{name}{ending}"
        if path.suffix in ENDINGS and path.suffix and path.is_file():
            inside = path.resolve().is_relative_to(folder.resolve())
            return Path(f"{name}{ending}") if inside else None
    return None


# --- bibliographies and pages --------------------------------------------------------------------


def _bibliographies(
    folder: Path, settings: dict[str, Any]
) -> tuple[frozenset[str] | None, list[str]]:
    """The keys that can be cited, None where that is not known; what is wrong with the files."""
    names = settings.get("bibtex_bibfiles")
    found: list[str] = []
    keys: dict[str, str] = {}
    whole = isinstance(names, list)
    for name in names if isinstance(names, list) else []:
        read = bibliography.read(folder / str(name))
        whole = whole and not read.slips
        slips = [] if str(name).startswith("data/") else read.slips
        found += [_entry(name, s.line, s.key, s.found, s.expected) for s in slips]
        for key, line in read.lines.items():
            if key in keys:
                expected = f"a key that stands once ({keys[key]} has it)"
                found.append(_entry(name, line, key, "the key once more", expected))
            keys.setdefault(key, f"{name}, line {line}")
    return (frozenset(keys) if whole else None), found


def _entry(file: str, line: int, key: str, found: str, expected: str) -> str:
    where = [file, *([f"line {line}"] if line else []), *([f"entry {key}"] if key else [])]
    return f"{', '.join(where)}: found {found}, expected {expected}."


def _page(folder: Path, page: Path, keys: frozenset[str] | None) -> Iterator[str]:
    text, wrong = marked.decoded(folder, page.as_posix())
    yield from wrong
    for line, key in notebooks.citations(text or ""):
        if keys is not None and key not in keys:
            yield notebooks.unknown_key(f"{page}, line {line}", key)
