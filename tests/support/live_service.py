"""The emulator as tests see it from outside: what they do behind Pulumi's back."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import requests
from pulumi_pinecone_backup.emulator import Emulator

KEY = "test-key-3f9c1a"
OTHER_KEY = "other-key-77b0e2"


class Service:
    """The emulator with what tests do behind Pulumi's back."""

    def __init__(self, emulator: Emulator, key: str = KEY) -> None:
        self.emulator = emulator
        self.session = requests.Session()
        self.session.headers.update({"Api-Key": key, "X-Pinecone-Api-Version": "2026-07"})

    def call(
        self, method: str, path: str, body: object = None, status: int | None = None
    ) -> dict[str, Any]:
        """Send a request of the control plane, or of a data plane where `path` is a URL."""
        url = path if path.startswith("http") else self.emulator.url + path
        answer = self.session.request(method, url, json=body, timeout=30)
        if status is None:
            assert answer.ok, answer.text
        else:
            assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def index(self, name: str = "products", records: int = 6, **more: object) -> str:
        """Make a source index with records in two namespaces, and return its name."""
        body = {
            "name": name,
            "deployment": {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"},
            "schema": {
                "fields": {"_values": {"type": "dense_vector", "dimension": 2, "metric": "cosine"}}
            },
            **more,
        }
        host = self.call("POST", "/indexes", body)["host"]
        for namespace in ("", "archive") if records else ():
            vectors = [
                {"id": f"{namespace}{n}", "values": [n + 1.0, 0.5], "metadata": {"n": n}}
                for n in range(records // 2)
            ]
            body = {"vectors": vectors, "namespace": namespace}
            self.call("POST", f"{host}/vectors/upsert", body)
        return name

    def records(self, index: str) -> dict[str, dict[str, Any]]:
        """Return every record of an index by namespace and id."""
        host = self.call("GET", f"/indexes/{index}")["host"]
        stats = self.call("POST", f"{host}/describe_index_stats", {})
        found = {}
        for namespace in stats["namespaces"]:
            query = "" if namespace in ("", "__default__") else namespace
            listed = self.call("GET", f"{host}/vectors/list?namespace={query}")
            ids = "&".join(f"ids={quote(row['id'], safe='')}" for row in listed["vectors"])
            fetched = self.call("GET", f"{host}/vectors/fetch?namespace={query}&{ids}")
            found.update({f"{query}/{key}": row for key, row in fetched["vectors"].items()})
        return found

    def indexes(self) -> set[str]:
        """Return the names of all indexes."""
        return {row["name"] for row in self.call("GET", "/indexes").get("indexes", [])}

    def backups(self) -> set[str]:
        """Return the ids of all backups."""
        return {row["backup_id"] for row in self.call("GET", "/backups").get("data", [])}
