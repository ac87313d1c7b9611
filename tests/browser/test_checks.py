"""The checks themselves: each finds the fault that is planted in a page of a few lines."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import built
import pytest
from conftest import ROOT, missing
from playwright.sync_api import Browser

from browser import checks, chromium
from browser.checks import axe, settle, visit
from browser.served import Site, pages_of, serve

STYLE = (
    "body { margin: 0; font: 16px sans-serif; color: #222; background: #fff }"
    "figure { margin: 0 } svg { width: 100%; height: auto }"
)


def html(body: str, head: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><title>A page</title><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<style>{STYLE}</style>{head}</head><body><main><h1>A page</h1>{body}</main></body></html>"
    )


def chart(inside: str) -> str:
    svg = f'<svg viewBox="0 0 320 200" aria-hidden="true">{inside}</svg>'
    return f'<figure id="fig-a" data-figure="fig-a">{svg}</figure>'


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "good.html").write_text(
        html(chart('<text x="10" y="30" style="font-size: 14px">words</text>')), "utf-8"
    )
    with serve(tmp_path) as served:
        yield served


def put(site: Site, body: str, head: str = "") -> str:
    """Write a page and return its address."""
    (site.folder / "page.html").write_text(html(body, head), encoding="utf-8")
    return site.url("page.html")


def test_good_page_passes(small: Site, browser: Browser) -> None:
    with small.counting() as answers, visit(browser, small.url("good.html"), width=320) as seen:
        for call in ("tooWide()", "smallText(12)", "overlaps()", "clipped()", "faint(4.5)"):
            assert seen.measure(call) == [], call
        assert axe(seen.page) == []
        assert seen.errors == []
        assert seen.strangers() == []
    assert [(answer.path, answer.status) for answer in answers] == [("good.html", 200)]
    assert answers[0].size < len((small.folder / "good.html").read_bytes())


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("tooWide()", '<div style="width: 400px">wide</div>'),
        ("smallText(12)", chart('<text x="9" y="30" style="font-size: 11.8px">a</text>')),
        ("smallText(12)", chart('<g transform="scale(.5)"><text y="60">words</text></g>')),
        ("overlaps()", chart('<text x="9" y="30">words</text><text x="40" y="36">more</text>')),
        ("clipped()", chart('<text x="300" y="30">words</text>')),
        ("clipped()", chart('<text x="30" y="2">words</text>')),
        ("faint(4.5)", '<p style="color: #999">words</p>'),
        ("faint(4.5)", '<p style="background: #333; color: #111">words</p>'),
        ("faint(4.5)", chart('<text x="30" y="40" fill="#aaa">words</text>')),
    ],
)
def test_planted_fault_is_found(call: str, body: str, small: Site, browser: Browser) -> None:
    with visit(browser, put(small, body), width=320) as seen:
        settle(seen.page)
        assert seen.measure(call) != []


@pytest.mark.parametrize(
    "body",
    [
        '<img src="nothing.png" alt="nothing">',
        "<script>throw new Error('planted')</script>",
        "<script>console.error('planted')</script>",
    ],
)
def test_errors_are_seen(body: str, small: Site, browser: Browser) -> None:
    with visit(browser, put(small, body)) as seen:
        assert seen.errors


def test_strangers_are_seen(small: Site, browser: Browser) -> None:
    body = '<img src="http://127.0.0.1:9/x.png" alt="x">'
    with visit(browser, put(small, body)) as seen:
        assert len(seen.strangers()) == 1


@pytest.mark.parametrize("body", ['<img src="data:,">', '<p style="color: #999">words</p>'])
def test_axe_finds(body: str, small: Site, browser: Browser) -> None:
    with visit(browser, put(small, body)) as seen:
        assert axe(seen.page) != []


def test_axe_undecided_fails(small: Site, browser: Browser) -> None:
    """Words over a picture: axe cannot tell, and that is not taken for a pass."""
    body = '<p style="background: linear-gradient(#fff, #000)">words</p>'
    with visit(browser, put(small, body)) as seen:
        assert axe(seen.page) != []


def test_forced_colours_are_forced(small: Site, browser: Browser) -> None:
    """The emulation works: a grey that the page chose is gone, one it insists on is found."""
    body = '<p style="color: #ddd">words</p>'
    with visit(browser, put(small, body), forced_colors="active") as seen:
        assert seen.measure("faint(4.5)") == []
    body = '<p style="color: #ddd; forced-color-adjust: none">words</p>'
    with visit(browser, put(small, body), forced_colors="active") as seen:
        assert seen.measure("faint(4.5)") != []


def test_links_are_followed(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    (tmp_path / "b.html").write_text(html('<p id="there">b</p>'), "utf-8")
    links = {
        "b.html#there": True,
        "b.html": True,
        "#here": True,
        "https://example.org/x": True,
        "b.html#nowhere": False,
        "c.html": False,
        "../a.html": False,
        "#slug?x=1": False,
    }
    page.write_text(html('<p id="here">' + "".join(f'<a href="{k}">k</a>' for k in links)), "utf-8")
    found = built.broken_links(tmp_path, page)
    assert len(found) == list(links.values()).count(False), found


def test_pages_are_found(tmp_path: Path) -> None:
    for name in ("index.html", "chapters/a.html", "_static/b.html", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert pages_of(tmp_path) == ["chapters/a.html", "index.html"]


def test_missing_book_is_one_sentence() -> None:
    sentence = missing("_build", "no such thing", command="book")
    assert sentence == "_build/no such thing is not built: run make book first."


def test_missing_browser_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RARE_EARTHS_CHROMIUM", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(chromium.BrowserError, match="install the package chromium"):
        chromium.path()


def test_skip_fails_in_ci(tmp_path: Path) -> None:
    """A skip of any kind ends a run in CI with a failure; elsewhere it is only told."""
    bodies = {
        "call": "def test_a():\n    pytest.skip('no time')\n",
        "import": "pytest.skip('no time', allow_module_level=True)\n",
        "xfail": "@pytest.mark.xfail\ndef test_a():\n    assert False\n",
        "empty": "@pytest.mark.parametrize('x', [])\ndef test_a(x):\n    pass\n",
    }
    (tmp_path / "conftest.py").symlink_to(ROOT / "tests" / "conftest.py")
    for name, body in bodies.items():
        (tmp_path / f"test_{name}.py").write_text(f"import pytest\n\n{body}", encoding="utf-8")
    said = {}
    for ci in ("", "true"):
        env = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT / "tests")}
        env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]
        command.append("--continue-on-collection-errors")
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
        said[ci] = done.returncode, done.stdout.strip().splitlines()[-1]
    assert said["true"][0] == 1
    assert "2 failed, 2 errors" in said["true"][1]
    assert said[""][0] == 0
    assert "3 skipped, 1 xfailed" in said[""][1]


def test_accepted_findings_have_reasons() -> None:
    assert all(len(reason) > 20 for reason in checks.UNDECIDED.values())
