"""Restores what `recovery.json` says: a recovery is a reviewed change of that file."""

import json
from pathlib import Path

import pulumi
import pulumi_pinecone_backup as pinecone_backup

recovery = json.loads((Path(__file__).parent / "recovery.json").read_text("utf-8"))

if recovery["backup_id"]:
    restored = pinecone_backup.RestoredIndex(
        "recovered",
        backup_id=recovery["backup_id"],
        # Another backup without another attempt is a slip: it fails the preview of the change.
        on_backup_change="fail",
        triggers=[recovery["attempt"]],
        tags={"purpose": "recovery", "change": recovery["change"]},
    )
    pulumi.export("index", restored.id)
    pulumi.export("verification", restored.verification)
