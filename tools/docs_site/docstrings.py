"""Docstrings as Sphinx reads them: their fenced blocks become code, short names become links."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from docutils import nodes
from pydantic import BaseModel
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import stringify_annotation

_PACKAGE = "pulumi_pinecone_backup"
_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
# What `pulumi.Input[X]` is written out as.
_INPUT = re.compile(
    r"(?P<kind>[^\s:=][^:=]*?) \| ~?[a-z.]+\.Awaitable\[(?P=kind)\]"
    r" \| ~?(?:[a-z.]+\.)?Output\[~?\w+\]"
)
_OUTPUT = re.compile(r"^( +)(\w+):", re.MULTILINE)
_BEFORE_NAPOLEON = 400


def without_fences(text: str) -> str:
    """Return a docstring with its fenced blocks in the form of reStructuredText."""

    def block(match: re.Match[str]) -> str:
        indent, language, code = match.groups()
        body = textwrap.indent(textwrap.dedent(code), indent + "    ")
        return f"{indent}.. code-block:: {language}\n\n{body}"

    return _FENCE.sub(block, text)


def with_types(described: object, text: str) -> str:
    """Return a docstring whose outputs have the types of their getters."""
    before, heading, outputs = text.partition("Attributes:\n")

    def typed(match: re.Match[str]) -> str:
        getter = getattr(getattr(described, match[2], None), "fget", None)
        kind = getattr(getter, "__annotations__", {}).get("return")
        return (
            f"{match[1]}{match[2]} ({stringify_annotation(kind, 'smart')}):" if kind else match[0]
        )

    return before + heading + _OUTPUT.sub(typed, outputs)


def _convert(*arguments: Any) -> None:
    described, lines = arguments[3], arguments[-1]
    lines[:] = with_types(described, without_fences("\n".join(lines))).split("\n")


def _shorten(*arguments: Any) -> tuple[str, str | None] | None:
    described, _, signature, returned = arguments[-4:]
    if isinstance(described, type) and issubclass(described, BaseModel):
        return "", None  # the fields follow, one by one
    if not signature:
        return None
    # An entry of a map may be an input too: the inner one is shortened first.
    for _ in range(2):
        signature = _INPUT.sub(r"Input[\g<kind>]", signature)
    return signature, returned


def _public_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Element | None:
    """Find what a docstring names briefly, or by the module that defines it, by its public name."""
    if node.get("refdomain") != "py":
        return None
    name = f"{_PACKAGE}.{node['reftarget'].rpartition('.')[2]}"
    domain = env.domains.python_domain
    if name not in domain.objects:
        return None
    return domain.resolve_xref(
        env, node["refdoc"], app.builder, node["reftype"], name, node, content
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("autodoc-process-docstring", _convert, priority=_BEFORE_NAPOLEON)
    app.connect("autodoc-process-signature", _shorten)
    app.connect("missing-reference", _public_name)
    return {"parallel_read_safe": True}
