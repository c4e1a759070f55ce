"""The operations on the records of an index, at its own host: a part of the client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pulumi_pinecone_backup.errors import InvalidResponseError
from pulumi_pinecone_backup.service import bodies
from pulumi_pinecone_backup.service.answers import Calls, next_token
from pulumi_pinecone_backup.service.endpoints import OPERATIONS
from pulumi_pinecone_backup.service.hosts import check_data_plane_host
from pulumi_pinecone_backup.service.models import (
    FetchedRecords,
    IndexStats,
    ListedIds,
    NamespaceAlias,
    QueryMatches,
    RecordModel,
)
from pulumi_pinecone_backup.service.settings import Settings
from pulumi_pinecone_backup.service.versions import ApiVersion, require_feature

MOST_LISTED: Final = 100
"""Ids of one page."""
MOST_FETCHED: Final = 1000
"""Ids of one fetch; their length in the URL counts as well."""


class RecordOperations:
    """The part of the client that is about records.

    Every method raises `ConfigurationError` for a host that does not get the key. The default
    namespace is the empty text.
    """

    api_version: ApiVersion
    settings: Settings
    _calls: Calls

    def describe_index_stats(self, host: str) -> IndexStats:
        """Count the records of an index."""
        url = self._data_plane(host)
        return self._calls.one("describe_index_stats", {"host": host}, IndexStats, {}, base_url=url)

    def list_vectors(self, host: str, namespace: str) -> list[str]:
        """Return the first ids of a namespace, at most 100, in the service's order."""
        listed = self._calls.one(
            "list_vectors",
            {"host": host, "namespace": namespace},
            ListedIds,
            query={"namespace": namespace, "limit": str(MOST_LISTED)},
            base_url=self._data_plane(host),
        )
        return [row.id for row in listed.vectors]

    def fetch_vectors(
        self, host: str, namespace: str, ids: Sequence[str]
    ) -> dict[str, RecordModel]:
        """Return the records with these ids that exist, at most 1,000."""
        fetched = self._calls.one(
            "fetch_vectors",
            {"host": host, "namespace": namespace},
            FetchedRecords,
            query={"namespace": namespace, "ids": list(ids)},
            base_url=self._data_plane(host),
        )
        return fetched.vectors

    def list_vector_pages(self, host: str, namespace: str) -> Iterator[list[str]]:
        """Yield all ids of a namespace, a page at a time, in the service's order.

        Raises:
            InvalidResponseError: A page cannot be read, or the pages come to no end.
        """
        seen: set[str] = set()
        query = {"namespace": namespace, "limit": str(MOST_LISTED)}
        while True:
            page = self._calls.raw(
                "list_vectors",
                {"host": host, "namespace": namespace},
                query=query,
                base_url=self._data_plane(host),
            )
            try:
                yield [row["id"] for row in page.get("vectors") or ()]
                token = next_token(page)
            except (AttributeError, KeyError, TypeError) as error:
                raise _unreadable("list_vectors", namespace, host) from error
            if token is None:
                return
            if token in seen:
                raise InvalidResponseError(
                    f"Could not list the ids of namespace `{namespace}` to their end: the service "
                    "repeats a page token. Run again."
                )
            seen.add(token)
            query = {"namespace": namespace, "paginationToken": token}

    def list_vectors_of(self, host: str, namespace: str, prefix: str) -> tuple[list[str], bool]:
        """Return the first ids that begin with a prefix, at most 100, and whether they are all."""
        page = self._calls.raw(
            "list_vectors",
            {"host": host, "namespace": namespace},
            query={"namespace": namespace, "limit": str(MOST_LISTED), "prefix": prefix},
            base_url=self._data_plane(host),
        )
        try:
            ids = [row["id"] for row in page.get("vectors") or ()]
            return ids, next_token(page) is None
        except (AttributeError, KeyError, TypeError) as error:
            raise _unreadable("list_vectors", namespace, host) from error

    def fetch_whole_records(
        self, host: str, namespace: str, ids: Sequence[str]
    ) -> dict[str, dict[str, Any]]:
        """Return records as `upsert_vectors` takes them, by id; those that do not exist are absent.

        What the service tells of a record beside id, values, sparse values and metadata is left
        out, and nothing is rounded.
        """
        answer = self._calls.raw(
            "fetch_vectors",
            {"host": host, "namespace": namespace},
            query={"namespace": namespace, "ids": list(ids)},
            base_url=self._data_plane(host),
        )
        try:
            return {key: _whole(key, row) for key, row in (answer.get("vectors") or {}).items()}
        except (AttributeError, TypeError) as error:
            raise _unreadable("fetch_vectors", namespace, host) from error

    def upsert_vectors(self, host: str, namespace: str, records: Sequence[bytes]) -> None:
        """Write records, at most 1,000 and 2 MB.

        Args:
            host: The index's host.
            namespace: Where to write.
            records: JSON texts of `{id, values, sparseValues, metadata}`.
        """
        import orjson

        place = orjson.dumps(namespace)
        self._calls.raw(
            "upsert_vectors",
            {"host": host, "namespace": namespace},
            content=b'{"namespace":' + place + b',"vectors":[' + b",".join(records) + b"]}",
            base_url=self._data_plane(host),
        )

    def delete_vectors(self, host: str, namespace: str, ids: Sequence[str]) -> None:
        """Delete records by id, at most 1,000; those that do not exist are no error."""
        import orjson

        self._calls.raw(
            "delete_vectors",
            {"host": host, "namespace": namespace},
            content=orjson.dumps({"namespace": namespace, "ids": list(ids)}),
            base_url=self._data_plane(host),
        )

    def query_vectors(
        self,
        host: str,
        namespace: str,
        *,
        top_k: int,
        vector: Sequence[float] | None = None,
        record_id: str | None = None,
    ) -> list[str]:
        """Return the ids of the records nearest to a vector, or to that of a record."""
        body: dict[str, Any] = {"namespace": namespace, "topK": top_k}
        body |= bodies.given(vector=list(vector) if vector is not None else None, id=record_id)
        found = self._calls.one(
            "query_vectors",
            {"host": host, "namespace": namespace},
            QueryMatches,
            body,
            base_url=self._data_plane(host),
        )
        return [match.id for match in found.matches]

    def list_namespace_aliases(self, host: str) -> list[NamespaceAlias]:
        """Return the namespace aliases of an index (2026-07)."""
        require_feature(self.api_version, "namespace_aliases")
        return self._calls.all(
            "list_namespace_aliases",
            {"host": host},
            NamespaceAlias,
            "name",
            rows="namespace_aliases",
            confirm=False,
            base_url=self._data_plane(host),
        )

    def _data_plane(self, host: str) -> str:
        return check_data_plane_host(
            host,
            control_plane=self.settings.host,
            domains=self.settings.data_plane_hosts,
            allow_http=self.settings.allow_http,
        )


def _whole(record_id: str, told: Mapping[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = {"id": record_id}
    for name, other in (
        ("values", "values"), ("sparseValues", "sparse_values"), ("metadata", "metadata")
    ):  # fmt: skip
        value = told.get(name) or told.get(other)
        if value:
            record[name] = value
    return record


def _unreadable(operation_id: str, namespace: str, host: str) -> InvalidResponseError:
    doing = OPERATIONS[operation_id].describe({"namespace": namespace, "host": host})
    return InvalidResponseError(f"Could not {doing}: the answer is not as described.")
