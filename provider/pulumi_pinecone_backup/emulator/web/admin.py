"""The paths under `/_emulator/`, with which tests steer and watch the emulator; no key needed."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pulumi_pinecone_backup.emulator.state import indexes
from pulumi_pinecone_backup.emulator.state.clock import timestamp
from pulumi_pinecone_backup.emulator.state.faults import parse_fault
from pulumi_pinecone_backup.emulator.state.nesting import loads
from pulumi_pinecone_backup.emulator.state.problems import ServiceError, unstored
from pulumi_pinecone_backup.emulator.state.settings import Settings
from pulumi_pinecone_backup.emulator.state.state import State, project_of
from pulumi_pinecone_backup.emulator.web.reading import read_limited

Handler = Callable[[State, dict[str, Any]], Any]

_CAPACITY_STATES = ("Ready", "Scaling", "Migrating", "Error", None)
_INDEX_STATES = (
    "Initializing",
    "InitializationFailed",
    "Failed",
    "ScalingUp",
    "ScalingDown",
    "ScalingUpPodSize",
    "ScalingDownPodSize",
    "Terminating",
    "Ready",
    "Disabled",
)


def change_settings(state: State, changes: dict[str, Any]) -> Settings:
    """Change some settings.

    Raises:
        ValueError: A setting is unknown or its value does not fit.
    """
    try:
        settings = Settings.model_validate(state.settings.model_dump() | changes)
        orjson.dumps(settings.model_dump())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"`{where}`: {first['msg']}") from error
    except TypeError as error:
        raise ValueError(f"The settings cannot be written as JSON: {error}") from error
    state.configure(settings)
    return settings


def _health(state: State, body: dict[str, Any]) -> Any:
    del body
    return {"status": "ok", "time": timestamp(state.clock.now())}


def _requests(state: State, body: dict[str, Any]) -> Any:
    del body
    return state.journal.requests()


def _events(state: State, body: dict[str, Any]) -> Any:
    del body
    state.settle()
    return {"events": state.journal.events()}


def _faults(state: State, body: dict[str, Any]) -> Any:
    del body
    return {"faults": state.faults.pending()}


def _clear_faults(state: State, body: dict[str, Any]) -> Any:
    del body
    state.faults.clear()
    return {}


def _reset(state: State, body: dict[str, Any]) -> Any:
    del body
    state.reset()
    return {}


def _advance(state: State, body: dict[str, Any]) -> Any:
    seconds = body.get("seconds")
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not is_number or set(body) != {"seconds"}:
        raise ValueError('`seconds`: send {"seconds": NUMBER}')
    state.advance(float(body["seconds"]))
    return {"time": timestamp(state.clock.now())}


def _settings(state: State, body: dict[str, Any]) -> Any:
    return change_settings(state, body).model_dump()


def _set_index(state: State, body: dict[str, Any]) -> Any:
    known = {"api_key", "name", "state", "read_capacity_state"}
    if surplus := sorted(set(body) - known):
        raise ValueError(f"`{surplus[0]}`: unknown; known are {', '.join(sorted(known))}")
    key, name = body.get("api_key"), body.get("name")
    if not isinstance(key, str) or not isinstance(name, str):
        raise ValueError("`api_key` and `name` must name an index")
    project = project_of(key)
    if "state" in body:
        if body["state"] not in _INDEX_STATES:
            raise ValueError(f"`state`: one of {', '.join(sorted(_INDEX_STATES))}")
        indexes.fix(state, project, name, "state", body["state"])
    if "read_capacity_state" in body:
        if body["read_capacity_state"] not in _CAPACITY_STATES:
            raise ValueError("`read_capacity_state`: Ready, Scaling, Migrating, Error or null")
        indexes.fix(state, project, name, "capacity_state", body["read_capacity_state"])
    return {}


def _answer(status: int, payload: Any) -> Response:
    return Response(orjson.dumps(payload), status, media_type="application/json")


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = loads(raw) if raw else {}
    except ValueError as error:
        raise ValueError(f"The body is not JSON that can be used: {error}") from error
    if not isinstance(body, dict):
        raise ValueError("The body must be a JSON object")
    return body


def _endpoint(state: State, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        try:
            body = _object(await read_limited(request))
            with state.lock:
                return _answer(200, handler(state, body))
        except ValueError as error:
            return _answer(400, {"error": str(error)})
        except ServiceError as error:
            return _answer(error.status, {"error": error.message})
        except sqlite3.Error as error:
            return _answer(500, {"error": unstored(error).message})

    return serve


def routes(state: State, operations: frozenset[str]) -> list[Route]:
    """Return the routes under `/_emulator/`."""

    def add_fault(state: State, body: dict[str, Any]) -> Any:
        state.faults.add(parse_fault(body, operations))
        return {"faults": state.faults.pending()}

    table: list[tuple[str, str, Handler]] = [
        ("GET", "health", _health),
        ("GET", "requests", _requests),
        ("GET", "events", _events),
        ("GET", "faults", _faults),
        ("POST", "faults", add_fault),
        ("DELETE", "faults", _clear_faults),
        ("POST", "reset", _reset),
        ("POST", "advance", _advance),
        ("GET", "settings", lambda state, _: state.settings.model_dump()),
        ("PATCH", "settings", _settings),
        ("PATCH", "indexes", _set_index),
    ]
    return [
        Route(f"/_emulator/{name}", _endpoint(state, handler), methods=[method])
        for method, name, handler in table
    ]
