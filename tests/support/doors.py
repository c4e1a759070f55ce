"""The two doors to the core: tests that name one run one table of cases through both.

A program of the plugin's door declares the same resources, by the plugin's tokens and in the
schema's names, as a generated SDK does. What a state holds is read under the models' names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from pulumi_pinecone_backup.lifecycle.property_names import inward
from pulumi_pinecone_backup.plugin.texts import spoken

CLASSES = ("Backup", "RestoredIndex", "BackupSchedule", "RestoreDrill")
MODULE = "plugin_resources"
_SHIM = """\
import pulumi
from pulumi_pinecone_backup.lifecycle.property_names import outward, to_snake


class _Resource(pulumi.CustomResource):
    outputs = ("host", "name", "status", "tags", "fingerprint", "rto_seconds", "rpo_seconds")

    def __init__(self, resource_name, *, opts=None, **inputs):
        token = f"pinecone-backup:index:{type(self).__name__}"
        props = outward({**dict.fromkeys(self.outputs), **inputs})
        super().__init__(token, resource_name, props, opts)

    def translate_output_property(self, prop):
        return to_snake(prop)
"""


@dataclass(frozen=True)
class Door:
    """A way to the core.

    Attributes:
        name: Its name.
        tokens: What the types of its resources begin with.
        process: What the command line of its process holds.
    """

    name: str
    tokens: str
    process: str

    def recorded(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a resource of a state with its properties under the models' names."""
        parts = {key: inward(row.get(key) or {}) for key in ("inputs", "outputs")}
        return {**row, **parts}

    def says(self, text: str) -> str:
        """Return a text as this door says it."""
        return text if self is DYNAMIC else spoken(text)

    def module(self) -> str:
        """Return the module that a program takes the resources from."""
        classes = "".join(f"\n\nclass {name}(_Resource):\n    pass\n" for name in CLASSES)
        return _SHIM + classes


DYNAMIC = Door("dynamic", "pulumi-python:dynamic/pinecone:", "pulumi.dynamic")
PLUGIN = Door("plugin", "pinecone-backup:index:", "pulumi-resource-pinecone-backup")
through_both = pytest.mark.parametrize(
    "door", [DYNAMIC, PLUGIN], ids=lambda door: door.name, indirect=True
)
