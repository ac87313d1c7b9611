"""The fonts that the PDF is set in, and which of them this machine lacks."""

from __future__ import annotations

import re
import shutil
import subprocess

from rare_earths.book.latex import FONTS

_NAMED = re.compile(r"\\(?:set\w+font|newfontface\\\w+)\{([^}]+)\}")


def needed() -> list[str]:
    """Names of the fonts that the PDF asks for, each once."""
    return list(dict.fromkeys(_NAMED.findall(FONTS)))


def missing() -> list[str]:
    """Names of the fonts that the system does not know; none where it cannot be asked."""
    if shutil.which("fc-list") is None:
        return []
    return [name for name in needed() if not _known(name)]


def _known(name: str) -> bool:
    told = subprocess.run(
        ["fc-list", name, "family"], capture_output=True, text=True, encoding="utf-8", check=False
    )
    return told.returncode != 0 or bool(told.stdout.strip())
