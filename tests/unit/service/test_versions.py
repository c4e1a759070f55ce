from __future__ import annotations

from typing import get_args

import pytest
from pulumi_pinecone_backup.errors import ConfigurationError
from pulumi_pinecone_backup.service.versions import (
    API_VERSIONS,
    DEFAULT_API_VERSION,
    Feature,
    get_api_version,
    require_feature,
)

FEATURES = {
    "read_capacity": ["2025-10", "2026-01.alpha", "2026-04", "2026-07"],
    "restore_read_capacity": ["2026-01.alpha", "2026-04", "2026-07"],
    "index_source": ["2026-01.alpha", "2026-07"],
    "include_deleted": ["2026-04", "2026-07"],
    "source_index_deleted_at": ["2026-04", "2026-07"],
    "backup_schedules": ["2026-07"],
    "namespace_aliases": ["2026-07"],
}


def test_the_default_is_the_newest_of_five_versions() -> None:
    assert list(API_VERSIONS) == ["2025-04", "2025-10", "2026-01.alpha", "2026-04", "2026-07"]
    assert DEFAULT_API_VERSION == "2026-07"


@pytest.mark.parametrize("feature", get_args(Feature))
def test_each_feature_is_in_exactly_the_versions_that_have_it(feature: Feature) -> None:
    having = [name for name, version in API_VERSIONS.items() if feature in version.features]
    assert having == FEATURES[feature]


def test_an_unknown_version_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError) as caught:
        get_api_version("2024-07")
    assert str(caught.value) == (
        "API version `2024-07` is not supported: use one of `2025-04`, `2025-10`, "
        "`2026-01.alpha`, `2026-04`, `2026-07`."
    )


@pytest.mark.parametrize(
    ("name", "feature", "text"),
    [
        (
            "2026-04",
            "backup_schedules",
            "API version `2026-04` has no backup schedules: set `pinecone-backup:apiVersion` or "
            "`PINECONE_API_VERSION` to `2026-07`.",
        ),
        (
            "2025-04",
            "read_capacity",
            "API version `2025-04` has no read capacity: set `pinecone-backup:apiVersion` or "
            "`PINECONE_API_VERSION` to `2025-10` or `2026-01.alpha` or `2026-04` or `2026-07`.",
        ),
    ],
)
def test_a_missing_feature_is_refused_with_the_versions_that_have_it(
    name: str, feature: Feature, text: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        require_feature(API_VERSIONS[name], feature)
    assert str(caught.value) == text


def test_a_feature_that_is_there_is_not_refused() -> None:
    require_feature(API_VERSIONS["2026-07"], "backup_schedules")
    assert "backup_schedules" in API_VERSIONS["2026-07"].features
