"""What the tests of the tools share: a web server for archives, a shell with nothing in it."""

from __future__ import annotations

import io
import os
import sys
import tarfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))

PARTS = (
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
)


def write_program(path: Path, text: str) -> Path:
    """Write a shell script that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def write_engine(folder: Path, version: str = "v3.260.0", parts: tuple[str, ...] = PARTS) -> Path:
    """Write what looks like an engine to whoever asks for its version and its files."""
    write_program(folder / "pulumi", f"echo {version}")
    for part in parts:
        write_program(folder / part, "exit 0")
    return folder


def engine_archive(version: str = "v3.259.0") -> bytes:
    """Return an archive laid out as the official one, programs of other languages included."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name in ("pulumi", "pulumi-language-nodejs", *PARTS):
            text = f"#!/bin/sh\necho {version}\n".encode()
            member = tarfile.TarInfo(f"pulumi/{name}")
            member.size, member.mode = len(text), 0o755
            archive.addfile(member, io.BytesIO(text))
        outside = tarfile.TarInfo("../../python-outside")
        outside.type, outside.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(outside)
    return content.getvalue()


class FileServer:
    """Serves bytes or endless drips by path, on a free port, and counts what was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | None] = {}
        self.asked: Counter[str] = Counter()
        self._ended = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.rpartition("/")[2]
                server.asked[name] += 1
                if name not in server.files:
                    self.send_error(404)
                    return
                content = server.files[name]
                self.send_response(200)
                self.end_headers()
                if content is not None:
                    self.wfile.write(content)
                    return
                try:
                    while not server._ended.wait(0.01):
                        self.wfile.write(b".")
                except OSError:
                    return

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the server and every drip."""
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def file_server() -> Iterator[FileServer]:
    """A web server of this test's own."""
    server = FileServer()
    yield server
    server.close()


@pytest.fixture
def bare_environment(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Variables of a shell without Go, Pulumi and network, and with a cache of its own."""

    def make(*path: Path, **more: str) -> dict[str, str]:
        empty = tmp_path / "empty"
        empty.mkdir(exist_ok=True)
        return {
            "PATH": os.pathsep.join(str(folder) for folder in (*path, empty)),
            "HOME": str(tmp_path / "home"),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "PIP_NO_INDEX": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "PINECONE_BACKUP_ENGINE_URL": "http://127.0.0.1:9",
            "NO_PROXY": "127.0.0.1",
        } | more

    return make
