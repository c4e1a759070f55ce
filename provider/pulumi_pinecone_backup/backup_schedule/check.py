"""Check and diff of a `BackupSchedule`.

An index takes one enabled schedule, so that a new one on the same index needs the old one gone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from pulumi_pinecone_backup.backup_schedule import health
from pulumi_pinecone_backup.backup_schedule.properties import MAX_NAME, BackupScheduleInputs
from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.results import Change, CheckedInputs
from pulumi_pinecone_backup.engine.unknowns import has_unknown
from pulumi_pinecone_backup.errors import ConfigurationError, PineconeBackupError
from pulumi_pinecone_backup.lifecycle import checks, missing, source_index
from pulumi_pinecone_backup.lifecycle.checks import Checked
from pulumi_pinecone_backup.lifecycle.session import Session
from pulumi_pinecone_backup.service.deadlines import requests_until
from pulumi_pinecone_backup.service.versions import require_feature

_REPLACES = ("index_name", "name")
_UPDATES = ("frequency", "retention_days", "enabled")


class EnabledSchedules:
    """Which resource of the program has the enabled schedule of an index."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders: dict[str, str] = {}

    def claim(self, index_name: str, key: str) -> str:
        """Return the resource that has the enabled schedule: `key`, if none had it before."""
        with self._lock:
            return self._holders.setdefault(index_name, key)


def check(
    session: Session, call: Call, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> CheckedInputs:
    """Check a program's inputs."""
    return checks.check(session, call, BackupScheduleInputs, olds, news, _resolve)


def _resolve(checked: Checked) -> None:
    """Name the schedule, and say early where the API version has none."""
    olds, news = checked.olds, checked.news
    if olds and has_unknown(news.get("index_name")):
        checks.keep_unknown(checked, "index_name")
    if olds and olds.get("index_name") != news.get("index_name"):
        checked.replaces.append("index_name")
    checks.settle_name(checked, limit=MAX_NAME)
    _require_schedules(checked)
    if has_unknown(news.get("index_name")):
        return
    _one_enabled_schedule(checked)
    if not olds or checked.replaces:
        source_index.preflight(checked)


def _require_schedules(checked: Checked) -> None:
    """Refuse an API version without schedules; settings that are wrong are reported elsewhere."""
    try:
        require_feature(checked.session.client().api_version, "backup_schedules")
    except ConfigurationError as error:
        if checked.session.has_client():
            checked.failures.append(str(error))


def _one_enabled_schedule(checked: Checked) -> None:
    """Refuse a program that asks for two enabled schedules of one index.

    A schedule is enabled when it is made, so that a disabled one needs the place for a moment too.
    """
    if not checked.olds and checked.news.get("enabled") is False:
        _refuse_disabled_beside_enabled(checked)
    if checked.news.get("enabled") is False or has_unknown(checked.news.get("enabled")):
        return
    index_name = checked.news["index_name"]
    holder = checked.session.memory(EnabledSchedules).claim(index_name, checked.key)
    if holder != checked.key:
        other = holder.rpartition("::")[2]
        checked.failures.append(
            f"index `{index_name}` takes one enabled schedule, and resource `{other}` is one: "
            "remove one of them, or disable one that exists already with `enabled=False`"
        )


def _refuse_disabled_beside_enabled(checked: Checked) -> None:
    index_name = str(checked.news["index_name"])
    try:
        client = checked.session.client()
        if not client.settings.preflight:
            return
        with requests_until(time.monotonic() + checked.session.pace.preflight):
            listed = client.list_backup_schedules(index_name)
    except PineconeBackupError:
        return  # best effort: `up` says it
    # One of the same name is told by `up`, with the ways out: a lost run may have left it.
    others = (schedule for schedule in listed if schedule.name != checked.news.get("name"))
    enabled = next((schedule for schedule in others if schedule.enabled), None)
    if enabled is not None:
        checked.failures.append(
            f"index `{index_name}` has the enabled schedule `{enabled.name}` "
            f"(`{enabled.schedule_id}`), and the service makes a new one enabled: a disabled one "
            "cannot be made beside it. Leave this one out until it is wanted"
        )


def diff(
    session: Session, call: Call, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Change:
    """Return what a change does: a schedule that went with its index is made again."""
    replaces = checks.changed(olds, news, _REPLACES)
    same_index = olds.get("index_name") == news.get("index_name")
    deletes_first = bool(replaces) and same_index
    is_deployment = checks.was_checked(session, call, news)
    if is_deployment and not replaces and _is_gone(session, call, id_, olds):
        replaces.append("schedule_id")
    return Change(replaces, checks.changed(olds, news, _UPDATES), deletes_first)


def _is_gone(session: Session, call: Call, schedule_id: str, olds: Mapping[str, Any]) -> bool:
    """Return whether the schedule is known to be gone; in doubt it is not, and that is said."""
    what, index_name = f"backup schedule `{schedule_id}`", olds.get("index_name")
    try:
        client = session.client()
        if not client.settings.preflight:
            return False
        with requests_until(time.monotonic() + session.pace.preflight):
            found = missing.find_backup_schedule(client, schedule_id, index_name)
            if found is not None:
                health.watched(client, call, found)
                return False
            missing.confirm_gone(session, olds.get("project"), what)
    except PineconeBackupError as error:
        messages.warn(f"whether {what} still exists could not be told: {error}", call)
        return False
    messages.warn(
        f"{what} does not exist any more: the service drops the schedules of an index that is "
        "deleted or restored anew. It is made again",
        call,
    )
    return True
