"""Many runs in bounded memory, on one core or on a cluster.

The work is cut into jobs of consecutive runs. A job draws its own points, runs the model in small
chunks that stay in the cache, and hands back counts (histograms with fixed bins) and, where asked,
one number a run. Counts of whole numbers add up alike in any cut and order. An executor is anything
with the interface of concurrent.futures: threads, processes, or a cluster's client made into one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from rare_earths.outlook import model, sampling
from rare_earths.outlook.inputs import Input, OutlookError
from rare_earths.outlook.model import DYTB, NDPR, Flows, Values
from rare_earths.outlook.paths import AHEAD, LAST, NOW, YEARS, Setting, place_of

CHUNK = 512  # runs at once: their flows fit a core's cache
JOB = 8192  # runs a job
NEVER = LAST + 1
SURVEYED = 2007  # year-end of the Chinese count of reserves by kind of ore
HALF = 0.5  # of the world: below it China's standing in a step counts as lost
AHEAD_YEARS = YEARS[AHEAD]


@dataclass(frozen=True)
class Outcome:
    """What is asked of a run: a number of each year ahead, or one number; with bins to count in."""

    label: str
    unit: str
    of: Callable[[Flows, Values], np.ndarray]
    low: float
    high: float
    bins: int


def _ahead(series: np.ndarray) -> np.ndarray:
    return series[AHEAD]


def _kilo(series: np.ndarray) -> np.ndarray:
    return series[AHEAD] / 1000


def _share(step: str) -> Callable[[Flows, Values], np.ndarray]:
    return lambda flows, values: _ahead(model.china_share(flows, step))


def _lost(step: str) -> Callable[[Flows, Values], np.ndarray]:
    return lambda flows, values: first_below(_ahead(model.china_share(flows, step)), HALF)


def _lacking(element: int) -> Callable[[Flows, Values], np.ndarray]:
    return lambda flows, values: _kilo(flows.gap[element])


def _asked(element: int) -> Callable[[Flows, Values], np.ndarray]:
    return lambda flows, values: _kilo(model.need(flows)[element])


def _short(element: int) -> Callable[[Flows, Values], np.ndarray]:
    return lambda flows, values: -_kilo(flows.difference[element])


def _recycled(flows: Flows, values: Values) -> np.ndarray:
    return _ahead(model.recycled(flows)[NDPR] / model.need(flows)[NDPR])


def _old(flows: Flows, values: Values) -> np.ndarray:
    return _ahead(flows.old_back[NDPR] / model.need(flows)[NDPR])


def _used(ore: str) -> Callable[[Flows, Values], np.ndarray]:
    return lambda flows, values: _ahead(flows.output[ore]).sum(axis=0) / 1e6


def _broken(ore: str) -> Callable[[Flows, Values], np.ndarray]:
    return lambda flows, values: flows.ore[ore][place_of(SURVEYED + 1) :].sum(axis=0) / 1e6


def _light_growth(flows: Flows, values: Values) -> np.ndarray:
    return flows.output["light"][-1] / flows.output["light"][NOW]


SERIES = {
    "need_ndpr": Outcome("Nd+Pr asked for", "kt", _asked(NDPR), 0, 600, 2400),
    "need_dytb": Outcome("Dy+Tb asked for", "kt", _asked(DYTB), 0, 40, 2000),
    "shortfall_ndpr": Outcome("Nd+Pr asked for less supplied", "kt", _short(NDPR), -300, 500, 3200),
    "shortfall_dytb": Outcome("Dy+Tb asked for less supplied", "kt", _short(DYTB), -20, 30, 2000),
    "gap_ndpr": Outcome("Nd+Pr lacking after stores", "kt", _lacking(NDPR), 0, 500, 2000),
    "gap_dytb": Outcome("Dy+Tb lacking after stores", "kt", _lacking(DYTB), 0, 30, 1500),
    "recycled": Outcome("recycled over need of Nd+Pr", "ratio", _recycled, 0, 1, 1000),
    "old": Outcome("recycled from old goods over need of Nd+Pr", "ratio", _old, 0, 1, 1000),
    **{
        step: Outcome(f"China's share of {step}", "ratio", _share(step), 0, 1, 1000)
        for step in model.SHARES
    },
}


def first_below(share: np.ndarray, line: float) -> np.ndarray:
    """First year ahead in which a share is below the line for good; a year past the end if never.

    For good: a dip that is made up again before the last year does not count.
    """
    below = share < line
    lasting = np.logical_and.accumulate(below[::-1], axis=0)[::-1]
    return np.where(lasting.any(axis=0), AHEAD_YEARS[lasting.argmax(axis=0)], NEVER)


NUMBERS = {
    **{
        f"lost_{step}": Outcome(
            f"year from which China has less than half of {step}",
            "year",
            _lost(step),
            AHEAD_YEARS[0] - 0.5,
            NEVER + 0.5,
            len(AHEAD_YEARS) + 1,
        )
        for step in model.SHARES
    },
    "used_light": Outcome("mined of Chinese light ores", "Mt REO", _used("light"), 0, 40, 2000),
    "used_ionic": Outcome("mined of Chinese clays", "Mt REO", _used("ionic"), 0, 2, 2000),
    "broken_light": Outcome("in light ores broken", "Mt REO", _broken("light"), 0, 100, 4000),
    "broken_ionic": Outcome("in clays leached", "Mt REO", _broken("ionic"), 0, 4, 2000),
    "light_growth": Outcome("light ores mined in 2050", "of 2024", _light_growth, 0, 20, 4000),
}


def at(name: str, year: int) -> Callable[[Flows, Values], np.ndarray]:
    """The outcome of a series in one year, as one number a run."""
    if name not in SERIES:
        raise OutlookError(f"No series is named {name!r}.")
    place = place_of(year) - AHEAD.start
    if place < 0:
        raise OutlookError(f"{name}: year {year} lies in the past.")
    return lambda flows, values: SERIES[name].of(flows, values)[place]


@dataclass(frozen=True)
class Summary:
    """Counts of all outcomes over all runs, and the numbers that were kept, in order of runs."""

    runs: int
    counts: dict[str, np.ndarray]
    kept: dict[str, np.ndarray]

    def quantile(self, name: str, at: float) -> np.ndarray:
        """Quantile of a series in each year ahead, or of a number (one value); fine to a bin."""
        outcome = SERIES.get(name) or NUMBERS[name]
        counts = np.atleast_2d(self.counts[name])
        width = (outcome.high - outcome.low) / outcome.bins
        wanted = at * self.runs
        out = []
        for row in counts:
            total = np.cumsum(row)
            place = min(int(np.searchsorted(total, wanted)), outcome.bins - 1)
            before = total[place - 1] if place else 0
            inside = (wanted - before) / row[place] if row[place] else 0.5
            out.append(outcome.low + width * (place + min(max(inside, 0.0), 1.0)))
        return np.array(out)

    def below(self, name: str, value: float) -> np.ndarray:
        """Share of runs below a value in each year ahead, or of a number (one value); to a bin."""
        outcome = SERIES.get(name) or NUMBERS[name]
        counts = np.atleast_2d(self.counts[name])
        place = round((value - outcome.low) / (outcome.high - outcome.low) * outcome.bins)
        return counts[:, :place].sum(axis=1) / self.runs

    def lost_by(self, step: str, year: int) -> float:
        """Share of runs in which China has less than half of a step from `year` or before."""
        return float(self.counts[f"lost_{step}"][: year - AHEAD_YEARS[0] + 1].sum() / self.runs)


@dataclass(frozen=True)
class Job:
    """Consecutive runs, drawn where they are run: everything a worker needs."""

    setting: Setting
    inputs: tuple[Input, ...]
    start: int
    count: int
    seed: int
    chunk: int
    changes: tuple[tuple[str, float], ...]
    keep: tuple[tuple[str, int], ...]
    saltelli: bool


def work(job: Job) -> Summary:
    """One job: its points, the model in chunks, the counts."""
    draw = sampling.design if job.saltelli else sampling.points
    unit = draw(len(job.inputs), job.start, job.count, job.seed)
    counts = {
        name: np.zeros((len(AHEAD_YEARS), one.bins), np.int64) for name, one in SERIES.items()
    } | {name: np.zeros(one.bins, np.int64) for name, one in NUMBERS.items()}
    kept: dict[str, list[np.ndarray]] = {f"{name} {year}": [] for name, year in job.keep}
    for first in range(0, len(unit), job.chunk):
        values = sampling.values(job.inputs, unit[first : first + job.chunk], dict(job.changes))
        flows = model.run(values, job.setting)
        for name, year in job.keep:
            kept[f"{name} {year}"].append(at(name, year)(flows, values))
        if not job.saltelli:
            _count(counts, flows, values)
    return Summary(len(unit), counts, {name: np.concatenate(parts) for name, parts in kept.items()})


def _count(counts: dict[str, np.ndarray], flows: Flows, values: Values) -> None:
    for name, outcome in (SERIES | NUMBERS).items():
        found = outcome.of(flows, values)
        scale = outcome.bins / (outcome.high - outcome.low)
        place = np.clip((found - outcome.low) * scale, 0, outcome.bins - 1).astype(np.int64)
        if name in SERIES:
            place += np.arange(len(AHEAD_YEARS))[:, None] * outcome.bins
        counts[name] += np.bincount(
            place.ravel(), minlength=counts[name].size
        ).reshape(counts[name].shape)  # fmt: skip


def run(
    setting: Setting,
    inputs: Sequence[Input],
    runs: int,
    *,
    seed: int = sampling.SEED,
    changes: Mapping[str, float] | None = None,
    keep: Sequence[tuple[str, int]] = (),
    saltelli: bool = False,
    executor: Executor | None = None,
    chunk: int = CHUNK,
    job: int = JOB,
) -> Summary:
    """Counts over `runs` runs, a power of two.

    changes: inputs held at one value.  keep: (series, year) of which every run's value is kept.
    saltelli: `runs` base points of Saltelli's design, times the inputs plus two; only kept values.
    executor: where the jobs are done, else here.  chunk, job: how the work is cut; no result
    depends on it.
    """
    sampling.power_of_two(runs)
    if saltelli:
        job = 1 << (max(1, job // (len(inputs) + 2)).bit_length() - 1)
    jobs = [
        Job(
            setting, tuple(inputs), start, min(job, runs - start), seed, chunk,
            tuple((changes or {}).items()), tuple(keep), saltelli,
        )
        for start in range(0, runs, job)
    ]  # fmt: skip
    return _together(map(work, jobs) if executor is None else executor.map(work, jobs))


def _together(parts: Iterator[Summary]) -> Summary:
    """Adds up the summaries of jobs as they come, in order."""
    total: Summary | None = None
    kept: dict[str, list[np.ndarray]] = {}
    for part in parts:
        for name, found in part.kept.items():
            kept.setdefault(name, []).append(found)
        if total is None:
            total = Summary(part.runs, part.counts, {})
            continue
        for name, counted in part.counts.items():
            total.counts[name][...] += counted
        total = Summary(total.runs + part.runs, total.counts, {})
    if total is None:
        raise OutlookError("runs: none were asked for.")
    return Summary(
        total.runs, total.counts, {name: np.concatenate(found) for name, found in kept.items()}
    )
