"""Where to find the service and with which key: settings from stack configuration, environment.

Values are checked here, before any request. The key is a `SecretStr` from the first moment, and no
text of this module repeats a value that could hold one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, SecretStr

from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.service.hosts import check_transport_security, is_address
from pulumi_pinecone_backup.service.setting_names import NAMESPACE, SECRET_KEYS, STACK_SETTINGS
from pulumi_pinecone_backup.service.versions import DEFAULT_API_VERSION, get_api_version

DEFAULT_HOST: Final = "https://api.pinecone.io"
ENVIRONMENT_API_KEY: Final = "PINECONE_API_KEY"
_API_KEY_SOURCES: Final = (*SECRET_KEYS, ENVIRONMENT_API_KEY)
_HOST_SOURCES: Final = (f"{NAMESPACE}:host", "PINECONE_CONTROLLER_HOST")
_VERSION_SOURCES: Final = (f"{NAMESPACE}:apiVersion", "PINECONE_API_VERSION")
_ALLOW_HTTP_SOURCES: Final = (f"{NAMESPACE}:allowHttp", "PINECONE_ALLOW_HTTP")
_KEY_VARIABLE: Final = f"{NAMESPACE}:apiKeyEnv"
_DATA_PLANE_SOURCES: Final = (f"{NAMESPACE}:dataPlaneHosts", "PINECONE_DATA_PLANE_HOSTS")
_CA_BUNDLES_OF_REQUESTS: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_CA_BUNDLES: Final = (*_CA_BUNDLES_OF_REQUESTS, "SSL_CERT_FILE", "SSL_CERT_DIR")
_PREFLIGHT_SOURCES: Final = (f"{NAMESPACE}:preflight",)
_DOMAIN: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:]*:[0-9a-f:]+")
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})


class Settings(BaseModel):
    """Everything a client needs to know.

    Attributes:
        api_key: The key that requests are signed with.
        api_key_source: Where it came from, for messages: `pinecone-backup:apiKey`,
            `pinecone:apiKey`, `PINECONE_API_KEY`, or the variable that `apiKeyEnv` names.
        host: Base URL of the control plane, without a slash at the end.
        api_version: One of `versions.API_VERSIONS`.
        allow_http: True accepts plain http beyond this machine.
        preflight: False turns the checks against the service at preview off.
        data_plane_hosts: Domains beside the control plane's whose hosts get the key too.
        ca_bundle: File or folder of the certificates to trust, from `SSL_CERT_FILE` or
            `SSL_CERT_DIR`; None where the HTTP library finds them.
        fallback_api_key: `PINECONE_API_KEY`, if the key came from the stack and differs. The
            engine hands `destroy` and `refresh` the configuration of the last `up`, so a key that
            was rotated since is refused there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    api_key: SecretStr
    api_key_source: str
    host: str = DEFAULT_HOST
    api_version: str = DEFAULT_API_VERSION
    allow_http: bool = False
    preflight: bool = True
    data_plane_hosts: tuple[str, ...] = ()
    ca_bundle: str | None = None
    fallback_api_key: SecretStr | None = None

    @classmethod
    def resolve(
        cls,
        config: Mapping[str, str],
        environ: Mapping[str, str],
        *,
        project: str | None = None,
    ) -> Settings:
        """Read settings from the stack's configuration, then from the environment.

        Args:
            config: Values by full key, such as `pinecone-backup:apiKey`.
            environ: Environment variables.
            project: The Pulumi project: one of this package's name has keys of its own.

        Raises:
            ConfigurationError: A value is missing or wrong; the text says what to do.
        """
        if project != NAMESPACE:
            _refuse_unknown_keys(config)
        api_key, source = _api_key(config, environ)
        allow_http = _flag(config, environ, _ALLOW_HTTP_SOURCES, default=False)
        host, host_source = _first(config, environ, _HOST_SOURCES) or (DEFAULT_HOST, "")
        name, _ = _first(config, environ, _VERSION_SOURCES) or (DEFAULT_API_VERSION, "")
        return cls(
            api_key=api_key,
            api_key_source=source,
            host=_checked_host(host, host_source, allow_http=allow_http),
            api_version=get_api_version(name).name,
            allow_http=allow_http,
            preflight=_flag(config, environ, _PREFLIGHT_SOURCES, default=True),
            data_plane_hosts=_data_plane_hosts(config, environ),
            ca_bundle=_ca_bundle(environ),
            fallback_api_key=_fallback(api_key, source, environ) if ":" in source else None,
        )


def has_api_key(config: Mapping[str, str], environ: Mapping[str, str]) -> bool:
    """Return whether a key is set anywhere: a preview goes on without one."""
    return bool(config.get(_KEY_VARIABLE)) or _first(config, environ, _API_KEY_SOURCES) is not None


def _first(
    config: Mapping[str, str], environ: Mapping[str, str], sources: tuple[str, ...]
) -> tuple[str, str] | None:
    """Return the first value that is not blank, and where it was found."""
    for source in sources:
        value = (config if ":" in source else environ).get(source, "").strip()
        if value:
            return value, source
    return None


def _api_key(config: Mapping[str, str], environ: Mapping[str, str]) -> tuple[SecretStr, str]:
    variable = config.get(_KEY_VARIABLE, "").strip()
    if variable:
        value = environ.get(variable, "").strip()
        if not value:
            raise ConfigurationError(
                f"The environment variable `{variable}`, which `{_KEY_VARIABLE}` names (or "
                "`api_key_env` of a `Provider`), holds no API key: set it where Pulumi runs."
            )
        return _checked_key(value, variable), variable
    found = _first(config, environ, _API_KEY_SOURCES)
    if found is None:
        raise ConfigurationError(
            "No Pinecone API key: run `pulumi config set --secret pinecone-backup:apiKey`, "
            "or set `pinecone:apiKey`, or the environment variable `PINECONE_API_KEY`."
        )
    value, source = found
    return _checked_key(value, source), source


def _checked_key(value: str, source: str) -> SecretStr:
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ConfigurationError(
            f"The API key in `{source}` holds blanks or characters that no key has: set it again."
        )
    return SecretStr(value)


def _fallback(api_key: SecretStr, source: str, environ: Mapping[str, str]) -> SecretStr | None:
    value = environ.get(ENVIRONMENT_API_KEY, "").strip()
    if source == ENVIRONMENT_API_KEY or not value or value == api_key.get_secret_value():
        return None
    return _checked_key(value, ENVIRONMENT_API_KEY)


def _flag(
    config: Mapping[str, str],
    environ: Mapping[str, str],
    sources: tuple[str, ...],
    *,
    default: bool,
) -> bool:
    found = _first(config, environ, sources)
    if found is None:
        return default
    value, source = found
    if value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    raise ConfigurationError(f"`{source}` must be `true` or `false`.")


def _data_plane_hosts(config: Mapping[str, str], environ: Mapping[str, str]) -> tuple[str, ...]:
    value, source = _first(config, environ, _DATA_PLANE_SOURCES) or ("", "")
    domains = tuple(part.strip().lower().lstrip("*.") for part in value.split(",") if part.strip())
    if not all(_DOMAIN.fullmatch(domain) for domain in domains):
        raise ConfigurationError(
            f"`{source}` must be domains with commas between them, such as "
            "`vectors.example.com,10.0.0.7`, without scheme, port and path."
        )
    return domains


def _ca_bundle(environ: Mapping[str, str]) -> str | None:
    for name in _CA_BUNDLES:
        path = environ.get(name, "")
        if not path:
            continue
        if not Path(path).exists():
            raise ConfigurationError(
                f"`{name}` names `{path}`, which does not exist: set it to the certificates to "
                "trust, or remove it."
            )
        return None if name in _CA_BUNDLES_OF_REQUESTS else path
    return None


def _checked_host(value: str, source: str, *, allow_http: bool) -> str:
    url = value if "://" in value else f"https://{value}"
    if not is_address(url):
        raise ConfigurationError(
            f"`{source}` is not the address of a service: give it as `https://NAME` or "
            "`http://127.0.0.1:PORT`, without user, password, query and fragment."
        )
    check_transport_security(url, allow_http=allow_http)
    return url.rstrip("/")


def _refuse_unknown_keys(config: Mapping[str, str]) -> None:
    prefix = f"{NAMESPACE}:"
    by_lower = {name.lower(): name for name in STACK_SETTINGS}
    problems = []
    for key in sorted(config):
        name = key.removeprefix(prefix)
        if not key.startswith(prefix) or name in STACK_SETTINGS:
            continue
        near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)
        known = ", ".join(f"`{prefix}{setting}`" for setting in STACK_SETTINGS)
        hint = f"did you mean `{prefix}{by_lower[near[0]]}`?" if near else f"there are {known}."
        problems.append(f"`{key}` is not a setting: {hint}")
    if problems:
        raise ConfigurationError(" ".join(problems))
