"""Files written whole or not at all, and what is said when they cannot be."""

from __future__ import annotations

import csv
import errno
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

# No date of ours in archives: the first that a zip can hold.
EPOCH = (1980, 1, 1, 0, 0, 0)


def write_whole(path: Path, text: str) -> None:
    """Write text under another name, then rename: a killed run leaves no half file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def csv_text(rows: Iterable[list[str]]) -> str:
    """Rows as CSV text."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def file_fault(fault: OSError) -> str:
    """What the system says is wrong with a file, as a sentence that names it from here."""
    name = os.path.relpath(fault.filename) if isinstance(fault.filename, str) else ""
    words = fault.strerror or str(fault)
    return f"{words}: {name}." if name else f"{words}."


class FullDiskOnce(io.TextIOBase):
    """Passes text on; that the disk is full is told for the first file, not for each of them."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.told = stream, False

    def write(self, text: str) -> int:
        """Pass on a text, as print or a log writes it."""
        full = f"Errno {errno.ENOSPC}]" in text or f"OSError({errno.ENOSPC}," in text
        if not (full and self.told):
            self.stream.write(text)
        self.told |= full
        return len(text)

    def flush(self) -> None:
        """Pass on what is held back."""
        self.stream.flush()

    def isatty(self) -> bool:
        """Whether a person looks at it."""
        return self.stream.isatty()
