"""Pages are read side by side, one kernel each.

Jupyter Book has no option for it; Sphinx reads side by side only above five pages, and in a few
large heaps, so that one process would execute most of the chapters. Here every page is a heap.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sphinx.builders
from sphinx.util.parallel import parallel_available

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

# These say nothing about reading side by side and are safe: they keep no state while reading.
SAFE = ("sphinx_jupyterbook_latex", "sphinx_multitoc_numbering", "myst_nb")


def _one_by_one(arguments: Sequence[str], nproc: int, maxbatch: int = 10) -> list[Any]:
    """Every page its own heap (in place of Sphinx's ``make_chunks``)."""
    return [arguments[i : i + 1] for i in range(len(arguments))]


def _settings(app: Sphinx, config: Config) -> None:
    """Two processes or more, whatever the number of pages."""
    app.parallel = max(app.parallel, min(os.cpu_count() or 1, 8))
    sphinx.builders.make_chunks = _one_by_one
    for name in SAFE:
        extension = app.extensions.get(name)
        if extension is not None and extension.parallel_read_safe is None:
            extension.parallel_read_safe = True


def _few_pages(app: Sphinx) -> None:
    """Read two to five pages side by side as well."""
    builder = app.builder
    one_after_the_other = builder._read_serial

    def read(docnames: list[str]) -> None:
        if len(docnames) > 1 and parallel_available and app.is_parallel_allowed("read"):
            builder._read_parallel(docnames, app.parallel)
        else:
            one_after_the_other(docnames)

    builder._read_serial = read  # type: ignore[method-assign]


def setup(app: Sphinx) -> None:
    """Hook reading side by side into Sphinx."""
    app.connect("config-inited", _settings, priority=950)
    app.connect("builder-inited", _few_pages)
