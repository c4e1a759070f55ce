"""How single values of an answer are read: what is not told, or cannot be read, is None.

An answer may follow a request that has taken effect, and a row stands in a list with others. So
only what an object cannot be used without is required of it: an odd tag, count or time is never
an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, WrapValidator
from pydantic_core.core_schema import ValidatorFunctionWrapHandler

_TIME: Final = TypeAdapter(datetime)
_FIRST_YEAR: Final = 2
_LAST_YEAR: Final = 9998
_SCHEDULED_NAME: Final = re.compile(r"-(\d{8}T\d{6}Z)\Z", re.ASCII)

Value = TypeVar("Value")


def read_time(value: object) -> datetime | None:
    """Read a time of any form that was seen, in UTC; one that cannot be read is not told.

    Three versions describe times as plain text, and a backup is usable without them. The first and
    the last year of the calendar stand for "never": `0001-01-01` is the zero time of the service's
    language. Neither can be moved between time zones.
    """
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        time = _TIME.validate_python(value)
    except ValidationError:
        return None
    if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        return None
    if time.tzinfo is None:
        return time.replace(tzinfo=timezone.utc)
    return time.astimezone(timezone.utc)


def time_of(text: str) -> datetime | None:
    """Return a date or an RFC 3339 time as people and states write it; None if it is neither.

    A date is its beginning; without a time zone it is UTC.
    """
    try:
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def time_in_name(name: str | None) -> datetime | None:
    """Return the time of the run in the name of a scheduled backup, `…-YYYYMMDDTHHMMSSZ`."""
    found = _SCHEDULED_NAME.search(name or "")
    if found is None:
        return None
    try:
        time = datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return read_time(time)


def _told(value: object, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


def read_tags(value: object) -> dict[str, str]:
    """Return tags as text: numbers and booleans as JSON writes them, anything else is left out."""
    if not isinstance(value, Mapping):
        return {}
    texts = {str(key): _tag(item) for key, item in value.items()}
    return {key: text for key, text in texts.items() if text is not None}


def _tag(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def _text_or(otherwise: str) -> BeforeValidator:
    """Return a validator that puts a text in the place of what is no text."""
    return BeforeValidator(lambda value: value if value and isinstance(value, str) else otherwise)


Told = Annotated[Value | None, WrapValidator(_told)]
"""A value that may be missing or odd."""
Count = Annotated[int, Field(ge=0, lt=2**63)]
Time = Annotated[datetime | None, BeforeValidator(read_time)]
Tags = Annotated[dict[str, str], BeforeValidator(read_tags)]
Protection = Annotated[str, _text_or("disabled")]
DeploymentType = Annotated[str, _text_or("managed")]
Host = Annotated[str, _text_or("")]
State = Annotated[str, _text_or("Unknown")]
