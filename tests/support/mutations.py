"""Answers of the service that are not as described: any part may be odd, missing or extra."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

ODD: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [
            None,
            "",
            " ",
            0,
            -1,
            1.5,
            2**63,
            10**18,
            1e308,
            True,
            False,
            [],
            {},
            [None],
            {"odd": {"er": []}},
            "Unheard-of",
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2026-02-30T25:61:61Z",
            "2026-11-21",
            "Ready",
            "Failed",
            "Terminating",
            "http://[::1",
            "https://user:pw@evil.example",
            "\ud800".encode("utf-8", "replace").decode(),
            "x" * 5000,
        ]
    ),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)


def paths_of(answer: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all parts of a JSON value."""
    found = [before] if before else []
    if isinstance(answer, dict):
        for key in answer:
            found += paths_of(answer[key], (*before, key))
    elif isinstance(answer, list):
        for number, item in enumerate(answer):
            found += paths_of(item, (*before, number))
    return found


@st.composite
def mutated(draw: st.DrawFn, answer: Any, kept: Sequence[str] = ()) -> Any:
    """Return an answer of which up to four parts are replaced, removed or added.

    Args:
        draw: Hypothesis's.
        answer: The answer as it should be.
        kept: Keys at its top level that stay as they are.
    """
    changed = copy.deepcopy(answer)
    for _ in range(draw(st.integers(1, 4))):
        paths = [path for path in paths_of(changed) if path[0] not in kept]
        if not paths:
            break
        *way, last = draw(st.sampled_from(paths))
        parent = changed
        for part in way:
            parent = parent[part]
        what = draw(st.sampled_from(["replace", "remove", "add"]))
        if what == "replace":
            parent[last] = copy.deepcopy(draw(ODD))
        elif what == "remove":
            del parent[last]
        elif isinstance(parent, dict):
            parent[draw(st.sampled_from(["extra", "schema", "namespaces", "embed"]))] = (
                copy.deepcopy(draw(ODD))
            )
        else:
            parent.append(copy.deepcopy(draw(ODD)))
    return changed
