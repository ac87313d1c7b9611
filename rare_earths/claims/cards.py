"""How a verdict is shown: the card, the ledger and the rule, each in HTML, LaTeX and plain text."""

from __future__ import annotations

import inspect
import os
from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from rare_earths.claims.engine import NOT_YET, Finding, Part, Verdict

LATEX = "application/vnd.rare-earths.latex+json"


def bundle(markdown: str, html: str, plain: str, claim: Sequence[str] = ()) -> dict[str, Any]:
    """HTML and LaTeX for the book's build; Markdown for a kernel and the stored notebook.

    :param claim: of a card its id, text and word, for the printed list of claims
    """
    if os.environ.get("RARE_EARTHS_OUTPUT") == "book":
        return {
            "text/html": html,
            LATEX: {"kind": "markdown", "text": markdown, "claim": claim},
            "text/plain": plain,
        }
    return {"text/markdown": markdown, "text/plain": plain}


def computed(text: str, name: str) -> str:
    """A computed piece of text in HTML, collected under its name."""
    return f'<span class="computed" data-name="{escape(name)}">{escape(text)}</span>'


def sentence_case(word: str) -> str:
    """First letter upper case, the rest as it is."""
    return word[:1].upper() + word[1:]


class Card:
    """The verdict card of one claim."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        found = self.verdict
        entry = (found.id, found.text, found.word)
        return bundle(self._markdown(), self._html(), self._plain(), entry)

    def __repr__(self) -> str:
        return self._plain()

    def facts(self) -> dict[str, str]:
        """The lines of the card below the word."""
        found = self.verdict
        same, total = found.holds
        reasons = " ".join(sentence for _, sentence, _ in found.reasons)
        return {
            "Confidence": sentence_case(found.confidence),
            "Certainty": f"{sentence_case(found.certainty)}. {reasons}".strip(),
            "Same word under": f"{same:,} of {total:,} combinations of choices",
            "One choice that flips it": self._flips(),
        }

    def _flips(self) -> str:
        flips = self.verdict.flips
        if flips.empty:
            return "None: no single choice, changed from the default, gives another word"
        said = []
        for row in flips.to_dict("records"):
            forced = f" with {row['forced']}" if row["forced"] else ""
            said.append(f"{row['choice']} “{row['option']}”{forced}: {row['word']}")
        return "; ".join(said)

    def _parts(self) -> list[tuple[str, str, str, str]]:
        """Key, statement, finding, what decides it."""
        return [
            (
                part.key + ("*" if part.bears_load else ""),
                part.statement,
                self.verdict.outcomes[part.key].finding.value,
                self.verdict.outcomes[part.key].says,
            )
            for part in self.verdict.claim.parts
        ]

    def _plain(self) -> str:
        found = self.verdict
        lines = [f"{found.id}: {found.text}", found.sentence]
        lines += [f"{name}: {value}" for name, value in self.facts().items()]
        lines += [f"{key}) {what}: {finding}. {says}" for key, what, finding, says in self._parts()]
        return "\n".join(lines)

    def _markdown(self) -> str:
        found = self.verdict
        facts = "\n".join(f"- {name}: {value}" for name, value in self.facts().items())
        parts = "\n".join(
            f"- Part {key}, {what}: *{finding}*. {says}".replace("*,", "\\*,", 1)
            for key, what, finding, says in self._parts()
        )
        return (
            f"**{found.id}.** {found.text}\n\n**{sentence_case(found.word)}.** {found.sentence}\n\n"
            f"{parts}\n{facts}\n"
        )

    def _html(self) -> str:
        found = self.verdict
        same, total = found.holds
        facts = "".join(
            f"<div><dt>{escape(name)}</dt>"
            f"<dd>{computed(value, f'{found.id}.{slug(name)}')}</dd></div>"
            for name, value in self.facts().items()
        )
        parts = "".join(
            f'<li><span class="part-key">{escape(key)}</span> {escape(sentence_case(what))}: '
            f'<strong class="part-finding">{escape(finding)}</strong>. '
            f"{computed(says, f'{found.id}.part_{key[0]}')}</li>"
            for key, what, finding, says in self._parts()
        )
        return (
            f'<section class="verdict-card" id="claim-{found.id.lower()}" '
            f'aria-label="Verdict on claim {found.id}" data-claim="{found.id}" '
            f'data-verdict="{escape(found.word)}" data-confidence="{escape(found.confidence)}" '
            f'data-certainty="{escape(found.certainty)}" data-holds="{same}/{total}">'
            f'<p class="verdict-claim"><span class="verdict-id">{found.id}</span> '
            f"<q>{escape(found.text)}</q></p>"
            f'<p class="verdict-word">{escape(sentence_case(found.word))}</p>'
            f'<p class="verdict-sentence">{computed(found.sentence, f"{found.id}.sentence")}</p>'
            f'<ul class="verdict-parts">{parts}</ul>'
            f'<dl class="verdict-facts">{facts}</dl>'
            '<p class="verdict-note">* bears the load: without this part the claim is empty.</p>'
            "</section>"
        )


def slug(name: str) -> str:
    """A name fit for `data-name`."""
    return name.lower().replace(" ", "_")


class Ledger:
    """All claims in one table, judged or not yet."""

    COLUMNS = ("Claim", "What is said", "Verdict", "Certainty", "Same word under")

    def __init__(self, claims: pd.DataFrame, judged: dict[str, Verdict]) -> None:
        self.claims = claims
        self.judged = judged

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return bundle(self._markdown(), self._html(), self._markdown())

    def __repr__(self) -> str:
        return self._markdown()

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Claim, text, verdict, certainty, holds: as printed."""
        return [
            (key, str(self.claims.at[key, "claim"]), *self._judged(key))
            for key in map(str, self.claims.index)
        ]

    def _judged(self, key: str) -> tuple[str, str, str]:
        if key not in self.judged:
            return NOT_YET, "", ""
        found = self.judged[key]
        same, total = found.holds
        return found.word, found.certainty, f"{same:,} of {total:,}"

    def _markdown(self) -> str:
        head = "| " + " | ".join(self.COLUMNS) + " |\n|" + " --- |" * len(self.COLUMNS)
        return "\n".join([head, *("| " + " | ".join(row) + " |" for row in self.rows())])

    def _html(self) -> str:
        head = "".join(f'<th scope="col">{name}</th>' for name in self.COLUMNS)
        body = "".join(self._html_row(row) for row in self.rows())
        return (
            '<div class="ledger-box"><table class="ledger"><caption class="visually-hidden">'
            "The claims and their verdicts</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _html_row(self, row: tuple[str, str, str, str, str]) -> str:
        key, text, word, certainty, holds = row
        name = key
        attributes = f'data-claim="{key}" data-verdict="{escape(word)}"'
        if found := self.judged.get(key):
            same, total = found.holds
            chapter = str(self.claims.at[key, "chapter"]).split()[0]
            page = f"_page/chapters/{chapter}#claim-{key.lower()}"
            name = f'<a href="{page}">{key}</a>'
            attributes += (
                f' data-confidence="{escape(found.confidence)}"'
                f' data-certainty="{escape(certainty)}" data-holds="{same}/{total}"'
            )
        cells = (
            f'<td data-label="What is said">{escape(text)}</td>'
            f'<td data-label="Verdict"><span class="verdict-word">{escape(word)}</span></td>'
            f'<td data-label="Certainty">{escape(certainty) or "–"}</td>'
            f'<td data-label="Same word under">'
            f"{computed(holds, f'{key}.holds') if holds else '–'}</td>"
        )
        return f'<tr {attributes}><th scope="row" data-label="Claim">{name}</th>{cells}</tr>'


class Rule:
    """The rule of a claim for the reader: what is measured, what overturns it, and the code."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/markdown": self._markdown(), "text/plain": self._markdown()}

    def _markdown(self) -> str:
        return "\n\n".join(self._part(part) for part in self.verdict.claim.parts)

    def _turning(self, part: Part) -> str:
        """What would show the opposite of what was found."""
        if self.verdict.outcomes[part.key].finding in (Finding.HOLDS, Finding.PARTLY):
            return f"Holds unless the evidence shows {part.overturned_by}"
        if part.holds_with:
            return f"Would hold with {part.holds_with}"
        return f"Would hold without {part.overturned_by}"

    def _part(self, part: Part) -> str:
        code = inspect.getsource(part.rule).rstrip()
        load = ", bears the load" if part.bears_load else ""
        return (
            f"**{self.verdict.id}, part {part.key}{load}: {part.statement}.** "
            f"Measured by {part.measure}. {self._turning(part)}.\n\n"
            f"```python\n{code}\n```"
        )
