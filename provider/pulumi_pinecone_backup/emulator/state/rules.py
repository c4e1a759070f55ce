"""The service's rules about names, tags, capacity and models: 400, 403 or 404 when broken."""

from __future__ import annotations

import re

from pulumi_pinecone_backup.emulator.state.problems import invalid, not_found
from pulumi_pinecone_backup.emulator.state.versions import ApiVersion

TAG_LIMIT = 20
NAME_LENGTH = 45

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_TAG_KEY = re.compile(r"[A-Za-z0-9_-]{1,80}")
_NARROW_VALUE = re.compile(r"[A-Za-z0-9;@_.+ -]{0,120}")
_WIDE_VALUE = re.compile(r"[\x20-\x7e]{0,120}")

REGIONS = {
    "aws": {"us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1"},
    "gcp": {"us-central1", "europe-west4", "us-east4", "us-west1"},
    "azure": {"eastus2"},
}

# Model -> vector type, default dimension, possible dimensions, metrics with the default first.
MODELS: dict[str, tuple[str, int | None, set[int], tuple[str, ...]]] = {
    "multilingual-e5-large": ("dense", 1024, {1024}, ("cosine", "euclidean")),
    "llama-text-embed-v2": (
        "dense",
        1024,
        {384, 512, 768, 1024, 2048},
        ("cosine", "dotproduct"),
    ),
    "pinecone-sparse-english-v0": ("sparse", None, set(), ("dotproduct",)),
}


def check_index_name(name: str) -> None:
    """Refuse a name that an index cannot have."""
    if not name:
        raise invalid("Index name must not be empty")
    if len(name) > NAME_LENGTH:
        raise invalid(f"Index name must be at most {NAME_LENGTH} characters, got {len(name)}")
    if not _NAME.fullmatch(name):
        raise invalid(
            "Name must consist of lower case alphanumeric characters or '-', "
            "and must start and end with an alphanumeric character"
        )


def check_backup_name(name: str | None, version: ApiVersion) -> None:
    """Refuse a name that a backup cannot have in this version."""
    if name is None or not version.backup_name_rule:
        return
    if not 1 <= len(name) <= NAME_LENGTH:
        raise invalid(f"Backup name must have 1 to {NAME_LENGTH} characters, got {len(name)}")
    if not _NAME.fullmatch(name):
        raise invalid(
            "Backup name must consist of lower case alphanumeric characters or '-', "
            "and must start and end with an alphanumeric character"
        )


def check_tags(tags: dict[str, str], version: ApiVersion) -> None:
    """Refuse tags that the service would not keep; empty values are the caller's concern."""
    if len(tags) > TAG_LIMIT:
        raise invalid(f"An index can have at most {TAG_LIMIT} tags, got {len(tags)}")
    values = _WIDE_VALUE if version.wide_tag_values else _NARROW_VALUE
    for key, value in tags.items():
        if not _TAG_KEY.fullmatch(key):
            raise invalid(
                f"Tag key '{key}' must have 1 to 80 characters, "
                "each alphanumeric, an underscore or a hyphen"
            )
        if len(value) > 120:
            raise invalid(f"The value of tag '{key}' must have at most 120 characters")
        if not values.fullmatch(value):
            raise invalid(f"The value of tag '{key}' has characters that are not allowed")


def check_region(cloud: str, region: str) -> None:
    """Refuse a region that the cloud does not have."""
    if region not in REGIONS[cloud]:
        raise not_found(f"cloud: {cloud} region: {region}")


def check_model(
    name: str, dimension: int | None, metric: str | None
) -> tuple[str, int | None, str]:
    """Return vector type, dimension and metric that a hosted model gives, or refuses them."""
    if name not in MODELS:
        raise not_found(f"model {name}")
    vector_type, default, dimensions, metrics = MODELS[name]
    if dimension is not None and dimension not in dimensions:
        raise invalid(f"Model {name} does not support dimension {dimension}")
    if metric is not None and metric not in metrics:
        raise invalid(f"Model {name} does not support metric {metric}")
    return vector_type, dimension or default, metric or metrics[0]
