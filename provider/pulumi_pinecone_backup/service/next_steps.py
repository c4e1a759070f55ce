"""The next step after a refusal, by operation and HTTP status: a table, and nothing else.

A status can have several meanings that only the service's own text tells apart; the step then names
all of them. Steps are for people: nothing may branch on them.

Source: errors described for the operations of the control plane, and the service's documentation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_KEY_OF_STACK: Final = "pinecone-backup:apiKey"

_ROLE: Final = "the key's role lacks a permission, which the service's text may name"
_BACKUP_403: Final = (
    "Either the plan has no backups (Standard and Enterprise have them), or the project's backup "
    f"quota is used up (delete backups that are not needed), or {_ROLE}."
)
_SCHEDULE_403: Final = (
    f"Either the plan has no backup schedules (Standard and Enterprise have them), or {_ROLE}."
)
_READ_403: Final = f"Either the plan does not include this, or {_ROLE}."
_UNPAID: Final = "The plan is not paid: settle that in the Pinecone console, then run again."
_BACKUP_GONE: Final = (
    "It was deleted, or it belongs to another project than the API key: list what there is with "
    "`list_backups`."
)
_INDEX_GONE: Final = "It was deleted, or it belongs to another project than the API key."
_SCHEDULE_GONE: Final = (
    "It was deleted, perhaps together with its index, or it belongs to another project than the "
    "API key."
)
_UNREADABLE: Final = (
    "The service could not read the request: check `pinecone-backup:apiVersion`, and report this "
    "with the request id."
)
_BAD_PAGE: Final = "The list may have changed while it was read: run again."
_NOT_READY: Final = (
    "The backup is not ready to be restored: wait until its status is `Ready`, then run again."
)
_SCHEDULE_INPUT: Final = (
    "Check the schedule's name (at most 28 characters leave room for the time in the names of its "
    "backups), frequency (`daily`, `weekly`, `monthly`) and retention (from 1 day up to the plan's "
    "maximum)."
)
_ONE_SCHEDULE: Final = (
    "An index has one enabled backup schedule at most: disable or delete the other one, or import "
    "it."
)

_STEPS: Final[dict[tuple[str, int], str]] = {
    ("create_index", 400): "Check name, dimension, metric, cloud and region of the index.",
    ("create_index", 403): f"Either the project's index quota is used up, or {_ROLE}.",
    ("create_index", 404): "The service has no such cloud and region.",
    ("create_index", 409): (
        "An index of that name exists: choose another name; or a quota is used up, which the "
        "service's text says."
    ),
    ("create_index", 412): "What the index is made from is not ready: run again later.",
    ("describe_index", 404): _INDEX_GONE,
    ("configure_index", 400): (
        "Check tags (at most 20, keys of letters, digits, `_` and `-` up to 80 characters, values "
        "up to 120), `deletion_protection` and `read_capacity`."
    ),
    ("configure_index", 403): (
        "Either the read capacity is still changing (run again later), or dedicated capacity is "
        f"not enabled for the plan, or {_ROLE}."
    ),
    ("configure_index", 404): _INDEX_GONE,
    ("delete_index", 403): (
        "If the index is protected, set `deletion_protection` to `disabled`, run `pulumi up`, and "
        f"then delete; else {_ROLE}."
    ),
    ("delete_index", 404): _INDEX_GONE,
    ("delete_index", 412): (
        "Something is still being made from this index: wait until it is done, then run again."
    ),
    ("create_backup", 400): (
        "Check `name` (1 to 45 lower-case letters, digits and `-`, a letter or digit at both ends)."
        " Pod indexes, and indexes with a customer-managed key, cannot be backed up."
    ),
    ("create_backup", 403): _BACKUP_403,
    ("create_backup", 404): (
        "There is no such index in the project of the API key: check `index_name`."
    ),
    ("list_index_backups", 400): _BAD_PAGE,
    ("list_index_backups", 403): _READ_403,
    ("list_index_backups", 404): (
        "The index is gone or was never in this project; the backups of deleted indexes are in the "
        "project's list."
    ),
    ("list_project_backups", 400): _BAD_PAGE,
    ("list_project_backups", 403): _READ_403,
    ("describe_backup", 403): _READ_403,
    ("describe_backup", 404): _BACKUP_GONE,
    ("delete_backup", 403): f"The backup stays: {_ROLE}.",
    ("delete_backup", 404): _BACKUP_GONE,
    ("delete_backup", 412): (
        "A restore of this backup is still running: wait until it has ended, then run again."
    ),
    ("create_index_from_backup_operation", 400): (
        "Check `name` (1 to 45 lower-case letters, digits and `-`) and `tags`; the backup may not "
        "be ready yet; backups of pod indexes cannot be restored."
    ),
    ("create_index_from_backup_operation", 403): (
        "Either the project's index quota is used up, or dedicated read capacity is not enabled "
        f"for the plan, or the plan has no restores (Standard and Enterprise have them), or {_ROLE}"
        "."
    ),
    ("create_index_from_backup_operation", 404): _BACKUP_GONE,
    ("create_index_from_backup_operation", 409): (
        "An index of that name exists: choose another `name`, or import the index if it is yours; "
        "or a quota is used up, which the service's text says."
    ),
    ("create_index_from_backup_operation", 412): _NOT_READY,
    ("list_restore_jobs", 400): _BAD_PAGE,
    ("list_restore_jobs", 403): _READ_403,
    ("describe_restore_job", 403): _READ_403,
    ("describe_restore_job", 404): (
        "The job may be gone together with its index; the index itself tells whether the restore "
        "is done."
    ),
    ("create_backup_schedule", 400): _SCHEDULE_INPUT,
    ("create_backup_schedule", 403): _SCHEDULE_403,
    ("create_backup_schedule", 404): (
        "There is no such index in the project of the API key: check `index_name`."
    ),
    ("create_backup_schedule", 409): _ONE_SCHEDULE,
    ("list_backup_schedules", 400): _BAD_PAGE,
    ("list_backup_schedules", 403): _SCHEDULE_403,
    ("list_backup_schedules", 404): _INDEX_GONE,
    ("describe_backup_schedule", 403): _SCHEDULE_403,
    ("describe_backup_schedule", 404): _SCHEDULE_GONE,
    ("update_backup_schedule", 400): (
        "Check frequency (`daily`, `weekly`, `monthly`) and retention (from 1 day up to the plan's "
        "maximum)."
    ),
    ("update_backup_schedule", 403): _SCHEDULE_403,
    ("update_backup_schedule", 404): _SCHEDULE_GONE,
    ("update_backup_schedule", 409): _ONE_SCHEDULE,
    ("delete_backup_schedule", 403): _SCHEDULE_403,
    ("delete_backup_schedule", 404): _SCHEDULE_GONE,
    ("list_backup_schedule_history", 400): _BAD_PAGE,
    ("list_backup_schedule_history", 403): _SCHEDULE_403,
    ("list_backup_schedule_history", 404): _SCHEDULE_GONE,
    ("describe_index_stats", 403): "The key's role may not read the data of this index.",
    ("describe_index_stats", 404): _INDEX_GONE,
}

_ANY_OPERATION: Final[dict[int, str]] = {
    402: _UNPAID,
    403: f"Look at the plan and the role of the key: {_ROLE}.",
    422: _UNREADABLE,
    429: "Too many requests: run again later.",
}


def next_step(operation_id: str, status: int, keys_tried: Sequence[str]) -> str:
    """Return the next step after a refusal, or an empty text where none is known.

    Args:
        operation_id: The operation that was refused.
        status: HTTP status of the answer.
        keys_tried: Where the refused keys came from.
    """
    if status == 401:
        return _wrong_key(keys_tried)
    if status >= 500:
        return "The service failed: run again later, and report the request id if it stays."
    return _STEPS.get((operation_id, status)) or _ANY_OPERATION.get(status, "")


def _wrong_key(keys_tried: Sequence[str]) -> str:
    if len(keys_tried) > 1:
        both = " and ".join(f"`{source}`" for source in keys_tried)
        return f"The API keys from {both} were both refused: put a valid one into each."
    source = keys_tried[0] if keys_tried else _KEY_OF_STACK
    if ":" not in source:
        return f"The API key from `{source}` was refused: set it to a valid key."
    return (
        f"The API key from `{source}` was refused: set a valid one with "
        f"`pulumi config set --secret {source}`. `destroy` and `refresh` still use the key of the "
        "last `up`: set `PINECONE_API_KEY` to a valid key for them."
    )
