"""The API versions as data: what each one serves, and in which shape.

No code elsewhere compares version names; it reads the fields of `ApiVersion`.

Source: the public descriptions of 2025-04, 2025-10, 2026-01.alpha, 2026-04 and 2026-07.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal


# Compared by identity: there is one object of each version, and it is looked up often.
@dataclass(frozen=True, kw_only=True, eq=False)
class ApiVersion:
    """One version of the control plane.

    Attributes:
        name: Value of the header `X-Pinecone-Api-Version`.
        index_shape: `spec` is the older one with dimension and metric at the top; `deployment` the
            newer one with a schema of fields.
        spec_read_capacity: Whether the `spec` shape reports and takes read capacity.
        backup_dimension: Whether a backup tells dimension and metric at the top.
        backup_schema: What a backup's `schema` holds: nothing, only the filterable metadata
            fields, or all fields with their types.
        reports_deleted_source: Whether a backup tells when its source index was deleted.
        explicit_nulls: Whether what is unknown is null; else it is left out.
        create_backup_status: Described status of the answer to `create_backup`.
        configure_status: Described status of the answer to `configure_index`.
        failed_backup: The word for a backup that failed.
        failed_index_states: Whether an index may also be `Failed`.
        restore_read_capacity: Whether a restore takes `read_capacity`.
        backup_name_rule: Whether names of backups are checked.
        include_deleted: Whether the by-name list of backups takes `include_deleted`.
        schedules: Whether backup schedules exist.
        create_for_model: Shape of `create_index_for_model`.
        pod_indexes: Whether pod indexes can be created.
        strict_bodies: Whether bodies for indexes refuse properties that they do not know.
        wide_tag_values: Whether tag values may hold any printable ASCII.
        plain_unauthorized: Whether a 401 is plain text; else it is JSON.
        page_default: Rows in a page where no limit is asked for.
        page_maximum: Most rows in a page, None where not stated.
        whole_percent: Whether `percent_complete` is an integer.
        typed_schema_only: Whether every field of an index schema must have a type.
        declared_fields_only: Whether a new index may declare nothing but vector fields and string
            fields with full-text search; other metadata is indexed without being declared.
        time_suffix: How times end.
        unpaid_create_backup: Whether `create_backup` declares 402.
    """

    name: str
    index_shape: Literal["spec", "deployment"]
    spec_read_capacity: bool = False
    backup_dimension: bool = True
    backup_schema: Literal["none", "metadata", "typed"] = "none"
    reports_deleted_source: bool = False
    explicit_nulls: bool = False
    create_backup_status: int = 201
    configure_status: int = 202
    failed_backup: str = "Failed"
    failed_index_states: bool = False
    restore_read_capacity: bool = False
    backup_name_rule: bool = False
    include_deleted: bool = False
    schedules: bool = False
    create_for_model: Literal["embed", "field"] = "embed"
    pod_indexes: bool = True
    strict_bodies: bool = False
    wide_tag_values: bool = False
    plain_unauthorized: bool = False
    page_default: int = 10
    page_maximum: int | None = 100
    whole_percent: bool = False
    typed_schema_only: bool = False
    declared_fields_only: bool = False
    time_suffix: str = "Z"
    unpaid_create_backup: bool = True


_V2025_04 = ApiVersion(name="2025-04", index_shape="spec")
_V2025_10 = replace(_V2025_04, name="2025-10", spec_read_capacity=True, backup_schema="metadata")
_V2026_01 = ApiVersion(
    name="2026-01.alpha",
    index_shape="deployment",
    backup_dimension=False,
    backup_schema="typed",
    restore_read_capacity=True,
    create_for_model="field",
    typed_schema_only=True,
)
_V2026_04 = replace(
    _V2025_10,
    name="2026-04",
    restore_read_capacity=True,
    include_deleted=True,
    reports_deleted_source=True,
)
_V2026_07 = ApiVersion(
    name="2026-07",
    index_shape="deployment",
    backup_dimension=False,
    backup_schema="typed",
    reports_deleted_source=True,
    explicit_nulls=True,
    create_backup_status=200,
    configure_status=200,
    failed_backup="InitializationFailed",
    failed_index_states=True,
    restore_read_capacity=True,
    backup_name_rule=True,
    include_deleted=True,
    schedules=True,
    pod_indexes=False,
    strict_bodies=True,
    wide_tag_values=True,
    plain_unauthorized=True,
    page_default=100,
    page_maximum=None,
    whole_percent=True,
    declared_fields_only=True,
    time_suffix="+00:00",
    unpaid_create_backup=False,
)

VERSIONS: dict[str, ApiVersion] = {
    version.name: version for version in (_V2025_04, _V2025_10, _V2026_01, _V2026_04, _V2026_07)
}
NEWEST = _V2026_07
