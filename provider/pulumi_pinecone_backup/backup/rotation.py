"""A backup that a rotation keeps: when it may be deleted. The second of two locks.

The program computes what falls out, and names it in the inputs of the rotation's newest backup.
Here a backup goes only if the newest one of the same run names it and is Ready. What disappears
from the program in any other way is an error, and what `destroy` asks for is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.errors import ConfigurationError, NotFoundError
from pulumi_pinecone_backup.lifecycle.replacement import Declared, NewestObjects
from pulumi_pinecone_backup.lifecycle.session import Session


def may_go(session: Session, call: Call, backup_id: str, props: Mapping[str, Any]) -> bool:
    """Return whether a backup may be deleted; False keeps it at the service.

    Raises:
        ConfigurationError: It disappeared from the program, and its rotation does not drop it.
    """
    rotation = props.get("rotation")
    if not isinstance(rotation, Mapping) or _is_failed(session, backup_id):
        return True
    declared = session.memory(Declared)
    if declared.of(str(props.get("identity", ""))) is not None:
        _say_kept(call, backup_id, "a rotation keeps it: nothing but the rotation removes it")
        return False
    rotations = [each for each in declared.all() if isinstance(each.get("rotation"), Mapping)]
    drops = (each for each in rotations if backup_id in (each["rotation"].get("drops") or ()))
    newest = next(drops, None)
    own = [each for each in rotations if each["rotation"].get("name") == rotation.get("name")]
    if newest is None and not own:
        if rotation.get("force_destroy"):
            return True
        _say_kept(
            call, backup_id, "the rotation is gone; `force_destroy=True`, recorded by `pulumi up` "
            "before, would have deleted it",
        )  # fmt: skip
        return False
    if newest is None:
        raise ConfigurationError(
            f"backup `{backup_id}` was not deleted: rotation `{rotation.get('name')}` does not "
            "drop it, although it disappeared from the program. Run `pulumi up` again; if the "
            "rotation was to forget it, `pulumi state delete` keeps the backup"
        )
    known = session.memory(NewestObjects).of(newest)
    if known is None or not known.is_ready():
        raise ConfigurationError(
            f"backup `{backup_id}` was not deleted: the newest backup of rotation "
            f"`{rotation.get('name')}` is not Ready. The next `pulumi up` removes it once it is"
        )
    return True


def recorded(rotation: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what a state records of a rotation: what falls out belongs to one run alone."""
    if rotation is None:
        return None
    return {key: value for key, value in rotation.items() if key != "drops"}


def _is_failed(session: Session, backup_id: str) -> bool:
    """Return whether a backup holds nothing: it failed, or is gone."""
    try:
        return session.client().describe_backup(backup_id).is_failed
    except NotFoundError:
        return True


def _say_kept(call: Call, backup_id: str, why: str) -> None:
    messages.info(f"backup `{backup_id}` is kept at the service: {why}", call)
