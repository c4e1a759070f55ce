from __future__ import annotations

import re
from pathlib import Path

from pulumi_pinecone_backup.cli.emulator import command
from pulumi_pinecone_backup.emulator.state.faults import FIELDS_OF_KIND
from pulumi_pinecone_backup.emulator.state.settings import Settings
from pulumi_pinecone_backup.emulator.state.versions import VERSIONS
from pulumi_pinecone_backup.emulator.web.app import OPERATIONS

PAGE = (Path(__file__).parents[3] / "docs" / "emulator.md").read_text()


def test_the_table_tells_which_version_has_which_operation() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE))
    for operation in OPERATIONS:
        if operation.plane == "data":
            assert f"`{operation.id}`" in PAGE
            continue
        marks = [
            "yes" if operation.feature is None or getattr(version, operation.feature) else "n/a"
            for version in VERSIONS.values()
        ]
        assert rows[operation.id].split(" | ") == marks, operation.id


def test_the_page_names_every_option_setting_and_kind_of_fault() -> None:
    options = {option for parameter in command.params for option in parameter.opts}
    for word in (*options, *Settings.model_fields, *FIELDS_OF_KIND):
        assert f"`{word}" in PAGE, word


def test_no_operation_is_in_the_table_that_is_not_served() -> None:
    served = {operation.id for operation in OPERATIONS}
    for name in re.findall(r"^\| `(\w+)` \| (?:yes|n/a)", PAGE, re.MULTILINE):
        assert name in served
