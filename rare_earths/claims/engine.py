"""How a claim is judged: parts, choices, one default, every admissible combination.

The rule of a part is a plain function in the module of its chapter. This module runs it under the
default combination, which gives the verdict, and under all others, which say how far the verdict
depends on choices that could have been made otherwise.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, cached_property

import pandas as pd

from rare_earths.evidence import Evidence

Combination = Mapping[str, str]

SUPPORTED = "supported"
IN_PART = "supported in part"
OUTDATED = "outdated"
NOT_SUPPORTED = "not supported"
CONTRADICTED = "contradicted"
UNTESTABLE = "cannot be tested on open data"
NOT_YET = "not yet tested"
WORDS = (SUPPORTED, IN_PART, OUTDATED, NOT_SUPPORTED, CONTRADICTED, UNTESTABLE)

YARDSTICKS = ("limits", "prices")  # topics of rows that a measured quantity is held against

LEVELS = ("very low", "low", "moderate", "high")
VERBS = {"high": "is", "moderate": "is probably", "low": "may be"}


class ClaimError(Exception):
    """A claim, its rule or its choices are not fit to be judged; the message says which."""


class NotCoveredError(Exception):
    """The evidence has no rows for this combination: it is left out, never guessed."""


class Finding(Enum):
    """What a rule finds for one part under one combination."""

    HOLDS = "holds"
    PARTLY = "holds in part"
    HELD_ONCE = "held once, no longer"
    FAILS = "does not hold"
    OPPOSITE = "the opposite holds"
    UNTESTABLE = "cannot be tested"


@dataclass(frozen=True)
class Outcome:
    """One part under one combination: the finding, the figure that decides it, its rows.

    `value` is in the unit the part's `measure` names; `rows` are ids of the evidence; `says` is
    one sentence with the figures; `imprecise` is a reason why the value may fall on the other side
    of the threshold (a bound, a rounded total), or empty. `measured` groups the rows of the
    quantities in dispute, one group a quantity; empty, each series of each entity among `rows` is
    one, limits and prices left out. `measure` tells apart what options measure (weight, value);
    `covered` is False where the evidence has no rows.
    """

    finding: Finding
    value: float
    rows: tuple[str, ...]
    says: str
    imprecise: str = ""
    measured: tuple[tuple[str, ...], ...] = ()
    measure: str = ""
    covered: bool = True


@dataclass(frozen=True)
class Choice:
    """A decision that could defensibly be made otherwise.

    `prints`: the options are prints of the same quantity (editions, tables), so that those of one
    origin are one voice.
    """

    name: str
    question: str
    options: tuple[str, ...]
    default: str
    prints: bool = False

    def __post_init__(self) -> None:
        if self.default not in self.options:
            raise ClaimError(f"choice {self.name}: default {self.default!r} is not an option")


@dataclass(frozen=True)
class Part:
    """A statement of the claim with its measure, its rule and what would overturn it.

    `overturned_by` is what would show that it does not hold, `holds_with` what would show that it
    does; the reader sees the one that fits the finding.
    """

    key: str
    statement: str
    measure: str
    rule: Callable[[Evidence, Combination], Outcome]
    bears_load: bool
    overturned_by: str
    holds_with: str = ""


@dataclass(frozen=True)
class Claim:
    """A claim as it is put to the test. `indirect` says why a measure stands in for the thing."""

    id: str
    parts: tuple[Part, ...]
    choices: tuple[Choice, ...]
    admissible: Callable[[Combination], bool] = field(default=lambda combination: True)
    indirect: str = ""

    @property
    def default(self) -> dict[str, str]:
        """The combination fixed beforehand; it gives the verdict on the card."""
        return {choice.name: choice.default for choice in self.choices}

    def combinations(self) -> Iterable[dict[str, str]]:
        """Every combination of options that is possible."""
        names = [choice.name for choice in self.choices]
        for options in itertools.product(*(choice.options for choice in self.choices)):
            combination = dict(zip(names, options, strict=True))
            if self.admissible(combination):
                yield combination


def roll_up(findings: Mapping[str, Finding], load_bearing: Iterable[str]) -> str:
    """The one word of a claim from the findings of its parts.

    Parts that cannot be tested stay out, unless they bear the load.
    """
    bearing = [findings[key] for key in load_bearing]
    for finding, word in (
        (Finding.UNTESTABLE, UNTESTABLE),
        (Finding.OPPOSITE, CONTRADICTED),
        (Finding.FAILS, NOT_SUPPORTED),
        (Finding.HELD_ONCE, OUTDATED),
    ):
        if finding in bearing:
            return word
    tested = [finding for finding in findings.values() if finding is not Finding.UNTESTABLE]
    return SUPPORTED if all(finding is Finding.HOLDS for finding in tested) else IN_PART


@dataclass(frozen=True)
class Verdict:
    """A claim judged: the word under the default, and how it fares under every combination."""

    claim: Claim
    evidence: Evidence
    outcomes: dict[str, Outcome]
    combinations: pd.DataFrame

    @property
    def id(self) -> str:
        """Id of the claim."""
        return self.claim.id

    @property
    def text(self) -> str:
        """The claim in our words."""
        return str(self.evidence.claims.loc[self.id, "claim"])

    @cached_property
    def word(self) -> str:
        """The verdict on the card."""
        return _word(self.claim, self.outcomes)

    @property
    def holds(self) -> tuple[int, int]:
        """Under how many of the distinct combinations the same word results, and of how many."""
        distinct = self.combinations[self.combinations["distinct"]]
        return int((distinct["word"] == self.word).sum()), len(distinct)

    @cached_property
    def flips(self) -> pd.DataFrame:
        """Single choices that, changed from the default, give another word.

        A choice that cannot be changed alone takes the choices it forces with it: all combinations
        nearest to the default must give another word. One that forces a flip is that flip, not a
        second. Columns choice, option, forced, word.
        """
        rows = [
            (choice.name, option, nearest)
            for choice in self.claim.choices
            for option in choice.options
            if option != choice.default and (nearest := self._nearest(choice.name, option))
        ]
        alone = {(name, option) for name, option, (forced, _) in rows if not forced}
        kept: list[tuple[str, str, str, str]] = []
        for name, option, (forced, word) in rows:
            if alone.isdisjoint(forced.items()):
                alone.add((name, option))
                told = ", ".join(f"{other} “{value}”" for other, value in forced.items())
                kept.append((name, option, told, word))
        return pd.DataFrame(kept, columns=["choice", "option", "forced", "word"])

    def _nearest(self, name: str, option: str) -> tuple[dict[str, str], str] | None:
        """What an option forces beside itself, and the word then; None if the word can stay."""
        default = self.claim.default
        own = self.combinations[self.combinations[name] == option]
        steps = (own[list(default)] != pd.Series(default)).sum(axis=1)
        nearest = own[steps == steps.min()]
        if nearest.empty or (nearest["word"] == self.word).any():
            return None
        first = nearest.iloc[0]
        others = (other for other in default if other != name)
        return {o: first[o] for o in others if first[o] != default[o]}, first["word"]

    @cached_property
    def lineages(self) -> int:
        """Independent lineages behind the quantity in dispute that has fewest of them.

        Quantities of the load-bearing parts under the default combination.
        """
        return min(self.evidence.independent(rows) for rows in self._quantities())

    @cached_property
    def strength(self) -> str:
        """Evidence: limited, medium or robust, from lineages and grades, never from row counts."""
        best = max(self._best_grade(rows) for rows in self._quantities())
        if self.lineages >= 3 and best == "A":
            return "robust"
        if best == "A" or (self.lineages >= 2 and best == "B"):
            return "medium"
        return "limited"

    @property
    def agreement(self) -> str:
        """Agreement: high from nine in ten combinations on, medium from six, else low."""
        same, total = self.holds
        ratio = same / total
        return "high" if ratio >= 0.9 else "medium" if ratio >= 0.6 else "low"

    @property
    def confidence(self) -> str:
        """The pair of Mastrandrea and others (2010): evidence, agreement."""
        return f"{self.strength} evidence, {self.agreement} agreement"

    @cached_property
    def reasons(self) -> list[tuple[str, str, int]]:
        """Why the certainty is below high: code, sentence, steps down (after GRADE)."""
        found = []
        bearing = [part for part in self.claim.parts if part.bears_load]
        if self.lineages < 2:
            found.append(("single lineage", "A load-bearing figure rests on one origin.", 1))
        if self.agreement != "high":
            same, total = self.holds
            steps = 2 if self.agreement == "low" else 1
            found.append(
                (
                    "inconsistent",
                    f"The word holds in {same:,} of {total:,} ways to test it.",
                    steps,
                )
            )
        for part in bearing:
            if reason := self.outcomes[part.key].imprecise:
                found.append(("imprecise", reason, 1))
                break
        if max(self._best_grade(rows) for rows in self._quantities()) == "C":
            found.append(("biased", "A load-bearing figure was read at second hand only.", 1))
        untested = [k for k, o in self.outcomes.items() if o.finding is Finding.UNTESTABLE]
        if self.claim.indirect or untested:
            why = self.claim.indirect or f"Part {', '.join(untested)} cannot be tested."
            found.append(("indirect", why, 1))
        return found

    @property
    def certainty(self) -> str:
        """One ordered level: high, moderate, low or very low."""
        steps = sum(step for _, _, step in self.reasons)
        return LEVELS[max(0, len(LEVELS) - 1 - steps)]

    @property
    def sentence(self) -> str:
        """The verdict as a sentence whose verb matches the certainty."""
        if self.certainty not in VERBS:
            return f"On this evidence it cannot be said firmly; the rule gives: {self.word}."
        return f"The claim {VERBS[self.certainty]} {self.word}."

    def _quantities(self) -> list[list[str]]:
        """Rows of each quantity that the load-bearing parts dispute under the default."""
        groups: list[list[str]] = []
        for outcome in (self.outcomes[p.key] for p in self.claim.parts if p.bears_load):
            groups += map(list, _quantities(self.evidence, outcome))
        return groups or [[]]

    def _best_grade(self, rows: list[str]) -> str:
        return min(self.evidence.rows.loc[rows, "grade"], default="C")


def judge(claim: Claim, evidence: Evidence) -> Verdict:
    """Run the claim's rules under the default and under every admissible combination."""
    records = [
        record
        for combination in claim.combinations()
        if (record := _record(claim, evidence, combination)) is not None
    ]
    if not records:
        raise ClaimError(f"{claim.id}: no combination of its choices has rows in the evidence")
    table = pd.DataFrame(records)
    table["fingerprint"] = _fingerprints(claim, table)
    table["distinct"] = ~table["fingerprint"].duplicated()
    outcomes = _outcomes(claim, evidence, claim.default)
    return Verdict(claim, evidence, outcomes, table)


def _word(claim: Claim, outcomes: Mapping[str, Outcome]) -> str:
    findings = {key: outcome.finding for key, outcome in outcomes.items()}
    return roll_up(findings, [part.key for part in claim.parts if part.bears_load])


def _outcomes(claim: Claim, evidence: Evidence, combination: Combination) -> dict[str, Outcome]:
    """The outcome of every part; without rows for this combination it cannot be tested."""
    outcomes = {}
    for part in claim.parts:
        try:
            outcomes[part.key] = part.rule(evidence, combination)
        except NotCoveredError as gap:
            outcomes[part.key] = Outcome(
                Finding.UNTESTABLE, float("nan"), (), str(gap), covered=False
            )
    return outcomes


def _record(claim: Claim, evidence: Evidence, combination: dict[str, str]) -> dict | None:
    """One combination as a row of the table; None where a part that bears the load has no rows."""
    is_default = combination == claim.default
    outcomes = _outcomes(claim, evidence, combination)
    bearing = [outcomes[part.key] for part in claim.parts if part.bears_load]
    if not is_default and not all(outcome.covered for outcome in bearing):
        return None
    record: dict = {**combination, "word": _word(claim, outcomes), "default": is_default}
    for key, outcome in outcomes.items():
        record |= {
            f"finding_{key}": outcome.finding.value,
            f"value_{key}": outcome.value,
            f"measure_{key}": outcome.measure,
            f"rows_{key}": frozenset(outcome.rows),
            f"origins_{key}": _origins(evidence, _quantities(evidence, outcome)),
        }
    return record


def _quantities(evidence: Evidence, outcome: Outcome) -> tuple[tuple[str, ...], ...]:
    """Rows of the quantities in dispute, a group each; a limit or a price is only a yardstick."""
    return outcome.measured or _by_quantity(evidence, outcome.rows)


@cache
def _by_quantity(evidence: Evidence, rows: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Rows by series and entity, limits and prices left out."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in dict.fromkeys(rows):
        series, entity, topic, _ = _facts(evidence)[row]
        if topic not in YARDSTICKS:
            groups.setdefault((series, entity), []).append(row)
    return tuple(map(tuple, groups.values()))


@cache
def _facts(evidence: Evidence) -> dict[str, tuple[str, str, str, str]]:
    """Series, entity, topic and lineage of every row: looked up for each combination."""
    facts = evidence.rows[["series", "entity", "topic", "lineage"]]
    return dict(zip(facts.index, facts.itertuples(index=False, name=None), strict=True))


@cache
def _origins(evidence: Evidence, quantities: tuple[tuple[str, ...], ...]) -> frozenset[str]:
    """Where the rows of some quantities were measured: the lineages that derive from no other."""
    lineages = {_facts(evidence)[row][3] for quantity in quantities for row in quantity}
    found = frozenset[str]().union(*(evidence.ancestors(name) for name in lineages))
    return frozenset(name for name in found if len(evidence.ancestors(name)) == 1)


def _fingerprints(claim: Claim, table: pd.DataFrame) -> list[tuple]:
    """Combinations with one fingerprint count once.

    A part counts by finding, origin, measure and the method that changes its value, so that a
    figure printed twice with other roundings is one. A part whose finding never changes the word
    multiplies nothing.
    """
    methods = [choice.name for choice in claim.choices if not choice.prints]
    columns: list = []
    for key in (part.key for part in claim.parts if part.bears_load or _moves(claim, part, table)):
        same = [table[f"{name}_{key}"] for name in ("finding", "measure", "origins")]
        columns += [*same, _first_value(table[f"value_{key}"], *same, table[methods])]
    return list(zip(*columns, strict=True))


def _moves(claim: Claim, part: Part, table: pd.DataFrame) -> bool:
    """Whether, the findings of the other parts being equal, this part's ever changes the word."""
    others = [f"finding_{other.key}" for other in claim.parts if other is not part]
    if not others:
        return True
    return bool((table.groupby(others)["word"].nunique() > 1).any())


def _first_value(values: pd.Series, *alike: pd.Series | pd.DataFrame) -> list[str]:
    """The value of the first combination that is alike in all that is given, as text."""
    first: dict[tuple, str] = {}
    keys = pd.concat(list(alike), axis=1).itertuples(index=False, name=None)
    return [first.setdefault(key, f"{value:.6g}") for key, value in zip(keys, values, strict=True)]
