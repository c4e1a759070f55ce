"""The fingerprint of an index: what a restore can be held to when the source is gone.

One compact text: counts of namespaces, aliases, and for each sampled record its namespace, its id
and a hash. It holds no vector and no metadata; ids and namespaces can be read from it. The same
index gives the same text.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pulumi_pinecone_backup.errors import ConfigurationError, PineconeBackupError
from pulumi_pinecone_backup.proof.digest import digest, is_empty
from pulumi_pinecone_backup.proof.sampling import MOST_NAMESPACES, evenly, sample
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import IndexStats

_FORMAT: Final = "1."
_LONGEST_TEXT: Final = 4096
_BYTES_PER_RECORD: Final = 160
_LONGEST_DECODED: Final = 10_000_000


@dataclass(frozen=True)
class Fingerprint:
    """What was seen of an index.

    Attributes:
        record_count: Records of the whole index.
        namespace_count: Namespaces of the whole index.
        namespaces: Records by namespace, for at most 100 namespaces.
        records: Hash by id, by namespace.
        aliases: Namespace by alias; None where the API version has none.
    """

    record_count: int
    namespace_count: int
    namespaces: Mapping[str, int]
    records: Mapping[str, Mapping[str, str]]
    aliases: Mapping[str, str] | None = field(default=None)

    @property
    def size(self) -> int:
        """How many records were sampled."""
        return sum(len(each) for each in self.records.values())


def take(client: Client, host: str, size: int) -> Fingerprint:
    """Return the fingerprint of a live index.

    Args:
        client: The service.
        host: The index's host.
        size: How many records to sample.

    Raises:
        PineconeBackupError: The data plane could not be asked.
    """
    stats = client.describe_index_stats(host)
    counts = by_namespace(stats)
    found = sample(client, host, counts, size)
    # Those of sampled records first: a namespace is proven by its count and by its records.
    others = sorted(counts.keys() - found.keys())
    named = [*sorted(found), *evenly(others, MOST_NAMESPACES)][:MOST_NAMESPACES]
    return Fingerprint(
        record_count=stats.total_record_count,
        namespace_count=len(counts),
        namespaces={name: counts[name] for name in sorted(named)},
        records={
            namespace: {
                record_id: digest(record)
                for record_id, record in sorted(records.items())
                if not is_empty(record)
            }
            for namespace, records in sorted(found.items())
        },
        aliases=aliases_of(client, host),
    )


def by_namespace(stats: IndexStats) -> dict[str, int]:
    """Return the counts of an index; the default namespace is the empty text."""
    return {
        "" if name == "__default__" else name: count for name, count in stats.namespaces.items()
    }


def aliases_of(client: Client, host: str) -> dict[str, str] | None:
    """Return the namespace by alias; None where they cannot be told."""
    if not client.supports("namespace_aliases"):
        return None
    try:
        found = client.list_namespace_aliases(host)
    except PineconeBackupError:
        return None
    return {alias.name: alias.target_namespace for alias in sorted(found, key=lambda a: a.name)}


def encode(fingerprint: Fingerprint) -> str:
    """Return a fingerprint as text: at most 4 KB for up to 25 records, and 160 bytes for each more.

    What does not fit is left out: first counts of namespaces, then records.
    """
    longest = max(_LONGEST_TEXT, _BYTES_PER_RECORD * fingerprint.size)
    text = _text(fingerprint)
    for shorten in (_fewer_namespaces, _fewer_aliases, _fewer_records):
        while len(text) > longest and (shorter := shorten(fingerprint)) is not None:
            fingerprint, text = shorter, _text(shorter)
    return text


def decode(text: str) -> Fingerprint:
    """Return what a text holds.

    Raises:
        ConfigurationError: It is not a fingerprint that this version can read.
    """
    if not text.startswith(_FORMAT):
        raise _unreadable(f"it does not start with `{_FORMAT}`")
    try:
        packed = base64.urlsafe_b64decode(text[len(_FORMAT) :].encode("ascii"))
        plain = zlib.decompressobj().decompress(packed, _LONGEST_DECODED)
        told = json.loads(plain)
        return Fingerprint(
            record_count=int(told["r"]),
            namespace_count=int(told["n"]),
            namespaces={str(name): int(count) for name, count in told["c"]},
            records={str(name): {str(k): str(v) for k, v in each} for name, each in told["s"]},
            aliases=None if told["a"] is None else {str(k): str(v) for k, v in told["a"]},
        )
    except (
        binascii.Error,
        zlib.error,
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
    ) as error:
        raise _unreadable(f"it cannot be read ({type(error).__name__})") from None


def _unreadable(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"`fingerprint` is not one that a `Backup` has told: {why}. Pass the output `fingerprint` "
        "of a `Backup` with `fingerprint_records`"
    )


def _text(fingerprint: Fingerprint) -> str:
    aliases = fingerprint.aliases
    told: dict[str, Any] = {
        "r": fingerprint.record_count,
        "n": fingerprint.namespace_count,
        "c": sorted(fingerprint.namespaces.items()),
        "s": [(name, sorted(each.items())) for name, each in sorted(fingerprint.records.items())],
        "a": None if aliases is None else sorted(aliases.items()),
    }
    plain = json.dumps(told, separators=(",", ":")).encode()
    return _FORMAT + base64.urlsafe_b64encode(zlib.compress(plain, 9)).decode()


def _fewer_namespaces(fingerprint: Fingerprint) -> Fingerprint | None:
    """Return half of the counts, those of sampled namespaces last; None where none is left."""
    kept = sorted(fingerprint.namespaces, key=lambda name: (name not in fingerprint.records, name))
    if not kept:
        return None
    half = kept[: len(kept) // 2]
    return replace(fingerprint, namespaces={name: fingerprint.namespaces[name] for name in half})


def _fewer_aliases(fingerprint: Fingerprint) -> Fingerprint | None:
    if not fingerprint.aliases:
        return None
    half = sorted(fingerprint.aliases)[: len(fingerprint.aliases) // 2]
    return replace(fingerprint, aliases={name: fingerprint.aliases[name] for name in half})


def _fewer_records(fingerprint: Fingerprint) -> Fingerprint | None:
    pairs = [(name, key) for name, each in fingerprint.records.items() for key in each]
    if len(pairs) < 2:
        return None
    kept = set(evenly(pairs, max(1, len(pairs) * 3 // 4)))
    records = {
        name: {key: value for key, value in each.items() if (name, key) in kept}
        for name, each in fingerprint.records.items()
    }
    return replace(fingerprint, records={name: each for name, each in records.items() if each})
