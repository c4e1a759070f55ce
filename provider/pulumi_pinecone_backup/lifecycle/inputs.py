"""How inputs are read, and how their problems are reported; each resource has a model of its own.

Rules of the service are repeated here so that a preview fails before anything is sent. They bind
what a program asks for, not what exists already: a state or the service may hold what they forbid.
Values are never part of a text: an input may be a secret. Unknown values (preview) are left out of
the checks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
    ValidationInfo,
)

from pulumi_pinecone_backup.engine.comparable import integral
from pulumi_pinecone_backup.engine.unknowns import has_unknown
from pulumi_pinecone_backup.lifecycle.identity import MARK_TAG, MAX_NAME
from pulumi_pinecone_backup.lifecycle.property_names import PROVIDER

MAX_USER_TAGS = 19
MAX_TAG_KEY = 80
MAX_TAG_VALUE = 120
HIDDEN = ("identity", "resource_name", "retain_on_delete", "rotation", "is_soft")

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_TAG_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TAG_VALUE = re.compile(r"[\x20-\x7e]*")
PROGRAM_RULES = {"bind": "the program"}
_TYPE_TEXTS = {
    "bool_type": "must be true or false",
    "dict_type": "must be a map",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "model_type": "must be a map",
    "string_type": "must be a string",
}


def check_name(value: str, limit: int = MAX_NAME) -> str:
    """Return a name that the service takes.

    Raises:
        ValueError: It is too long, or holds something else than `a-z`, `0-9` and `-`.
    """
    if not value or len(value) > limit or not _NAME.fullmatch(value):
        raise ValueError(
            f"must be 1 to {limit} lower-case letters, digits and `-`, with a letter or a digit at "
            "both ends"
        )
    return value


def _check_filled(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value


def _check_tags(tags: Any) -> Any:
    """Report every problem of the tags together; what is no map at all is left to the model."""
    if not isinstance(tags, Mapping):
        return tags
    problems = []
    if len(tags) > MAX_USER_TAGS:
        problems.append(
            f"has {len(tags)} tags; at most {MAX_USER_TAGS} are possible, because one of the "
            f"service's 20 is `{MARK_TAG}`, which marks the index as this resource's"
        )
    if MARK_TAG in tags:
        problems.append(f"must not hold `{MARK_TAG}`: this package sets it")
    problems += [text for key in sorted(tags) for text in _tag_problem(key, tags[key])]
    if problems:
        raise ValueError("; ".join(problems))
    return tags


def _tag_problem(key: str, value: Any) -> list[str]:
    if not _TAG_KEY.fullmatch(key) or len(key) > MAX_TAG_KEY:
        return [f"has a key that is not 1 to {MAX_TAG_KEY} letters, digits, `_` and `-`: `{key}`"]
    if not isinstance(value, str):
        return [f"has a value for `{key}` that is not a string"]
    if not value:
        return [f"has an empty value for `{key}`; leave the tag out to remove it"]
    if len(value) > MAX_TAG_VALUE or not _TAG_VALUE.fullmatch(value):
        return [
            f"has a value for `{key}` that is not 1 to {MAX_TAG_VALUE} printable ASCII characters"
        ]
    return []


def rule(check: Callable[[Any], Any]) -> Callable[[Any, ValidationInfo], Any]:
    """Return a validator that binds programs: `problems` asks for it, `parse` does not."""

    def validate(value: Any, info: ValidationInfo) -> Any:
        return check(value) if info.context is PROGRAM_RULES else value

    return validate


Name = Annotated[StrictStr, AfterValidator(rule(check_name))]
Filled = Annotated[StrictStr, AfterValidator(rule(_check_filled))]
Tags = Annotated[dict[StrictStr, StrictStr], BeforeValidator(rule(_check_tags))]
Triggers = Annotated[list[Any], BeforeValidator(integral)]
Count = Annotated[StrictInt, BeforeValidator(integral)]


class InputPart(BaseModel):
    """What inputs are made of."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Inputs(InputPart):
    """Inputs of a resource: who it is, and what a model of each resource adds."""

    outputs: ClassVar[tuple[str, ...]] = ()
    """What the service tells beside the inputs: declared by the resource, and not to be given."""

    identity: StrictStr = ""
    resource_name: StrictStr = ""
    retain_on_delete: StrictBool | None = None


AnyInputs = TypeVar("AnyInputs", bound=Inputs)


def parse(model: type[AnyInputs], properties: Mapping[str, Any]) -> AnyInputs:
    """Return checked, recorded or live inputs as a model; other properties (outputs) are left out.

    What a later version of the service has put into a state is kept as it is, although no program
    could ask for it.

    Raises:
        ValidationError: Never for inputs that went through `problems` without one.
    """
    told = {key: properties.get(key) for key in model.model_fields}
    given = {key: integral(value) for key, value in told.items() if value is not None}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        odd = {str(problem["loc"][0]) for problem in error.errors() if problem["loc"]}
    sound = model.model_validate({key: given[key] for key in given if key not in odd})
    return sound.model_copy(update={key: given[key] for key in given if key in odd})


def is_only_read(properties: Mapping[str, Any]) -> bool:
    """Return whether `.get()` has read an object: only a resource of its own has an identity."""
    return not properties.get("identity")


def problems(model: type[Inputs], news: Mapping[str, Any]) -> list[str]:
    """Return every problem of a resource's inputs as a sentence that names the property.

    Unknown values are skipped: a missing value is no problem where an unknown one stands.
    """
    known = {key: value for key, value in news.items() if key != PROVIDER and value is not None}
    unknown = {key for key, value in known.items() if has_unknown(value)}
    candidate = {key: integral(value) for key, value in known.items() if key not in unknown}
    for key in unknown & {"tags"}:
        if isinstance(known[key], Mapping):
            # Keys and their number are known, whatever the values will be.
            candidate[key] = {k: "?" if has_unknown(v) else v for k, v in known[key].items()}
    try:
        model.model_validate(candidate, context=PROGRAM_RULES)
    except ValidationError as error:
        texts = [
            _text(detail, model)
            for detail in error.errors(include_url=False, include_input=False)
            if not (detail["type"] == "missing" and detail["loc"][0] in unknown)
        ]
        return sorted(set(texts))
    return []


def _text(detail: Any, model: type[Inputs]) -> str:
    path = [str(part) for part in detail["loc"]]
    name = ".".join(path)
    if detail["type"] == "extra_forbidden":
        known = ", ".join(f"`{key}`" for key in model.model_fields if key not in HIDDEN)
        return (
            f"`{name}` is not a property; known: {known}"
            if len(path) == 1
            else (f"`{name}` is not known")
        )
    if detail["type"] == "missing":
        return f"`{name}` is required"
    text = _TYPE_TEXTS.get(detail["type"]) or str(detail["msg"])
    return f"`{name}` {text.removeprefix('Value error, ').replace('Input should be', 'must be')}"


def normalised(news: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as outputs will echo them: sorted tags, ints, no absent values."""
    result = {key: integral(value) for key, value in news.items() if value is not None}
    if isinstance(result.get("tags"), dict):
        result["tags"] = dict(sorted(result["tags"].items()))
    return result
