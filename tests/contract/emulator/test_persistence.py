from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from contract.emulator.api import Api, until
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.emulator.state.database import DatabaseError

ROUNDS = 30
EARLIER_LAYOUT = (
    "DROP TABLE aliases",
    "ALTER TABLE schedules DROP COLUMN planned_at",
    "PRAGMA user_version = 1",
)


def test_a_restart_with_the_same_file_goes_on(tmp_path: Path) -> None:
    database = tmp_path / "emulator.db"
    with Emulator(database=database, backup_seconds=60) as emulator:
        api = Api(emulator)
        api.create_index(tags={"a": "b"})
        api.upsert(5, namespace="n")
        backup_id = api.create_backup()["backup_id"]
        before = api.get("/indexes/docs")
        assert api.get(f"/backups/{backup_id}")["status"] == "Initializing"
        api.close()
    with Emulator(database=database) as emulator:
        api = Api(emulator)
        assert api.get("/indexes/docs") == before | {"host": api.host()}
        assert api.count() == 5
        assert api.get(f"/backups/{backup_id}")["status"] == "Initializing"
        emulator.advance(60)
        api.restore(backup_id)
        api.close()
    with Emulator(database=database) as emulator:
        api = Api(emulator)
        assert api.get(f"/backups/{backup_id}")["status"] == "Ready"
        assert api.count("restored") == 5
        api.close()


def test_the_advanced_time_survives_a_restart(tmp_path: Path) -> None:
    database = tmp_path / "emulator.db"
    with Emulator(database=database) as emulator:
        emulator.advance(10**6)
        before = emulator.state.clock.offset_seconds
    with Emulator(database=database) as emulator:
        assert emulator.state.clock.offset_seconds == before == 10**6


def test_a_deletion_ends_while_the_emulator_is_not_running(tmp_path: Path) -> None:
    database = tmp_path / "emulator.db"
    with Emulator(database=database, delete_seconds=0.05) as emulator:
        api = Api(emulator)
        api.create_index()
        api.delete("/indexes/docs")
        api.close()
    with Emulator(database=database) as emulator:
        api = Api(emulator)
        until(lambda: api.send("GET", "/indexes/docs").status_code == 404)
        api.close()


def test_a_file_of_an_earlier_layout_goes_on(tmp_path: Path) -> None:
    database = tmp_path / "emulator.db"
    schedule = {
        "name": "nightly",
        "schedule": {"type": "time-based", "frequency": "daily"},
        "retention": {"expire_after_days": 3},
    }
    with Emulator(database=database) as emulator:
        api = Api(emulator)
        api.create_index()
        made = api.post("/indexes/docs/backup-schedules", schedule)
        api.close()
    connection = sqlite3.connect(database)
    for statement in EARLIER_LAYOUT:
        connection.execute(statement)
    connection.commit()
    connection.close()
    with Emulator(database=database) as emulator:
        api = Api(emulator)
        path = f"/backup-schedules/{made['schedule_id']}"
        assert api.get(path) == made
        assert api.get(f"{path}/history")["data"][0]["created_at"] == made["created_at"]
        api.close()


@pytest.mark.parametrize("content", [b"not a database at all", None])
def test_a_file_of_something_else_is_refused_and_kept(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "other.db"
    if content is None:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE precious (x)")
        connection.commit()
        connection.close()
    else:
        path.write_bytes(content * 100)
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match="database"):
        Emulator(database=path).start()
    assert path.read_bytes() == before


def test_a_file_in_use_is_refused_and_the_first_emulator_goes_on(tmp_path: Path) -> None:
    database = tmp_path / "emulator.db"
    with Emulator(database=database) as emulator:
        api = Api(emulator)
        api.create_index()
        with pytest.raises(DatabaseError, match="another emulator"):
            Emulator(database=database).start()
        assert api.get("/indexes/docs")["name"] == "docs"
        api.close()


class Process:
    """The emulator as the command, on a file."""

    def __init__(self, database: Path) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from pulumi_pinecone_backup.cli import main; main()",
                "emulator",
                "--port=0",
                f"--database={database}",
                "--delete-seconds=0",
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[-1]
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update({"Api-Key": "emulator", "X-Pinecone-Api-Version": "2026-07"})
        until(self.answers)

    def answers(self) -> bool:
        try:
            return self.session.get(f"{self.url}/_emulator/health", timeout=5).ok
        except requests.ConnectionError:
            return False

    def send(self, method: str, path: str, body: Any = None) -> Any:
        url = path if path.startswith("http") else self.url + path
        response = self.session.request(method, url, json=body, timeout=30)
        assert response.ok, response.text
        return response.json() if response.content else None

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.session.close()
        return code


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    started: list[Process] = []
    yield started
    for process in started:
        if process.process.poll() is None:
            process.end(signal.SIGKILL)


class Writer(threading.Thread):
    """Writes batches and takes backups until the connection breaks; remembers what was answered."""

    def __init__(self, process: Process, name: str, first: int) -> None:
        super().__init__()
        self.process = process
        self.index = name
        self.first = first
        self.acknowledged: list[int] = []
        self.tried = first

    def run(self) -> None:
        session = requests.Session()
        session.trust_env = False
        session.headers.update(self.process.session.headers)
        try:
            described = session.get(f"{self.process.url}/indexes/{self.index}", timeout=30)
            host = described.json()["host"]
            while True:
                start = self.tried
                self.tried += 10
                vectors = [
                    {"id": f"{number}", "values": [1.0, number + 1.0]}
                    for number in range(start, start + 10)
                ]
                session.post(f"{host}/vectors/upsert", json={"vectors": vectors}, timeout=30)
                self.acknowledged.append(start)
                url = f"{self.process.url}/indexes/{self.index}/backups"
                session.post(url, json={}, timeout=30)
        except requests.RequestException:
            pass
        finally:
            session.close()


def check(process: Process, name: str, writer: Writer) -> None:
    """Check that what was acknowledged is there, batches are whole, and no backup is half."""
    host = process.send("GET", f"/indexes/{name}")["host"]
    total = process.send("POST", f"{host}/describe_index_stats", {})["totalVectorCount"]
    assert total % 10 == 0
    assert len(writer.acknowledged) * 10 <= total <= writer.tried
    if writer.acknowledged:
        last = writer.acknowledged[-1]
        found = process.send("GET", f"{host}/vectors/fetch?ids={last}&ids={last + 9}")
        assert len(found["vectors"]) == 2
    for backup in process.send("GET", f"/indexes/{name}/backups")["data"]:
        assert backup["status"] == "Ready"
        assert backup["record_count"] % 10 == 0


def rows_agree(database: Path) -> None:
    connection = sqlite3.connect(database)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        lost = connection.execute(
            "SELECT count(*) FROM records WHERE payload NOT IN (SELECT payload FROM payloads)"
        ).fetchone()[0]
        unused = connection.execute(
            "SELECT count(*) FROM payloads WHERE payload NOT IN (SELECT payload FROM records)"
        ).fetchone()[0]
        assert (lost, unused) == (0, 0)
        for key, count in connection.execute("SELECT key, record_count FROM backups"):
            query = "SELECT count(*) FROM records WHERE owner = ?"
            assert connection.execute(query, (-key,)).fetchone()[0] == count
    finally:
        connection.close()


def test_thirty_kills_in_the_middle_of_writes_lose_nothing_acknowledged(
    tmp_path: Path, processes: list[Process]
) -> None:
    database = tmp_path / "emulator.db"
    chance = random.Random(7)  # noqa: S311 - which moment is hit, no secret
    process = Process(database)
    processes.append(process)
    total_acknowledged = 0
    for number in range(ROUNDS):
        name = f"round-{number}"
        fields = {"_values": {"type": "dense_vector", "dimension": 2, "metric": "cosine"}}
        process.send("POST", "/indexes", {"name": name, "schema": {"fields": fields}})
        writer = Writer(process, name, 0)
        writer.start()
        least = chance.randrange(1, 6)
        until(lambda writer=writer, least=least: len(writer.acknowledged) >= least)  # type: ignore[misc]
        process.end(signal.SIGKILL)
        writer.join(30)
        rows_agree(database)
        process = Process(database)
        processes.append(process)
        check(process, name, writer)
        total_acknowledged += len(writer.acknowledged)
        process.send("DELETE", f"/indexes/{name}")
    assert total_acknowledged >= ROUNDS
    assert process.end(signal.SIGTERM) == 0
