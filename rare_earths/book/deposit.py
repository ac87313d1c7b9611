"""``.zenodo.json``: what the archive Zenodo writes beside a deposit of the repository.

Zenodo reads the file when a release is made, so it is committed; it says nothing that does not
stand in ``CITATION.cff`` or ``_config.yml``, and a test makes it again and compares. What is not
set there is left out. ``python -m rare_earths.book.deposit`` writes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from rare_earths.book.files import write_whole

NAME = ".zenodo.json"


def deposit(folder: Path) -> dict[str, Any]:
    """The deposit's record, from the facts in a folder."""
    cited = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    config = yaml.safe_load((folder / "_config.yml").read_text("utf-8"))
    facts = config["sphinx"]["config"]["rare_earths_facts"]
    text, code, data = (facts[f"licence_{name}"] for name in ("text", "code", "data"))
    record = {
        "title": cited["title"],
        # The report is what is cited; its code and data come with it.
        "upload_type": "publication",
        "publication_type": "report",
        "description": f"<p>{' '.join(cited['abstract'].split())}</p>",
        "creators": [_creator(person) for person in cited["authors"]],
        "version": str(cited["version"]),
        "publication_date": str(cited["date-released"]),
        "language": "eng",
        "access_right": "open",
        # Zenodo takes one licence, that of the text; the notes give all three.
        "license": text["name"].lower().replace(" ", "-"),
        "notes": f"Text: {text['name']}. Code: {code['name']}. "
        f"Data compilation: {data['name']}; {data['note']}.",
        "keywords": cited["keywords"],
        "related_identifiers": _related(facts),
    }
    return {name: value for name, value in record.items() if value}


def _creator(person: dict[str, str]) -> dict[str, str]:
    """An author of ``CITATION.cff``: an organisation, or a person with given and family names."""
    parts = filter(None, [person.get("family-names"), person.get("given-names")])
    made = {
        "name": person.get("name") or ", ".join(parts),
        "affiliation": person.get("affiliation"),
        "orcid": person.get("orcid", "").rpartition("/")[2],
    }
    return {name: value for name, value in made.items() if value}


def _related(facts: dict[str, Any]) -> list[dict[str, str]]:
    """Where the book is read and where its source is, once they have an address."""
    places = {"address": "isIdenticalTo", "repository": "isSupplementTo"}
    return [
        {"identifier": facts[name], "relation": relation, "scheme": "url"}
        for name, relation in places.items()
        if facts.get(name)
    ]


def text(folder: Path) -> str:
    """The file as it is committed."""
    return json.dumps(deposit(folder), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write_whole(Path.cwd() / NAME, text(Path.cwd()))
