"""The evidence as files beside the pages, at addresses that last: ``data/``.

- ``data/<table>.csv`` and ``data/<table>.parquet``: every table; ``data/rows.*`` all topics in one;
- ``data/rare-earths-evidence.zip``: the CSV tables, the bibliography, ``datapackage.json``, README
  and licence: a Frictionless data package whose checksums are those of its own files;
- ``data/left-out.csv``: the rows that are not in the files, since the terms of their source do not
  allow passing them on (``pass_on`` in ``data/vocabulary/licences.csv``), with the reason.

Written at each build of the pages, with the same bytes for the same tables: no date, fixed order.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from rare_earths.book.files import write_whole
from rare_earths.evidence import DATA, ROW_COLUMNS, TABLES, Evidence, evidence
from rare_earths.evidence_package import descriptor

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ZIP = "rare-earths-evidence.zip"
LEFT_OUT = "left-out.csv"
OTHERS = ("sources.bib", "vocabulary/units.txt", "README.md")
NUMBERS = ["value", "low", "high"]
# No date of ours: the first that a zip can hold.
EPOCH = (1980, 1, 1, 0, 0, 0)


@lru_cache(maxsize=2)
def kept_back(data: Evidence) -> pd.DataFrame:
    """The rows that may not be passed on: columns id, topic, source, licence, reason."""
    licence = data.rows["source"].map(data.sources["licence"])
    held = licence.map(data.licences["pass_on"]) == "no"
    rows = data.rows.loc[held, ["topic", "source"]]
    found = rows.assign(licence=licence[held], reason=licence[held].map(data.licences["reason"]))
    return found.reset_index()


def write(folder: Path, data: Evidence) -> None:
    """Write all files into a folder that is theirs alone.

    :param folder: emptied first
    :param data: the evidence of ``rare_earths.evidence.DATA``
    """
    shutil.rmtree(folder, ignore_errors=True)
    back = kept_back(data)
    barred = data.licences.index[data.licences["pass_on"] == "no"]
    sources = set(data.sources.index[data.sources["licence"].isin(barred)])
    drop = {f"{topic}.csv": ("id", set(back["id"])) for topic in data.topics.index}
    drop["exclusions.csv"] = ("source", sources)
    texts = {name: _kept(name, *drop.get(name, ("", set()))) for name in [*drop, *TABLES]}
    texts |= {name: (DATA / name).read_text("utf-8") for name in OTHERS}
    texts["LICENSE-DATA.md"] = (DATA.parent / "LICENSE-DATA.md").read_text("utf-8")
    texts[LEFT_OUT] = back.to_csv(index=False, lineterminator="\n")
    for name, text in texts.items():
        write_whole(folder / name, text)
    package = json.dumps(descriptor(folder, data), indent=1, ensure_ascii=False) + "\n"
    write_whole(folder / "datapackage.json", package)
    (folder / ZIP).write_bytes(_zip(folder))
    write_whole(folder / "rows.csv", _joined(texts, data.topics.index))
    for path in sorted(folder.rglob("*.csv")):
        _parquet(pd.read_csv(path, dtype=str, keep_default_na=False), path.with_suffix(".parquet"))
    _parquet(data.sources.reset_index(), folder / "sources.parquet")


def _kept(name: str, column: str, drop: set[str]) -> str:
    """A table as it stands in ``data/``, without the lines whose cell is one to drop. A row is one
    line there: the check of the evidence sees to it.
    """
    text = (DATA / name).read_text("utf-8")
    if not drop:
        return text
    lines = text.splitlines(keepends=True)
    cells = csv.reader(lines)
    place = next(cells).index(column)
    kept = (line for line, row in zip(lines[1:], cells, strict=True) if row[place] not in drop)
    return lines[0] + "".join(kept)


def _joined(texts: dict[str, str], topics: Iterable[str]) -> str:
    """The rows of all topics in one table, the topic in front."""
    lines = [f"topic,{','.join(ROW_COLUMNS)}\n"]
    for topic in topics:
        lines += [f"{topic},{line}" for line in texts[f"{topic}.csv"].splitlines(keepends=True)[1:]]
    return "".join(lines)


def _zip(folder: Path) -> bytes:
    """All files written so far as one archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = path.relative_to(folder).as_posix()
            entry = zipfile.ZipInfo(f"rare-earths-evidence/{name}", EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, path.read_bytes(), compresslevel=9)
    return made.getvalue()


def _parquet(table: pd.DataFrame, path: Path) -> None:
    """A table as Parquet: numbers as numbers where all cells are, empty cells as null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    typed = table.replace({"": None})
    for column in NUMBERS:
        if column in typed and "series" in typed:
            typed[column] = pd.to_numeric(typed[column])
    made = pa.Table.from_pandas(typed, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(made, path, compression="zstd")


def _write(app: Sphinx) -> None:
    """Write the files before the pages, which name their sizes."""
    if app.builder.format == "html":
        write(Path(app.outdir) / "data", evidence())


def setup(app: Sphinx) -> None:
    """Hook the files into Sphinx."""
    app.connect("builder-inited", _write)
