"""Files written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


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


def file_fault(fault: OSError) -> str:
    """What the system says is wrong with a file, as a sentence that names it from here."""
    name = os.path.relpath(fault.filename) if isinstance(fault.filename, str) else ""
    words = fault.strerror or str(fault)
    return f"{words}: {name}." if name else f"{words}."
