"""Nothing stale: digests of what the pages are made of.

Sphinx reads a page again only when the page's own file changed. A chapter's numbers also come from
the data, the package and the bibliography; when one of these changed, every page is read again.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rare_earths.book.files import write_whole

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

# What decides the text and the numbers of a page, beside the page's own file. Style sheets,
# scripts and templates only decide its look.
COMPUTED_FROM = ("data", "rare_earths", "requirements.lock")
LOOK = ("rare_earths/book/static", "rare_earths/book/templates")
# What decides anything at all about the book.
EVERYTHING = (
    *COMPUTED_FROM,
    "chapters",
    "pages",
    "index.md",
    "index.ipynb",
    "_config.yml",
    "_toc.yml",
    "pyproject.toml",
    "CHANGELOG.md",
    "LICENSE-DATA.md",
)
# No settings of the user's own, no history, no warnings about the connection on this machine.
_KERNEL = """\
c.HistoryManager.enabled = False
c.IPKernelApp.log_level = "ERROR"
"""
_NO_TEXT = {".css", ".js", ".html", ".sh"}


def files(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    """All files under the named paths that exist, in a fixed order, without caches."""
    for name in names:
        path = folder / name
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in found:
            hidden = any(part.startswith((".", "__pycache__")) for part in file.parts)
            if file.is_file() and not (hidden and file != path):
                yield file


def digest(folder: Path, names: Iterable[str], *, leave_out: frozenset[str] = frozenset()) -> str:
    """One SHA-256 of the names and bytes of all files, and of the Python version.

    ``leave_out`` names endings (with their dot) that do not count.
    """
    total = hashlib.sha256(sys.version.encode())
    for file in files(folder, names):
        if file.suffix not in leave_out:
            total.update(file.relative_to(folder).as_posix().encode() + b"\0")
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def computed_digest(folder: Path, bibliographies: Iterable[str] = ()) -> str:
    """Digest of all that a page's numbers and references come from, beside its own file."""
    names = [*COMPUTED_FROM, *bibliographies]
    return digest(folder, names, leave_out=frozenset(_NO_TEXT))


def _all_when_changed(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Every page, when the digest is not the one the pages were read with."""
    now = computed_digest(Path(app.srcdir), app.config.bibtex_bibfiles)
    before = getattr(env, "rare_earths_digest", now)
    env.rare_earths_digest = now  # type: ignore[attr-defined]
    return [] if now == before else sorted(env.found_docs)


def _look(app: Sphinx, config: Config) -> None:
    """Note the look: pages are written again when it changed, without executing anything."""
    config.rare_earths_look = digest(Path(app.srcdir), LOOK)  # type: ignore[attr-defined]


def kernel_settings(folder: Path, build: Path) -> dict[str, str]:
    """Environment of kernels: this package before any other, no settings of the user's own.

    :param folder: the book's folder
    :param build: the folder ``_build``
    """
    ipython = build / "ipython"
    write_whole(ipython / "profile_default" / "ipython_kernel_config.py", _KERNEL)
    path = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(path)),
        "PYTHONHASHSEED": "0",
        "IPYTHONDIR": str(ipython),
        "MPLBACKEND": "agg",
    }


def _kernels(app: Sphinx) -> None:
    """Tell the kernels that they work for the book."""
    build = Path(app.outdir).parent
    figures = build / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        kernel_settings(Path(app.srcdir), build),
        RARE_EARTHS_OUTPUT="book",
        RARE_EARTHS_FIGURES=str(figures),
    )


def setup(app: Sphinx) -> None:
    """Hook the digests into Sphinx."""
    app.add_config_value("rare_earths_look", "", "html")
    app.connect("config-inited", _look)
    app.connect("builder-inited", _kernels)
    app.connect("env-get-outdated", _all_when_changed)
