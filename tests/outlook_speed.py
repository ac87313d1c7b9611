"""How fast the outlook runs, how much memory it takes, and how its peers do on the same work.

`python tests/outlook_speed.py` prints the table alone; `make bench` takes it in.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from math import gamma
from typing import Any

import numpy as np

from rare_earths.evidence import evidence
from rare_earths.outlook import inputs, model, paths, runner, sampling, stocks

RUNS = 1 << 17
MANY = 1 << 20
CORES = 2
SECONDS = 6.0  # budget for RUNS on CORES
FEW = 64


def outlook() -> tuple[paths.Setting, tuple[inputs.Input, ...]]:
    data = evidence()
    return paths.setting(data), inputs.inputs(data)


def timed_runs(runs: int, cores: int = CORES) -> float:
    """Seconds of a full run on some cores; workers are started beforehand."""
    setting, own = outlook()
    with ProcessPoolExecutor(cores) as pool:
        list(pool.map(runner.work, _first_jobs(setting, own, cores)))
        start = time.perf_counter()
        runner.run(setting, own, runs, executor=pool)
        return time.perf_counter() - start


def _first_jobs(setting: paths.Setting, own: tuple[inputs.Input, ...], count: int) -> list:
    return [runner.Job(setting, own, 0, 64, sampling.SEED, 64, (), (), False) for _ in range(count)]


def one_core_seconds(runs: int) -> float:
    """Processor seconds of a run on one core: what other load on the machine hardly moves."""
    setting, own = outlook()
    runner.run(setting, own, 1024)
    start = time.process_time()
    runner.run(setting, own, runs)
    return time.process_time() - start


def loop_seconds() -> float:
    """Processor seconds a run of a plain loop: one run at a time through the same model."""
    setting, own = outlook()
    unit = sampling.points(len(own), 0, FEW)
    start = time.process_time()
    for place in range(FEW):
        model.run(sampling.values(own, unit[place : place + 1]), setting)
    return (time.process_time() - start) / FEW


def stock_seconds() -> dict[str, float]:
    """Processor seconds a run of the stocks alone (three uses, four flows), ours and flodym's."""
    import flodym

    setting, own = outlook()
    values = sampling.values(own, sampling.points(len(own), 0, FEW))
    use = model.run(values, setting).use
    shape = setting.constants["life_shape"]
    years = [int(year) for year in paths.YEARS]

    start = time.process_time()
    for flow, name in zip(use, model.USES, strict=True):
        alive = stocks.survival(values[model.LIVES[name]], shape, len(years))
        stocks.outflow(flow, stocks.discards(alive))
    ours = (time.process_time() - start) / FEW

    time_axis = flodym.Dimension(name="time", letter="t", items=years)
    kinds = flodym.Dimension(name="flow", letter="f", items=[0, 1, 2, 3])
    runs = flodym.Dimension(name="run", letter="r", items=list(range(FEW)))
    dims = flodym.DimensionSet(dim_list=[time_axis, kinds, runs])
    start = time.process_time()
    for flow, name in zip(use, model.USES, strict=True):
        scale = np.broadcast_to(values[model.LIVES[name]] / gamma(1 + 1 / shape), flow.shape)
        life = flodym.WeibullLifetime(dims=dims, weibull_shape=shape, weibull_scale=scale.copy())
        stock = flodym.InflowDrivenDSM(dims=dims, name=name, lifetime_model=life)
        stock.inflow.values[...] = flow
        stock.compute()
    return {"ours": ours, "flodym": (time.process_time() - start) / FEW}


def one_run_ms() -> float:
    """Milliseconds of one run, as an explorer with a kernel makes it."""
    setting, _ = outlook()
    values = inputs.central(evidence())
    model.run(values, setting)
    start = time.perf_counter()
    for _ in range(10):
        model.run(values, setting)
    return (time.perf_counter() - start) * 100


def peak_mb(runs: int) -> float:
    """Most memory of a fresh process that makes some runs on one core, MB."""
    command = [sys.executable, __file__, "peak", str(runs)]
    return float(subprocess.check_output(command, env=os.environ).decode())


def measure() -> dict[str, Any]:
    """All of it, in words to numbers."""
    stock = stock_seconds()
    quarter, whole = one_core_seconds(RUNS // 4), one_core_seconds(RUNS)
    return {
        "runs": RUNS,
        "seconds on two cores": round(timed_runs(RUNS), 1),
        "processor seconds": round(whole, 1),
        "a quarter of the runs, processor seconds": round(quarter, 1),
        "plain loop, seconds for as many runs": round(loop_seconds() * RUNS, 0),
        "stocks alone, seconds": round(stock["ours"] * RUNS, 1),
        "stocks alone by flodym, seconds": round(stock["flodym"] * RUNS, 1),
        "one run, ms": round(one_run_ms(), 1),
        "memory of the runs, MB": round(peak_mb(RUNS), 0),
        "memory of a million, MB": round(peak_mb(MANY), 0),
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["peak"]:
        setting, own = outlook()
        runner.run(setting, own, int(sys.argv[2]))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    else:
        for name, value in measure().items():
            print(f"{name:45} {value}")
