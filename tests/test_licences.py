"""Every shipped file and font has a line in LICENSES.md, and every line a file."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib.metadata import metadata
from pathlib import Path

import pytest
from browser.served import Site
from built import none
from conftest import ROOT

from rare_earths.book.notices import FILE, PACKAGES, licence

LIST = (ROOT / "LICENSES.md").read_text("utf-8")
SITE, PRINT = LIST.split("## The site")[1].split("## The PDF")


WITH_ADDRESS = {"sitemap.xml", "feed.xml"}  # written only when the public address is set


def patterns(part: str) -> list[str]:
    """What stands in the first column of a table."""
    rows = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return list(dict.fromkeys(p for row in rows for p in re.findall("`([^`]+)`", row)))


def unlisted(names: list[str], listed: list[str]) -> Iterator[str]:
    """Names that no pattern covers, and patterns that cover no name."""
    yield from (
        f"{name} has no line in LICENSES.md"
        for name in names
        if not any(fnmatchcase(name, p) for p in listed)
    )
    yield from (
        f"{p} stands for nothing that is shipped"
        for p in listed
        if p not in WITH_ADDRESS and not any(fnmatchcase(name, p) for name in names)
    )


def test_every_file_of_the_site_is_listed(site: Site) -> None:
    files = [p for p in site.folder.rglob("*") if p.is_file()]
    none(unlisted(sorted(p.relative_to(site.folder).as_posix() for p in files), patterns(SITE)))


def test_every_font_of_the_pdf_is_listed(pdf_path: Path) -> None:
    done = subprocess.run(["pdffonts", pdf_path], check=True, capture_output=True, text=True)
    names = {line.split()[0].split("+")[-1] for line in done.stdout.splitlines()[2:]}
    none(unlisted(sorted(names), patterns(PRINT)))


def test_a_stranger_is_seen() -> None:
    listed = patterns(SITE)
    assert "_static/page.js" in listed
    assert list(unlisted(["_static/jquery.js"], ["*.html"])) == [
        "_static/jquery.js has no line in LICENSES.md",
        "*.html stands for nothing that is shipped",
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_licences_are_what_the_packages_say(package: str) -> None:
    """Named in the list under the licence of its own metadata, and its text is found."""
    about = metadata(package)
    said = " ".join([about.get("License-Expression") or "", about.get("License") or "",
                     *(about.get_all("Classifier") or [])])  # fmt: skip
    kind = "BSD" if "BSD" in said else "MIT"
    assert kind in said
    rows = [line.split("|") for line in SITE.splitlines() if line.startswith("| `")]
    assert any(package in re.split(r"[, ]+", row[3].strip()) and kind in row[4] for row in rows)
    assert "Redistribution" in licence(package) or "Permission is hereby granted" in licence(
        package
    )


def test_licences_of_others_are_shipped(site: Site) -> None:
    text = (site.folder / "_static" / FILE).read_text("utf-8")
    assert all(licence(package) in text for package in PACKAGES)
    assert "The Bootstrap Authors" in text
