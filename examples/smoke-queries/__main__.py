"""Asks a restored index the questions that matter, as soon as it is there."""

import os

import pulumi
import pulumi_pinecone_backup as pinecone_backup
import requests

config = pulumi.Config()
index_name = config.get("index") or "products"
record_id: str = config.get("record") or "0"


def ask(args: pulumi.ResourceHookArgs) -> None:
    """Query the new index by a record that must find itself; a failure is a warning of `up`."""
    outputs = args.new_outputs or {}
    host = str(outputs["host"])
    answer = requests.post(
        f"{host if '://' in host else 'https://' + host}/query",
        json={"id": record_id, "topK": 3, "includeMetadata": True},
        headers={"Api-Key": os.environ["PINECONE_API_KEY"], "X-Pinecone-Api-Version": "2025-10"},
        timeout=30,
    )
    answer.raise_for_status()
    found = [match["id"] for match in answer.json()["matches"]]
    if record_id not in found:
        raise RuntimeError(f"{args.name}: record {record_id} does not find itself, but {found}")
    pulumi.log.info(f"{args.name}: record {record_id} finds {', '.join(found)}")


backup = pinecone_backup.get_latest_backup(index_name)
restored = pinecone_backup.RestoredIndex(
    "smoke",
    backup_id=backup.backup_id,
    # What must hold for `up` to succeed; the hook is for questions in your own words.
    checks=[{"id": record_id, "top_k": 3, "expect_ids": [record_id]}],
    opts=pulumi.ResourceOptions(
        hooks=pulumi.ResourceHookBinding(after_create=[pulumi.ResourceHook("ask", ask)])
    ),
)

pulumi.export("verification", restored.verification)
