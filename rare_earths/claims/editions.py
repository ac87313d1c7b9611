"""How new the figures behind a verdict are: the newest edition used, and newer ones known.

An edition is the year of issue of a document that prints a figure. Both are read from the evidence
alone: what nobody entered there is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rare_earths.claims.engine import Verdict


@dataclass(frozen=True)
class Editions:
    """Years of issue with the documents: used by the default, and newer for the same quantities.

    `used` is 0 where no figure has an edition, `known` 0 where none is newer. The documents are
    keys of the evidence's sources.
    """

    used: int
    used_sources: tuple[str, ...]
    known: int
    known_sources: tuple[str, ...]


def editions(found: Verdict) -> Editions:
    """The newest edition that a claim's default combination reads, and the newest beyond it.

    A newer edition counts if it prints a quantity (series and entity) that decides the claim. It
    need not print the year that the claim is about.
    """
    rows = found.evidence.rows
    read = dict.fromkeys(row for outcome in found.outcomes.values() for row in outcome.rows)
    used, used_sources = _newest(rows.loc[list(read)])
    deciding = rows.loc[found.deciding_rows]
    pairs = pd.MultiIndex.from_frame(deciding[["series", "entity"]].drop_duplicates())
    alike = rows[pd.MultiIndex.from_frame(rows[["series", "entity"]]).isin(pairs)]
    known, known_sources = _newest(alike[alike["edition"].fillna(0) > used])
    return Editions(used, used_sources, known, known_sources)


def _newest(rows: pd.DataFrame) -> tuple[int, tuple[str, ...]]:
    """The newest edition among rows and the documents of that year, by their keys."""
    dated = rows[rows["edition"].notna()]
    if dated.empty:
        return 0, ()
    year = int(dated["edition"].max())
    return year, tuple(sorted(dated.loc[dated["edition"] == year, "source"].unique()))
