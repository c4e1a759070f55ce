"""Settings of Sphinx.

The source folder is the checkout itself, so that a page's links are the same ones on the Git host
and on the site. Nothing is fetched: no inventory, no font and no script of another host.
"""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The extensions beside this file, and the policy pack, which is a program and not installed.
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "policies")]

project = "pulumi-pinecone-backup"
author = "the pulumi-pinecone-backup authors"
version = release = importlib.metadata.version(project)
html_title = project
html_theme = "furo"
html_show_copyright = False
html_copy_source = False
html_static_path = [str(Path(__file__).parent / "static")]
html_css_files = ["site.css"]
templates_path = [str(Path(__file__).parent / "templates")]
# The site's address without a page leads to the index, which stands where it does in the checkout.
html_additional_pages = {"index": "to-the-index.html"}

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "docs_site.navigation",
    "docs_site.docstrings",
    "docs_site.tables",
]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "examples/*/README.md", "benchmarks/README.md"]
# Folders that hold no page but many files, or links to such folders.
exclude_patterns = [".*", "build", "dist", "provider", "tests", "tools"]

myst_heading_anchors = 4
# Options begin with two hyphens, not with a dash.
smartquotes = False
# Backticks in docstrings are Markdown's.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_maximum_signature_line_length = 80
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False

# What other packages define, and what names no class of its own, has no page to lead to.
nitpick_ignore_regex = [
    ("py:.*", r"(_pytest|annotated_types|pulumi|pydantic)\..*"),
    ("py:.*", r"(collections|datetime|pathlib|types|typing)\..*"),
    ("py:.*", r"(Input|Output|T|.*\.Self|ProgramError|DatabaseError|PydanticUndefined|timedelta)"),
    # Types of fields, which say how an answer is read.
    (
        "py:class",
        r"(Count|DeploymentType|FiniteFloat|Host|IndexStatus|Protection|ReadCapacityModel)",
    ),
    ("py:class", r"(Tags|Time|Told|pulumi_pinecone_backup\.(service\.values|emulator\.state)\..*)"),
]
