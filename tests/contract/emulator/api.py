"""A client of nothing but HTTP, so that tests see exactly what the emulator answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import requests
from contract.emulator.described import description
from pulumi_pinecone_backup.emulator import Emulator

VERSIONS = ("2025-04", "2025-10", "2026-01.alpha", "2026-04", "2026-07")
DEPLOYMENT_VERSIONS = ("2026-01.alpha", "2026-07")
_DEADLINE_SECONDS = 20.0


class Api:
    """One key's view of an emulator, in one version.

    Every answer is held to the version's description, unless it was planned to break it.
    """

    def __init__(
        self,
        emulator: Emulator,
        version: str = "2026-07",
        *,
        key: str | None = None,
        is_checked: bool = True,
    ) -> None:
        self.description = description(version) if is_checked else None
        self.emulator = emulator
        self.version = version
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Api-Key"] = key or emulator.api_key
        self.session.headers["X-Pinecone-Api-Version"] = version

    def close(self) -> None:
        self.session.close()

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        url = path if path.startswith("http") else self.emulator.url + path
        response = self.session.request(method, url, json=body, params=query, timeout=60)
        if self.description and not path.startswith("http"):
            problems = self.description.problems(method, path, response)
            assert not problems, f"{method} {path} {response.text}: {problems}"
        return response

    def get(self, path: str, **query: Any) -> Any:
        return _good(self.send("GET", path, **query))

    def post(self, path: str, body: Any) -> Any:
        return _good(self.send("POST", path, body))

    def patch(self, path: str, body: Any) -> Any:
        return _good(self.send("PATCH", path, body))

    def delete(self, path: str) -> None:
        response = self.send("DELETE", path)
        assert response.status_code in (200, 202, 204), response.text

    def index_body(self, name: str, **fields: Any) -> dict[str, Any]:
        """Return the body that creates a small serverless index in this version."""
        dimension, metric = fields.pop("dimension", 3), fields.pop("metric", "cosine")
        if self.version in DEPLOYMENT_VERSIONS:
            vector = {"type": "dense_vector", "dimension": dimension, "metric": metric}
            return {
                "name": name,
                "deployment": {
                    "deployment_type": "managed",
                    "cloud": "aws",
                    "region": "us-east-1",
                },
                "schema": {"fields": {"_values": vector}},
                **fields,
            }
        return {
            "name": name,
            "dimension": dimension,
            "metric": metric,
            "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}},
            **fields,
        }

    def create_index(self, name: str = "docs", **fields: Any) -> Any:
        return self.post("/indexes", self.index_body(name, **fields))

    def create_backup(self, index: str = "docs", **fields: Any) -> Any:
        return self.post(f"/indexes/{index}/backups", fields)

    def restore(self, backup_id: str, name: str = "restored", **fields: Any) -> Any:
        return self.post(f"/backups/{backup_id}/create-index", {"name": name, **fields})

    def host(self, index: str = "docs") -> str:
        return str(self.get(f"/indexes/{index}")["host"])

    def upsert(
        self, count: int, *, index: str = "docs", namespace: str = "", start: int = 0
    ) -> Any:
        vectors = [
            {"id": f"id-{number:05}", "values": [1.0, number + 1.0, 0.5], "metadata": {"n": number}}
            for number in range(start, start + count)
        ]
        return self.post(
            f"{self.host(index)}/vectors/upsert", {"vectors": vectors, "namespace": namespace}
        )

    def count(self, index: str = "docs") -> int:
        stats = self.post(f"{self.host(index)}/describe_index_stats", {})
        return int(stats["totalVectorCount"])


def _good(response: requests.Response) -> Any:
    assert response.status_code in (200, 201, 202), f"{response.status_code} {response.text}"
    return response.json()


def refusal(response: requests.Response) -> tuple[int, str, str]:
    """Return status, code and message of an error in the service's shape."""
    body = response.json()
    assert body["status"] == response.status_code
    return response.status_code, body["error"]["code"], body["error"]["message"]


def until(check: Callable[[], bool]) -> None:
    """Poll until a condition holds."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not check():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.005)
