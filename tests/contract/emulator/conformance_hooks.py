"""What the conformance run does around each call; loaded by schemathesis in its own environment.

Half of the calls shall meet something that exists. The ids of the service are random, so the
description names them `existing`, and here that becomes an object made for this call.
"""

from __future__ import annotations

import itertools
import json
import os
import urllib.request
from typing import Any

import schemathesis  # type: ignore[import-not-found]

URL = os.environ["CONFORMANCE_URL"]
HEADERS = {
    "Api-Key": os.environ["CONFORMANCE_KEY"],
    "X-Pinecone-Api-Version": "2026-07",
    "Content-Type": "application/json",
}
_numbers = itertools.count()


def post(path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(  # noqa: S310 - the emulator's address
        URL + path, json.dumps(body).encode(), HEADERS, method="POST"
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - the emulator's address
        return json.load(answer)


def new_index() -> str:
    name = f"made-{next(_numbers)}"
    fields = {"_values": {"type": "dense_vector", "dimension": 3, "metric": "cosine"}}
    post("/indexes", {"name": name, "schema": {"fields": fields}, "tags": {"a": "b"}})
    return name


def new_backup() -> str:
    return str(post(f"/indexes/{new_index()}/backups", {"name": "made"})["backup_id"])


def new_job() -> str:
    body = {"name": f"restored-{next(_numbers)}"}
    return str(post(f"/backups/{new_backup()}/create-index", body)["restore_job_id"])


def new_schedule() -> str:
    body = {
        "name": "made",
        "schedule": {"type": "time-based", "frequency": "daily"},
        "retention": {"expire_after_days": 3},
    }
    return str(post(f"/indexes/{new_index()}/backup-schedules", body)["schedule_id"])


MAKERS = {
    "index_name": new_index,
    "backup_id": new_backup,
    "job_id": new_job,
    "schedule_id": new_schedule,
}


@schemathesis.hook  # type: ignore[untyped-decorator]
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    del context, kwargs
    parameters = dict(case.path_parameters or {})
    for name, value in parameters.items():
        if value == "existing" and name in MAKERS:
            case.path_parameters[name] = MAKERS[name]()
