"""Builds the Pulumi engine from its Go modules, by name and checksum.

For where the official archive is out of reach. The wrapper modules in `tools/go_modules/` pin
every module: the CLI, and the last Python language host that was part of a module which everyone
can get. Two wrappers, because the two need different versions of the same module.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from engine_archive import VERSION
from go_toolchain import toolchain
from places import OTHER_CACHE, require_space

CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK = "github.com/pulumi/pulumi/sdk/v3"
LANGUAGE_HOST = f"{SDK}/python/cmd/pulumi-language-python"
LANGUAGE_HOST_VERSION = "3.79.0"
BUILD_MEGABYTES = 4000
SCRIPTS = ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python")


def build(folder: Path) -> None:
    """Build the engine into `folder`.

    Raises:
        Failure: No Go, no modules, no room.
    """
    require_space(folder.parent, BUILD_MEGABYTES, "the build", OTHER_CACHE)
    work = folder / "work"
    work.mkdir()
    go = toolchain(work)
    version = f"-X {SDK}/go/common/version.Version="
    go.build("cli", CLI, folder, "3 to 8 minutes", f"{version}v{VERSION}")
    flags = f"{version}{LANGUAGE_HOST_VERSION}"
    go.build("language", LANGUAGE_HOST, folder, "half a minute", flags)
    python = go.folder_of("cli", SDK) / "python"
    for script in SCRIPTS:
        copy = folder / Path(script).name
        shutil.copyfile(python / script, copy)
        copy.chmod(0o755)
    shutil.rmtree(work, ignore_errors=True)
