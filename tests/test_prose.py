"""No number in prose, captions, descriptions or cards is typed: all are computed."""

from __future__ import annotations

from pathlib import Path

import prose
import pytest
import yaml
from built import documents, none
from conftest import ROOT

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))


@pytest.mark.parametrize("name", documents(TOC))
def test_no_typed_figure(name: str) -> None:
    found = [path for path in (ROOT / f"{name}.md", ROOT / f"{name}.ipynb") if path.exists()]
    assert found, f"_toc.yml names {name}, and there is no such file"
    none(prose.typed_in_file(found[0]))


@pytest.mark.parametrize(
    "path", sorted((ROOT / "rare_earths" / "claims").glob("*.py")), ids=lambda path: path.stem
)
def test_no_typed_figure_on_cards(path: Path) -> None:
    none(prose.typed_in_code(path.read_text("utf-8")))


# That the test sees what it is there to see.


@pytest.mark.parametrize(
    "planted",
    [
        "China held 36.7 % of reserves.",
        "China held 36,7\u00a0% of reserves.",
        "It fell to **44 Mt** then.",
        "A share of [58 per cent](#fig-shares).",
        "| year | share |\n| --- | --- |\n| 2020 | 58.3 |",
        "```{note}\nAbout 140,000 t.\n```",
        ":::{admonition} The 17 elements\nwords\n:::",
        "Words {eval}`say.share` and 12 more.",
        "## 10 million tonnes\n",
        "> From 50 to 15 years.",
        "<p>Some 300 kt</p>",
        "$R = 44$",
        "Term\n: Means 90 % of it.",
        "In 2020, 140 kt.",
        "Year 2051 is no year of ours.",
        "Text.[^a]\n\n[^a]: Only 17 of them.",
    ],
)
def test_planted_figure_is_found(planted: str) -> None:
    assert prose.typed_in_markdown(planted)


@pytest.mark.parametrize(
    "allowed",
    [
        "In 2020 and the 1990s, from 2009 to 2012, in 2009/10.",
        "The share was {eval}`say.share_2020` in {numref}`fig-shares-1990`.",
        "`x = 12` and [text](#fig-12), see chapter 3, C02 and Data Series 140.",
        "```python\nx = 12\n```",
        "```{code-block} python\nx = 12\n```",
        "(label-12)=\n# Title",
        "“China holds 36.7 % of reserves”, says C02.",
        "On 4 April 2025 controls began.",
        ":::{note}\n:class: c12\nwords\n:::",
        "<!-- 12 -->",
    ],
)
def test_what_may_be_typed(allowed: str) -> None:
    none(prose.typed_in_markdown(allowed))


@pytest.mark.parametrize(
    "planted",
    [
        "show(draw, title='China holds 36.7 %')",
        "show(draw, description=f'{share} of 130 Mt')",
        "show(draw, note='a' 'and 12')",
        "title = 'Half of 90'\nshow(draw, title=title)",
        "Markdown(f'**{a}** and 12')",
        "show(draw, subtitle='of ' + name + ' 12 countries')",
    ],
)
def test_planted_figure_in_code_is_found(planted: str) -> None:
    assert prose.typed_in_code(planted)


@pytest.mark.parametrize(
    "allowed",
    [
        "show(draw, title=f'{share:.1f} in 2020', height=360)",
        "ax.plot([1, 2], label=f'{x:>12}')",
        "frame = rows.head(12)",
    ],
)
def test_code_may_compute(allowed: str) -> None:
    none(prose.typed_in_code(allowed))
