"""The engine looks for no downloadable plugin of this package: none exists.

Pulumi takes an installed package called `pulumi-*` for one with a plugin, unless the package says
that it has none. The engine would then ask two hosts for it at every command, for seconds, and run
whatever they sent.
"""

from __future__ import annotations

import os
import sys

import pytest
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("command", ["preview", "up"])
def test_no_plugin_is_downloaded(command: str, stack: Stack) -> None:
    if os.environ.get("PINECONE_BACKUP_TEST_INSTALLED") != "1":
        pytest.skip("an editable install is not looked into by the engine: run `make test`")
    stack.environment["PULUMI_PYTHON_CMD"] = sys.executable  # which is asked by pip itself
    stack.program("pulumi.export('one', 1)")
    confirmed = ["--yes"] if command == "up" else []
    said = stack.run(command, *confirmed, "-v=9", "--logtostderr").text
    assert "GetRequiredPlugins(" in said
    assert "pulumi-resource-pinecone-backup" not in said
