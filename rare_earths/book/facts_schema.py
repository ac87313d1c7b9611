"""What the book needs of ``_config.yml``, as a JSON schema; each part says what is expected.

Beside the schema of Jupyter Book, which leaves most values open.
"""

from __future__ import annotations

from typing import Any


def _text(expected: str, *, pattern: str = r"\S", null: bool = False) -> dict[str, Any]:
    kinds = ["string", "null"] if null else "string"
    return {"type": kinds, "pattern": pattern, "description": expected}


def _group(expected: str, required: list[str], **parts: dict[str, Any]) -> dict[str, Any]:
    """A mapping that has no other keys than these."""
    return {
        "type": "object",
        "description": expected,
        "required": required,
        "properties": parts,
        "additionalProperties": False,
    }


ADDRESS = r"^https?://[^\s/]+\.[^\s/]+(/\S*)?$"
_ADDRESS = _text(
    "an address such as https://example.org/book/, or null", pattern=ADDRESS, null=True
)
_LICENCE = _group("a licence: name, address or note", ["name"], name=_text("the licence's name"),
                  address=_ADDRESS, note=_text("a sentence"))  # fmt: skip
_DATE = _text(
    'a date in quotation marks such as "2025-07-20"',
    pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$",
)
_ARTICLE = _group("the article under test: title, publisher, date", ["title"],
                  title=_text("the article's title"), publisher=_text("its publisher"),
                  date=_DATE)  # fmt: skip
FACTS = _group(
    "the book's facts",
    ["subtitle", "authors", "article", "licence_code", "licence_text", "licence_data"],
    subtitle=_text("the book's subtitle"),
    authors={
        "type": "array",
        "minItems": 1,
        "items": _text("an author's name"),
        "description": "a list of authors",
    },
    publisher=_text("a name, or null", null=True),
    address=_ADDRESS,
    repository=_ADDRESS,
    contact=_text("a mail address, or null", pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", null=True),
    doi=_text("a DOI such as 10.5281/zenodo.1, or null", pattern=r"^10\.\d+/\S+$", null=True),
    article=_ARTICLE,
    licence_code=_LICENCE,
    licence_text=_LICENCE,
    licence_data=_LICENCE,
)
_FAILS = {"const": True, "description": "true: a cell that fails must fail the build"}
_BIBLIOGRAPHIES = {
    "type": "array",
    "items": _text("the path of a file"),
    "description": "a list of BibTeX files",
}
SETTINGS = {
    "type": "object",
    "description": "settings by name",
    "required": ["title", "author", "execute", "bibtex_bibfiles", "sphinx"],
    "properties": {
        "title": _text("the book's title"),
        "author": _text("the book's author"),
        "bibtex_bibfiles": _BIBLIOGRAPHIES,
        "execute": {
            "type": "object",
            "required": ["raise_on_error"],
            "properties": {"raise_on_error": _FAILS},
        },
        "sphinx": {
            "type": "object",
            "required": ["config"],
            "properties": {
                "config": {
                    "type": "object",
                    "required": ["rare_earths_facts"],
                    "properties": {"rare_earths_facts": FACTS},
                }
            },
        },
    },
}
