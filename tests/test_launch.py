"""Running a chapter elsewhere: links to Binder and Colab, and the lines that fetch the book."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import venv
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
import pip
import pytest
from conftest import ROOT
from jinja2 import Environment, FileSystemLoader
from nbformat.v4 import new_code_cell, new_notebook
from test_book_parts import BOOK

from rare_earths.book import launch, light
from rare_earths.book.facts import source_date
from rare_earths.book.typeset import environment

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
BINDER, COLAB = "Run in Binder", "Open in Colab"
CHAPTER = "chapters/01-reserves.ipynb"


def addresses(repository: str) -> dict[str, str]:
    return dict(launch.links(replace(BOOK, repository=repository), CHAPTER))


def test_no_address_no_links() -> None:
    assert addresses("") == {}


@pytest.mark.parametrize(
    ("repository", "binder", "names"),
    [
        ("https://github.com/who/book", "/v2/gh/who/book/abc1234", {BINDER, COLAB}),
        ("https://gitlab.com/who/book.git", "/v2/gl/who%2Fbook/abc1234", {BINDER}),
        ("https://git.example/b", "/v2/git/https%3A%2F%2Fgit.example%2Fb/HEAD", {BINDER}),
    ],
)  # fmt: skip
def test_links(repository: str, binder: str, names: set[str]) -> None:
    """JupyterLab opens at the chapter, in the commit of the book."""
    found = addresses(repository)
    assert set(found) == names
    link = urlsplit(found[BINDER])
    assert link.path == binder
    assert parse_qs(link.query) == {"urlpath": [f"lab/tree/{CHAPTER}"]}
    if COLAB in found:
        assert found[COLAB].endswith(f"/github/who/book/blob/abc1234/{CHAPTER}")


def test_links_stand_in_the_page() -> None:
    """The page's menu has them, and has none while no address is set."""
    templates = Environment(loader=FileSystemLoader(light.TEMPLATES), autoescape=True)
    header = templates.get_template("sections/header-article.html")
    given = {"page_source_suffix": ".ipynb", "sourcename": CHAPTER, "pathto": lambda *_: ""}
    found = list(addresses("https://github.com/who/book").items())
    assert "mybinder" not in header.render(**given, launch=[])
    shown = header.render(**given, launch=found)
    assert all(f'<a href="{address}">{name}</a>' in shown for name, address in found)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_begins_with_the_lines(path: Path) -> None:
    """They name the repository that `_config.yml` names, and readers of the book see none."""
    first = nbformat.read(path, as_version=4).cells[0]
    lines = launch.fetch_lines(launch.repository_of(ROOT))
    assert first.source.startswith(lines), "run make refresh"
    assert "remove-input" in first.metadata.tags


def test_lines_are_renewed() -> None:
    """A new address takes the place of the old one; the cell's own code stays."""
    notebook = new_notebook(cells=[new_code_cell("x = 1")])
    for repository in ("", "https://one.example/a", "https://two.example/b"):
        launch.renew(notebook, repository)
        assert notebook.cells[0].source == f"{launch.fetch_lines(repository)}\nx = 1"


# Elsewhere: an empty environment and a small book in a git repository, whose package needs nothing.

BACKEND = """
import zipfile

METADATA = "Metadata-Version: 2.1\\nName: rare-earths\\nVersion: 1\\n"
WHEEL = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"

def build_editable(folder, config_settings=None, metadata_directory=None):
    info = "rare_earths-1.dist-info"
    with zipfile.ZipFile(f"{folder}/rare_earths-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("rare_earths.pth", "")
        for name, text in (("METADATA", METADATA), ("WHEEL", WHEEL)):
            wheel.writestr(f"{info}/{name}", text)
        wheel.writestr(f"{info}/RECORD", "")
    return "rare_earths-1-py3-none-any.whl"
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "rare-earths"
version = "1"
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds pip alone."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=False)
    packages = next((folder / "venv").glob("lib/python*/site-packages"))
    (packages / "pip").symlink_to(Path(pip.__file__).parent)
    return folder / "venv" / "bin" / "python"


@pytest.fixture
def repository(tmp_path: Path) -> str:
    folder = tmp_path / "a repository"
    (folder / "rare_earths").mkdir(parents=True)
    (folder / "rare_earths" / "__init__.py").write_text("FOUND = __file__\n")
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "backend.py").write_text(BACKEND)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "All"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder.as_uri()


def run(python: Path, folder: Path, lines: str, **given: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "RARE_EARTHS_REPOSITORY")}
    (folder / "work").mkdir(exist_ok=True)
    code = lines + textwrap.dedent("""
        import rare_earths
        print(rare_earths.FOUND)
    """)
    return subprocess.run([python, "-c", code], cwd=folder / "work", env=env | given,
                          capture_output=True, text=True, check=False)  # fmt: skip


def test_package_is_fetched(elsewhere: Path, repository: str, tmp_path: Path) -> None:
    """In an empty environment, twice: the second time the copy is there."""
    for _ in range(2):
        done = run(elsewhere, tmp_path, launch.fetch_lines(repository))
        assert done.returncode == 0, done.stderr
        where = tmp_path / "work" / "rare-earths-book" / "rare_earths" / "__init__.py"
        assert Path(done.stdout.strip()) == where


def test_without_an_address_one_sentence(elsewhere: Path, tmp_path: Path) -> None:
    done = run(elsewhere, tmp_path, launch.fetch_lines(""))
    assert done.stderr.splitlines()[-1].startswith("ModuleNotFoundError: The package rare_earths ")
    assert "RARE_EARTHS_REPOSITORY" in done.stderr.splitlines()[-1]


def test_nothing_is_fetched_where_the_package_is(tmp_path: Path) -> None:
    """No clone, no pip: an address that answers nobody is never asked."""
    (tmp_path / "work" / "rare_earths").mkdir(parents=True)
    (tmp_path / "work" / "rare_earths" / "__init__.py").write_text("FOUND = 1\n")
    done = run(Path(sys.executable), tmp_path, launch.fetch_lines("https://nowhere.invalid/x"))
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
    assert not (tmp_path / "work" / "rare-earths-book").exists()


# The time that TeX takes for its own


def test_tex_takes_the_time_of_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    told = environment(ROOT)
    shown = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True,
                           text=True, check=True).stdout.strip()  # fmt: skip
    assert (told["SOURCE_DATE_EPOCH"], told["FORCE_SOURCE_DATE"]) == (shown, "1")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert source_date(ROOT) == "86400"
