"""An explicit provider: another key or project beside the stack's own, in one program."""

from __future__ import annotations

import pulumi

from pulumi_pinecone_backup.engine import program
from pulumi_pinecone_backup.service.setting_names import NAMESPACE

_PACKAGE = "pulumi-python"


class Provider(pulumi.ProviderResource):
    """Settings of its own for resources that name it: `opts=ResourceOptions(provider=…)`.

    It is a process of its own, and the stack's configuration does not reach it: what is left out
    here comes from the environment. Components hand it on to their children; functions take it as
    `provider=`.

    Args:
        resource_name: Pulumi name.
        api_key_env: Name of the environment variable that holds the key. It is read where it is
            used, and the key is stored nowhere. No other key counts then.
        host: Address of the control plane.
        api_version: Version of the API.
        allow_http: True accepts plain http beyond this machine.
        preflight: False turns the looks at the service during preview off.
        data_plane_hosts: Domains whose index hosts get the key beside the control plane's own.
        opts: Resource options.

    Raises:
        ProgramError: A setting is an Output; the text says so.

    Example:
        ```python
        import pulumi
        import pulumi_pinecone_backup as pinecone_backup

        eu = pinecone_backup.Provider("eu", api_key_env="PINECONE_API_KEY_EU")
        pinecone_backup.Backup(
            "nightly-eu", index_name="products", opts=pulumi.ResourceOptions(provider=eu)
        )
        ```
    """

    def __init__(
        self,
        resource_name: str,
        *,
        api_key_env: str | None = None,
        host: str | None = None,
        api_version: str | None = None,
        allow_http: bool | None = None,
        preflight: bool | None = None,
        data_plane_hosts: list[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        given = {
            "apiKeyEnv": api_key_env,
            "host": host,
            "apiVersion": api_version,
            "allowHttp": allow_http,
            "preflight": preflight,
            "dataPlaneHosts": None if data_plane_hosts is None else ",".join(data_plane_hosts),
        }
        self._settings = {
            f"{NAMESPACE}:{name}": _text(resource_name, name, value)
            for name, value in given.items()
            if value is not None
        }
        super().__init__(_PACKAGE, resource_name, dict(self._settings), opts)

    def settings(self) -> dict[str, str]:
        """Return the settings by full key, as the stack's configuration would hold them."""
        return dict(self._settings)


def _text(resource_name: str, name: str, value: object) -> str:
    if isinstance(value, pulumi.Output):
        raise program.ProgramError(
            f"`{resource_name}`: `{name}` must be a plain value, not an Output: lookups need it "
            "before anything is deployed"
        )
    return str(value).lower() if isinstance(value, bool) else str(value)
