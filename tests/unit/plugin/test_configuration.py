"""A provider's configuration: wrong values are told without them, unknown ones not guessed."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_pinecone_backup.engine.unknowns import UNKNOWN
from pulumi_pinecone_backup.plugin.configuration import problems, stack_settings


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"apiKey": "not a key"}, "The API key in `pinecone-backup:apiKey` holds blanks"),
        ({"host": "http://example.com"}, "https"),
        ({"host": "ftp://example.com/x"}, "is not the address of a service"),
        ({"apiVersion": "1999-01"}, "1999-01"),
        ({"allowHttp": "perhaps"}, "`pinecone-backup:allowHttp` must be `true` or `false`"),
        ({"preflight": "perhaps"}, "`pinecone-backup:preflight` must be `true` or `false`"),
        ({"dataPlaneHosts": "https://x/y"}, "must be domains with commas between them"),
        ({"apiVersoin": "2026-07"}, "did you mean `pinecone-backup:apiVersion`?"),
    ],
)
def test_a_wrong_value_is_told_with_what_to_do(given: dict[str, Any], text: str) -> None:
    (told,) = problems(given)
    assert text in told
    assert "not a key" not in told


def test_every_wrong_value_is_told_at_once() -> None:
    assert len(problems({"apiVersion": "1999-01", "allowHttp": "x", "preflight": "y"})) == 3


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"apiKey": "k", "host": "https://api.pinecone.io", "apiVersion": "2026-07"},
        {"host": "http://10.0.0.1:5081", "allowHttp": True},
        {"host": "http://10.0.0.1:5081", "allowHttp": "true"},
        {"dataPlaneHosts": '["vectors.example.com", "10.0.0.7"]'},
        {"apiKeyEnv": "PINECONE_API_KEY_EU", "preflight": False},
        {"apiKey": UNKNOWN, "host": UNKNOWN},
        {"version": "1.2.3", "pluginDownloadURL": "x"},
    ],
)
def test_a_right_configuration_is_taken(given: dict[str, Any]) -> None:
    assert problems(given) == []


def test_what_is_unknown_or_blank_is_left_out() -> None:
    assert stack_settings({"host": UNKNOWN, "apiKey": " ", "apiVersion": "2026-07"}) == {
        "pinecone-backup:apiVersion": "2026-07",
    }


def test_a_project_of_the_packages_name_has_settings_of_its_own() -> None:
    urn = "urn:pulumi:test::pinecone-backup::pulumi:providers:pinecone-backup::default"
    assert problems({"indexName": "products"}, urn) == []
    assert problems({"indexName": "products"}, urn.replace("::pinecone-backup::", "::shop::")) != []


def test_values_are_those_of_the_stack() -> None:
    given = {"allowHttp": True, "dataPlaneHosts": ["a.example", "b.example"], "version": "1"}
    assert stack_settings(given) == {
        "pinecone-backup:allowHttp": "true",
        "pinecone-backup:dataPlaneHosts": "a.example,b.example",
    }
