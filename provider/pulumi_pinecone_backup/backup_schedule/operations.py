"""Life of a `BackupSchedule`, from Pulumi's properties to Pulumi's results.

An index has one enabled schedule, and a schedule carries no mark: what a lost run made is known by
its automatic name, and a schedule is never replaced beside itself. Source: 2026-07,
`create_backup_schedule`, `update_backup_schedule`, `delete_backup_schedule`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from pulumi_pinecone_backup.engine import bridge as engine_bridge
from pulumi_pinecone_backup.engine import results
from pulumi_pinecone_backup.engine.bridge import Call
from pulumi_pinecone_backup.errors import (
    ConfigurationError,
    ConflictError,
    NotFoundError,
    PineconeBackupError,
)
from pulumi_pinecone_backup.lifecycle import checks as checking
from pulumi_pinecone_backup.lifecycle import session
from pulumi_pinecone_backup.lifecycle.checks import (
    Checked,
    changed,
    keep_unknown,
    resource_key,
    settle_name,
)
from pulumi_pinecone_backup.lifecycle.identity import derived_name
from pulumi_pinecone_backup.lifecycle.inputs import (
    MAX_SCHEDULE_NAME,
    BackupScheduleInputs,
    has_unknown,
    parse,
)
from pulumi_pinecone_backup.lifecycle.outputs import backup_schedule_outputs, echo
from pulumi_pinecone_backup.restored_index import ownership
from pulumi_pinecone_backup.service.client import Client
from pulumi_pinecone_backup.service.models import BackupScheduleModel
from pulumi_pinecone_backup.service.versions import require_feature

REPLACES = ("index_name", "name")
UPDATES = ("frequency", "retention_days", "enabled")


def resolve(checked: Checked) -> None:
    """Name the schedule, and say early where the API version has none."""
    olds, news = checked.olds, checked.news
    if olds and has_unknown(news.get("index_name")):
        keep_unknown(checked, "index_name")
    if olds and olds.get("index_name") != news.get("index_name"):
        checked.replaces.append("index_name")
    settle_name(checked, limit=MAX_SCHEDULE_NAME)
    try:
        require_feature(session.current.client().api_version, "backup_schedules")
    except ConfigurationError as error:
        if session.current.has_client():
            checked.failures.append(str(error))
    if has_unknown(news.get("index_name")):
        return
    _one_enabled_schedule(checked)
    if olds and not checked.replaces:
        return
    indexes = session.current.indexes()
    if indexes is not None:
        _preflight(checked, indexes.get(str(news["index_name"])))


def _one_enabled_schedule(checked: Checked) -> None:
    """Refuse a program that asks for two enabled schedules of one index."""
    if checked.news.get("enabled") is False or has_unknown(checked.news.get("enabled")):
        return
    index_name = checked.news["index_name"]
    key = resource_key(checked.call, checked.news)
    with session.current.lock:
        holder = session.current.scheduled.setdefault(index_name, key)
    if holder != key:
        other = holder.rpartition("::")[2]
        checked.failures.append(
            f"index `{index_name}` takes one enabled schedule, and resource `{other}` is one: "
            "set `enabled=False` on one of them"
        )


def _preflight(checked: Checked, index: Any) -> None:
    name = checked.news["index_name"]
    if index is None:
        checked.warn(f"index `{name}` does not exist yet in this project")
    elif index.deployment_type == "pod":
        checked.failures.append(
            f"index `{name}` is a pod index, and pod indexes cannot be backed up: migrate it to a "
            "serverless index first"
        )
    elif index.cmek_id:
        checked.failures.append(
            f"index `{name}` uses a customer-managed key, and such indexes cannot be backed up"
        )


def diff(olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[list[str], list[str], bool]:
    """Return what replaces, what updates in place, and whether the old schedule goes first.

    An index takes one enabled schedule, so a new one on the same index needs the old one gone.
    """
    replaces = changed(olds, news, REPLACES)
    same_index = olds.get("index_name") == news.get("index_name")
    return replaces, changed(olds, news, UPDATES), bool(replaces) and same_index


def create(props: Mapping[str, Any], call: Call) -> CreateResult:
    """Create a schedule, or continue the one that a lost run has made."""
    inputs = parse(BackupScheduleInputs, props)
    client = session.current.client()
    project = client.describe_index(inputs.index_name).project
    session.current.prove(project)
    schedule = _of_lost_run(client, inputs, call) or _post(client, inputs)
    ownership.claim_newest(inputs.identity, schedule.schedule_id, lambda: True)
    error: Exception | None = None
    try:
        schedule = _shaped(client, schedule, inputs)
    except PineconeBackupError as caught:
        error = caught
    outputs = backup_schedule_outputs(inputs, schedule, project)
    return results.created(call, schedule.schedule_id, outputs, error)


def _of_lost_run(
    client: Client, inputs: BackupScheduleInputs, call: Call
) -> BackupScheduleModel | None:
    """Return the schedule of this automatic or explicit name that an earlier run has made."""
    found = _named(client, inputs)
    if not found:
        return None
    if checking.is_replacement(call, {"identity": inputs.identity}):
        raise ConfigurationError(
            f"schedule `{inputs.name}` of index `{inputs.index_name}` exists, and an index takes "
            "one enabled schedule: it cannot be replaced beside itself. Nothing was changed; its "
            "settings change in place, without `--replace`"
        )
    if not _is_derived(inputs):
        raise ConfigurationError(
            f"index `{inputs.index_name}` has a schedule named `{inputs.name}` already "
            f"(`{found[0].schedule_id}`): delete it, take it over with `pinecone-backup import`, "
            "or give this one another `name`"
        )
    engine_bridge.info(
        f"schedule `{inputs.name}`, made by an earlier run of this resource, is continued", call
    )
    return found[0]


def _is_derived(inputs: BackupScheduleInputs) -> bool:
    return inputs.name == derived_name(
        inputs.resource_name, inputs.identity, None, limit=MAX_SCHEDULE_NAME
    )


def _post(client: Client, inputs: BackupScheduleInputs) -> BackupScheduleModel:
    """Post the schedule once; a lost answer is looked up before anything is sent again."""
    try:
        return _create(client, inputs)
    except PineconeBackupError as error:
        if isinstance(error, ConflictError):
            raise _taken(client, inputs, error) from error
        if not error.may_have_happened:
            raise
    found = _named(client, inputs)
    if found:
        return found[0]
    try:
        return _create(client, inputs)
    except ConflictError as error:
        found = _named(client, inputs)  # the first request may have taken effect late
        if found:
            return found[0]
        raise _taken(client, inputs, error) from error


def _named(client: Client, inputs: BackupScheduleInputs) -> list[BackupScheduleModel]:
    listed = client.list_backup_schedules(inputs.index_name)
    return [schedule for schedule in listed if schedule.name == inputs.name]


def _taken(
    client: Client, inputs: BackupScheduleInputs, error: ConflictError
) -> ConfigurationError:
    enabled = [s for s in client.list_backup_schedules(inputs.index_name) if s.enabled]
    names = ", ".join(f"`{s.name}` (`{s.schedule_id}`)" for s in enabled)
    return ConfigurationError(
        f"index `{inputs.index_name}` takes one enabled schedule and has {names or 'one'}: "
        f"disable or delete that one first, or, {ownership.IF_RENAMED}. ({error})"
    )


def _create(client: Client, inputs: BackupScheduleInputs) -> BackupScheduleModel:
    return client.create_backup_schedule(
        inputs.index_name,
        name=str(inputs.name),
        frequency=inputs.frequency,
        expire_after_days=inputs.retention_days,
    )


def _shaped(
    client: Client, schedule: BackupScheduleModel, inputs: BackupScheduleInputs
) -> BackupScheduleModel:
    """Return the schedule after a PATCH of what differs from the inputs."""
    wanted = (inputs.frequency, inputs.retention_days, inputs.enabled)
    if (schedule.frequency, schedule.retention_expire_after_days, schedule.enabled) == wanted:
        return schedule
    return client.update_backup_schedule(
        schedule.schedule_id,
        frequency=inputs.frequency if schedule.frequency != inputs.frequency else None,
        expire_after_days=(
            inputs.retention_days
            if schedule.retention_expire_after_days != inputs.retention_days
            else None
        ),
        enabled=inputs.enabled if schedule.enabled != inputs.enabled else None,
    )


def read(id_: str, props: Mapping[str, Any], call: Call) -> ReadResult:
    """Report the live schedule; a 404 counts only for a key of the recorded project."""
    client = session.current.client()
    is_recorded = "schedule_id" in props
    try:
        schedule = client.describe_backup_schedule(id_)
    except NotFoundError:
        if not is_recorded:
            raise
        ownership.confirm_gone(client, props.get("project"), f"backup schedule `{id_}`")
        return results.gone()
    session.current.prove(props.get("project"))
    live = {
        "name": schedule.name,
        "frequency": schedule.frequency,
        "retention_days": schedule.retention_expire_after_days,
        "enabled": schedule.enabled,
    }
    # The service does not name a schedule's index, so `.get()` cannot tell it.
    told = {"index_name": "not-told", **props, **live}
    inputs = parse(BackupScheduleInputs, told)
    outputs = backup_schedule_outputs(inputs, schedule, props.get("project"))
    given = echo(inputs)
    if props.get("index_name") is None:
        outputs.pop("index_name")
        given.pop("index_name")
    return results.was_read(call, id_, outputs, given, None)


def update(id_: str, olds: Mapping[str, Any], news: Mapping[str, Any], call: Call) -> UpdateResult:
    """Change frequency, retention or whether the schedule is enabled."""
    inputs = parse(BackupScheduleInputs, news)
    client = session.current.client()
    schedule = _shaped(client, client.describe_backup_schedule(id_), inputs)
    outputs = backup_schedule_outputs(inputs, schedule, olds.get("project"))
    return results.updated(call, id_, outputs, None)


def delete(id_: str, props: Mapping[str, Any], call: Call) -> None:
    """Delete the schedule; its backups stay."""
    if ownership.is_in_use(props, id_):
        engine_bridge.info(
            f"backup schedule `{id_}` was not deleted: this resource goes on with it", call
        )
        return
    client = session.current.client()
    try:
        client.delete_backup_schedule(id_)
    except NotFoundError:
        ownership.refuse_other_project(client, props.get("project"), f"backup schedule `{id_}`")
