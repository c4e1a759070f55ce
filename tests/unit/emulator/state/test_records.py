from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pulumi_pinecone_backup.emulator
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pulumi_pinecone_backup.emulator.state import records
from pulumi_pinecone_backup.emulator.state.database import Database
from pulumi_pinecone_backup.emulator.state.records import Record

OWNERS = st.sampled_from([1, 2, -1, -2])
NAMESPACES = st.sampled_from(["", "n"])
IDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=4)


class Records(RuleBasedStateMachine):
    """Whatever is done in whatever order, owners have what a plain copy would have."""

    def __init__(self) -> None:
        super().__init__()
        self.database = Database(None)
        self.model: dict[int, dict[tuple[str, str], bytes]] = {}
        self.written = 0

    def teardown(self) -> None:
        self.database.close()

    @rule(owner=OWNERS, namespace=NAMESPACES, ids=IDS)
    def upsert(self, owner: int, namespace: str, ids: list[str]) -> None:
        rows = []
        for identifier in ids:
            self.written += 1
            value = self.written.to_bytes(4, "little")
            rows.append(Record(identifier, value))
            self.model.setdefault(owner, {})[namespace, identifier] = value
        with self.database.transaction() as connection:
            records.upsert(connection, owner, namespace, rows)

    @rule(owner=OWNERS, namespace=NAMESPACES, ids=IDS)
    def delete(self, owner: int, namespace: str, ids: list[str]) -> None:
        for identifier in ids:
            self.model.get(owner, {}).pop((namespace, identifier), None)
        with self.database.transaction() as connection:
            records.delete_ids(connection, owner, namespace, ids)

    @rule(owner=OWNERS, namespace=NAMESPACES)
    def delete_namespace(self, owner: int, namespace: str) -> None:
        kept = {
            key: value for key, value in self.model.get(owner, {}).items() if key[0] != namespace
        }
        self.model[owner] = kept
        with self.database.transaction() as connection:
            records.delete_namespace(connection, owner, namespace)

    @rule(owner=OWNERS)
    def drop(self, owner: int) -> None:
        self.model.pop(owner, None)
        with self.database.transaction() as connection:
            records.drop(connection, owner)

    @precondition(lambda self: self.model)
    @rule(source=OWNERS, copy=OWNERS)
    def snapshot(self, source: int, copy: int) -> None:
        if source == copy:
            return
        with self.database.transaction() as connection:
            records.drop(connection, copy)
            records.snapshot(connection, source, copy)
        self.model[copy] = dict(self.model.get(source, {}))

    @invariant()
    def owners_have_their_records(self) -> None:
        for owner in (1, 2, -1, -2):
            expected = self.model.get(owner, {})
            found = {
                (namespace, row.id): row.dense
                for namespace in ("", "n")
                for row in records.scan(self.database.connection, owner, namespace)
            }
            assert found == expected
            assert records.totals(self.database.connection, owner).record_count == len(expected)

    @invariant()
    def no_payload_is_unused(self) -> None:
        used = {value for rows in self.model.values() for value in rows.values()}
        count = self.database.connection.execute("SELECT count(*) FROM payloads").fetchone()[0]
        assert count == len(used)


TestRecords = Records.TestCase
TestRecords.settings = settings(max_examples=40, stateful_step_count=25)


@pytest.fixture
def database() -> Iterator[Database]:
    opened = Database(None)
    yield opened
    opened.close()


def fill(database: Database, count: int) -> None:
    rows = [Record(f"id-{number:04}", b"1234", None, None, "{}") for number in range(count)]
    with database.transaction() as connection:
        records.upsert(connection, 1, "", rows)


def test_a_snapshot_copies_no_payload(database: Database) -> None:
    fill(database, 1500)
    with database.transaction() as connection:
        records.snapshot(connection, 1, -1)
    assert database.connection.execute("SELECT count(*) FROM payloads").fetchone()[0] == 1500
    assert records.totals(database.connection, -1).record_count == 1500


def test_more_ids_than_one_statement_takes_are_found_and_deleted(database: Database) -> None:
    fill(database, 1500)
    ids = [f"id-{number:04}" for number in range(1500)]
    assert len(records.fetch(database.connection, 1, "", ids)) == 1500
    with database.transaction() as connection:
        records.delete_ids(connection, 1, "", ids)
    assert records.totals(database.connection, 1).record_count == 0


def test_both_orders_give_the_same_records(database: Database) -> None:
    fill(database, 20)
    fill(database, 10)
    by_id = list(records.scan(database.connection, 1, ""))
    by_payload = list(records.scan(database.connection, 1, "", is_ordered=False))
    assert [row.id for row in by_id] == sorted(row.id for row in by_payload)


def test_sizes_count_what_a_record_holds() -> None:
    assert Record("ab", b"1234", b"12", b"34", "{}").size == 12
    assert Record("ab", None).size == 2


def test_no_statement_numbers_its_parameters() -> None:
    # Python 3.12.0 to 3.12.3 warn of numbered parameters that are given as a tuple.
    folder = Path(pulumi_pinecone_backup.emulator.__file__).parent
    numbered = [path.name for path in folder.rglob("*.py") if re.search(r"\?\d", path.read_text())]
    assert numbered == []
