"""The fourteen verdicts at one glance: the figure of the front page, and the preview of the book.

The preview is the picture that other sites show beside a link to the book. It has the figure's
colours and counts, in letters large enough for a card of a few hundred pixels.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox

from rare_earths import figures
from rare_earths.claims.cards import sentence_case
from rare_earths.claims.engine import (
    CONTRADICTED,
    IN_PART,
    NOT_SUPPORTED,
    OUTDATED,
    SUPPORTED,
    UNTESTABLE,
    ClaimError,
    Verdict,
)
from rare_earths.figures import BOOK, COLOURS, narrow
from rare_earths.multiverse import FILL
from rare_earths.words import count_word

# The claims in a few words each; their full text is in data/claims.csv and in the ledger.
NAMES = {
    "C01": "Largest reserves, standing at risk",
    "C02": "36.7% of reserves, 58.3% of output",
    "C03": "Extraction has depleted the resource",
    "C04": "Extraction pollutes severely",
    "C05": "Groundwater and soil contaminated",
    "C06": "A hundred small firms, inefficient",
    "C07": "Little progress holds back profit",
    "C08": "Rivals invest in mines and training",
    "C09": "Depends on imports for the high end",
    "C10": "80% of exports, 60% high-end imports",
    "C11": "Parks for efficiency and the rules",
    "C12": "Cost, time and risk slow innovation",
    "C13": "Demand outruns gains in extraction",
    "C14": "Half of the resource is wasted",
}
# From the claims that stand to those that do not; the two at the middle are on no scale.
ORDER = (SUPPORTED, IN_PART, OUTDATED, UNTESTABLE, NOT_SUPPORTED, CONTRADICTED)
ID, PREVIEW = "fig-verdicts", "preview.png"
# The size that the protocol's makers recommend, in px.
PREVIEW_SIZE = (1200, 630)


def table(judged: Mapping[str, Verdict]) -> pd.DataFrame:
    """One row a claim, in the figure's order.

    Columns claim (its id), said, verdict, same word (number of ways to test the claim that give
    this word), ways, share (the one of the other, in percent). Raises ClaimError for a claim
    without a short name.
    """
    if nameless := sorted(set(judged) - set(NAMES)):
        raise ClaimError(f"rare_earths/overview.py has no name for {', '.join(nameless)}")
    rows = [
        {"claim": key, "said": NAMES[key], "verdict": found.word, "same word": found.holds[0],
         "ways": found.holds[1], "share": 100 * found.holds[0] / found.holds[1]}
        for key, found in judged.items()
    ]  # fmt: skip
    made = pd.DataFrame(rows)
    made["place"] = made["verdict"].map(ORDER.index)
    made = made.sort_values(["place", "share", "claim"], ascending=[True, False, True])
    return made.drop(columns="place").reset_index(drop=True)


def finding(frame: pd.DataFrame) -> str:
    """How many claims have which verdict, in one sentence."""
    counts = frame["verdict"].value_counts()
    said = [
        f"{count_word(int(counts[word]))} {AS_SAID.get(word, word)}"
        for word in ORDER
        if word in counts
    ]
    first, *others = said
    first = first.replace(" ", f" of {count_word(len(frame))} claims ", 1)
    return sentence_case(
        f"{', '.join([first, *others[:-1]])} and {others[-1]}" if others else first
    )


AS_SAID = {
    SUPPORTED: "supported",
    IN_PART: "in part",
    UNTESTABLE: "beyond open data",
}


def show(judged: Mapping[str, Verdict]) -> figures.Figure:
    """The figure of the front page; in a build of the book it also writes the preview."""
    frame = table(judged)
    if os.environ.get("RARE_EARTHS_OUTPUT") == "book":
        write_preview(frame, Path(os.environ["RARE_EARTHS_FIGURES"]) / PREVIEW)
    left, right = halves(frame)
    lines = max(depth(left), depth(right))
    by_share = frame.sort_values("share", kind="stable").to_dict("records")
    low, high = by_share[0], by_share[-1]
    return figures.show(
        lambda *axes: draw_halves(axes, (left, right), lines),
        id=ID,
        title=finding(frame),
        subtitle="Share of the ways to test a claim that give its verdict, %",
        description=f"Bars, one a claim, grouped by verdict: from {ways(low)} "
        f"(“{low['said']}”, {low['verdict']}) to {ways(high)} "
        f"(“{high['said']}”, {high['verdict']}).",
        data=frame,
        rows=[],
        panels=2,
        height=16 + 19 * lines,
        narrow_height=24 + 17 * 2 * lines,
    )


def ways(row: Any) -> str:
    """``2 of 15 ways``."""
    return f"{row['same word']:,} of {row['ways']:,} ways"


def halves(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table cut between two verdicts, where the two panels are most alike in height."""
    words = list(frame["verdict"].drop_duplicates())
    cuts = [frame["verdict"].isin(words[:count]) for count in range(1, len(words))]
    best = min(cuts, key=lambda cut: abs(depth(frame[cut]) - depth(frame[~cut])))
    return frame[best], frame[~best]


ROW, HEAD = 1.95, 1.7  # lines of text that a claim and a verdict take


def depth(frame: pd.DataFrame) -> float:
    """Height of a panel in lines of text."""
    return ROW * len(frame) + HEAD * frame["verdict"].nunique()


def draw_halves(axes: Iterable[Axes], parts: Iterable[pd.DataFrame], lines: float) -> None:
    """Both panels."""
    for ax, part in zip(axes, parts, strict=True):
        draw(ax, part, lines)


def draw(ax: Axes, frame: pd.DataFrame, lines: float) -> None:
    """One panel, `lines` high: each verdict with its claims, each claim with its bar."""
    line = 0.0
    for word in frame["verdict"].drop_duplicates():
        own = frame[frame["verdict"] == word]
        ax.text(0, line + 1.0, f"{sentence_case(word)}: {count_word(len(own))}", weight="bold",
                va="baseline")  # fmt: skip
        line += HEAD
        for _, row in own.iterrows():
            ax.text(0, line + 0.6, row["said"], va="baseline")
            bar(ax, line + 1.27, row)
            line += ROW
    # To the right of a whole bar there is room for its words.
    ax.set_xlim(0, 175 if narrow(ax) else 150)
    ax.set_ylim(lines, 0)
    ax.set_axis_off()


def bar(ax: Axes, line: float, row: Any) -> None:
    """How much of the way to a hundred a claim's word goes, with the count behind it."""
    fill, _ = FILL[row["verdict"]]
    edge = fill.removesuffix("_tint")
    ax.barh(line, 100, height=0.09, color=COLOURS["grid"], linewidth=0)
    ax.barh(line, row["share"], height=0.5, color=COLOURS[fill], edgecolor=COLOURS[edge],
            linewidth=1)  # fmt: skip
    ax.text(103, line, f"{row['same word']:,} of {row['ways']:,}", va="center",
            color=COLOURS["muted"])  # fmt: skip


# --- the preview ------------------------------------------------------------------------------


def write_preview(frame: pd.DataFrame, path: Path) -> None:
    """Write the preview as PNG of `PREVIEW_SIZE`: the same bytes for the same table."""
    with mpl.rc_context(figures.theme()):
        canvas = preview(frame)
        part = path.with_name(f".{path.name}")
        canvas.savefig(part, format="png", metadata={"Software": None},
                       pil_kwargs={"optimize": True})  # fmt: skip
    part.replace(path)


def preview(frame: pd.DataFrame) -> Canvas:
    """Title, what was tested, and a square for each claim in a line for each verdict."""
    width, height = PREVIEW_SIZE
    canvas = Canvas(figsize=(width / 72, height / 72), dpi=72, facecolor=COLOURS["paper"])
    ax = canvas.add_axes(Bbox.unit().bounds, xlim=(0, width), ylim=(height, 0))
    ax.set_axis_off()
    ax.add_patch(Rectangle((0, 0), width, 16, color=COLOURS["china"], linewidth=0))
    ax.text(60, 100, BOOK, size=51, weight="bold", va="baseline")
    told = f"{count_word(len(frame), capital=True)} claims of the press, tested on open data"
    ax.text(60, 162, told, size=34, color=COLOURS["muted"], va="baseline")
    words = list(frame["verdict"].drop_duplicates())
    step = min(78, 400 / len(words))
    for line, word in enumerate(words):
        squares(ax, 214 + line * step, step - 22, word, int((frame["verdict"] == word).sum()))
    return canvas


def squares(ax: Axes, y: float, size: float, word: str, count: int) -> None:
    """One line of the preview."""
    fill, _ = FILL[word]
    edge = fill.removesuffix("_tint")
    for place in range(count):
        ax.add_patch(Rectangle((60 + place * (size + 12), y), size, size, linewidth=3,
                               facecolor=COLOURS[fill], edgecolor=COLOURS[edge]))  # fmt: skip
    x = 60 + max(count, 5) * (size + 12) + 20
    ax.text(x, y + size / 2, f"{count} {word}", size=36, va="center_baseline")
