"""The claims, the choices under which each is judged, the rules that judge them.

`verdict("C02")` judges one claim, `ledger()` lists all fourteen, `verdicts()` is the table that
`tests/expected/verdicts.csv` keeps, `as_json()` what the site serves as `claims.json`.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from rare_earths.claims import (
    demand,
    environment,
    industry,
    reserves,
    rivals,
    technology_policy,
    trade,
)
from rare_earths.claims.cards import Card, Ledger, Rule
from rare_earths.claims.engine import NOT_YET, Claim, ClaimError, Verdict, judge
from rare_earths.evidence import Evidence, evidence

CHAPTERS = (reserves, environment, industry, trade, rivals, technology_policy, demand)
RULES: dict[str, Claim] = {claim.id: claim for chapter in CHAPTERS for claim in chapter.CLAIMS}


def check_registry(listed: pd.DataFrame, rules: dict[str, Claim]) -> None:
    """Every claim listed as tested has a rule, and no rule stands for an open or unknown claim."""
    tested = set(listed.index[listed["status"] == "tested"])
    if missing := sorted(tested - set(rules)):
        raise ClaimError(f"data/claims.csv: {', '.join(missing)} is 'tested' but has no rule")
    if extra := sorted(set(rules) - tested):
        raise ClaimError(f"data/claims.csv: {', '.join(extra)} has a rule but is not 'tested'")


def judge_all(data: Evidence) -> dict[str, Verdict]:
    """The verdict of every claim that has a rule, on the evidence given."""
    check_registry(data.claims, RULES)
    return {key: judge(claim, data) for key, claim in RULES.items()}


def judged(claim: str) -> Verdict:
    """The verdict of one claim with all its numbers; ClaimError if it has no rule."""
    return _judged_on(claim, evidence())


@cache
def _judged_on(claim: str, data: Evidence) -> Verdict:
    check_registry(data.claims, RULES)
    if claim not in RULES:
        raise ClaimError(f"claim {claim!r} has no rule; known are {', '.join(RULES)}")
    return judge(RULES[claim], data)


def _judged() -> dict[str, Verdict]:
    return {key: judged(key) for key in RULES}


def verdict(claim: str) -> Card:
    """The card of one claim, the same wherever it stands."""
    return Card(judged(claim))


def rule(claim: str) -> Rule:
    """The rule of a claim as the reader sees it: parts, thresholds, what overturns, code."""
    return Rule(judged(claim))


def ledger() -> Ledger:
    """All claims of `data/claims.csv`, judged or not yet."""
    return Ledger(evidence().claims, _judged())


def verdicts(data: Evidence | None = None) -> pd.DataFrame:
    """One row a claim: what the card says. Index claim; every value as printed."""
    found = _judged() if data is None else judge_all(data)
    rows = {
        key: _row(found[key]) if key in found else _open_row() for key in evidence().claims.index
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("claim")


def as_json() -> dict:
    """The ledger for other programs: claim, verdict, confidence, the numbers that decide it."""
    found = _judged()
    return {
        "claims": [
            {"id": key, "claim": row["claim"], "chapter": row["chapter"]}
            | (_entry(found[key]) if key in found else {"verdict": NOT_YET})
            for key, row in evidence().claims.iterrows()
        ]
    }


def _row(found: Verdict) -> dict[str, str]:
    same, total = found.holds
    return {
        "verdict": found.word,
        "confidence": found.confidence,
        "certainty": found.certainty,
        "holds": f"{same}/{total}",
        **{f"part_{key}": outcome.finding.value for key, outcome in found.outcomes.items()},
        **{f"value_{key}": f"{outcome.value:.6g}" for key, outcome in found.outcomes.items()},
    }


def _open_row() -> dict[str, str]:
    return {"verdict": NOT_YET}


def _entry(found: Verdict) -> dict:
    same, total = found.holds
    return {
        "verdict": found.word,
        "confidence": found.confidence,
        "certainty": found.certainty,
        "reasons": [sentence for _, sentence, _ in found.reasons],
        "holds": {"same_word": same, "combinations": total},
        "default": found.claim.default,
        "flips": found.flips.to_dict("records"),
        "parts": [
            {
                "key": part.key,
                "statement": part.statement,
                "measure": part.measure,
                "bears_load": part.bears_load,
                "finding": found.outcomes[part.key].finding.value,
                "value": round(found.outcomes[part.key].value, 6),
                "says": found.outcomes[part.key].says,
                "rows": list(found.outcomes[part.key].rows),
            }
            for part in found.claim.parts
        ],
    }
