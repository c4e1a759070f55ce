"""A program as a user writes it, from the first `up` over a refactoring to `destroy`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from support.live_service import Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

NETWORK = """
    pulumi.export("indexes", ["products", "articles"])
    pulumi.export("owner", pulumi.Output.secret("search-team"))
"""
PROGRAM = """
    from typing import Optional

    config = pulumi.Config()
    retention = config.require_int("retentionDays")
    attempt = config.get("attempt") or "first"
    owner = config.require_secret("owner")
    platform = pulumi.StackReference("organization/recovery/platform")
    told = []


    def with_team(args):
        if args.type_.endswith(":RestoredIndex"):
            args.props["tags"] = {{**(args.props["tags"] or {{}}), "team": "search"}}
        return pulumi.ResourceTransformationResult(args.props, args.opts)


    pulumi.runtime.register_stack_transformation(with_team)


    class Protected(pulumi.ComponentResource):
        def __init__(
            self,
            name: str,
            index_name: pulumi.Input[str],
            days: int,
            opts: Optional[ResourceOptions] = None,
        ) -> None:
            super().__init__("acme:search:Protected", name, None, opts)
            inside = ResourceOptions(parent=self)
            self.backup = Backup(
                f"{{name}}-backup",
                index_name=index_name,
                description=f"before {{attempt}}",
                triggers=[attempt],
                opts=ResourceOptions.merge(
                    inside,
                    ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="10m")),
                ),
            )
            self.schedule = BackupSchedule(
                f"{{name}}-schedule",
                index_name=index_name,
                frequency="daily",
                retention_days=days,
                opts=inside,
            )
            self.register_outputs({{"backup_id": self.backup.id}})


    class Standby(pulumi.ComponentResource):
        def __init__(self, name, backup, opts=None):
            super().__init__("acme:search:Standby", name, None, opts)
            self.index = RestoredIndex(
                f"{{name}}-copy",
                backup_id=backup.id,
                tags={{"owner": owner, "source": backup.source_index_name}},
                verify="records",
                opts=ResourceOptions(parent=self, depends_on=[backup]{moved}),
            )
            self.register_outputs({{"host": self.index.host}})


    indexes = {{}}
    for index_name in ("products", "articles"):
        protected = Protected(index_name, index_name, retention)
        standby = Standby(f"{{index_name}}-standby", protected.backup{parent})
        indexes[index_name] = standby.index

    hook = pulumi.ResourceHook("told", lambda args: told.append(args.name))
    extra = Backup(
        "extra",
        index_name="products",
        triggers=[attempt],
        opts=ResourceOptions(
            hooks=pulumi.ResourceHookBinding(after_create=[hook]),
            additional_secret_outputs=["project"],
            ignore_changes=["description"],
        ),
    )
    newest = get_latest_backup_output(extra.source_index_name)
    pulumi.export("hosts", {{name: index.host for name, index in indexes.items()}})
    pulumi.export("rto", [index.rto_seconds for index in indexes.values()])
    pulumi.export("newest", newest.backup_id)
    pulumi.export("listed", list_backups_output("articles"))
    pulumi.export("platform", platform.get_output("indexes"))
    pulumi.export("owner", owner)
"""


def copies(stack: Stack) -> dict[str, str]:
    """Return the ids of the restored indexes by URN."""
    rows = stack.rows()
    return {row["urn"]: row["id"] for row in rows if row["type"].endswith(":RestoredIndex")}


def test_a_users_program_lives_through_its_life_without_a_surprise(
    new_stack: Callable[..., Stack], service: Service
) -> None:
    for name in ("products", "articles"):
        service.index(name)
    platform = new_stack("platform")
    platform.program(NETWORK)
    platform.up()
    stack = new_stack("app")
    stack.run("config", "set", "retentionDays", "14")
    stack.run("config", "set", "--secret", "owner", "search-team")
    first = PROGRAM.format(moved="", parent="")
    assert len(first.splitlines()) >= 60
    stack.program(first)
    stack.up(preview=True)
    made = copies(stack)
    assert len(set(made.values())) == 2
    assert set(made.values()) < service.indexes()
    stack.unchanged()
    stack.up()
    assert "search-team" not in (stack.project / "Pulumi.app.yaml").read_text()

    # Refactored: the standbys move below the components of their sources.
    moved = ", aliases=[pulumi.Alias(parent=old(name))]"
    head = """
    def old(name):
        kinds = "acme:search:Standby"
        return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{kinds}::{name}"

"""
    stack.program(
        head + PROGRAM.format(moved=moved, parent=", opts=ResourceOptions(parent=protected)")
    )
    stack.up()
    assert set(copies(stack).values()) == set(made.values())
    assert copies(stack).keys().isdisjoint(made)
    assert service.emulator.requests()["create_index_from_backup_operation"] == 2
    stack.unchanged()

    stack.run("config", "set", "attempt", "second")
    stack.up()
    assert set(copies(stack).values()) == set(made.values())
    assert len(service.backups()) == 3
    stack.refresh()
    stack.unchanged()
    stack.destroy()
    assert service.indexes() == {"products", "articles"}
    assert service.backups() == set()


def test_resources_work_under_mocks(stack: Stack) -> None:
    script = stack.project / "mocked.py"
    script.write_text("""
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return [f"{args.name}-id", {**args.inputs, "status": "Ready", "host": "h"}]

    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Mocks(), project="p", stack="s", preview=False)
from pulumi_pinecone_backup import Backup, BackupSchedule, RestoredIndex

backup = Backup("nightly", index_name="products")
restored = RestoredIndex("copy", backup_id=backup.id, tags={"a": "b"})
schedule = BackupSchedule("daily", index_name="products", frequency="daily", retention_days=7)
seen = []

@pulumi.runtime.test
def check():
    return pulumi.Output.all(
        backup.id, restored.backup_id, restored.host, restored.tags, schedule.frequency
    ).apply(seen.append)

check()
assert seen == [["nightly-id", "nightly-id", "h", {"a": "b"}, "daily"]], seen
""")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
