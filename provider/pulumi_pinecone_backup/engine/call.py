"""One call of the engine, as far as a resource may see it.

A resource's folder is given a call and knows nothing of the door that it came through. Messages,
cancellation and partial results have modules of their own beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call of the engine.

    Attributes:
        urn: URN of the resource, or None where it cannot be seen.
        timeout_seconds: The user's `custom_timeouts` for this operation, or None if none is set.
        is_preview: Whether nothing may be changed; None where it cannot be told.
        context: What the door needs to answer this call; of no use to anyone else.
    """

    urn: str | None = None
    timeout_seconds: float | None = None
    is_preview: bool | None = None
    context: Any = None
