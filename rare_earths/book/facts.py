"""Facts about the book: those of ``_config.yml``, its version, its date, its commit."""

from __future__ import annotations

import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config


@dataclass(frozen=True)
class Stamp:
    """Which state of the sources a build shows; ``commit`` is empty outside a git repository."""

    version: str
    date: str
    commit: str
    changed: bool

    def __str__(self) -> str:
        """As printed on pages and on the PDF's title page."""
        if not self.commit:
            return f"version {self.version}"
        changed = ", with changes not committed" if self.changed else ""
        return f"version {self.version}, {self.date}, commit {self.commit}{changed}"


def _git(folder: Path, *arguments: str) -> str:
    """Output of a git command, empty where git or the repository is missing."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


@cache
def stamp(folder: Path) -> Stamp:
    """Version from ``pyproject.toml``, date and commit from git."""
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    date, _, commit = _git(folder, "log", "-1", "--format=%cs %h").partition(" ")
    changed = bool(commit) and bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))
    return Stamp(project["version"], date, commit, changed)


@dataclass(frozen=True)
class Facts:
    """The facts of ``_config.yml``; what is not set is empty."""

    title: str
    subtitle: str
    authors: tuple[str, ...]
    publisher: str
    address: str
    repository: str
    contact: str
    doi: str
    article: dict[str, str]
    licence_code: dict[str, str]
    licence_text: dict[str, str]
    licence_data: dict[str, str]
    stamp: Stamp

    @property
    def year(self) -> str:
        """The year of the commit, the publication year in citations; empty outside git."""
        return self.stamp.date[:4]

    def page(self, pagename: str) -> str:
        """Public address of a built page, empty while no address is set."""
        return f"{self.address}{pagename}.html" if self.address else ""


def facts(config: Config) -> Facts:
    """Facts of the book that Sphinx is building."""
    given: dict[str, Any] = dict(config.rare_earths_facts)
    address = given.get("address") or ""
    return Facts(
        title=(config.html_title or config.project).replace("'", "’"),
        subtitle=given.get("subtitle") or "",
        authors=tuple(given.get("authors") or [config.author]),
        publisher=given.get("publisher") or "",
        address=address.rstrip("/") + "/" if address else "",
        repository=(given.get("repository") or "").rstrip("/"),
        contact=given.get("contact") or "",
        doi=given.get("doi") or "",
        article=given.get("article") or {},
        licence_code=given.get("licence_code") or {},
        licence_text=given.get("licence_text") or {},
        licence_data=given.get("licence_data") or {},
        stamp=config.rare_earths_stamp,
    )


def _tell_sphinx(app: Sphinx, config: Config) -> None:
    """Hand the facts to the settings of Sphinx and of the theme that need them."""
    config.rare_earths_stamp = stamp(Path(app.srcdir))  # type: ignore[attr-defined]
    book = facts(config)
    config.project = book.title  # type: ignore[attr-defined]
    config.version = config.release = book.stamp.version  # type: ignore[attr-defined]
    config.html_baseurl = book.address  # type: ignore[attr-defined]
    config.html_theme_options["repository_url"] = book.repository


def setup(app: Sphinx) -> None:
    """Add the settings and hand them on before anything reads them."""
    app.add_config_value("rare_earths_facts", {}, "html", dict)
    # "html": a new commit writes the pages again but executes nothing.
    app.add_config_value("rare_earths_stamp", None, "html")
    app.connect("config-inited", _tell_sphinx, priority=100)
