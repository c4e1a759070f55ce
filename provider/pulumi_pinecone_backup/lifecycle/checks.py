"""The part of `check` and `diff` that all resources share: problems, identity, pins, comparison.

The engine calls check twice for a replacement, the second time without the old inputs; for
`--replace` it calls check once, without them, and for `replacement_trigger` it skips diff. What the
first call decided is therefore remembered, and the second is answered from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi.dynamic import CheckFailure, CheckResult

from pulumi_pinecone_backup.engine import bridge as engine_bridge
from pulumi_pinecone_backup.lifecycle import session
from pulumi_pinecone_backup.lifecycle.identity import derived_name
from pulumi_pinecone_backup.lifecycle.inputs import (
    PROVIDER,
    _Inputs,
    has_unknown,
    normalised,
    problems,
)


@dataclass
class Checked:
    """What a check has decided so far.

    Attributes:
        call: The engine's call, for warnings.
        olds: The recorded inputs, empty for a create.
        news: The program's inputs, normalised; what the check returns.
        failures: Why the resource cannot be deployed, each a sentence.
        replaces: Properties whose change makes a new object.
        pinned: What the program gives for properties that keep their recorded value.
        continues: Whether a create that diff did not ask for continues the live object, and must
            then find what was pinned.
    """

    call: engine_bridge.Call
    olds: dict[str, Any]
    news: dict[str, Any]
    failures: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    pinned: dict[str, Any] = field(default_factory=dict)
    continues: bool = False

    def pin(self, key: str) -> None:
        """Keep the recorded value of a property for as long as the object is not made anew."""
        self.pinned[key] = self.news.get(key)
        _set(self.news, key, self.olds.get(key))

    @property
    def anew(self) -> dict[str, Any]:
        """Inputs that a new object is made with."""
        inputs = dict(self.news)
        for key, value in self.pinned.items():
            _set(inputs, key, value)
        return inputs

    def warn(self, text: str) -> None:
        """Show a warning at this resource."""
        engine_bridge.warn(text, self.call)


def check(
    model: type[_Inputs],
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    resolve: Callable[[Checked], None],
) -> CheckResult:
    """Check one resource: report every problem at once, or return the inputs to deploy.

    Args:
        model: The resource's inputs.
        olds: The recorded inputs; empty for a create and in the second check of a replacement.
        news: The program's inputs.
        resolve: Pins, names and asks the service, given inputs without local problems.
    """
    call = engine_bridge.current_call()
    # What exists may have a name that the rules refuse, such as a backup of a schedule.
    asked = {key: value for key, value in news.items() if key != "name" or value != olds.get(key)}
    texts = problems(model, asked)
    if texts:
        return _result(news, texts)
    checked = Checked(call, _bare(olds), normalised(_bare(news)))
    key = resource_key(call, checked.news)
    digest = _digest(checked.news)
    earlier = session.current.decisions.get(key)
    if not checked.olds and earlier and earlier.digest == digest:
        session.current.checked.discard(key)  # no diff follows the second check
        known = {key, resource_key(call, earlier.inputs)}
        goes_on = earlier.continues and not known & session.current.replacing
        return _answer(earlier.inputs if goes_on else earlier.anew, [])
    if checked.olds.get("identity"):
        checked.news["identity"] = checked.olds["identity"]
        checked.news["resource_name"] = checked.olds.get("resource_name", "")
    resolve(checked)
    # An alias gives the resource its recorded identity: later calls know it by that one.
    keys = {key, resource_key(call, checked.news)}
    with session.current.lock:
        session.current.checked |= keys
        if checked.olds and not checked.failures:
            decision = session.Decision(digest, dict(checked.news), checked.anew, checked.continues)
            session.current.decisions |= dict.fromkeys(keys, decision)
    return _answer(checked.news, checked.failures)


def resource_key(call: engine_bridge.Call, properties: Mapping[str, Any]) -> str:
    """Return what stands for one resource in this process: its URN, else its identity."""
    return call.urn or str(properties.get("identity", ""))


def is_replacement(call: engine_bridge.Call, properties: Mapping[str, Any]) -> bool:
    """Return whether this process has checked the resource against a recorded one."""
    return resource_key(call, properties) in session.current.decisions


def anew(call: engine_bridge.Call, news: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the inputs that a replacement will be made with, as far as this process knows."""
    decision = session.current.decisions.get(resource_key(call, news))
    return decision.anew if decision else news


def note_replacement(call: engine_bridge.Call, news: Mapping[str, Any]) -> None:
    """Remember that diff asked for a new object, so that the next check answers with its inputs."""
    with session.current.lock:
        session.current.replacing.add(resource_key(call, news))


def was_checked(call: engine_bridge.Call, news: Mapping[str, Any]) -> bool:
    """Return whether a check came right before, and forget it: refresh calls diff without one."""
    key = resource_key(call, news)
    with session.current.lock:
        seen = key in session.current.checked
        session.current.checked.discard(key)
    return seen


def keep_triggers(checked: Checked) -> bool:
    """Return whether the triggers have changed; unknown ones count as unchanged, with a warning."""
    olds, news = checked.olds.get("triggers"), checked.news.get("triggers")
    if has_unknown(news):
        keep_unknown(checked, "triggers")
        return False
    if (olds or []) == (news or []):
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


def settle_name(checked: Checked, *extra: str, limit: int) -> None:
    """Give a resource without a `name` the recorded one, or a derived one where it is made anew."""
    if checked.news.get("name") is not None:
        return
    recorded = checked.olds.get("name")
    if recorded is not None and not checked.replaces:
        checked.news["name"] = recorded
        return
    if has_unknown(checked.news.get("triggers")):
        return
    checked.news["name"] = derived_name(
        checked.news.get("resource_name", ""),
        checked.news.get("identity", ""),
        checked.news.get("triggers"),
        *extra,
        limit=limit,
    )


def restore_recorded(checked: Checked, keys: Sequence[str]) -> None:
    """Put the recorded values of `keys` back, so that nothing is replaced."""
    for key in keys:
        _set(checked.news, key, checked.olds.get(key))
        checked.pinned.pop(key, None)
    checked.replaces.clear()


def changed(olds: Mapping[str, Any], news: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    """Return which of the named properties differ; unknown values count as unchanged."""
    plain_olds, plain_news = normalised(olds), normalised(news)
    return [
        key
        for key in keys
        if not has_unknown(plain_news.get(key)) and plain_olds.get(key) != plain_news.get(key)
    ]


def _set(properties: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        properties.pop(key, None)
    else:
        properties[key] = value


def _answer(inputs: Mapping[str, Any], failures: Sequence[str]) -> CheckResult:
    """Answer the engine, and remember what: a delete to make room looks at it."""
    identity = inputs.get("identity")
    if isinstance(identity, str) and identity:
        with session.current.lock:
            session.current.answers[identity] = dict(inputs)
    return _result(inputs, failures)


def _bare(properties: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (properties or {}).items() if key != PROVIDER}


def _digest(properties: Mapping[str, Any]) -> str:
    text = json.dumps(properties, sort_keys=True, default=lambda value: type(value).__name__)
    return hashlib.sha256(text.encode()).hexdigest()


def _result(inputs: Mapping[str, Any], failures: Sequence[str]) -> CheckResult:
    # An empty property: a failure that names one prints its value, which may be a secret.
    return CheckResult(dict(inputs), [CheckFailure("", text) for text in failures])
