"""The records of the quickstart's source index: a shop's products, the same on every computer.

The vectors are computed from the text by hashing its character trigrams, so that similar
descriptions are close to each other, and no model has to be downloaded.
"""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Iterator
from typing import Any

import requests

INDEX = "products"
DIMENSION = 64
RECORDS = 1000
BATCH = 100
API_VERSION = "2025-10"
REQUEST_SECONDS = 30

NAMESPACES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "garden": (
        ("watering can", "plant pot", "hand trowel", "bird feeder", "garden bench", "lantern",
         "rain gauge", "herb planter", "wheelbarrow"),
        ("zinc", "terracotta", "cedar", "recycled plastic", "powder-coated steel", "teak"),
    ),
    "kitchen": (
        ("saucepan", "mixing bowl", "bread knife", "pepper mill", "baking tray", "teapot",
         "cutting board", "salad server", "storage jar"),
        ("stainless steel", "stoneware", "olive wood", "enamelled iron", "borosilicate glass",
         "copper"),
    ),
    "office": (
        ("desk lamp", "letter tray", "notebook", "pen holder", "monitor stand", "wall clock",
         "footrest", "paper knife", "card index"),
        ("walnut", "aluminium", "felt", "cork", "linen", "bamboo"),
    ),
}  # fmt: skip
QUALITIES = ("a small", "a large", "a light", "a heavy", "a folding", "a hand-made", "a stackable")
PURPOSES = ("for daily use", "for gifts", "for small rooms")


def vector(text: str) -> list[float]:
    """Return the direction of a text: hashed character trigrams, of length one."""
    sums = [0.0] * DIMENSION
    padded = f"  {text.lower()}  "
    for start in range(len(padded) - 2):
        number = zlib.crc32(padded[start : start + 3].encode())
        sums[number % DIMENSION] += 1.0 if number >> 16 & 1 else -1.0
    length = math.sqrt(sum(value * value for value in sums)) or 1.0
    return [round(value / length, 6) for value in sums]


def records(namespace: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a namespace in a fixed order, as the service takes them."""
    things, materials = NAMESPACES[namespace]
    words = itertools.product(PURPOSES, QUALITIES, materials, things)
    for number, (purpose, quality, material, thing) in enumerate(words):
        text = f"{quality} {thing} of {material} {purpose}"
        price = 5 + zlib.crc32(text.encode()) % 9000 / 100
        metadata = {"description": text, "material": material, "price": round(price, 2)}
        yield {"id": f"{namespace}-{number:04d}", "values": vector(text), "metadata": metadata}


def shares() -> dict[str, int]:
    """Return how many records each namespace gets."""
    share, rest = divmod(RECORDS, len(NAMESPACES))
    return {name: share + (place < rest) for place, name in enumerate(NAMESPACES)}


class Shop:
    """The source index in an emulator, reached as any client would reach it."""

    def __init__(self, url: str, api_key: str) -> None:
        self._url = url
        self._session = requests.Session()
        # A proxy of the user's environment must not come between us and this computer.
        self._session.trust_env = False
        self._session.headers.update({"Api-Key": api_key, "X-Pinecone-Api-Version": API_VERSION})

    def fill(self) -> bool:
        """Make the index and write its records where they are missing.

        Returns:
            Whether anything was written.
        """
        described = self._session.get(f"{self._url}/indexes/{INDEX}", timeout=REQUEST_SECONDS)
        if described.status_code == requests.codes.not_found:
            described = self._post(f"{self._url}/indexes", _INDEX_REQUEST)
        described.raise_for_status()
        host = described.json()["host"]
        stats = self._post(f"{host}/describe_index_stats", {}).json()
        if stats["totalVectorCount"] == RECORDS:
            return False
        for namespace, count in shares().items():
            wanted = list(itertools.islice(records(namespace), count))
            for start in range(0, count, BATCH):
                body = {"namespace": namespace, "vectors": wanted[start : start + BATCH]}
                self._post(f"{host}/vectors/upsert", body)
        return True

    def _post(self, url: str, body: dict[str, Any]) -> requests.Response:
        response = self._session.post(url, json=body, timeout=REQUEST_SECONDS)
        response.raise_for_status()
        return response


_INDEX_REQUEST = {
    "name": INDEX,
    "dimension": DIMENSION,
    "metric": "cosine",
    "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}},
    "tags": {"team": "shop"},
}
