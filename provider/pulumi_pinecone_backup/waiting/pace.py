"""Every interval and limit of waiting in one frozen object.

Whatever waits is given a `Pace`; tests give their own. Times are in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pulumi_pinecone_backup.service.retries import DEFAULT_BACKOFF, Backoff


@dataclass(frozen=True)
class WatcherPace:
    """How often the objects that are waited for are looked at.

    Attributes:
        shortest: Between two looks at one object.
        longest: Between two looks, however long the wait has taken.
        share_of_elapsed: The interval grows with the time that a wait has taken.
        quick: Between the looks at what has only just begun.
        quick_while: How long a wait counts as just begun.
        quick_looks: How many quick looks there are at most.
        quick_refill: Time after which one more quick look may be taken.
        ending: Between looks while other waits have just ended.
        ending_while: How long the end of another wait counts as recent.
        idle: How long the watcher's thread lives without a wait.
        requests_at_once: Requests under way at most.
        repeated_describes: Objects that are described again after a list did not show them.
    """

    shortest: float = 1.25
    longest: float = 30.0
    share_of_elapsed: float = 0.024
    quick: float = 0.25
    quick_while: float = 2.0
    quick_looks: int = 6
    quick_refill: float = 20.0
    ending: float = 0.4
    ending_while: float = 1.0
    idle: float = 5.0
    requests_at_once: int = 16
    repeated_describes: int = 4


@dataclass(frozen=True)
class JobsPace:
    """How often restore jobs are asked for.

    Attributes:
        max_age: Age at which an answer about a job is renewed.
        share_of_age: An answer may be older the longer the job takes.
        first: From the start of a restore to the first question.
        when_ready: How long a restore whose index is ready waits for its job's times.
    """

    max_age: float = 10.0
    share_of_age: float = 0.05
    first: float = 2.0
    when_ready: float = 3.0


@dataclass(frozen=True)
class Pace:
    """How long operations wait, and how often they look.

    Attributes:
        create: Limit of a create without `custom_timeouts`.
        update: Limit of an update without `custom_timeouts`.
        delete: Limit of a delete without `custom_timeouts`.
        retry: Before something that the service refuses for the moment is tried again.
        gone: How long an object that was seen must be missing to count as deleted.
        never_seen: How long an object that was never seen must be missing.
        lost_backup: How long a backup whose answer was lost is looked for.
        lost_restore: How long an index is looked for whose restore may have been accepted.
        lost_drill: The same for the temporary index of a drill.
        look_up: Between two looks for something whose answer was lost.
        counts: How long counts that are too low are polled before verification fails.
        first_count: Before the first repeated count.
        longest_count: Between two counts at most.
        single_reads: How many reads of a process describe their index; more share a list.
        list_age: How old that list may be.
        preflight: How long the checks of a preview may wait for one answer of the service.
        preflight_list: How long they may take to read all pages of a list.
        tick: Between two lines of a drill that say how far it is.
        backoff: How requests are repeated that the service does not answer.
        watcher: How objects are watched.
        jobs: How restore jobs are asked for.
    """

    create: float = 6 * 3600.0
    update: float = 3600.0
    delete: float = 900.0
    retry: float = 2.0
    gone: float = 10.0
    never_seen: float = 30.0
    lost_backup: float = 10.0
    lost_restore: float = 10.0
    lost_drill: float = 15.0
    look_up: float = 1.0
    counts: float = 600.0
    first_count: float = 0.5
    longest_count: float = 15.0
    single_reads: int = 3
    list_age: float = 2.0
    preflight: float = 5.0
    preflight_list: float = 30.0
    tick: float = 30.0
    backoff: Backoff = DEFAULT_BACKOFF
    watcher: WatcherPace = field(default_factory=WatcherPace)
    jobs: JobsPace = field(default_factory=JobsPace)


DEFAULT_PACE = Pace()
