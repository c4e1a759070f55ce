from __future__ import annotations

import pytest
from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.service.hosts import check_transport_security
from pulumi_pinecone_backup.service.settings import Settings

KEY = "pcsk_3aB9x_secretsecret"
OTHER_KEY = "pcsk_7Qw2y_othersecret"
ENVIRON = {"PINECONE_API_KEY": KEY}


def _refusal(config: dict[str, str], environ: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        Settings.resolve(config, environ)
    assert KEY not in str(caught.value)
    return str(caught.value)


def test_without_anything_but_a_key_the_defaults_apply() -> None:
    settings = Settings.resolve({}, ENVIRON)
    assert settings.host == "https://api.pinecone.io"
    assert settings.api_version == "2026-07"
    assert (settings.allow_http, settings.preflight) == (False, True)
    assert settings.fallback_api_key is None


@pytest.mark.parametrize(
    ("config", "environ", "source"),
    [
        (
            {"pinecone-backup:apiKey": KEY, "pinecone:apiKey": OTHER_KEY},
            {"PINECONE_API_KEY": OTHER_KEY},
            "pinecone-backup:apiKey",
        ),
        ({"pinecone:apiKey": KEY}, {"PINECONE_API_KEY": OTHER_KEY}, "pinecone:apiKey"),
        ({}, {"PINECONE_API_KEY": KEY}, "PINECONE_API_KEY"),
        ({"pinecone-backup:apiKey": "  "}, {"PINECONE_API_KEY": KEY + "\n"}, "PINECONE_API_KEY"),
    ],
)
def test_the_first_place_with_a_key_wins(
    config: dict[str, str], environ: dict[str, str], source: str
) -> None:
    settings = Settings.resolve(config, environ)
    assert settings.api_key.get_secret_value() == KEY
    assert settings.api_key_source == source


@pytest.mark.parametrize("name", ["pinecone-backup:apiKey", "pinecone:apiKey"])
def test_a_key_of_the_stack_has_the_one_of_the_environment_as_fallback(name: str) -> None:
    settings = Settings.resolve({name: KEY}, {"PINECONE_API_KEY": OTHER_KEY})
    assert settings.fallback_api_key is not None
    assert settings.fallback_api_key.get_secret_value() == OTHER_KEY


def test_the_same_key_twice_is_no_fallback() -> None:
    assert Settings.resolve({"pinecone:apiKey": KEY}, ENVIRON).fallback_api_key is None


def test_a_missing_key_names_all_three_places() -> None:
    assert _refusal({}, {}) == (
        "No Pinecone API key: run `pulumi config set --secret pinecone-backup:apiKey`, or set "
        "`pinecone:apiKey`, or the environment variable `PINECONE_API_KEY`."
    )


@pytest.mark.parametrize("key", ["two words", "schlüssel", "line\nbreak"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(key: str) -> None:
    text = _refusal({"pinecone:apiKey": key}, {})
    assert text == (
        "The API key in `pinecone:apiKey` holds blanks or characters that no key has: set it again."
    )


@pytest.mark.parametrize(
    ("config", "environ", "host"),
    [
        ({"pinecone-backup:host": "https://a.example/"}, {}, "https://a.example"),
        ({}, {"PINECONE_CONTROLLER_HOST": "b.example"}, "https://b.example"),
        (
            {"pinecone-backup:host": "a.example"},
            {"PINECONE_CONTROLLER_HOST": "b.example"},
            "https://a.example",
        ),
        ({"pinecone-backup:host": "http://127.0.0.1:5081"}, {}, "http://127.0.0.1:5081"),
        ({"pinecone-backup:host": "http://[::1]:5081"}, {}, "http://[::1]:5081"),
        ({"pinecone-backup:host": "http://localhost:5081"}, {}, "http://localhost:5081"),
        (
            {"pinecone-backup:host": "http://a.example", "pinecone-backup:allowHttp": "true"},
            {},
            "http://a.example",
        ),
        (
            {"pinecone-backup:host": "http://a.example"},
            {"PINECONE_ALLOW_HTTP": "1"},
            "http://a.example",
        ),
    ],
)
def test_the_host_comes_from_the_stack_and_then_from_the_environment(
    config: dict[str, str], environ: dict[str, str], host: str
) -> None:
    assert Settings.resolve(config, {**ENVIRON, **environ}).host == host


def test_plain_http_to_another_machine_is_refused() -> None:
    assert _refusal({"pinecone-backup:host": "http://a.example"}, ENVIRON) == (
        "`a.example` would get the API key over plain http: use https, or set "
        "`pinecone-backup:allowHttp` to `true` (or `PINECONE_ALLOW_HTTP=1`) to accept that."
    )


def test_a_name_that_only_looks_like_loopback_is_another_machine() -> None:
    with pytest.raises(ConfigurationError, match=r"localhost\.a\.example"):
        check_transport_security("http://localhost.a.example", allow_http=False)


@pytest.mark.parametrize(
    "host",
    [
        "ftp://a.example",
        "https://",
        "https://user:secret@a.example",
        "https://a.example:port",
        "https://a.example?x=1",
        "https://a.example#x",
    ],
)
def test_a_host_that_is_no_address_is_refused_without_repeating_it(host: str) -> None:
    assert _refusal({}, {**ENVIRON, "PINECONE_CONTROLLER_HOST": host}) == (
        "`PINECONE_CONTROLLER_HOST` is not the address of a service: give it as `https://NAME` or "
        "`http://127.0.0.1:PORT`, without user, password, query and fragment."
    )


@pytest.mark.parametrize(
    ("config", "environ"),
    [
        ({"pinecone-backup:apiVersion": "2025-04"}, {}),
        ({}, {"PINECONE_API_VERSION": "2025-04"}),
        ({"pinecone-backup:apiVersion": "2025-04"}, {"PINECONE_API_VERSION": "2025-10"}),
    ],
)
def test_the_version_comes_from_the_stack_and_then_from_the_environment(
    config: dict[str, str], environ: dict[str, str]
) -> None:
    assert Settings.resolve(config, {**ENVIRON, **environ}).api_version == "2025-04"


def test_an_unknown_version_lists_the_known_ones() -> None:
    text = _refusal({"pinecone-backup:apiVersion": "2026-08"}, ENVIRON)
    assert text.startswith("API version `2026-08` is not supported: use one of `2025-04`, ")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("FALSE", False), ("0", False)])
def test_preflight_can_be_turned_off(text: str, value: bool) -> None:
    assert Settings.resolve({"pinecone-backup:preflight": text}, ENVIRON).preflight is value


def test_a_flag_that_is_neither_true_nor_false_is_refused() -> None:
    text = _refusal({"pinecone-backup:allowHttp": "maybe"}, ENVIRON)
    assert text == "`pinecone-backup:allowHttp` must be `true` or `false`."


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("pinecone-backup:apikey", "did you mean `pinecone-backup:apiKey`?"),
        ("pinecone-backup:apiVerison", "did you mean `pinecone-backup:apiVersion`?"),
        ("pinecone-backup:allow_http", "did you mean `pinecone-backup:allowHttp`?"),
        (
            "pinecone-backup:zzz",
            "there are `pinecone-backup:apiKey`, `pinecone-backup:host`, "
            "`pinecone-backup:apiVersion`, `pinecone-backup:allowHttp`, "
            "`pinecone-backup:preflight`, `pinecone-backup:dataPlaneHosts`, "
            "`pinecone-backup:apiKeyEnv`.",
        ),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_right_name(key: str, hint: str) -> None:
    assert _refusal({key: KEY}, ENVIRON) == f"`{key}` is not a setting: {hint}"


def test_keys_of_other_namespaces_are_not_ours() -> None:
    config = {"aws:region": "eu-west-1", "pinecone:apiKeyy": "x", "project:apikey": "x"}
    assert Settings.resolve(config, ENVIRON).api_key_source == "PINECONE_API_KEY"


def test_no_key_is_in_the_text_of_settings() -> None:
    settings = Settings.resolve({"pinecone:apiKey": OTHER_KEY}, ENVIRON)
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert KEY not in shown
    assert OTHER_KEY not in shown
