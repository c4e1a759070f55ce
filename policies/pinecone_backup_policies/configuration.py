"""The rule about the configuration itself: the engine ignores a misspelt name silently."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

from pulumi_policy import Severity
from pydantic import BaseModel, ValidationError

from .findings import Misconfiguration
from .rule_settings import RuleSettings, problems_of
from .rules import Configuration, ConfigurationRule, Rule, Text

EVERY_RULE = "all"  # the engine's own name for a level that all rules get


def known_configuration(rules: Iterable[Rule]) -> ConfigurationRule:
    """Return the rule that knows the other rules, and itself."""
    name = "known-configuration"
    settings: dict[str, type[RuleSettings]] = {rule.name: rule.settings for rule in rules}
    settings[name] = RuleSettings
    return ConfigurationRule(
        name=name,
        text=Text(
            description="Rules and settings in the configuration exist.",
            remediation_steps=(
                "Correct the spelling; `docs/policies.md` lists every rule and setting."
            ),
            url="https://www.pulumi.com/docs/insights/policy/policy-packs/",
        ),
        severity=Severity.HIGH,
        settings=RuleSettings,
        check=_check_against(settings),
    )


def _check_against(
    settings: Mapping[str, type[RuleSettings]],
) -> Callable[[Configuration], Iterable[Misconfiguration]]:
    def check(configuration: Configuration) -> Iterable[Misconfiguration]:
        for name, given in sorted(configuration.items()):
            if name in settings:
                yield from _check_rule(name, settings[name], given)
            elif name != EVERY_RULE:
                text = f"there is no rule `{name}`{_nearest(name, settings)}"
                yield Misconfiguration(f"{text}; its configuration has no effect")
            elif given:
                shown = ", ".join(f"`{key}`" for key in sorted(given))
                yield Misconfiguration(f"`all` takes a level only; {shown} has no effect")

    return check


def _check_rule(
    name: str, model: type[RuleSettings], given: Mapping[str, Any]
) -> Iterable[Misconfiguration]:
    for path, key, known in _unknown_keys(model, given, ()):
        where = ".".join((name, *path, key))
        yield Misconfiguration(
            f"there is no setting `{where}`{_nearest(key, known)}; it has no effect"
        )
    try:
        model.model_validate(dict(given))
    except ValidationError as error:
        yield Misconfiguration(f"the settings of `{name}` are wrong: {problems_of(error)}")


def _unknown_keys(
    model: type[BaseModel], given: Mapping[str, Any], path: tuple[str, ...]
) -> Iterable[tuple[tuple[str, ...], str, list[str]]]:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    for key, value in sorted(given.items()):
        if key not in fields:
            yield path, key, list(fields)
            continue
        part = _part_of(fields[key].annotation)
        if part and isinstance(value, Mapping):
            for inner, content in sorted(value.items()):
                if isinstance(content, Mapping):
                    yield from _unknown_keys(part, content, (*path, key, inner))


def _part_of(annotation: Any) -> type[BaseModel] | None:
    """Return the model of the values of a map, None where the values are not models."""
    arguments = get_args(annotation)
    last = arguments[-1] if arguments else None
    return last if isinstance(last, type) and issubclass(last, BaseModel) else None


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean `{close[0]}`?" if close else f"; there are {_listed(known)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
