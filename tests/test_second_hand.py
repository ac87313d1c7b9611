"""Press that quotes an agency is no second witness: a second-hand copy of known rows changes no
verdict, no confidence and no count, whatever the claim."""

from __future__ import annotations

import pandas as pd
import pytest

from rare_earths import claims
from rare_earths.claims.engine import Verdict, judge
from rare_earths.evidence import DATA, Evidence, _read, evidence


def rows_of(verdict: Verdict) -> list[str]:
    """Every row that some combination of the claim rests on."""
    columns = [c for c in verdict.combinations.columns if c.startswith("rows_")]
    return sorted({row for c in columns for rows in verdict.combinations[c] for row in rows})


def with_copies(book: Evidence, ids: list[str]) -> Evidence:
    """The evidence with each of the rows once more, quoted by pages of the lowest grade: one page
    for each document quoted, that has printed nothing of the kind so far."""
    own = book.rows.loc[ids]
    taken = set(book.rows.loc[book.rows["series"].isin(own["series"]), "source"])
    free = (k for k, grade in book.sources["grade"].items() if grade == "C" and k not in taken)
    page = {source: next(free) for source in own["source"].unique()}
    # What a page quotes is the figure as it was corrected, if its source had slipped.
    copies = book._corrected.loc[ids, book.rows.columns].assign(
        source=own["source"].map(page), grade="C", hand="quoted", locator="body"
    )
    copies.index = pd.Index([f"{id}.copy" for id in ids], name="id")
    return Evidence(_read(DATA), pd.concat([book.rows, copies]))


@pytest.mark.parametrize("claim", claims.RULES)
def test_copies_of_all_rows_of_a_claim_change_nothing(claim: str) -> None:
    before = judge(claims.RULES[claim], evidence())
    after = judge(claims.RULES[claim], with_copies(evidence(), rows_of(before)))
    for what in ("word", "confidence", "certainty", "holds", "lineages"):
        assert getattr(after, what) == getattr(before, what), what
    for key, outcome in before.outcomes.items():
        assert after.outcomes[key].value == pytest.approx(outcome.value, nan_ok=True), key
