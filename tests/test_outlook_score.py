"""The score of the outlook: losses, naive forecasts, and that no forecast sees its future."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from test_claims_reserves import changed

from rare_earths.evidence import evidence
from rare_earths.outlook import score


@pytest.fixture(scope="module")
def data():
    return evidence()


@given(st.floats(-2, 2), st.floats(0.05, 2), st.floats(-4, 4))
def test_the_two_losses_agree(mean, spread, outcome):
    runs = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000, mean, spread)
    exact = score.crps_normal(mean, spread, outcome)
    assert score.crps_runs(runs, outcome) == pytest.approx(exact, abs=2e-3)


def test_a_sure_and_right_forecast_loses_nothing():
    assert score.crps_runs(np.full(100, 1.5), 1.5) == 0
    assert score.crps_runs(np.full(100, 1.0), 1.5) == pytest.approx(0.5)


def test_naive_forecasts_of_steady_growth():
    known = pd.Series([100 * 1.1**step for step in range(8)], range(2000, 2008))
    last, _ = score.naive(known, 2010, score.LAST_VALUE, 1e9)
    trend, spread = score.naive(known, 2010, score.TREND, 1e9)
    curve, _ = score.naive(known, 2010, score.LOGISTIC, 1e9)
    assert np.exp(last) == pytest.approx(100 * 1.1**7)
    assert np.exp(trend) == pytest.approx(100 * 1.1**10)
    assert curve == pytest.approx(trend, abs=1e-5)  # far from its ceiling a logistic curve is one
    assert spread == pytest.approx(score.LEAST_SPREAD * 3**0.5)
    low, _ = score.naive(known, 2100, score.LOGISTIC, 300.0)
    assert np.exp(low) == pytest.approx(300.0, rel=0.01)


def test_growth_fades_to_nothing():
    growth, fade = np.array([0.2]), np.array([4.0])
    assert score.faded(growth, fade, 1)[0] == pytest.approx(0.2)
    assert score.faded(growth, fade, 4)[0] == pytest.approx(0.2 * (1 + 0.75 + 0.5 + 0.25))
    assert score.faded(growth, fade, 40)[0] == pytest.approx(score.faded(growth, fade, 4)[0])


@pytest.mark.parametrize("target", score.TARGETS)
def test_no_forecast_sees_its_future(data, target):
    """All that came after 2020 times ten: outcomes and losses move, no forecast does."""
    known, other = score.happened(data, target), data
    later = [year for year in known.rows if year > 2020]
    for row in sorted({row for year in later for row in known.rows[year].split()}):
        other = changed(other, row, value=10 * data.rows.at[row, "value"])
    before, after = score.forecasts(data), score.forecasts(other)
    same = ["target", "origin", "year", "method", "middle", "low", "high"]
    pd.testing.assert_frame_equal(before[same], after[same])
    moved = before["outcome"] != after["outcome"]
    assert set(before.loc[moved, "year"]) == set(later)
    assert set(before.loc[moved, "target"]) == {target}
    assert (before["crps"] != after["crps"])[moved].all()


def test_forecasts_begin_after_their_origin_and_use_it(data):
    found = score.forecasts(data)
    assert (found["year"] > found["origin"]).all()
    row = "nev-sales.china.2020.digitimes-2021-caam"
    other = score.forecasts(changed(data, row, value=2 * data.rows.at[row, "value"]))
    own = (found["target"] == score.NEVS) & (found["origin"] == 2020)
    assert (found["middle"] != other["middle"])[own].all()
    earlier = (found["target"] == score.NEVS) & (found["origin"] < 2020)
    assert (found["middle"] == other["middle"])[earlier].all()


def test_the_table_marks_one_best_method_a_row(data):
    table = score.table(data)
    assert (table.groupby(["target", "origin"])["best"].sum() == 1).all()
    assert set(table["method"]) == set(score.METHODS)
    assert table["coverage"].between(0, 1).all()


def test_published_forecasts_have_their_outcomes(data):
    table = score.published(data)
    assert len(table) == len(score.PUBLISHED)
    molycorp = table.iloc[0]
    assert (molycorp["said"], molycorp["came"]) == (9000, 3000)
