"""`make up` and `make down` on the real engine, in a copy of the checkout."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pulumi_pinecone_backup.emulator import Emulator
from support.pages import masked

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    *("LICENSE", "Makefile", "Pulumi.yaml", "README.md", "constraints.txt", "pyproject.toml"),
    *("examples", "provider", "tools"),
)
# Under `make test` what is installed is what the checkout asks for, and `make` installs nothing.
WITH_MAKE = os.environ.get("PINECONE_BACKUP_TEST_INSTALLED") == "1"
README = (ROOT / "README.md").read_text()
DEADLINE_SECONDS = 120.0
GZIP = b"\x1f\x8b"
KEPT = ("PATH", "LANG", "TMPDIR", "XDG_CACHE_HOME")

pytestmark = pytest.mark.engine


class Checkout:
    """A checkout after `make install`, used from a shell with a home of its own."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.home = home
        self.state = folder / ".local" / "quickstart"
        folder.mkdir()
        home.mkdir()
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, folder / name)
        (folder / ".venv").symlink_to(sys.prefix)
        self.env = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.env |= {"HOME": str(home), "PYTHONUNBUFFERED": "1"}

    def start(self, command: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        python = str(self.folder / ".venv" / "bin" / "python")
        with_make = ["make", f"PYTHON={python}", command]
        return subprocess.Popen(
            with_make if WITH_MAKE else [python, "tools/quickstart.py", command],
            cwd=self.folder,
            env=self.env | (env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, command: str, code: int = 0, *, env: dict[str, str] | None = None) -> str:
        with self.start(command, env) as process:
            text, _ = process.communicate(timeout=DEADLINE_SECONDS)
        wanted = 2 if WITH_MAKE and code else code
        assert process.returncode == wanted, text
        return text

    @property
    def emulator(self) -> dict[str, Any]:
        record = self.state / "emulator" / "emulator.json"
        loaded: dict[str, Any] = json.loads(record.read_text())
        return loaded

    def assert_nothing_is_left(self, pid: int) -> None:
        assert not self.state.exists()
        assert list(self.folder.glob("Pulumi.*.yaml")) == []
        assert not is_running(pid)
        assert not (self.home / ".pulumi").exists()


def is_running(pid: int) -> bool:
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(listed.stdout.strip()) and not listed.stdout.strip().startswith("Z")


def ask(url: str, path: str, body: dict[str, Any] | None = None, key: str = "emulator") -> Any:
    headers = {"Api-Key": key, "X-Pinecone-Api-Version": "2025-10"}
    method = "GET" if body is None else "POST"
    answer = requests.request(method, f"{url}{path}", json=body, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.json()


def wait_for_request(checkout: Checkout, operation: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        try:
            counts = requests.get(f"{checkout.emulator['url']}/_emulator/requests", timeout=5)
            if counts.json().get(operation):
                return
        except (OSError, ValueError):
            pass
        time.sleep(0.05)
    pytest.fail(f"{operation} was not called in time")


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    made = Checkout(tmp_path / "a checkout", tmp_path / "home")
    yield made
    if made.state.exists():
        with made.start("down", {"PINECONE_API_KEY": "account-key"}) as process:
            process.communicate(timeout=DEADLINE_SECONDS)


def test_up_restores_every_record_and_up_again_changes_nothing_and_down_leaves_nothing(
    checkout: Checkout,
) -> None:
    first = checkout.run("up")
    assert "+ 3 created" in first
    assert re.search(r"backup +[0-9a-f-]{36} of `products`\n +holds +1000 records in 3", first)
    assert re.search(r"restored index +(\S+)\n +holds +1000 records in 3 namespaces", first)
    assert "verification    definition, record_count, namespace_count passed\n" in first
    assert told(first) == told(README)
    emulator = checkout.emulator
    assert_indexes_hold_the_same(emulator["url"])

    second = checkout.run("up")
    assert "3 unchanged" in second
    assert "starting the emulator" not in second
    assert checkout.emulator == emulator
    heading = "Restored and verified."
    assert second.partition(heading)[2] == first.partition(heading)[2] != ""

    down = checkout.run("down")
    assert "pulumi config set protection disabled && pulumi up" in down
    assert "- 3 deleted" in down
    (last,) = re.findall(r"^Nothing is left.*$", README, re.MULTILINE)
    assert down.rstrip().endswith(last)
    checkout.assert_nothing_is_left(emulator["pid"])


def told(text: str) -> str:
    """Return the part of an output that the README shows, with what differs each time masked."""
    part = re.search(
        r"^Restored and verified\.\n.*?namespace_count passed$", text, re.DOTALL | re.MULTILINE
    )
    assert part is not None
    return masked(part[0])


def assert_indexes_hold_the_same(url: str) -> None:
    indexes = {index["name"]: index["host"] for index in ask(url, "/indexes")["indexes"]}
    assert len(indexes) == 2
    (restored,) = (host for name, host in indexes.items() if name != "products")
    for namespace in ("garden", "kitchen", "office"):
        ids = "&".join(f"ids={namespace}-{number:04d}" for number in range(333))
        path = f"/vectors/fetch?namespace={namespace}&{ids}"
        source_vectors = ask(indexes["products"], path)["vectors"]
        assert len(source_vectors) == 333
        assert ask(restored, path)["vectors"] == source_vectors


def lasting_port() -> int:
    """Return a free port that systems do not hand out by themselves, so that it stays free."""
    for port in range(20_000 + os.getpid() % 5_000, 32_000):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    pytest.fail("no port below 32000 is free")


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def bind(listener: socket.socket, port: int) -> None:
    """Take a port that a killed process gives up with the last of its threads."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        else:
            return


def kill_group(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=DEADLINE_SECONDS)


def test_down_cleans_up_after_an_up_that_was_killed_in_the_middle(checkout: Checkout) -> None:
    with checkout.start("up") as process:
        wait_for_request(checkout, "create_index_from_backup_operation")
        pid = checkout.emulator["pid"]
        kill_group(process)
    checkout.run("down")
    checkout.assert_nothing_is_left(pid)


def test_up_goes_on_after_one_that_was_killed_in_the_middle(checkout: Checkout) -> None:
    with checkout.start("up") as process:
        wait_for_request(checkout, "create_index_from_backup_operation")
        kill_group(process)
    text = checkout.run("up")
    assert "holds           1000 records in 3 namespaces\n    host" in text
    assert_indexes_hold_the_same(checkout.emulator["url"])


def test_a_dead_emulator_comes_back_with_its_data_where_it_was(checkout: Checkout) -> None:
    port = lasting_port()
    checkout.run("up", env={"PORT": str(port)})
    before = checkout.emulator
    assert before["url"] == f"http://127.0.0.1:{port}"
    kill(before["pid"])
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bind(other, port)
        other.listen()
        text = checkout.run("up", code=1)
    assert f"error: port {port} is taken by another program" in text
    assert "start again on a free port: make down, then make up" in text
    assert "3 unchanged" in checkout.run("up")
    assert checkout.emulator["url"] == before["url"]
    pid = checkout.emulator["pid"]
    kill(pid)
    assert "- 3 deleted" in checkout.run("down")
    checkout.assert_nothing_is_left(pid)


def test_a_wanted_port_that_is_taken_or_is_none_fails_before_anything_starts(
    checkout: Checkout,
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        text = checkout.run("up", code=1, env={"PORT": str(port)})
    assert f"error: port {port} is taken by another program" in text
    assert "choose another port: make up PORT=5081" in text
    assert "Traceback" not in text
    assert "PORT=http is no port" in checkout.run("up", code=1, env={"PORT": "http"})
    assert "Nothing is left" in checkout.run("down")


def test_the_same_program_runs_on_an_account_and_starts_no_emulator(checkout: Checkout) -> None:
    with Emulator(api_keys=["account-key"]) as service:
        made = {"name": "catalogue", "dimension": 4, "metric": "cosine"}
        made |= {"spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}}}
        host = ask(service.url, "/indexes", made, service.api_key)["host"]
        vectors = {"vectors": [{"id": "a", "values": [1, 0, 0, 0]}]}
        ask(host, "/vectors/upsert", vectors, service.api_key)
        account = {"PINECONE_API_KEY": service.api_key, "PINECONE_CONTROLLER_HOST": service.url}

        text = checkout.run("up", env=account | {"INDEX": "catalogue"})
        assert (
            "this runs against your Pinecone account.\nIt creates a backup of `catalogue`" in text
        )
        assert "holds           1 records in 1 namespaces" in text
        assert not (checkout.state / "emulator").exists()
        written = [path for path in checkout.state.rglob("*") if path.is_file()]
        assert written
        for path in written:
            content = path.read_bytes()
            content = gzip.decompress(content) if content[:2] == GZIP else content
            assert service.api_key.encode() not in content, path

        assert "PINECONE_API_KEY is not set" in checkout.run("down", code=1)
        checkout.run("down", env=account)
        left = ask(service.url, "/indexes", key=service.api_key)["indexes"]
        assert [index["name"] for index in left] == ["catalogue"]
        assert ask(service.url, "/backups", key=service.api_key)["data"] == []
    assert not checkout.state.exists()


def test_an_index_of_an_account_without_a_key_is_refused(checkout: Checkout) -> None:
    text = checkout.run("up", code=1, env={"INDEX": "catalogue"})
    assert "this needs your Pinecone account, and PINECONE_API_KEY is not set." in text
    assert not checkout.state.exists()


def test_plain_pulumi_up_works_at_the_root_on_a_backend_of_the_users_own(
    checkout: Checkout, tmp_path: Path
) -> None:
    with shop() as service:
        user = Pulumi(checkout, tmp_path / "backend", service)
        assert "Created stack 'dev'" in user.run("stack init dev")
        assert "+ 3 created" in user.run("up --yes")
        assert "3 unchanged" in user.run("up --yes")
        user.run("config set protection disabled")
        assert "~ 1 updated" in user.run("up --yes")
        assert "- 3 deleted" in user.run("destroy --yes")
        assert len(ask(service.url, "/indexes")["indexes"]) == 1


def test_the_program_of_the_readme_runs_as_it_is_shown(checkout: Checkout, tmp_path: Path) -> None:
    shown = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    (checkout.folder / "examples" / "quickstart" / "__main__.py").write_text(shown[1])
    with shop() as service:
        user = Pulumi(checkout, tmp_path / "backend", service)
        user.run("stack init dev")
        assert "+ 3 created" in user.run("up --yes")
        assert "3 unchanged" in user.run("up --yes")


@contextlib.contextmanager
def shop() -> Iterator[Emulator]:
    """An emulator with the quickstart's source index in it."""
    tools = str(ROOT / "tools")
    fill = f"import sys; sys.path.insert(0, {tools!r}); from catalogue import Shop; "
    fill += "print(Shop(*sys.argv[1:]).fill())"
    with Emulator() as service:
        for expected in ("True", "False"):
            command = [sys.executable, "-c", fill, service.url, service.api_key]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            assert done.stdout.strip() == expected
        yield service


class Pulumi:
    """The CLI as a user runs it, with `.venv` active and a backend of their own."""

    def __init__(self, checkout: Checkout, backend: Path, service: Emulator) -> None:
        backend.mkdir()
        self.folder = checkout.folder
        self.env = checkout.env | {
            "PATH": f"{checkout.folder}/.venv/bin{os.pathsep}{checkout.env['PATH']}",
            "PULUMI_BACKEND_URL": f"file://{backend}",
            "PULUMI_CONFIG_PASSPHRASE": "mine",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PINECONE_API_KEY": service.api_key,
            "PINECONE_CONTROLLER_HOST": service.url,
        }

    def run(self, words: str) -> str:
        done = subprocess.run(
            ["pulumi", *words.split()],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr
