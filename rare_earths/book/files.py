"""Files written whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

# No date of ours in archives: the first that a zip can hold.
EPOCH = (1980, 1, 1, 0, 0, 0)


def write_whole(path: Path, text: str) -> None:
    """Write text under another name, then rename: a killed run leaves no half file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8")
    part.replace(path)


def csv_text(rows: Iterable[list[str]]) -> str:
    """Rows as CSV text."""
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
