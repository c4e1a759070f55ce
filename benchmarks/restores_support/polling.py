"""A restore as people write it by hand: a dynamic resource that posts, and polls every 5 s."""

from __future__ import annotations

import os
import time
from typing import Any

import requests
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

POLL_SECONDS = 5.0


def restore(backup_id: str, name: str) -> str:
    """Restore a backup, wait until the index is ready, and return its name."""
    host = os.environ["PINECONE_CONTROLLER_HOST"]
    headers = {"Api-Key": os.environ["PINECONE_API_KEY"], "X-Pinecone-Api-Version": "2025-10"}
    url = f"{host}/backups/{backup_id}/create-index"
    requests.post(url, json={"name": name}, headers=headers, timeout=60).raise_for_status()
    while True:
        answer = requests.get(f"{host}/indexes/{name}", headers=headers, timeout=60)
        if answer.ok and answer.json()["status"]["ready"]:
            return name
        time.sleep(POLL_SECONDS)


class PollingHandler(ResourceProvider):
    """Restores in create; deletes nothing."""

    serialize_as_secret_always: bool = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Restore and wait."""
        return CreateResult(restore(props["backup_id"], props["name"]), props)


class Polling(Resource, module="bench", name="Polling"):
    """An index that is restored by a loop, on Pulumi's plugin as it is."""

    def __init__(self, name: str, backup_id: str) -> None:
        super().__init__(PollingHandler(), name, {"backup_id": backup_id, "name": name})
