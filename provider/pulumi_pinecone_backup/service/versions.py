"""What differs between the versions of the service's API, as data.

Code asks for a feature or a shape, never for a version's name. Answers are not described here:
`models.py` understands the answer of any version, whatever was asked.

Source: the published control plane descriptions 2025-04 to 2026-07. The service changed 2026-04 and
2026-01.alpha in place: what they gained during 2026 is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from pulumi_pinecone_backup.errors import ConfigurationError

Feature = Literal[
    "read_capacity",
    "restore_read_capacity",
    "index_source",
    "include_deleted",
    "source_index_deleted_at",
    "backup_schedules",
    "namespace_aliases",
]
"""What only some versions can do.

`read_capacity`: an index's capacity is reported and can be changed. `restore_read_capacity`: a
restore takes it. `index_source`: an index reports `source_backup_id`. `include_deleted`: the list
by index name finds backups of deleted indexes. `source_index_deleted_at`: a backup tells it.
"""

_PHRASES: Final[dict[Feature, str]] = {
    "read_capacity": "read capacity",
    "restore_read_capacity": "read capacity in a restore request",
    "index_source": "the source backup of an index",
    "include_deleted": "listing the backups of a deleted index by its name",
    "source_index_deleted_at": "the deletion time of a backup's source index",
    "backup_schedules": "backup schedules",
    "namespace_aliases": "namespace aliases",
}


@dataclass(frozen=True)
class ApiVersion:
    """One version of the API.

    Attributes:
        name: Value of the version header.
        request_shape: How index requests are written: `spec` nests under `spec.serverless`,
            `deployment` has `deployment`, `schema` and `read_capacity` at the top.
        features: What this version can do beyond the oldest one.
    """

    name: str
    request_shape: Literal["spec", "deployment"]
    features: frozenset[Feature]


API_VERSIONS: Final[dict[str, ApiVersion]] = {
    version.name: version
    for version in (
        ApiVersion("2025-04", "spec", frozenset()),
        ApiVersion("2025-10", "spec", frozenset({"read_capacity"})),
        ApiVersion(
            "2026-01.alpha",
            "deployment",
            frozenset({"read_capacity", "restore_read_capacity", "index_source"}),
        ),
        ApiVersion(
            "2026-04",
            "spec",
            frozenset(
                {
                    "read_capacity",
                    "restore_read_capacity",
                    "include_deleted",
                    "source_index_deleted_at",
                }
            ),
        ),
        ApiVersion("2026-07", "deployment", frozenset(get_args(Feature))),
    )
}

DEFAULT_API_VERSION: Final = "2026-07"


def get_api_version(name: str) -> ApiVersion:
    """Return the version called `name`.

    Raises:
        ConfigurationError: The version is not supported; the text lists those that are.
    """
    if name not in API_VERSIONS:
        known = ", ".join(f"`{known}`" for known in API_VERSIONS)
        raise ConfigurationError(f"API version `{name}` is not supported: use one of {known}.")
    return API_VERSIONS[name]


def require_feature(version: ApiVersion, feature: Feature) -> None:
    """Refuse a feature that `version` lacks.

    Raises:
        ConfigurationError: The text names the versions that have the feature.
    """
    if feature in version.features:
        return
    having = [f"`{other.name}`" for other in API_VERSIONS.values() if feature in other.features]
    raise ConfigurationError(
        f"API version `{version.name}` has no {_PHRASES[feature]}: set "
        f"`pinecone-backup:apiVersion` or `PINECONE_API_VERSION` to {' or '.join(having)}."
    )
