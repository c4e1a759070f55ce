"""The emulator over HTTP: authentication, faults, errors and routing; all state is elsewhere."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from pulumi_pinecone_backup.emulator.call import Call, Operation
from pulumi_pinecone_backup.emulator.control.routes import CONTROL_PLANE
from pulumi_pinecone_backup.emulator.data.routes import DATA_PLANE
from pulumi_pinecone_backup.emulator.state.faults import Fault
from pulumi_pinecone_backup.emulator.state.problems import (
    ServiceError,
    invalid,
    not_found,
    permission_denied,
    unstored,
)
from pulumi_pinecone_backup.emulator.state.settings import may
from pulumi_pinecone_backup.emulator.state.state import State, project_of
from pulumi_pinecone_backup.emulator.state.vanishing import vanish
from pulumi_pinecone_backup.emulator.state.versions import NEWEST, VERSIONS, ApiVersion
from pulumi_pinecone_backup.emulator.web import admin
from pulumi_pinecone_backup.emulator.web.answers import planned, refusal, rendered, spoiled
from pulumi_pinecone_backup.emulator.web.connections import Dripping, Dropped
from pulumi_pinecone_backup.emulator.web.reading import read_limited

OPERATIONS: tuple[Operation, ...] = (*CONTROL_PLANE, *DATA_PLANE)
OPERATION_IDS = frozenset(operation.id for operation in OPERATIONS)

_NO_QUERY = QueryParams()

Endpoint = Callable[[Request], Awaitable[Response]]


class Service:
    """What the endpoints share."""

    def __init__(
        self, state: State, api_keys: tuple[str, ...], log: Callable[[str], None] | None = None
    ) -> None:
        self.state = state
        self.api_keys = frozenset(api_keys)
        self.log = log
        # Set once the server listens; without it, clients are told the address they came to.
        self.public_url: str | None = None

    def base_url(self, request: Request) -> str:
        """Return where this client reaches the emulator."""
        return self.public_url or f"http://{request.headers.get('host', 'localhost')}"

    def endpoint(self, operations: Mapping[str, Operation]) -> Endpoint:
        """Return the endpoint that serves a path's operations, by their methods."""

        async def serve(request: Request) -> Response:
            operation = operations.get(request.method)
            if operation is None:
                raise HTTPException(405, headers={"Allow": ", ".join(operations)})
            return await self._serve(operation, request)

        return serve

    async def _serve(self, operation: Operation, request: Request) -> Response:
        path = request.scope["path"]
        with self.state.lock:
            fault = self.state.faults.take(operation.id, path)
        if fault and fault.kind == "delay":
            try:
                await asyncio.sleep(fault.seconds or 0.0)
            except asyncio.CancelledError:
                return Dropped()  # The emulator stops; nobody gets an answer any more.
        response: Response
        if fault and fault.kind == "drop_before":
            response = Dropped()
        elif fault and fault.kind == "status" and not fault.after:
            response = planned(fault)
        else:
            response = await self._answer(operation, request, fault)
            if fault and fault.kind == "drop_after":
                response = Dropped()
            elif fault and fault.kind == "status":
                response = planned(fault)
            elif fault and fault.kind == "drip":
                response = Dripping(response, fault.seconds or 0.0)
            elif fault:
                response = spoiled(response, fault)
        self._note(operation, request, response)
        return response

    def _note(self, operation: Operation, request: Request, response: Response) -> None:
        status = None if isinstance(response, Dropped) else response.status_code
        path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
        state = self.state
        with state.lock:
            state.journal.request(
                state.clock.now(), operation.id, request.method, path, query, status
            )
        if self.log:
            self.log(f"{request.method} {path} {operation.id} {status or 'dropped'}")

    async def _answer(
        self, operation: Operation, request: Request, fault: Fault | None
    ) -> Response:
        version = VERSIONS.get(request.headers.get("x-pinecone-api-version", ""))
        try:
            body = await read_limited(request)
            with self.state.lock:
                self.state.settle()
                call = self._call(operation, request, version, body, fault)
                if fault and fault.kind == "vanish":
                    (identifier,) = call.parameters.values()
                    vanish(self.state, call.project, operation.id, identifier)
                answer = operation.run(call)
                response = rendered(answer)
        except ServiceError as error:
            return refusal(error, operation, version)
        except sqlite3.Error as error:
            return refusal(unstored(error), operation, version)
        return response

    def _call(
        self,
        operation: Operation,
        request: Request,
        version: ApiVersion | None,
        body: bytes,
        fault: Fault | None,
    ) -> Call:
        key = request.headers.get("api-key", "")
        if key not in self.api_keys:
            raise ServiceError(401, "UNAUTHENTICATED", "Invalid API Key")
        asked = request.headers.get("x-pinecone-api-version")
        if version is None:
            if asked is None and operation.plane == "control":
                raise invalid("The header X-Pinecone-Api-Version is required")
            if asked is not None:
                raise invalid(
                    f"Invalid API version: {asked}. Supported versions are: {', '.join(VERSIONS)}"
                )
        if operation.feature and not getattr(version, operation.feature):
            raise not_found(request.scope["path"])
        role = self.state.settings.roles.get(key)
        if role is not None and not may(role, operation.permission):
            raise permission_denied(f"Permission {operation.permission} is required")
        if fault and fault.kind == "hide" and operation.id.startswith("describe"):
            raise not_found(request.scope["path"].rsplit("/", 1)[-1])
        return Call(
            state=self.state,
            version=version or NEWEST,
            project=project_of(key),
            base_url=self.base_url(request),
            parameters=request.path_params,
            query=request.query_params if request.scope["query_string"] else _NO_QUERY,
            body=body,
            fault=fault,
        )


async def _http_error(request: Request, error: Exception) -> Response:
    del request
    status = error.status_code if isinstance(error, HTTPException) else 500
    code, message = {
        404: ("NOT_FOUND", "There is no such path"),
        405: ("UNIMPLEMENTED", "The method is not allowed for this path"),
    }.get(status, ("UNKNOWN", "The request cannot be served"))
    response = refusal(ServiceError(status, code, message), None, None)
    headers = error.headers if isinstance(error, HTTPException) else None
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


async def _gone(request: Request, error: Exception) -> Response:
    del request, error
    return Response(status_code=400)


def create_app(service: Service) -> Starlette:
    """Return the application that serves a state."""
    paths: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        prefix = "/data/{host}" if operation.plane == "data" else ""
        paths.setdefault(prefix + operation.path, {})[operation.method] = operation
    routes = [
        Route(path, service.endpoint(operations), methods=list(operations))
        for path, operations in paths.items()
    ]
    routes.extend(admin.routes(service.state, OPERATION_IDS))
    return Starlette(
        routes=routes,
        exception_handlers={HTTPException: _http_error, ClientDisconnect: _gone},
    )
