"""What all tests share: the built book behind a counting server, and no silent skip."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.served import Site, looked_at, serve

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "_build" / "html"


def missing(*parts: str, command: str) -> str | None:
    """One sentence when a built file is not there, else nothing."""
    path = ROOT.joinpath(*parts)
    return None if path.exists() else f"{Path(*parts)} is not built: run make {command} first."


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The built book, served on this machine; every request is recorded."""
    if sentence := missing("_build", "html", "index.html", command="book"):
        pytest.fail(sentence, pytrace=False)
    with serve(HTML) as served:
        yield served


@pytest.fixture(scope="session")
def pdf_path() -> Path:
    if sentence := missing("_build", "pdf", "rare-earths.pdf", command="pdf"):
        pytest.fail(sentence, pytrace=False)
    return ROOT / "_build" / "pdf" / "rare-earths.pdf"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`page` alone runs over every built page; an unbuilt book fails in the fixture `site`."""
    given = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "page" in metafunc.fixturenames and not any("page" in names for names in given):
        metafunc.parametrize("page", looked_at(HTML) or ["index.html"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The quick tests first, the browser last."""
    items.sort(key=lambda item: "browser" in item.path.parts)


# A skip is a test that nobody sees: in CI it fails.


def _failed(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    vars(report).pop("wasxfail", None)
    report.longrepr = f"Nothing may be skipped in CI. {reason or 'xfail'}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.skipped and os.environ.get("CI"):
        _failed(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    if report.skipped and os.environ.get("CI"):
        _failed(report)
    return report
