"""The built book behind a local server that compresses as public hosts do and counts."""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")


@dataclass(frozen=True)
class Answer:
    """One answered request: path from the site's root, status, bytes of the body as sent."""

    path: str
    status: int
    size: int


@dataclass
class Site:
    """A folder of built pages and the address it is served at; `answers` grows as it is read."""

    folder: Path
    address: str = ""
    answers: list[Answer] = field(default_factory=list)

    @property
    def pages(self) -> list[str]:
        return pages_of(self.folder)

    def url(self, page: str) -> str:
        return f"{self.address}/{page}"

    def file_url(self, page: str) -> str:
        return (self.folder / page).resolve().as_uri()

    def text(self, page: str) -> str:
        return (self.folder / page).read_text(encoding="utf-8")

    @contextmanager
    def counting(self) -> Iterator[list[Answer]]:
        """The answers given while the block runs."""
        start, seen = len(self.answers), []
        yield seen
        seen.extend(self.answers[start:])


def weight(text: str) -> int:
    """Bytes of a text as sent."""
    return len(gzip.compress(text.encode(), 6, mtime=0))


# Made from the tables by one template each: test_evidence_pages.py reads all of them, the other
# tests look at the heaviest of each kind.
GENERATED = "evidence"


def pages_of(folder: Path) -> list[str]:
    """All pages a reader can open: every HTML file outside folders that begin with _; the pages of
    the evidence are left out.
    """
    files = (path.relative_to(folder) for path in folder.rglob("*.html"))
    return sorted(
        str(path)
        for path in files
        if path.parts[0] != GENERATED and not any(p.startswith("_") for p in path.parts)
    )


def looked_at(folder: Path) -> list[str]:
    """All pages, of those of the evidence the heaviest of each kind: topic, rows, figure, ranks."""
    heaviest: dict[str, Path] = {}
    for path in sorted((folder / GENERATED).glob("*.html")):
        rows = path.stem.rpartition("-")[2].isdigit() and not path.stem.startswith("fig-")
        kind = "rows" if rows else "figure" if path.stem.startswith("fig-") else "topic"
        kind = path.stem if path.stem == "disagreements" else kind
        heaviest[kind] = max(heaviest.get(kind, path), path, key=lambda p: p.stat().st_size)
    return pages_of(folder) + sorted(str(path.relative_to(folder)) for path in heaviest.values())


@lru_cache(maxsize=512)
def body(path: Path, changed: int) -> tuple[str, bool, bytes]:
    """Content type, whether compressed, and bytes of a file as sent."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = "application/javascript" if path.suffix == ".js" else kind
    small = kind.startswith(COMPRESSED)
    content = path.read_bytes()
    return kind, small, gzip.compress(content, 6, mtime=0) if small else content


@contextmanager
def serve(folder: Path) -> Iterator[Site]:
    """Serve `folder` on this machine alone, at a free port, until the block ends."""
    site = Site(folder.resolve())
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(site))
    server.daemon_threads = True
    site.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def handler_for(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            name = unquote(urlsplit(self.path).path).lstrip("/") or "index.html"
            path = (site.folder / name).resolve()
            found = path.is_file() and site.folder in path.parents
            if found:
                kind, small, content = body(path, path.stat().st_mtime_ns)
            else:
                kind, small, content = "text/plain", False, b"no such file"
            status = 200 if found else 404
            site.answers.append(Answer(name, status, len(content)))
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            if small:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing: the answers are kept in `site`."""

    return Handler
