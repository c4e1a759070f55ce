"""Every id of a namespace is listed, whatever ids look like, and side by side where that helps."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator

import pytest
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.errors import ApiError
from pulumi_pinecone_backup.recovery.listing import all_pages, children
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.settings import Settings
from support.live_service import KEY, Service

SHAPES: dict[str, Callable[[int, random.Random], str]] = {
    "numbers with a prefix": lambda n, _: f"doc-{n:08}",
    "numbers without leading zeros": lambda n, _: f"{n}",
    "chunks of documents": lambda n, _: f"doc{n // 7}#chunk{n % 7}",
    "uuids": lambda _, r: str(uuid.UUID(int=r.getrandbits(128))),
    "hashes": lambda _, r: f"{r.getrandbits(128):032X}",
    "words": lambda n, r: "".join(r.choices("abcxyz", k=5)) + str(n),
}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(api_keys=(KEY,)) as running:
        yield running


@pytest.fixture
def client(emulator: Emulator) -> Iterator[Client]:
    settings = Settings.resolve(
        {}, {"PINECONE_API_KEY": KEY, "PINECONE_CONTROLLER_HOST": emulator.url}
    )
    with Client(settings, retry_seconds=0.0) as made:
        yield made


def filled(emulator: Emulator, ids: list[str]) -> str:
    """Return the host of an index with one namespace."""
    service = Service(emulator)
    host = str(service.call("GET", f"/indexes/{service.index(records=0)}")["host"])
    for at in range(0, len(ids), 1000):
        vectors = [{"id": each, "values": [1.0, 0.5]} for each in ids[at : at + 1000]]
        body = {"namespace": "n", "vectors": vectors}
        service.call("POST", f"{host}/vectors/upsert", body)
    return host


@pytest.mark.parametrize("shape", SHAPES)
def test_every_id_is_listed_with_few_more_requests(
    emulator: Emulator, client: Client, shape: str
) -> None:
    chance = random.Random(7)  # noqa: S311 - the same each time
    ids = [SHAPES[shape](n, chance) for n in range(3000)]
    host = filled(emulator, ids)
    pages = list(all_pages(client, host, "n", 3000))
    assert {each for page in pages for each in page} == set(ids)
    requests = sum(event.get("operation") == "list_vectors" for event in emulator.events())
    assert requests <= 400


def test_what_the_guess_has_not_covered_is_listed_in_order(
    emulator: Emulator, client: Client
) -> None:
    ids = [f"doc-{n:08}" for n in range(2000)] + ["~other", "Zed", "doc", "doc-"]
    host = filled(emulator, ids)
    found = {each for page in all_pages(client, host, "n", len(ids)) for each in page}
    assert found == set(ids)


def test_a_page_that_cannot_be_read_ends_the_list(emulator: Emulator, client: Client) -> None:
    host = filled(emulator, [f"doc-{n:08}" for n in range(1500)])
    emulator.add_fault("list_vectors", "status", status=403, times=1)
    with pytest.raises(ApiError):
        list(all_pages(client, host, "n", 1500))


def test_a_reader_that_stops_early_leaves_no_thread(emulator: Emulator, client: Client) -> None:
    host = filled(emulator, [f"doc-{n:08}" for n in range(3000)])
    for page in all_pages(client, host, "n", 3000):
        assert page
        break


@pytest.mark.parametrize(
    ("prefix", "ids", "expected"),
    [
        ("", ["doc-000017", "doc-000018"], [f"doc-{n}" for n in range(10)]),
        ("a#", ["a#1", "a#2-x"], [f"a#{n}" for n in range(10)]),
        ("", ["0fab", "0fac"], list("0123456789abcdef")),
        ("x", ["x", "x"], []),
        ("n", ["n#1", "n#2", "n1"], ["n#", *(f"n{n}" for n in range(10))]),
    ],
)
def test_a_prefix_is_divided_by_what_follows(
    prefix: str, ids: list[str], expected: list[str]
) -> None:
    assert children(prefix, ids) == expected
