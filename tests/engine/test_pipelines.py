"""Pipelines give the real Pulumi options that it has, and settings that it takes."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from support.pipeline_commands import PIPELINES, command_lines
from support.pulumi_stack import engine_folder

pytestmark = pytest.mark.engine

SETTINGS = PIPELINES / "deployments" / "settings.sh"
STACK = "acme/pinecone-recovery/prod"
ANSWERS = {
    "/api/user": {"githubLogin": "acme", "organizations": [{"githubLogin": "acme"}]},
    f"/api/stacks/{STACK}": dict(
        zip(("orgName", "projectName", "stackName"), STACK.split("/"), strict=True)
    ),
}


def understood(line: str) -> subprocess.CompletedProcess[str]:
    """Let Pulumi read a command without carrying it out: it refuses options that it has not."""
    own, _, _ = line.partition(" -- ")
    command = [f"{engine_folder()}/pulumi", *shlex.split(own), "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("line", command_lines("pulumi"))
def test_every_command_of_pulumi_takes_what_it_is_given(line: str) -> None:
    done = understood(line)
    assert done.returncode == 0, done.stderr
    # Of an unknown command Pulumi shows the help of the one above, `pulumi env [command]`.
    usage = done.stdout.partition("Usage:\n  pulumi ")[2].splitlines()[0]
    names = usage.partition("[")[0].partition("<")[0].split()
    assert usage != f"{' '.join(names)} [command]"
    assert names == line.split()[: len(names)]


def test_pulumi_refuses_an_option_that_it_has_not() -> None:
    (line,) = [line for line in command_lines("pulumi") if line.startswith("up ")]
    assert "unknown flag: --skip-previw" in understood(line.replace("preview", "previw")).stderr


class Recorder(BaseHTTPRequestHandler):
    """Stands where Pulumi Cloud would, and keeps what is sent to it."""

    sent: list[tuple[str, Any]]

    def do_GET(self) -> None:
        self._answer(ANSWERS.get(self.path, {}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.sent.append((self.path, json.loads(body)))
        self._answer({})

    def _answer(self, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def cloud() -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """An address for Pulumi, and what it has sent there."""
    sent: list[tuple[str, Any]] = []
    handler = type("Handler", (Recorder,), {"sent": sent})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", sent
        server.shutdown()
        thread.join()


def set_up(address: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script with a Pulumi that takes the address for Pulumi Cloud."""
    environment = {
        "PATH": os.pathsep.join((engine_folder(), os.environ["PATH"])),
        "HOME": str(home),
        "PULUMI_HOME": str(home),
        "PULUMI_BACKEND_URL": address,
        "PULUMI_ACCESS_TOKEN": "pul-0123456789",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
    }
    return subprocess.run(
        [SETTINGS, *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_pulumi_sends_the_settings_of_the_script_and_no_key(
    cloud: tuple[str, list[tuple[str, Any]]], tmp_path: Path
) -> None:
    address, sent = cloud
    done = set_up(address, tmp_path, STACK, "acme/pinecone-recovery")
    assert done.returncode == 0, done.stderr
    ((path, settings),) = sent
    assert path == f"/api/stacks/{STACK}/deployments/settings"
    assert settings == {
        "gitHub": {
            "repository": "acme/pinecone-recovery",
            "previewPullRequests": True,
            "deployCommits": True,
        },
        "sourceContext": {"git": {"branch": "main", "repoDir": "."}},
        "operationContext": {
            "environmentVariables": {"PULUMI_PARALLEL": "200"},
            "options": {"deleteAfterDestroy": False},
        },
    }


def test_without_a_repository_the_script_says_what_to_give(tmp_path: Path) -> None:
    done = set_up("http://127.0.0.1:9", tmp_path, STACK)
    assert done.returncode != 0
    assert "give the repository on GitHub" in done.stderr
