"""`make up` and `make down`: a backup restored and verified, without an account or with one.

Runs inside `.venv`. What it starts or writes is under `.local/quickstart`, one folder for the
emulator and one for the account, so that the two never mix.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

import catalogue
from background_emulator import API_KEY, BackgroundEmulator
from console import Failure, reported, say, step
from engine import folder as engine_folder
from local_stack import LocalStack
from places import ROOT, locked
from summary import RESTORED, summary

STATE = ROOT / ".local" / "quickstart"
ON_EMULATOR = STATE / "emulator"
ON_ACCOUNT = STATE / "account"
LOOPBACK = "127.0.0.1,localhost"


def emulator_stack(url: str) -> LocalStack:
    """Return the stack that runs against the emulator, past any proxy of the user's."""
    service = {
        "PINECONE_API_KEY": API_KEY,
        "PINECONE_CONTROLLER_HOST": url,
        "PINECONE_API_VERSION": "2026-07",
        "NO_PROXY": LOOPBACK,
        "no_proxy": LOOPBACK,
    }
    return LocalStack(ON_EMULATOR, "local-emulator", engine_folder(), service)


def account_stack() -> LocalStack:
    """Return the stack that runs against the real service, with the user's own variables.

    Raises:
        Failure: There is no key.
    """
    if not os.environ.get("PINECONE_API_KEY"):
        raise Failure(
            "this needs your Pinecone account, and PINECONE_API_KEY is not set.",
            ["export PINECONE_API_KEY=… and try again", "make up without INDEX: no account needed"],
        )
    return LocalStack(ON_ACCOUNT, "local-account", engine_folder(), {})


def emulator() -> BackgroundEmulator:
    """Return the emulator of this checkout."""
    return BackgroundEmulator(ON_EMULATOR, ROOT / ".venv" / "bin" / "pinecone-backup")


def up_on_emulator(port: int | None) -> None:
    """Bring up emulator, source index, backup and restored index."""
    if os.environ.get("PINECONE_API_KEY"):
        say("PINECONE_API_KEY is set but INDEX is not: this uses the emulator, not your account.")
    ON_EMULATOR.mkdir(parents=True, exist_ok=True)
    running = emulator().start(port)
    say(f"emulator at {running.url}")
    with step(f"index `{catalogue.INDEX}` with {catalogue.RECORDS} records"):
        catalogue.Shop(running.url, API_KEY).fill()
    stack = emulator_stack(running.url)
    bring_up(stack, {"protection": "enabled"})
    say(summary(stack.deployment()))
    say(next_steps(ON_EMULATOR))
    say(f"  see every request       curl {running.url}/_emulator/events")
    say("  your own account        export PINECONE_API_KEY=…, then make up INDEX=your-index")
    say("  remove all of this      make down")


def up_on_account(index: str) -> None:
    """Bring up a backup of an index of the account, and its restore."""
    stack = account_stack()
    say("PINECONE_API_KEY and INDEX are set: this runs against your Pinecone account.")
    say(f"It creates a backup of `{index}` and an index restored from it, and both cost storage.")
    ON_ACCOUNT.mkdir(parents=True, exist_ok=True)
    bring_up(stack, {"protection": "enabled", "index": index})
    say(summary(stack.deployment()))
    say(next_steps(ON_ACCOUNT))
    say("  delete backup and index  make down")


def bring_up(stack: LocalStack, settings: Mapping[str, str]) -> None:
    """Run `pulumi up`.

    Raises:
        Failure: It failed; what it printed is on the screen.
    """
    stack.make()
    stack.unlock()
    stack.settings(**settings)
    write_variables(stack)
    code = stack.show("up")
    if code != 0:
        raise Failure(
            f"`pulumi up` ended with code {code}; it says why above.",
            ["make up goes on from where this ended", "make down removes what was made"],
        )


def write_variables(stack: LocalStack) -> None:
    """Write what a shell needs for `pulumi` commands of the user's own on this stack."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in stack.variables.items()]
    file = stack.folder / "env"
    file.write_text("\n".join([*lines, f"export PULUMI_STACK={stack.name}", ""]))


def next_steps(folder: Path) -> str:
    """Return what can be tried on either kind of service."""
    shown = folder.relative_to(ROOT)
    return "\n".join(
        [
            "\nNext:\n",
            "  change something        edit examples/quickstart/__main__.py, then make up",
            f"  pulumi commands         (. {shown}/env; pulumi stack output)",
        ]
    )


def take_down(stack: LocalStack) -> None:
    """Lift deletion protection the way a user would, then destroy.

    Raises:
        Failure: Pulumi could not; what it printed is on the screen.
    """
    if not stack.exists():
        return
    stack.unlock()
    deployment = stack.deployment()
    restored = [
        resource["urn"]
        for resource in deployment.get("resources", ())
        if resource["type"] == RESTORED
        and resource.get("outputs", {}).get("deletion_protection") != "disabled"
    ]
    # A killed run may have made what only the same program finds again: the whole of it runs.
    lost = bool(deployment.get("pending_operations"))
    if restored or lost:
        say("The restored index is protected. A setting of the program lifts that, in place:")
        say("  pulumi config set protection disabled && pulumi up")
        stack.settings(protection="disabled")
        targets = [] if lost else [f"--target={urn}" for urn in restored]
        if stack.show("up", *targets) != 0:
            raise Failure("deletion protection could not be lifted; Pulumi says why above.")
    if stack.show("destroy", "--remove") != 0:
        raise Failure("`pulumi destroy` failed; it says why above.", ["make down once more"])


def down() -> None:
    """Take down whatever is up and leave no process and no file."""
    if ON_ACCOUNT.exists():
        take_down(account_stack())
        shutil.rmtree(ON_ACCOUNT)
    if ON_EMULATOR.exists():
        down_on_emulator()
    shutil.rmtree(STATE, ignore_errors=True)
    say("\nNothing is left: no index, no backup, no process.")


def down_on_emulator() -> None:
    """Take down the emulator's stack, and the emulator with all its data in any case."""
    service = emulator()
    stack = emulator_stack("")
    try:
        if stack.exists():
            take_down(emulator_stack((service.alive() or service.start(0)).url))
    except Failure as failure:
        say(f"  {failure.what}")
        say("  The emulator and all its data are removed nevertheless.")
    finally:
        service.stop()
    stack.settings_file.unlink(missing_ok=True)
    shutil.rmtree(ON_EMULATOR)


def port_wanted() -> int | None:
    """Return the port that the user asked for.

    Raises:
        Failure: It is no port.
    """
    text = os.environ.get("PORT", "")
    if not text:
        return None
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise Failure(f"PORT={text} is no port from 1024 to 65535.", ["make up PORT=5081"])
    return int(text)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Bring the quickstart up or down.")
    parser.add_argument("command", choices=["up", "down"])
    command = parser.parse_args().command
    with reported(), locked(STATE.parent / "quickstart.lock", "make up or make down"):
        index = os.environ.get("INDEX", "")
        if command == "down":
            down()
        elif index:
            up_on_account(index)
        else:
            up_on_emulator(port_wanted())


if __name__ == "__main__":
    main()
