"""What can go wrong in a run, as data: a seed gives a case, and the same seed the same case."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Final

HOURS: Final = 7200.0
RESTORE: Final = "create_index_from_backup_operation"


@dataclass(frozen=True)
class Scenario:
    """A stack, and the change whose run is disturbed.

    Attributes:
        before: The program that was up before; empty for a new stack.
        after: The program of the disturbed run, and of the recovery.
        arguments: Arguments of the disturbed run.
        posts: The operations that make something new in it.
    """

    name: str
    before: str
    after: str
    arguments: tuple[str, ...] = ()
    posts: tuple[str, ...] = (RESTORE,)


def _program(
    *, nightly: str = "", derived: str = "", named: str = "", extra: str = "", backup: str = "OLD"
) -> str:
    return (
        f'backup = Backup("nightly", index_name="products"{nightly})\n'
        f'RestoredIndex("derived", backup_id=backup.id{derived})\n'
        f'RestoredIndex("named", backup_id="{backup}", name="recovered"{named})\n{extra}'
    )


_TRIGGERS = {key: f', triggers=["{key}"]' for key in ("a", "b")}
_OPTS = {key: f", opts=ResourceOptions(replacement_trigger='{key}')" for key in ("a", "b")}
_REPLACE = ', on_backup_change="replace"'
_BOTH = ("create_backup", RESTORE)

SCENARIOS: Final = (
    Scenario("new stack", "", _program(), posts=_BOTH),
    Scenario(
        "changed triggers",
        _program(derived=_TRIGGERS["a"]),
        _program(derived=_TRIGGERS["b"]),
    ),
    Scenario(
        "changed triggers of an explicit name",
        _program(named=_TRIGGERS["a"]),
        _program(named=_TRIGGERS["b"]),
    ),
    Scenario(
        "changed backup",
        _program(nightly=_TRIGGERS["a"], derived=_REPLACE),
        _program(nightly=_TRIGGERS["b"], derived=_REPLACE),
        posts=_BOTH,
    ),
    Scenario(
        "changed backup of an explicit name",
        _program(named=_REPLACE),
        _program(named=_REPLACE, backup="NEW"),
    ),
    Scenario(
        "replacement trigger",
        _program(nightly=_OPTS["a"]),
        _program(nightly=_OPTS["b"]),
        posts=("create_backup",),
    ),
    Scenario(
        "target replace",
        _program(),
        _program(),
        arguments=("--target-replace", "**nightly"),
        posts=("create_backup",),
    ),
    Scenario(
        "everything replaced",
        _program(nightly=_TRIGGERS["a"], derived=_TRIGGERS["a"], named=_TRIGGERS["a"]),
        _program(
            nightly=_TRIGGERS["b"],
            derived=_TRIGGERS["b"],
            named=_TRIGGERS["b"],
            extra='RestoredIndex("more", backup_id="NEW")\n',
        ),
        posts=_BOTH,
    ),
)

# How far apart the storms of neighbouring scenarios are, so that few turns show all of them.
_STORM_STEP: Final = 5
_AT_POSTS: Final = ("before the POST", "unanswered POST", "lost answer")
TARGETS: Final = ("cli", "plugin", "both")
MOMENTS: Final = (
    "before the POST",
    "unanswered POST",
    "lost answer",
    "waiting",
    "ready",
    "deleting",
    "any time",
)
Storm = tuple[tuple[str, str, dict[str, Any]], ...]
STORMS: Final[tuple[Storm, ...]] = (
    (),
    (("*", "status", {"status": 429, "headers": {"Retry-After": "1"}, "times": 5}),),
    (("*", "status", {"status": 500, "times": 8}),),
    (("*", "status", {"status": 503, "times": 8}),),
    (("*", "drop_before", {"times": 4}), (RESTORE, "drop_after", {})),
    (("*", "delay", {"seconds": 0.4, "times": 12}),),
    (
        ("describe_index", "body", {"body": '{"name": "recov', "times": 2}),
        ("list_indexes", "body", {"body": "<html>Bad gateway</html>", "times": 2}),
        (RESTORE, "body", {"body": "<html>", "times": 1}),
    ),
    (("list_restore_jobs", "hide", {"times": 50}), ("describe_restore_job", "hide", {"times": 50})),
    (
        # Describes contradict the lists, which show everything.
        ("describe_index", "status", {"status": 404, "times": 10}),
        ("describe_backup", "status", {"status": 404, "times": 10}),
    ),
    ((RESTORE, "fail_job", {}),),
    (("create_backup", "fail_job", {}),),
    (("create_backup", "drop_after", {}), (RESTORE, "status", {"status": 500, "after": True})),
)


@dataclass(frozen=True)
class Case:
    """One disturbed run and what happens around it.

    Attributes:
        target: What is killed, or empty where only the service fails.
        moment: When it is killed.
        delay_seconds: How long after that moment.
        storm: Faults of the service during the disturbed run.
        restart: When the emulator is killed and started again: with the kill, in the midst, never.
        at_seconds: When "any time" is, after the start.
        at_once: Whether recovery begins while the killed run's plugin may still live.
        version: The API version of the stack.
        lag_seconds: How long a new object is not found by describe.
    """

    seed: int
    scenario: Scenario
    target: str
    moment: str
    delay_seconds: float
    storm: Storm = ()
    restart: str = ""
    at_seconds: float = 0.0
    at_once: bool = False
    version: str = "2026-07"
    lag_seconds: float = 0.0

    def __str__(self) -> str:
        faults = ", ".join(f"{kind} on {operation}" for operation, kind, _ in self.storm)
        return (
            f"seed {self.seed}: {self.scenario.name}; kill {self.target or 'nothing'} at "
            f"'{self.moment}' + {self.delay_seconds:.2f} s; faults: {faults or 'none'}; restart: "
            f"{self.restart or 'no'}; recovery {'at once' if self.at_once else 'later'}; "
            f"API {self.version}; lag {self.lag_seconds} s"
        )


def case_of(seed: int) -> Case:
    """Return the case of a seed; neighbouring seeds cover all scenarios, targets and moments."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    scenario = SCENARIOS[seed % len(SCENARIOS)]
    moments = [moment for moment in MOMENTS if scenario.posts or moment not in _AT_POSTS]
    fitting = [storm for storm in STORMS if _fits(storm, scenario)]
    turn, place = divmod(seed, len(SCENARIOS))
    storm = fitting[(turn + _STORM_STEP * place) % len(fitting)]
    return Case(
        seed=seed,
        scenario=scenario,
        target=chance.choice((*TARGETS, *TARGETS, "") if storm else TARGETS),
        moment=moments[(turn + place) % len(moments)],
        delay_seconds=chance.choice((0.0, chance.uniform(0.0, 0.5))),
        storm=storm,
        restart=chance.choice(("", "", "", "with the kill", "in the midst")),
        at_seconds=chance.uniform(0.5, 5.0),
        at_once=chance.random() < 0.4,
        version=chance.choice(("2026-07", "2026-07", "2025-04")),
        lag_seconds=chance.choice((0.0, 0.0, 1.0)),
    )


def _fits(storm: Storm, scenario: Scenario) -> bool:
    """Return whether a scenario sends what all faults of a storm are for."""
    makes = {operation for operation, _, _ in storm} & {"create_backup", RESTORE}
    return makes <= set(scenario.posts)
