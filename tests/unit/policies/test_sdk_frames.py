"""What the pack reads from the SDK's own frames, as they are and as another SDK may have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pinecone_backup_policies import sdk_frames

from .pack_process import struct

URN = "urn:pulumi:prod::shop::t::n"


class _PolicyAnalyzerServicer:
    """A servicer that holds what it is given under the SDK's names."""

    def Analyze(self, request: object, response: object, act: Callable[[], Any]) -> Any:  # noqa: ARG002
        return act()


class Request:
    urn = URN
    properties = struct({"name": "shop"})


class Renamed:
    """A request or a response of which every part has another name."""


def served(act: Callable[[], Any], request: object, response: object) -> Any:
    return _PolicyAnalyzerServicer().Analyze(request, response, act)


def test_the_call_is_found_from_below_the_servicer() -> None:
    request, response = Request(), Renamed()
    call = served(sdk_frames.current_call, request, response)
    assert (call.method, call.request, call.response) == ("Analyze", request, response)


def test_without_a_servicer_above_there_is_no_call() -> None:
    assert sdk_frames.current_call() is None
    assert sdk_frames.whole_configuration() is None
    assert sdk_frames.add_note("rule", "Description.", "text") is False


def test_a_value_that_is_no_secret_is_told_apart_from_one_that_cannot_be_found() -> None:
    assert served(lambda: sdk_frames.is_secret(URN, ("name",)), Request(), Renamed()) is False
    assert served(lambda: sdk_frames.is_secret("other", ("name",)), Request(), Renamed()) is True


@pytest.mark.parametrize("request_", [Renamed(), None])
def test_a_request_of_another_shape_may_hold_a_secret(request_: object) -> None:
    assert served(lambda: sdk_frames.is_secret(URN, ("name",)), request_, Renamed()) is True


@pytest.mark.parametrize("response", [Renamed(), None])
def test_a_response_of_another_shape_takes_no_note_and_raises_nothing(response: object) -> None:
    note = served(lambda: sdk_frames.add_note("rule", "Text.", "text"), Request(), response)
    assert note is False
