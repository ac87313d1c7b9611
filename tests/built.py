"""Reading the built book's files: figures, cards, links."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag


def none(found: Iterable[object], about: str = "") -> None:
    """Fail with every finding on a line of its own; pass when there is none."""
    lines = [str(item) for item in found]
    if lines:
        more = [f"... and {len(lines) - 40} more"] if len(lines) > 40 else []
        pytest.fail("\n".join([about, *lines[:40], *more]).strip(), pytrace=False)


CARD = ("data-claim", "data-verdict", "data-confidence", "data-certainty", "data-holds")


@lru_cache(maxsize=64)
def _soup(path: Path, changed: int) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def soup(path: Path) -> BeautifulSoup:
    return _soup(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _places(path: Path, changed: int) -> frozenset[str]:
    tree = _soup(path, changed)
    named = [element.get("name") for element in tree.find_all("a", attrs={"name": True})]
    explorers = [element["data-explorer"] + "?" for element in tree.select("[data-explorer]")]
    return frozenset([*(e["id"] for e in tree.find_all(id=True)), *named, *explorers])


def places(path: Path) -> frozenset[str]:
    """Where links into a page may lead: ids, names, and `slug?` for the states of an explorer."""
    return _places(path, path.stat().st_mtime_ns)


def words(element: Tag | None) -> str:
    """An element's text with white space made single; empty when there is no element."""
    return " ".join(element.get_text().split()) if element else ""


def figures(tree: BeautifulSoup) -> list[Tag]:
    return tree.select("figure[data-figure]")


def titles(figure: Tag) -> list[str]:
    """What the caption says, part by part: the number and title, then the subtitle."""
    caption = figure.find("figcaption")
    return [words(part) for part in caption.find_all(recursive=False)] if caption else []


def description(figure: Tag) -> str:
    """The description that everybody sees, without its opening words."""
    opening = "Description of figure"
    for part in figure.find_all(["p", "div"], recursive=False):
        if words(part).startswith(opening):
            return words(part).removeprefix(opening).lstrip(".: ")
    return ""


def source_line(figure: Tag) -> Tag | None:
    for part in figure.find_all("p", recursive=False):
        if words(part).startswith("Source"):
            return part
    return None


def file_of(figure: Tag, page: Path, ending: str) -> Path | None:
    """The file with this ending that the figure links to."""
    for link in figure.select(f'a[href$="{ending}"]'):
        return (page.parent / unquote(str(link["href"]))).resolve()
    return None


def table(figure: Tag) -> list[list[str]]:
    """Cells of the figure's table, its head first, without the links to the evidence."""
    return [
        [
            words(cell)
            for cell in row.find_all(["th", "td"])
            if "fig-rows" not in cell.get("class", [])
        ]
        for row in figure.select("details table tr")
    ]


def csv_rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def documents(entry: object) -> list[str]:
    """Every document that a table of contents names."""
    if isinstance(entry, list):
        return [name for item in entry for name in documents(item)]
    if not isinstance(entry, dict):
        return []
    own = [entry[key] for key in ("root", "file") if key in entry]
    return own + [name for value in entry.values() for name in documents(value)]


def cards(tree: BeautifulSoup) -> dict[str, dict[str, str]]:
    """The attributes of every verdict on a page, by claim; a claim twice must say the same."""
    found: dict[str, dict[str, str]] = {}
    for element in tree.select("[data-claim]"):
        attributes = {name: str(element[name]) for name in CARD if element.has_attr(name)}
        assert found.setdefault(attributes["data-claim"], attributes) == attributes
    return found


def broken_links(folder: Path, page: Path) -> list[str]:
    """Links, pictures, scripts and styles of a page that lead nowhere within the site."""
    tree = soup(page)
    found = []
    for element in tree.find_all(["a", "link", "script", "img", "source", "object", "form"]):
        target = element.get("href") or element.get("src") or element.get("action") or ""
        if sentence := broken(folder, page, str(target)):
            found.append(f"<{element.name}> {target}: {sentence}")
    return found


def broken(folder: Path, page: Path, target: str) -> str:
    """Why a target leads nowhere; empty when it leads somewhere or out of the site."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target:
        return ""
    place = urlsplit(urljoin(page.resolve().as_uri(), parts.path or page.name))
    path = Path(unquote(place.path))
    if folder.resolve() not in (path, *path.parents):
        return "outside the site"
    if not path.is_file():
        return "no such file"
    name = unquote(parts.fragment)
    if not name or path.suffix != ".html":
        return ""
    if "?" in name:
        return "" if name.split("?")[0] + "?" in places(path) else "no such explorer"
    return "" if name in places(path) else "no such place"
