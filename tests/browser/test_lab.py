"""Every chapter in JupyterLab: all cells run, and each explorer answers to each of its controls."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import built
import pytest
from conftest import HTML, ROOT
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
TRACKER = "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
# Once the kernel is there: without outputs a cell that has not run yet shows no number.
RUN_ALL = """async () => {
  const session = jupyterapp.shell.currentWidget.sessionContext;
  await session.ready;
  if (!session.session?.kernel) { await session.initialize(); }
  await jupyterapp.commands.execute("notebook:clear-all-cell-outputs");
  jupyterapp.commands.execute("notebook:run-all-cells");
}"""
WAIT = 90_000  # ms: a chapter runs in ten seconds, in more beside other work
MOVES = 4
LIVE = ".widget-vbox:has(.widget-button):has(svg)"
CONTROL = "select, .noUi-handle, .widget-radio-box"
LOOK = "view => view.querySelector('.widget-html').innerHTML"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a JupyterLab over copies of the chapters, its settings its own."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "chapters", folder / "chapters")
    settings = folder / "settings" / TRACKER
    settings.parent.mkdir(parents=True)
    # All cells in the page, those below the window too.
    settings.write_text(json.dumps({"windowingMode": "none"}), "utf-8")
    port = free_port()
    given = {"JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"), "JUPYTER_CONFIG_DIR": str(folder)}
    told = folder / "log"
    with told.open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
             f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=",
             f"--ServerApp.root_dir={folder / 'chapters'}", "--LabApp.expose_app_in_browser=True"],
            env=os.environ | given, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield answering(f"http://127.0.0.1:{port}/lab", server, told)
        finally:
            server.terminate()
            server.wait(20)


def answering(address: str, server: subprocess.Popen[bytes], told: Path) -> str:
    """The address once it answers."""
    for _ in range(120):
        try:
            urlopen(address, timeout=5).close()
            return address
        except OSError:
            assert server.poll() is None, told.read_text("utf-8")[-1500:]
            time.sleep(0.5)
    raise AssertionError(f"JupyterLab did not start: {told.read_text('utf-8')[-1500:]}")


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(WAIT)
    yield context.new_page()
    context.close()


def move(control: Locator) -> None:
    """Choose another value, as a reader does: with the keyboard."""
    if control.evaluate("c => c.matches('.widget-radio-box')"):
        control.locator("input:not(:checked)").first.check()
        return
    if control.evaluate("c => c.matches('select')"):
        other = control.evaluate("c => (c.selectedIndex + 1) % c.options.length")
        control.select_option(index=other)
        return
    first = control.get_attribute("aria-valuenow")
    control.press("ArrowRight")
    if control.get_attribute("aria-valuenow") == first:
        control.press("ArrowLeft")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_in_lab(chapter: Path, lab: str, window: Page) -> None:
    window.goto(f"{lab}/tree/{chapter.name}?reset")
    window.locator(".jp-CodeCell").first.wait_for()
    window.evaluate(RUN_ALL)
    numbers = window.locator(".jp-CodeCell .jp-InputPrompt")
    expect(numbers.filter(has_text=re.compile(r"\[[ *]\]"))).to_have_count(0, timeout=WAIT)
    assert window.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
    soup = built.soup(HTML / "chapters" / f"{chapter.stem}.html")
    live = window.locator(LIVE)
    expect(live).to_have_count(len(soup.select("[data-explorer]")), timeout=WAIT)
    for view in live.all():
        for place, control in enumerate(view.locator(CONTROL).all()):
            view.locator(".widget-button").click()
            name = f"control {place + 1} of {view.locator('b').first.inner_text()!r}"
            assert any(changes(view, control) for _ in range(MOVES)), f"{name} changes nothing"


def changes(view: Locator, control: Locator) -> bool:
    """Whether a move of the control shows within seconds: some neighbours draw the same picture."""
    before = view.evaluate(LOOK)
    move(control)
    try:
        view.page.wait_for_function(
            f"([view, before]) => ({LOOK})(view) !== before",
            arg=[view.element_handle(), before],
            timeout=4_000,
        )
    except TimeoutError:
        return False
    return True
