"""Where a chapter can be run: links to Binder and Colab, and the lines that fetch what is missing.

Both need the public address of the source (``repository`` in ``_config.yml``); without one there
are no links, and the lines say what is missing. Binder reads ``.binder/``, Colab the notebook
alone, so that each notebook begins with the lines of ``fetch_lines``; ``make refresh`` renews them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from rare_earths.book.facts import Facts, facts

if TYPE_CHECKING:
    from docutils import nodes
    from nbformat import NotebookNode
    from sphinx.application import Sphinx

# How Binder names a host of repositories; others are reached by their whole address.
BINDER = "https://mybinder.org/v2"
BINDER_HOSTS = {"github.com": "gh", "gitlab.com": "gl"}
COLAB = "https://colab.research.google.com/github"
# The lines end with this one.
END = '    sys.path.insert(0, str(Path("rare-earths-book").resolve()))\n'
_LINES = """\
# Where the book is not installed, as on Colab, its package and data are fetched first.
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

if importlib.util.find_spec("rare_earths") is None:
    repository = os.environ.get("RARE_EARTHS_REPOSITORY", "{repository}")
    if not repository:
        raise ModuleNotFoundError(
            "The package rare_earths is not installed, and no address is known to fetch it from: "
            "name the book's repository in the environment variable RARE_EARTHS_REPOSITORY."
        )
    if not Path("rare-earths-book").exists():
        clone = ["git", "clone", "--quiet", "--depth=1", repository, "rare-earths-book"]
        subprocess.run(clone, check=True)
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--editable", "rare-earths-book"]
    subprocess.run(install, check=True)
"""


def fetch_lines(repository: str) -> str:
    """The first lines of every notebook: they do nothing where the package can be imported.

    :param repository: public address of the source, empty while there is none
    """
    return _LINES.replace("{repository}", repository) + END


def renew(notebook: NotebookNode, repository: str) -> None:
    """Put ``fetch_lines`` at the beginning of a notebook's first cell, in place of older ones."""
    first = notebook.cells[0]
    own = first.source.rpartition(END)[2].lstrip("\n")
    first.source = f"{fetch_lines(repository)}\n{own}"


def repository_of(folder: Path) -> str:
    """Address of the source as ``_config.yml`` in ``folder`` gives it, empty while it is unset."""
    import yaml

    given = yaml.safe_load((folder / "_config.yml").read_text("utf-8"))
    return given["sphinx"]["config"]["rare_earths_facts"].get("repository") or ""


def links(book: Facts, notebook: str) -> list[tuple[str, str]]:
    """Names and addresses of the places that run a notebook, in the commit of the book.

    Binder opens JupyterLab at the notebook. Colab reads notebooks of GitHub only.

    :param notebook: path in the repository, as ``chapters/01-reserves.ipynb``
    """
    if not book.repository:
        return []
    parts = urlsplit(book.repository)
    path, commit = parts.path.strip("/").removesuffix(".git"), book.stamp.commit or "HEAD"
    opened = f"?urlpath={quote(f'lab/tree/{notebook}', safe='')}"
    kind = BINDER_HOSTS.get(parts.netloc, "git")
    name = path if kind == "gh" else quote(path if kind == "gl" else book.repository, safe="")
    # Other hosts tell Binder of branches only.
    state = commit if kind != "git" else "HEAD"
    found = [("Run in Binder", f"{BINDER}/{kind}/{name}/{state}{opened}")]
    if kind == "gh":
        found.append(("Open in Colab", f"{COLAB}/{path}/blob/{commit}/{notebook}"))
    return found


def _page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give a chapter's page its links."""
    source = Path(app.srcdir) / f"{pagename}.ipynb"
    context["launch"] = links(facts(app.config), f"{pagename}.ipynb") if source.is_file() else []


def setup(app: Sphinx) -> None:
    """Hook the links into the pages."""
    app.connect("html-page-context", _page)
