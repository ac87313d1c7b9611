"""Ships the licences of others beside the parts of theirs that the pages use.

`LICENSES.md` says which file is whose; the texts come from the packages as they are installed.
"""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

from rare_earths.book.files import write_whole

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FILE = "licences.txt"
# Whose scripts and styles the pages use.
PACKAGES = (
    "sphinx",
    "sphinx-book-theme",
    "pydata-sphinx-theme",
    "sphinx-design",
    "myst-nb",
    "pygments",
    "accessible-pygments",
)
# Comes within pydata-sphinx-theme, which ships its licence for the scripts only.
BOOTSTRAP = """\
Copyright (c) 2011-2024 The Bootstrap Authors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.
"""


def licence(package: str) -> str:
    """The licence of an installed package; empty where it ships none."""
    files = distribution(package).files or []
    found = sorted(f for f in files if f.name.upper().startswith(("LICEN", "COPYING")))
    return "\n".join(Path(str(f.locate())).read_text("utf-8") for f in found)


def texts() -> str:
    """All licences of others, each under the name of what it covers."""
    named = {name: licence(name) for name in PACKAGES} | {"bootstrap": BOOTSTRAP}
    return "\n".join(f"{name}\n{'=' * len(name)}\n\n{text}\n" for name, text in named.items())


def _write(app: Sphinx, error: Exception | None) -> None:
    if not error and app.builder.format == "html":
        write_whole(Path(app.outdir) / "_static" / FILE, texts())


def setup(app: Sphinx) -> None:
    """Write the file when the pages stand."""
    app.connect("build-finished", _write, priority=950)
