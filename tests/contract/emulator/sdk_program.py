"""What a user of the official SDK does, unchanged but for its environment.

Run by the SDK's own interpreter; prints one JSON object with what it saw.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from pinecone import NotFoundError, Pinecone  # type: ignore[import-not-found]

DEADLINE_SECONDS = 30


def wait_for(what: str, check: Any) -> Any:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if value := check():
            return value
        time.sleep(0.02)
    raise TimeoutError(what)


def is_gone(describe: Any) -> bool:
    try:
        describe()
    except NotFoundError:
        return True
    return False


def main() -> None:
    seen: dict[str, Any] = {}
    pc = Pinecone()
    pc.indexes.create(
        name="docs",
        schema={
            "fields": {"_values": {"type": "dense_vector", "dimension": 3, "metric": "cosine"}}
        },
        deployment={"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"},
        tags={"team": "search"},
    )
    docs = pc.index(host=pc.indexes.describe("docs").host)
    records = [
        {"id": f"doc-{n}", "values": [0.1, n + 1.0, 1.0], "metadata": {"n": n}} for n in range(20)
    ]
    seen["upserted"] = docs.upsert(vectors=records, namespace="live").upserted_count
    seen["nearest"] = docs.query(vector=[0.1, 1.0, 1.0], top_k=1, namespace="live").matches[0].id

    backup = pc.backups.create(index_name="docs", name="nightly")
    wait_for("backup", lambda: pc.backups.describe(backup_id=backup.backup_id).status == "Ready")
    seen["record_count"] = pc.backups.describe(backup_id=backup.backup_id).record_count
    seen["listed"] = [row.name for row in pc.backups.list(index_name="docs")]

    docs.delete(ids=["doc-0"], namespace="live")
    docs.update(id="doc-1", values=[5.0, 5.0, 5.0], namespace="live")

    pc.create_index_from_backup(backup_id=backup.backup_id, name="restored", timeout=30)
    jobs = list(pc.restore_jobs.list())
    seen["job"] = jobs[0].status
    seen["source"] = pc.indexes.describe("restored").source_backup_id == backup.backup_id
    restored = pc.index(host=pc.indexes.describe("restored").host)
    ids = [item.id for page in restored.list(namespace="live") for item in page.vectors]
    fetched = restored.fetch(ids=ids, namespace="live").vectors
    seen["equal"] = all(
        [round(value, 6) for value in fetched[row["id"]].values] == row["values"]
        and fetched[row["id"]].metadata == row["metadata"]
        for row in records
    )
    seen["restored"] = restored.describe_index_stats().total_vector_count
    seen["source_now"] = docs.describe_index_stats().total_vector_count
    seen["by_metadata"] = sorted(
        restored.fetch_by_metadata(filter={"n": {"$gte": 18}}, namespace="live").vectors
    )
    seen["namespaces"] = [
        (row.name, row.record_count) for row in restored.list_namespaces_paginated().namespaces
    ]

    schedule = pc.backup_schedules.create(
        index_name="docs", name="daily", frequency="daily", retention_days=7
    )
    schedule = pc.backup_schedules.update(schedule_id=schedule.schedule_id, retention_days=14)
    seen["retention"] = schedule.retention_expire_after_days
    seen["history"] = [
        row.status for row in pc.backup_schedules.history(schedule_id=schedule.schedule_id)
    ]
    pc.backup_schedules.delete(schedule_id=schedule.schedule_id)

    pc.indexes.configure("restored", tags={"team": "", "owner": "me"})
    seen["tags"] = pc.indexes.describe("restored").tags
    pc.indexes.delete("restored")
    pc.indexes.delete("docs")
    pc.backups.delete(backup_id=backup.backup_id)
    wait_for("indexes", lambda: not list(pc.indexes.list()))
    wait_for("backup", lambda: is_gone(lambda: pc.backups.describe(backup_id=backup.backup_id)))
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
