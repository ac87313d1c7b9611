"""A plain Jupyter Book with the same text, as anybody would set it up: what ours is measured by."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import yaml
from built import documents
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

# As many charts as the chapter has, each a stock seaborn picture of as many points.
CHART = """\
import numpy as np, pandas as pd, seaborn as sns
x = np.arange(60)
frame = pd.DataFrame({"x": np.tile(x, 4), "y": np.r_[x, x * 2, x * 3, x**1.2],
                      "name": np.repeat(list("abcd"), 60)})
sns.lineplot(frame, x="x", y="y", hue="name");"""
SLIDER = """\
import ipywidgets
ipywidgets.IntSlider(value=3, min=0, max=9, description="Growth")"""


def write(root: Path, folder: Path) -> list[str]:
    """Set up the plain book of the book in `root`; names of its documents."""
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    config = {
        "title": "Plain",
        "execute": {"execute_notebooks": "force", "timeout": 120},
        "only_build_toc_files": True,
    }
    (folder / "_config.yml").write_text(yaml.safe_dump(config), "utf-8")
    shutil.copy(root / "_toc.yml", folder / "_toc.yml")
    names = documents(toc)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        source = root / f"{name}.ipynb"
        if source.exists():
            nbformat.write(plain(source), folder / f"{name}.ipynb")
        else:
            text = (root / f"{name}.md").read_text("utf-8")
            (folder / f"{name}.md").write_text(without_roles(text), "utf-8")
    return names


def plain(source: Path) -> nbformat.NotebookNode:
    """The chapter's text with a stock chart where it shows a figure, a slider where it has one."""
    cells = []
    for cell in nbformat.read(source, as_version=4).cells:
        if cell.cell_type == "markdown":
            cells.append(new_markdown_cell(without_roles(cell.source)))
        elif "Explorer(" in cell.source:
            cells += [new_code_cell(CHART), new_code_cell(SLIDER)]
        elif "show(" in cell.source:
            cells.append(new_code_cell(CHART))
    return new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )


def without_roles(text: str) -> str:
    """Text that needs no extension: code blocks of MyST out, roles replaced by a word."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    text = re.sub(r"^(`{3,}|:{3,})\{.*?^\1\s*$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^\([\w-]+\)=\s*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\{[\w:-]+\}`[^`]*`", "word", text)
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
