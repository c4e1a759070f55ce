"""Whether users ask for the inside of an error."""

from __future__ import annotations

import os


def is_debug() -> bool:
    """Return whether errors come with their traceback: `PULUMI_PINECONE_DEBUG=1`."""
    return os.environ.get("PULUMI_PINECONE_DEBUG", "") not in ("", "0")
