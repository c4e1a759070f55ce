"""What a resource class declares to programs."""

from __future__ import annotations


def declared_outputs(resource: type) -> list[str]:
    """Return the names of a resource's outputs, inputs among them, as it declares them."""
    return [name for name, attribute in vars(resource).items() if isinstance(attribute, property)]
