"""The form an output takes in print: a plug-in of MyST-NB (see ``pyproject.toml``).

An output that carries ``application/vnd.rare-earths.latex+json`` says how LaTeX shows it:

- ``{"kind": "figure", "id", "title", "subtitle", "description", "source", "note", "pdf", "link"}``:
  a numbered figure with a label; ``pdf`` is the picture in base64; ``note`` and ``link`` (the live
  version: ``#years-left`` on the same page, ``chapters/01-reserves.html#…``) may be missing;
- ``{"kind": "markdown", "text", "claim"}``: MyST text, parsed in place; ``claim`` (id, text, word;
  may be missing) enters the list of claims, see ``latex/book.sty``;
- ``{"kind": "latex", "text"}``: LaTeX as it is.

The figure's number and label come from this node in the HTML too, where its picture is not shown.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from sphinx.util import logging

from rare_earths.book.facts import facts
from rare_earths.book.latex import escape

if TYPE_CHECKING:
    from myst_nb.core.render import MimeData, NbElementRenderer

MIME = "application/vnd.rare-earths.latex+json"
_LOG = logging.getLogger(__name__)


class PrintForm:
    """Turns the JSON of ``MIME`` into docutils nodes."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = (
        ("latex", MIME, 0),
        ("html", "text/html", 0),
        # Known to the other builders, and never chosen by them.
        ("html", MIME, None),
    )

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Nodes for an output of this type; ``None`` for any other type."""
        if data.mime_type != MIME:
            return None
        form = data.content if isinstance(data.content, dict) else json.loads(data.string)
        kind = form.get("kind")
        if kind == "figure":
            return [_figure(renderer, form, data.line)]
        if kind == "markdown":
            data.content = form["text"]
            parsed = renderer._render_markdown_base(data, fmt="myst", inline=inline)
            return [*_list_entry(form.get("claim") or ()), *parsed]
        if kind == "latex":
            return [nodes.raw(text=form["text"], format="latex")]
        _LOG.warning(f"unknown kind of print form: {kind!r}", location=_place(renderer, data.line))
        return []


def _list_entry(claim: Sequence[str]) -> list[nodes.Element]:
    """What puts a card into the printed list of claims."""
    arguments = "".join(f"{{{escape(field)}}}" for field in claim)
    return [nodes.raw(text=rf"\bookClaim{arguments}", format="latex")] if claim else []


def _place(renderer: NbElementRenderer, line: int | None) -> tuple[str, int | None]:
    """Where in the book, for a message."""
    return renderer.renderer.sphinx_env.docname, line


def _figure(renderer: NbElementRenderer, form: dict[str, Any], line: int | None) -> nodes.figure:
    """A figure with picture, caption, legend and label."""
    figure_id = form["id"]
    document = renderer.renderer.document
    place = _place(renderer, line)
    if not figure_id.startswith("fig-"):
        _LOG.warning(f"the id of figure {figure_id!r} does not begin with 'fig-'", location=place)
    for field in ("title", "description"):
        if not (form.get(field) or "").strip():
            _LOG.warning(f"figure {figure_id!r} has no {field}", location=place)
    if not form.get("pdf"):
        _LOG.warning(f"figure {figure_id!r} has no picture for print", location=place)
    picture = renderer.write_file(
        [f"{figure_id}.pdf"], b64decode(form.get("pdf") or ""), overwrite=True
    )
    figure = nodes.figure("", nodes.image(uri=picture, alt=form.get("description", "")))
    figure += nodes.caption("", form.get("title", ""))
    figure += nodes.legend("", *_legend(renderer, form))
    if figure_id in document.nameids:
        _LOG.warning(f"figure {figure_id!r} is shown twice in this notebook", location=place)
    else:
        figure["names"].append(figure_id)
        document.note_explicit_target(figure, figure)
    return figure


def _legend(renderer: NbElementRenderer, form: dict[str, Any]) -> list[nodes.Node]:
    """Subtitle, description, note, source and the address of the live version."""
    lines: list[nodes.Node] = [
        nodes.paragraph("", form[field]) for field in _LEGEND if form.get(field)
    ]
    env = renderer.renderer.sphinx_env
    address = facts(env.config).address
    if form.get("link") and address:
        link = form["link"]
        url = (facts(env.config).page(env.docname) if link.startswith("#") else address) + link
        live = nodes.paragraph("", "Live version: ")
        live += [nodes.reference("", url, refuri=url), nodes.Text(".")]
        lines.append(live)
    return lines


_LEGEND = ("subtitle", "description", "note", "source")
