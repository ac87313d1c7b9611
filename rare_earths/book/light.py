"""Light pages: the theme's look with a fraction of its weight.

The stock theme sends 860 kB (gzip) for a page of text: an icon font as a script, Bootstrap, scripts
for search, copying and running code. The book's own layout and two small scripts do what is needed
here; the rest is neither loaded nor shipped.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util import logging

from rare_earths.book.facts import facts
from rare_earths.book.files import write_whole
from rare_earths.book.styles import Used, purge
from rare_earths.palette import css_variables

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

_LOG = logging.getLogger(__name__)
HERE = Path(__file__).parent
STATIC, TEMPLATES = HERE / "static", HERE / "templates"
# Scripts of Sphinx that its search page needs, in their order.
SEARCH_SCRIPTS = (
    "_static/documentation_options.js",
    "_static/doctools.js",
    "_static/sphinx_highlight.js",
    "_static/searchtools.js",
    "_static/language_data.js",
    "searchindex.js",
)
# The theme's and the extensions' styles, before the book's own.
SHEETS = (
    "styles/pydata-sphinx-theme.css",
    "styles/sphinx-book-theme.css",
    "pygments.css",
    "mystnb.css",
    "sphinx-design.min.css",
)
LIGHT, DARK = 'html[data-theme="light"] ', 'html[data-theme="dark"] '
OFF_DUTY = {"sphinx_thebe", "sphinx_togglebutton", "sphinx_copybutton", "sphinx_comments"}
OWN_SHEETS = ("colours.css", "page.css", "figures.css", "blocks.css", "evidence.css")
# Shipped by the theme and its extensions, used by no page.
UNUSED = (
    "scripts",
    "vendor",
    "styles",
    "locales",
    "images",
    "webpack-macros.html",
    "sbt-webpack-macros.html",
    "*.svg",
    "design-tabs.js",
    "sphinx-design.*",
    "mystnb.*",
    "basic.css",
    "pygments.css",
    "file.png",
    "minus.png",
    "plus.png",
)


def _silence(app: Sphinx) -> None:
    """Take the extensions that Jupyter Book always loads, and this book does not use, off duty."""
    for event, listeners in app.events.listeners.items():
        app.events.listeners[event] = [
            listener
            for listener in listeners
            if (listener.handler.__module__ or "").partition(".")[0] not in OFF_DUTY
        ]


def _templates(app: Sphinx, config: Config) -> None:
    """The book's templates come before the theme's; no scripts of others."""
    _silence(app)
    config.templates_path.insert(0, str(TEMPLATES))
    config.html_use_index = False  # type: ignore[attr-defined]
    config.html_domain_indices = False  # type: ignore[attr-defined]
    config.html_permalinks_icon = "#"  # type: ignore[attr-defined]


def _page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give a page only the scripts it uses, and what the layout needs to know."""
    body = context.get("body", "")
    scripts = ["_static/page.js"]
    if 'class="row-search' in body or pagename.startswith("evidence/"):
        scripts.append("_static/evidence.js")
    if "data-explorer=" in body:
        scripts.append("_static/explorer.js")
    if pagename == "search":
        scripts += SEARCH_SCRIPTS
    context["page_scripts"] = scripts
    # The lists of the theme are shared by all pages: replaced, never changed.
    context["script_files"], context["css_files"] = [], []
    context["facts"] = facts(app.config)
    context["look"] = app.config.rare_earths_look[:8]
    context["root_doc"] = app.config.root_doc
    context["body"] = _PLAIN_CODE.sub(r"\1", _FALSE_PROMISES.sub("", body))


_FALSE_PROMISES = re.compile(
    # Lists of sources whose items are no list items; a name other than the words one sees.
    r' role="doc-(?:biblioentry|backlink|bibliography)"| role="list(?:item)?"'
    r'| aria-label="Toggle hidden content"'
    # Labels and links back of sources: sentences name author and year.
    r'|<span class="label">.*?</span></span>|<span class="backrefs">.*?</span>'
)


# Names, signs and spaces of code, in the colour of the text around them: three elements of four.
_PLAIN_CODE = re.compile(r'<span class="(?:n|o|p|si|w)">([^<]*)</span>')


def _no_mathematics(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Formulas would need a script from another site: say so rather than show raw TeX."""
    if app.builder.format == "html":
        for node in doctree.findall(lambda n: isinstance(n, (nodes.math, nodes.math_block))):
            _LOG.warning("formulas are not shown on these pages: use words", location=node)


def _assets(app: Sphinx, error: Exception | None) -> None:
    """Write the style sheet and scripts; take away what no page uses."""
    if error or app.builder.format != "html":
        return
    html = Path(app.outdir)
    static = html / "_static"
    cache = Path(app.doctreedir) / "theme"
    _keep_theme(static, cache)
    used = Used()
    for page in html.rglob("*.html"):
        used.page(page.read_text("utf-8"))
    for script in STATIC.glob("*.js"):
        used.script(script.read_text("utf-8"))
        shutil.copyfile(script, static / script.name)
    theirs = [cache / Path(name).name for name in SHEETS]
    sheets = [_light_on_paper(sheet.read_text("utf-8")) for sheet in theirs if sheet.is_file()]
    sheets.append(css_variables())
    sheets += [(STATIC / name).read_text("utf-8") for name in OWN_SHEETS]
    write_whole(static / "book.css", purge(sheets, used))
    write_whole(html / ".nojekyll", "")


def _light_on_paper(sheet: str) -> str:
    """Let the colours of code that are meant for the dark page hold on screens only."""
    if LIGHT not in sheet or ".highlight .k" not in sheet:
        return sheet
    lines = sheet.replace(LIGHT, "").splitlines()
    dark = [line for line in lines if line.startswith(DARK)]
    light = [line for line in lines if not line.startswith(DARK)]
    return "\n".join([*light, "@media screen {", *dark, "}"])


def _keep_theme(static: Path, cache: Path) -> None:
    """Move the sheets just copied aside, so that they are not shipped, and drop the rest."""
    cache.mkdir(exist_ok=True)
    for name in SHEETS:
        for found in sorted(static.glob(name.replace(".min.css", ".*css"))):
            shutil.copyfile(found, cache / Path(name).name)
    for pattern in UNUSED:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def setup(app: Sphinx) -> None:
    """Hook layout and assets into Sphinx."""
    app.connect("config-inited", _templates, priority=100)
    app.connect("html-page-context", _page, priority=950)
    app.connect("doctree-resolved", _no_mathematics)
    app.connect("build-finished", _assets, priority=900)
