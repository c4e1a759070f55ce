"""Every error this package raises.

PineconeBackupError               catch-all
├─ ConfigurationError             before any request
├─ TransportError                 no answer: connection, TLS, timeout
├─ ApiError                       4xx/5xx: status, code, message, method, path, request_id
│  ├─ NotFoundError · ConflictError · PreconditionError · ForbiddenError
├─ InvalidResponseError           2xx, but not the documented shape
└─ JobError                       resource_id, last_status
   ├─ JobFailedError · WaitTimeoutError · VerificationError

The HTTP status picks the class; code and status inside a body never do (a published 409 example
carries `status: 429`). Texts are built where the failure is understood; this module only carries
them.
"""

from __future__ import annotations


class PineconeBackupError(Exception):
    """Base of every error of this package.

    Attributes:
        may_have_happened: True if what was attempted may have taken effect all the same: look
            before doing it again.
    """

    may_have_happened: bool = False


class ConfigurationError(PineconeBackupError):
    """Settings or inputs are wrong; nothing was requested."""


class TransportError(PineconeBackupError):
    """No answer arrived: connection, TLS or timeout.

    Attributes:
        may_have_happened: True if the request may have reached the service and taken effect.
    """

    def __init__(self, message: str, *, may_have_happened: bool = False) -> None:
        super().__init__(message)
        self.may_have_happened = may_have_happened


class ApiError(PineconeBackupError):
    """The service answered with a 4xx or 5xx status.

    Attributes:
        status: HTTP status, the only thing code branches on beside the class.
        code: `error.code` of the body, for people; may be empty.
        message: `error.message` of the body, or the start of an unreadable body.
        method: HTTP method of the request.
        path: Path of the request, without host and query.
        request_id: The service's request id, if it sent one.
        retry_after_seconds: How long the service asked to wait, if it did.
        may_have_happened: True for a 5xx answer to a request that changes something.
    """

    def __init__(
        self,
        text: str,
        *,
        status: int,
        code: str = "",
        message: str = "",
        method: str = "",
        path: str = "",
        request_id: str | None = None,
        retry_after_seconds: float | None = None,
        may_have_happened: bool = False,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.message = message
        self.method = method
        self.path = path
        self.request_id = request_id
        self.retry_after_seconds = retry_after_seconds
        self.may_have_happened = may_have_happened


class NotFoundError(ApiError):
    """404."""


class ConflictError(ApiError):
    """409."""


class PreconditionError(ApiError):
    """412."""


class ForbiddenError(ApiError):
    """403."""


class InvalidResponseError(PineconeBackupError):
    """The service answered 2xx, but not in a documented shape.

    Attributes:
        may_have_happened: True if the request changed something at the service.
    """

    def __init__(self, message: str, *, may_have_happened: bool = False) -> None:
        super().__init__(message)
        self.may_have_happened = may_have_happened


class JobError(PineconeBackupError):
    """A backup, a restore or a verification did not end well.

    Attributes:
        resource_id: Id of the backup, or name of the index.
        last_status: The last status seen.
    """

    def __init__(self, message: str, *, resource_id: str, last_status: str) -> None:
        super().__init__(message)
        self.resource_id = resource_id
        self.last_status = last_status


class JobFailedError(JobError):
    """The service ended the job as failed or cancelled."""


class WaitTimeoutError(JobError):
    """The job was still running when the time was up."""


class VerificationError(JobError):
    """The restored index does not hold what the backup holds."""
