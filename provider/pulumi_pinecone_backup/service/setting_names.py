"""Names of the settings in a stack's configuration. It imports nothing: a program needs no more."""

from __future__ import annotations

from typing import Final

NAMESPACE: Final = "pinecone-backup"
STACK_SETTINGS: Final = (
    "apiKey",
    "host",
    "apiVersion",
    "allowHttp",
    "preflight",
    "dataPlaneHosts",
    "apiKeyEnv",
)

SECRET_KEYS: Final = (f"{NAMESPACE}:apiKey", "pinecone:apiKey")
CONFIG_KEYS: Final = (*(f"{NAMESPACE}:{name}" for name in STACK_SETTINGS), "pinecone:apiKey")
