"""How the example of many stacks divides, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sharding import EXAMPLE, declaration, shard_of

GOOD = {"shards": 3, "as_of": None, "suffix": "-restored", "attempt": 1, "indexes": ["a", "b"]}


@given(st.sets(st.text(), max_size=30), st.text(), st.integers(1, 100))
def test_another_index_moves_none(names: set[str], other: str, shards: int) -> None:
    def stacks(indexes: set[str]) -> dict[str, str]:
        whole = declaration.Declaration(shards, None, "", 1, tuple(indexes))
        return {index: stack for stack, found in whole.stacks.items() for index in found}

    before, after = stacks(names), stacks({*names, other})
    assert before.keys() == names
    assert {index: after[index] for index in names} == before


def test_the_shard_of_an_index_is_the_same_for_ever() -> None:
    assert [shard_of(name, 20) for name in ("products", "reviews", "index-0")] == [16, 11, 2]
    sizes = [sum(shard_of(f"index-{n}", 20) == shard for n in range(1000)) for shard in range(20)]
    assert sum(sizes) == 1000
    assert min(sizes) > 25
    assert max(sizes) < 80


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shards": 0}, "`shards` must be a number from 1 to 999"),
        ({"indexes": "a"}, "`indexes` must be a list of names; `recover.py --add '*'` writes"),
        ({"indexes": ["a", "b", "a"]}, "`indexes` names some twice: a"),
        ({"as_of": 5}, "`as_of` must be a time such as"),
        ({"attempts": 2}, "must be an object of as_of, attempt, indexes, shards, suffix"),
    ],
)
def test_a_wrong_declaration_says_what_is_wrong(
    change: dict[str, object], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "recovery.json"
    path.write_text(json.dumps(GOOD | change))
    with pytest.raises(declaration.DeclarationError) as caught:
        declaration.load(path)
    assert said in str(caught.value)


def test_the_help_tells_the_exit_codes() -> None:
    command = [sys.executable, str(EXAMPLE / "recover.py"), "--help"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for word in ("--parallel", "--json", "--destroy", "--manifests", "--add", "is 0 if every"):
        assert word in said
