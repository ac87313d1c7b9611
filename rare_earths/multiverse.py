"""The figure of all defensible choices: how often each word results under each option."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from rare_earths import figures
from rare_earths.claims.engine import (
    CONTRADICTED,
    IN_PART,
    NOT_SUPPORTED,
    OUTDATED,
    SUPPORTED,
    UNTESTABLE,
    Verdict,
)
from rare_earths.figures import COLOURS, Figure, narrow
from rare_earths.words import count_word, number, percent

FILL = {
    SUPPORTED: ("rest", "paper"),
    IN_PART: ("rest_tint", "ink"),
    OUTDATED: ("fourth_tint", "ink"),
    NOT_SUPPORTED: ("china_tint", "ink"),
    CONTRADICTED: ("china", "paper"),
    UNTESTABLE: ("grey_tint", "ink"),
}


def shares(verdict: Verdict) -> pd.DataFrame:
    """Share of each word among the distinct combinations with an option.

    Counted as on the card: what rests on the same origins, method and findings is one. Columns
    choice, option, default ("yes" for the option on the card), combinations, then one column a
    word that occurs, in percent.
    """
    table = verdict.combinations
    words = [word for word in FILL if (table["word"] == word).any()]
    rows = []
    for choice in verdict.claim.choices:
        for option in choice.options:
            own = table[table[choice.name] == option].drop_duplicates("fingerprint")
            if own.empty:
                continue
            parts = {word: 100 * float((own["word"] == word).mean()) for word in words}
            mark = "yes" if option == choice.default else ""
            rows.append({"choice": choice.question, "option": option, "default": mark,
                         "combinations": len(own), **parts})  # fmt: skip
    return pd.DataFrame(rows)


def show(verdict: Verdict) -> Figure:
    """The figure of a claim's combinations, `fig-<id>-choices`."""
    frame = shares(verdict)
    questions = frame["choice"].nunique()
    columns = [f"rows_{key}" for key in verdict.outcomes]
    rows = sorted({row for name in columns for own in verdict.combinations[name] for row in own})
    return figures.show(
        lambda ax: _draw(ax, frame),
        id=f"fig-{verdict.id.lower()}-choices",
        title=_title(verdict),
        subtitle=f"Share of the distinct combinations with an option that give each word, "
        f"claim {verdict.id}, %; the default option has a filled dot",
        description=_description(verdict, frame),
        data=frame,
        rows=rows,
        height=24 * (len(frame) + 1.6 * questions) + 40,
        narrow_height=36 * len(frame) + 34 * questions + 60,
        note=f"{number(len(verdict.combinations))} combinations are admissible; "
        f"{number(verdict.holds[1])} differ in origin, method or finding and are counted here and "
        "on the card.",
    )


def _title(verdict: Verdict) -> str:
    same, total = verdict.holds
    return (
        f"“{verdict.word}” results in {number(same)} of {number(total)} ways to test {verdict.id}"
    )


def _description(verdict: Verdict, frame: pd.DataFrame) -> str:
    words = list(frame.columns[4:])
    if verdict.word in words:
        column = frame[verdict.word]
        low, high = frame.iloc[int(column.argmin())], frame.iloc[int(column.argmax())]
        spread = (
            f"{verdict.word!r} ranges from {percent(low[verdict.word] / 100, 0)} with "
            f"“{low['option']}” to {percent(high[verdict.word] / 100, 0)} with “{high['option']}”"
        )
    else:
        spread = "the word on the card does not occur"
    return (
        f"Stacked bars, one for each of {count_word(len(frame))} options under "
        f"{count_word(frame['choice'].nunique())} questions, each adding up to a whole. {spread}."
    )


def _draw(ax: Axes, frame: pd.DataFrame) -> None:
    small = narrow(ax)
    words = list(frame.columns[4:])
    place, ticks, before = 0.0, [], ""
    for _, row in frame.iterrows():
        if row["choice"] != before:
            place += 1.6 if before else 1.0
            ax.text(0, place - 0.62, textwrap.fill(row["choice"], 38 if small else 80),
                    weight="bold", va="bottom")  # fmt: skip
            before = row["choice"]
        if small:
            place += 0.55
        _bar(ax, place, row, words)
        dot = "●" if row["default"] else "○"
        if small:
            ax.text(0, place - 0.38, f"{dot} {row['option']}", va="bottom", color=COLOURS["muted"])
        else:
            ticks.append((place, f"{row['option']} {dot}"))
        place += 1.0
    ax.set_yticks([at for at, _ in ticks], [text for _, text in ticks])
    ax.set_xlim(0, 100)
    ax.set_ylim(place - 0.4, -1.4 if small else -0.9)
    ax.set_xticks([0, 50, 100], ["0", "50", "100%"])
    figures.value_axis(ax, "x")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    _key(ax, words, small, room=650 - 8.6 * frame["option"].str.len().max())


def _bar(ax: Axes, place: float, row: pd.Series, words: list[str]) -> None:
    start = 0.0
    for word in words:
        fill, ink = FILL[word]
        width = row[word]
        if width > 0:
            ax.barh(place, width, left=start, height=0.62, color=COLOURS[fill],
                    edgecolor=COLOURS["muted"], linewidth=0.6)  # fmt: skip
        if width >= 14:
            ax.text(start + width / 2, place, f"{width:.0f}", ha="center", va="center",
                    color=COLOURS[ink])  # fmt: skip
        start += width


def _key(ax: Axes, words: list[str], small: bool, room: float) -> None:
    """What the fills mean: outlined squares with words above the bars, in lines of `room` px."""
    across, line = 0.0, 0
    inch = ax.figure.dpi_scale_trans
    places = []
    for word in words:
        if across and (small or across + 26 + 8.5 * len(word) > room):
            across, line = 0.0, line + 1
        places.append((across, line))
        across += 44 + 8.5 * len(word)
    for word, (x, own) in zip(words, places, strict=True):
        y = (16 if small else 20) * (line - own)
        place = ax.transAxes + ScaledTranslation((x + 6) / 72, (y + 11) / 72, inch)
        ax.plot(0, 1, marker="s", markersize=11, markerfacecolor=COLOURS[FILL[word][0]],
                markeredgecolor=COLOURS["ink"], markeredgewidth=0.8, transform=place,
                clip_on=False)  # fmt: skip
        ax.annotate(word, (0, 1), xytext=(x + 18, y + 4), xycoords="axes fraction",
                    textcoords="offset points", va="bottom")  # fmt: skip
