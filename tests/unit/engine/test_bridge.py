"""The bridge where there is nothing to bridge to: outside of Pulumi's plugin it does no harm."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi.dynamic import Config
from pulumi_pinecone_backup.engine import bridge, cancellation, messages, program, rows
from pulumi_pinecone_backup.engine.bridge import PartialError
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.plugin_process import OneLineError

PARTS = {
    "calls of the engine",
    "cancellation",
    "end with the engine",
    "engine log",
    "one-line errors",
    "parallel operations",
}


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    cancellation.cancelled.clear()
    bridge.forget()


def run(code: str, **environment: str) -> str:
    """Run code in a process of its own, which the bridge may change."""
    script = f"from pulumi_pinecone_backup.engine import bridge\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_outside_of_the_plugin_every_part_is_named_with_a_reason() -> None:
    text = run("bridge.install(); print(*sorted(bridge.missing), sep='|')")
    assert set(text.splitlines()[0].split("|")) == PARTS
    (warning,) = [line for line in text.splitlines() if line.startswith("warning: ")]
    for part in PARTS:
        assert f"{part} (" in warning


def test_switched_off_it_looks_for_nothing() -> None:
    code = "bridge.install(); print(bridge.missing, bridge.current_call())"
    text = run(code, PULUMI_PINECONE_BRIDGE="off")
    assert text == "{} Call(urn=None, timeout_seconds=None, is_preview=None, context=None)\n"


def test_without_a_call_nothing_can_be_partial() -> None:
    assert bridge.partial(Call(), "id", {}, "a reason") is None
    assert bridge.missing == {}


def test_a_context_that_takes_no_trailer_falls_back_and_is_named() -> None:
    assert bridge.partial(Call(context=object()), "id", {}, "a reason") is None
    assert "partial results" in bridge.missing


def test_errors_for_users_are_one_line_under_the_package_s_name() -> None:
    for kind in (OneLineError, PartialError):
        assert f"{kind.__module__}.{kind.__qualname__}" == "builtins.pinecone-backup"


def test_a_warning_is_shown_once_for_each_resource(capsys: pytest.CaptureFixture[str]) -> None:
    for call in (Call("urn:a"), Call("urn:b"), Call("urn:a")):
        messages.warn("beware of the test", call)
    assert capsys.readouterr().err == "warning: beware of the test\n" * 2


def test_a_cancel_reaches_those_who_listen_also_those_who_come_late() -> None:
    heard = []
    cancellation.on_cancel(lambda: heard.append("early"))
    cancellation.cancel()
    cancellation.on_cancel(lambda: heard.append("late"))
    assert heard == ["early", "late"]


def test_the_configuration_is_read_by_key_where_it_is_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = Config({"pinecone-backup:host": "h", "other:key": 7}, "project")
    assert bridge.stack_config(config, ["pinecone-backup:host"]) == {
        "pinecone-backup:host": "h",
        "other:key": "7",
    }
    monkeypatch.setenv("PULUMI_PINECONE_BRIDGE", "off")
    found = bridge.stack_config(config, ["pinecone-backup:host", "pinecone-backup:apiKey"])
    assert found == {"pinecone-backup:host": "h"}


def test_a_program_in_somebody_else_s_process_keeps_its_signals() -> None:
    before = signal.getsignal(signal.SIGINT)
    program.end_with_interrupt()
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupted_program_does_not_wait_for_calls_that_nobody_answers(
    tmp_path: Path,
) -> None:
    script = tmp_path / program.PROGRAM_FILE
    script.write_text(
        """
import threading
from concurrent.futures import ThreadPoolExecutor
from pulumi_pinecone_backup.engine import program

program.end_with_interrupt()
pool = ThreadPoolExecutor(1)
pool.submit(threading.Event().wait)
try:
    print("waiting", flush=True)
    threading.Event().wait()
finally:
    pool.shutdown(wait=True)
"""
    )
    with subprocess.Popen([sys.executable, "-u", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"waiting\n"
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(60) == 1
        finally:
            process.kill()


@pytest.mark.parametrize("variable", ["CI", "TF_BUILD", "BUILD_ID"])
def test_a_build_server_gets_no_renewed_rows(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "1")
    rows.is_live.cache_clear()
    assert not rows.is_live()


def test_without_the_engine_there_is_no_terminal_to_draw_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in ("CI", "TF_BUILD", "BUILD_ID"):
        monkeypatch.delenv(variable, raising=False)
    rows.is_live.cache_clear()
    assert not rows.is_live()
