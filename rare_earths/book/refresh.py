"""Executes the chapters and stores their outputs in the notebooks, alike on every machine.

What readers see in JupyterLab and on the public host, and what the tests compare, are these stored
outputs. Nothing of one run stays in them: no time, no version of Python, no state of widgets.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rare_earths.book import told
from rare_earths.book.files import write_whole
from rare_earths.book.freshness import kernel_settings
from rare_earths.book.launch import renew, repository_of

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}


def clean(notebook: Any) -> None:
    """Take away from an executed notebook what belongs to one machine or one run."""
    notebook.metadata = {
        **{k: v for k, v in notebook.metadata.items() if k not in ("widgets", "vscode")},
        "kernelspec": KERNELSPEC,
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        for field in ("execution", "collapsed", "scrolled"):
            cell.metadata.pop(field, None)
        for output in cell.get("outputs", []):
            output.pop("transient", None)


def execute(path: Path, repository: str) -> str:
    """Execute one notebook in its own folder; the file is only written when all of it ran.

    :param repository: address from which a notebook elsewhere fetches the package, may be empty
    :returns: the new text of the file
    :raises CellExecutionError: of nbclient, with the cell and its traceback
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    renew(notebook, repository)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
    )
    client.execute()
    clean(notebook)
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def _told(folder: Path, name: str, fault: Exception) -> str:
    """A failing cell by its place, anything else in its own words."""
    from nbclient.exceptions import CellExecutionError

    failed = isinstance(fault, CellExecutionError)
    return told.cell(folder, name, str(fault)) if failed else str(fault)


def refresh(folder: Path) -> int:
    """Execute all chapters of the book in ``folder``, side by side; 1 when one of them failed."""
    os.environ.update(kernel_settings(folder, folder / "_build"), RARE_EARTHS_OUTPUT="store")
    paths = sorted((folder / "chapters").glob("*.ipynb"))
    before = {path: path.read_text("utf-8") for path in paths}
    repository, failed = repository_of(folder), 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, result in zip(
            paths, [pool.submit(execute, path, repository) for path in paths], strict=True
        ):
            name = path.relative_to(folder).as_posix()
            try:
                text = result.result()
            except Exception as fault:
                print(f"{name} was left as it is: {_told(folder, name, fault)}")
                failed = 1
                continue
            if path.read_text("utf-8") != before[path]:
                print(f"{name} was left as it is: it was saved by somebody while it was executed")
                failed = 1
                continue
            changed = text != before[path]
            if changed:
                write_whole(path, text)
            print(f"{name}: {'stored' if changed else 'nothing changed'}")
    return failed
