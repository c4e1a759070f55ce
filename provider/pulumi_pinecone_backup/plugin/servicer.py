"""The plugin's calls, as Pulumi's provider protocol has them: calls in, answers out.

Nothing is decided here. A call is handed on to a resource's own folder, and its answer translated.
"""

from __future__ import annotations

import functools
import json
import traceback
from collections.abc import Callable, Collection
from typing import Any, Final, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from pulumi_pinecone_backup.engine import cancellation, endings, engine_link
from pulumi_pinecone_backup.engine.call import Call
from pulumi_pinecone_backup.engine.debugging import is_debug
from pulumi_pinecone_backup.engine.results import Result
from pulumi_pinecone_backup.errors import PineconeBackupError
from pulumi_pinecone_backup.lifecycle.property_names import PROVIDER, to_camel
from pulumi_pinecone_backup.lifecycle.replacement import refuse_with_move
from pulumi_pinecone_backup.lifecycle.session import current as session
from pulumi_pinecone_backup.plugin import autonaming, invokes
from pulumi_pinecone_backup.plugin.configuration import problems, stack_settings
from pulumi_pinecone_backup.plugin.kinds import PACKAGE, kind_of
from pulumi_pinecone_backup.plugin.properties import (
    hide,
    marshal,
    recorded,
    unmarshal,
    unmarshal_configuration,
)
from pulumi_pinecone_backup.plugin.texts import plugin_version, schema, spoken

Method = TypeVar("Method", bound=Callable[..., Any])
_DIFF: Final = provider_pb2.DiffResponse


class _PartialError(Exception):
    """Ends a call whose result the engine keeps although it is reported as failed."""

    def __init__(self, reason: str, metadata: tuple[tuple[str, bytes], ...]) -> None:
        super().__init__(reason)
        self.metadata = metadata


def _reported(method: Method) -> Method:
    """End a call that raises as one that failed: our errors in one line."""

    @functools.wraps(method)
    def wrapper(self: Servicer, request: Any, context: Any) -> Any:
        try:
            return method(self, request, context)
        except _PartialError as error:
            context.set_trailing_metadata(error.metadata)
            reason = str(error)
        except PineconeBackupError as error:
            reason = spoken(str(error)) if not is_debug() else traceback.format_exc()
        except Exception:  # noqa: BLE001, RUF100 - a bug: the engine shows where
            reason = traceback.format_exc()
        context.abort(grpc.StatusCode.UNKNOWN, reason)
        return None

    return wrapper  # type: ignore[return-value]


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Pulumi's provider protocol, served by the core.

    Args:
        address: Where the engine listens, `HOST:PORT`; empty if nobody has told yet.
    """

    def __init__(self, address: str = "") -> None:
        self._address = ""
        session().package = PACKAGE
        endings.offer()
        self._attach(address)

    def _attach(self, address: str) -> None:
        """Send messages to an engine and end with it."""
        if not address or self._address:
            return
        self._address = address
        engine_link.open_log(address)
        engine_link.end_with_engine(address)

    def _call(self, request: Any, context: Any) -> Call:
        call = Call(
            request.urn or None,
            float(getattr(request, "timeout", 0) or 0) or None,
            getattr(request, "preview", None),
            context,
        )
        session().belongs_to(call.urn)
        return call

    # The provider

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """Tell what the plugin can do."""
        del context
        self._attach(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, supports_autonaming_configuration=True
        )

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """Tell the version."""
        del request, context
        return plugin_pb2.PluginInfo(version=plugin_version())

    @_reported
    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """Tell resources, functions and configuration."""
        del request, context
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema()))

    @_reported
    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """Check a provider's configuration."""
        del context
        session().belongs_to(request.urn)
        given = unmarshal_configuration(request.news)
        found = problems(given, request.urn)
        failures = [provider_pb2.CheckFailure(reason=text) for text in found]
        hide(request.news, "apiKey")
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    @_reported
    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """Tell whether a provider's configuration has changed, which replaces nothing."""
        del context
        same = request.old_inputs == request.news
        return provider_pb2.DiffResponse(changes=_DIFF.DIFF_NONE if same else _DIFF.DIFF_SOME)

    @_reported
    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """Take a provider's configuration."""
        del context
        session().configure(stack_settings(unmarshal_configuration(request.args)))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    @_reported
    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """Answer a function."""
        del context
        arguments = unmarshal(request.args)
        answer = invokes.call(session().client(), request.tok, arguments.values)
        response = provider_pb2.InvokeResponse()
        # What was asked with a secret may tell it.
        told = marshal(answer, answer if arguments.secrets else ())
        getattr(response, "return").CopyFrom(told)
        return response

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """End what waits, and do what is left at the end of the run."""
        del request, context
        cancellation.cancel()
        endings.run()
        return empty_pb2.Empty()

    # A resource

    @_reported
    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """Check a program's inputs."""
        olds, news = unmarshal(request.olds), unmarshal(request.news)
        kind, name = kind_of(request.urn), request.urn.split("::", 3)[3]
        given = {**kind.defaults, **news.values, "resource_name": name}
        failures = autonaming.apply(session(), kind, request, olds.values, given)
        call = self._call(request, context)
        checked = kind.resource.check(session(), call, olds.values, given)
        # No failure names a property to the engine, which would print its value.
        failures += [spoken(text) for text in checked.failures]
        return provider_pb2.CheckResponse(
            inputs=marshal(checked.inputs, news.secrets | olds.secrets & checked.inputs.keys()),
            failures=[provider_pb2.CheckFailure(reason=text) for text in failures],
        )

    @_reported
    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """Tell what a change does, and refuse one that would lose something."""
        olds, news = recorded(request.olds, request.old_inputs), unmarshal(request.news)
        change = kind_of(request.urn).resource.diff(
            session(), self._call(request, context), request.id, olds.values, news.values
        )
        replaces = {to_camel(name) for name in change.replaces}
        changed = {*replaces, *map(to_camel, change.updates)}
        if PROVIDER in olds.values:  # written by the other door: an update writes it anew
            refuse_with_move(olds.values, change.replaces)
            changed.add(PROVIDER)
        return provider_pb2.DiffResponse(
            changes=_DIFF.DIFF_SOME if changed else _DIFF.DIFF_NONE,
            replaces=sorted(replaces),
            diffs=sorted(changed),
            deleteBeforeReplace=change.deletes_first,
        )

    @_reported
    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """Make the object."""
        kind, news = kind_of(request.urn), unmarshal(request.properties)
        call = self._call(request, context)
        if call.is_preview:
            shown = marshal(kind.created(news.values), news.secrets)
            return provider_pb2.CreateResponse(properties=shown)
        with endings.operation():
            result = kind.resource.create(session(), call, news.values)
        outputs = _whole(result, news.secrets)
        return provider_pb2.CreateResponse(id=result.object_id, properties=outputs)

    @_reported
    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """Report the live object."""
        kind, props = kind_of(request.urn), recorded(request.properties, request.inputs)
        call = self._call(request, context)
        # An import knows the id alone: what a program leaves out is recorded as a check gives it.
        known = props.values or kind.defaults
        result = kind.resource.read(session(), call, request.id, known)
        if not result.object_id:
            return provider_pb2.ReadResponse()
        inputs = request.inputs
        if result.inputs is not None:
            inputs = marshal(result.inputs, props.secrets)
        outputs = _whole(result, props.secrets, inputs)
        return provider_pb2.ReadResponse(id=result.object_id, properties=outputs, inputs=inputs)

    @_reported
    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """Continue what is unfinished, and change the object in place."""
        kind, news = kind_of(request.urn), unmarshal(request.news)
        olds = recorded(request.olds, request.old_inputs)
        secrets = news.secrets | olds.secrets  # what was secret and stays, such as tags, is still
        call = self._call(request, context)
        if call.is_preview:
            shown = marshal(kind.updated(olds.values, news.values), secrets)
            return provider_pb2.UpdateResponse(properties=shown)
        with endings.operation():
            result = kind.resource.update(session(), call, request.id, olds.values, news.values)
        return provider_pb2.UpdateResponse(properties=_whole(result, secrets))

    @_reported
    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802, RUF100
        """Delete the object, if it is still this state entry's."""
        props = recorded(request.properties, request.old_inputs)
        call = self._call(request, context)
        kind_of(request.urn).resource.delete(session(), call, request.id, props.values)
        return empty_pb2.Empty()


def _whole(result: Result, secrets: Collection[str], inputs: Any = None) -> Any:
    """Return a result's outputs as the engine takes them.

    Raises:
        _PartialError: The engine keeps the result and reports it as failed.
    """
    outputs = marshal(result.outputs, secrets)
    if result.problem is None:
        return outputs
    reason = spoken(result.problem)
    metadata = engine_link.init_failed(result.object_id, outputs, reason, inputs)
    raise _PartialError(reason, metadata)
