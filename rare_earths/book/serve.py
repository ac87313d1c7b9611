"""Serves the built book on this machine as a public host would: compressed, nothing else."""

from __future__ import annotations

import gzip
import io
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

TEXT = {".html", ".css", ".js", ".json", ".svg", ".csv", ".bib", ".ris", ".ipynb", ".md"}


class Compressed(SimpleHTTPRequestHandler):
    """Sends text files with gzip to browsers that accept it."""

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Answer with the headers; return the body."""
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        accepts = "gzip" in self.headers.get("Accept-Encoding", "")
        # A folder without its slash is left to the base class, which sends the reader on.
        if not (accepts and path.suffix in TEXT and path.is_file()) or (
            path.name == "index.html" and not self.path.split("?")[0].endswith(("/", ".html"))
        ):
            return super().send_head()
        body = gzip.compress(path.read_bytes(), 9)
        self.send_response(200)
        self.send_header("Content-Type", f"{self.guess_type(str(path))}; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing about single requests."""


def serve(folder: Path, port: int) -> None:
    """Serve a folder until the user stops it; only this machine can reach it."""
    with ThreadingHTTPServer(("127.0.0.1", port), partial(Compressed, directory=folder)) as server:
        print(f"http://127.0.0.1:{server.server_port}/  (stop with Ctrl+C)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
