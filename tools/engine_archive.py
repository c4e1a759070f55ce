"""Gets the official archive of the Pulumi engine, checked against its published checksum.

Source: https://get.pulumi.com/releases/sdk, `pulumi-v<version>-<system>-<machine>.tar.gz` beside
`pulumi-<version>-checksums.txt`, lines of SHA-256 and file name.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path, PurePosixPath

from console import Failure, Step, step

VERSION = "3.259.0"
URL = "https://get.pulumi.com/releases/sdk"
URL_VARIABLE = "PINECONE_BACKUP_ENGINE_URL"
SECONDS_VARIABLE = "PINECONE_BACKUP_ENGINE_SECONDS"
STALL_SECONDS = 10.0
TOTAL_SECONDS = 300.0
CHUNK_BYTES = 1 << 18
MACHINES = {"amd64": "x64", "arm64": "arm64"}


def base_url() -> str:
    """Return where archive and checksums are, an address that a mirror can replace."""
    return os.environ.get(URL_VARIABLE, URL).rstrip("/")


def get(folder: Path, system: str, machine: str) -> None:
    """Put the engine's Python parts from the official archive into `folder`.

    Raises:
        Failure: No answer in time, no such archive, or not the published checksum.
    """
    deadline = time.monotonic() + float(os.environ.get(SECONDS_VARIABLE, TOTAL_SECONDS))
    name = f"pulumi-v{VERSION}-{system}-{MACHINES[machine]}.tar.gz"
    archive = folder / name
    with step(f"downloading {base_url()}/{name}") as current:
        expected = _published_checksum(name, deadline)
        actual = _download(name, archive, deadline, current)
        if actual != expected:
            raise Failure(
                f"{base_url()}/{name} is not what was published: its SHA-256 is {actual}, "
                f"the published one is {expected}. It was thrown away."
            )
    _unpack(archive, folder)
    archive.unlink()


def _published_checksum(name: str, deadline: float) -> str:
    listing = f"pulumi-{VERSION}-checksums.txt"
    text = b"".join(_chunks(listing, deadline)).decode("ascii", "replace")
    for line in text.splitlines():
        words = line.split()
        if len(words) == 2 and words[1].lstrip("*") == name:
            return words[0].lower()
    raise Failure(f"{base_url()}/{listing} has no line for {name}")


def _download(name: str, archive: Path, deadline: float, current: Step) -> str:
    """Write the archive and return its SHA-256."""
    digest, count = hashlib.sha256(), 0
    with archive.open("wb") as file:
        for chunk in _chunks(name, deadline):
            file.write(chunk)
            digest.update(chunk)
            count += len(chunk)
            current.detail = f"{count // 1_000_000} MB"
    return digest.hexdigest()


def _chunks(name: str, deadline: float) -> Iterator[bytes]:
    """Yield what the server sends, for as long as it keeps sending and the time is not up."""
    url = f"{base_url()}/{name}"
    try:
        with urllib.request.urlopen(url, timeout=STALL_SECONDS) as response:  # noqa: S310 - ours
            while chunk := response.read1(CHUNK_BYTES):
                yield chunk
                if time.monotonic() > deadline:
                    raise Failure(f"{url} did not arrive in the time given for it")
    except urllib.error.HTTPError as error:
        raise Failure(f"{url} answered {error.code} {error.reason}") from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise Failure(f"{url} cannot be reached: {reason}") from error


def _unpack(archive: Path, folder: Path) -> None:
    """Write the plain files for Python programs; links and other languages stay behind."""
    try:
        with tarfile.open(archive) as files:
            for member in files:
                name = PurePosixPath(member.name).name
                content = files.extractfile(member) if member.isfile() else None
                if content is None or not (name == "pulumi" or "python" in name):
                    continue
                with (folder / name).open("wb") as file:
                    shutil.copyfileobj(content, file)
                (folder / name).chmod(0o755)
    except (tarfile.TarError, EOFError) as error:
        raise Failure(f"{archive.name} is no readable archive: {error}") from error
