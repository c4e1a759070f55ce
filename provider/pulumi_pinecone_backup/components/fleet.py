"""`RestoredFleet`: the whole project, or a part of it, restored at once as of a time."""

import fnmatch
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

import pulumi
from pulumi import Input, Output

from pulumi_pinecone_backup.components.fleet_parts import FleetReport, FleetStart
from pulumi_pinecone_backup.engine import program
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.functions import open_client
from pulumi_pinecone_backup.lifecycle.identity import identity_of_urn
from pulumi_pinecone_backup.provider import Provider
from pulumi_pinecone_backup.resources import RestoredIndex, declare_child
from pulumi_pinecone_backup.restored_index.declaration import Verification
from pulumi_pinecone_backup.service.models import BackupModel
from pulumi_pinecone_backup.service.values import time_of

_TYPE = "pinecone-backup:index:RestoredFleet"
_CHILD = "pulumi-python:dynamic/pinecone:RestoredIndex"
_START = "pulumi-python:dynamic/pinecone:RestoredFleetStart"
_TOLD = (
    "name", "host", "status", "backup_id", "recovery_point_at", "rpo_seconds", "rto_seconds",
    "verification", "why",
)  # fmt: skip
_OVERRIDES = frozenset(
    {"name", "tags", "inherit_tags", "deletion_protection", "read_capacity", "allow_empty"}
)


class RestoredFleet(pulumi.ComponentResource):
    """Restores many indexes at once, each from its newest backup as of a time, and verifies them.

    All restores run at the same time, also at the engine's default parallelism. One that fails
    stops no other: `up` ends with an error that names each that is not good, and the next one
    repeats those alone. A restored index stays with the backup that it was restored from, until
    `triggers` change.

    Args:
        resource_name: Pulumi name.
        indexes: Names of the source indexes.
        pattern: Source indexes whose name matches, as in `shop-*`, and that have a backup.
        tags: Only source indexes whose newest backup carries these tags.
        as_of: RFC 3339 time: the data of a backup must have been captured by then.
        max_age: How old the data of a backup may be, counted from `as_of` or from now.
        missing: What one of `indexes` without such a backup is: `refuse`, an error before anything
            is restored, or `report`, a row that is not good.
        suffix: What names of restored indexes end with, after the source's name.
        overrides: Inputs of `RestoredIndex` by source index: `name`, `tags`, `inherit_tags`,
            `deletion_protection`, `read_capacity`, `allow_empty`.
        verify: `schema`, `records` or `sample`.
        triggers: Any values; a change restores all again, each from its newest backup.
        opts: Resource options.

    Raises:
        ProgramError: An index has no such backup; the text lists all of them. Or no index has one.

    Example:
        ```python
        import pulumi
        import pulumi_pinecone_backup as pinecone_backup

        fleet = pinecone_backup.RestoredFleet("shop", pattern="shop-*")
        pulumi.export("table", fleet.table)
        ```
    """

    table: Output[list[dict[str, Any]]]

    def __init__(
        self,
        resource_name: str,
        *,
        indexes: Sequence[str] | None = None,
        pattern: str | None = None,
        tags: Mapping[str, str] | None = None,
        as_of: str | None = None,
        max_age: timedelta | None = None,
        missing: Literal["refuse", "report"] = "refuse",
        suffix: str = "-restored",
        overrides: Mapping[str, Mapping[str, Any]] | None = None,
        verify: Input[Verification] = "records",
        triggers: Sequence[Any] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(_TYPE, resource_name, {}, opts)
        if triggers is not None:
            triggers = program.comparable_triggers(triggers)
        recorded = _recorded(resource_name, opts)
        provider = program.provider_of(self, Provider)
        chosen, lacking = _chosen(
            resource_name,
            provider,
            recorded,
            indexes,
            pattern,
            tags,
            as_of,
            max_age,
            suffix,
            triggers,
        )
        if missing != "report" or not lacking:
            _refuse(resource_name, len(chosen), lacking)
        unknown = sorted(set(overrides or {}) - chosen.keys())
        if unknown:
            raise program.ProgramError(
                f"`{resource_name}`: `overrides` names no source index of the fleet: {unknown}"
            )
        inputs = {
            source: {
                "backup_id": backup_id,
                "name": f"{source}{suffix}",
                "verify": verify,
                "triggers": triggers,
                "wait": True,
                "is_soft": True,
                **_override(resource_name, source, (overrides or {}).get(source, {})),
            }
            for source, backup_id in sorted(chosen.items())
        }
        start = FleetStart(
            f"{resource_name}-start",
            restores=Output.from_input(self._restores(resource_name, inputs)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        children = {
            source: declare_child(
                RestoredIndex,
                f"{resource_name}-{source}",
                each,
                pulumi.ResourceOptions(parent=self, depends_on=[start]),
            )
            for source, each in inputs.items()
        }
        report = FleetReport(
            f"{resource_name}-report",
            rows=[
                {"source": source, **{name: getattr(child, name) for name in _TOLD}}
                for source, child in children.items()
            ]
            + [
                {"source": source, "why": f"no ready backup fits: it {why}"}
                for source, why in lacking.items()
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(children.values())),
        )
        self.table = report.table
        self.register_outputs({"table": self.table})

    async def _restores(
        self, resource_name: str, inputs: Mapping[str, Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return the inputs of every child, with the identity that the child will have.

        An Output of the component's URN would depend on the component, and so on its children.
        """
        place, _, _ = str(await self.urn.future()).rpartition("::")
        return [
            {
                **{key: value for key, value in each.items() if value is not None},
                "resource_name": f"{resource_name}-{source}",
                "identity": identity_of_urn(f"{place}${_CHILD}::{resource_name}-{source}"),
            }
            for source, each in inputs.items()
        ]


def _override(resource_name: str, source: str, given: Mapping[str, Any]) -> dict[str, Any]:
    wrong = sorted(set(given) - _OVERRIDES)
    if wrong:
        raise program.ProgramError(
            f"`{resource_name}`: `overrides` of `{source}` cannot give {wrong}; it takes "
            f"{', '.join(sorted(_OVERRIDES))}"
        )
    return dict(given)


def _recorded(resource_name: str, opts: pulumi.ResourceOptions | None) -> dict[str, dict[str, Any]]:
    """Return the outputs of this fleet's restored indexes by source, as the state holds them.

    Its recorded start tells which they are: names of children alone do not tell a fleet `shop` from
    a fleet `shop-eu`.
    """
    children = dict(program.own_children(f"{_TYPE}${_CHILD}"))
    starts = dict(program.own_children(f"{_TYPE}${_START}"))
    found: dict[str, dict[str, Any]] = {}
    for name in (resource_name, *program.names_in_aliases(opts)):
        for row in starts.get(f"{name}-start", {}).get("restores") or ():
            child = str(row.get("resource_name"))
            if child in children:
                found.setdefault(child.removeprefix(f"{name}-"), children[child])
    return found


def _chosen(
    resource_name: str,
    provider: Provider | None,
    recorded: Mapping[str, Mapping[str, Any]],
    indexes: Sequence[str] | None,
    pattern: str | None,
    tags: Mapping[str, str] | None,
    as_of: str | None,
    max_age: timedelta | None,
    suffix: str,
    triggers: Any,
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the backup to restore by source index, and why the others have none that fits.

    What is restored already stays with its backup, also where that backup is gone.
    """
    end = _time(resource_name, as_of)
    kept = {
        source: str(outputs["backup_id"])
        for source, outputs in recorded.items()
        if outputs.get("backup_id")
        and (outputs.get("triggers") or None) == (triggers or None)
        and (source in indexes if indexes is not None else _matches(source, pattern))
    }
    newest = _newest(_backups(resource_name, provider), end)
    found = [s for s in newest if _matches(s, pattern) and not (suffix and s.endswith(suffix))]
    wanted = sorted({*kept, *(found if indexes is None else indexes)})
    oldest = None if max_age is None else (end or datetime.now(timezone.utc)) - max_age
    chosen: dict[str, str] = {}
    lacking: dict[str, str] = {}
    for source in wanted:
        backup = newest.get(source)
        if source in kept:
            chosen[source] = kept[source]
        elif backup is None:
            lacking[source] = "has none" + (f" as of {as_of}" if as_of else "")
        elif oldest is not None and (backup.captured_at is None or backup.captured_at < oldest):
            lacking[source] = f"has none newer than {backup.captured_at}"
        elif not tags or tags.items() <= backup.tags.items():
            chosen[source] = backup.backup_id
    return chosen, lacking


def _refuse(resource_name: str, count: int, lacking: Mapping[str, str]) -> None:
    """Refuse a fleet of which a part cannot be restored, or that is empty.

    Raises:
        ProgramError: It is so; the text lists all of them.
    """
    if lacking:
        rows = "; ".join(f"`{source}` {why}" for source, why in lacking.items())
        raise program.ProgramError(
            f"`{resource_name}`: {len(lacking)} of {count + len(lacking)} indexes have no ready "
            f"backup that fits: {rows}"
        )
    if not count:
        raise program.ProgramError(f"`{resource_name}`: no index with a ready backup fits")


def _matches(source: str, pattern: str | None) -> bool:
    return pattern is None or fnmatch.fnmatchcase(source, pattern)


def _time(resource_name: str, as_of: str | None) -> datetime | None:
    if as_of is None:
        return None
    found = time_of(as_of)
    if found is None:
        raise program.ProgramError(
            f"`{resource_name}`: `as_of` is not a time such as `2026-11-30T06:00:00Z`: `{as_of}`"
        )
    return found


def _backups(resource_name: str, provider: Provider | None) -> list[BackupModel]:
    try:
        with open_client(provider) as client:
            return client.list_project_backups()
    except PineconeBackupError as error:
        raise program.ProgramError(
            f"`{resource_name}`: the backups could not be listed: {error}"
        ) from error


def _newest(backups: Sequence[BackupModel], end: datetime | None) -> dict[str, BackupModel]:
    """Return the newest ready backup by source index, captured by a time."""
    found: dict[str, BackupModel] = {}
    long_ago = datetime.min.replace(tzinfo=timezone.utc)
    for backup in sorted(backups, key=lambda each: each.captured_at or long_ago):
        is_late = end is not None and (backup.captured_at is None or backup.captured_at > end)
        if backup.is_ready and not is_late:
            found[backup.source_index_name] = backup
    return found
