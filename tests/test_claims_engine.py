"""How a claim is judged: the roll-up, the counting of combinations, confidence, the registry."""

import itertools

import pandas as pd
import pytest

from rare_earths import claims, multiverse
from rare_earths.claims import engine
from rare_earths.claims.cards import Rule
from rare_earths.claims.engine import (
    Choice,
    Claim,
    ClaimError,
    Finding,
    NotCoveredError,
    Outcome,
    Part,
    judge,
    roll_up,
)

HOLDS, PARTLY, ONCE, FAILS, OPPOSITE, NONE = Finding


@pytest.mark.parametrize(
    ("bearing", "other", "word"),
    [
        (HOLDS, HOLDS, "supported"),
        (HOLDS, NONE, "supported"),
        (HOLDS, FAILS, "supported in part"),
        (HOLDS, PARTLY, "supported in part"),
        (PARTLY, HOLDS, "supported in part"),
        (ONCE, HOLDS, "outdated"),
        (FAILS, HOLDS, "not supported"),
        (OPPOSITE, HOLDS, "contradicted"),
        (NONE, HOLDS, "cannot be tested on open data"),
    ],
)
def test_roll_up(bearing, other, word):
    assert roll_up({"a": bearing, "b": other}, ["a"]) == word


def test_no_part_that_does_not_bear_load_can_sink_a_claim():
    for other in Finding:
        assert roll_up({"a": HOLDS, "b": other}, ["a"]) in ("supported", "supported in part")


def test_two_parts_that_bear_load_both_count():
    for one, two in itertools.product(Finding, repeat=2):
        word = roll_up({"a": one, "b": two}, ["a", "b"])
        assert (word == "supported") == (one is HOLDS and two is HOLDS)


class FakeEvidence:
    """Just what judge asks for: rows with lineage and grade, and independence. Made up."""

    def __init__(self) -> None:
        self.rows = pd.DataFrame(
            {
                "lineage": ["x", "x", "y", "w"],
                "grade": ["A", "A", "C", "A"],
                "series": ["size", "size", "size", "limit"],
                "entity": "somewhere",
                "topic": ["made_up", "made_up", "made_up", "limits"],
            },
            index=["r1", "r2", "r3", "limit"],
        )
        self.claims = pd.DataFrame({"claim": ["a made-up claim"]}, index=["T01"])

    def ancestors(self, lineage) -> frozenset[str]:
        return frozenset({lineage})

    def independent(self, ids) -> int:
        return self.rows.loc[list(ids), "lineage"].nunique()


def made_up(values, admissible=lambda combination: True, default="one"):
    """A claim of one part whose value depends on one choice; a missing value is not covered."""

    def rule(evidence, combination):
        if combination["source"] not in values:
            raise NotCoveredError("no row")
        value, row = values[combination["source"]]
        return Outcome(HOLDS if value > 10 else FAILS, value, (row,), f"It is {value}.")

    part = Part("a", "it is large", "size", rule, True, "a small one")
    choice = Choice("source", "Whose?", ("one", "two", "three"), default)
    return Claim("T01", (part,), (choice,), admissible)


def test_the_default_gives_the_word_and_a_single_choice_flips_it():
    found = judge(
        made_up({"one": (20, "r1"), "two": (30, "r3"), "three": (5, "r3")}), FakeEvidence()
    )
    assert found.word == "supported"
    assert found.holds == (2, 3)
    assert found.flips.to_dict("records") == [
        {"choice": "source", "option": "three", "forced": "", "word": "not supported"}
    ]


def test_one_lineage_with_one_value_counts_once():
    found = judge(
        made_up({"one": (20, "r1"), "two": (20, "r2"), "three": (5, "r3")}), FakeEvidence()
    )
    assert found.holds == (1, 2)


def test_combinations_without_rows_and_impossible_ones_are_left_out():
    claim = made_up({"one": (20, "r1"), "two": (5, "r3")}, lambda c: c["source"] != "two")
    assert list(judge(claim, FakeEvidence()).combinations["source"]) == ["one"]


def test_a_default_without_rows_cannot_be_tested():
    found = judge(made_up({"two": (20, "r1")}), FakeEvidence())
    assert found.word == "cannot be tested on open data"


def test_certainty_has_a_reason_for_every_step_down():
    found = judge(made_up({"one": (20, "r3"), "two": (5, "r3")}), FakeEvidence())
    codes = {code for code, _, _ in found.reasons}
    assert codes == {"single lineage", "inconsistent", "biased"}
    assert found.certainty == "very low"
    assert "cannot be said" in found.sentence


def outcome_of(finding, value, *rows, **more):
    return Outcome(finding, value, rows, f"It is {value}.", **more)


def claim_of(rules, choices, admissible=lambda combination: True):
    """A made-up claim whose first part bears the load."""
    parts = tuple(
        Part(key, f"part {key}", "size", rule, key == "a", "a small one", "a large one")
        for key, rule in rules.items()
    )
    return Claim("T01", parts, choices, admissible)


WHOSE = Choice("source", "Whose?", ("one", "two"), "one")
IDLE = Choice("idle", "What changes nothing?", ("this", "that", "other"), "this")


def test_a_limit_is_a_yardstick_and_no_quantity_in_dispute():
    rule = lambda evidence, combination: outcome_of(HOLDS, 20, "r1", "r3", "limit")  # noqa: E731
    found = judge(claim_of({"a": rule}, (WHOSE,)), FakeEvidence())
    assert found.lineages == 2


def test_the_quantity_with_fewest_origins_decides_the_strength():
    def rule(evidence, combination):
        return outcome_of(HOLDS, 20, "r1", "r3", measured=(("r1", "r3"), ("r3",)))

    found = judge(claim_of({"a": rule}, (WHOSE,)), FakeEvidence())
    assert found.lineages == 1
    assert "biased" in [code for code, _, _ in found.reasons]


def test_an_option_that_changes_nothing_multiplies_nothing():
    def rule(evidence, combination):
        return outcome_of(HOLDS, 20, "r1" if combination["source"] == "one" else "r3")

    found = judge(claim_of({"a": rule}, (WHOSE, IDLE)), FakeEvidence())
    assert len(found.combinations) == 6
    assert found.holds == (2, 2)


@pytest.mark.parametrize(("finding", "count"), [(HOLDS, (2, 3)), (FAILS, (1, 1))])
def test_another_part_counts_where_it_can_change_the_word(finding, count):
    """Where the claim fails in any case, what the other part finds multiplies nothing."""

    def bearing(evidence, combination):
        return outcome_of(finding, 20, "r1")

    def other(evidence, combination):
        value = {"this": 1, "that": 2, "other": 30}[combination["idle"]]
        return outcome_of(HOLDS if value > 10 else FAILS, value, "r3")

    found = judge(claim_of({"a": bearing, "b": other}, (IDLE,)), FakeEvidence())
    assert found.holds == count


@pytest.mark.parametrize(("prints", "distinct"), [(True, 1), (False, 2)])
def test_prints_of_one_origin_with_other_roundings_count_once(prints, distinct):
    def rule(evidence, combination):
        return outcome_of(HOLDS, *((20, "r1") if combination["source"] == "one" else (21, "r2")))

    choice = Choice("source", "Whose?", ("one", "two"), "one", prints)
    assert judge(claim_of({"a": rule}, (choice,)), FakeEvidence()).holds == (distinct, distinct)


def gap_at(option, row="r1"):
    def rule(evidence, combination):
        if combination["source"] == option:
            raise NotCoveredError("no row")
        return outcome_of(HOLDS, 20, row)

    return rule


def test_only_a_gap_in_a_part_that_bears_the_load_drops_a_combination():
    full = gap_at("none")
    kept = judge(claim_of({"a": full, "b": gap_at("two")}, (WHOSE,)), FakeEvidence())
    assert list(kept.combinations["source"]) == ["one", "two"]
    assert list(kept.combinations["finding_b"]) == ["holds", "cannot be tested"]
    dropped = judge(claim_of({"a": gap_at("two"), "b": full}, (WHOSE,)), FakeEvidence())
    assert list(dropped.combinations["source"]) == ["one"]


def test_a_choice_flips_together_with_those_it_forces():
    def rule(evidence, combination):
        return outcome_of(FAILS if combination["source"] == "two" else HOLDS, 20, "r1")

    forced = claim_of({"a": rule}, (WHOSE, IDLE),
                      lambda c: c["source"] == "one" or c["idle"] == "that")  # fmt: skip
    assert judge(forced, FakeEvidence()).flips.to_dict("records") == [
        {"choice": "source", "option": "two", "forced": "idle “that”", "word": "not supported"}
    ]


def test_a_choice_that_forces_a_flip_is_no_second_flip():
    def rule(evidence, combination):
        return outcome_of(FAILS if combination["source"] == "two" else HOLDS, 20, "r1")

    claim = claim_of({"a": rule}, (WHOSE, IDLE),
                     lambda c: c["source"] == "two" or c["idle"] == "this")  # fmt: skip
    assert list(judge(claim, FakeEvidence()).flips["choice"]) == ["source"]


def test_the_rule_says_what_would_turn_what_was_found():
    holds = judge(claim_of({"a": gap_at("none")}, (WHOSE,)), FakeEvidence())
    assert "Holds unless the evidence shows a small one." in Rule(holds)._markdown()
    fails = lambda evidence, combination: outcome_of(FAILS, 1, "r1")  # noqa: E731
    found = judge(claim_of({"a": fails}, (WHOSE,)), FakeEvidence())
    assert "Would hold with a large one." in Rule(found)._markdown()


def test_the_figure_of_choices_counts_what_the_card_counts():
    def rule(evidence, combination):
        return outcome_of(HOLDS, 20, "r1" if combination["source"] == "one" else "r3")

    found = judge(claim_of({"a": rule}, (WHOSE, IDLE)), FakeEvidence())
    frame = multiverse.shares(found)
    for question in frame["choice"].unique():
        assert frame.loc[frame["choice"] == question, "combinations"].max() <= found.holds[1]
    assert list(frame["combinations"]) == [1, 1, 2, 2, 2]


def test_a_default_that_is_no_option_is_refused():
    with pytest.raises(ClaimError, match="choice source: default 'none'"):
        made_up({}, default="none")


def test_a_tested_claim_without_rule_is_refused():
    listed = pd.DataFrame({"status": ["tested", "open"]}, index=["C01", "C99"])
    with pytest.raises(ClaimError, match=r"data/claims\.csv: C01 is 'tested' but has no rule"):
        claims.check_registry(listed, {})


def test_a_rule_for_an_open_claim_is_refused():
    listed = pd.DataFrame({"status": ["open"]}, index=["C01"])
    with pytest.raises(ClaimError, match="C01 has a rule but is not 'tested'"):
        claims.check_registry(listed, {"C01": made_up({})})


@pytest.mark.parametrize("key", list(claims.RULES))
def test_every_claim_is_judged_with_reasons_and_consistent_counts(key):
    found = claims.judged(key)
    same, total = found.holds
    assert 0 < same <= total <= len(found.combinations)
    assert found.word in engine.WORDS
    assert found.certainty == "high" or found.reasons
    assert found.combinations["default"].sum() == 1
    default = found.combinations[found.combinations["default"]].iloc[0]
    assert default["word"] == found.word
    for part in found.claim.parts:
        assert part.overturned_by
        outcome = found.outcomes[part.key]
        assert outcome.finding is NONE or outcome.rows


def test_an_unknown_claim_is_named():
    with pytest.raises(ClaimError, match="claim 'C77' has no rule"):
        claims.judged("C77")
