"""How much support a figure really has: documents against independent origins, and where they
disagree.

A quantity is one series of one entity in one period. Ten documents that quote one agency are ten
documents and one origin.
"""

from __future__ import annotations

import pandas as pd

from rare_earths.evidence import Evidence


def quantities(evidence: Evidence) -> pd.DataFrame:
    """Every quantity that two or more documents print.

    Columns topic, series, entity, period, documents, origins (independent lineages behind the
    rows), unit, low and high (smallest and largest printed value, declared corrections applied,
    NaN where the units differ), id (rows joined by blanks).
    """
    rows = evidence.rows
    keys = ["topic", "series", "entity", "period"]
    shared = rows.groupby(keys, sort=False)["source"].transform("nunique") > 1
    corrected = evidence.select(sorted(rows.loc[shared, "series"].unique()))
    corrected = corrected[corrected.index.isin(rows.index[shared])]
    found = [_quantity(evidence, key, part) for key, part in corrected.groupby(keys, sort=True)]
    frame = pd.DataFrame(found)
    return frame[frame["documents"] > 1].reset_index(drop=True)


def _quantity(evidence: Evidence, key: tuple, part: pd.DataFrame) -> dict[str, object]:
    one_unit = part["unit"].nunique() == 1
    return {
        **dict(zip(("topic", "series", "entity", "period"), key, strict=True)),
        "documents": part["source"].nunique(),
        "origins": evidence.independent(part.index),
        "unit": part["unit"].iloc[0] if one_unit else "",
        "low": part["value"].min() if one_unit else float("nan"),
        "high": part["value"].max() if one_unit else float("nan"),
        "id": " ".join(part.index),
    }


def support(found: pd.DataFrame) -> pd.DataFrame:
    """Quantities by number of independent origins, a topic a row; most quantities first.

    Columns none, one, two, more, all.
    """
    words = found["origins"].clip(upper=3).map({0: "none", 1: "one", 2: "two", 3: "more"})
    table = pd.crosstab(found["topic"], words)
    table = table.reindex(columns=["none", "one", "two", "more"], fill_value=0)
    table["all"] = table.sum(axis=1)
    return table.sort_values("all", ascending=False)


def disagreements(evidence: Evidence, found: pd.DataFrame) -> pd.DataFrame:
    """Quantities with two or more independent origins, by the ratio of highest to lowest value.

    Only positive values of one unit have a ratio. Columns of `quantities`, ratio, and reason:
    what `data/deviations.csv` says of the series and entity, or empty.
    """
    apart = found[(found["origins"] > 1) & (found["low"] > 0)].copy()
    apart["ratio"] = apart["high"] / apart["low"]
    apart["reason"] = [_reason(evidence, row) for row in apart.itertuples(index=False)]
    order = ["ratio", "series", "entity", "period"]
    return apart.sort_values(order, ascending=[False, True, True, True]).reset_index(drop=True)


def _reason(evidence: Evidence, row: object) -> str:
    known = evidence.deviations
    fits = (
        (known["series"] == row.series)  # type: ignore[attr-defined]
        & known["entity"].isin([row.entity, "*"])  # type: ignore[attr-defined]
        & known["period"].isin([row.period, "*"])  # type: ignore[attr-defined]
    )
    return str(known.loc[fits, "reason"].iloc[0]) if fits.any() else ""
