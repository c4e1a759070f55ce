"""What a user of an older SDK does: the older shape, other method names.

Run by the SDK's own interpreter; prints one JSON object with what it saw.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from pinecone import Pinecone, ServerlessSpec  # type: ignore[import-not-found]

DEADLINE_SECONDS = 30


def main() -> None:
    seen: dict[str, Any] = {}
    pc = Pinecone(host=os.environ["PINECONE_CONTROLLER_HOST"])
    place = ServerlessSpec(cloud="aws", region="us-east-1")
    pc.create_index(name="docs", dimension=3, metric="cosine", spec=place, tags={"a": "b"})
    docs = pc.Index(host=pc.describe_index("docs").host)
    docs.upsert([("a", [1.0, 2.0, 3.0], {"x": 1}), ("b", [3.0, 2.0, 1.0])], namespace="n")
    backup = pc.create_backup(index_name="docs", backup_name="nightly")
    deadline = time.monotonic() + DEADLINE_SECONDS
    while pc.describe_backup(backup_id=backup.backup_id).status != "Ready":
        if time.monotonic() > deadline:
            raise TimeoutError(backup.backup_id)
        time.sleep(0.02)
    seen["listed"] = [row.name for row in pc.list_backups(index_name="docs")]
    pc.create_index_from_backup(name="restored", backup_id=backup.backup_id)
    seen["job"] = pc.list_restore_jobs()[0].status
    restored = pc.Index(name="restored")
    seen["count"] = restored.describe_index_stats().total_vector_count
    seen["values"] = restored.fetch(["a"], namespace="n").vectors["a"].values
    seen["namespaces"] = [str(row.name) for row in restored.list_namespaces()]
    embed = {"model": "multilingual-e5-large", "field_map": {"text": "body"}}
    pc.create_index_for_model(name="texts", cloud="aws", region="us-east-1", embed=embed)
    texts = pc.Index(name="texts")
    texts.upsert_records("n", [{"_id": "1", "body": "a cat"}, {"_id": "2", "body": "a house"}])
    found = texts.search("n", query={"inputs": {"text": "cat"}, "top_k": 1})
    seen["found"] = found.result.hits[0].fields
    for name in ("restored", "docs", "texts"):
        pc.delete_index(name)
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
