"""`BackupRotation`: a history of backups finer than a schedule's, that removes safely."""

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import pulumi
from pulumi import Input, Output

from pulumi_pinecone_backup.components import retention
from pulumi_pinecone_backup.components.retention import Held, Plan
from pulumi_pinecone_backup.engine import program
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.functions import open_client
from pulumi_pinecone_backup.provider import Provider
from pulumi_pinecone_backup.resources import Backup, declare_child
from pulumi_pinecone_backup.service.models import FAILED_BACKUP_STATUSES, BackupModel

_CHILD = "pinecone-backup:index:BackupRotation$pulumi-python:dynamic/pinecone:Backup"
_MOST_TOLD = 5


class BackupRotation(pulumi.ComponentResource):
    """Backups of one index by the hour, day, week, month and year.

    Each `pulumi up` takes the backup of the current period of the finest tier if the stack has no
    good one, and declares as `Backup` children what the tiers keep: of each of the newest periods
    of a tier, the latest backup. What falls out of every tier is shown as a delete in the preview.

    Only what this stack's own state holds is ever removed, and only while the service lists every
    backup that is kept as Ready, and the newest one is. Whatever goes wrong costs storage, never a
    recovery point. `pulumi destroy`, and removing the rotation from the program, keep the backups.

    Args:
        resource_name: Pulumi name.
        index_name: Name of the index.
        keep: How many periods of each tier are kept: `hourly`, `daily`, `weekly`, `monthly`,
            `yearly`; any of them.
        name_prefix: What names of backups begin with, at most 33 characters; default the
            resource's name.
        fingerprint_records: How many records of each backup are sampled, see `Backup`.
        force_destroy: True lets `pulumi destroy` delete the backups, once a `pulumi up` has
            recorded it.
        now: The time of the run, for tests; a time before the newest backup takes nothing.
        opts: Resource options.

    Raises:
        ProgramError: `keep` or `name_prefix` cannot be used.

    Example:
        ```python
        import pulumi_pinecone_backup as pinecone_backup

        pinecone_backup.BackupRotation(
            "products", index_name="products", keep={"hourly": 24, "daily": 7, "weekly": 4}
        )
        ```
    """

    newest_backup_id: Output[str]
    kept: Output[list[dict[str, Any]]]

    def __init__(
        self,
        resource_name: str,
        *,
        index_name: Input[str],
        keep: Mapping[str, int],
        name_prefix: str | None = None,
        fingerprint_records: int = 0,
        force_destroy: bool = False,
        now: datetime | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pinecone-backup:index:BackupRotation", resource_name, {}, opts)
        prefix = name_prefix or program.plain_name(resource_name, limit=33)
        wrong = retention.problems(keep) + program.name_problems("name_prefix", prefix, limit=33)
        if wrong:
            raise program.ProgramError(f"`{resource_name}`: {'; '.join(wrong)}")
        held = _held(resource_name, opts)
        backups = _listed(program.provider_of(self, Provider))
        listed = None if backups is None else {each.backup_id: each.status for each in backups}
        planned = retention.plan(now or datetime.now(timezone.utc), keep, held, listed)
        self._tell(planned, held, backups, prefix)
        children = {}
        for slot in planned.slots:
            text = retention.slot_text(slot)
            is_newest = slot == planned.newest
            children[text] = declare_child(
                Backup,
                f"{resource_name}-{text}",
                {
                    "index_name": index_name,
                    "name": f"{prefix}-{text.lower()}",
                    "wait": True,
                    "fingerprint_records": program.unless(fingerprint_records, 0),
                    "rotation": {
                        "name": resource_name,
                        "slot": text,
                        "force_destroy": force_destroy,
                        **({"drops": list(planned.drops)} if is_newest and planned.drops else {}),
                    },
                },
                pulumi.ResourceOptions(parent=self),
            )
        newest = children[retention.slot_text(planned.newest)]
        self.newest_backup_id = newest.backup_id
        self.kept = Output.all(**{text: each.backup_id for text, each in children.items()}).apply(
            lambda ids: [{"slot": text, "backup_id": ids[text]} for text in sorted(ids)]
        )
        self.register_outputs({"newest_backup_id": self.newest_backup_id, "kept": self.kept})

    def _tell(
        self,
        planned: Plan,
        held: list[Held],
        backups: list[BackupModel] | None,
        prefix: str,
    ) -> None:
        """Say what is held back, and what a lost run seems to have left."""
        if planned.held_back:
            pulumi.log.warn(
                f"nothing falls out of this rotation: {planned.held_back}. If that is right, run "
                "`pulumi refresh`, then `pulumi up`",
                self,
            )
        known = {each.backup_id for each in held}
        strays = [
            each
            for each in backups or ()
            if each.backup_id not in known
            and each.status in (retention.READY, *FAILED_BACKUP_STATUSES)
            and retention.slot_in(each.name or "", [prefix])
        ]
        for each in strays[:_MOST_TOLD]:
            pulumi.log.warn(
                f"backup `{each.backup_id}` ({each.name}) has a name of this rotation and is not "
                "in this state: a lost run or another stack has left it. It is not touched; if "
                f"nobody needs it, delete it: `pc backup delete --id {each.backup_id}`",
                self,
            )


def _held(resource_name: str, opts: pulumi.ResourceOptions | None) -> list[Held]:
    """Return the backups of this rotation that the stack's own state holds."""
    names = [resource_name, *program.names_in_aliases(opts)]
    found = []
    for child, outputs in program.own_children(_CHILD):
        slot = retention.slot_in(child, names)
        backup_id, status = outputs.get("backup_id"), outputs.get("status")
        if slot is not None and isinstance(backup_id, str):
            found.append(Held(slot, backup_id, str(status)))
    return found


def _listed(provider: Provider | None) -> list[BackupModel] | None:
    """Return every backup of the project; None if they cannot be read to their end."""
    try:
        with open_client(provider) as client:
            return client.list_project_backups()
    except PineconeBackupError:
        return None
