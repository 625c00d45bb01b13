"""A small data hub on 127.0.0.1: as much of the hub's HTTP interface as `datasets` asks of it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef" * 2 + "01234567"


@contextmanager
def loopback_hub(folder: Path, commit: str = COMMIT) -> Iterator[tuple[str, list[str]]]:
    """Serve the repositories `<owner>/<name>` below a folder as data sets, each with one commit.

    Yields:
        The endpoint, for HF_ENDPOINT, and the requests so far, as "GET /path".
    """
    asked: list[str] = []
    handler = type("Handler", (_Handler,), {"folder": folder, "commit": commit, "asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: Path
    commit: str
    asked: list[str]

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.asked.append(f"{self.command} {path}")
        parts = path.strip("/").split("/")
        if parts[:2] == ["api", "datasets"] and len(parts) >= 4:
            self._api("/".join(parts[2:4]), parts[4:])
        elif parts[:1] == ["datasets"] and len(parts) >= 6 and parts[3] == "resolve":
            self._file("/".join(parts[1:3]), parts[4], "/".join(parts[5:]))
        else:
            self._send(404, {"error": "not found"})

    def _api(self, name: str, rest: list[str]) -> None:
        repository = self.folder / name
        revision = rest[1] if len(rest) > 1 else "main"
        if not repository.is_dir():
            self._send(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
        elif revision not in ("main", self.commit):
            self._send(404, {"error": "Invalid rev id"}, {"X-Error-Code": "RevisionNotFound"})
        elif not rest or rest[0] == "revision":
            files = [{"rfilename": path.relative_to(repository).as_posix()} for path in _files(repository)]
            self._send(200, {"id": name, "sha": self.commit, "private": False, "gated": False, "disabled": False,
                             "downloads": 0, "likes": 0, "tags": [], "siblings": files, "lastModified": None})
        elif rest[0] == "tree":
            below = repository.joinpath(*rest[2:])
            self._send(200, [_entry(path, repository) for path in sorted(below.rglob("*"))] if below.is_dir() else [])
        elif rest[0] == "paths-info":
            asked = json.loads(self._body)["paths"]
            there = [repository / path for path in asked if (repository / path).exists()]
            self._send(200, [_entry(path, repository) for path in there])
        else:
            self._send(404, {"error": "not found"})

    def _file(self, name: str, revision: str, path: str) -> None:
        file = self.folder / name / path
        if not file.is_file():
            self._send(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"})
            return
        content, status, extra = file.read_bytes(), 200, {}
        wanted = self.headers.get("Range", "")
        if wanted.startswith("bytes="):
            start, _, end = wanted.removeprefix("bytes=").partition("-")
            first, last = int(start), min(int(end or len(content) - 1), len(content) - 1)
            extra = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
            content, status = content[first:last + 1], 206
        self._send(status, content, {"ETag": f'"{_digest(file)}"', "X-Repo-Commit": self.commit,
                                     "Accept-Ranges": "bytes", **extra})

    def _send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/octet-stream" if isinstance(body, bytes) else "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _files(repository: Path) -> list[Path]:
    return sorted(path for path in repository.rglob("*") if path.is_file())


def _entry(path: Path, repository: Path) -> dict[str, Any]:
    name = path.relative_to(repository).as_posix()
    if path.is_dir():
        return {"type": "directory", "path": name, "oid": hashlib.sha1(name.encode()).hexdigest(), "size": 0}
    return {"type": "file", "path": name, "size": path.stat().st_size, "oid": _digest(path)}


def _digest(path: Path) -> str:
    return hashlib.sha1(path.read_bytes()).hexdigest()
