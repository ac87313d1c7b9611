"""Puts a finished folder in the place of the one that readers see, whole or not at all.

A build works in ``_build/html.new``. Only when all of it stands do the two folders change places:
whoever reads ``_build/html``, or deploys it, sees the old pages or the new ones, never a mixture.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path

_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux


def beside(place: Path, ending: str) -> Path:
    """``html.new`` or ``html.old`` for ``html``."""
    return place.with_name(f"{place.name}.{ending}")


def begin(place: Path) -> Path:
    """The empty folder to build in; what a killed run left is gone."""
    mend(place)
    new = beside(place, "new")
    new.mkdir(parents=True)
    return new


def mend(place: Path) -> None:
    """Clear away what a killed run left; put back what it had moved aside."""
    new, old = beside(place, "new"), beside(place, "old")
    if old.is_dir() and not place.exists():
        old.rename(place)
    for leftover in (new, old):
        if leftover.exists():
            shutil.rmtree(leftover)


def put(new: Path, place: Path) -> None:
    """Put ``new`` in the place of ``place``, and remove what stood there."""
    _same_rights(new)
    old = beside(place, "old")
    if not place.exists():
        new.rename(place)
    elif _exchange(new, place):
        shutil.rmtree(new)
    else:
        place.rename(old)
        new.rename(place)
        shutil.rmtree(old)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in a single step; false where the system cannot."""
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    if renameat2 is None:
        return False
    return bool(renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0)


def _same_rights(folder: Path) -> None:
    """Files that everybody may read, whatever the user's umask and the rights of the sources."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
