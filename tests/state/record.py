"""Record a state, and the service as it was then: `python tests/state/record.py FOLDER`.

A recorded state stays as it is for good: it stands for the states that users have. What changes
with the emulator is `service.json`, the rows of its database.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

from pulumi_pinecone_backup.emulator import Emulator
from support.live_service import KEY, Service
from support.pulumi_stack import Stack

ADDRESS = "http://127.0.0.1:1"
"""Stands for the emulator's address in what is recorded."""

PROGRAM = """\
backup = Backup("nightly", index_name="products", description="Before the import", triggers=[1])
Backup("weekly", index_name="products", name="weekly", wait=False)
RestoredIndex(
    "recovered",
    backup_id=backup.id,
    tags={"team": pulumi.Output.secret("search"), "tier": "gold"},
    inherit_tags=True,
    deletion_protection="disabled",
    read_capacity={"mode": "OnDemand"},
    triggers=["2026-11-21", {"attempt": 1}],
)
RestoredIndex("standby", backup_id=backup.id, name="standby", verify="schema")
BackupSchedule("daily", index_name="products", frequency="daily", retention_days=14, enabled=False)
"""


def record(folder: Path) -> None:
    """Write program, state and service of one run into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        database = Path(temporary) / "emulator.sqlite"
        with Emulator(api_keys=(KEY,), database=database) as emulator:
            Service(emulator).index("products", tags={"cost": "42"})
            environment = {"PINECONE_API_KEY": KEY, "PINECONE_CONTROLLER_HOST": emulator.url}
            stack = Stack(Path(temporary) / "stack", environment)
            stack.program(PROGRAM)
            stack.up()
            stack.up()
            state = _text(_without_paths(stack.export())).replace(emulator.url, ADDRESS)
        (folder / "service.json").write_text(_text(tables(database)))
    (folder / "state.json").write_text(state)
    (folder / "program.txt").write_text(PROGRAM)


def tables(database: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table, bytes as `{"hex": ...}`."""
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    found = {}
    for (name,) in names.fetchall():
        rows = connection.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608
        found[name] = [{key: _json(row[key]) for key in row.keys()} for row in rows]  # noqa: SIM118
    connection.close()
    return {name: rows for name, rows in found.items() if rows and name != "sqlite_sequence"}


def restore(recorded: Path, database: Path) -> None:
    """Make a database that holds the recorded service."""
    with Emulator(database=database):
        pass  # makes the tables of this version
    connection = sqlite3.connect(database)
    for name, rows in json.loads((recorded / "service.json").read_text()).items():
        for row in rows:
            columns, marks = ", ".join(row), ", ".join("?" * len(row))
            values = [bytes.fromhex(v["hex"]) if isinstance(v, dict) else v for v in row.values()]
            statement = f"INSERT INTO {name} ({columns}) VALUES ({marks})"  # noqa: S608
            connection.execute(statement, values)
    connection.commit()
    connection.close()


def _json(value: Any) -> Any:
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def _without_paths(value: Any) -> Any:
    """Leave out where on this machine the program and Pulumi were."""
    if isinstance(value, dict):
        paths = ("sourcePosition", "stackTrace")
        return {key: _without_paths(item) for key, item in value.items() if key not in paths}
    return [_without_paths(item) for item in value] if isinstance(value, list) else value


def _text(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    record(Path(sys.argv[1]))
