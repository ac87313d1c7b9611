"""What happens to a build, and to the user's files, when the machine fails it?

    python tests/faults.py [--kills 50] [--seed 1] [kind ...]

Small books are built and killed, interrupted, robbed of disk, rights, network, fonts and caches, or
built twice at once. Each trial must end in the right pages or in a clear sentence; what readers see
is whole at every moment; no file of the user's is lost. Prints one line a kind, then what failed;
ends with 1 if anything did. `tests/test_faults.py` tries a few of each.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from test_book_build import ROOT, make_book, notebook
from test_edition import hold_out, saved, state

from rare_earths import evidence_edition
from rare_earths.book import fonts
from rare_earths.keeper.same import may_unshare, published, without_network

BUILD = [sys.executable, "-m", "rare_earths.book", "build"]
SHARES = ("21", "22")  # two states of the small book
# What a small book's pages are made of and a user may lose.
KEPT = ("data", "chapters", "index.md", "_config.yml", "_toc.yml")
RIGHT, TOLD = "right result", "clear sentence"


class WrongError(AssertionError):
    """A trial did not end as it must."""


@dataclass
class Small:
    """A small book in two states, and what the undisturbed build of each publishes."""

    folder: Path
    expected: dict[str, dict[str, str]]
    seconds: float

    @property
    def build(self) -> Path:
        return self.folder / "_build"

    def state(self, share: str) -> None:
        (self.folder / "data" / "share.csv").write_text(f"share\n{share}\n")

    def seen(self) -> str:
        """Which state readers see: one of the two, or nothing at all; anything else is wrong."""
        if not (self.build / "html").exists():
            return ""
        now = published(self.build, ["html"])
        for share, files in self.expected.items():
            if now == files:
                return share
        near = [{n for n, _ in files.items() ^ now.items()} for files in self.expected.values()]
        raise WrongError(f"half a book is seen: {sorted(min(near, key=len))} are of another state")

    def must_be(self, share: str, *command: str) -> None:
        """The next build is right."""
        done = run(self.folder, *command)
        if done.returncode or self.seen() != share:
            raise WrongError(f"the next build is not right: {done.stdout}{done.stderr}")


def environment() -> dict[str, str]:
    left_out = ("PYTHONPATH", "RARE_EARTHS_OUTPUT", "RARE_EARTHS_FIGURES")
    return {name: value for name, value in os.environ.items() if name not in left_out}


def start(folder: Path, *command: str) -> subprocess.Popen[str]:
    """A command in a group of processes of its own; a build, if none is named."""
    return subprocess.Popen(
        [*(command or BUILD)],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    started = start(folder, *command)
    out, err = started.communicate()
    return subprocess.CompletedProcess(command, started.returncode, out, err)


def ending(done: subprocess.CompletedProcess[str], *sentences: str) -> str:
    """How a command ended; a trace, or a failure without a sentence, is wrong."""
    said = done.stdout + done.stderr
    if "Traceback" in said:
        raise WrongError(f"a trace: {said}")
    if done.returncode == 0:
        return RIGHT
    last = (done.stderr.strip().splitlines() or [""])[-1]
    if not last or (sentences and not any(re.search(one, said) for one in sentences)):
        raise WrongError(f"no clear sentence: {said}")
    return TOLD


def small(folder: Path) -> Small:
    """Make a small book, and build both of its states undisturbed."""
    folder.mkdir(parents=True)
    book = Small(make_book(folder), {}, 0)
    for share in SHARES:
        book.state(share)
        shutil.rmtree(book.build, ignore_errors=True)
        begun = time.monotonic()
        done = run(folder)
        if done.returncode:
            raise WrongError(f"the small book does not build: {done.stdout}{done.stderr}")
        book.seconds = time.monotonic() - begun
        book.expected[share] = published(book.build, ["html"])
    return book


def other(book: Small) -> str:
    """Change the book to the state that readers do not see."""
    share = SHARES[book.seen() == SHARES[0]]
    book.state(share)
    return share


def _end(started: subprocess.Popen[str], by: signal.Signals, *, group: bool) -> None:
    if started.poll() is None:
        (os.killpg if group else os.kill)(started.pid, by)


# --- the kinds ------------------------------------------------------------------------------------


def killed(book: Small, lot: random.Random) -> str:
    """Killed at a moment by lot, with all its helpers or alone; then run again."""
    share = other(book)
    before = book.seen()
    started = start(book.folder)
    time.sleep(lot.uniform(0.1, 1.05) * book.seconds)
    _end(started, signal.SIGKILL, group=lot.random() < 0.7)
    started.communicate()
    if book.seen() not in (before, share):
        raise WrongError("neither the old pages nor the new ones are seen")
    book.must_be(share)
    return RIGHT


def interrupted(book: Small, lot: random.Random) -> str:
    """Ctrl+C at a moment by lot; then run again."""
    share = other(book)
    started = start(book.folder)
    time.sleep(lot.uniform(0.2, 0.95) * book.seconds)
    _end(started, signal.SIGINT, group=True)
    out, err = started.communicate()
    book.seen()
    done = subprocess.CompletedProcess([], started.returncode, out, err)
    how = RIGHT if "Built" in out and "Traceback" not in err else ending(done, "Stopped")
    book.must_be(share)
    return how


# Kills itself at the n-th step of putting a folder in place, with or without an exchange.
AT_STEP = """
import os, runpy, shutil, signal, sys
from rare_earths.book import place
at, exchanges = int(sys.argv.pop(1)), sys.argv.pop(1) == "1"
steps = 0
def step():
    global steps
    steps += 1
    if steps == at:
        os.kill(os.getpid(), signal.SIGKILL)
def stepping(function):
    def stepped(*given, **named):
        step()
        result = function(*given, **named)
        step()
        return result
    return stepped
real = place.put
def put(new, where):
    os.rename, shutil.rmtree = stepping(os.rename), stepping(shutil.rmtree)
    place._exchange = stepping(place._exchange) if exchanges else lambda *_: False
    real(new, where)
place.put = put
sys.argv = ["book", "build"]
runpy.run_module("rare_earths.book", run_name="__main__")
"""


def killed_while_placing(book: Small, lot: random.Random) -> str:
    """Killed at a step, by lot, of the exchange of the folders or of the two renames instead."""
    exchanges = lot.random() < 0.5
    share = other(book)
    at = lot.randint(1, 4 if exchanges else 6)
    done = run(book.folder, sys.executable, "-c", AT_STEP, str(at), str(int(exchanges)))
    if done.returncode != -signal.SIGKILL:
        raise WrongError(f"not killed at step {at}: {done.stdout}{done.stderr}")
    if not book.seen() and exchanges:
        raise WrongError(f"nothing is seen at step {at}")
    book.must_be(share)
    return RIGHT


def full_disk(book: Small, lot: random.Random) -> str:
    """A disk that fills up after some bytes by lot; then room is made."""
    share = other(book)
    before = book.seen()
    with a_disk(book.build):
        used = sum(path.stat().st_blocks * 512 for path in book.build.rglob("*"))
        size = used + lot.choice((16, 64, 256, 1024, 3000, 6000)) * 1024
        subprocess.run(["mount", "-o", f"remount,size={size}", book.build], check=True)
        how = ending(run(book.folder), "No space left", "disk")
        if book.seen() not in (before, share):
            raise WrongError("neither the old pages nor the new ones are seen")
        subprocess.run(["mount", "-o", "remount,size=100m", book.build], check=True)
        book.must_be(share)
    return how


@contextmanager
def a_disk(folder: Path) -> Iterator[None]:
    """A folder on a disk of its own, whose size can be changed; what it holds stays."""
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", folder], check=True)
    try:
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        yield
        shutil.rmtree(aside)
        shutil.copytree(folder, aside)
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()
        aside.rename(folder)


# File systems ask root for no rights: without these powers they do.
NO_POWERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")


def as_anyone(*command: str) -> list[str]:
    """A command that file rights bind, even when root runs it."""
    return [*(NO_POWERS if os.geteuid() == 0 else ()), *command]


@contextmanager
def read_only(folder: Path, *, alone: bool = False) -> Iterator[None]:
    """A folder in which nobody may write, with all that is in it unless it is meant alone."""
    held = [folder] if alone else [folder, *folder.rglob("*")]
    rights = {path: path.stat().st_mode for path in held}
    try:
        for path in held:
            path.chmod(rights[path] & ~0o222)
        yield
    finally:
        for path in held:
            path.chmod(rights[path])


def read_only_data(book: Small, lot: random.Random) -> str:
    """The data, or all sources, may only be read: the build needs no more."""
    share = other(book)
    with read_only(book.folder / lot.choice(("data", "chapters", "rare_earths"))):
        book.must_be(share, *as_anyone(*BUILD))
    return RIGHT


def read_only_build(book: Small, lot: random.Random) -> str:
    """A folder that the build must write in may only be read."""
    share = other(book)
    before = book.seen()
    with read_only(book.build / lot.choice((".", ".doctrees")), alone=True):
        how = ending(run(book.folder, *as_anyone(*BUILD)), "Permission denied")
        if book.seen() not in (before, share):
            raise WrongError("neither the old pages nor the new ones are seen")
    book.must_be(share)
    return how


def no_network(book: Small, lot: random.Random) -> str:
    """No way to any other machine."""
    share = other(book)
    shutil.rmtree(book.build)
    book.must_be(share, *without_network(*BUILD))
    return RIGHT


def broken_cache(book: Small, lot: random.Random) -> str:
    """A byte of what the last build left is flipped, or a file cut short or lost; then the book,
    its look or nothing changes.
    """
    share = book.seen()
    path = lot.choice(sorted(p for p in book.build.rglob("*") if p.is_file() and p.name != "lock"))
    content = bytearray(path.read_bytes())
    damage = lot.choice(("flipped", "flipped", "cut", "lost"))
    if damage == "lost" or not content:
        path.unlink()
    elif damage == "cut":
        path.write_bytes(content[: lot.randrange(len(content))])
    else:
        content[lot.randrange(len(content))] ^= 1 << lot.randrange(8)
        path.write_bytes(content)
    change = lot.choice(("nothing", "datum", "look"))
    if change == "datum":
        share = SHARES[share == SHARES[0]]
        book.state(share)
    elif change == "look":  # a template changes: the pages are written again from the caches
        template = book.folder / "rare_earths" / "book" / "templates" / "search.html"
        os.utime(template)
    done = run(book.folder)
    name = path.relative_to(book.build)
    try:
        seen = book.seen()
    except WrongError:
        seen = "half"
    if done.returncode or seen != share:
        raise WrongError(f"{name} {damage}, {change} changed: {done.stdout}{done.stderr}")
    return RIGHT


def two_at_once(book: Small, lot: random.Random) -> str:
    """Two builds in one folder; one of them may be killed."""
    share = other(book)
    both = [start(book.folder) for _ in range(2)]
    time.sleep(lot.uniform(0.3, 0.9) * book.seconds)
    victim = lot.choice((None, 0, 1))
    if victim is not None:
        _end(both[victim], signal.SIGKILL, group=True)
    ends = [started.communicate() for started in both]
    for number, (started, (out, err)) in enumerate(zip(both, ends, strict=True)):
        done = subprocess.CompletedProcess([], started.returncode, out, err)
        if number != victim and ending(done) != RIGHT:
            raise WrongError(out + err)
    if victim is None and not any("Waiting for another build" in out for out, _ in ends):
        raise WrongError("nobody waited")
    if book.seen() != share:
        raise WrongError("not the new pages")
    return RIGHT


def killed_refresh(book: Small, lot: random.Random) -> str:
    """Stored outputs: `make refresh` is killed: a notebook is as it was, or has all its outputs."""
    path = book.folder / "chapters" / "01-one.ipynb"
    before = path.read_bytes()
    notebook(path, "# One", f"#% {lot.randrange(10**6)} * 7")
    fresh = path.read_bytes()
    command = [sys.executable, "-m", "rare_earths.book", "refresh"]
    started = start(book.folder, *command)
    time.sleep(lot.uniform(0.2, 1) * 4)
    _end(started, signal.SIGKILL, group=True)
    started.communicate()
    killed_at = path.read_bytes()
    done = run(book.folder, *command)
    stored = path.read_bytes()
    path.write_bytes(before)
    if done.returncode or killed_at not in (fresh, stored) or b'"outputs": []' in stored:
        raise WrongError(f"the notebook is damaged: {done.stdout}{done.stderr}")
    return RIGHT


# The rows of one source, taken as an edition; killed at a step of putting the tables in place.
EDITION = """
import os, shutil, signal, sys
from pathlib import Path
from rare_earths import evidence_edition as e
new, folder, at = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
steps = 0
def stepping(function):
    def stepped(*given, **named):
        global steps
        steps += 1
        if steps == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*given, **named)
    return stepped
edition = e.read(new, folder)
put = e._put
def placing(*given):
    for module, name in ((os, "replace"), (os, "rename"), (os, "unlink"), (shutil, "copy2")):
        setattr(module, name, stepping(getattr(module, name)))
    put(*given)
e._put = placing
e.write(edition, folder)
"""


def killed_edition(folder: Path, lot: random.Random) -> str:
    """`make edition` is killed while it writes: the next run finds all tables old, or all new."""
    data, before, after = folder / "data", folder / "before", folder / "after"
    new = folder / "new.csv"
    if not before.is_dir():
        saved(hold_out(before), new)
        shutil.copytree(before, after)
        evidence_edition.write(evidence_edition.read(new, after), after)
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(before, data)
    at = lot.randint(1, 18)
    done = run(folder, sys.executable, "-c", EDITION, str(new), str(data), str(at))
    evidence_edition.restore(data)
    left = sorted(path.name for path in folder.iterdir() if path.name.startswith("."))
    if "Traceback" in done.stderr or left or state(data) not in (state(before), state(after)):
        raise WrongError(f"step {at}: neither the old tables nor the new ones: {done.stderr}{left}")
    return RIGHT


FONT = """
import matplotlib, sys
matplotlib.get_data_path = lambda: sys.argv[1]
from rare_earths import figures
"""


def missing_font(folder: Path, lot: random.Random) -> str:
    """The fonts of the figures, or of the PDF, are not on this machine."""
    if lot.random() < 0.5:
        done = run(ROOT, sys.executable, "-c", FONT, str(folder))
        if "The figures need the font DejaVu Sans" not in done.stderr:
            raise WrongError(done.stderr)
        return TOLD
    bare = folder / "fonts.conf"
    bare.write_text("<?xml version='1.0'?><fontconfig><dir>/nowhere</dir></fontconfig>")
    code = "from rare_earths.book import fonts; print(fonts.missing())"
    command = ["env", f"FONTCONFIG_FILE={bare}", sys.executable, "-c", code]
    done = run(ROOT, *command)
    if str(fonts.needed()) not in done.stdout:
        raise WrongError(done.stdout + done.stderr)
    return TOLD


@dataclass(frozen=True)
class Kind:
    """A kind of fault, how often it is tried, and what it needs of the machine."""

    trial: Callable[[Small, random.Random], str] | Callable[[Path, random.Random], str]
    trials: int
    needs: Callable[[], bool] = lambda: True
    on_a_book: bool = True


def _may_mount() -> bool:
    return os.geteuid() == 0 and shutil.which("mount") is not None


def _rights_bind() -> bool:
    return os.geteuid() != 0 or shutil.which("setpriv") is not None


KINDS = {
    "killed": Kind(killed, 50),
    "killed while placing": Kind(killed_while_placing, 8),
    "interrupted": Kind(interrupted, 10),
    "disk full": Kind(full_disk, 12, _may_mount),
    "sources read-only": Kind(read_only_data, 3, _rights_bind),
    "build read-only": Kind(read_only_build, 4, _rights_bind),
    "no network": Kind(no_network, 1, may_unshare),
    "cache broken": Kind(broken_cache, 40),
    "two at once": Kind(two_at_once, 5),
    "refresh killed": Kind(killed_refresh, 5),
    "edition killed": Kind(killed_edition, 18, on_a_book=False),
    "font missing": Kind(missing_font, 2, on_a_book=False),
}


def user_files(folder: Path) -> dict[str, bytes]:
    """All that a user has written in the small book, but for the state that the trials set."""
    held = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in KEPT
        for path in ([folder / name] if (folder / name).is_file() else (folder / name).rglob("*"))
        if path.is_file()
    }
    held.pop("data/share.csv", None)
    return held


def try_kind(name: str, kind: Kind, count: int, book: Small, lot: random.Random) -> list[str]:
    """Try one kind of fault; prints its line, returns what failed."""
    ends, failed = [], []
    scratch = book.folder.parent / name.replace(" ", "-")
    scratch.mkdir(exist_ok=True)
    for number in range(count):
        before = user_files(book.folder)
        try:
            given = book if kind.on_a_book else scratch
            ends.append(kind.trial(given, lot))  # type: ignore[arg-type]
            if user_files(book.folder) != before:
                raise WrongError("a file of the user's is changed")
        except WrongError as fault:
            failed.append(f"{name}, trial {number + 1}: {fault}")
            if kind.on_a_book:  # the next trial starts from a sound book
                shutil.rmtree(book.build, ignore_errors=True)
                run(book.folder)
    told = f"{ends.count(RIGHT)} {RIGHT}, {ends.count(TOLD)} {TOLD}, {len(failed)} failed"
    print(f"{name:<22}{count:>4} trials: {told}", flush=True)
    return failed


def main(arguments: list[str]) -> int:
    """Command line; 1 when a trial failed."""
    parser = argparse.ArgumentParser(prog="python tests/faults.py")
    parser.add_argument("kinds", nargs="*", metavar="kind", help=f"of {', '.join(KINDS)}")
    parser.add_argument("--kills", type=int, help="trials of the kind: killed")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    lot = random.Random(given.seed)
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="rare-earths-faults-") as name:
        book = small(Path(name) / "my book")
        print(f"A small book builds in {book.seconds:.1f} s.", flush=True)
        for kind in given.kinds or KINDS:
            if not KINDS[kind].needs():
                print(f"{kind:<22}not tried: this machine does not allow it")
                continue
            count = given.kills if given.kills and kind == "killed" else KINDS[kind].trials
            failed += try_kind(kind, KINDS[kind], count, book, lot)
    print(*failed, sep="\n", end="\n" if failed else "")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
