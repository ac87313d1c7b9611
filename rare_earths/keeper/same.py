"""Is the book the same wherever it is built? One commit is built again and again, each time in
other surroundings, and every file is compared.

    python -m rare_earths.keeper.same          # folder, user, locale, time zone, umask
    python -m rare_earths.keeper.same --pdf    # the PDF too
    python -m rare_earths.keeper.same --python python3.12 --python python3.13

With ``--python`` each version makes its own ``.venv`` from ``requirements.lock``, with hashes, as
``make book`` does. Compared are the names, bytes and rights of all that is published, and the
tables of numbers and verdicts.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ("html", "headlines.csv", "verdicts.csv")
NOBODY = 65534


@dataclass(frozen=True)
class Surroundings:
    """What differs from one place of building to the next."""

    name: str
    folder: str = "book"
    environment: dict[str, str] = field(default_factory=dict)
    umask: int = 0o022
    owner: int | None = None  # user id of who builds; None: the one who asks
    network: bool = True
    home: dict[str, str] = field(default_factory=dict)  # the user's own settings, file by file
    python: str = ""  # a Python that makes its own .venv; empty: the one that runs this


# What a user may have set for other work.
SETTINGS = {
    ".config/matplotlib/matplotlibrc": "lines.linewidth: 9\nxtick.labelsize: 20\n",
    ".gitconfig": "[core]\n\tabbrev = 20\n[log]\n\tdate = relative\n\tshowSignature = true\n",
    ".ipython/profile_default/startup/00.py": "print('good morning')\n",
    ".config/pip/pip.conf": "[global]\nno-index = true\n",
}
FIRST = Surroundings("as usual", environment={"LC_ALL": "C.UTF-8", "TZ": "UTC"})
OTHERS = (
    Surroundings(
        "another folder, locale zh_CN, time zone of Shanghai, umask 077",
        "我的 book of rare earths",
        {"LC_ALL": "zh_CN.UTF-8", "LANGUAGE": "zh", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7"},
        umask=0o077,
    ),
    Surroundings(
        "another user, settings in a home that is read-only, locale C, umask 002, hidden folder",
        ".cache/a book",
        {"LC_ALL": "C", "TZ": "Pacific/Honolulu", "PYTHONHASHSEED": "4000000000"},
        umask=0o002,
        owner=NOBODY,
        home=SETTINGS,
    ),
    Surroundings(
        "no network, locale C in ASCII, a day in 2031 as SOURCE_DATE_EPOCH",
        "b",
        {"LC_ALL": "C", "PYTHONUTF8": "0", "SOURCE_DATE_EPOCH": "1924992000", "TZ": "UTC"},
        network=False,
    ),
)


class NotBuiltError(Exception):
    """A build failed; the message holds what it said."""


def published(build: Path, names: Iterable[str] = PUBLISHED) -> dict[str, str]:
    """Digest and rights of every file that a build publishes, by its path in ``_build``."""
    found: dict[str, str] = {}
    for name in names:
        top = build / name
        for path in sorted(top.rglob("*") if top.is_dir() else [top]):
            if path.is_file():
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                rights = f" {stat.S_IMODE(path.stat().st_mode):o}" if top.is_dir() else ""
                found[path.relative_to(build).as_posix()] = digest + rights
    return found


def differences(one: Path, other: Path, names: Iterable[str] = PUBLISHED) -> Iterator[str]:
    """A sentence for each file that two builds do not share byte for byte."""
    first, second = published(one, names), published(other, names)
    for name in sorted(first.keys() | second.keys()):
        if name not in second:
            yield f"{name}: only in the first"
        elif name not in first:
            yield f"{name}: only in the second"
        elif first[name] != second[name]:
            yield f"{name}: {_where(one / name, other / name)}"


def _where(one: Path, other: Path) -> str:
    """The first place in which two files differ, with what stands there."""
    first, second = one.read_bytes(), other.read_bytes()
    if first == second:
        rights = (f"{stat.S_IMODE(path.stat().st_mode):o}" for path in (one, other))
        return "rights " + ", then ".join(rights)
    pairs = enumerate(zip(first, second, strict=False))
    place = next((i for i, (a, b) in pairs if a != b), min(len(first), len(second)))
    seen = (repr(text[max(0, place - 30) : place + 30]) for text in (first, second))
    return f"byte {place}, " + ", then ".join(seen)


def surround(surroundings: Surroundings, scratch: Path) -> dict[str, str]:
    """The environment of a build: nothing of the caller's but the way to programs."""
    home = scratch / "home"
    for name, text in surroundings.home.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, "utf-8")
    home.mkdir(exist_ok=True)  # of another user: may be read, not written
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    made = {**kept, "HOME": str(home), "TMPDIR": str(scratch), **surroundings.environment}
    wanted = made.get("LC_ALL", "")
    if wanted.startswith("zh_CN") and not _has_locale(wanted):
        made["LOCPATH"] = str(_make_locale(wanted, scratch))
    return made


def _has_locale(name: str) -> bool:
    told = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout
    return name.lower().replace("-", "") in told.lower().replace("-", "").split()


def _make_locale(name: str, scratch: Path) -> Path:
    """A locale that the system has only as a source."""
    folder = scratch / "locales"
    folder.mkdir(exist_ok=True)
    language, _, signs = name.partition(".")
    command = ["localedef", "-i", language, "-f", signs, str(folder / name)]
    subprocess.run(command, capture_output=True, check=False)  # 1 for mere warnings
    if not (folder / name).is_dir():
        raise NotBuiltError(
            f"The locale {name} is not installed here: install the package locales."
        )
    return folder


def check_out(folder: Path, surroundings: Surroundings, source: Path = ROOT) -> None:
    """A clone of the last commit, made with the umask of the surroundings."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["git", "clone", "-q", "--no-hardlinks", str(source), str(folder)],
        check=True,
        umask=surroundings.umask,
    )
    if surroundings.owner is not None:  # may write beside the sources, which stay another's
        _let_read(folder)
        folder.chmod(0o777)


def _let_read(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else path.stat().st_mode | 0o444)


def build(folder: Path, surroundings: Surroundings, scratch: Path, *, pdf: bool = False) -> Path:
    """Build the book in ``folder``; its folder ``_build``.

    Raises NotBuiltError with what the command said.
    """
    environment = surround(surroundings, scratch)
    python = sys.executable
    if surroundings.python:
        ours = {"PYTHON": surroundings.python}
        if "PIP_CACHE_DIR" not in os.environ:
            ours["PIP_CACHE_DIR"] = str(Path.home() / ".cache" / "pip")
        script = ["sh", "rare_earths/book/venv.sh", "requirements.lock"]
        _run(script, folder, os.environ | ours, surroundings)
        python = str(folder / ".venv" / "bin" / "python")
    else:
        environment["PYTHONPATH"] = str(folder)
    command = [python, "-m", "rare_earths.book", "pdf" if pdf else "build"]
    _run(command, folder, environment, surroundings)
    return folder / "_build"


def _become(owner: int) -> list[str]:
    """What runs a command as another user, who may write only where that user may; the reading of
    all files is kept, since the packages may lie in a home.
    """
    ids = [f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]
    reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return ["setpriv", *ids, *reading]


# The kernels talk over the machine's own address, which a new name space has to switch on.
_LOOP = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
    fcntl.ioctl(made, 0x8914, struct.pack("16sh", b"lo", 1))
os.execvp(sys.argv[1], sys.argv[1:])
"""


def without_network(*command: str) -> list[str]:
    """A command that reaches no other machine; needs the program unshare."""
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    return [*alone, sys.executable, "-c", _LOOP, *command]


def may_unshare() -> bool:
    """Whether this machine can take the network away from a command."""
    if shutil.which("unshare") is None:
        return False
    command = without_network(sys.executable, "-c", "")
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(
    command: list[str], folder: Path, environment: dict[str, str], surroundings: Surroundings
) -> None:
    if surroundings.owner is not None:
        command = [*_become(surroundings.owner), *command]
    if not surroundings.network:
        command = without_network(*command)
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        umask=surroundings.umask,
        check=False,
    )
    if done.returncode:
        raise NotBuiltError(f"{surroundings.name}:\n{done.stdout}{done.stderr}")


def compare(
    places: Iterable[Surroundings], scratch: Path, *, pdf: bool = False, source: Path = ROOT
) -> Iterator[str]:
    """Build in each of the places; a sentence for each file that differs from the first's."""
    names = (*PUBLISHED, "pdf") if pdf else PUBLISHED
    first: Path | None = None
    for number, place in enumerate(places):
        room = scratch / str(number)
        room.mkdir()
        if place.owner is not None:
            shutil.chown(room, place.owner, place.owner)
        folder = room / place.folder
        check_out(folder, place, source)
        made = build(folder, place, room, pdf=pdf)
        first = first or made
        found = list(differences(first, made, names))
        print(f"{place.name}: {len(published(made, names))} files, {len(found)} differ", flush=True)
        yield from (f"{place.name}: {sentence}" for sentence in found)


def main(arguments: list[str]) -> int:
    """Command line; 1 where a file differs or a build fails."""
    parser = argparse.ArgumentParser(prog="python -m rare_earths.keeper.same")
    parser.add_argument("--pdf", action="store_true", help="compare the PDF too")
    parser.add_argument("--python", action="append", default=[], help="compare these versions")
    given = parser.parse_args(arguments)
    places = [Surroundings(name, python=name) for name in given.python]
    places = [FIRST, *(places or OTHERS)]
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        places = [place for place in places if place.owner is None]
        print("Not tried: another user (that needs root and setpriv).")
    if not may_unshare():
        places = [replace(place, network=True) for place in places]
        print("Not tried: no network (that needs unshare).")
    with tempfile.TemporaryDirectory(prefix="rare-earths-same-") as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        try:
            found = list(compare(places, scratch, pdf=given.pdf))
        except NotBuiltError as fault:
            print(f"Not built. {fault}", file=sys.stderr)
            return 1
    print(*found, sep="\n", end="\n" if found else "")
    print("All files are the same." if not found else f"{len(found)} files differ.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
