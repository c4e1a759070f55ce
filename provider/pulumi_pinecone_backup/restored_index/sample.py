"""Proof by content: counts of namespaces, sampled records, and aliases, one row each.

What is expected comes from a fingerprint that was taken with the backup, or from the live source
while it exists. A live source may have been written to since, so only what is equal proves anything
there. Nothing passes without at least one compared record.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

from pulumi_pinecone_backup.engine.cancellation import cancelled, pause
from pulumi_pinecone_backup.errors import ApiError, InvalidResponseError, TransportError
from pulumi_pinecone_backup.proof import fingerprint as fingerprints
from pulumi_pinecone_backup.proof.digest import digest
from pulumi_pinecone_backup.proof.fingerprint import Fingerprint
from pulumi_pinecone_backup.proof.sampling import fetched, fitting
from pulumi_pinecone_backup.restored_index.verification import Result, VerificationRow
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.deadlines import is_over
from pulumi_pinecone_backup.service.models import BackupModel, IndexModel, RecordModel
from pulumi_pinecone_backup.waiting.pace import Pace

NAMES: Final = ("namespace_counts", "sample", "namespace_aliases")
_LIVE_SAMPLE: Final = 25
_MOST_TOLD: Final = 5
_LOOKS: Final = 3
_UNREADABLE = (ApiError, InvalidResponseError, TransportError)

Wrong = dict[tuple[str, str], str]
"""By namespace and id, how a record differs."""


def verify_sample(
    client: Client,
    backup: BackupModel,
    index: IndexModel,
    *,
    fingerprint: str | None,
    tolerance: float,
    is_temporary: bool,
    on_progress: Callable[[str], None],
    pace: Pace,
) -> list[VerificationRow]:
    """Compare a restored index with a fingerprint, else with the live source of the backup.

    Args:
        client: The service.
        backup: What was restored.
        index: What it was restored to.
        fingerprint: What a `Backup` has told; None takes the live source.
        tolerance: Share of the sampled records that may differ, 0 to 1.
        is_temporary: Whether nobody will read from the index: lost aliases are told, not failed.
        on_progress: Told what is being compared.
        pace: How soon records that differ are looked at again.

    Raises:
        ConfigurationError: The fingerprint cannot be read.
        PineconeBackupError: The operation's time was over, or the run was cancelled.
    """
    is_live = fingerprint is None
    on_progress("verifying: a sample of the records")
    try:
        if fingerprint is not None:
            expected = fingerprints.decode(fingerprint)
        else:
            source = _live_source(client, backup)
            if isinstance(source, str):
                return [_skipped(name, source) for name in NAMES]
            expected = fingerprints.take(client, source.host, _LIVE_SAMPLE)
        stats = client.describe_index_stats(index.host)
        rows = [
            _counts(expected, backup, fingerprints.by_namespace(stats), is_live=is_live),
            _sample(client, index, expected, tolerance, pace, is_live=is_live),
        ]
    except _UNREADABLE as error:
        if is_over() or cancelled.is_set():
            raise
        return [_skipped(name, f"the data plane could not be asked: {error}") for name in NAMES]
    return [*rows, _aliases(client, index, expected, is_temporary=is_temporary)]


def _live_source(client: Client, backup: BackupModel) -> IndexModel | str:
    """Return the index that the backup was taken of, or why it cannot serve."""
    name = backup.source_index_name
    without = "pass `fingerprint` of a `Backup` with `fingerprint_records`"
    try:
        source = client.describe_index(str(name))
        # Only the backups of the live index of a name are listed by its name.
        own = {row.backup_id for row in client.list_index_backups(str(name), confirm=False)}
    except _UNREADABLE as error:
        return f"the source index `{name}` cannot be asked, and no fingerprint is given: {error}"
    if backup.backup_id not in own:
        return f"index `{name}` is not the one that the backup was taken of: {without}"
    if not source.is_ready:
        return f"the source index `{name}` is {source.status.state}: {without}"
    return source


def _counts(
    expected: Fingerprint, backup: BackupModel, actual: Mapping[str, int], *, is_live: bool
) -> VerificationRow:
    """Compare records by namespace; what the backup itself has more or less is allowed for."""
    told = expected.record_count if backup.record_count is None else backup.record_count
    slack = 0 if is_live else abs(expected.record_count - told)
    short = [
        f"namespace `{_shown(name)}`: {count} expected, {actual.get(name, 0)} found"
        for name, count in sorted(expected.namespaces.items())
        if actual.get(name, 0) < count - slack
    ]
    compared = len(expected.namespaces)
    row = VerificationRow(
        name="namespace_counts", expected=compared, actual=compared - len(short), result="passed"
    )
    if not compared:
        return _skipped("namespace_counts", "no count of a namespace is known")
    if not short:
        return row
    why = _listed(short)
    if is_live:
        why = f"the live source holds more by now, which proves nothing: {why}"
    return row.model_copy(update={"result": "skipped" if is_live else "failed", "why": why})


def _sample(
    client: Client,
    index: IndexModel,
    expected: Fingerprint,
    tolerance: float,
    pace: Pace,
    *,
    is_live: bool,
) -> VerificationRow:
    if not expected.size:
        return _skipped("sample", "no record could be sampled: the data plane gives no content")
    compared = 0
    wrong: Wrong = {}
    for look in range(_LOOKS):
        compared, wrong = _differing(client, index, expected)
        if not wrong or is_live or look == _LOOKS - 1 or not pause(pace.first_count):
            break
    if not compared:
        return _skipped("sample", "no sampled record could be asked for")
    equal = compared - len(wrong)
    row = VerificationRow(name="sample", expected=compared, actual=equal, result="passed")
    if not wrong:
        return row
    why = _listed(
        [f"namespace `{_shown(name)}`: `{key}` {how}" for (name, key), how in wrong.items()]
    )
    result: Result = "passed" if len(wrong) <= math.floor(tolerance * compared) else "failed"
    if is_live:
        why = f"the live source may have changed since: {why}"
        result = "passed" if equal else "skipped"
    return row.model_copy(update={"result": result, "why": why})


def _differing(client: Client, index: IndexModel, expected: Fingerprint) -> tuple[int, Wrong]:
    """Return how many records were compared, and those that differ."""
    asked = {name: fitting(sorted(each)) for name, each in expected.records.items()}

    def of(namespace: str) -> dict[str, RecordModel]:
        return client.fetch_vectors(index.host, namespace, asked[namespace])

    found = fetched(of, sorted(asked))
    wrong: Wrong = {}
    for namespace, ids in sorted(asked.items()):
        for record_id in ids:
            record = found[namespace].get(record_id)
            if record is None:
                wrong[namespace, record_id] = "is missing"
            elif digest(record) != expected.records[namespace][record_id]:
                wrong[namespace, record_id] = "has other values or metadata"
    return sum(map(len, asked.values())), wrong


def _aliases(
    client: Client, index: IndexModel, expected: Fingerprint, *, is_temporary: bool
) -> VerificationRow:
    """Compare namespace aliases, which belong to an index and do not come back with a restore."""
    if expected.aliases is None:
        return _skipped("namespace_aliases", "they are not known of the source")
    actual = fingerprints.aliases_of(client, index.host)
    if actual is None:
        return _skipped("namespace_aliases", "they cannot be listed with this API version and key")
    lost = [
        f"`{alias}` of namespace `{_shown(target)}`"
        for alias, target in sorted(expected.aliases.items())
        if actual.get(alias) != target
    ]
    held = len(expected.aliases)
    row = VerificationRow(
        name="namespace_aliases", expected=held, actual=held - len(lost), result="passed"
    )
    if not lost:
        return row
    why = (
        f"a restore does not bring them back: {_listed(lost)}. Make them again with `POST "
        "/namespace-aliases {name, target_namespace}` at the index's host"
    )
    return row.model_copy(update={"result": "skipped" if is_temporary else "failed", "why": why})


def _skipped(name: str, why: str) -> VerificationRow:
    return VerificationRow(name=name, result="skipped", why=why)


def _listed(texts: list[str]) -> str:
    more = len(texts) - _MOST_TOLD
    return "; ".join(texts[:_MOST_TOLD]) + (f"; and {more} more" if more > 0 else "")


def _shown(namespace: str) -> str:
    return namespace or "__default__"
