"""Every built page says what it may load and run, and holds nothing that this forbids."""

from __future__ import annotations

import csv
import re
import socket
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.served import Site
from built import none

from rare_earths.book.policy import checksum, policy
from rare_earths.evidence_checks import FORMULA

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)" />')
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL)
STYLED = re.compile(r"<style\b|<[a-z][^<>]*\s(style=|on[a-z]+=|href=.javascript:)", re.IGNORECASE)
EARLY = re.compile(r"<(script|link rel=.stylesheet|img|style)\b")


def breaches(text: str) -> Iterator[str]:
    """What is wrong with one page under its own policy."""
    said = POLICY.findall(text)
    if len(said) != 1:
        yield f"{len(said)} policies"
        return
    if (first := EARLY.search(text)) and first.start() < text.index(said[0]):
        yield f"{first[0]} before the policy"
    inline = [
        body
        for attributes, body in SCRIPT.findall(text)
        if "src=" not in attributes and "application/ld+json" not in attributes
    ]
    if len(inline) != 1 or policy(inline[0]) != said[0]:
        yield f"{len(inline)} inline scripts, or one that the policy does not name"
    yield from (f"inline style or handler: {m[0][:80]}" for m in STYLED.finditer(text))


def test_every_page_keeps_to_its_policy(site: Site) -> None:
    pages = sorted(site.folder.rglob("*.html"))
    assert len(pages) > 10
    none(
        f"{p.relative_to(site.folder)}: {b}" for p in pages for b in breaches(p.read_text("utf-8"))
    )


SOUND = (
    f'<meta http-equiv="Content-Security-Policy" content="{policy("go()")}" />'
    '<script>go()</script><script type="application/ld+json">{}</script>'
)


@pytest.mark.parametrize(
    "broken",
    [
        SOUND.replace("go()</script>", "go();</script>"),
        SOUND.replace("default-src 'none'", "default-src *"),
        SOUND + "<script>more()</script>",
        SOUND + '<p style="color: red">',
        SOUND + "<style>p { color: red }</style>",
        SOUND + '<img src="a.png" onerror="go()">',
        SOUND + '<a href="javascript:go()">',
        SOUND.replace("<meta", '<link rel="stylesheet" href="a.css"><meta', 1),
        "<p>",
    ],
)
def test_a_breach_is_seen(broken: str) -> None:
    assert not list(breaches(SOUND))
    assert list(breaches(broken))


def test_nothing_is_allowed_by_the_way() -> None:
    """No place but the book's own, no inline text but the one named."""
    rules = policy("go()")
    assert rules.startswith("default-src 'none'; ")
    assert checksum("go()") in rules
    assert not re.search(r"unsafe|\*|https?:|blob:", rules)


def test_the_checksum_is_the_browsers() -> None:
    """As in the standard's example."""
    assert checksum("alert('Hello, world.');") == (
        "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    )


HOME = re.compile(rb"(?<![\w.])/(?:home|Users|root|tmp|work|private|builds?)/[\w.-]+|file:///\w")


def private(content: bytes, names: list[bytes]) -> list[bytes]:
    """Paths of one machine in a file, and the names of its user and itself."""
    return HOME.findall(content) + [name for name in names if name in content]


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file, and what is packed in it: the members of a zip, text and properties of a PDF."""
    yield path.name, path.read_bytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as packed:
            yield from ((name, packed.read(name)) for name in packed.namelist())
    if path.suffix == ".pdf":
        for command in (["pdftotext", path, "-"], ["pdfinfo", path]):
            done = subprocess.run(command, check=True, capture_output=True)
            yield path.name, done.stdout


def test_nothing_of_one_machine_is_shipped(site: Site, pdf_path: Path) -> None:
    """Pages, files and PDF name no folder of the one who built them, no machine, no user."""
    root = str(site.folder.parents[1]).encode()
    host = socket.gethostname().encode()
    names = [root, *([host] if len(host) > 5 and host != b"localhost" else [])]
    built = [p for p in sorted(site.folder.rglob("*")) if p.is_file()]
    assert len(built) > 100
    none(
        f"{name}: {found!r}"
        for path in [*built, pdf_path]
        for name, content in contents(path)
        for found in private(content, names)
    )


@pytest.mark.parametrize(
    "content",
    # In two parts: the repository itself is searched for such names.
    [
        b'"/ho' + b'me/jane/book"',
        b"at /Us" + b"ers/jane",
        b"file:" + b"///x",
        b"(/ro" + b"ot/book)",
        b"on host9",
    ],
)
def test_a_private_name_is_seen(content: bytes) -> None:
    assert private(content, [b"host9"])
    assert not private(b"https://example.org/home/page and a/tmp/b", [b"host9"])


def test_no_table_runs_in_a_spreadsheet(site: Site) -> None:
    """Downloads begin no cell as a formula: those of the evidence and those of the figures."""
    tables = sorted(site.folder.rglob("*.csv"))
    assert len(tables) > 10
    none(
        f"{path.name}: {cell[:60]}"
        for path in tables
        for row in csv.reader(path.read_text("utf-8").splitlines())
        for cell in row
        if re.match(FORMULA, cell)
    )
