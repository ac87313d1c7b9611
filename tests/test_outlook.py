"""The outlook's model: stocks, balances, limiting cases, sampling, runner, bad input."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from math import exp, gamma
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rare_earths import cascade, magnet_demand
from rare_earths.evidence import evidence
from rare_earths.outlook import (
    OutlookError,
    answers,
    inputs,
    model,
    paths,
    runner,
    sampling,
    stocks,
)
from rare_earths.outlook.model import DYTB, NDPR

REFERENCE = Path(__file__).parent / "outlook_reference.csv"
DATA = evidence()
SETTING = paths.setting(DATA)
INPUTS = inputs.inputs(DATA)
COUNT = len(INPUTS)
UNIT = st.lists(st.floats(0, 1), min_size=COUNT, max_size=COUNT)


def drawn(unit):
    """One run at a point of the unit cube."""
    return sampling.values(INPUTS, np.atleast_2d(np.array(unit, float)))


def changed(**changes):
    """Values and flows of the central run with some inputs changed."""
    values = inputs.central(DATA, **changes)
    return values, model.run(values, SETTING)


# ---------------------------------------------------------------- stocks


def test_stock_by_hand():
    """A hundred goods in the first year, fifty in the third, mean life two years, shape one."""
    inflow = np.zeros((4, 1, 1))
    inflow[0], inflow[2] = 100.0, 50.0
    alive = stocks.survival(np.array([2.0]), 1.0, 4)
    left = [exp(-0.25), exp(-0.75), exp(-1.25), exp(-1.75)]
    assert alive[:, 0] == pytest.approx(left)
    gone = stocks.outflow(inflow, stocks.discards(alive))[:, 0, 0]
    first = [1 - left[0], left[0] - left[1], left[1] - left[2], left[2] - left[3]]
    by_hand = [100 * part for part in first]
    by_hand[2] += 50 * first[0]
    by_hand[3] += 50 * first[1]
    assert gone == pytest.approx(by_hand)
    in_use = stocks.standing(inflow, alive)[:, 0, 0]
    assert in_use[3] == pytest.approx(100 * left[3] + 50 * left[1])


@pytest.mark.parametrize("mean", [6.0, 15.0, 30.0])
def test_stock_as_in_flodym(mean):
    import flodym

    years = 61
    time = flodym.Dimension(name="time", letter="t", items=list(range(1990, 1990 + years)))
    dims = flodym.DimensionSet(dim_list=[time])
    goods = np.random.default_rng(1).uniform(0, 100, years)
    life = flodym.WeibullLifetime(
        dims=dims, weibull_shape=3.0, weibull_scale=mean / gamma(1 + 1 / 3.0)
    )
    peer = flodym.InflowDrivenDSM(dims=dims, name="goods", lifetime_model=life)
    peer.inflow.values[...] = goods
    peer.compute()
    alive = stocks.survival(np.array([mean]), 3.0, years)
    own = stocks.outflow(goods[:, None, None], stocks.discards(alive))[:, 0, 0]
    assert own == pytest.approx(peer.outflow.values, rel=1e-9, abs=1e-9)
    held = stocks.standing(goods[:, None, None], alive)[:, 0, 0]
    assert held == pytest.approx(peer.stock.values, rel=1e-9)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30), st.floats(0, 50))
def test_a_store_keeps_what_it_is_given(balance, start):
    level, gap = stocks.inventory(np.array(balance)[:, None], start)
    change = np.diff(level[:, 0], prepend=start)
    assert change - gap[:, 0] == pytest.approx(balance, abs=1e-9)
    assert (level >= 0).all() and (gap >= 0).all()
    assert not ((level > 1e-9) & (gap > 1e-9)).any()


# ---------------------------------------------------------------- balances and limits


@settings(max_examples=40, deadline=None)
@given(UNIT)
def test_mass_balance_closes_in_every_run(unit):
    values = drawn(unit)
    flows = model.run(values, SETTING)
    assert model.imbalance(flows, values, SETTING) < 1e-9
    for step in model.SHARES:
        share = model.china_share(flows, step)
        assert (share >= -1e-12).all() and (share <= 1 + 1e-12).all()
    for flow in (flows.use, flows.discarded, flows.rough, flows.old_back, flows.refined_abroad):
        assert (flow >= 0).all()


@pytest.mark.parametrize(
    "lost", ["discarded", "refined", "scrap_back", "old_back", "other", "inventory"]
)
def test_the_balance_sees_a_tonne_that_is_lost(lost):
    values, flows = changed()
    flow = getattr(flows, lost)
    flow[:, -1] *= 0.999  # the second axis is the year
    assert model.imbalance(flows, values, SETTING) > 1e-6


def test_without_growth_of_demand_the_last_year_seen_goes_on():
    _, flows = changed(other_growth=0.0, thrift_ndpr=0.0)
    other = flows.use[2, :, :2].sum(axis=1)
    assert other[paths.AHEAD] == pytest.approx(np.broadcast_to(other[paths.NOW], (26, 1)))


def test_without_recovery_nothing_comes_back():
    _, flows = changed(scrap_recovered=0.0, eol_2050=0.0)
    assert (flows.scrap_back == 0).all()
    assert (flows.old_back[:, -1] == 0).all()
    assert model.recycled(flows)[NDPR, -1] == 0


def test_instant_and_full_recycling_returns_what_is_put_to_use():
    values, flows = changed(
        life_ev=1e-3, life_wind=1e-3, life_other=1e-3, eol_2050=1.0, scrap_recovered=1.0
    )
    assert flows.discarded == pytest.approx(flows.use)
    assert flows.old_back[:, -1] == pytest.approx(flows.finished[:, -1])
    asked = flows.rough[:, -1] - flows.scrap_back[:, -1] - flows.old_back[:, -1]
    assert asked == pytest.approx(np.zeros_like(asked), abs=1e-6)
    assert model.imbalance(flows, values, SETTING) < 1e-9


def test_without_projects_rivals_mine_what_they_mined():
    _, flows = changed(project_realised=0.0, rivals_growth=0.0, refinery_realised=0.0)
    mined = flows.mined["rivals"].sum(axis=0)[paths.AHEAD]
    assert mined == pytest.approx(np.full_like(mined, SETTING.mines[1][0]))


def test_all_projects_on_time_are_the_plan():
    _, flows = changed(project_realised=1.0, project_slip=0.0, rivals_growth=0.0)
    years, tonnes = SETTING.mines
    for year, planned in zip(years, tonnes, strict=True):
        at = flows.mined["rivals"][:, paths.place_of(int(year))].sum()
        assert at == pytest.approx(planned)


@settings(max_examples=20, deadline=None)
@given(UNIT, st.sampled_from(["scrap_recovered", "eol_2050", "recovery_gain"]))
def test_more_recycling_or_recovery_never_widens_the_shortfall(unit, name):
    values = drawn(unit)
    own = next(one for one in INPUTS if one.name == name)
    worse = model.run(values | {name: np.array([own.low])}, SETTING)
    better = model.run(values | {name: np.array([own.high])}, SETTING)
    assert (better.difference[:, -1] >= worse.difference[:, -1] - 1e-6).all()


def test_cars_ask_for_what_the_other_chapter_computes():
    values, flows = changed()
    sold = SETTING.past.cars["World"][paths.NOW]
    mass = magnet_demand.magnets(
        sold, float(values["pm_share"][0]), float(values["magnet_mass"][0]) / 1000
    )
    metal = magnet_demand.ndpr_oxide(mass, float(values["ndpr_in_magnet"][0]), 1.0)
    assert flows.use[0, paths.NOW, :2].sum() == pytest.approx(metal)
    rough = magnet_demand.blanks(
        float(flows.finished[NDPR, paths.NOW, 0]), float(values["scrap"][0])
    )
    assert flows.rough[NDPR, paths.NOW, 0] == pytest.approx(rough)


def test_recovery_adds_what_the_cascade_computes():
    values, flows = changed(recovery_gain=0.3, quota_growth=0.0)
    today, limit = float(values["recovery_light"][0]), SETTING.constants["recovery_limit"]
    seen = float(SETTING.past.mined["light"][-1])
    gained = cascade.gain(seen, today, today + 0.3 * (limit - today))
    assert flows.output["light"][-1, 0] - seen == pytest.approx(gained)


# ---------------------------------------------------------------- inputs


def test_every_input_has_a_range_and_a_basis():
    table = inputs.table(DATA)
    assert table["name"].is_unique and table["label"].is_unique
    assert ((table["low"] < table["high"]) & (table["low"] <= table["value"])).all()
    for basis, ids in zip(table["basis"], table["id"], strict=True):
        assert ids or basis.startswith("assumption:") or ", " in basis


@given(st.floats(0, 1), st.sampled_from(INPUTS))
def test_quantiles_stay_in_the_range_and_rise(at, one):
    here, later = one.at(np.array([at, min(at + 0.1, 1.0)]))
    assert one.low - 1e-12 <= here <= later <= one.high + 1e-12


def test_quantiles_are_those_of_the_triangle():
    from scipy import stats

    one = next(own for own in INPUTS if own.name == "quota_growth")
    width = one.high - one.low
    peer = stats.triang((one.value - one.low) / width, one.low, width)
    unit = np.linspace(0.01, 0.99, 25)
    assert one.at(unit) == pytest.approx(peer.ppf(unit))


BAD = [
    ({"life_wind": 0.0}, "life_wind: must be above 0"),
    ({"eol_2050": 1.2}, "eol_2050: a share between 0 and 1, got 1.2"),
    ({"ndpr_light": 0.999, "dytb_light": 0.01}, "ndpr_light and dytb_light: shares of one whole"),
    ({"scenario_weight": 3.0}, "scenario_weight: between 0 and 2, got 3"),
    ({"magnet_mass": float("nan")}, "magnet_mass: not a number"),
]


@pytest.mark.parametrize(("changes", "sentence"), BAD)
def test_bad_values_are_named(changes, sentence):
    with pytest.raises(OutlookError, match=sentence):
        changed(**changes)


def test_bad_requests_are_named():
    with pytest.raises(OutlookError, match="year 2051: the model runs from 1990 to 2050"):
        paths.place_of(2051)
    with pytest.raises(OutlookError, match="gap_ndpr: year 2020 lies in the past"):
        runner.at("gap_ndpr", 2020)
    with pytest.raises(OutlookError, match="No input is named 'lifetime'"):
        changed(lifetime=3.0)
    with pytest.raises(OutlookError, match="a stock cannot begin below 0, got -1"):
        stocks.inventory(np.zeros((2, 1)), -1.0)
    with pytest.raises(OutlookError, match="a mean life must be above 0 years, got 0"):
        stocks.survival(np.array([0.0]), 3.0, 5)
    with pytest.raises(OutlookError, match="runs: a power of two"):
        runner.run(SETTING, INPUTS, 1000)
    with pytest.raises(OutlookError, match="mass: an input without a source"):
        inputs.Input("mass", "", "", 0, 1, 2, "kg", inputs.TRIANGLE, (), "")
    with pytest.raises(OutlookError, match="mass: the value 3 lies outside 0 to 2"):
        inputs.Input("mass", "", "", 0, 3, 2, "kg", inputs.TRIANGLE, (), "assumption: x")
    with pytest.raises(OutlookError, match="the scenario has no year 2034"):
        paths._sales(DATA, "steps", "World", 2034)


# ---------------------------------------------------------------- sampling and runner


def test_points_do_not_depend_on_the_cut():
    whole = sampling.points(5, 0, 64)
    assert np.array_equal(whole[24:], sampling.points(5, 24, 40))
    assert not np.array_equal(whole, sampling.points(5, 0, 64, seed=1))
    halves = np.floor(whole * 64).astype(int)
    assert all(sorted(column) == list(range(64)) for column in halves.T)  # one in each slice


def test_indices_of_a_sum_are_its_weights():
    weights = np.array([4.0, 2.0, 1.0])
    three = INPUTS[:3]
    design = sampling.design(3, 0, 4096)
    found = sampling.indices(three, design @ weights).set_index("name")
    expected = weights**2 / (weights**2).sum()
    for one, share in zip(three, expected, strict=True):
        assert found.at[one.name, "first"] == pytest.approx(share, abs=0.03)
        assert found.at[one.name, "total"] == pytest.approx(share, abs=0.03)


KEEP = (("shortfall_ndpr", 2040), ("mining", 2050))


def same(one, other):
    assert one.runs == other.runs
    for name, counts in one.counts.items():
        assert np.array_equal(counts, other.counts[name]), name
    for name, kept in one.kept.items():
        assert np.array_equal(kept, other.kept[name]), name


def test_results_do_not_depend_on_chunk_job_or_executor():
    whole = runner.run(SETTING, INPUTS, 512, keep=KEEP)
    same(whole, runner.run(SETTING, INPUTS, 512, keep=KEEP, chunk=37, job=128))
    few = runner.run(SETTING, INPUTS, 64, keep=KEEP)
    same(few, runner.run(SETTING, INPUTS, 64, keep=KEEP, chunk=1))
    with ThreadPoolExecutor(2) as pool:
        same(whole, runner.run(SETTING, INPUTS, 512, keep=KEEP, job=64, executor=pool))
    other = runner.run(SETTING, INPUTS, 512, keep=KEEP, seed=3)
    assert not np.array_equal(whole.kept["mining 2050"], other.kept["mining 2050"])


def test_a_dask_cluster_gives_the_same():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        far = runner.run(SETTING, INPUTS, 256, keep=KEEP, job=64, executor=client.get_executor())
    same(runner.run(SETTING, INPUTS, 256, keep=KEEP), far)


def test_quantiles_of_counts_are_those_of_the_runs():
    found = runner.run(SETTING, INPUTS, 512, keep=KEEP)
    for name, year, fine in (("shortfall_ndpr", 2040, 0.3), ("mining", 2050, 0.002)):
        for at in (0.05, 0.5, 0.95):
            exact = np.quantile(found.kept[f"{name} {year}"], at)
            assert found.quantile(name, at)[year - 2025] == pytest.approx(exact, abs=5 * fine)
    kept = found.kept["mining 2050"]
    assert found.below("mining", 0.6)[-1] == pytest.approx((kept < 0.6).mean(), abs=0.01)
    assert found.lost_by("mining", 2050) == pytest.approx((kept < 0.5).mean(), abs=0.01)


def test_a_share_is_lost_when_it_stays_below():
    share = np.full((26, 3), 0.6)
    share[5:10, 0] = 0.4  # dips and comes back
    share[20:, 1] = 0.4
    assert list(runner.first_below(share, 0.5)) == [runner.NEVER, 2045, runner.NEVER]


def test_memory_does_not_grow_with_runs():
    def peak(runs):
        tracemalloc.start()
        runner.run(SETTING, INPUTS, runs, job=256, chunk=256)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(256)
    assert peak(4096) < 1.1 * peak(1024)


def test_reference_run():
    """The central run as it was saved; a change of data or model moves it and must be looked at."""
    _, flows = changed()
    years = [2000, 2010, 2020, 2024, 2030, 2040, 2050]
    at = [paths.place_of(year) for year in years]
    found = pd.DataFrame({
        "year": years,
        "need_ndpr": model.need(flows)[NDPR, at, 0],
        "need_dytb": model.need(flows)[DYTB, at, 0],
        "mined_ndpr": sum(flows.mined.values())[NDPR, at, 0],
        "recycled_ndpr": model.recycled(flows)[NDPR, at, 0],
        "difference_ndpr": flows.difference[NDPR, at, 0],
        "difference_dytb": flows.difference[DYTB, at, 0],
        **{step: model.china_share(flows, step)[at, 0] for step in model.SHARES},
    })  # fmt: skip
    saved = pd.read_csv(REFERENCE)
    pd.testing.assert_frame_equal(found, saved, rtol=1e-9)


# ---------------------------------------------------------------- answers


def test_a_point_is_worth_its_slope():
    found = answers.worth(DATA, SETTING, 2040).set_index("lever")["tonnes"]
    assert (found > 0).all()
    _, flows = changed()
    at = paths.place_of(2040)
    old = flows.old[NDPR, at, 0]
    assert found["a point more of old magnets recovered"] == pytest.approx(0.01 * old)
    scrap = flows.scrap[NDPR, at, 0]
    assert found["a point more of cutting scrap recovered"] == pytest.approx(0.01 * scrap)


def test_one_at_a_time_moves_every_input_that_counts():
    found = answers.one_at_a_time(DATA, SETTING, lambda flows: answers.shortfall(flows, 2040))
    assert list(found["swing"]) == sorted(found["swing"], reverse=True)
    assert len(found) == COUNT
    still = set(found.loc[found["swing"] == 0, "name"])
    assert "quota_growth" not in still and "refinery_realised" in still
