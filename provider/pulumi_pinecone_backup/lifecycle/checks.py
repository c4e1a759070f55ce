"""Checks and comparisons that all resources share: problems, identity, pins.

The orders in which the engine calls check and diff, as seen:

    create                       check(no olds) → create
    update, no change            check(olds) → diff → update
    replacement after diff       check(olds) → diff → check(no olds) → create, delete
    `replacement_trigger`        check(olds) → check(no olds) → create, delete
    `--replace`, taint           check(no olds) → create, delete
    refresh                      read → diff

The check without the old inputs must answer what the one with them has decided: that one is
remembered. A new object is made with the program's values.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_pinecone_backup.engine import messages
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.comparable import same
from pulumi_pinecone_backup.engine.results import CheckedInputs
from pulumi_pinecone_backup.engine.unknowns import first_unknown, has_unknown
from pulumi_pinecone_backup.lifecycle.decisions import Decision, Decisions
from pulumi_pinecone_backup.lifecycle.identity import derived_name, identity_of_urn
from pulumi_pinecone_backup.lifecycle.inputs import Inputs, normalised, problems
from pulumi_pinecone_backup.lifecycle.property_names import PROVIDER
from pulumi_pinecone_backup.lifecycle.replacement import Declared
from pulumi_pinecone_backup.lifecycle.session import Session


@dataclass
class Checked:
    """What a check has decided so far.

    Attributes:
        session: The process's session, for what the service says early.
        call: The engine's call, for warnings.
        olds: The recorded inputs, empty for a create.
        news: The program's inputs, normalised; what the check returns.
        failures: Why the resource cannot be deployed, each a sentence.
        replaces: Properties whose change makes a new object.
        pinned: What the program gives for properties that keep their recorded value.
    """

    session: Session
    call: Call
    olds: dict[str, Any]
    news: dict[str, Any]
    failures: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    pinned: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What stands for the resource in this process."""
        return resource_key(self.call, self.news)

    def pin(self, key: str) -> None:
        """Keep the recorded value of a property until a new object is made."""
        self.pinned[key] = self.news.get(key)
        _set(self.news, key, self.olds.get(key))

    @property
    def replacement_inputs(self) -> dict[str, Any]:
        """Inputs that a new object is made with."""
        inputs = dict(self.news)
        for key, value in self.pinned.items():
            _set(inputs, key, value)
        return inputs

    def warn(self, text: str) -> None:
        """Show a warning at this resource."""
        messages.warn(text, self.call)


Resolve = Callable[[Checked], None]
"""Pins, names and asks the service, given inputs without local problems."""


def check(
    session: Session,
    call: Call,
    model: type[Inputs],
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    resolve: Resolve,
) -> CheckedInputs:
    """Check one resource: report every problem at once, or return the inputs to deploy.

    Args:
        session: The process's session.
        call: The engine's call.
        model: The resource's inputs.
        olds: The recorded inputs; empty for a create and in the second check of a replacement.
        news: The program's inputs.
        resolve: What the resource adds.
    """
    # What exists may have a name that the rules refuse, such as a backup of a schedule.
    asked = {key: value for key, value in news.items() if key != "name" or value != olds.get(key)}
    ignored = sorted(key for key in asked if key in model.outputs and asked[key] is not None)
    asked = {key: value for key, value in asked.items() if key not in ignored}
    texts = problems(model, asked)
    if texts:
        return CheckedInputs(dict(news), texts)
    given = {key: value for key, value in bare(news).items() if key not in ignored}
    checked = Checked(session, call, bare(olds), normalised(given))
    for key in ignored:
        checked.warn(
            f"`{key}` is what the service tells, not an input: what a transformation or a policy "
            "sets there is left out"
        )
    decision = session.memory(Decisions).of(checked.key)
    digest = _digest(checked.news)
    if not checked.olds and decision is not None and decision.digest == digest:
        answer = _decided_again(checked, decision)
    else:
        answer = _decide(checked, digest, resolve)
    session.memory(Declared).note(answer.inputs)
    return answer


def _decided_again(checked: Checked, decision: Decision) -> CheckedInputs:
    """Answer the second check of a replacement as the first one has decided."""
    checked.session.memory(Decisions).take_check(checked.key)  # no diff follows
    return CheckedInputs(decision.replacement_inputs)


def _decide(checked: Checked, digest: str, resolve: Resolve) -> CheckedInputs:
    """Settle identity and inputs, and remember what was decided against recorded ones."""
    keys = {checked.key}
    if not checked.olds.get("identity") and checked.call.urn:
        checked.news["identity"] = identity_of_urn(checked.call.urn)
    if checked.olds.get("identity"):
        checked.news["identity"] = checked.olds["identity"]
        checked.news["resource_name"] = checked.olds.get("resource_name", "")
    resolve(checked)
    # An alias gives the resource its recorded identity: later calls know it by that one.
    keys.add(checked.key)
    decision = None
    if checked.olds and not checked.failures:
        decision = Decision(digest, dict(checked.news), checked.replacement_inputs)
    checked.session.memory(Decisions).note(keys, decision)
    return CheckedInputs(checked.news, checked.failures)


def resource_key(call: Call, properties: Mapping[str, Any]) -> str:
    """Return what stands for one resource in this process: its URN, else its identity."""
    return call.urn or str(properties.get("identity", ""))


def replacement_inputs(session: Session, call: Call, news: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the inputs that a replacement is made with, as far as this process knows."""
    decision = session.memory(Decisions).of(resource_key(call, news))
    return decision.replacement_inputs if decision else news


def was_checked(session: Session, call: Call, news: Mapping[str, Any]) -> bool:
    """Return whether a check came right before, and forget it: refresh calls diff without one."""
    return session.memory(Decisions).take_check(resource_key(call, news))


def keep_triggers(checked: Checked) -> bool:
    """Return whether the triggers have changed; unknown ones count as unchanged, with a warning."""
    olds, news = checked.olds.get("triggers"), checked.news.get("triggers")
    if has_unknown(news):
        keep_unknown(checked, "triggers")
        return False
    if same(olds or [], news or []):
        _set(checked.news, "triggers", olds)
        return False
    checked.replaces.append("triggers")
    return True


def keep_unknown(checked: Checked, key: str) -> None:
    """Keep the recorded value of a property that is unknown: a guess would replace an object."""
    checked.warn(
        f"`{key}` is not known yet: this preview shows no replacement, but `up` will replace this "
        "resource if it has changed"
    )
    checked.pin(key)


def settle_name(checked: Checked, *extra: Any, limit: int) -> None:
    """Give a resource without a `name` the recorded one, or a derived one for a new object."""
    if checked.news.get("name") is not None:
        return
    recorded = checked.olds.get("name")
    if recorded is not None and not checked.replaces:
        checked.news["name"] = recorded
        return
    unknown = first_unknown([checked.news.get("triggers"), *extra])
    if unknown is not None:
        checked.news["name"] = unknown  # not absent: a plan holds the resource to what it has seen
        return
    checked.news["name"] = derived_name(
        checked.news.get("resource_name", ""),
        checked.news.get("identity", ""),
        checked.news.get("triggers"),
        *map(str, extra),
        limit=limit,
    )


def hold_until_retained(checked: Checked, keys: Sequence[str]) -> None:
    """Take back what would replace while `retain_on_delete` is new: the engine asks the state."""
    is_new = checked.news.get("retain_on_delete") and not checked.olds.get("retain_on_delete")
    if not (checked.replaces and is_new):
        return
    changes = ", ".join(f"`{key}`" for key in checked.replaces)
    restore_recorded(checked, keys)
    checked.warn(
        "this `up` only records `retain_on_delete`, which Pulumi asks the state for; the change of "
        f"{changes}, which replaces the object, follows in the next `pulumi up`"
    )


def restore_recorded(checked: Checked, keys: Sequence[str]) -> None:
    """Put the recorded values of `keys` back, so that nothing is replaced."""
    for key in keys:
        _set(checked.news, key, checked.olds.get(key))
        checked.pinned.pop(key, None)
    checked.replaces.clear()


def changed(olds: Mapping[str, Any], news: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    """Return which of the named properties differ; unknown values count as unchanged."""
    plain_olds = normalised({key: olds.get(key) for key in keys})
    plain_news = normalised({key: news.get(key) for key in keys})
    return [
        key
        for key in keys
        if not has_unknown(plain_news.get(key))
        and not same(plain_olds.get(key), plain_news.get(key))
    ]


def _set(properties: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        properties.pop(key, None)
    else:
        properties[key] = value


def bare(properties: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return properties without the handler that the engine keeps among them."""
    return {key: value for key, value in (properties or {}).items() if key != PROVIDER}


def _digest(properties: Mapping[str, Any]) -> str:
    text = json.dumps(properties, sort_keys=True, default=lambda value: type(value).__name__)
    return hashlib.sha256(text.encode()).hexdigest()
