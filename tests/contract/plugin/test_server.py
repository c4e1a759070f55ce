"""The plugin as the engine starts it: a process that prints its port and speaks the protocol."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from google.protobuf import empty_pb2, json_format, struct_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from pulumi_pinecone_backup.emulator import Emulator
from pulumi_pinecone_backup.plugin.properties import SECRET, SIGNATURE, UNKNOWN_TEXT
from support.background_run import wait_until
from support.live_service import KEY, Service

FOLDER = Path(__file__).parents[3] / "provider"
COMMAND = Path(sys.executable).parent / "pulumi-resource-pinecone-backup"
DIFF = provider_pb2.DiffResponse


@dataclass
class Plugin:
    """A running plugin, and calls as the engine makes them."""

    process: subprocess.Popen[str]
    stub: Any

    def configure(self, **settings: str) -> Any:
        return self.stub.Configure(provider_pb2.ConfigureRequest(args=struct(settings)))

    def check(self, kind: str, news: dict[str, Any], olds: dict[str, Any] | None = None) -> Any:
        request = provider_pb2.CheckRequest(
            urn=urn(kind), news=struct(news), olds=struct(olds or {})
        )
        return self.stub.Check(request)

    def create(self, kind: str, news: dict[str, Any], **more: Any) -> Any:
        checked = self.check(kind, news)
        assert not checked.failures, checked.failures
        request = provider_pb2.CreateRequest(urn=urn(kind), properties=checked.inputs, **more)
        return self.stub.Create(request)

    def read(self, kind: str, object_id: str, **more: Any) -> Any:
        return self.stub.Read(provider_pb2.ReadRequest(urn=urn(kind), id=object_id, **more))

    def invoke(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        request = provider_pb2.InvokeRequest(
            tok=f"pinecone-backup:index:{name}", args=struct(arguments)
        )
        found: dict[str, Any] = plain(getattr(self.stub.Invoke(request), "return"))
        return found


def urn(kind: str, name: str = "r") -> str:
    return f"urn:pulumi:test::shop::pinecone-backup:index:{kind}::{name}"


def struct(values: dict[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


def plain(made: struct_pb2.Struct) -> dict[str, Any]:
    found: dict[str, Any] = json_format.MessageToDict(made)
    return found


def kept(error: grpc.RpcError) -> provider_pb2.ErrorResourceInitFailed:
    """Return what a partial result keeps."""
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(details)
    found = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(found)
    return found


@pytest.fixture
def service() -> Iterator[Service]:
    with Emulator(api_keys=(KEY,)) as emulator:
        yield Service(emulator)


@pytest.fixture
def plugin(service: Service) -> Iterator[Plugin]:
    environment = {
        **{key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
        "PINECONE_API_KEY": KEY,
        "PINECONE_CONTROLLER_HOST": service.emulator.url,
    }
    process = subprocess.Popen(
        [COMMAND], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Plugin(process, provider_pb2_grpc.ResourceProviderStub(channel))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals one thread from outside")
def test_the_end_is_seen_whichever_thread_gets_the_signal(plugin: Plugin) -> None:
    main = plugin.process.pid
    others = {int(task.name) for task in Path(f"/proc/{main}/task").iterdir()} - {main}
    assert ctypes.CDLL(None).tgkill(main, max(others), int(signal.SIGTERM)) == 0
    assert plugin.process.wait(20) == 0


def test_the_folder_of_the_provider_is_a_plugin_as_pulumi_package_add_takes_it() -> None:
    """Pulumi's host of Python installs `requirements.txt` and runs the folder.

    The engine refuses a folder with a Pulumi.yaml of its own, as the root of this repository has.
    """
    declared = yaml.safe_load((FOLDER / "PulumiPlugin.yaml").read_text())
    assert declared["runtime"]["name"] == "python"
    assert not (FOLDER / "Pulumi.yaml").exists()
    (required,) = (FOLDER / "requirements.txt").read_text().split()
    assert (FOLDER / required / "pyproject.toml").exists()
    process = subprocess.Popen([sys.executable, FOLDER], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            assert stub.GetSchema(provider_pb2.GetSchemaRequest()).schema
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def test_it_tells_its_schema_and_ends_when_it_is_asked_to(plugin: Plugin) -> None:
    told = plugin.stub.GetSchema(provider_pb2.GetSchemaRequest())
    assert '"pinecone-backup:index:RestoredIndex"' in told.schema
    assert plugin.stub.GetPluginInfo(empty_pb2.Empty()).version
    plugin.process.send_signal(signal.SIGINT)
    assert plugin.process.wait(timeout=20) == 0


def test_it_takes_secrets_previews_and_names_of_the_engine(plugin: Plugin) -> None:
    answer = plugin.configure()
    assert answer.acceptSecrets
    assert answer.supportsPreview
    assert answer.supports_autonaming_configuration
    assert not answer.acceptOutputs
    shaken = plugin.stub.Handshake(provider_pb2.ProviderHandshakeRequest())
    assert shaken.accept_secrets == answer.acceptSecrets
    assert shaken.supports_autonaming_configuration == answer.supports_autonaming_configuration


def test_a_wrong_configuration_is_refused_and_a_changed_one_replaces_nothing(
    plugin: Plugin,
) -> None:
    wrong = {"apiVersion": "1999-01", "allowHttp": "perhaps"}
    checked = plugin.stub.CheckConfig(provider_pb2.CheckRequest(news=struct(wrong)))
    assert len(checked.failures) == 2
    assert {failure.property for failure in checked.failures} == {""}
    request = provider_pb2.DiffRequest(
        old_inputs=struct({"host": "https://a.example"}), news=struct({"host": "https://b.example"})
    )
    changed = plugin.stub.DiffConfig(request)
    assert changed.changes == DIFF.DIFF_SOME
    assert not changed.replaces


def test_a_backup_from_check_to_delete(plugin: Plugin, service: Service) -> None:
    service.index()
    plugin.configure()
    made = plugin.create("Backup", {"indexName": "products", "triggers": ["a"]})
    assert service.backups() == {made.id}
    outputs = plain(made.properties)
    assert outputs["backupId"] == made.id
    assert outputs["wait"] is True
    same = plugin.stub.Diff(
        provider_pb2.DiffRequest(
            urn=urn("Backup"),
            id=made.id,
            olds=made.properties,
            news=plugin.check("Backup", {"indexName": "products", "triggers": ["a"]}).inputs,
        )
    )
    assert same.changes == DIFF.DIFF_NONE
    news = {"indexName": "products", "triggers": ["b"]}
    other = plugin.stub.Diff(
        provider_pb2.DiffRequest(
            urn=urn("Backup"),
            id=made.id,
            olds=made.properties,
            news=plugin.check("Backup", news, outputs).inputs,
        )
    )
    assert other.replaces == ["triggers"]
    assert not other.deleteBeforeReplace
    plugin.stub.Delete(
        provider_pb2.DeleteRequest(urn=urn("Backup"), id=made.id, properties=made.properties)
    )
    assert service.backups() == set()


def test_a_preview_makes_nothing_and_knows_only_the_inputs(
    plugin: Plugin, service: Service
) -> None:
    service.index()
    plugin.configure()
    shown = plain(plugin.create("Backup", {"indexName": "products"}, preview=True).properties)
    assert shown["indexName"] == "products"
    assert shown["backupId"] == shown["status"] == UNKNOWN_TEXT
    assert service.backups() == set()


def test_a_secret_input_is_secret_in_inputs_and_outputs(plugin: Plugin, service: Service) -> None:
    service.index()
    plugin.configure()
    hidden = {SIGNATURE: SECRET, "value": "who reads this"}
    news = {"indexName": "products", "description": hidden}
    assert plain(plugin.check("Backup", news).inputs)["description"] == hidden
    made = plugin.create("Backup", news)
    assert plain(made.properties)["description"] == hidden
    read = plugin.read("Backup", made.id, properties=made.properties, inputs=struct(news))
    assert plain(read.properties)["description"] == hidden
    assert plain(read.inputs)["description"] == hidden


def test_problems_are_told_together_and_name_no_property_to_the_engine(plugin: Plugin) -> None:
    plugin.configure()
    failures = plugin.check("RestoredIndex", {"allowEmpty": "x", "sampleTolerance": 2.0}).failures
    assert {failure.property for failure in failures} == {""}
    texts = " ".join(failure.reason for failure in failures)
    assert "`allowEmpty` must be true or false" in texts
    assert "`sampleTolerance` must be a share" in texts


def test_a_failed_restore_is_kept_with_its_id_and_reason(plugin: Plugin, service: Service) -> None:
    service.index()
    plugin.configure()
    backup = service.call("POST", "/indexes/products/backups", {})["backup_id"]
    service.emulator.add_fault("create_index_from_backup_operation", "fail_job")
    with pytest.raises(grpc.RpcError) as caught:
        plugin.create("RestoredIndex", {"backupId": backup})
    partial = kept(caught.value)
    assert partial.id == plain(partial.properties)["name"]
    assert plain(partial.properties)["status"] == "InitializationFailed"
    assert "the next `pulumi up` removes the failed index" in partial.reasons[0]


def test_an_unready_index_is_read_as_unhealthy_with_its_inputs(
    plugin: Plugin, service: Service
) -> None:
    service.index()
    plugin.configure()
    backup = service.call("POST", "/indexes/products/backups", {})["backup_id"]
    made = plugin.create("RestoredIndex", {"backupId": backup})
    service.call("DELETE", f"/indexes/{made.id}")
    wait_until(lambda: made.id not in service.indexes(), "the end of the index")
    body = {"name": made.id, "tags": {"pulumi-owner": plain(made.properties)["ownerMark"]}}
    service.emulator.add_fault("create_index_from_backup_operation", "never_finish")
    service.call("POST", f"/backups/{backup}/create-index", body)
    inputs = plugin.check("RestoredIndex", {"backupId": backup}).inputs
    with pytest.raises(grpc.RpcError) as caught:
        plugin.read("RestoredIndex", made.id, properties=made.properties, inputs=inputs)
    partial = kept(caught.value)
    assert plain(partial.inputs)["backupId"] == backup
    assert "goes on waiting" in partial.reasons[0]


def test_an_object_that_is_gone_has_no_id(plugin: Plugin, service: Service) -> None:
    service.index()
    plugin.configure()
    made = plugin.create("Backup", {"indexName": "products"})
    service.call("DELETE", f"/backups/{made.id}")
    wait_until(lambda: not service.backups(), "the end of the backup")
    gone = plugin.read("Backup", made.id, properties=made.properties)
    assert gone.id == ""
    with pytest.raises(grpc.RpcError) as caught:
        plugin.read("Backup", "no-such-backup")
    assert "backup `no-such-backup` was not found" in caught.value.details()


def test_what_is_only_known_by_its_id_is_told_as_a_program_would_declare_it(
    plugin: Plugin, service: Service
) -> None:
    service.index()
    plugin.configure()
    backup = service.call("POST", "/indexes/products/backups", {"name": "by-hand"})["backup_id"]
    inputs = plain(plugin.read("Backup", backup).inputs)
    assert inputs == {"indexName": "products", "name": "by-hand", "wait": True}
    body = {
        "name": "by-hand",
        "schedule": {"type": "time-based", "frequency": "daily"},
        "retention": {"expire_after_days": 7},
    }
    schedule = service.call("POST", "/indexes/products/backup-schedules", body)["schedule_id"]
    found = plain(plugin.read("BackupSchedule", schedule).inputs)
    assert found["indexName"] == "products"
    assert found["retentionDays"] == 7
    with pytest.raises(grpc.RpcError) as caught:
        plugin.read("RestoreDrill", "drill")
    assert "cannot be read by an id" in caught.value.details()


def test_functions_find_backups_and_jobs(plugin: Plugin, service: Service) -> None:
    service.index()
    plugin.configure()
    backup = service.call("POST", "/indexes/products/backups", {})["backup_id"]
    assert plugin.invoke("getBackup", {"backupId": backup})["isReady"] is True
    assert plugin.invoke("getLatestBackup", {"indexName": "products"})["backupId"] == backup
    rows = plugin.invoke("listBackups", {"indexName": "products"})["backups"]
    assert [row["backupId"] for row in rows] == [backup]
    job = service.call("POST", f"/backups/{backup}/create-index", {"name": "copy"})
    found = plugin.invoke("getRestoreJob", {"restoreJobId": job["restore_job_id"]})
    assert found["targetIndexName"] == "copy"
    jobs = plugin.invoke("listRestoreJobs", {})["restoreJobs"]
    assert [row["restoreJobId"] for row in jobs] == [job["restore_job_id"]]


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("getBackup", {}, "`getBackup` needs `backupId`"),
        ("getBackup", {"backupId": "b", "index": "x"}, "`getBackup` does not take `index`"),
        ("getLatestBackup", {"indexName": "none"}, "There is no backup of an index named `none`"),
        ("getBackup", {"backupId": 5}, "`backupId` of `getBackup` must be a string"),
        (
            "getLatestBackup",
            {"indexName": "i", "maxAge": "1h"},
            "`getLatestBackup` must be a number",
        ),
        ("listBackups", {"includeDeleted": "no"}, "`listBackups` must be a boolean"),
        ("listRestoreJobs", {"indexName": "i"}, "does not take `indexName`: it takes nothing"),
        ("getNothing", {}, "is not a function of this plugin"),
    ],
)
def test_a_wrong_call_of_a_function_is_one_clear_line(
    plugin: Plugin, name: str, arguments: dict[str, Any], text: str
) -> None:
    plugin.configure()
    with pytest.raises(grpc.RpcError) as caught:
        plugin.invoke(name, arguments)
    assert text in caught.value.details()
    assert "Traceback" not in caught.value.details()


def test_a_key_is_secret_in_the_state_however_it_was_given(plugin: Plugin) -> None:
    hidden = {SIGNATURE: SECRET, "value": "a-key"}
    for given in ("a-key", hidden):
        news = struct({"apiKey": given, "host": "https://a.example"})
        checked = plugin.stub.CheckConfig(provider_pb2.CheckRequest(news=news))
        assert plain(checked.inputs) == {"apiKey": hidden, "host": "https://a.example"}


def test_what_was_asked_with_a_secret_is_answered_as_one(plugin: Plugin, service: Service) -> None:
    service.index()
    plugin.configure()
    service.call("POST", "/indexes/products/backups", {})
    hidden = {SIGNATURE: SECRET, "value": "products"}
    answer = plugin.invoke("getLatestBackup", {"indexName": hidden})
    assert answer["sourceIndexName"] == hidden


def test_secret_tags_stay_secret_when_the_program_leaves_them_out(
    plugin: Plugin, service: Service
) -> None:
    service.index()
    plugin.configure()
    backup = service.call("POST", "/indexes/products/backups", {})["backup_id"]
    hidden = {SIGNATURE: SECRET, "value": {"team": "hush"}}
    made = plugin.create("RestoredIndex", {"backupId": backup, "tags": hidden})
    news = plugin.check("RestoredIndex", {"backupId": backup}, plain(made.properties))
    updated = plugin.stub.Update(
        provider_pb2.UpdateRequest(
            urn=urn("RestoredIndex"), id=made.id, olds=made.properties, news=news.inputs
        )
    )
    assert plain(updated.properties)["effectiveTags"] == hidden


@pytest.mark.parametrize("mode", ["ENFORCE", "DISABLE", "PROPOSE"])
def test_names_that_the_engine_asks_for_are_taken_and_nothing_is_deleted_first(
    plugin: Plugin, service: Service, mode: str
) -> None:
    service.index()
    plugin.configure()
    options = provider_pb2.CheckRequest.AutonamingOptions
    request = provider_pb2.CheckRequest(
        urn=urn("Backup"),
        news=struct({"indexName": "products"}),
        autonaming=options(proposed_name="proposed", mode=options.Mode.Value(mode)),
    )
    checked = plugin.stub.Check(request)
    if mode == "DISABLE":
        assert "turns automatic names off" in checked.failures[0].reason
        return
    assert (plain(checked.inputs)["name"] == "proposed") == (mode == "ENFORCE")
    made = plugin.stub.Create(
        provider_pb2.CreateRequest(urn=urn("Backup"), properties=checked.inputs)
    )
    request.olds.CopyFrom(checked.inputs)
    request.autonaming.proposed_name = "another"
    unchanged = plugin.stub.Check(request)
    assert plain(unchanged.inputs)["name"] == plain(checked.inputs)["name"]
    request.news.update({"triggers": ["other"]})
    again = plugin.stub.Check(request)
    with pytest.raises(grpc.RpcError) as caught:
        plugin.stub.Diff(
            provider_pb2.DiffRequest(
                urn=urn("Backup"), id=made.id, olds=made.properties, news=again.inputs
            )
        )
    assert "pulumi:autonaming.providers.pinecone-backup.mode" in caught.value.details()
