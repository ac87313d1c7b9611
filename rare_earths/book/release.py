"""The release: the whole book in one zip, to be read without a network, and its checksum.

The zip holds the site as it is served (opened from disk, ``index.html`` works with search, controls
and all files), the PDF, the EPUB and the licences. Same sources, same bytes: fixed order, no date.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from rare_earths.book.facts import Stamp
from rare_earths.book.files import EPOCH, write_whole

NAME = "rare-earths"
PRINTS = ("pdf", "epub")
README = """\
Reckoning with China's Rare Earths, {stamp}.

Open index.html in a browser: no network is needed, search included.
{prints}The evidence as tables: data/, all in one data/rare-earths-evidence.zip.
Terms: the LICENSE files here.
"""
# Packed already: to deflate them again costs time and saves nothing.
_PACKED = {".zip", ".epub", ".pdf", ".png", ".parquet"}


def pack(build: Path, stamp: Stamp) -> Path:
    """Write ``release/rare-earths-<version>.zip`` and its ``.sha256`` beside it.

    :param build: the folder ``_build`` with the site and, where they are built, PDF and EPUB
    :returns: the path of the zip
    """
    name = f"{NAME}-{stamp.version}"
    target = build / "release" / f"{name}.zip"
    target.parent.mkdir(exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    with zipfile.ZipFile(part, "w") as archive:
        for inside, content in sorted(_entries(build, stamp)):
            entry = zipfile.ZipInfo(f"{name}/{inside}", EPOCH)
            packed = Path(inside).suffix in _PACKED
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compresslevel=9)
    part.replace(target)
    checksum = hashlib.sha256(target.read_bytes()).hexdigest()
    write_whole(target.with_suffix(".zip.sha256"), f"{checksum}  {target.name}\n")
    return target


def _entries(build: Path, stamp: Stamp) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file of the release."""
    html = build / "html"
    for path in html.rglob("*"):
        # What tells a server or Sphinx something says nothing to a reader.
        if path.is_file() and path.name not in (".nojekyll", ".buildinfo", "404.html"):
            yield path.relative_to(html).as_posix(), path.read_bytes()
    prints = [f"{NAME}.{kind}" for kind in PRINTS if (build / kind / f"{NAME}.{kind}").is_file()]
    for name in prints:
        yield name, (build / Path(name).suffix[1:] / name).read_bytes()
    for path in build.parent.glob("LICENSE*"):
        yield path.name, path.read_bytes()
    told = f"To print or to read on a reader: {', '.join(prints)}.\n" if prints else ""
    yield "README.txt", README.format(stamp=stamp, prints=told).encode()
