"""What the service refuses, as one exception with the texts it answers with.

The state raises, the HTTP layer renders. Texts follow what the service is known to say.
"""

from __future__ import annotations


class ServiceError(Exception):
    """A request that the service refuses."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid(message: str) -> ServiceError:
    """Return the error for a value that breaks a rule."""
    return ServiceError(400, "INVALID_ARGUMENT", message)


def unreadable(message: str) -> ServiceError:
    """Return the error for a body that is JSON but not the documented one."""
    return ServiceError(
        422,
        "UNPROCESSABLE_ENTITY",
        f"Failed to deserialize the JSON body into the target type: {message}",
    )


def not_found(what: str) -> ServiceError:
    """Return the error for an object that does not exist in the key's project."""
    return ServiceError(404, "NOT_FOUND", f"Resource {what} not found")


def already_exists() -> ServiceError:
    """Return the error for a name that is taken; the service's text has two spaces."""
    return ServiceError(409, "ALREADY_EXISTS", "Resource  already exists")


def forbidden(message: str) -> ServiceError:
    """Return the error for what quota or protection forbids."""
    return ServiceError(403, "FORBIDDEN", message)


def permission_denied(message: str) -> ServiceError:
    """Return the error for what the plan or the key's role does not include."""
    return ServiceError(403, "PERMISSION_DENIED", message)


def failed_precondition(message: str) -> ServiceError:
    """Return the error for what another object's state does not allow yet."""
    return ServiceError(412, "FAILED_PRECONDITION", message)


def payment_required() -> ServiceError:
    """Return the error for a project whose plan is not paid."""
    return ServiceError(
        402,
        "PAYMENT_REQUIRED",
        "Request failed. The payment for this organization's plan has failed. "
        "Update the payment method to continue.",
    )


def unstored(error: Exception) -> ServiceError:
    """Return the error for a change that the emulator's database did not take."""
    return ServiceError(
        500,
        "INTERNAL",
        f"The emulator could not use its database: {error}. Nothing was changed; "
        "free space on its disk if it is full, then ask again.",
    )


def protected() -> ServiceError:
    """Return the error for an index that deletion protection keeps."""
    return forbidden(
        "Deletion protection is enabled for this index. "
        "Disable deletion protection before retrying."
    )
