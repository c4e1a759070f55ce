"""Hashes, samples and fingerprints: the same for the same content, different for any other."""

from __future__ import annotations

import base64
import itertools
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.proof.digest import digest
from pulumi_pinecone_backup.proof.fingerprint import Fingerprint, decode, encode
from pulumi_pinecone_backup.proof.sampling import MOST_URL_BYTES, evenly, fitting, shares
from pulumi_pinecone_backup.service.models import RecordModel

RECORD: dict[str, Any] = {
    "id": "doc-1",
    "values": [0.1, -2.0, 3.25],
    "sparseValues": {"indices": [7, 3], "values": [0.5, 1.0]},
    "metadata": {"year": 2024, "title": "Été", "tags": ["a", "b"], "score": 0.25},
}
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
TEXTS = st.text(max_size=8)
METADATA = st.dictionaries(
    TEXTS, TEXTS | st.booleans() | st.integers(-(2**53), 2**53) | st.lists(TEXTS, max_size=3)
)


def hashed(record: Any) -> str:
    return digest(RecordModel.model_validate(record))


@pytest.mark.parametrize(
    "same",
    [
        RECORD | {"values": [0.10000000149011612, -2, 3.25]},
        RECORD | {"sparseValues": {"values": [1, 0.5], "indices": [3, 7]}},
        RECORD | {"metadata": dict(reversed(RECORD["metadata"].items())) | {"year": 2024.0}},
        RECORD | {"metadata": RECORD["metadata"] | {"gone": None}},
        {**{k: v for k, v in RECORD.items() if k != "sparseValues"}}
        | {"sparse_values": RECORD["sparseValues"]},
    ],
)
def test_formats_and_order_do_not_count(same: Any) -> None:
    assert hashed(same) == hashed(RECORD)


@pytest.mark.parametrize(
    "other",
    [
        RECORD | {"values": [0.1, 2.0, 3.25]},
        RECORD | {"values": [-2.0, 0.1, 3.25]},
        RECORD | {"values": [0.1, -2.0, 3.2500002]},
        RECORD | {"sparseValues": {"indices": [7, 4], "values": [0.5, 1.0]}},
        RECORD | {"sparseValues": None},
        RECORD | {"metadata": RECORD["metadata"] | {"year": 2025}},
        RECORD | {"metadata": RECORD["metadata"] | {"tags": ["b", "a"]}},
        RECORD | {"metadata": RECORD["metadata"] | {"year": "2024"}},
        RECORD | {"metadata": RECORD["metadata"] | {"year": True}},
        RECORD | {"metadata": None},
    ],
)
def test_any_other_content_has_another_hash(other: Any) -> None:
    assert hashed(other) != hashed(RECORD)


@given(values=st.lists(NUMBERS, min_size=1, max_size=6), metadata=METADATA)
def test_a_record_keeps_its_hash_through_json(
    values: list[float], metadata: dict[str, Any]
) -> None:
    record = {"values": values, "metadata": metadata}
    assert hashed(json.loads(json.dumps(record))) == hashed(record)


@given(values=st.lists(NUMBERS, min_size=1, max_size=6), position=st.integers(0, 5))
def test_one_flipped_number_is_seen(values: list[float], position: int) -> None:
    place = position % len(values)
    flipped = [*values]
    flipped[place] = -flipped[place] if flipped[place] else 1.0
    assert hashed({"values": flipped}) != hashed({"values": values})


@given(count=st.integers(0, 40), size=st.integers(0, 40))
def test_a_choice_is_even_and_of_the_size_asked_for(count: int, size: int) -> None:
    items = list(range(count))
    chosen = evenly(items, size)
    assert len(chosen) == len(set(chosen)) == min(count, size)
    gaps = {after - before for before, after in itertools.pairwise(chosen)}
    assert not gaps or max(gaps) - min(gaps) <= 1


@given(counts=st.dictionaries(TEXTS, st.integers(0, 50), max_size=12), size=st.integers(0, 200))
def test_shares_use_up_the_sample_and_never_exceed_a_namespace(
    counts: dict[str, int], size: int
) -> None:
    given_out = shares(counts, size)
    assert sum(given_out.values()) == min(size, sum(counts.values()))
    assert all(given_out[name] <= counts[name] for name in counts)


def test_ids_are_cut_by_the_bytes_of_the_url() -> None:
    assert fitting(["é" * 100] * 50) == ["é" * 100] * (MOST_URL_BYTES // (len("&ids=") + 600))
    assert fitting(["x" * 7000, "y"]) == ["x" * 7000]
    assert fitting([]) == []


def fingerprint(namespaces: int, records: int, length: int) -> Fingerprint:
    names = [f"{number:0{length}x}" for number in range(namespaces)]
    each: dict[str, dict[str, str]] = {name: {} for name in names[: min(records, namespaces)]}
    for number in range(records):
        name = names[number % namespaces]
        each[name][f"{number * 7919:0{length}x}"] = f"{number * 2654435761 % 2**64:016x}"
    return Fingerprint(
        record_count=10**9,
        namespace_count=namespaces,
        namespaces={name: 10**6 + number for number, name in enumerate(names[:100])},
        records=each,
        aliases={"live": names[0]},
    )


@pytest.mark.parametrize(
    ("namespaces", "records", "length"),
    [(1, 1, 4), (3, 25, 36), (100, 25, 36), (100, 25, 64), (100, 25, 512), (1, 25, 512)],
)
def test_a_fingerprint_of_25_records_is_at_most_4_kb_and_comes_back(
    namespaces: int, records: int, length: int
) -> None:
    made = fingerprint(namespaces, records, length)
    text = encode(made)
    assert len(text) <= 4096
    read = decode(text)
    assert read.record_count == made.record_count
    assert read.namespace_count == namespaces
    assert read.records
    for name, each in read.records.items():
        assert each.items() <= made.records[name].items()
    assert read.namespaces.items() <= made.namespaces.items()
    if length <= 36:
        assert read == made


def test_the_same_content_gives_the_same_text() -> None:
    made = fingerprint(5, 25, 20)
    turned = Fingerprint(
        made.record_count,
        made.namespace_count,
        dict(reversed(list(made.namespaces.items()))),
        {
            name: dict(reversed(list(each.items())))
            for name, each in reversed(list(made.records.items()))
        },
        made.aliases,
    )
    assert encode(turned) == encode(made)


def packed(content: bytes) -> str:
    return "1." + base64.urlsafe_b64encode(zlib.compress(content)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2.abc",
        "1.",
        "1.%%%",
        "1.é",
        "1." + base64.urlsafe_b64encode(b"not compressed").decode(),
        packed(b"[]"),
        packed(b"{}"),
        packed(b'{"r":1,"n":1,"c":[["a"]],"s":[],"a":null}'),
        packed(b'{"r":1,"n":1,"c":7,"s":[],"a":null}'),
        packed(b"[" * 100_000),
        packed(b'{"r":1,"n":1,"c":[],"s":[],"a":null' + b" " * 20_000_000 + b"}"),
    ],
)
def test_what_is_no_fingerprint_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not one that a `Backup` has told"):
        decode(text)
