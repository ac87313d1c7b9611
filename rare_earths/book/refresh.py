"""Executes the chapters and stores their outputs in the notebooks, alike on every machine.

What readers see in JupyterLab and on the public host, and what the tests compare, are these stored
outputs. Nothing of one run stays in them: no time, no version of Python, no state of widgets.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rare_earths.book.files import write_whole
from rare_earths.book.freshness import kernel_settings

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


def execute(path: Path) -> str:
    """Execute one notebook in its own folder; the file is only written when all of it ran.

    :returns: the new text of the file
    :raises CellExecutionError: of nbclient, with the cell and its traceback
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
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


def refresh(folder: Path) -> int:
    """Execute all chapters of the book in ``folder``, side by side; 1 when one of them failed."""
    os.environ.update(kernel_settings(folder, folder / "_build"), RARE_EARTHS_OUTPUT="store")
    paths = sorted((folder / "chapters").glob("*.ipynb"))
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, result in zip(paths, [pool.submit(execute, path) for path in paths], strict=True):
            name = path.relative_to(folder).as_posix()
            try:
                text = result.result()
            except Exception as fault:
                print(f"{name} was left as it is: {fault}")
                failed = 1
                continue
            changed = text != path.read_text("utf-8")
            if changed:
                write_whole(path, text)
            print(f"{name}: {'stored' if changed else 'nothing changed'}")
    return failed
