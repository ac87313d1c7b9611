"""Documents against origins, and the ranking of disagreements."""

import copy

import pandas as pd
import pytest

from rare_earths import support
from rare_earths.evidence import evidence


@pytest.fixture(scope="module")
def data():
    return evidence()


@pytest.fixture(scope="module")
def found(data):
    return support.quantities(data)


def test_every_quantity_is_printed_twice_and_counted_once(found):
    assert (found["documents"] > 1).all()
    assert not found.duplicated(["series", "entity", "period"]).any()
    assert (found["origins"] <= found["documents"]).all()


def test_the_table_by_topic_adds_up(found):
    table = support.support(found)
    assert table["all"].sum() == len(found)
    assert (table[["none", "one", "two", "more"]].sum(axis=1) == table["all"]).all()


def test_a_second_hand_copy_is_a_document_but_no_origin(data):
    row = "mine-production.china.2020.usgs-mcs-2022-data"
    copied = data.rows.loc[[row]].assign(source="haotiti_mcs_2017", hand="quoted", grade="C")
    copied.index = pd.Index(["copy.of.a.row"], name="id")
    more = copy.copy(data)
    more.rows = pd.concat([data.rows, copied])
    keys = ["mine_production", "China", "2020"]

    def origins(base):
        own = base.rows[(base.rows[["series", "entity", "period"]] == keys).all(axis=1)]
        return own["source"].nunique(), base.independent(own.index)

    before, after = origins(data), origins(more)
    assert after == (before[0] + 1, before[1])


def test_disagreements_fall_and_rest_on_two_origins(data, found):
    apart = support.disagreements(data, found)
    assert apart["ratio"].is_monotonic_decreasing
    assert (apart["ratio"] >= 1).all()
    assert (apart["origins"] > 1).all()
    wide = apart[(apart["ratio"] > 1.5) & (apart["series"] == "mine_production")]
    assert wide["reason"].ne("").all(), "a wide gap needs a line in data/deviations.csv"
