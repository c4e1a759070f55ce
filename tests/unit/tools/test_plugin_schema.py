"""The committed schema of the plugin is what its generator makes."""

from __future__ import annotations

import plugin_schema


def test_the_committed_schema_is_what_the_generator_makes() -> None:
    assert plugin_schema.text() == plugin_schema.TARGET.read_text("utf-8"), "run `make schema`"
