"""The operations on the records of an index, at its own host: a part of the client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pulumi_pinecone_backup.service import bodies
from pulumi_pinecone_backup.service.answers import Calls
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
