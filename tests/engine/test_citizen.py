"""In other people's programs: components, options, transformations, plans, several projects."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.live_service import KEY, OTHER_KEY, Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

RESTORE = "create_index_from_backup_operation"
COMPONENTS = """
    class {kind}(pulumi.ComponentResource):
        def __init__(self, name, opts=None, **given):
            super().__init__("acme:search:{kind}", name, None, opts)
            inside = ResourceOptions(parent=self)
            backup = Backup("nightly", index_name="products", opts=inside)
            self.index = RestoredIndex("copy", backup_id=backup.id, opts=inside, **given)
"""


def backup_of(service: Service) -> str:
    """Return a backup that no program has made."""
    service.index()
    return str(service.call("POST", "/indexes/products/backups", {"name": "b"})["backup_id"])


def test_children_of_one_name_under_two_components_are_two_objects(
    stack: Stack, service: Service
) -> None:
    service.index()
    both = "\n".join(
        "\n".join(line.removeprefix("    ") for line in COMPONENTS.format(kind=kind).splitlines())
        for kind in ("Live", "Standby")
    )
    stack.program(f'{both}\nLive("one")\nStandby("two")\n')
    stack.up(preview=True)
    copies = service.indexes() - {"products"}
    assert len(copies) == 2
    stack.unchanged()
    stack.program(f'{both}\nLive("one")\n')
    stack.up()
    assert len(service.indexes() - {"products"}) == 1
    stack.unchanged()
    stack.destroy()
    assert service.indexes() == {"products"}


def test_a_resource_that_moves_into_a_component_needs_an_alias_and_gets_one(
    stack: Stack, service: Service
) -> None:
    backup = backup_of(service)
    text = f"""
        class Box(pulumi.ComponentResource):
            def __init__(self, name):
                super().__init__("acme:search:Box", name)
                RestoredIndex("copy", backup_id="{backup}", name="fixed", opts=ResourceOptions(
                    parent=self, {{more}}))
        Box("box")
    """
    stack.program(f'RestoredIndex("copy", backup_id="{backup}", name="fixed")')
    stack.up()
    stack.program(text.format(more=""))
    said = stack.up(code=1).text
    assert "index `fixed` exists already" in said
    assert "aliases=" in said
    stack.program(text.format(more="aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]"))
    stack.up()
    assert service.emulator.requests()[RESTORE] == 1
    stack.unchanged()


def test_dates_enums_and_assets_are_triggers_and_an_old_state_has_a_way_out(
    stack: Stack, service: Service
) -> None:
    service.index()
    head = "import datetime, enum\n    class Tier(enum.Enum):\n        GOLD = 'gold'\n"
    text = f"""
    {head}
    path = "data.txt"
    Backup("nightly", index_name="products", triggers=[
        datetime.date(2026, 11, {{day}}), Tier.GOLD, pulumi.FileAsset(path),
        pulumi.AssetArchive({{{{"a": pulumi.StringAsset("x")}}}}),
        {{{{"b": 1, "a": None}}}}, (1.0,),
    ])
    latest = list_backups("products")
    pulumi.export("times", [b.created_at for b in latest])
    pulumi.export("all", latest)
    """
    (stack.project / "data.txt").write_text("one")
    stack.program(text.format(day=1))
    stack.up()
    first = stack.resources()["nightly"]["id"]
    stack.program(text.format(day=1))
    stack.up()
    assert stack.resources()["nightly"]["id"] == first
    (stack.project / "data.txt").write_text("two")
    stack.up()
    second = stack.resources()["nightly"]["id"]
    assert second != first
    stack.program(text.format(day=2))
    stack.up()
    assert stack.resources()["nightly"]["id"] != second

    # The way out for a state of an older version, which holds the asset itself.
    exported = stack.export()
    asset = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "text": "x"}
    for stored, is_readable in (([asset], False), (["by hand"], True)):
        for row in exported["deployment"]["resources"]:
            if row["urn"].endswith("::nightly"):
                row["inputs"]["triggers"] = row["outputs"]["triggers"] = stored
        (stack.project / "state.json").write_text(json.dumps(exported))
        stack.run("stack", "import", "--file", "state.json")
        assert (stack.refresh(code=None).code == 0) is is_readable
    stack.up()
    stack.destroy()
    assert service.backups() == set()


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("[object()]", "a value of type `object` cannot be compared"),
        ("[b'x']", "a value of type `bytes` cannot be compared"),
        ("[pulumi.RemoteAsset('https://a.example/x')]", "the content of a remote asset"),
        ("[pulumi.FileAsset('nowhere.txt')]", "an asset cannot be read"),
    ],
)
def test_triggers_that_cannot_be_compared_are_refused_in_one_line(
    stack: Stack, value: str, told: str
) -> None:
    stack.program(f'Backup("nightly", index_name="products", triggers={value})')
    said = stack.preview(code=None).text
    assert f"`triggers`: {told}" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ('import_="x"', "run `pinecone-backup import restored-index copy x`"),
        ('replace_on_changes=["tags"]', "`replace_on_changes` has no effect here"),
        ('ignore_changes=["backup_id"]', "leave it out"),
    ],
)
def test_options_without_effect_are_refused_with_what_to_do_instead(
    stack: Stack, option: str, told: str
) -> None:
    stack.program(f'RestoredIndex("copy", backup_id="b", opts=ResourceOptions({option}))')
    said = stack.preview(code=None).text
    assert told in said
    assert "Traceback" not in said


def test_a_plan_of_a_new_stack_holds(stack: Stack, service: Service) -> None:
    service.index()
    stack.program("""
        backup = Backup("nightly", index_name="products")
        RestoredIndex("copy", backup_id=backup.id, on_backup_change="replace")
        RestoredIndex("more", backup_id=backup.id, triggers=[backup.id], tags={"a": "b"})
        BackupSchedule("daily", index_name="products", frequency="daily", retention_days=7)
    """)
    environment = {"PULUMI_EXPERIMENTAL": "true"}
    stack.environment |= environment
    stack.preview("--save-plan", "plan.json")
    stack.up("--plan", "plan.json")
    assert len(service.indexes()) == 3
    stack.unchanged()


def test_a_transformation_that_tags_everything_is_taken(stack: Stack, service: Service) -> None:
    service.index()
    stack.program("""
        def tagged(args):
            if "tags" in args.props:
                args.props["tags"] = {**(args.props["tags"] or {}), "team": "search"}
            return pulumi.ResourceTransformationResult(args.props, args.opts)

        pulumi.runtime.register_stack_transformation(tagged)
        backup = Backup("nightly", index_name="products")
        RestoredIndex("copy", backup_id=backup.id)
    """)
    said = stack.up().text
    assert "`tags` is what the service tells, not an input" in said
    assert stack.outputs("copy")["effective_tags"] == {"team": "search"}
    stack.unchanged()


@pytest.mark.parametrize("mode", ["verbatim", "disabled"])
def test_autonaming_that_deletes_first_is_refused_at_preview(
    stack: Stack, service: Service, mode: str
) -> None:
    service.index()
    service.emulator.configure(backup_quota=1)
    program = 'Backup("nightly", index_name="products", triggers=[{0}])'
    stack.program(program.format(1))
    stack.up()
    kept = service.backups()
    stack.run("config", "set", "--path", "pulumi:autonaming.mode", mode)
    stack.program(program.format(2))
    for said in (stack.preview(code=None).text, stack.up(code=1).text):
        assert "`pulumi:autonaming` makes Pulumi delete backup" in said
    assert service.backups() == kept
    way_out = "pulumi:autonaming.providers.pulumi-python.mode"
    stack.run("config", "set", "--path", way_out, "default")
    service.emulator.configure(backup_quota=5)
    stack.up()
    assert service.backups().isdisjoint(kept)


def test_retention_that_is_new_comes_before_the_replacement(stack: Stack, service: Service) -> None:
    service.index()
    stack.program('Backup("nightly", index_name="products", triggers=[1])')
    stack.up()
    first = service.backups()
    stack.program("""
        Backup("nightly", index_name="products", triggers=[2],
               opts=ResourceOptions(retain_on_delete=True))
    """)
    told = "this `up` only records `retain_on_delete`"
    assert told in stack.preview().text
    assert told in stack.up().text
    assert service.backups() == first
    assert told not in stack.up().text
    assert len(service.backups()) == 2
    assert first < service.backups()


def test_a_project_of_this_packages_name_has_configuration_of_its_own(
    tmp_path: Path, service: Service
) -> None:
    service.index()
    environment = {"PINECONE_API_KEY": KEY, "PINECONE_CONTROLLER_HOST": service.emulator.url}
    stack = Stack(tmp_path / "own", environment, project="pinecone-backup")
    stack.run("config", "set", "indexName", "products")
    stack.program("""
        name = pulumi.Config().require("indexName")
        backup = Backup("nightly", index_name=name)
        pulumi.export("newest", len(list_backups(name)))
    """)
    stack.up()
    stack.unchanged()


def test_a_target_without_its_backup_names_what_to_add(stack: Stack, service: Service) -> None:
    service.index()
    stack.program("""
        backup = Backup("nightly", index_name="products")
        RestoredIndex("copy", backup_id=backup.id)
    """)
    said = stack.up("--target", "**copy", code=None).text
    if "is required" in said:
        assert "also name the backup that it comes from" in said
    stack.up("--target", "**copy", "--target", "**nightly")
    assert stack.outputs("copy")["status"] == "Ready"


TWO_PROJECTS = """
    eu = Provider("eu", api_key_env="KEY_EU", host="{url}")
    here = Backup("here", index_name="products")
    there = Backup("there", index_name="articles", opts=ResourceOptions(provider=eu))

    class Box(pulumi.ComponentResource):
        def __init__(self, name, opts=None):
            super().__init__("acme:search:Box", name, None, opts)
            RestoredIndex("copy", backup_id=there.id, opts=ResourceOptions(parent=self))

    Box("box", ResourceOptions(providers=[eu]))
    pulumi.export("here", len(list_backups("products")))
    pulumi.export("there", len(list_backups("articles", provider=eu)))
    pulumi.export("later", here.id.apply(lambda i: i))
    pulumi.export("status", get_backup_output(there.id, provider=eu).status)
"""


def test_two_projects_in_one_program_with_a_key_in_no_state(stack: Stack, service: Service) -> None:
    service.index("products")
    service.session.headers["Api-Key"] = OTHER_KEY
    service.index("articles")
    stack.environment["KEY_EU"] = OTHER_KEY
    stack.program(TWO_PROJECTS.format(url=service.emulator.url))
    stack.up(preview=True)
    assert len(service.indexes()) == 2
    assert len(service.backups()) == 1
    stack.up()
    stack.unchanged()
    assert OTHER_KEY not in json.dumps(stack.export())
    for path in stack.folder.rglob("*"):
        if path.is_file():
            assert OTHER_KEY.encode() not in path.read_bytes(), path

    before = stack.resources().keys()
    for act in (stack.refresh, stack.preview):
        said = act(code=None, KEY_EU="").text
        assert "The environment variable `KEY_EU`" in said
    said = stack.refresh(code=None, KEY_EU="rotated-away").text
    assert "The API key from `KEY_EU` was refused" in said
    said = stack.refresh(code=None, KEY_EU=KEY).text
    assert "the API key reads another project" in said
    assert stack.resources().keys() == before
    stack.refresh()
    stack.destroy()
    assert service.backups() == set()
    assert service.indexes() == {"articles"}


def test_a_lookup_of_an_output_says_which_form_to_use(stack: Stack, service: Service) -> None:
    service.index()
    stack.program("""
        backup = Backup("nightly", index_name="products")
        get_backup(backup.id)
    """)
    said = stack.preview(code=None).text
    assert "`get_backup` takes plain values and is given an Output: use `get_backup_output`" in said
    assert "Traceback" not in said


def test_the_enabled_one_of_two_schedules_is_swapped_in_one_up(
    stack: Stack, service: Service
) -> None:
    service.index()
    text = """
        common = dict(index_name="products", frequency="daily", retention_days=7)
        BackupSchedule("one", name="one", enabled={0}, **common)
        {2}BackupSchedule("two", name="two", enabled={1}, **common)
    """
    stack.program(text.format(True, False, "# "))
    stack.up()
    stack.program(text.format(True, False, ""))
    said = stack.preview(code=None).text
    assert "a disabled one cannot be made beside it" in said
    stack.program(text.format(False, False, "# "))
    stack.up()
    stack.program(text.format(False, False, ""))
    stack.up()
    for enabled in ((False, True), (True, False), (False, True)):
        stack.program(text.format(*enabled, ""))
        stack.up()
        rows = service.call("GET", "/indexes/products/backup-schedules")["data"]
        assert {row["name"]: row["enabled"] for row in rows} == dict(
            zip(("one", "two"), enabled, strict=True)
        )
    stack.unchanged()


def test_several_runs_in_one_process_are_counted_apart(
    new_stack: Callable[..., Stack], service: Service
) -> None:
    service.index()
    stack = new_stack()
    script = stack.project / "runs.py"
    script.write_text("""
import sys
import pulumi
from pulumi import automation as auto
from pulumi_pinecone_backup import Backup

def program():
    for number in range(3):
        Backup(f"b{number}", index_name="products")

for name in ("first", "second"):
    stack = auto.create_or_select_stack(name, project_name="inline", program=program)
    done = stack.up(parallel=4, on_output=print)
    assert done.summary.result == "succeeded"
    stack.destroy(on_output=lambda _: None)
""")
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=stack.project,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "this program waits for more than" not in done.stdout + done.stderr


def test_protect_deleted_with_transforms_and_secrets_do_what_they_say(
    stack: Stack, service: Service
) -> None:
    service.index()
    text = """
        def described(args):
            args.props["description"] = "by a transform"
            return pulumi.ResourceTransformResult(args.props, args.opts)

        def hidden(args):
            if args.type_.endswith(":RestoredIndex"):
                args.props["tags"] = {{"owner": pulumi.Output.secret("hush-hush")}}
            return pulumi.ResourceTransformationResult(args.props, args.opts)

        pulumi.runtime.register_stack_transformation(hidden)
        backup = Backup("nightly", index_name="products", opts=ResourceOptions(
            protect={protect}, transforms=[described]))
        RestoredIndex("copy", backup_id=backup.id, opts=ResourceOptions(
            deleted_with=backup, additional_secret_outputs=["effective_tags"]))
    """
    stack.program(text.format(protect=True))
    stack.up()
    assert stack.outputs("nightly")["description"] == "by a transform"
    assert "hush-hush" not in json.dumps(stack.export())
    stack.unchanged()
    said = stack.destroy(code=1).text
    assert "protect" in said
    stack.program(text.format(protect=False))
    stack.up()
    stack.destroy()
    assert service.backups() == set()
    assert len(service.indexes()) == 2  # it was to go with the backup, and did not
