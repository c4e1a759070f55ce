"""The pack on the real engine: it stops what is wrong, corrects what it may, and never aborts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.live_service import Service
from support.pulumi_stack import Stack

pytestmark = pytest.mark.engine

Under = Callable[..., list[str]]

BARE = """
    backup = Backup("nightly", index_name="products")
    RestoredIndex("recovered", backup_id=backup.id)
"""


def test_an_unprotected_untagged_restore_fails_the_preview_under_strict(
    stack: Stack, service: Service, under: Under
) -> None:
    service.index("products")
    stack.program(BARE)
    result = stack.preview(*under("strict"), code=1)
    assert 'RestoredIndex "recovered": `deletion_protection` is not set; want "enabled"' in (
        result.text
    )
    assert 'RestoredIndex "recovered": `tags["environment"]` is not set; want one of' in result.text
    assert "[mandatory]" in result.text
    assert service.backups() == set()


def test_remediation_protects_and_tags_and_the_next_up_changes_nothing(
    stack: Stack, service: Service, under: Under
) -> None:
    service.index("products", tags={"cost": "42"})
    stack.program(BARE)
    stack.up(*under("remediate"))
    live = service.call("GET", f"/indexes/{stack.outputs('recovered')['name']}")
    assert live["deletion_protection"] == "enabled"
    owner = live["tags"].pop("pulumi-owner")
    assert owner
    assert live["tags"] == {"cost": "42", "environment": "production", "owner": "platform"}
    stack.unchanged(*under("remediate"))
    stack.refresh("--expect-no-changes")
    stack.unchanged(*under("remediate"))


def test_a_replacement_under_remediation_needs_the_documented_exemption(
    stack: Stack, service: Service, under: Under
) -> None:
    service.index("products")
    program = 'RestoredIndex("recovered", backup_id=Backup("b", index_name="products").id, {})'
    stack.program(program.format(""))
    stack.up(*under("remediate"))
    first = stack.outputs("recovered")["name"]
    exempt = {
        "deletion-protection-enabled": {"enforcementLevel": "remediate", "except": ["recovered"]}
    }
    stack.program(program.format('deletion_protection="disabled"'))
    stack.up(*under(exempt))
    stack.program(program.format('deletion_protection="disabled", triggers=["again"]'))
    stack.up(*under(exempt))
    stack.program(program.format('triggers=["again"]'))
    stack.up(*under("remediate"))
    assert first not in service.indexes()
    live = service.call("GET", f"/indexes/{stack.outputs('recovered')['name']}")
    assert live["deletion_protection"] == "enabled"


def test_secrets_unknown_values_and_the_handler_survive_a_remediation(
    stack: Stack, service: Service, under: Under
) -> None:
    service.index("products")
    stack.program(
        """
        backup = Backup("nightly", index_name="products")
        RestoredIndex(
            "recovered",
            backup_id=backup.id,
            tags={"token": pulumi.Output.secret("hush-hush"), "from": backup.backup_id},
            triggers=[backup.created_at],
        )
        """
    )
    preview = stack.preview(*under("remediate"))
    update = stack.up(*under("remediate"))
    assert "hush-hush" not in preview.text + update.text
    state = stack.resources()["recovered"]
    assert "hush-hush" not in str(state)
    live = service.call("GET", f"/indexes/{state['id']}")
    assert live["tags"]["token"] == "hush-hush"
    assert live["tags"]["from"] == state["inputs"]["backup_id"]
    assert live["tags"]["environment"] == "production"
    assert state["inputs"]["__provider"] == state["outputs"]["__provider"] != ""
    stack.unchanged(*under("remediate"))
    stack.refresh("--expect-no-changes")


def test_unknown_values_do_not_end_a_preview_and_are_judged_in_the_update(
    stack: Stack, service: Service, under: Under
) -> None:
    service.index("products")
    stack.program(
        """
        backup = Backup("nightly", index_name="products")
        RestoredIndex(
            "recovered",
            backup_id=backup.id,
            on_backup_change="replace",
            deletion_protection=backup.status.apply(lambda status: "disabled"),
        )
        """
    )
    strict = {"deletion-protection-enabled": "mandatory", "name-pattern": "mandatory"}
    preview = stack.preview(*under(strict))
    assert "`deletion_protection` is not known before `pulumi up`" in preview.text
    assert "[mandatory]" not in preview.text
    update = stack.up(*under(strict), code=None)
    assert update.code != 0
    assert '`deletion_protection` is "disabled"; want "enabled"' in update.text
    assert service.indexes() == {"products"}


def test_stack_rules_judge_the_outputs_of_an_update(
    stack: Stack, service: Service, under: Under
) -> None:
    service.index("products")
    stack.program(BARE)
    limits = {
        "restore-verified": "mandatory",
        "restore-objectives": {"enforcementLevel": "mandatory", "max_rpo_seconds": 1e-9},
    }
    result = stack.up(*under(limits), code=None)
    assert result.code != 0
    assert "`rpo_seconds` is" in result.text
    assert "restore-verified" not in result.text
    assert stack.outputs("recovered")["status"]


def test_a_misspelt_rule_and_setting_are_reported(stack: Stack, under: Under) -> None:
    configuration = {
        "known-configuration": "mandatory",
        "tag-fromat": "mandatory",
        "required-tags": {"tag": {"owner": {}}},
    }
    result = stack.preview(*under(configuration), code=1)
    assert "there is no rule `tag-fromat`; did you mean `tag-format`?" in result.text
    assert "there is no setting `required-tags.tag`; did you mean `tags`?" in result.text


def test_without_configuration_everything_is_advice(
    stack: Stack, service: Service, under: Under
) -> None:
    service.index("products")
    stack.program(BARE)
    result = stack.up(*under())
    assert "[advisory]" in result.text
    assert "[mandatory]" not in result.text


def test_what_is_only_read_is_not_judged(
    new_stack: Callable[..., Stack], service: Service, under: Under
) -> None:
    service.index("products")
    owner = new_stack()
    owner.program(BARE)
    owner.up()
    restored, backup = owner.resources()["recovered"], owner.resources()["nightly"]
    reader = new_stack("reader")
    reader.program(
        f"""
        RestoredIndex.get("theirs", "{restored["id"]}")
        Backup.get("their-backup", "{backup["id"]}")
        """
    )
    everything = {"all": "mandatory", "newest-backup-max-age": {"max_age_hours": 1e-9}}
    result = reader.up(*under(everything))
    assert "[mandatory]" not in result.text


def test_a_schedule_is_raised_and_the_next_up_changes_nothing(
    stack: Stack, service: Service, under: Under
) -> None:
    service.index("products")
    stack.program(
        'BackupSchedule("s", index_name="products", frequency="monthly", retention_days=3)'
    )
    stack.up(*under("remediate"))
    live = service.call("GET", f"/backup-schedules/{stack.resources()['s']['id']}")
    assert live["frequency"] == "daily"
    assert live["retention_expire_after_days"] == 14
    stack.unchanged(*under("remediate"))
    stack.refresh("--expect-no-changes")


def test_a_restore_without_proof_is_corrected_and_proven(
    stack: Stack, service: Service, under: Under
) -> None:
    service.index("products")
    stack.program(
        """
        backup = Backup("nightly", index_name="products")
        RestoredIndex("recovered", backup_id=backup.id, verify="none", wait=False)
        """
    )
    stack.up(*under({"restore-verification-required": "remediate"}))
    rows = {row["name"]: row["result"] for row in stack.outputs("recovered")["verification"]}
    assert rows["record_count"] == "passed"
    stack.unchanged(*under({"restore-verification-required": "remediate"}))


@pytest.mark.parametrize(
    ("configuration", "text"),
    [
        ({"tag-fromat": {"values": "latest"}}, 'invalid enforcement level ""'),
        ({"restore-objectives": {"max_rpo_seconds": "a day"}}, "max_rpo_seconds"),
        ({"name-pattern": {"types": ["Bucket"]}}, "types"),
        ({"tag-format": "strict"}, "is not a valid enforcement level"),
    ],
)
def test_what_the_engine_itself_refuses_in_a_configuration(
    stack: Stack, under: Under, configuration: dict[str, object], text: str
) -> None:
    result = stack.preview(*under(configuration), code=None)
    assert result.code != 0
    assert text in result.text
