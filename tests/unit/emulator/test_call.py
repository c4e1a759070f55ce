from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_pinecone_backup.emulator.call import decode_token, encode_token, is_true, whole_number
from pulumi_pinecone_backup.emulator.state.problems import ServiceError


def outcome(action: Callable[[], object]) -> str:
    """Return the type of a result, or the status of a refusal."""
    try:
        return type(action()).__name__
    except ServiceError as error:
        return str(error.status)


@given(st.dictionaries(st.text("abc"), st.integers(-(2**53), 2**53) | st.text(max_size=5)))
def test_a_token_gives_back_what_it_was_made_of(values: dict[str, object]) -> None:
    try:
        token = encode_token(values)
    except TypeError:
        return  # a lone surrogate, which no request can hold
    assert decode_token(token) == values


@given(st.text())
def test_no_text_makes_a_token_fail_otherwise_than_refused(text: str) -> None:
    assert outcome(lambda: decode_token(text)) in ("dict", "400")


@given(st.text())
def test_no_text_makes_a_number_fail_otherwise_than_refused(text: str) -> None:
    assert outcome(lambda: whole_number(text, "limit", minimum=1, maximum=100)) in ("int", "400")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False)])
def test_booleans_are_read(text: str, value: bool) -> None:
    assert is_true(text, "x") is value


@pytest.mark.parametrize("text", ["", "1", "yes"])
def test_other_words_are_no_booleans(text: str) -> None:
    with pytest.raises(ServiceError):
        is_true(text, "x")
