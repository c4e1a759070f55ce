"""Properties on the wire: secrets, unknown values, names and numbers survive both ways."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from pulumi_pinecone_backup.engine.unknowns import UNKNOWN, is_unknown
from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.plugin.properties import (
    ASSETS,
    SECRET,
    SIGNATURE,
    UNKNOWN_TEXT,
    marshal,
    recorded,
    unmarshal,
)


def struct(**values: Any) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


def secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}


def plain(made: struct_pb2.Struct) -> dict[str, Any]:
    found: dict[str, Any] = json_format.MessageToDict(made)
    return found


def test_names_are_the_models_inside_and_the_schemas_outside() -> None:
    found = unmarshal(struct(backupId="b", readCapacity={"dedicated": {"nodeType": "t1"}}))
    assert found.values == {"backup_id": "b", "read_capacity": {"dedicated": {"node_type": "t1"}}}
    assert plain(marshal(found.values)) == {
        "backupId": "b",
        "readCapacity": {"dedicated": {"nodeType": "t1"}},
    }


@pytest.mark.parametrize("name", ["tags", "triggers", "schema", "embed", "effective_tags"])
def test_names_that_a_user_or_the_service_gave_stay(name: str) -> None:
    value = {"costCenter": "x", "a_b": {"cD": 1.0}}
    assert unmarshal(marshal({name: value})).values == {name: value}


def test_a_secret_is_secret_again_under_every_name_that_it_is_stored_by() -> None:
    news = unmarshal(struct(tags={"team": secret("hush")}, name="open"))
    assert news.values["tags"] == {"team": "hush"}
    assert news.secrets == {"tags"}
    outputs = {"tags": {"team": "hush"}, "effective_tags": {"team": "hush"}, "name": "open"}
    told = plain(marshal(outputs, news.secrets))
    assert told["tags"] == secret({"team": "hush"})
    assert told["effectiveTags"] == secret({"team": "hush"})
    assert told["name"] == "open"


def test_what_is_unknown_stays_unknown_wherever_it_stands() -> None:
    found = unmarshal(struct(backupId=UNKNOWN_TEXT, tags={"a": UNKNOWN_TEXT, "b": "x"}))
    assert is_unknown(found.values["backup_id"])
    assert is_unknown(found.values["tags"]["a"])
    told = plain(marshal({**found.values, "host": UNKNOWN}))
    assert told["backupId"] == told["host"] == told["tags"]["a"] == UNKNOWN_TEXT


def test_an_asset_is_the_hash_of_its_content() -> None:
    asset = {SIGNATURE: sorted(ASSETS)[0], "hash": "ab12", "text": "content"}
    assert unmarshal(struct(triggers=[asset])).values == {"triggers": ["sha256:ab12"]}


def test_an_asset_whose_content_is_not_known_is_refused() -> None:
    remote = {SIGNATURE: sorted(ASSETS)[0], "uri": "https://example.com/x"}
    with pytest.raises(ConfigurationError, match="give its version or its hash"):
        unmarshal(struct(triggers=[remote]))


def test_the_ids_of_secret_checks_are_secret_where_a_verification_tells_them() -> None:
    told = plain(marshal({"verification": [{"name": "query"}]}, {"checks"}))
    assert told["verification"] == secret([{"name": "query"}])


def test_none_and_the_handler_of_the_other_door_are_left_out() -> None:
    assert plain(marshal({"name": None, "__provider": "pickled", "wait": False})) == {"wait": False}


def test_who_an_imported_resource_is_comes_from_its_inputs() -> None:
    outputs, inputs = struct(backupId="b"), struct(identity="0123", name="n", wait=True)
    assert recorded(outputs, inputs).values == {"backup_id": "b", "identity": "0123"}
    own = recorded(struct(identity="own"), inputs)
    assert own.values == {"identity": "own"}
