"""What every resource stores of its handler in the state."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest
from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider
from pulumi_pinecone_backup import handlers
from pulumi_pinecone_backup.lifecycle.session import Session, begin, current
from pulumi_pinecone_backup.service.settings import ENVIRONMENT_API_KEY

KEY = "pcsk_never_in_a_state"
HANDLERS = (
    handlers.BackupHandler,
    handlers.RestoredIndexHandler,
    handlers.BackupScheduleHandler,
)


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_is_stored_small_by_reference_and_without_the_key(
    handler: type[ResourceProvider], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT_API_KEY, KEY)
    begin(Session({"pinecone-backup:apiKey": KEY}))
    assert current().client().settings.api_key.get_secret_value() == KEY
    stored = serialize_provider(handler())
    assert len(stored) < 200
    raw = base64.b64decode(stored)
    assert handler.__name__.encode() in raw
    assert KEY.encode() not in raw
    assert b"def " not in raw


def test_a_stored_handler_is_read_back_by_a_new_process() -> None:
    stored = [serialize_provider(handler()) for handler in HANDLERS]
    script = (
        "import base64, pickle, sys\n"
        "for text in sys.argv[1:]:\n"
        "    print(type(pickle.loads(base64.b64decode(text))).__name__)"
    )
    read = subprocess.run(
        [sys.executable, "-c", script, *stored], capture_output=True, text=True, check=True
    )
    assert read.stdout.split() == [handler.__name__ for handler in HANDLERS]
