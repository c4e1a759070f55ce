"""A PostgreSQL server of its own: Debian's, or any that is on PATH.

`PINECONE_BACKUP_TEST_POSTGRES=required` turns a missing one from a skip into a failure.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

import pytest
from support.background_run import wait_until

# Read before the tests clear the environment.
_REQUIRED = os.environ.get("PINECONE_BACKUP_TEST_POSTGRES") == "required"
_DEBIAN = Path("/usr/lib/postgresql")
_ROLE = "pulumi"
_TRIES = 3
# The server ends with whoever holds the other end of this shell's input, also when that is killed.
_KEEPER = '"$@" & server=$!; read -r _; kill -INT "$server"; wait "$server"'


def find() -> Path:
    """Return the folder of a server's programs; skip the test where there is none."""
    debian = sorted(_DEBIAN.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    found = shutil.which("postgres") or (str(debian[-1]) if debian else None)
    if found is None:
        text = "no PostgreSQL server is there; on Debian: apt install postgresql"
        if _REQUIRED:
            pytest.fail(text)
        pytest.skip(text)
    return Path(found).resolve().parent


class PostgresServer:
    """A server in a temporary folder at a free port of this computer.

    It refuses to run as root; then the user `postgres` or `nobody` runs it.

    Args:
        programs: Folder of `initdb` and `postgres`.
        is_durable: Whether it waits for the disk, as a real one does.
    """

    password = "p-3c1f9a"

    def __init__(self, programs: Path, *, is_durable: bool = False) -> None:
        self._programs = programs
        self._is_durable = is_durable
        self._user = _unprivileged() if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PostgresServer:
        try:
            self._make_cluster()
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def database(self, name: str) -> str:
        """Make a database and return the URL of a backend in it."""
        self.sql(f'CREATE DATABASE "{name}"', "postgres")
        return self.url(name)

    def url(self, database: str) -> str:
        """Return the URL of a backend in a database."""
        address = f"{_ROLE}:{self.password}@127.0.0.1:{self._port}"
        return f"postgres://{address}/{database}?sslmode=disable"

    def sql(self, statement: str, database: str) -> str:
        """Run a statement and return its rows."""
        command = [str(self._programs / "psql"), self.url(database), "-XAtqc", statement]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def _make_cluster(self) -> None:
        if self._user:
            shutil.chown(self._folder, self._user)
        secret = self._folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o644)  # the folder is closed to others
        words = ["--auth=scram-sha-256", f"--username={_ROLE}", f"--pwfile={secret}", "--no-sync"]
        done = subprocess.run(
            [str(self._programs / "initdb"), *words, "--pgdata", str(self._folder / "data")],
            capture_output=True,
            text=True,
            check=False,
            user=self._user,
            cwd=self._folder,
        )
        assert done.returncode == 0, done.stderr

    def _start(self) -> None:
        for left in range(_TRIES - 1, -1, -1):
            self._port = _free_port()
            self._launch()
            wait_until(lambda: self._is_ready() or self._log_says("FATAL"), "PostgreSQL")
            if self._is_ready():
                return
            self._stop()  # somebody else took the port
            assert left, (self._folder / "log").read_text()

    def _launch(self) -> None:
        words = ["-D", str(self._folder / "data"), "-k", str(self._folder), "-p", str(self._port)]
        quick = [] if self._is_durable else ["-c", "fsync=off"]
        server = [str(self._programs / "postgres"), "-h", "127.0.0.1", *words, *quick]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _KEEPER, "sh", *server],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self._user,
                cwd=self._folder,
                start_new_session=True,
            )

    def _is_ready(self) -> bool:
        # A stranger at this port would not know the folder's socket.
        command = [str(self._programs / "pg_isready"), "-q", "-h", str(self._folder)]
        return subprocess.run([*command, "-p", str(self._port)], check=False).returncode == 0

    def _log_says(self, word: str) -> bool:
        return word in (self._folder / "log").read_text()

    def _stop(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(60)
            self._process = None

    def _end(self) -> None:
        try:
            self._stop()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)


def _unprivileged() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
