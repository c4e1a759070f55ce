"""What a rule finds, and how it is told: resource, value seen, value wanted, never a secret."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .reading import NotReadable, Path, Resource

LONGEST_VALUE = 60
NAMED_IN_A_NOTE = 5


@dataclass(frozen=True)
class Violation:
    """Say that a value of a resource is not what the rule wants.

    Args:
        resource: The resource.
        path: Where the value is: the property, and a key inside it.
        seen: The value, as read.
        wanted: The value wanted, in words that follow "want".
        advice: What to do, a clause in the imperative.
    """

    resource: Resource
    path: Path
    seen: Any
    wanted: str
    advice: str = ""

    @property
    def urn(self) -> str:
        """Return the resource that the engine shows this beside."""
        return self.resource.urn

    def text(self) -> str:
        """Return the message."""
        advice = f"; {self.advice}" if self.advice else ""
        return (
            f"{label(self.resource)}: {_where(self.resource, self.path)} is "
            f"{_shown(self.resource, self.path, self.seen)}; want {self.wanted}{advice}"
        )


@dataclass(frozen=True)
class Complaint:
    """Say something about a resource that is not about one value.

    Args:
        resource: The resource.
        seen: What is the case, without values of properties.
        wanted: What should be, in words that follow "want".
        advice: What to do, a clause in the imperative.
    """

    resource: Resource
    seen: str
    wanted: str
    advice: str = ""

    @property
    def urn(self) -> str:
        """Return the resource that the engine shows this beside."""
        return self.resource.urn

    def text(self) -> str:
        """Return the message."""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{label(self.resource)}: {self.seen}; want {self.wanted}{advice}"


@dataclass(frozen=True)
class Unjudged:
    """Say that a rule could not judge a value, and why."""

    resource: Resource
    path: Path
    why: NotReadable

    def text(self) -> str:
        """Return the message."""
        return f"{label(self.resource)}: {_where(self.resource, self.path)} {self.why.reason}"


@dataclass(frozen=True)
class Misconfiguration:
    """Say what is wrong with the configuration of the pack."""

    message: str
    urn: None = None

    def text(self) -> str:
        """Return the message."""
        return self.message


Finding = Violation | Complaint | Unjudged


def label(resource: Resource) -> str:
    """Return how messages name a resource."""
    return f'{resource.kind.label} "{resource.name}"'


def note_about(unjudged: Iterable[Unjudged]) -> str:
    """Return one line for everything that a rule could not judge."""
    texts = [item.text() for item in unjudged]
    more = f" (and {len(texts) - NAMED_IN_A_NOTE} more)" if len(texts) > NAMED_IN_A_NOTE else ""
    return "could not judge " + "; ".join(texts[:NAMED_IN_A_NOTE]) + more


def _where(resource: Resource, path: Path) -> str:
    """Name a place; the key of a secret map is not told."""
    spelled = (resource.kind.spell(path[0]), *path[1:])
    if len(spelled) == 1 or resource.is_secret(spelled[:1]):
        return f"`{spelled[0]}`"
    return f"`{spelled[0]}[{json.dumps(spelled[1], ensure_ascii=False)}]`"


def _shown(resource: Resource, path: Path, value: Any) -> str:
    """Show a value, unless it is or may be a secret."""
    if value is None:
        return "not set"
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if resource.is_secret((resource.kind.spell(path[0]), *path[1:])):
        return "a secret"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
