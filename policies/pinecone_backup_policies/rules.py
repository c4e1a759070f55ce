"""What a rule is, and the guard between it and a user's deployment.

A rule is data and one pure function. The guard gives it a view of what the SDK shows, turns its
findings into reports, and makes sure that nothing in a rule ends a deployment that the rule does
not mean to end: an unknown value, an unexpected shape and a bug become an advisory line that says
what could not be judged and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Generic, TypeVar

from pulumi_policy import (
    Policy,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError
from pydantic import ValidationError

from . import sdk_frames
from .findings import Finding, Misconfiguration, Unjudged, note_about
from .kinds import BY_TOKEN, Kind
from .reading import Path, Resource, plain
from .rule_settings import RuleSettings, config_schema, problems_of

RULE_ERROR = "could not run: it stopped with"
S = TypeVar("S", bound=RuleSettings)
Configuration = Mapping[str, Mapping[str, Any]]


class NoConfigurationError(Exception):
    """Say that the SDK has moved the configuration of the pack."""


class CouldNotJudgeError(UnknownValueError):
    """Carry a note to the SDK, which reports this class as advisory and goes on."""

    def __init__(self, text: str) -> None:
        Exception.__init__(self, text)
        self.message = text


@dataclass(frozen=True)
class Text:
    """Hold what users read about a rule."""

    description: str
    remediation_steps: str
    url: str


@dataclass(frozen=True)
class ResourceRule(Generic[S]):
    """Judge one resource by its inputs.

    Args:
        name: The name in configurations.
        text: What users read.
        severity: How much a violation matters.
        kinds: The types that the rule looks at.
        settings: The model of its settings.
        check: Yield what is wrong.
        correct: Return the properties to set, a map standing for entries to add to a map.
    """

    name: str
    text: Text
    severity: Severity
    kinds: tuple[Kind, ...]
    settings: type[S]
    check: Callable[[Resource, S], Iterable[Finding]]
    correct: Callable[[Resource, S], Mapping[str, Any]] | None = None

    def policy(self) -> Policy:
        """Return the SDK's form of this rule."""
        return ResourceValidationPolicy(
            name=self.name,
            description=self.text.description,
            validate=self._validate,
            remediate=self._remediate if self.correct else None,
            config_schema=config_schema(self.settings),
            severity=self.severity,
            remediation_steps=self.text.remediation_steps,
            url=self.text.url,
        )

    def _validate(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        _guard(self, lambda: self._findings(args), report)

    def _findings(self, args: ResourceValidationArgs) -> Iterable[Finding]:
        kind = BY_TOKEN.get(args.resource_type)
        if kind not in self.kinds or kind is None:
            return ()
        settings = self.settings.model_validate(dict(args.get_config()))
        if settings.exempting_pattern(args.name) is not None:
            return ()
        return self.check(_resource(args, kind), settings)

    def _remediate(self, args: ResourceValidationArgs) -> Any:
        kind = BY_TOKEN.get(args.resource_type)
        if self.correct is None or kind not in self.kinds or kind is None:
            return None
        try:
            settings = self.settings.model_validate(dict(args.get_config()))
            if settings.exempting_pattern(args.name) is not None:
                return None
            changes = self.correct(_resource(args, kind), settings)
            return apply(args.props, {kind.spell(name): value for name, value in changes.items()})
        except Exception as error:
            _note(self, _why(error))
            return None


@dataclass(frozen=True)
class StackRule(Generic[S]):
    """Judge the resources of a stack together, by their outputs.

    Args:
        name: The name in configurations.
        text: What users read.
        severity: How much a violation matters.
        settings: The model of its settings.
        check: Yield what is wrong; it gets the exempt resources too, and leaves them alone.
    """

    name: str
    text: Text
    severity: Severity
    settings: type[S]
    check: Callable[[Sequence[Resource], S], Iterable[Finding]]

    def policy(self) -> Policy:
        """Return the SDK's form of this rule."""
        return StackValidationPolicy(
            name=self.name,
            description=self.text.description,
            validate=self._validate,
            config_schema=config_schema(self.settings),
            severity=self.severity,
            remediation_steps=self.text.remediation_steps,
            url=self.text.url,
        )

    def _validate(self, args: StackValidationArgs, report: ReportViolation) -> None:
        _guard(self, lambda: self._findings(args), report)

    def _findings(self, args: StackValidationArgs) -> Iterable[Finding]:
        settings = self.settings.model_validate(dict(args.get_config()))
        resources = [
            _resource(resource, BY_TOKEN[resource.resource_type])
            for resource in args.resources
            if resource.resource_type in BY_TOKEN
        ]
        return self.check(resources, settings)


@dataclass(frozen=True)
class ConfigurationRule:
    """Judge the configuration of the pack itself, once a run.

    Args:
        name: The name in configurations.
        text: What users read.
        severity: How much a violation matters.
        settings: The model of its settings.
        check: Yield what is wrong.
    """

    name: str
    text: Text
    severity: Severity
    settings: type[RuleSettings]
    check: Callable[[Configuration], Iterable[Misconfiguration]]

    def policy(self) -> Policy:
        """Return the SDK's form of this rule."""
        return StackValidationPolicy(
            name=self.name,
            description=self.text.description,
            validate=self._validate,
            config_schema=config_schema(self.settings),
            severity=self.severity,
            remediation_steps=self.text.remediation_steps,
            url=self.text.url,
        )

    def _validate(self, _args: StackValidationArgs, report: ReportViolation) -> None:
        _guard(self, self._findings, report)

    def _findings(self) -> Iterable[Misconfiguration]:
        configuration = sdk_frames.whole_configuration()
        if configuration is None:
            raise NoConfigurationError
        return self.check(configuration)


Rule = ResourceRule[Any] | StackRule[Any] | ConfigurationRule


def apply(properties: Any, changes: Mapping[str, Any]) -> Any:
    """Set properties in place, so that secrets, unknowns and internal properties stay.

    Returns:
        The same object if anything changed, else None, which the SDK takes as no remediation.
    """
    changed = False
    for name, value in changes.items():
        target = properties.get(name)
        if isinstance(value, Mapping) and isinstance(target, Mapping):
            for key, entry in value.items():
                if key not in target or plain(target[key]) != entry:
                    target[key] = entry  # type: ignore[index] # the SDK's proxies take it
                    changed = True
        elif plain(target) != value:
            properties[name] = value
            changed = True
    return properties if changed else None


def _resource(shown: ResourceValidationArgs | PolicyResource, kind: Kind) -> Resource:
    urn = shown.urn

    def is_secret(path: Path) -> bool:
        return sdk_frames.is_secret(urn, path)

    dependencies = getattr(shown, "property_dependencies", {})
    return Resource(
        kind=kind,
        name=shown.name,
        urn=urn,
        properties=shown.props,
        is_secret=is_secret,
        protect=shown.opts.protect,
        depends_on={k: frozenset(r.urn for r in found) for k, found in dependencies.items()},
    )


def _guard(
    rule: Rule,
    findings: Callable[[], Iterable[Finding | Misconfiguration]],
    report: ReportViolation,
) -> None:
    """Report what a rule finds; what it could not judge, and its own failure, as one note."""
    unjudged: list[Unjudged] = []
    notes: list[str] = []
    try:
        for finding in findings():
            if isinstance(finding, Unjudged):
                unjudged.append(finding)
            else:
                report(finding.text(), finding.urn)
    except Exception as error:
        notes.append(_why(error))
    if unjudged:
        notes.append(note_about(unjudged))
    if notes:
        _note(rule, "; ".join(notes))


def _why(error: Exception) -> str:
    """Say why a rule could not run, without an unforeseen error's text: it may hold a value."""
    if isinstance(error, ValidationError):
        return f"could not run: its settings are wrong: {problems_of(error)}"
    if isinstance(error, NoConfigurationError):
        return "could not run: this version of `pulumi-policy` does not show the configuration"
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = ""
    if trace:
        place = f" at line {trace.tb_lineno} of {FilePath(trace.tb_frame.f_code.co_filename).name}"
    return f"{RULE_ERROR} {type(error).__name__}{place}; please report this"


def _note(rule: Rule, text: str) -> None:
    """Tell the user something at the advisory level, whatever the rule's own level is."""
    if not sdk_frames.add_note(rule.name, rule.text.description, text):
        raise CouldNotJudgeError(text)
