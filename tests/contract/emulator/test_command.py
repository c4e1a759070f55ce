from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests


def command(*arguments: str) -> list[str]:
    start = "from pulumi_pinecone_backup.cli import main; main()"
    return [sys.executable, "-c", start, "emulator", *arguments]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_how_to_use_it_and_stops_cleanly(
    tmp_path: Path, number: signal.Signals
) -> None:
    database = tmp_path / "data.db"
    process = subprocess.Popen(
        command("--port=0", f"--database={database}", "--api-key=one", "--api-key=two"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline().rstrip() for _ in range(7)]
    url = lines[0].removeprefix("Pinecone emulator: ")
    assert requests.get(f"{url}/_emulator/health", timeout=30).json()["status"] == "ok"
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert lines[1:] == [
        "API keys: one, two",
        f"Data: {database}",
        "Point a client at it:",
        f"  export PINECONE_CONTROLLER_HOST={url}",
        "  export PINECONE_API_KEY=one",
        "Stop with Ctrl-C.",
    ]
    assert (out, err, process.returncode) == ("Stopped.\n", "", 0)


def test_requests_are_logged_on_demand() -> None:
    process = subprocess.Popen(
        command("--port=0", "--log-requests"), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(7)]
    headers = {"Api-Key": "emulator", "X-Pinecone-Api-Version": "2026-07"}
    requests.get(f"{lines[0].split()[-1]}/indexes/docs", headers=headers, timeout=30)
    assert process.stdout.readline() == "GET /indexes/docs describe_index 404\n"
    process.terminate()
    process.communicate(timeout=30)


def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run(
            command(f"--port={port}"), capture_output=True, text=True, timeout=30, check=False
        )
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert f"127.0.0.1:{port}" in result.stderr
    assert "in use" in result.stderr


def test_a_wrong_file_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    result = subprocess.run(
        command("--port=0", f"--database={path}"),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert str(path) in result.stderr


def test_help_names_every_option() -> None:
    result = subprocess.run(command("--help"), capture_output=True, text=True, check=True)
    for option in (
        "--host",
        "--port",
        "--database",
        "--api-key",
        "--backup-seconds",
        "--restore-seconds",
        "--delete-seconds",
        "--log-requests",
    ):
        assert option in result.stdout
