"""Read capacity of a restored index: sent with the restore or by PATCH, read back, converged.

Sources disagree whether a restore honours `read_capacity`, so what is live decides. A PATCH while
the capacity is not Ready is refused with 403, so it is waited for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.comparable import integral
from pulumi_pinecone_backup.errors import JobFailedError, WaitTimeoutError
from pulumi_pinecone_backup.restored_index.properties import RestoredIndexInputs
from pulumi_pinecone_backup.restored_index.restoration import Restoration
from pulumi_pinecone_backup.service.models import IndexModel, ReadCapacityModel
from pulumi_pinecone_backup.waiting.watchers import Absence


def wanted(inputs: RestoredIndexInputs) -> dict[str, Any] | None:
    """Return the capacity that the inputs ask for, as the service takes it; None if unmanaged."""
    if inputs.read_capacity is None:
        return None
    return inputs.read_capacity.model_dump(exclude_none=True)


def live(index: IndexModel) -> dict[str, Any] | None:
    """Return an index's capacity in the shape of the input; None where it is not reported."""
    return None if index.read_capacity is None else _shape(index.read_capacity)


def observed(recorded: Mapping[str, Any], index: IndexModel) -> dict[str, Any] | None:
    """Return the `read_capacity` that a refresh reports: live if managed, else None.

    What was given stays as it was given where it means the same as what is live.
    """
    given: dict[str, Any] | None = recorded.get("read_capacity")
    if given is None:
        return None
    seen = live(index)
    means_the_same = seen is None or seen == _with_defaults(given)
    return given if means_the_same else seen


def unhealthy(inputs: RestoredIndexInputs, index: IndexModel) -> str | None:
    """Return why a managed capacity is not what it should be yet, for a refresh; None if it is."""
    capacity = index.read_capacity
    if inputs.read_capacity is None or capacity is None or capacity.is_ready:
        return None
    if _state(index) == "Error":
        return _error_text(index)
    return f"read capacity of index `{index.name}` is {_state(index)}; `pulumi up` goes on waiting"


def _state(index: IndexModel | None) -> str:
    capacity = index.read_capacity if index else None
    return capacity.status.state if capacity and capacity.status else "unknown"


def _error_text(index: IndexModel) -> str:
    status = index.read_capacity.status if index.read_capacity else None
    reason = (status.error_message if status else None) or "the service gives no reason"
    return (
        f"read capacity of index `{index.name}` is in error: {reason}. The index itself is kept; "
        "correct `read_capacity` and run `pulumi up` again"
    )


def _with_defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    full: dict[str, Any] = integral(given)
    if full.get("dedicated"):
        full["dedicated"] = {"scaling": "Manual", **full["dedicated"]}
    return full


def converge(restoration: Restoration) -> None:
    """Bring the live index to the wanted capacity and wait until it has it.

    Raises:
        JobFailedError: The service reports an error of the capacity.
        WaitTimeoutError: It was still changing at the deadline.
    """
    want, index = wanted(restoration.inputs), restoration.restore.index
    if want is None or index is None:
        return
    if live(index) == want and index.read_capacity and index.read_capacity.is_ready:
        return
    index = _settled(restoration, replaces=want)
    if live(index) != want:
        restoration.client.configure_index(
            restoration.name, read_capacity=want, deployment_type=index.deployment_type
        )
        index = _settled(restoration)
    restoration.restore.index = index


def say_later(restoration: Restoration) -> None:
    """Warn where a restore that is not waited for could not be given its capacity."""
    if wanted(restoration.inputs) is None or restoration.client.supports("restore_read_capacity"):
        return
    messages.warn(
        f"`read_capacity` of index `{restoration.name}` is not set yet: `wait` is False, and API "
        f"version `{restoration.client.api_version.name}` takes it only after the restore. Run "
        "`pulumi up --refresh` once the index is ready",
        restoration.call,
    )


def _settled(restoration: Restoration, *, replaces: dict[str, Any] | None = None) -> IndexModel:
    """Wait until the capacity does not change; an error is no obstacle to what replaces it."""
    absence = Absence(restoration.session.pace, seen=True)

    def ended(look: IndexModel | None) -> IndexModel | None:
        if absence.is_certain(look):
            raise restoration.vanished()
        if look is None:
            return None
        restoration.restore.index = look
        capacity = look.read_capacity
        if capacity is None or capacity.is_ready:
            return look
        if _state(look) == "Error":
            if replaces not in (None, live(look)):
                return look
            raise JobFailedError(_error_text(look), resource_id=look.name, last_status="Error")
        return None

    def show(look: IndexModel | None) -> None:
        restoration.show(f"{_state(look)}: read capacity of {restoration.name}")

    try:
        return restoration.session.watchers().indexes.wait(
            restoration.name, ended, deadline=restoration.deadline, on_look=show
        )
    except WaitTimeoutError as error:
        state = _state(restoration.restore.index)
        raise WaitTimeoutError(
            f"read capacity of index `{restoration.name}` is still {state}: the wait {error}; "
            "`pulumi up` goes on waiting, and `custom_timeouts` allows more time",
            resource_id=restoration.name,
            last_status=state,
        ) from error


def _shape(capacity: ReadCapacityModel) -> dict[str, Any]:
    return _with_defaults(capacity.model_dump(exclude_none=True, exclude={"status"}))
