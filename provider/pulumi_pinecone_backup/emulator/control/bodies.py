"""How bodies are read, and those about backups and schedules, as the descriptions state them.

A body that does not fit is refused with 422, as the service does; rules about values that do fit
(names, tags, limits) are in `rules`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pulumi_pinecone_backup.emulator.call import read_object
from pulumi_pinecone_backup.emulator.state.problems import unreadable

Protection = Literal["enabled", "disabled"]
Positive = Annotated[int, Field(ge=1, lt=2**31)]


class Body(BaseModel):
    """A JSON object of a request."""

    model_config = ConfigDict(strict=True, frozen=True)


class StrictBody(Body):
    """A JSON object that has no properties but those that are known."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Manual(Body):
    """Fixed numbers of shards and replicas."""

    replicas: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    shards: Positive | None = None


class Dedicated(Body):
    """Nodes of a dedicated read capacity."""

    node_type: str | None = None
    scaling: str | None = None
    manual: Manual | None = None


class ReadCapacity(Body):
    """How reads are served."""

    mode: Literal["OnDemand", "Dedicated"]
    dedicated: Dedicated | None = None


class CreateBackup(Body):
    """`create_backup`."""

    name: str | None = None
    description: str | None = None


class CreateIndexFromBackup(Body):
    """`create_index_from_backup_operation`."""

    name: str
    tags: dict[str, str] | None = None
    deletion_protection: Protection | None = None
    read_capacity: ReadCapacity | None = None


class Timing(Body):
    """When a schedule runs."""

    type: Literal["time-based"]
    frequency: Literal["daily", "weekly", "monthly"]


class Retention(Body):
    """How long a schedule's backups are kept."""

    expire_after_days: Annotated[int, Field(ge=1)]


class CreateBackupSchedule(Body):
    """`create_backup_schedule`."""

    name: str
    schedule: Timing
    retention: Retention


class UpdateBackupSchedule(Body):
    """`update_backup_schedule`."""

    frequency: Literal["daily", "weekly", "monthly"] | None = None
    retention: Retention | None = None
    enabled: bool | None = None


Model = TypeVar("Model", bound=BaseModel)


def read_body(raw: bytes, model: type[Model]) -> Model:
    """Read a body as one of the models above.

    Raises:
        ServiceError: 400 where it is no JSON, 422 where it does not fit.
    """
    value = read_object(raw)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise unreadable(f"`{where}`: {first['msg']}" if where else first["msg"]) from error
